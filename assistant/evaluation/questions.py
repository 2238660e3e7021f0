"""Gold files: questions with what a right answer must hold, by language, in YAML."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import InvalidGold, reason

Half = Literal["tune", "check"]
Kind = Literal[
    "fact", "yes_no", "list", "comparison", "tool", "compound", "follow_up", "no_answer", "ask_back"
]
KINDS: tuple[Kind, ...] = get_args(Kind)
GROUPS = ("en", "zh-Hans", "zh-Hant", "mixed")
Wanted = str | list[str]
"""Words that must be there; of a list, one item."""


class Question(BaseModel):
    """One question. `after`: the earlier ones of its conversation. `lead`: what the first line of
    the answer must hold, `say`: what must stand anywhere, `lacks` (`not` in the file): nowhere.
    `yes`: the polarity of the first line; `table`: a table is expected; `calls`: tools with
    arguments that must be among theirs; `origin` (`from`): where the answer stands. `group` is
    the script it is asked in, `mixed` for several in one sentence."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ask: str = Field(min_length=1)
    group: Literal["en", "zh-Hans", "zh-Hant", "mixed"]
    kind: Kind
    after: list[str] = Field(default_factory=list)
    lead: list[Wanted] = Field(default_factory=list)
    say: list[Wanted] = Field(default_factory=list)
    lacks: list[Wanted] = Field(default_factory=list, alias="not")
    yes: bool | None = None
    table: bool = False
    calls: dict[str, dict[str, Any]] = Field(default_factory=dict)
    origin: str = Field(default="", alias="from")
    chatty: bool = False
    typos: bool = False

    @property
    def half(self) -> Half:
        """By a hash of the words, so that nobody chooses: mend on `tune`, measure on `check`."""
        digest = hashlib.sha256("\n".join([*self.after, self.ask]).encode()).digest()
        return "tune" if digest[-1] % 2 == 0 else "check"

    @property
    def answerable(self) -> bool:
        """Whether the sources hold an answer."""
        return self.kind not in ("no_answer", "ask_back")


def read_questions(path: Path) -> list[Question]:
    """The questions of a gold file. Raises `InvalidGold`, which names the question."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        told = f"cannot read {path}: {reason(error)}"
        raise InvalidGold(told, "name a YAML file of questions") from error
    if not isinstance(data, Mapping) or not set(data) <= {*GROUPS}:
        raise InvalidGold(f"{path} is no file of questions", f"group them by {', '.join(GROUPS)}")
    return list(_questions(data))


def _questions(data: Mapping[str, Any]) -> Iterator[Question]:
    for group, rows in data.items():
        for number, row in enumerate(rows or (), 1):
            place = f"question {number} of {group}"
            if not isinstance(row, Mapping):
                raise InvalidGold(f"{place} is not `ask: ...` with `kind: ...`", "correct the file")
            # YAML 1.1 takes the bare word `yes` for a boolean, also as a key.
            named = {"yes" if key is True else str(key): value for key, value in row.items()}
            try:
                yield Question.model_validate({**named, "group": group})
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(str(part) for part in first["loc"])
                told = f"{place}, {where}: {first['msg'].lower()}"
                raise InvalidGold(told, "correct the file") from error
