"""What flows back in a deal that ties an investment to a cloud commitment.

An investor puts money into a company that has promised to spend on the investor's cloud. Year by
year: what is spent there, what share of the investment that is, what the company keeps, what the
cloud earns. The commitment grows by a stated rate a year; nothing is taken from any known deal.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tools.errors import InvalidInput
from tools.estimates.checks import not_negative, positive, share, whole
from tools.estimates.records import (
    Assumption,
    Dollars,
    Estimate,
    Exact,
    Record,
    Sensitivity,
    Step,
    Swing,
    tornado,
    unit,
)
from tools.estimates.shown import short

_MOST_USD, _MOST_YEARS, _MOST_RATE = Decimal(10) ** 15, 50, Decimal(10)
_CENT = Decimal("0.01")


class DealYear(Record):
    """One year of a deal; shares are of the whole investment. `company_net_usd` is the cash that
    the company has left of the deal so far, negative where it has spent more than it got."""

    year: int = unit("years")
    invested_usd: Dollars = unit("USD")
    spent_usd: Dollars = unit("USD")
    share_back: Exact = unit("share")
    total_share_back: Exact = unit("share")
    company_net_usd: Dollars = unit("USD")
    cloud_margin_usd: Dollars | None = unit("USD")


class DealFlowInputs(Record):
    """What was asked."""

    investment_usd: Dollars = unit("USD")
    commitment_usd: Dollars = unit("USD")
    years: int = unit("years")
    growth: Exact = unit("share per year")
    paid_over_years: int = unit("years")
    cloud_margin: Exact | None = unit("share")
    equity_share: Exact | None = unit("share")
    discount_rate: Exact | None = unit("share per year")


class DealFlow(Estimate):
    """What flows back. `break_even_year` is the first year by whose end the cloud has been paid as
    much as was invested; None: not within the deal.

    `net_investment_usd` is the investment less the margin that the cloud earns on the commitment;
    `implied_discount` is that margin as a share of the investment, and `stated_valuation_usd` and
    `effective_valuation_usd` are what the stake values the company at before and after it. They are
    None without the margin or the stake. With a discount rate sums of later years count for less
    in these three; without one they do not.
    """

    inputs: DealFlowInputs
    flow: tuple[DealYear, ...]
    share_back: Exact = unit("share")
    company_net_usd: Dollars = unit("USD")
    break_even_year: int | None = unit("years")
    cloud_margin_usd: Dollars | None = unit("USD")
    net_investment_usd: Dollars | None = unit("USD")
    implied_discount: Exact | None = unit("share")
    stated_valuation_usd: Dollars | None = unit("USD")
    effective_valuation_usd: Dollars | None = unit("USD")


def deal_flow_back(
    investment: Decimal,
    commitment: Decimal,
    years: int,
    growth: Decimal = Decimal(0),
    paid_over_years: int = 1,
    cloud_margin: Decimal | None = None,
    equity_share: Decimal | None = None,
    discount_rate: Decimal | None = None,
) -> DealFlow:
    """What of `investment` flows back through a cloud `commitment` over `years` (US dollars).

    Spending grows by `growth` a year (0.3 is 30 %) and adds up to the commitment. The investment
    is paid in equal parts at the start of the first `paid_over_years` years. `cloud_margin` is the
    gross margin of the cloud on what is spent, `equity_share` the stake that was bought,
    `discount_rate` that of the investor: none of them is assumed. Raises `InvalidInput`.
    """
    invested = positive("investment", investment, _MOST_USD)
    committed = positive("commitment", commitment, _MOST_USD)
    whole("years", years, _MOST_YEARS)
    if not 1 <= paid_over_years <= years:
        raise InvalidInput(
            f"an investment paid over {paid_over_years} years cannot be",
            f"from 1 to the {years} of the deal",
        )
    growth = _growth(growth)
    margin = None if cloud_margin is None else share("cloud margin", cloud_margin)
    stake = None if equity_share is None else positive("equity share", equity_share, 1)
    rate = None
    if discount_rate is not None:
        rate = not_negative("discount rate", discount_rate, _MOST_RATE)
    inputs = DealFlowInputs(
        investment_usd=invested,
        commitment_usd=committed,
        years=years,
        growth=growth,
        paid_over_years=paid_over_years,
        cloud_margin=margin,
        equity_share=stake,
        discount_rate=rate,
    )
    spending = _spending(committed, years, growth)
    flow = _flow(inputs, spending)
    earned = None if margin is None else committed * margin
    counted = None if margin is None else _today([each * margin for each in spending], rate)
    paid = _today([each.invested_usd for each in flow], rate, at_start=True)
    net = None if counted is None else paid - counted
    result = DealFlow(
        inputs=inputs,
        flow=flow,
        share_back=committed / invested,
        company_net_usd=invested - committed,
        break_even_year=next((y.year for y in flow if y.total_share_back >= 1), None),
        cloud_margin_usd=earned,
        net_investment_usd=net,
        implied_discount=None if counted is None else counted / paid,
        stated_valuation_usd=None if stake is None else invested / stake,
        effective_valuation_usd=None if stake is None or net is None else net / stake,
        assumptions=_assumptions(inputs),
        sensitivity=_sensitivity(inputs),
    )
    return result.model_copy(update={"steps": tuple(_steps(result))})


def _growth(value: Decimal) -> Decimal:
    growth = Decimal(value)
    if not (growth.is_finite() and -1 < growth <= _MOST_RATE):
        raise InvalidInput(
            f"growth of {value} a year cannot be", "above -1 (all gone) and at most 10 (1,000 %)"
        )
    return growth


def _spending(committed: Decimal, years: int, growth: Decimal) -> list[Decimal]:
    """What is spent each year: a geometric row that adds up to the commitment, to the cent."""
    weights = [(1 + growth) ** n for n in range(years)]
    total = sum(weights)
    spent = [(committed * weight / total).quantize(_CENT) for weight in weights]
    spent[-1] = committed - sum(spent[:-1])
    return spent


def _flow(asked: DealFlowInputs, spending: Sequence[Decimal]) -> tuple[DealYear, ...]:
    part = (asked.investment_usd / asked.paid_over_years).quantize(_CENT)
    got, gone, flow = Decimal(0), Decimal(0), []
    for year, spent in enumerate(spending, 1):
        last = year == asked.paid_over_years
        paid = asked.investment_usd - got if last else part if year < asked.paid_over_years else 0
        got, gone = got + paid, gone + spent
        flow.append(
            DealYear(
                year=year,
                invested_usd=Decimal(paid),
                spent_usd=spent,
                share_back=spent / asked.investment_usd,
                total_share_back=gone / asked.investment_usd,
                company_net_usd=got - gone,
                cloud_margin_usd=None if asked.cloud_margin is None else spent * asked.cloud_margin,
            )
        )
    return tuple(flow)


def _today(sums: Sequence[Decimal], rate: Decimal | None, *, at_start: bool = False) -> Decimal:
    """Yearly sums as of today: those of a year's start or end, at a rate, or just added up."""
    if rate is None:
        return sum(sums, Decimal(0))
    first = 0 if at_start else 1
    return sum((each / (1 + rate) ** n for n, each in enumerate(sums, first)), Decimal(0))


def _assumptions(asked: DealFlowInputs) -> tuple[Assumption, ...]:
    flat = "the same every year" if not asked.growth else f"{asked.growth:+.0%} a year"
    found = [
        Assumption(
            name="growth",
            value=f"{asked.growth:+.0%} a year",
            text=f"the commitment is spent in full over {asked.years} years, {flat}",
            source="given" if asked.growth else "planning figure, no source",
        ),
        Assumption(
            name="paid_over_years",
            value=f"{asked.paid_over_years} years",
            text="the investment is paid at once at the start"
            if asked.paid_over_years == 1
            else f"the investment is paid in {asked.paid_over_years} equal parts, a part at the"
            " start of each year",
            source="given" if asked.paid_over_years > 1 else "planning figure, no source",
        ),
    ]
    if asked.cloud_margin is not None and asked.discount_rate is None:
        found.append(
            Assumption(
                name="no_discounting",
                value="none stated",
                text="a dollar of a later year counts as one of today",
                source="planning figure, no source",
            )
        )
    return tuple(found)


def _steps(found: DealFlow) -> list[Step]:
    asked = found.inputs
    invested, committed = _sum(asked.investment_usd), _sum(asked.commitment_usd)
    steps = [
        Step(
            name="share_back",
            text=f"share that flows back = {committed} commitment / {invested} investment"
            f" = {found.share_back:.1%}",
        ),
        Step(
            name="company_net",
            text=f"net cash of the company = {invested} - {committed}"
            f" = {_sum(found.company_net_usd)}",
        ),
        *(
            Step(
                name=f"year_{year.year}",
                text=f"year {year.year}: {_sum(year.spent_usd)} spent, {year.share_back:.1%} of"
                f" the investment; {year.total_share_back:.1%} so far",
            )
            for year in found.flow
        ),
    ]
    if found.cloud_margin_usd is not None and found.net_investment_usd is not None:
        steps += [
            Step(
                name="cloud_margin",
                text=f"margin of the cloud = {committed} x {asked.cloud_margin:.1%}"
                f" = {_sum(found.cloud_margin_usd)}",
            ),
            Step(
                name="implied_discount",
                text=f"implied discount = margin{_dated(asked)} / investment"
                f" = {found.implied_discount:.1%}; net investment"
                f" {_sum(found.net_investment_usd)}",
            ),
        ]
    if found.stated_valuation_usd is not None:
        after = found.effective_valuation_usd
        more = "" if after is None else f"; after the margin {_sum(after)}"
        stake = f"valuation = {invested} / {asked.equity_share:.2%}"
        line = f"{stake} = {_sum(found.stated_valuation_usd)}{more}"
        steps.append(Step(name="valuation", text=line))
    return steps


def _dated(asked: DealFlowInputs) -> str:
    return "" if asked.discount_rate is None else f" at {asked.discount_rate:.1%} a year"


def _sum(amount: Decimal) -> str:
    return f"-${short(-amount)}" if amount < 0 else f"${short(amount)}"


def _sensitivity(asked: DealFlowInputs) -> tuple[Sensitivity, ...]:
    """The share that flows back, or the implied discount where the margin is stated."""
    margin = asked.cloud_margin

    def result(changed: dict[str, Any]) -> Decimal:
        values = asked.model_dump() | changed
        committed: Decimal = values["commitment_usd"]
        invested: Decimal = values["investment_usd"]
        return committed / invested * (1 if margin is None else values["cloud_margin"])

    swings = [
        Swing(
            name="commitment_usd",
            low=asked.commitment_usd / 2,
            high=asked.commitment_usd,
            low_text="half of it is spent",
            high_text="all of it is spent",
        )
    ]
    if margin is not None:
        low, high = max(margin - Decimal("0.1"), Decimal(0)), min(margin + Decimal("0.1"), 1)
        swings.append(
            Swing(
                name="cloud_margin",
                low=low,
                high=high,
                low_text=f"{low:.0%}",
                high_text=f"{high:.0%}",
            )
        )
    of = "share that flows back" if margin is None else "margin as a share, undiscounted"
    return tornado(of, result, swings)
