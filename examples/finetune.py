"""Full fine-tuning, LoRA or QLoRA: what each takes for the same data.

python examples/finetune.py
"""

from decimal import Decimal

from tools.estimates.finetuning.estimate import estimate_finetuning
from tools.estimates.finetuning.records import FinetuningMethod

METHODS: tuple[FinetuningMethod, ...] = ("full", "lora", "qlora")


def main() -> None:
    """Llama-3-8B on 50,000 examples of 800 tokens, three times over."""
    for method in METHODS:
        found = estimate_finetuning(
            model="Llama-3-8B",
            method=method,
            examples=50_000,
            tokens_per_example=800,
            epochs=Decimal(3),
            gpus=8,
            price_per_gpu_hour=Decimal("2.35"),
        )
        assert found.cost_usd is not None
        cost = found.cost_usd
        print(
            f"{method:<6} {found.gpu_hours.likely:6.1f} GPU-hours "
            f"({found.gpu_hours.low:.1f} to {found.gpu_hours.high:.1f}), "
            f"${cost.low:,.0f} to ${cost.high:,.0f}, "
            f"{found.trainable_params:,.0f} trained parameters"
        )
    print("\nMemory and time of the last one:")
    for line in found.explain():
        print(" ", line)


if __name__ == "__main__":
    main()
