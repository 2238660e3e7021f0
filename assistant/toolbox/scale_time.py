"""The agent's tool `scale_time`: how many GPUs do a year's job in a week."""

from __future__ import annotations

from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool

from assistant.toolbox.calls import Found, Output, as_tool, run

NAME = "scale_time"
EXAMPLES = (
    "How many GPUs turn a year on 64 GPUs into a week?",
    "Our run takes a year on 64 H100s: how many do we need to finish in a week at 95% efficiency"
    " per doubling?",
    "We need 3 months on 128 GPUs; how many GPUs get it down to 2 weeks at $2.35/h?",
    "64张GPU要跑一年，想缩短到一周需要多少张卡？",
    "128张H100要跑三个月，压缩到两周，每翻一倍保持95%效率，要多少张？",
    "64 張 GPU 要跑一年，想縮短到一週要幾張？",
)
WORDINGS = (
    "48 days on 32 GPUs: how many cards to finish it in 6 days?",
    "a job needs 200 GPUs for a month, what if it has to be done by next week?",
    "speed up from 90 days to 10, currently 64 cards, 90% scaling efficiency",
    "if 16 GPUs take eight weeks, how many for one week, and what does that cost at $2.5?",
    "the batch can only feed 1,024 GPUs, can we still squeeze 30 days on 256 into 5?",
    "how long would the same job take on four times the cards?",
    "32张卡跑48天的任务，想6天跑完要几张？",
    "一个月的活压到一周，现在64张，得加到多少？",
    "加卡提速：128张要20天，缩短到4天行不行？",
    "每翻倍效率损失5%，从90天压到10天要多少张GPU？",
    "现有50张卡要跑一年，一个星期搞定需要多少？",
    "原本 16 張卡跑八週，想一週跑完要幾張？",
    "把 60 天縮短成 10 天，128 張卡要加到多少？",
    "同樣的工作卡數變四倍要跑多久？",
)


def scale_time_tool() -> BaseTool:
    """A tool over `tools.estimates.training.scale_time`; quantities as people write them."""

    def scale_time(
        gpus: int,
        runtime: ToolRuntime[Any, Any],
        days: str = "365.25",
        target_days: str = "7",
        efficiency: str | None = None,
        most_gpus: int | None = None,
        batch_tokens: str | None = None,
        tokens_per_gpu: str | None = None,
        price: str | None = None,
    ) -> Output:
        """GPUs that do in `target_days` what `gpus` do in `days` ("3 months"). `efficiency` is the
        share of its speed that a GPU keeps when their number doubles ("95%"); without it the ideal
        case. `most_gpus` is how many the batch can feed, or `batch_tokens` with `tokens_per_gpu`.
        `price` in US dollars per GPU-hour."""

        def work(_: int) -> Found:
            from tools import quantities
            from tools.estimates.training.scale_time import scale_time as estimate

            result = estimate(
                gpus,
                quantities.parse_days(days),
                quantities.parse_days(target_days),
                quantities.parse_share(efficiency) if efficiency else None,
                most_gpus,
                quantities.parse_tokens(batch_tokens) if batch_tokens else None,
                quantities.parse_tokens(tokens_per_gpu) if tokens_per_gpu else None,
                quantities.parse_price(price) if price else None,
            )
            return Found(result.model_dump(mode="json"))

        args = {
            "gpus": gpus, "days": days, "target_days": target_days, "efficiency": efficiency,
            "most_gpus": most_gpus, "batch_tokens": batch_tokens,
            "tokens_per_gpu": tokens_per_gpu, "price": price,
        }  # fmt: skip
        return run(runtime, NAME, args, work)

    return as_tool(scale_time)
