"""The agent's tools: functions of `kb` and `tools` as LangChain tools, one file each, with the
utterances that should lead to them. Imported only when an agent is built (LangChain)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from langchain_core.tools import BaseTool

from assistant.access import kept_access
from assistant.knowledge import Knowledge
from assistant.toolbox.ai_revenue_needed import EXAMPLES as AI_REVENUE_NEEDED
from assistant.toolbox.ai_revenue_needed import WORDINGS as AI_REVENUE_NEEDED_WORDINGS
from assistant.toolbox.ai_revenue_needed import ai_revenue_needed_tool
from assistant.toolbox.cluster_queue import EXAMPLES as CLUSTER_QUEUE
from assistant.toolbox.cluster_queue import WORDINGS as CLUSTER_QUEUE_WORDINGS
from assistant.toolbox.cluster_queue import cluster_queue_tool
from assistant.toolbox.compare_routes import EXAMPLES as COMPARE_ROUTES
from assistant.toolbox.compare_routes import WORDINGS as COMPARE_ROUTES_WORDINGS
from assistant.toolbox.compare_routes import compare_routes_tool
from assistant.toolbox.credits_value import EXAMPLES as CREDITS_VALUE
from assistant.toolbox.credits_value import WORDINGS as CREDITS_VALUE_WORDINGS
from assistant.toolbox.credits_value import credits_value_tool
from assistant.toolbox.deal_flow_back import EXAMPLES as DEAL_FLOW_BACK
from assistant.toolbox.deal_flow_back import WORDINGS as DEAL_FLOW_BACK_WORDINGS
from assistant.toolbox.deal_flow_back import deal_flow_back_tool
from assistant.toolbox.estimate_finetuning import EXAMPLES as ESTIMATE_FINETUNING
from assistant.toolbox.estimate_finetuning import WORDINGS as ESTIMATE_FINETUNING_WORDINGS
from assistant.toolbox.estimate_finetuning import estimate_finetuning_tool
from assistant.toolbox.estimate_inference import EXAMPLES as ESTIMATE_INFERENCE
from assistant.toolbox.estimate_inference import WORDINGS as ESTIMATE_INFERENCE_WORDINGS
from assistant.toolbox.estimate_inference import estimate_inference_tool
from assistant.toolbox.estimate_training import EXAMPLES as ESTIMATE_TRAINING
from assistant.toolbox.estimate_training import WORDINGS as ESTIMATE_TRAINING_WORDINGS
from assistant.toolbox.estimate_training import estimate_training_tool
from assistant.toolbox.gpu_loan import EXAMPLES as GPU_LOAN
from assistant.toolbox.gpu_loan import WORDINGS as GPU_LOAN_WORDINGS
from assistant.toolbox.gpu_loan import gpu_loan_tool
from assistant.toolbox.gpu_offers import EXAMPLES as GPU_OFFERS
from assistant.toolbox.gpu_offers import WORDINGS as GPU_OFFERS_WORDINGS
from assistant.toolbox.gpu_offers import gpu_offers_tool
from assistant.toolbox.gpu_price_history import EXAMPLES as GPU_PRICE_HISTORY
from assistant.toolbox.gpu_price_history import WORDINGS as GPU_PRICE_HISTORY_WORDINGS
from assistant.toolbox.gpu_price_history import gpu_price_history_tool
from assistant.toolbox.match_programs import EXAMPLES as MATCH_PROGRAMS
from assistant.toolbox.match_programs import WORDINGS as MATCH_PROGRAMS_WORDINGS
from assistant.toolbox.match_programs import match_programs_tool
from assistant.toolbox.programs import (
    COMPARE_EXAMPLES,
    COMPARE_WORDINGS,
    GET_EXAMPLES,
    GET_WORDINGS,
    program_tools,
)
from assistant.toolbox.rent_or_buy import EXAMPLES as RENT_OR_BUY
from assistant.toolbox.rent_or_buy import WORDINGS as RENT_OR_BUY_WORDINGS
from assistant.toolbox.rent_or_buy import rent_or_buy_tool
from assistant.toolbox.save_profile import EXAMPLES as SAVE_PROFILE
from assistant.toolbox.save_profile import save_profile_tool
from assistant.toolbox.scale_time import EXAMPLES as SCALE_TIME
from assistant.toolbox.scale_time import WORDINGS as SCALE_TIME_WORDINGS
from assistant.toolbox.scale_time import scale_time_tool
from assistant.toolbox.search_knowledge import EXAMPLES as SEARCH_KNOWLEDGE
from assistant.toolbox.search_knowledge import WORDINGS as SEARCH_KNOWLEDGE_WORDINGS
from assistant.toolbox.search_knowledge import search_knowledge_tool

EXAMPLES: dict[str, tuple[str, ...]] = {
    "get_program": GET_EXAMPLES,
    "compare_programs": COMPARE_EXAMPLES,
    "ai_revenue_needed": AI_REVENUE_NEEDED,
    "cluster_queue": CLUSTER_QUEUE,
    "compare_routes": COMPARE_ROUTES,
    "credits_value": CREDITS_VALUE,
    "deal_flow_back": DEAL_FLOW_BACK,
    "estimate_finetuning": ESTIMATE_FINETUNING,
    "estimate_inference": ESTIMATE_INFERENCE,
    "estimate_training": ESTIMATE_TRAINING,
    "gpu_loan": GPU_LOAN,
    "gpu_offers": GPU_OFFERS,
    "gpu_price_history": GPU_PRICE_HISTORY,
    "match_programs": MATCH_PROGRAMS,
    "rent_or_buy": RENT_OR_BUY,
    "save_profile": SAVE_PROFILE,
    "scale_time": SCALE_TIME,
    "search_knowledge": SEARCH_KNOWLEDGE,
}
"""The utterances that should lead to each tool, by its name."""
WORDINGS: dict[str, tuple[str, ...]] = {
    "get_program": GET_WORDINGS,
    "compare_programs": COMPARE_WORDINGS,
    "ai_revenue_needed": AI_REVENUE_NEEDED_WORDINGS,
    "cluster_queue": CLUSTER_QUEUE_WORDINGS,
    "compare_routes": COMPARE_ROUTES_WORDINGS,
    "credits_value": CREDITS_VALUE_WORDINGS,
    "deal_flow_back": DEAL_FLOW_BACK_WORDINGS,
    "estimate_finetuning": ESTIMATE_FINETUNING_WORDINGS,
    "estimate_inference": ESTIMATE_INFERENCE_WORDINGS,
    "estimate_training": ESTIMATE_TRAINING_WORDINGS,
    "gpu_loan": GPU_LOAN_WORDINGS,
    "gpu_offers": GPU_OFFERS_WORDINGS,
    "gpu_price_history": GPU_PRICE_HISTORY_WORDINGS,
    "match_programs": MATCH_PROGRAMS_WORDINGS,
    "rent_or_buy": RENT_OR_BUY_WORDINGS,
    "scale_time": SCALE_TIME_WORDINGS,
    "search_knowledge": SEARCH_KNOWLEDGE_WORDINGS,
}
"""More of what people type for a tool, by which its questions are known by their meaning."""


def agent_tools(kb: Knowledge, *, home: Path, today: date, past: bool = False) -> list[BaseTool]:
    """All tools of the agent, over one library and one day, which may lie in the past."""
    return [
        search_knowledge_tool(kb),
        *program_tools(kb),
        match_programs_tool(kb, home, today),
        save_profile_tool(home, today),
        gpu_offers_tool(home, today, past=past),
        gpu_price_history_tool(kept_access(home, today), past=past),
        cluster_queue_tool(home, today, past=past),
        estimate_training_tool(home),
        estimate_finetuning_tool(),
        estimate_inference_tool(),
        compare_routes_tool(kb, home, today, past=past),
        ai_revenue_needed_tool(),
        deal_flow_back_tool(),
        scale_time_tool(),
        rent_or_buy_tool(),
        gpu_loan_tool(),
        credits_value_tool(),
    ]
