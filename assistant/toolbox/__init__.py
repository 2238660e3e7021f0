"""The agent's tools: functions of `kb` and `tools` as LangChain tools, one file each, with the
utterances that should lead to them. Imported only when an agent is built (LangChain)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from langchain_core.tools import BaseTool

from assistant.access import kept_access
from assistant.knowledge import Knowledge
from assistant.toolbox import (
    ai_revenue_needed,
    cluster_queue,
    compare_routes,
    credits_value,
    deal_flow_back,
    estimate_finetuning,
    estimate_inference,
    estimate_training,
    gpu_loan,
    gpu_offers,
    gpu_price_history,
    match_programs,
    programs,
    rent_or_buy,
    save_profile,
    scale_time,
    search_knowledge,
)

_WRITTEN = (
    ai_revenue_needed, cluster_queue, compare_routes, credits_value, deal_flow_back,
    estimate_finetuning, estimate_inference, estimate_training, gpu_loan, gpu_offers,
    gpu_price_history, match_programs, rent_or_buy, save_profile, scale_time, search_knowledge,
)  # fmt: skip
EXAMPLES: dict[str, tuple[str, ...]] = {
    "get_program": programs.GET_EXAMPLES,
    "compare_programs": programs.COMPARE_EXAMPLES,
    **{module.NAME: module.EXAMPLES for module in _WRITTEN},
}
"""The utterances that should lead to each tool, by its name."""
WORDINGS: dict[str, tuple[str, ...]] = {
    "get_program": programs.GET_WORDINGS,
    "compare_programs": programs.COMPARE_WORDINGS,
    **{module.NAME: module.WORDINGS for module in _WRITTEN if module is not save_profile},
}
"""More of what people type for a tool, by which its questions are known by their meaning."""


def agent_tools(kb: Knowledge, *, home: Path, today: date, past: bool = False) -> list[BaseTool]:
    """All tools of the agent, over one library and one day, which may lie in the past."""
    return [
        search_knowledge.search_knowledge_tool(kb),
        *programs.program_tools(kb),
        match_programs.match_programs_tool(kb, home, today),
        save_profile.save_profile_tool(home, today),
        gpu_offers.gpu_offers_tool(home, today, past=past),
        gpu_price_history.gpu_price_history_tool(kept_access(home, today), past=past),
        cluster_queue.cluster_queue_tool(home, today, past=past),
        estimate_training.estimate_training_tool(home),
        estimate_finetuning.estimate_finetuning_tool(),
        estimate_inference.estimate_inference_tool(),
        compare_routes.compare_routes_tool(kb, home, today, past=past),
        ai_revenue_needed.ai_revenue_needed_tool(),
        deal_flow_back.deal_flow_back_tool(),
        scale_time.scale_time_tool(),
        rent_or_buy.rent_or_buy_tool(),
        gpu_loan.gpu_loan_tool(),
        credits_value.credits_value_tool(),
    ]
