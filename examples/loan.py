"""Borrow against GPUs: the monthly payment, the cost of an hour, and when the loan is above water.

python examples/loan.py
"""

from decimal import Decimal

from tools.estimates.money.loan import gpu_loan
from tools.quantities import parse_dollars, parse_months, parse_years


def main() -> None:
    """A thousand H100s at $32,000, paid back in 42 months and used for seven years."""
    found = gpu_loan(
        parse_dollars("3.2万美元"),
        parse_months("三年半"),
        gpus=1000,
        years_of_use=parse_years("7 years"),
        utilisation=Decimal("0.75"),
    )
    for case in found.cases:
        print(
            f"at {100 * case.interest:.0f} %: ${case.monthly_payment_usd:,.0f} a month, "
            f"${case.monthly_per_gpu:,.0f} a GPU, ${case.per_gpu_hour_full_use:.2f} an hour at "
            f"full use, ${case.per_used_gpu_hour:.2f} a used hour"
        )
    print("\nLoan against what the GPUs are worth:")
    for path in found.collateral:
        print(f"  if their value falls on the path {path.path!r}: {_above(path.above_value_month)}")


def _above(month: int | None) -> str:
    return "never above it" if month is None else f"above it from month {month}"


if __name__ == "__main__":
    main()
