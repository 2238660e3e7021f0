"""How many GPUs serve a model, and what a million tokens cost.

python examples/serve.py
"""

from decimal import Decimal

from tools.estimates.inference.estimate import estimate_inference
from tools.quantities import parse_per_minute, parse_price


def main() -> None:
    """Llama-3.1-70B in 16 and in 8 bits, at 600 requests a minute."""
    for weights in ("bf16", "fp8"):
        found = estimate_inference(
            parse_per_minute("600 requests per minute"),
            input_tokens=1000,
            output_tokens=300,
            model="Llama-3.1-70B",
            weights="fp8" if weights == "fp8" else "bf16",
            first_token_seconds=Decimal(2),
            price_per_gpu_hour=parse_price("每卡每小时2.35美元"),
        )
        assert found.cost_usd_per_million_tokens is not None
        gpus, cost = found.gpus, found.cost_usd_per_million_tokens
        print(
            f"{weights}: {gpus.likely:.0f} H100s ({gpus.low:.0f} to {gpus.high:.0f}), "
            f"{found.gpus_per_copy} hold the model, "
            f"${cost.low:.2f} to ${cost.high:.2f} a million tokens"
        )
    print()
    for line in found.explain():
        print(line)


if __name__ == "__main__":
    main()
