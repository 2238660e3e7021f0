"""A loan with GPUs as collateral: payments, cost per GPU-hour, and loan to value over time.

payment = (P - B x (1 + i)^-n) x i / (1 - (1 + i)^-n) with i = yearly rate / 12, as loans are
quoted, over n months with a balloon B at the end. No rate stated: three are shown, none is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tools.errors import InvalidInput
from tools.estimates.checks import not_negative, positive, share, whole
from tools.estimates.money.annuity import MONTH_HOURS, payment
from tools.estimates.money.collateral import collateral
from tools.estimates.money.loan_records import GpuLoan, LoanCase, LoanInputs, LoanMonth
from tools.estimates.money.planning import planned
from tools.estimates.records import Assumption, MoneyRange, Step, Swing, tornado
from tools.estimates.shown import triple, usd

RATES = (Decimal("0.10"), Decimal("0.12"), Decimal("0.15"))
"""Shown side by side where no rate is stated."""

YEARS_OF_USE = Decimal(7)
_YEARS_SOURCE = "Crusoe's loan of 2023 counted on seven years of earning (Wallstreetcn, 2023-10-24)"
_MOST_PRICE, _MOST_GPUS, _MOST_MONTHS = Decimal(10_000_000), 10_000_000, 240
_MOST_FEE = Decimal("0.5")
_ANNUITY = "annuity: equal payments at the end of each month"


def gpu_loan(
    price_per_gpu: Decimal,
    months: int,
    interest: Decimal | None = None,
    gpus: int = 1,
    *,
    down_payment: Decimal = Decimal(0),
    balloon: Decimal = Decimal(0),
    fee: Decimal = Decimal(0),
    years_of_use: Decimal | None = None,
    utilisation: Decimal | None = None,
    price_source: str | None = None,
) -> GpuLoan:
    """Estimate a loan on `gpus` GPUs at `price_per_gpu` US dollars, repaid over `months`.

    `interest` is the yearly rate as a share (0.12); None shows 10, 12 and 15 %. `down_payment` and
    `balloon` are shares of the price, `fee` a share of the loan that is paid at the start.
    `years_of_use` is what the chips lose their value over in a straight line. Raises
    `InvalidInput`.
    """
    inputs = LoanInputs(
        price_per_gpu=positive("price per GPU", price_per_gpu, _MOST_PRICE),
        gpus=whole("GPUs", gpus, _MOST_GPUS),
        months=whole("months", months, _MOST_MONTHS),
        interest=None if interest is None else not_negative("interest", interest, 1),
        down_payment=share("down payment", down_payment),
        balloon=share("balloon", balloon),
        fee=not_negative("fee", fee, _MOST_FEE),
        years_of_use=YEARS_OF_USE
        if years_of_use is None
        else positive("years of use", years_of_use, 30),
        utilisation=_utilisation(utilisation),
    )
    _check_sums(inputs)
    rates = RATES if inputs.interest is None else (inputs.interest,)
    cases = tuple(_case(inputs, rate) for rate in rates)
    likely = cases[len(cases) // 2]
    schedule = _schedule(inputs, likely)
    return GpuLoan(
        inputs=inputs,
        loan_usd=_loan(inputs),
        down_payment_usd=_price(inputs) * inputs.down_payment,
        balloon_usd=_price(inputs) * inputs.balloon,
        fee_usd=_loan(inputs) * inputs.fee,
        cases=cases,
        monthly_payment=_range([each.monthly_payment_usd for each in cases]),
        per_used_gpu_hour=_range([each.per_used_gpu_hour for each in cases]),
        per_used_hour_over_use=_range([_over_use(inputs, each) for each in cases]),
        schedule=schedule,
        collateral=collateral(
            _price(inputs), inputs.years_of_use, [each.balance_usd for each in schedule]
        ),
        assumptions=tuple(_assumptions(inputs, price_source, years_of_use, utilisation)),
        steps=_steps(inputs, cases, likely),
        sensitivity=tornado(
            "per_used_gpu_hour",
            lambda changes: (
                _case(
                    inputs.model_copy(update=changes), changes.get("interest", likely.interest)
                ).per_used_gpu_hour
            ),
            _swings(inputs, utilisation),
        ),
    )


def _utilisation(stated: Decimal | None) -> Decimal:
    found = planned("utilisation").likely if stated is None else share("utilisation", stated)
    if not found:
        raise InvalidInput("utilisation of 0 cannot be", "a GPU never used has no cost an hour")
    return found


def _check_sums(inputs: LoanInputs) -> None:
    if inputs.down_payment == 1:
        raise InvalidInput("a down payment of 100 % leaves no loan", "state less than 1")
    if inputs.balloon > 1 - inputs.down_payment:
        raise InvalidInput(
            f"a balloon of {inputs.balloon} of the price is more than is owed",
            "down payment and balloon are at most the whole price together",
        )


def _price(inputs: LoanInputs) -> Decimal:
    return inputs.price_per_gpu * inputs.gpus


def _loan(inputs: LoanInputs) -> Decimal:
    return _price(inputs) * (1 - inputs.down_payment)


def _case(inputs: LoanInputs, rate: Decimal) -> LoanCase:
    balloon = _price(inputs) * inputs.balloon
    loan, months = _loan(inputs), inputs.months
    monthly = payment(loan, rate / 12, months, balloon)
    per_gpu = monthly / inputs.gpus
    paid = monthly * months + balloon
    return LoanCase(
        interest=rate,
        effective_rate=_effective(loan * (1 - inputs.fee), monthly, months, balloon, rate),
        monthly_payment_usd=monthly,
        monthly_per_gpu=per_gpu,
        per_gpu_hour_full_use=per_gpu / MONTH_HOURS,
        per_used_gpu_hour=per_gpu / MONTH_HOURS / inputs.utilisation,
        total_interest_usd=paid - loan,
        total_paid_usd=paid + loan * inputs.fee + _price(inputs) * inputs.down_payment,
    )


def _effective(
    received: Decimal, monthly: Decimal, months: int, balloon: Decimal, rate: Decimal
) -> Decimal:
    """The yearly rate at which what is received equals what is paid back, compounded by month."""
    low, high = rate / 12, Decimal(1)
    if payment(received, low, months, balloon) >= monthly:
        return _yearly(low)
    for _ in range(30):
        middle = (low + high) / 2
        if payment(received, middle, months, balloon) < monthly:
            low = middle
        else:
            high = middle
    return _yearly(low)


def _yearly(monthly: Decimal) -> Decimal:
    return (1 + monthly) ** 12 - 1


def _over_use(inputs: LoanInputs, case: LoanCase) -> Decimal:
    """All that is paid, over the used hours of the years of use (not only of the loan)."""
    hours = MONTH_HOURS * 12 * inputs.years_of_use * inputs.utilisation * inputs.gpus
    return case.total_paid_usd / hours


def _range(values: Sequence[Decimal]) -> MoneyRange:
    return MoneyRange(low=values[0], likely=values[len(values) // 2], high=values[-1])


def _schedule(inputs: LoanInputs, case: LoanCase) -> tuple[LoanMonth, ...]:
    balance = _loan(inputs)
    none = Decimal(0)
    found = [
        LoanMonth(
            month=0, payment_usd=none, interest_usd=none, principal_usd=none, balance_usd=balance
        )
    ]
    for month in range(1, inputs.months + 1):
        interest = balance * case.interest / 12
        principal = case.monthly_payment_usd - interest
        paid = case.monthly_payment_usd
        if month == inputs.months:  # the balloon, and what rounding has left
            principal, paid = balance, balance + interest
        balance -= principal
        found.append(
            LoanMonth(
                month=month,
                payment_usd=paid,
                interest_usd=interest,
                principal_usd=principal,
                balance_usd=balance,
            )
        )
    return tuple(found)


def _swings(inputs: LoanInputs, utilisation: Decimal | None) -> list[Swing]:
    found = []
    if inputs.interest is None:
        found.append(_swing("interest", RATES[0], RATES[-1]))
    if utilisation is None:
        figure = planned("utilisation")
        found.append(_swing("utilisation", figure.low, figure.high))
    return found


def _swing(name: str, low: Decimal, high: Decimal) -> Swing:
    return Swing(name=name, low=low, high=high, low_text=f"{low:.0%}", high_text=f"{high:.0%}")


def _assumptions(
    inputs: LoanInputs,
    price_source: str | None,
    years_of_use: Decimal | None,
    utilisation: Decimal | None,
) -> list[Assumption]:
    found = [
        Assumption(
            name="price",
            value=usd(inputs.price_per_gpu),
            text="price per GPU as given",
            source=price_source or "stated by the person",
        ),
        Assumption(
            name="chip_only",
            value="chip only",
            text="the loan alone: power, building, network and staff come on top",
            source="stated inputs",
        ),
    ]
    if inputs.interest is None:
        found.append(
            Assumption(
                name="interest",
                value=" / ".join(f"{rate:.0%}" for rate in RATES),
                text="no interest stated: three rates are shown, and none is the market's",
                source="planning figure, no source",
            )
        )
    if utilisation is None:
        figure = planned("utilisation")
        found.append(
            Assumption(
                name="utilisation",
                value=f"{figure.likely:.0%}",
                text=f"{figure.likely:.0%} of the hours have a job",
                source=figure.source,
            )
        )
    if years_of_use is None:
        found.append(
            Assumption(
                name="years_of_use",
                value=str(YEARS_OF_USE),
                text=f"{YEARS_OF_USE} years of use, a lender's long case: shorter is harsher",
                source=_YEARS_SOURCE,
            )
        )
    return found


def _steps(inputs: LoanInputs, cases: Sequence[LoanCase], likely: LoanCase) -> tuple[Step, ...]:
    loan, balloon = _loan(inputs), _price(inputs) * inputs.balloon
    steps = [
        Step(
            name="loan",
            text=f"loan = {inputs.gpus:,} x {usd(inputs.price_per_gpu)}"
            f" x (1 - {inputs.down_payment:.0%} down) = {usd(loan)}",
        )
    ]
    steps += [_rate_step(inputs, case, loan, balloon) for case in cases]
    used = [each.per_used_gpu_hour for each in cases]
    over = _over_use(inputs, likely)
    steps += [
        Step(
            name="used",
            text=f"per used hour = per hour at full use / {inputs.utilisation:.0%} ="
            f" {triple(used, 2) if len(used) > 1 else usd(used[0], 2)}",
        ),
        Step(
            name="over_use",
            text=f"over all {inputs.years_of_use} years of use: {usd(likely.total_paid_usd)} /"
            f" ({inputs.years_of_use} x 8,766 hours x {inputs.utilisation:.0%} x {inputs.gpus:,})"
            f" = {usd(over, 2)} at {likely.interest:.1%}",
        ),
    ]
    if inputs.fee:
        steps.append(
            Step(
                name="effective",
                text=f"with the fee of {usd(loan * inputs.fee)} the loan costs"
                f" {likely.effective_rate:.2%} a year",
            )
        )
    return tuple(steps)


def _rate_step(inputs: LoanInputs, case: LoanCase, loan: Decimal, balloon: Decimal) -> Step:
    left = f", {usd(balloon)} left to the end" if balloon else ""
    return Step(
        name=f"payment_at_{case.interest * 100:f}",
        text=f"at {case.interest:.1%}: {usd(loan)} over {inputs.months} months at"
        f" {case.interest / 12:.3%} a month{left} = {usd(case.monthly_payment_usd, 2)} a month,"
        f" {usd(case.monthly_per_gpu, 2)} per GPU, / 730.5 hours ="
        f" {usd(case.per_gpu_hour_full_use, 4)} per GPU-hour",
        source=_ANNUITY,
    )
