"""Routes for one job: what each costs by hand, their order, and that nothing is filled in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tools.errors import InvalidInput, UnknownGpu
from tools.estimates.money.loan import gpu_loan
from tools.estimates.money.ownership import rent_or_buy
from tools.estimates.routes.estimate import compare_routes
from tools.estimates.routes.ranking import told_routes
from tools.estimates.routes.records import ProgramTerms, Route, RouteComparison
from tools.offers import Availability, Commitment, Money, Offer, Start, Term

D = Decimal
TODAY = date(2026, 11, 23)


def an_offer(provider: str, price: str | None = "2", **more: Any) -> Offer:
    values: dict[str, Any] = {
        "provider": provider,
        "gpu": "nvidia-h100-sxm5-80gb",
        "gpu_raw": "H100",
        "count": 8,
        "term": Term.ON_DEMAND,
        "price_per_gpu_hour": Money(amount=D(price), currency="USD") if price else None,
        "method": "list",
        "source": "a list",
        "observed_at": "2026-09-01",
        "standing": "list",
    }
    return Offer(**values | more)


def live(provider: str, price: str, **more: Any) -> Offer:
    seen = {"standing": "live", "method": "live", "availability": Availability.AVAILABLE}
    return an_offer(provider, price, **seen | more)


def a_program(**more: Any) -> ProgramTerms:
    values: dict[str, Any] = {"id": "a-fund", "name": "A fund", "kind": "fund_program"}
    return ProgramTerms(**values | more)


def compared(
    *offers: Offer, programs: tuple[ProgramTerms, ...] = (), **more: Any
) -> RouteComparison:
    job: dict[str, Any] = {"gpu": "H100", "gpus": 64, "hours": D(100), "today": TODAY}
    return compare_routes(**job | {"offers": offers, "programs": programs} | more)


def the(found: RouteComparison, name: str) -> Route:
    return next(route for route in found.routes if route.name == name)


def test_cost_of_a_rented_job_for_each_of_its_lengths() -> None:
    found = compared(an_offer("Cheap"), hours_low=D(80), hours_high=D(150))
    [route] = found.routes
    assert route.total_usd is not None
    total = route.total_usd
    assert (total.low, total.likely, total.high) == (10_240, 12_800, 19_200)
    assert (route.tier, route.start, route.unknown) == ("stock_unknown", None, ("start",))
    assert route.evidence[0].cite == "offers.0"
    assert found.job_gpu_hours.likely == 6400
    assert "64 GPUs x 100 h x 2 USD = $12,800" in found.explain()[1]
    assert found.sensitivity[0].name == "hours"
    assert (found.sensitivity[0].at_low, found.sensitivity[0].at_high) == (10_240, 19_200)


def test_what_is_free_now_stands_before_a_cheaper_price_without_stock() -> None:
    found = compared(an_offer("List", "1"), live("Live", "3"))
    assert [route.name for route in found.routes] == ["Live", "List"]
    assert found.routes[0].start == TODAY.isoformat()
    assert found.routes[0].tier == "ready"


def test_stock_that_is_stale_or_too_little_is_not_available() -> None:
    stale = live("Stale", "1", standing="stale", stale=True)
    little = live("Little", "1", availability=Availability.LIMITED)
    assert compared(stale).routes[0].start is None
    [route] = compared(little).routes
    assert route.start is None
    assert route.problems == ("none_free",)
    assert route.tier == "stock_unknown"
    both = compared(little, an_offer("List", "5"))
    assert [each.name for each in both.routes] == ["List", "Little"]


def test_a_reservation_is_paid_in_full() -> None:
    found = compared(an_offer("Year", "2", term=Term.RESERVED, term_months=12))
    [route] = found.routes
    assert route.total_usd is not None
    assert route.total_usd.likely == 64 * 8760 * 2
    assert route.idle_gpu_hours == 64 * (8760 - 100)
    assert route.used_share == pytest.approx(100 / 8760, abs=1e-4)
    assert any(each.name == "commitment" for each in found.assumptions)


def test_spot_without_interruptions_is_a_lower_bound_and_with_them_a_price() -> None:
    spot = an_offer("Spot", "1", term=Term.SPOT)
    [route] = compared(spot, an_offer("List", "5")).routes[1:]
    assert (route.name, route.tier, route.lower_bound) == ("Spot", "unknown", True)
    assert "restart_loss" in route.unknown
    stated = {"checkpoint_hours": D(2), "restart_hours": D("0.5"), "interruptions_per_day": D(4)}
    found = compared(spot, **stated)
    [route] = found.routes
    assert route.lost_share == D("0.25")
    assert route.total_usd is not None
    assert round(route.total_usd.likely, 6) == round(D(6400) / D("0.75"), 6)
    assert {bar.name for bar in found.sensitivity} == {"interruptions_per_day"}


def test_a_block_has_its_start_and_is_paid_up_front() -> None:
    block = live(
        "Block",
        "2",
        term=Term.CAPACITY_BLOCK,
        count=64,
        availability=Availability.UNKNOWN,
        commitment=Commitment(hours=D(168)),
        upfront=Money(amount=D(21_504), currency="USD"),
        start=Start(
            state="window",
            at=datetime(2026, 12, 1, 12, tzinfo=UTC),
            until=datetime(2026, 12, 8, 12, tzinfo=UTC),
            bound="exact",
        ),
    )
    [route] = compared(block, start_by=date(2026, 12, 5)).routes
    assert (route.tier, route.start, route.cash_upfront_usd) == ("ready", "2026-12-01", 21_504)
    [route] = compared(block, start_by=date(2026, 11, 28), cash=D(20_000)).routes
    assert (route.tier, route.problems) == ("out", ("over_cash", "too_late"))
    [route] = compared(block, hours=D(200)).routes
    assert (route.tier, route.total_usd) == ("unknown", None)
    assert "longer_than_term" in route.unknown


def test_a_predicted_start_after_the_wish_may_be_late() -> None:
    queue = live(
        "Own cluster",
        "0",
        term=Term.FUND,
        count=None,
        availability=Availability.QUEUED,
        start=Start(
            state="not_later_than",
            at=datetime(2026, 12, 1, tzinfo=UTC),
            bound="not_after",
        ),
    )
    [route] = compared(queue, start_by=date(2026, 11, 25)).routes
    assert (route.kind, route.tier, route.problems) == ("fund", "ready", ("may_be_late",))
    assert route.total_usd is not None
    assert route.total_usd.likely == 0


def test_a_slower_form_of_the_gpu_takes_longer_nobody_says_how_much() -> None:
    pcie = an_offer("PCIe", "1", gpu="nvidia-h100-pcie-80gb")
    found = compared(pcie, an_offer("SXM", "2"))
    assert [route.name for route in found.routes] == ["SXM", "PCIe"]
    assert found.routes[1].lower_bound
    assert "slower_form" in found.routes[1].unknown
    assert compared(pcie, gpu="H100 PCIe").routes[0].unknown == ("start",)


def test_an_index_of_prices_is_no_seller() -> None:
    index = an_offer("1-year contract index (SemiAnalysis)", term=Term.RESERVED, term_months=12)
    assert "seller" in compared(index).routes[0].unknown


def test_budget_and_price_unknown() -> None:
    found = compared(
        an_offer("Dear", "10"), an_offer("Silent", None), hours_high=D(200), budget=D(64_000)
    )
    assert [route.name for route in found.routes] == ["Dear", "Silent"]
    assert found.routes[0].problems == ("may_exceed_budget",)
    assert found.routes[1].total_usd is None
    assert "gpu_price" in found.routes[1].unknown
    over = compared(an_offer("Dear", "10"), budget=D(63_999))
    assert over.routes[0].tier == "out"


def test_a_price_in_another_currency_without_a_rate_is_no_price() -> None:
    yuan = an_offer("Yuan", None)
    yuan = yuan.model_copy(update={"price_per_gpu_hour": Money(amount=D(9), currency="CNY")})
    [route] = compared(yuan).routes
    assert route.total_usd is None
    assert "other_currency" in route.unknown


def test_a_free_program_is_not_first_while_its_conditions_are_unknown() -> None:
    free = a_program(price_basis="free", gpu="H100", gpus=64, days=D(14))
    found = compared(an_offer("List"), programs=(free,))
    assert [route.name for route in found.routes] == ["List", "A fund"]
    fund = found.routes[1]
    assert fund.total_usd is not None
    assert fund.total_usd.likely == 0
    assert fund.unknown == ("start", "eligibility")
    eligible = free.model_copy(update={"eligibility": "yes"})
    found = compared(an_offer("List"), programs=(eligible,))
    assert [route.name for route in found.routes] == ["A fund", "List"]
    for update, problem in (
        ({"eligibility": "no"}, "not_eligible"),
        ({"gpus": 32}, "too_few_gpus"),
        ({"days": D(3)}, "too_short"),
        ({"gpu": "A100"}, "other_gpu"),
        ({"ended": True}, "ended"),
    ):
        [route] = compared(programs=(eligible.model_copy(update=update),)).routes
        assert (route.tier, route.problems) == ("out", (problem,))


def test_below_market_is_no_price() -> None:
    [route] = compared(programs=(a_program(price_basis="below_market", gpu="H100"),)).routes
    assert route.total_usd is None
    assert {"program_price", "program_gpus", "program_days"} <= set(route.unknown)


def test_equity_is_dilution_at_a_stated_valuation_only() -> None:
    terms = a_program(
        price_basis="free", gpu="H100", gpus=64, days=D(14), eligibility="yes",
        equity_asked=True, equity_share=D("0.07"), investment=D(125_000),
    )  # fmt: skip
    [route] = compared(programs=(terms,)).routes
    assert route.dilution_usd is None
    assert route.with_dilution_usd is None
    assert (route.tier, "equity_price" in route.unknown) == ("unknown", True)
    found = compared(an_offer("List"), programs=(terms,), valuation=D(12_000_000))
    route = the(found, "A fund")
    assert route.dilution_usd == 715_000
    assert route.with_dilution_usd is not None
    assert route.with_dilution_usd.likely == 715_000
    assert [each.name for each in found.routes] == ["List", "A fund"]
    unstated = terms.model_copy(update={"equity_share": None, "investment": None})
    [route] = compared(programs=(unstated,), valuation=D(12_000_000)).routes
    assert "equity_share" in route.unknown
    bought = terms.model_copy(update={"equity_share": None})
    [route] = compared(programs=(bought,), valuation=D(12_500_000)).routes
    assert (route.dilution_share, route.dilution_usd) == (D("0.01"), 0)


def test_credits_pay_for_the_list_price_of_their_cloud() -> None:
    terms = a_program(
        id="credits", name="Credits", kind="credits", credits=D(10_000), cloud="Cloud",
        eligibility="yes", cites={"credits": "p2.1"},
    )  # fmt: skip
    offers = (an_offer("Other", "1"), an_offer("Cloud", "5"))
    route = the(compared(*offers, programs=(terms,)), "Credits")
    assert route.total_usd is not None
    assert route.total_usd.likely == 64 * 100 * 5 - 10_000
    cited = {each.figure: each.cite for each in route.evidence}
    assert cited == {"credits": "p2.1", "total_usd": "offers.1"}
    bound = terms.model_copy(update={"credits_up_to": True})
    route = the(compared(*offers, programs=(bound,)), "Credits")
    assert route.total_usd is not None
    assert (route.total_usd.likely, route.total_usd.high) == (22_000, 32_000)
    short = terms.model_copy(update={"days": D("0.625"), "credits": D(50_000)})  # 15 of 100 hours
    route = the(compared(*offers, programs=(short,)), "Credits")
    assert route.total_usd is not None
    assert route.total_usd.likely == D(32_000) * D("0.85")
    elsewhere = terms.model_copy(update={"cloud": "Nowhere"})
    route = the(compared(*offers, programs=(elsewhere,)), "Credits")
    assert (route.total_usd, "list_price" in route.unknown) == (None, True)


def test_what_nobody_offers_is_named() -> None:
    found = compared(an_offer("List"))
    assert {"spot", "reserved", "fund_program", "credits", "buying"} <= set(found.none_of)
    assert "on_demand" not in found.none_of
    assert compared().routes == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"gpus": 0},
        {"hours": D(0)},
        {"hours_low": D(200)},
        {"hours_high": D(50)},
        {"budget": D(0)},
        {"cash": D(-1)},
        {"valuation": D("NaN")},
        {"start_by": date(2026, 11, 1)},
        {"interruptions_per_day": D(-1)},
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        compared(**wrong)


def test_a_gpu_that_no_table_has_is_refused() -> None:
    with pytest.raises(UnknownGpu):
        compared(gpu="X900")


def test_buying_and_a_loan_are_paid_for_their_whole_life() -> None:
    owning = rent_or_buy("H100", 64, purchase_per_gpu=D(32_000))
    lent = gpu_loan(owning.capital.per_gpu, 42, D("0.12"), gpus=64)
    found = compared(an_offer("List"), owning=owning, loan=lent)
    assert [route.kind for route in found.routes] == ["on_demand", "buying", "loan"]
    _, bought, borrowed = found.routes
    assert bought.total_usd is not None
    assert bought.total_usd.likely == owning.owning_total_usd
    assert bought.cash_upfront_usd == owning.capital.total
    assert bought.idle_gpu_hours == pytest.approx(owning.months * 730.5 * 64 - 6400)
    assert borrowed.total_usd is not None
    interest = lent.cases[0].total_interest_usd
    assert borrowed.total_usd.likely == owning.owning_total_usd + interest
    assert borrowed.cash_upfront_usd == 0
    assert borrowed.tier == "stock_unknown"
    assert {"owning", "ranking"} <= {each.name for each in found.assumptions}
    short = compared(owning=owning, cash=owning.capital.total - 1)
    assert short.routes[0].problems == ("over_cash",)


def test_a_loan_without_a_rate_is_a_range_and_the_rate_is_unknown() -> None:
    owning = rent_or_buy("H100", 64)
    lent = gpu_loan(owning.capital.per_gpu, 42, gpus=64)
    borrowed = compared(owning=owning, loan=lent).routes[1]
    assert (borrowed.kind, borrowed.tier) == ("loan", "unknown")
    assert "interest_rate" in borrowed.unknown
    with pytest.raises(InvalidInput):
        compared(owning=rent_or_buy("H100", 8))


def test_a_lower_bound_below_the_best_known_price_is_not_kept_silent() -> None:
    dear, maybe = an_offer("Dear", "3"), an_offer("Maybe", "1", count=None)
    found = compared(dear, maybe, an_offer("Second", "2.5"), an_offer("Loose", "9", count=None))
    assert [route.name for route in found.routes] == ["Second", "Dear", "Maybe"]
    assert the(found, "Maybe").lower_bound
    assert the(found, "Maybe").tier == "unknown"
    assert [route.name for route in told_routes(found.routes, 1, 0)] == ["Second", "Maybe"]
