"""What cloud credits buy at list price, and what that is worth at market prices.

value = min(credit, what can be spent before it expires) x market price / list price x probability
of use. Where credits pay only a share of the bill, the cash beside them comes off, at list price.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from statistics import median
from typing import Any

from tools.errors import InvalidInput
from tools.estimates.checks import gpu_kind, not_negative, positive, share, whole
from tools.estimates.money.credits_records import CreditsInputs, CreditsValue, CreditYear, YearOfUse
from tools.estimates.money.dilution import MOST_USD, dilution_cost
from tools.estimates.money.rents import MOST_PRICE, Rent
from tools.estimates.records import Assumption, MoneyRange, Sensitivity, Step, Swing, tornado
from tools.estimates.shown import triple, usd

_MOST_YEARS, _MOST_RENTS = 10, 12
_WHOLE_BILL = (CreditYear(),)
_FORMULA = "value of credits: what they buy, at the price for which one could buy it elsewhere"


def credits_value(
    credit: Decimal,
    list_price: Decimal,
    market: Sequence[Rent] = (),
    *,
    gpu: str | None = None,
    years: Sequence[CreditYear] = _WHOLE_BILL,
    expiry_months: int | None = None,
    spend_per_month: Decimal | None = None,
    eligible_share: Decimal | None = None,
    excluded: str | None = None,
    probability: Decimal | None = None,
    equity_share: Decimal | None = None,
    valuation: Decimal | None = None,
    cash_in: Decimal | None = None,
) -> CreditsValue:
    """Estimate `credit` US dollars of credits against `list_price` per GPU-hour.

    `market` are prices for which the same hours could be had elsewhere. `years` gives the share of
    the bill that credits pay in each year, with a cap; with several, credits end with the last.
    `spend_per_month` is what would be spent there at list prices, of which `eligible_share` may be
    paid with credits (`excluded` names the rest). `equity_share` at `valuation` after the deal,
    less `cash_in`, is what the credits cost in shares. Raises `InvalidInput` and `UnknownGpu`.
    """
    inputs = CreditsInputs(
        credit_usd=positive("credit", credit, MOST_USD),
        list_price=positive("list price", list_price, MOST_PRICE),
        gpu=gpu_kind(gpu).key if gpu else None,
        market=_checked_market(market),
        years=_checked_years(years),
        expiry_months=_expiry(expiry_months, len(years)),
        spend_per_month=None
        if spend_per_month is None
        else positive("spending a month", spend_per_month, MOST_USD),
        eligible_share=Decimal(1)
        if eligible_share is None
        else share("eligible share", eligible_share),
        probability=Decimal(1) if probability is None else share("probability", probability),
        equity_share=None if equity_share is None else share("equity share", equity_share),
        valuation=None if valuation is None else positive("valuation", valuation, MOST_USD),
        cash_in=not_negative("cash", cash_in or 0, MOST_USD),
    )
    if inputs.cash_in and not inputs.equity_share:
        raise InvalidInput("cash without a share for which it is paid", "state the equity share")
    used = _years_of_use(inputs)
    value = _total_value(inputs, used)
    dilution = _dilution(inputs)
    usable = sum((each.used_usd for each in used), Decimal(0))
    return CreditsValue(
        inputs=inputs,
        usable_usd=usable,
        unused_usd=inputs.credit_usd - usable,
        cash_beside_usd=sum((each.cash_beside_usd for each in used), Decimal(0)),
        gpu_hours=sum((each.gpu_hours for each in used), Decimal(0)),
        value_usd=value,
        value_share=None if value is None else value.likely / inputs.credit_usd,
        dilution_usd=dilution,
        net_value_usd=_net(value, dilution, inputs.equity_share),
        years=used,
        unknown=_unknown(inputs, used),
        assumptions=tuple(_assumptions(inputs, probability, excluded)),
        steps=tuple(_steps(inputs, used, value, dilution)),
        sensitivity=_sensitivity(inputs, probability),
    )


def _checked_market(market: Sequence[Rent]) -> tuple[Rent, ...]:
    if len(market) > _MOST_RENTS:
        raise InvalidInput(f"{len(market)} market prices are too many", f"at most {_MOST_RENTS}")
    for rent in market:
        positive("market price", rent.price_per_gpu_hour, MOST_PRICE)
    return tuple(market)


def _checked_years(years: Sequence[CreditYear]) -> tuple[CreditYear, ...]:
    whole("years", len(years), _MOST_YEARS)
    for year in years:
        if not share("share of the bill", year.share):
            raise InvalidInput("a year in which credits pay 0 cannot be", "leave that year out")
        if year.cap_usd is not None:
            positive("cap of a year", year.cap_usd, MOST_USD)
    return tuple(years)


def _expiry(months: int | None, years: int) -> int | None:
    if months is None:
        return 12 * years if years > 1 else None
    whole("months until credits expire", months, 12 * _MOST_YEARS)
    if years > 1 and months > 12 * years:
        raise InvalidInput(
            f"credits of {years} years cannot expire after {months} months",
            "state the share of the bill for each year",
        )
    return months


def _years_of_use(inputs: CreditsInputs) -> tuple[YearOfUse, ...]:
    left = inputs.credit_usd
    found = []
    for number, (terms, months) in enumerate(_periods(inputs), 1):
        limits = [left]
        if terms.cap_usd is not None:
            limits.append(terms.cap_usd)
        if inputs.spend_per_month is not None and months is not None:
            eligible = inputs.spend_per_month * inputs.eligible_share * months
            limits.append(terms.share * eligible)
        used = min(limits)
        left -= used
        found.append(_year(inputs, number, terms.share, used))
    return tuple(found)


def _periods(inputs: CreditsInputs) -> list[tuple[CreditYear, int | None]]:
    """The terms of each year with its months; None: without an end."""
    if inputs.expiry_months is None:
        return [(inputs.years[0], None)]
    if len(inputs.years) == 1:
        return [(inputs.years[0], inputs.expiry_months)]
    return [
        (terms, min(12, inputs.expiry_months - 12 * n))
        for n, terms in enumerate(inputs.years)
        if inputs.expiry_months > 12 * n
    ]


def _year(inputs: CreditsInputs, number: int, paid: Decimal, used: Decimal) -> YearOfUse:
    hours = used / paid / inputs.list_price
    cash = used / paid * (1 - paid)
    value = None
    if inputs.market:
        prices = [min(each, inputs.list_price) for each in _market_prices(inputs.market)]
        worth = [max(hours * price - cash, Decimal(0)) for price in prices]
        value = MoneyRange(low=worth[0], likely=worth[1], high=worth[2])
    return YearOfUse(
        year=number,
        share=paid,
        used_usd=used,
        cash_beside_usd=cash,
        gpu_hours=hours,
        value_usd=value,
        worth_using=None if value is None else value.likely > 0 or not used,
    )


def _market_prices(market: Sequence[Rent]) -> tuple[Decimal, Decimal, Decimal]:
    prices = [each.price_per_gpu_hour for each in market]
    return min(prices), median(prices), max(prices)


def _total_value(inputs: CreditsInputs, used: Sequence[YearOfUse]) -> MoneyRange | None:
    values = [each.value_usd for each in used if each.value_usd is not None]
    if not values:
        return None
    low, likely, high = (
        inputs.probability * sum((getattr(each, end) for each in values), Decimal(0))
        for end in ("low", "likely", "high")
    )
    return MoneyRange(low=low, likely=likely, high=high)


def _dilution(inputs: CreditsInputs) -> Decimal | None:
    if inputs.equity_share is None or inputs.valuation is None:
        return None
    return dilution_cost(inputs.equity_share, inputs.valuation, inputs.cash_in)


def _net(
    value: MoneyRange | None, dilution: Decimal | None, equity: Decimal | None
) -> Decimal | None:
    if value is None or (equity and dilution is None):
        return None
    return value.likely - (dilution or 0)


def _unknown(inputs: CreditsInputs, used: Sequence[YearOfUse]) -> tuple[str, ...]:
    """Codes: "no_market_price", "no_spend" (credits may expire unused), "no_expiry",
    "equity_without_valuation", "year_not_worth_using"."""
    codes = {
        "no_market_price": not inputs.market,
        "no_spend": inputs.spend_per_month is None,
        "no_expiry": inputs.expiry_months is None,
        "equity_without_valuation": bool(inputs.equity_share) and inputs.valuation is None,
        "year_not_worth_using": any(each.worth_using is False for each in used),
    }
    return tuple(code for code, holds in codes.items() if holds)


def _assumptions(
    inputs: CreditsInputs, probability: Decimal | None, excluded: str | None
) -> list[Assumption]:
    stated = "stated by the person"
    found = [
        Assumption(
            name="list_price",
            value=usd(inputs.list_price, 2),
            text="credits are spent at this list price",
            source=stated,
        )
    ]
    found += [
        Assumption(
            name="market_price",
            value=usd(each.price_per_gpu_hour, 2),
            text=f"the same hours elsewhere at {usd(each.price_per_gpu_hour, 2)}"
            + _seller(each.name)
            + (f" of {each.as_of}" if each.as_of else ", date not stated"),
            source=each.source,
        )
        for each in inputs.market
    ]
    if inputs.spend_per_month is None:
        text = "all of it is spent before it expires: no spending a month is stated"
        found.append(
            Assumption(name="spend", value="all", text=text, source="planning figure, no source")
        )
    if probability is None:
        text = "it is certain that they come and are used: no probability is stated"
        found.append(
            Assumption(
                name="probability", value="100%", text=text, source="planning figure, no source"
            )
        )
    if excluded or inputs.eligible_share < 1:
        text = f"{inputs.eligible_share:.0%} of the spending may be paid with credits" + (
            f"; not {excluded}" if excluded else ""
        )
        found.append(
            Assumption(
                name="eligible", value=f"{inputs.eligible_share:.0%}", text=text, source=stated
            )
        )
    return found


def _steps(
    inputs: CreditsInputs,
    used: Sequence[YearOfUse],
    value: MoneyRange | None,
    dilution: Decimal | None,
) -> list[Step]:
    steps = [_year_step(inputs, each) for each in used]
    if inputs.market:
        low, likely, high = _market_prices(inputs.market)
        text = f"market price = {triple((low, likely, high), 2)} (lowest, middle, highest)"
        steps.append(Step(name="market", text=text + ", at most the list price"))
        steps += [
            Step(
                name=f"value_{each.year}",
                text=f"value of year {each.year} = {each.gpu_hours:,.0f} GPU-hours x market price"
                f" - {usd(each.cash_beside_usd)} cash beside ="
                f" {_money(each.value_usd)}" + ("" if each.worth_using else " (not worth using)"),
                source=_FORMULA,
            )
            for each in used
            if each.value_usd is not None
        ]
    if value is not None:
        text = f"value = sum of the years x {inputs.probability:.0%} probability = {_money(value)}"
        steps.append(Step(name="value", text=text))
    if dilution is not None and inputs.equity_share is not None and inputs.valuation is not None:
        text = (
            f"dilution = {inputs.equity_share:.2%} x {usd(inputs.valuation)} valuation"
            f" - {usd(inputs.cash_in)} cash = {usd(dilution)}"
        )
        steps.append(Step(name="dilution", text=text))
    return steps


def _year_step(inputs: CreditsInputs, year: YearOfUse) -> Step:
    terms, months = _periods(inputs)[year.year - 1]
    limits = ["what is left"]
    if terms.cap_usd is not None:
        limits.append(f"cap {usd(terms.cap_usd)}")
    if inputs.spend_per_month is not None and months is not None:
        limits.append(
            f"{terms.share:.0%} of {usd(inputs.spend_per_month)} x {inputs.eligible_share:.0%}"
            f" x {months} months"
        )
    return Step(
        name=f"year_{year.year}",
        text=f"year {year.year}: credits used = least of ({', '.join(limits)})"
        f" = {usd(year.used_usd)}; / {year.share:.0%} / {usd(inputs.list_price, 2)} ="
        f" {year.gpu_hours:,.0f} GPU-hours, {usd(year.cash_beside_usd)} cash beside",
    )


def _money(value: MoneyRange | None) -> str:
    return "" if value is None else " / ".join(map(usd, (value.low, value.likely, value.high)))


def _sensitivity(inputs: CreditsInputs, probability: Decimal | None) -> tuple[Sensitivity, ...]:
    if not inputs.market:
        return ()
    low, likely, high = _market_prices(inputs.market)
    swings = [
        Swing(name="market_price", low=low, high=high, low_text=usd(low, 2), high_text=usd(high, 2))
    ]
    if probability is None:
        ends = (Decimal("0.5"), Decimal(1))
        swings.append(
            Swing(name="probability", low=ends[0], high=ends[1], low_text="50%", high_text="100%")
        )

    def result(changes: Mapping[str, Any]) -> Decimal:
        price = changes.get("market_price", likely)
        changed = inputs.model_copy(
            update={
                "market": (inputs.market[0].model_copy(update={"price_per_gpu_hour": price}),),
                "probability": changes.get("probability", inputs.probability),
            }
        )
        value = _total_value(changed, _years_of_use(changed))
        return value.likely if value else Decimal(0)

    return tornado("value_usd", result, swings)


def _seller(name: str) -> str:
    """Whose price it is; one that was told goes by its own figure."""
    return f" ({name})" if any(letter.isalpha() for letter in name) else ""
