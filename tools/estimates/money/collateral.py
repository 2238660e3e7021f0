"""What GPUs that secure a loan may be worth over time: stated ways to lose value, no forecast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from tools.estimates.money.loan_records import Collateral, CollateralPoint, Path

_PROGRESS = Decimal("0.14")  # orders of magnitude a year
_STRESS = Decimal("0.5")


def collateral(
    price: Decimal, years_of_use: Decimal, balances: Sequence[Decimal]
) -> tuple[Collateral, ...]:
    """Loan to value by month for GPUs bought at `price` US dollars; `balances` from month 0."""
    paths: list[tuple[Path, str, str, Callable[[Decimal], Decimal]]] = [
        (
            "straight",
            f"straight line over {years_of_use} years",
            "arithmetic: the same loss each year",
            lambda years: max(1 - years / years_of_use, Decimal(0)),
        ),
        (
            "progress",
            "32 % a year, as hardware gets better",
            "github:epoch-research/training-cost-trends training_cost_trends/constants.py @176b66a:"
            " performance per dollar grows by 0.14 orders of magnitude a year, 0.14 x ln 10 ="
            " 32 % (compounded all the time)",
            lambda years: Decimal(10) ** (-_PROGRESS * years),
        ),
        (
            "stress",
            "stress: half of the value lost each year",
            "planning figure, no source; H100 rents fell about as fast, from a reported peak of 8"
            " USD in 2023 to 1.70 in October 2025, and then rose again",
            lambda years: (1 - _STRESS) ** years,
        ),
    ]
    return tuple(
        _along(path, (name, source), price, worth, balances) for path, name, source, worth in paths
    )


def _along(
    path: Path,
    said: tuple[str, str],
    price: Decimal,
    worth: Callable[[Decimal], Decimal],
    balances: Sequence[Decimal],
) -> Collateral:
    points = [
        _point(month, balance, price * worth(Decimal(month) / 12))
        for month, balance in enumerate(balances)
    ]
    shares = [each.loan_to_value for each in points]
    known = [each for each in shares if each is not None]
    return Collateral(
        path=path,
        scenario=said[0],
        source=said[1],
        points=tuple(points),
        highest_loan_to_value=max(known) if len(known) == len(shares) else None,
        above_value_month=next(
            (point.month for point in points if _above(point.loan_to_value)), None
        ),
    )


def _point(month: int, balance: Decimal, value: Decimal) -> CollateralPoint:
    if value > 0:
        owed: Decimal | None = balance / value
    else:
        owed = None if balance > 0 else Decimal(0)
    return CollateralPoint(month=month, value_usd=value, loan_to_value=owed)


def _above(loan_to_value: Decimal | None) -> bool:
    return loan_to_value is None or loan_to_value > 1
