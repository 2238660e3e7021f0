"""What every estimate is made of: ranges, units, steps, assumptions, and what would change it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, computed_field

DATA_AS_OF = "2026-11-22"
"""When the tables under `tools/data` were last gone through."""

Scope = Literal["final_run", "with_experiments"]

Exact = Annotated[Decimal, PlainSerializer(float, when_used="json")]
"""A number without rounding: Decimal in Python, a plain number in JSON."""
Dollars = Exact
"""US dollars."""


def unit(name: str, default: Any = ...) -> Any:
    """A pydantic field whose figures are in the unit `name`: "GPU-hours", "USD", "share"."""
    return Field(default, json_schema_extra={"unit": name})


class Record(BaseModel):
    """A frozen part of an estimate."""

    model_config = ConfigDict(frozen=True)


class Range(Record):
    """Low, likely and high of an estimate, in the unit of its field."""

    low: float
    likely: float
    high: float


class MoneyRange(Record):
    """Low, likely and high in US dollars."""

    low: Dollars
    likely: Dollars
    high: Dollars


class Assumption(Record):
    """Something an estimate takes as given: a stable name, its value, a sentence, a source."""

    name: str
    value: str
    text: str
    source: str


def price_assumption(
    price: Decimal | None, as_of: str | None, source: str | None
) -> tuple[Assumption, ...]:
    """That a price per GPU-hour is taken as given; nothing where there is none."""
    if price is None:
        return ()
    dated = f" of {as_of}" if as_of else ", date not stated"
    return (
        Assumption(
            name="price",
            value=f"{price} USD per GPU-hour",
            text=f"price as given{dated}; storage, egress and staff are not included",
            source=source or "stated by the person",
        ),
    )


class Step(Record):
    """One line of the arithmetic: a stable name, the formula with its numbers, and where the
    formula comes from ("arithmetic" where it needs no source)."""

    name: str
    text: str
    source: str = "arithmetic"


class Sensitivity(Record):
    """One bar of a tornado: the output `of` when one input alone takes its low and its high value.

    `low_input` and `high_input` are those values as text with their unit.
    """

    name: str
    of: str
    low_input: str
    high_input: str
    at_low: float
    at_high: float

    @property
    def swing(self) -> float:
        """How far apart the two results are."""
        return abs(self.at_high - self.at_low)


class Swing(Record):
    """An input to vary: its name in the function, and its low and high value with their text."""

    name: str
    low: Any
    high: Any
    low_text: str
    high_text: str


def tornado(
    of: str, result: Callable[[dict[str, Any]], Decimal | float], swings: Iterable[Swing]
) -> tuple[Sensitivity, ...]:
    """What would change the output `of` most, the widest first.

    `result` gives the output for changed inputs ({} for none); it is called twice a swing.
    """
    bars = [
        Sensitivity(
            name=swing.name,
            of=of,
            low_input=swing.low_text,
            high_input=swing.high_text,
            at_low=float(result({swing.name: swing.low})),
            at_high=float(result({swing.name: swing.high})),
        )
        for swing in swings
    ]
    return tuple(sorted((bar for bar in bars if bar.swing), key=lambda bar: -bar.swing))


class Estimate(Record):
    """The base of all results. A subclass adds `inputs` (a `Record`) and its outputs.

    Figures declare their unit with `unit(...)`, in `inputs` too. `sensitivity` has the widest bar
    first and is empty where nothing is uncertain.
    """

    as_of: str = DATA_AS_OF
    steps: tuple[Step, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    sensitivity: tuple[Sensitivity, ...] = ()

    @computed_field  # type: ignore[prop-decorator]
    @property
    def units(self) -> dict[str, str]:
        """The unit of each figure by its path: {"gpu_hours": "GPU-hours", "inputs.gpus": ...,
        "nearest_runs.gpu_hours": ...}. What a list holds goes by the name of the list."""
        return dict(_units_of(type(self)))

    @computed_field  # type: ignore[prop-decorator]
    @property
    def sources(self) -> list[str]:
        """Where formulas and assumed values come from, each once."""
        stated = [*(step.source for step in self.steps), *(a.source for a in self.assumptions)]
        return list(dict.fromkeys(each for each in stated if each != "arithmetic"))

    def explain(self) -> list[str]:
        """The formula step by step, each line with its numbers."""
        return [step.text for step in self.steps]


@cache
def _units_of(model: type[BaseModel]) -> dict[str, str]:
    found = {}
    for name, computed in model.model_computed_fields.items():
        if isinstance(computed.json_schema_extra, dict) and "unit" in computed.json_schema_extra:
            found[name] = str(computed.json_schema_extra["unit"])
    for name, field in model.model_fields.items():
        extra = field.json_schema_extra
        if isinstance(extra, dict) and "unit" in extra:
            found[name] = str(extra["unit"])
            continue
        for inner in _models_in(field.annotation):
            found |= {f"{name}.{path}": said for path, said in _units_of(inner).items()}
    return found


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """The models that a field holds: itself, in a tuple, or where it is not None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]
