"""Buy a cluster or rent it: at what use, and from which month, owning is cheaper.

python examples/buy_or_rent.py
"""

from decimal import Decimal

from tools.estimates.money.ownership import rent_or_buy
from tools.estimates.money.rents import Rent

RENTS = (
    Rent(name="on demand", price_per_gpu_hour=Decimal("6.88")),
    Rent(name="neocloud", price_per_gpu_hour=Decimal("2.99")),
    Rent(name="one-year contract", price_per_gpu_hour=Decimal("2.35"), pays_for="all_hours"),
)


def main() -> None:
    """512 H100s for four years, against three rents."""
    found = rent_or_buy("H100", 512, RENTS, life_years=Decimal(4), utilisation=Decimal("0.75"))
    cost = found.cost_per_used_gpu_hour
    print(
        f"Owning costs ${cost.likely:.2f} a used GPU-hour (${cost.low:.2f} to ${cost.high:.2f}).\n"
    )
    for each in found.comparisons:
        print(
            f"{each.rent:<18} {each.scenario:<20} break-even use "
            f"{100 * each.break_even_utilisation.likely:4.0f} %  {each.verdict}"
        )
    print("\nNot counted:", "; ".join(found.left_out))


if __name__ == "__main__":
    main()
