"""Every way to get 64 H100s for two weeks, by cost, with what nobody states.

python examples/routes.py
"""

from datetime import date
from decimal import Decimal

from tools.estimates.routes.estimate import compare_routes
from tools.estimates.routes.records import ProgramTerms
from tools.price_list import list_offers

FUND = ProgramTerms(
    id="our-fund",
    name="Our fund's cluster",
    kind="fund_program",
    eligibility="yes",
    gpu="H100",
    gpus=64,
    price_basis="at_cost",
    price_per_gpu_hour=Decimal("1.80"),
    equity_share=Decimal("0.005"),
)


def main() -> None:
    """The bundled price list and one program of a fund, which takes half a percent for it."""
    offers = [offer for offer in list_offers() if "h100" in (offer.gpu or "")]
    found = compare_routes(
        "H100",
        64,
        Decimal(14 * 24),
        today=date(2026, 11, 23),
        offers=offers,
        programs=[FUND],
        valuation=Decimal(20_000_000),
        budget=Decimal(100_000),
    )
    for route in found.routes[:12]:
        total = route.total_usd
        cost = "unknown cost" if total is None else f"${total.likely:,.0f}"
        stake = f" + ${route.dilution_usd:,.0f} of shares" if route.dilution_usd else ""
        not_known = f"  not known: {', '.join(route.unknown)}" if route.unknown else ""
        print(f"{route.rank:>2}. {route.name[:40]:<40} {cost + stake}{not_known}")


if __name__ == "__main__":
    main()
