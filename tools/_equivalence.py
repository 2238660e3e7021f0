"""Whether two figures say the same thing, within the precision that was written."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tools._quantity import Quantity
from tools._reading import Unit
from tools.gpus import known_gpu, same_gpu

# Figures written with a scale ($43M, 2万) or as about may be rounded, but only this far.
_SCALED_LIMIT = Decimal("0.025")
_ABOUT_LIMIT = Decimal("0.05")
_EXACT = Decimal("1e-9")
_PRICES = {
    Unit.MONEY,
    Unit.PRICE_PER_GPU_HOUR,
    Unit.PRICE_PER_KWH,
    Unit.PRICE_PER_KW_MONTH,
}


def equivalent(a: Quantity, b: Quantity) -> bool:
    """Whether two figures say the same, within the precision that was written.

    Values agree within half the coarser step; a step larger than one counts only up to 2.5 % of
    the value, or 5 % for a figure given as approximate. Currencies and GPUs must not contradict.
    COUNT matches any other unit but DATE; dates agree where both state year, month or day; PERCENT
    and RATIO compare as shares, MONEY with a price by amount, a context with tokens.
    """
    if a.currency and b.currency and a.currency != b.currency:
        return False
    if a.gpu and b.gpu and not _same_gpu(a.gpu, b.gpu):
        return False
    if a.iso and b.iso:
        return _same_date(a.iso, b.iso)
    if Unit.DATE in (a.unit, b.unit):
        return False
    if a.unit is b.unit:
        return _close(a, b, a.value, b.value, a.step, b.step)
    if {a.unit, b.unit} == {Unit.PERCENT, Unit.RATIO}:
        return _close(
            a, b, _share(a, a.value), _share(b, b.value), _share(a, a.step), _share(b, b.step)
        )
    if Unit.MONEY in (a.unit, b.unit) and {a.unit, b.unit} <= _PRICES:
        return _close(a, b, a.value, b.value, a.step, b.step)
    if {a.unit, b.unit} == {Unit.TOKENS, Unit.CONTEXT_TOKENS}:
        return _close(a, b, a.value, b.value, a.step, b.step) or _close(
            a, b, a.said_value, b.said_value, _said_step(a), _said_step(b)
        )
    if Unit.COUNT not in (a.unit, b.unit):
        return False
    return _close(a, b, a.value, b.value, a.step, b.step) or _close(
        a, b, a.said_value, b.said_value, _said_step(a), _said_step(b)
    )


def supports(evidence: Quantity, figure: Quantity) -> bool:
    """Whether `figure` may be said on the strength of `evidence`.

    Like `equivalent`, but a figure may only be coarser than its evidence, never more precise:
    "2" does not support "2.40", "July 2024" does not support "29 July 2024". A fraction is as
    precise as its evidence.
    """
    if figure.iso and evidence.iso:
        stated = zip(_date_parts(figure.iso), _date_parts(evidence.iso), strict=True)
        return equivalent(figure, evidence) and all(there for said, there in stated if said)
    if figure.step:
        evidence = replace(evidence, step=Decimal(0), approximate=False)
    return equivalent(figure, evidence)


def _said_step(quantity: Quantity) -> Decimal:
    """The precision of a figure in the unit in which it was written."""
    return quantity.step * quantity.said_value / quantity.value if quantity.value else quantity.step


def _share(quantity: Quantity, number: Decimal) -> Decimal:
    return number / 100 if quantity.unit is Unit.PERCENT else number


def _same_gpu(a: str, b: str) -> bool:
    one, other = known_gpu(a), known_gpu(b)
    return one is None or other is None or same_gpu(one, other)


def _close(
    a: Quantity, b: Quantity, x: Decimal, y: Decimal, x_step: Decimal, y_step: Decimal
) -> bool:
    if (x < 0) != (y < 0) and x and y:
        return False
    distance, size = abs(x - y), max(abs(x), abs(y))
    if distance <= size * _EXACT:
        return True
    if a.approximate or b.approximate:
        rounded = max(_round_step(a, x, x_step), _round_step(b, y, y_step))
        if distance <= min(rounded / 2, size * _ABOUT_LIMIT):
            return True
    step = max(x_step, y_step)
    coarse = step > 1 or (Unit.DURATION_DAYS in (a.unit, b.unit) and step > Decimal("0.1") * size)
    return distance <= (min(step / 2, size * _SCALED_LIMIT) if coarse else step / 2)


def _round_step(quantity: Quantity, value: Decimal, step: Decimal) -> Decimal:
    """Step of a figure that may be rounded: trailing zeros of "about 73,000" were not claimed."""
    if not quantity.approximate:
        return step
    if value == 0 or value != value.to_integral_value():
        return step
    zeros = len(str(int(abs(value)))) - len(str(int(abs(value))).rstrip("0"))
    return max(step, Decimal(1).scaleb(zeros))


def _same_date(a: str, b: str) -> bool:
    pairs = zip(_date_parts(a), _date_parts(b), strict=True)
    shared = [(x, y) for x, y in pairs if x and y]
    return bool(shared) and all(x == y for x, y in shared)


def _date_parts(iso: str) -> list[str]:
    """[year, month, day] of a date that may be partial; an empty text where not stated."""
    year, month, day, *_ = [*(iso[1:] if iso.startswith("--") else iso).split("-"), "", ""]
    return [year, month, day]
