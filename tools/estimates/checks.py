"""What an estimator refuses, with the reason: what cannot be is never computed with."""

from __future__ import annotations

from decimal import Decimal

from tools.errors import InvalidInput
from tools.gpus import Gpu, gpu, has_count


def positive(name: str, value: Decimal | int, most: Decimal | int | None = None) -> Decimal:
    """`value` as a Decimal above zero and at most `most`. Raises `InvalidInput`."""
    number = _number(name, value)
    if number <= 0:
        raise InvalidInput(f"{name} of {value} cannot be", f"{name} must be above zero")
    return _at_most(name, number, most)


def not_negative(name: str, value: Decimal | int, most: Decimal | int | None = None) -> Decimal:
    """`value` as a Decimal of zero or more and at most `most`. Raises `InvalidInput`."""
    number = _number(name, value)
    if number < 0:
        raise InvalidInput(f"{name} of {value} cannot be", f"{name} must be zero or more")
    return _at_most(name, number, most)


def share(name: str, value: Decimal | int) -> Decimal:
    """`value` as a Decimal from 0 to 1. Raises `InvalidInput`."""
    number = not_negative(name, value)
    if number > 1:
        raise InvalidInput(f"{name} of {value} cannot be", f"{name} is a share: 0 to 1, or 0-100 %")
    return number


def whole(name: str, value: int, most: int) -> int:
    """`value` from 1 to `most`. Raises `InvalidInput`."""
    if not 1 <= value <= most:
        raise InvalidInput(f"{value} {name} cannot be", f"from 1 to {most:,}")
    return value


def gpu_kind(name: str) -> Gpu:
    """The GPU that `name` means; a number in it ("8x H100") would be lost, so it is refused.
    Raises `InvalidInput` and `UnknownGpu`."""
    found = gpu(name)
    if has_count(name):
        raise InvalidInput(
            f"{name.strip()[:60]!r} says how many GPUs, where only which one is asked",
            f"write {found.family} here and the number as that of the GPUs",
        )
    return found


def _number(name: str, value: Decimal | int) -> Decimal:
    number = Decimal(value)
    if not number.is_finite():
        raise InvalidInput(f"{name} of {value} cannot be", f"{name} must be a number")
    return number


def _at_most(name: str, number: Decimal, most: Decimal | int | None) -> Decimal:
    if most is not None and number > most:
        raise InvalidInput(f"{name} of {number:.3g} cannot be", f"at most {Decimal(most):.3g}")
    return number
