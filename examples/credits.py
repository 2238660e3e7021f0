"""What cloud credits are worth in cash, and what the equity given for them is.

python examples/credits.py
"""

from decimal import Decimal

from tools.estimates.money.credits import credits_value
from tools.estimates.money.credits_records import CreditYear
from tools.estimates.money.rents import Rent


def main() -> None:
    """$350,000 at a list price of $6.98 an hour, all of the first year and a fifth of the next."""
    found = credits_value(
        Decimal(350_000),
        Decimal("6.98"),
        (Rent(name="neocloud", price_per_gpu_hour=Decimal("2.35")),),
        gpu="H100",
        years=(CreditYear(share=Decimal(1)), CreditYear(share=Decimal("0.2"))),
        spend_per_month=Decimal(20_000),
        probability=Decimal("0.9"),
    )
    assert found.value_usd is not None
    print(f"Usable before it expires: ${found.usable_usd:,.0f}; lost: ${found.unused_usd:,.0f}")
    print(f"Cash that must be paid beside it: ${found.cash_beside_usd:,.0f}")
    print(f"Worth about ${found.value_usd.likely:,.0f} in cash\n")
    for line in found.explain():
        print(line)


if __name__ == "__main__":
    main()
