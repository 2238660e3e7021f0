"""Fields of tool results: what their numbers measure, and whether they state a figure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from assistant.evidence import ToolEvidence
from assistant.grounding.figures import Figure, backs, figures
from tools.quantities import Unit

Measure = Literal["hours", "time", "money", "share", "count", "tokens", "params", "bytes"]
_MEASURES: tuple[tuple[Measure, re.Pattern[str]], ...] = (
    ("share", re.compile(
        r"share|utilisation|percent|rate$|attention$|change$|_of_capital|apr|to_value|coverage")),
    ("money", re.compile(
        r"usd|price(?!d)|per_(?:used_)?gpu_hour|cost(?!_of_capital)|amount|^capital|payment|loan"
        r"|revenue|saves|per_kwh|per_kw_month|staff_per|server_per|facility_per|spend|invest|principal"
        r"|interest_paid|cash|moves\.\d+\.(?:first|last)|points\.\d+\.(?:low|median|high)"
        r"|series\.\d+\.(?:low|high)$")),
    ("hours", re.compile(r"gpu_hours?$|gpu_hours\b")),
    ("time", re.compile(r"(?:days|months?|weeks|years|hours|minutes|seconds)$|days\b|wall_days")),
    ("tokens", re.compile(r"tokens|seq_len")),
    ("params", re.compile(r"params")),
    ("bytes", re.compile(r"bytes|parts\.")),
    ("count", re.compile(
        r"gpus$|count|listed|shrinking|unconfirmed|by_the_hour|found$|own_runs|matched|eligible"
        r"|unknown$|offers$|dates$|moved\.|undated|suspicious|requests")),
)  # fmt: skip
_WANTED: Mapping[Unit, frozenset[Measure]] = {
    Unit.GPU_HOURS: frozenset({"hours"}),
    Unit.DURATION_DAYS: frozenset({"time"}),
    Unit.SECONDS: frozenset({"time"}),
    Unit.MONEY: frozenset({"money"}),
    Unit.PRICE_PER_GPU_HOUR: frozenset({"money"}),
    Unit.PRICE_PER_KWH: frozenset({"money"}),
    Unit.PRICE_PER_KW_MONTH: frozenset({"money"}),
    Unit.PERCENT: frozenset({"share"}),
    Unit.RATIO: frozenset({"share"}),
    Unit.GPUS: frozenset({"count"}),
    Unit.TOKENS: frozenset({"tokens"}),
    Unit.CONTEXT_TOKENS: frozenset({"tokens"}),
    Unit.PARAMS: frozenset({"params", "count"}),
}
_DAYS = {
    "year": Decimal(365), "month": Decimal(365) / 12, "week": Decimal(7), "day": Decimal(1),
    "hour": Decimal(1) / 24, "minute": Decimal(1) / 1440, "second": Decimal(1) / 86400,
}  # fmt: skip
_PERIOD = re.compile(r"(year|month|week|day|hour|minute|second)s?(?:ly)?$")
_PERIODS = re.compile(r"(year|month|week|day)(?:ly)?")


@dataclass(frozen=True)
class Field:
    """A value in a tool's result, with its dotted path and the currency of its record."""

    tool: ToolEvidence
    path: str
    value: Any
    currency: str | None = None

    @cached_property
    def is_leaf(self) -> bool:
        """Whether it is one value and no record or list."""
        return not isinstance(self.value, (dict, list))

    @cached_property
    def text(self) -> str:
        """The value as text; a record as JSON."""
        if not self.is_leaf:
            return json.dumps(self.value, ensure_ascii=False)
        if isinstance(self.value, float):
            return f"{Decimal(str(self.value)):f}"
        return str(self.value)

    @cached_property
    def leaves(self) -> list[Field]:
        """The single values at or below this field."""
        if self.is_leaf:
            return [self]
        below = walk(self.tool, self.path, self.value, self.currency)
        return [field for field in below if field.is_leaf]

    @cached_property
    def number(self) -> Decimal | None:
        """The value as a number, None for a text."""
        if isinstance(self.value, bool) or not re.fullmatch(r"-?\d+(?:\.\d+)?", self.text):
            return None
        return Decimal(self.text)

    @cached_property
    def measure(self) -> Measure | None:
        """What its number measures, by its name; None where the name does not tell."""
        return next((kind for kind, words in _MEASURES if words.search(self.path)), None)

    def holds(self, figure: Figure) -> bool:
        """Whether the field states the figure, or a number that rounds to it; a share of 0.154
        is 15.4%."""
        counts = isinstance(self.value, list) and figure.quantity.unit is Unit.COUNT
        if counts and figure.quantity.value == len(self.value):
            return True  # how many there are
        return any(leaf.states(figure, rounded=True) for leaf in self.leaves)

    def measures(self, figure: Figure) -> bool:
        """Whether a number of this field is of the kind of the figure."""
        wanted, unit = _wanted(figure), figure.quantity.unit
        return any(
            leaf.measure in (wanted or ())
            if leaf.number is not None
            else any(held.quantity.unit is unit for held in figures(leaf.text))
            for leaf in self.leaves
        )

    def may_measure(self, figure: Figure) -> bool:
        """Whether its name does not tell what it measures, and the figure is of several digits."""
        digits = figure.quantity.said_value.normalize().as_tuple().digits
        plain = figure.quantity.unit in (Unit.COUNT, Unit.GPUS)
        return self.measure is None and len(digits) > 1 and not plain

    def states(self, figure: Figure, *, rounded: bool) -> bool:
        """Whether this one value states the figure."""
        if self.number is None:
            each = replace(figure, rate=None)  # what it is per, the record around it tells
            return any(backs(held, each, self.text) for held in figures(self.text))
        wanted = _wanted(figure)
        if wanted and self.measure and self.measure not in wanted:
            return False
        if figure.kind == "gpu times":
            return False
        if "gpus" in self.path.rpartition(".")[2] and figure.kind not in (None, "gpus"):
            return False
        if wanted == frozenset({"money"}) and not self._same_money(figure):
            return False
        if (
            figure.quantity.unit is Unit.COUNT
            and figure.kind
            and self.measure not in (None, "count")
        ):
            return False
        same = _rounds_to if rounded else Decimal.__eq__
        return any(same(number, said) for number, said in self._readings(figure))

    def _same_money(self, figure: Figure) -> bool:
        currency = figure.quantity.currency
        if currency and currency != (self.currency or "USD"):
            return False
        told = _PERIODS.search(self.path.rpartition(".")[2].replace("gpu_hour", ""))
        periods = ("day", "week", "month", "year")
        return not (told and figure.rate in periods and told[1] != figure.rate)

    def _readings(self, figure: Figure) -> Iterator[tuple[Decimal, Decimal]]:
        """The field's number beside the figure's, in one measure."""
        number, quantity = self.number, figure.quantity
        assert number is not None
        if quantity.unit is Unit.DURATION_DAYS and self.measure == "hours":
            yield number, quantity.said_value
            return
        if quantity.unit is Unit.DURATION_DAYS:
            period = _PERIOD.search(self.path.rpartition(".")[2]) or _PERIOD.search(
                self.path.split(".")[0]
            )
            unit = period[1] if period else "day"
            if unit == quantity.said_unit:
                yield number, quantity.said_value
            yield number * _DAYS[unit], quantity.value
            return
        yield number, quantity.value
        if self.measure == "bytes":
            yield number / 2**30, quantity.value
        if quantity.unit is Unit.PERCENT:
            yield number * 100, quantity.value


def _wanted(figure: Figure) -> frozenset[Measure] | None:
    """What a field must measure to state a figure; "hours" alone may be those of GPUs."""
    wanted = _WANTED.get(figure.quantity.unit)
    return wanted | {"hours"} if wanted and figure.quantity.said_unit == "hour" else wanted


def walk(tool: ToolEvidence, path: str, value: Any, currency: str | None = None) -> Iterator[Field]:
    """The fields of a result below `path`, itself included, parents first."""
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        currency = str(value["currency"]) if value.get("currency") else currency
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    if path:
        yield Field(tool, path, value, currency)
    for key, inner in items:
        yield from walk(tool, f"{path}.{key}" if path else str(key), inner, currency)


def told(tool: ToolEvidence) -> dict[str, Any]:
    """What a call told: its result, or its error and what to do about it."""
    return tool.result if tool.ok else {"error": tool.error, "hint": tool.hint}


def _rounds_to(number: Decimal, figure: Decimal) -> bool:
    """Whether `number` rounded to the digits that `figure` has (at least two) is `figure`.

    A computed result is shown rounded; a source's figure never is.
    """
    if not number or not figure or number.adjusted() - figure.adjusted() not in (-1, 0):
        return number == figure
    digits = max(len(figure.normalize().as_tuple().digits), 2 if abs(figure) >= 10 else 1)
    step = Decimal(1).scaleb(figure.adjusted() - digits + 1)
    return (number / step).quantize(Decimal(1)) * step == figure
