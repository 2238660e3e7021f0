"""A question as understood: what it holds, and the parts of an answer that it needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from assistant import cues
from assistant.answer import Language
from tools.estimates.architectures import ModelMention
from tools.gpus import GpuMention
from tools.quantities import Quantity, Unit

ASKED = "the question"
"""Source of a price that the person gave."""


class Ask(StrEnum):
    """A part of an answer; several may be wanted at once."""

    TRAINING = "training"
    FINETUNING = "finetuning"
    INFERENCE = "inference"
    OWNERSHIP = "ownership"
    LOAN = "loan"
    CREDITS = "credits"
    ROUTES = "routes"
    REVENUE = "revenue"
    DEAL_FLOW = "deal_flow"
    SCALE = "scale"
    OFFERS = "offers"
    HISTORY = "history"
    QUEUE = "queue"
    LIST = "list"
    COMPARE = "compare"
    PROGRAM = "program"
    MATCH = "match"
    REMEMBER = "remember"
    FACT = "fact"
    CLARIFY = "clarify"


@dataclass(frozen=True)
class Side:
    """One of several that are compared: what the person calls it, the question asked of it by
    itself, and the programs that it means, if any."""

    name: str
    reading: Reading
    programs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A question as understood.

    `models` are published ones that it names; `programs` are ids named in it or carried over;
    `sponsored` are ids whose sponsor only is named; `strange_gpu` looks like a GPU that no table
    has; `provider` is in the price list; `repeat` is an earlier call to make again with changes;
    `company` is what this and earlier questions tell about the asker's company (see
    `assistant.company`); `accepted` says that the person agreed to what an asked-back question
    would assume; `search` are the words to search the library with: the question's own and the
    names that it only points to; `sides` are what a comparison sets side by side.
    """

    text: str
    language: Language
    folded: str
    search: str = ""
    quantities: tuple[Quantity, ...] = ()
    gpus: tuple[GpuMention, ...] = ()
    models: tuple[ModelMention, ...] = ()
    strange_gpu: str | None = None
    provider: str | None = None
    programs: tuple[str, ...] = ()
    sponsored: tuple[str, ...] = ()
    asks: tuple[Ask, ...] = (Ask.FACT,)
    kind: str | None = None
    repeat: dict[str, Any] | None = field(default=None, hash=False)
    company: dict[str, str] = field(default_factory=dict, hash=False)
    accepted: bool = False
    sides: tuple[Side, ...] = ()

    @property
    def fields(self) -> frozenset[str]:
        """The fields of a program's terms that are asked for."""
        return frozenset(name for name, cue in cues.FIELDS if cue.search(self.folded))

    def first(self, unit: Unit) -> Quantity | None:
        """The first quantity of a unit, or None."""
        return next((q for q in self.quantities if q.unit is unit), None)

    def again(self, tool: str) -> dict[str, Any]:
        """The arguments of the earlier call of `tool` that this question changes; empty where it
        changes none. A price of the market is left out: it is looked up again."""
        if self.repeat is None or self.repeat["name"] != tool:
            return {}
        args = dict(self.repeat["args"])
        if args.get("price_source") != ASKED:
            args = {key: value for key, value in args.items() if not key.startswith("price")}
        return args
