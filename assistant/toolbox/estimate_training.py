"""The agent's tool `estimate_training`: GPU-hours, days and cost of a training run."""

from __future__ import annotations

from typing import Any, Literal

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool, StructuredTool

from assistant.toolbox.calls import Found, Output, run

NAME = "estimate_training"
EXAMPLES = (
    "How much to pre-train a 7B model on 2T tokens on 256 H100s?",
    "How long would it take to train 70B on 15T tokens with 1,024 H100s?",
    "用512张H100训练一个130亿参数的模型，3万亿token，要多久？",
    "從頭預訓練 7B 模型、2T token 要花多少錢？",
)


def estimate_training_tool() -> BaseTool:
    """A tool over `tools.estimates.training.estimate_training`; quantities as people write them."""

    def estimate_training(
        params: str,
        tokens: str,
        runtime: ToolRuntime[Any, Any],
        gpu: str = "H100",
        gpus: int | None = None,
        active_params: str | None = None,
        scope: Literal["final_run", "with_experiments"] = "final_run",
        price: str | None = None,
        price_source: str | None = None,
    ) -> Output:
        """Estimate training from scratch: `params` such as 7B, `tokens` such as 2T, `gpus` the
        number of GPUs, `active_params` for a mixture of experts, `price` in US dollars per
        GPU-hour with its source. Without a price there is no cost."""

        def work(_: int) -> Found:
            from tools import quantities
            from tools.estimates.training import estimate_training as estimate

            result = estimate(
                quantities.parse_params(params),
                quantities.parse_tokens(tokens),
                gpu=gpu,
                gpus=gpus,
                active_params=quantities.parse_params(active_params) if active_params else None,
                scope=scope,
                price_per_gpu_hour=quantities.parse_price(price) if price else None,
                price_source=price_source,
            )
            return Found(result.model_dump(mode="json"))

        args = {
            "params": params, "tokens": tokens, "gpu": gpu, "gpus": gpus,
            "active_params": active_params, "scope": scope,
            "price": price, "price_source": price_source,
        }  # fmt: skip
        return run(runtime, NAME, args, work)

    return StructuredTool.from_function(
        estimate_training, name=NAME, response_format="content_and_artifact"
    )
