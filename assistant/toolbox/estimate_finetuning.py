"""The agent's tool `estimate_finetuning`: time, memory and cost of fine-tuning."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool

from assistant.toolbox.calls import Found, Output, as_tool, run

NAME = "estimate_finetuning"
EXAMPLES = (
    "How much would it cost to fine-tune Llama 3 8B on 50M tokens with LoRA on an A100 80GB?",
    "Can we QLoRA-fine-tune Llama 3.1 70B on 20M tokens on one H100?",
    "Full fine-tuning of Qwen2.5 7B on 100M tokens for 3 epochs on 8 H100s at $2.50 per GPU-hour: "
    "how long does it take?",
    "用LoRA微调Llama 3 70B，5000万token，要几张H100，多少钱？",
    "全参数微调一个130亿参数的模型，1亿token、3个epoch，8张A100 80GB要多久？",
    "用GRPO对Qwen2.5 7B做强化学习，2万个提示词，每个回答1000 token，8张H100要多久？",
    "用 QLoRA 微調 Qwen2.5 72B，2000萬 token，一張 H100 放得下嗎？",
)
WORDINGS = (
    "LoRA on an 8B, 20k samples of 700 tokens, two epochs: how long on one A100?",
    "does a 32B qlora fit on a single 48 GB card?",
    "time and GPUs for SFT of a 14B on 60 million tokens",
    "how many cards to full-tune a 70B, and for how many hours?",
    "PPO on a 7B with 5,000 prompts, 8 rollouts each: GPU-hours?",
    "we have 30k chat logs and want to adapt Mistral 7B, what would that take?",
    "adapters with rank 64 on attention only, 34B model, 4 L40S",
    "微调一个8B，3万条数据，每条500 token，一张卡跑几个小时？",
    "70B做QLoRA显存够不够？",
    "拿客服记录精调14B要几张4090？",
    "对7B做DPO，1万条偏好数据，要多少卡时？",
    "全量微调32B最少几张H100？",
    "用 LoRA 微調 14B、2 萬筆資料，兩個 epoch 要幾小時？",
    "對 7B 做強化學習，每題取樣 8 次，要多少 GPU 小時？",
    "單張 4090 能 QLoRA 13B 嗎？",
)


def estimate_finetuning_tool() -> BaseTool:
    """A tool over `tools.estimates.finetuning.estimate.estimate_finetuning`."""

    def estimate_finetuning(
        runtime: ToolRuntime[Any, Any],
        model: str | None = None,
        params: str | None = None,
        active_params: str | None = None,
        method: Literal["full", "lora", "qlora", "rl"] = "full",
        tokens: str | None = None,
        examples: int | None = None,
        tokens_per_example: int | None = None,
        epochs: float = 1,
        packed: bool = False,
        rank: int | None = None,
        targets: Literal["attention", "all"] = "all",
        gpu: str = "H100",
        gpus: int | None = None,
        seq_len: int | None = None,
        micro_batch: int = 1,
        prompts: int | None = None,
        samples: int = 8,
        prompt_tokens: int = 512,
        generated_tokens: int | None = None,
        price: str | None = None,
        price_source: str | None = None,
    ) -> Output:
        """Estimate fine-tuning: a known `model` ("Llama-3.1-8B") or its `params` ("8B"), all of it
        ("full"), adapters ("lora", "qlora" with a base in 4 bits) or reinforcement learning ("rl",
        with `prompts` and `generated_tokens`). The data are `tokens` ("50M") or `examples` of
        `tokens_per_example`, read `epochs` times. `price` is in US dollars per GPU-hour with its
        source. Without a price there is no cost; without `gpus` the fewest that fit."""

        def work(_: int) -> Found:
            from tools import quantities
            from tools.estimates.finetuning.estimate import estimate_finetuning as estimate

            result = estimate(
                model=model,
                params=quantities.parse_params(params) if params else None,
                active_params=quantities.parse_params(active_params) if active_params else None,
                method=method,
                tokens=quantities.parse_tokens(tokens) if tokens else None,
                examples=examples,
                tokens_per_example=tokens_per_example,
                epochs=Decimal(str(epochs)),
                packed=packed,
                rank=rank,
                targets=targets,
                gpu=gpu,
                gpus=gpus,
                seq_len=seq_len,
                micro_batch=micro_batch,
                prompts=prompts,
                samples=samples,
                prompt_tokens=prompt_tokens,
                generated_tokens=generated_tokens,
                price_per_gpu_hour=quantities.parse_price(price) if price else None,
                price_source=price_source,
            )
            return Found(result.model_dump(mode="json"))

        args = {
            "model": model, "params": params, "active_params": active_params, "method": method,
            "tokens": tokens, "examples": examples, "tokens_per_example": tokens_per_example,
            "epochs": epochs, "packed": packed, "rank": rank, "targets": targets, "gpu": gpu,
            "gpus": gpus, "seq_len": seq_len, "micro_batch": micro_batch, "prompts": prompts,
            "samples": samples, "prompt_tokens": prompt_tokens,
            "generated_tokens": generated_tokens, "price": price, "price_source": price_source,
        }  # fmt: skip
        return run(runtime, NAME, args, work)

    return as_tool(estimate_finetuning)
