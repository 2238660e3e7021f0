"""The agent's tool `estimate_training`: GPU-hours, days and cost of a training run."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool

from assistant.own_runs import own_runs
from assistant.toolbox.calls import Found, Output, as_tool, run

NAME = "estimate_training"
EXAMPLES = (
    "How much to pre-train a 7B model on 2T tokens on 256 H100s?",
    "How long would it take to train 70B on 15T tokens with 1,024 H100s?",
    "How many H100s do we need to pre-train a 7B model on 2T tokens in 3 weeks?",
    "What would it cost to continue pre-training an 8B model on 100B tokens on 64 H100s?",
    "What would it cost us to train a text-to-image model on 64 H100s?",
    "我们想从头训练一个文生视频模型，要多少卡时？",
    "用512张H100训练一个130亿参数的模型，3万亿token，要多久？",
    "三周内训完一个7B模型、2T token，需要多少张H100？",
    "從頭預訓練 7B 模型、2T token 要花多少錢？",
)
WORDINGS = (
    "GPU-hours for a 3B on 900B tokens?",
    "pretraining a 13B from scratch with half a trillion tokens on 128 A100s: days and dollars?",
    "how many cards to get a 30B through 2T tokens in a month?",
    "MoE, 100B total, 12B active, 3T tokens on 512 H100s, how long?",
    "what would it take to build our own 1B language model on 100B tokens?",
    "continue training an 8B on 50 billion domain tokens on 32 GPUs, days?",
    "including failed experiments, what does a 7B on 1T tokens really cost?",
    "can 64 H200s do a 3B with 500B tokens in two weeks?",
    "our own diffusion image model on 32 A100s, how many weeks?",
    "从零训一个3B，5000亿token，64卡要几天？",
    "13B模型喂1万亿token，两百多张A100得跑多久、花多少？",
    "一个月内训完30B、2T token要多少张卡？",
    "续训8B，500亿token，16张H100几天能完？",
    "算上实验，7B训1T token总共要多少卡时？",
    "估一下34B模型、2万亿词元、512张H100的训练时间和费用",
    "用 128 張 H100 訓練 13B、5000 億 token 要幾天？",
    "30 天內要訓完 7B、1 兆 token，需要幾張 H200？",
    "從零訓練一個文生圖模型要多少 GPU 小時？",
)


def estimate_training_tool(home: Path) -> BaseTool:
    """A tool over `tools.estimates.training.estimate` and the fund's own runs of `home`;
    quantities as people write them."""

    def estimate_training(
        runtime: ToolRuntime[Any, Any],
        tokens: str | None = None,
        params: str | None = None,
        media: Literal["image", "video"] | None = None,
        gpu: str = "H100",
        gpus: int | None = None,
        active_params: str | None = None,
        model: str | None = None,
        architecture: Literal["dense", "moe"] | None = None,
        start: Literal["from_scratch", "continued"] = "from_scratch",
        seq_len: int | None = None,
        precision: Literal["bf16", "fp16", "fp8"] | None = None,
        deadline: str | None = None,
        scope: Literal["final_run", "with_experiments"] = "final_run",
        price: str | None = None,
        price_source: str | None = None,
    ) -> Output:
        """Estimate training a language model: `params` such as 7B (or `model`, a published one of
        that size), `tokens` such as 2T (the added ones where `start` is continued), `gpus` the
        number of GPUs, `active_params` for a mixture of experts, `seq_len` the context, `deadline`
        such as 3 weeks: with `gpus` whether it can be met, without them how many it takes, `price`
        in US dollars per GPU-hour with its source. Without a price there is no cost. An image or
        video model (`media`) needs no tokens: its range comes from published runs."""

        def work(_: int) -> Found:
            from tools import quantities
            from tools.errors import InvalidInput
            from tools.estimates.training.estimate import estimate_training as estimate
            from tools.estimates.training.media import estimate_media_training

            if media is not None:
                like = estimate_media_training(
                    media,
                    quantities.parse_params(params) if params else None,
                    start="pretrained" if start == "continued" else None,
                    gpu=gpu,
                    gpus=gpus,
                    price_per_gpu_hour=quantities.parse_price(price) if price else None,
                    price_source=price_source,
                )
                return Found(like.model_dump(mode="json"))
            if tokens is None:
                raise InvalidInput("the training tokens are missing", "give them, such as 2T")
            result = estimate(
                quantities.parse_params(params) if params else None,
                quantities.parse_tokens(tokens),
                gpu=gpu,
                gpus=gpus,
                active_params=quantities.parse_params(active_params) if active_params else None,
                scope=scope,
                price_per_gpu_hour=quantities.parse_price(price) if price else None,
                price_source=price_source,
                architecture=architecture,
                model=model,
                start=start,
                seq_len=seq_len,
                precision=precision,
                deadline_days=quantities.parse_days(deadline) if deadline else None,
                own_runs=own_runs(home),
            )
            return Found(result.model_dump(mode="json"))

        args = {
            "params": params, "tokens": tokens, "media": media, "gpu": gpu, "gpus": gpus,
            "active_params": active_params, "model": model, "architecture": architecture,
            "start": start, "seq_len": seq_len, "precision": precision, "deadline": deadline,
            "scope": scope, "price": price, "price_source": price_source,
        }  # fmt: skip
        return run(runtime, NAME, args, work)

    return as_tool(estimate_training)
