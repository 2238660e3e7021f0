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
from tools.estimates.shown import dollars

_MOST_USD, _MOST_YEARS, _MOST_RATE = Decimal(10) ** 15, 50, Decimal(10)
_CENT, _POINTS = Decimal("0.01"), Decimal("0.1")


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
    flow = _flow(inputs)
    earned = counted = net = paid = None
    if margin is not None:
        earned = committed * margin
        counted, paid = _margin_and_investment(inputs)
        net = paid - counted
    result = DealFlow(
        inputs=inputs,
        flow=flow,
        share_back=committed / invested,
        company_net_usd=invested - committed,
        break_even_year=next((y.year for y in flow if y.total_share_back >= 1), None),
        cloud_margin_usd=earned,
        net_investment_usd=net,
        implied_discount=None if counted is None or paid is None else counted / paid,
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


def _margin_and_investment(asked: DealFlowInputs) -> tuple[Decimal, Decimal]:
    """The margin that the cloud earns and what is invested, both as of today."""
    margin = asked.cloud_margin or Decimal(0)
    spending = _spending(asked.commitment_usd, asked.years, asked.growth)
    earned = _today([each * margin for each in spending], asked.discount_rate)
    return earned, _today(_payments(asked), asked.discount_rate, at_start=True)


def _payments(asked: DealFlowInputs) -> list[Decimal]:
    """What is invested each year: equal parts that add up, to the cent."""
    part = (asked.investment_usd / asked.paid_over_years).quantize(_CENT)
    parts = [part] * (asked.paid_over_years - 1)
    return [*parts, asked.investment_usd - sum(parts)]


def _flow(asked: DealFlowInputs) -> tuple[DealYear, ...]:
    spending = _spending(asked.commitment_usd, asked.years, asked.growth)
    payments = _payments(asked) + [Decimal(0)] * (asked.years - asked.paid_over_years)
    got, gone, flow = Decimal(0), Decimal(0), []
    for year, (paid, spent) in enumerate(zip(payments, spending, strict=True), 1):
        got, gone = got + paid, gone + spent
        flow.append(
            DealYear(
                year=year,
                invested_usd=paid,
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
            value=f"{asked.growth:.1%}",
            text=f"the commitment is spent in full over {asked.years} years, {flat}",
            source="given" if asked.growth else "planning figure, no source",
        ),
        Assumption(
            name="paid_over_years",
            value=f"{asked.paid_over_years}",
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
    invested, committed = dollars(asked.investment_usd), dollars(asked.commitment_usd)
    steps = [
        Step(
            name="share_back",
            text=f"share that flows back = {committed} commitment / {invested} investment"
            f" = {found.share_back:.1%}",
        ),
        Step(
            name="company_net",
            text=f"net cash of the company = {invested} - {committed}: {_kept(found)}",
        ),
        *(
            Step(
                name=f"year_{year.year}",
                text=f"year {year.year}: {dollars(year.spent_usd)} spent, {year.share_back:.1%} of"
                f" the investment; {year.total_share_back:.1%} so far",
            )
            for year in found.flow
        ),
    ]
    if found.cloud_margin_usd is not None and found.net_investment_usd is not None:
        earned, paid = _margin_and_investment(asked)
        steps += [
            Step(
                name="cloud_margin",
                text=f"margin of the cloud = {committed} x {asked.cloud_margin:.1%}"
                f" = {dollars(found.cloud_margin_usd)}",
            ),
            Step(
                name="implied_discount",
                text=f"implied discount = margin / investment{_dated(asked)} = {dollars(earned)} /"
                f" {dollars(paid)} = {found.implied_discount:.1%}; net investment"
                f" {dollars(found.net_investment_usd)}",
            ),
        ]
    if found.stated_valuation_usd is not None:
        after = found.effective_valuation_usd
        more = "" if after is None else f"; after the margin {dollars(after)}"
        stake = f"valuation = {invested} / {asked.equity_share:.2%}"
        line = f"{stake} = {dollars(found.stated_valuation_usd)}{more}"
        steps.append(Step(name="valuation", text=line))
    return steps


def _kept(found: DealFlow) -> str:
    net = found.company_net_usd
    return f"{dollars(net)} stay" if net >= 0 else f"{dollars(-net)} more out than in"


def _dated(asked: DealFlowInputs) -> str:
    if asked.discount_rate is None:
        return ""
    return f", each year's as value of today at {asked.discount_rate:.1%} a year,"


def _sensitivity(asked: DealFlowInputs) -> tuple[Sensitivity, ...]:
    """The share that flows back, or the implied discount where the margin is stated: if only half
    of the commitment is spent, and at another margin."""
    margin = asked.cloud_margin

    def result(changed: dict[str, Any]) -> Decimal:
        other = asked.model_copy(update=changed)
        if other.cloud_margin is None:
            return other.commitment_usd / other.investment_usd
        counted, paid = _margin_and_investment(other)
        return counted / paid

    half = asked.commitment_usd / 2
    swings = [
        Swing(
            name="commitment_usd",
            low=half,
            high=asked.commitment_usd,
            low_text=dollars(half),
            high_text=dollars(asked.commitment_usd),
        )
    ]
    if margin is not None:
        low, high = max(margin - _POINTS, Decimal(0)), min(margin + _POINTS, Decimal(1))
        swings.append(
            Swing(
                name="cloud_margin",
                low=low,
                high=high,
                low_text=f"{low:.1%}",
                high_text=f"{high:.1%}",
            )
        )
    return tornado("share_back" if margin is None else "implied_discount", result, swings)
