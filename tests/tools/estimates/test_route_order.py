"""Routes in order, whatever the offers, programs and prices are."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.estimates.test_routes import D, a_program, an_offer, compared
from tools.estimates.routes.records import COST_UNKNOWN, TIERS, ProgramTerms, RouteComparison
from tools.offers import Availability, Offer, Term

_PRICES = st.none() | st.decimals(D("0.5"), D(20), places=2).map(str)


_OFFERS = st.builds(
    an_offer,
    st.sampled_from(["A", "B", "C", "D"]),
    _PRICES,
    term=st.sampled_from([Term.ON_DEMAND, Term.SPOT, Term.RESERVED, Term.CAPACITY_BLOCK]),
    term_months=st.sampled_from([None, 1, 12]),
    standing=st.sampled_from(["live", "recent", "list", "stale"]),
    availability=st.sampled_from(list(Availability)),
    count=st.sampled_from([None, 1, 8]),
)


_PROGRAMS = st.builds(
    a_program,
    kind=st.sampled_from(["fund_program", "credits"]),
    price_basis=st.sampled_from([None, "free", "below_market"]),
    gpus=st.none() | st.integers(0, 200),
    days=st.none() | st.integers(1, 30).map(D),
    credits=st.none() | st.integers(0, 10**6).map(D),
    credits_up_to=st.booleans(),
    cloud=st.sampled_from([None, "A", "B"]),
    equity_asked=st.sampled_from([None, True, False]),
    equity_share=st.none() | st.decimals(D(0), D(1), places=3),
    eligibility=st.sampled_from(["yes", "no", "unknown"]),
)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(_OFFERS, max_size=12),
    st.lists(_PROGRAMS, max_size=4),
    st.integers(1, 300),
    st.decimals(D(1), D(3000), places=1),
    st.none() | st.decimals(D(1), D(10**7), places=0),
    st.none() | st.decimals(D(1), D(10**8), places=0),
)
def test_the_order_never_puts_what_is_unknown_before_what_is_known(
    offers: list[Offer],
    programs: list[ProgramTerms],
    gpus: int,
    hours: Decimal,
    budget: Decimal | None,
    valuation: Decimal | None,
) -> None:
    found = compared(
        *offers, programs=tuple(programs), gpus=gpus, hours=hours, hours_low=hours / 2,
        hours_high=hours * 2, budget=budget, valuation=valuation,
    )  # fmt: skip
    tiers = [TIERS.index(route.tier) for route in found.routes]
    assert tiers == sorted(tiers)
    for route in found.routes:
        total = route.total_usd
        assert total is None or total.low <= total.likely <= total.high
        if route.tier in ("ready", "stock_unknown"):
            assert route.with_dilution_usd is not None
            assert not COST_UNKNOWN & set(route.unknown)
            assert route.eligibility in ("yes", "not_needed")
            assert budget is None or (total and total.likely <= budget)
        if route.start is not None:
            assert route.standing in ("live", "recent")
    again = compared(
        *reversed(offers), programs=tuple(reversed(programs)), gpus=gpus, hours=hours,
        hours_low=hours / 2, hours_high=hours * 2, budget=budget, valuation=valuation,
    )  # fmt: skip
    assert [(r.kind, r.total_usd) for r in again.routes] == [
        (r.kind, r.total_usd) for r in found.routes
    ]
    assert RouteComparison.model_validate_json(found.model_dump_json())
