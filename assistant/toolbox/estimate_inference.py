"""The agent's tool `estimate_inference`: GPUs, speed and cost of serving a language model."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool

from assistant.toolbox.calls import Found, Output, as_tool, run

NAME = "estimate_inference"
EXAMPLES = (
    "How many H100s to serve Llama 3.1 70B at 600 requests a minute, 1,000 tokens in, 300 out?",
    "What would it cost to serve a 7B model, 1,000 requests per minute, 1,500 input tokens and "
    "200 output tokens, on A100 80GB at $1.5/h?",
    "We need to host DeepSeek-V3 in FP8 on H200s: 10 requests per second, 2,000 prompt tokens, "
    "500 completion tokens, at most 50 ms per token. How many GPUs?",
    "部署Llama-3.1-70B做推理，每分钟600个请求，输入1000 token，输出300 token，要多少张H100？",
    "用H200跑DeepSeek-V3推理，FP8，每秒20次请求，输入4000词元、输出800词元，每百万token成本多少？",
    "部署 70B 模型做推理，每分鐘 600 次請求，輸入 1000 token、輸出 300 token，每個月要多少錢？",
)
WORDINGS = (
    "we expect 200 requests a minute with 1,500 tokens in and 300 out on a 13B, how many GPUs?",
    "hosting a chatbot for 50k users: 20 qps, 800 in, 200 out, what hardware and monthly cost?",
    "GPUs to serve a 32B with first token under half a second at 90 rpm",
    "cost per million tokens if we run our own 70B at 5 requests per second",
    "int8 70B, peak three times the average, 300 requests per minute: how many A100s?",
    "will 4 L40S handle 600 calls a minute on an 8B, prompts 1k, answers 200?",
    "inference capacity for a mixture of experts, 120B total and 12B active, 250 rpm",
    "线上服务每秒15次调用，输入600输出200，32B要几张卡？",
    "自己部署8B，每分钟400次请求，一个月推理费用多少？",
    "首字延迟1秒以内，70B每分钟100个请求要几张H200？",
    "客服机器人一天10万次对话，跑14B要多少张GPU？",
    "int4量化后跑72B，高峰是平时的3倍，要几张A100？",
    "每秒 12 個請求、輸入 900 輸出 250，8B 模型要幾張卡？",
    "自建推論服務跑 70B，每月成本大概多少？",
    "把 32B 上線，每分鐘 150 次呼叫，需要幾張 H100？",
)


def estimate_inference_tool() -> BaseTool:
    """A tool over `tools.estimates.inference.estimate.estimate_inference`."""

    def estimate_inference(
        requests_per_minute: float,
        input_tokens: int,
        output_tokens: int,
        runtime: ToolRuntime[Any, Any],
        model: str | None = None,
        params: str | None = None,
        active_params: str | None = None,
        gpu: str = "H100",
        first_token_seconds: float | None = None,
        token_seconds: float | None = None,
        answer_seconds: float | None = None,
        weights: Literal["bf16", "fp8", "int8", "int4"] = "bf16",
        cache: Literal["bf16", "fp8"] = "bf16",
        peak_to_mean: float = 2,
        shared_prefix: float = 0,
        price: str | None = None,
        price_source: str | None = None,
    ) -> Output:
        """Estimate serving a language model: the mean `requests_per_minute`, tokens of a prompt and
        of an answer, a known `model` ("Llama-3.1-70B") or its `params` ("70B", with
        `active_params` for a mixture of experts), targets in seconds, `shared_prefix` from 0 to 1,
        `price` in US dollars per GPU-hour with its source. Without a price there is no cost."""

        def work(_: int) -> Found:
            from tools import quantities
            from tools.estimates.inference.estimate import estimate_inference as estimate

            result = estimate(
                Decimal(str(requests_per_minute)),
                input_tokens,
                output_tokens,
                model=model,
                params=quantities.parse_params(params) if params else None,
                active_params=quantities.parse_params(active_params) if active_params else None,
                gpu=gpu,
                first_token_seconds=_seconds(first_token_seconds),
                token_seconds=_seconds(token_seconds),
                answer_seconds=_seconds(answer_seconds),
                weights=weights,
                cache=cache,
                peak_to_mean=Decimal(str(peak_to_mean)),
                shared_prefix=Decimal(str(shared_prefix)),
                price_per_gpu_hour=quantities.parse_price(price) if price else None,
                price_source=price_source,
            )
            return Found(result.model_dump(mode="json"))

        args = {
            "requests_per_minute": requests_per_minute, "input_tokens": input_tokens,
            "output_tokens": output_tokens, "model": model, "params": params,
            "active_params": active_params, "gpu": gpu,
            "first_token_seconds": first_token_seconds, "token_seconds": token_seconds,
            "answer_seconds": answer_seconds, "weights": weights, "cache": cache,
            "peak_to_mean": peak_to_mean, "shared_prefix": shared_prefix,
            "price": price, "price_source": price_source,
        }  # fmt: skip
        return run(runtime, NAME, args, work)

    return as_tool(estimate_inference)


def _seconds(told: float | None) -> Decimal | None:
    return None if told is None else Decimal(str(told))
