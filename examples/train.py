"""What does it take to pre-train a model, and does it fit into the GPUs?

python examples/train.py
"""

from tools.estimates.training.estimate import estimate_training
from tools.quantities import parse_params, parse_price, parse_tokens


def main() -> None:
    """A 7B model on 2T tokens, on 256 and on 512 H100s."""
    for gpus in (256, 512):
        found = estimate_training(
            parse_params("7B"),
            parse_tokens("2T tokens"),
            gpu="H100",
            gpus=gpus,
            price_per_gpu_hour=parse_price("$2.35/h"),
            price_source="a one-year contract, March 2026",
        )
        assert found.days is not None
        assert found.cost_usd is not None
        print(
            f"{gpus} GPUs: {found.gpu_hours.likely:,.0f} GPU-hours, "
            f"{found.days.low:.0f} to {found.days.high:.0f} days, "
            f"${found.cost_usd.low:,.0f} to ${found.cost_usd.high:,.0f}"
        )
    print("\nHow it was worked out:")
    for line in found.explain():
        print(" ", line)
    print("\nWhat would change it most:")
    for bar in found.sensitivity[:3]:
        print(f"  {bar.name} from {bar.low_input} to {bar.high_input}")
    print("\nThe nearest published runs:")
    for run in found.nearest_runs:
        print(f"  {run.model}: {run.gpu_hours:,.0f} GPU-hours on {run.gpu} ({run.source})")


if __name__ == "__main__":
    main()
