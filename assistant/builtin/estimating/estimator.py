"""What the built-in model knows of one estimator: when it is asked for, with what, and the words
of its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from assistant.answer import Language
from assistant.builtin.sections import Section
from assistant.evidence import Artifact, ToolEvidence
from assistant.language import catalogue_in_script
from assistant.phrases import Phrases
from assistant.question import Ask, Reading

Call = tuple[str, dict[str, Any]]
W = TypeVar("W", bound="Words")


@dataclass(frozen=True, kw_only=True)
class Words:
    """The sentences of one estimator in one language; a tool's own catalogue adds its fields.

    `finished` is one line about the call. `assumptions` are sentences by the name of the
    assumption, or by "name=value" where a value has its own; {value} and {text} are filled in, and
    {0}, {1}, ... with the figures of its English text in their order. Without a sentence the tool's
    English text stands. `inputs` names what a tornado varies.
    """

    finished: str
    assumptions: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)


def catalogue(english: W, simplified: W) -> Callable[[Language], W]:
    """The words of a language; Traditional Chinese is made from Simplified."""

    @cache
    def words(language: Language) -> W:
        if language == "en":
            return english
        return simplified if language == "zh-Hans" else catalogue_in_script(simplified, language)

    return words


def nothing_to_ask(reading: Reading, failed: ToolEvidence) -> str | None:
    """A refusal that no answer of the person mends."""
    return None


def nothing_more(reading: Reading, done: Sequence[Artifact]) -> list[Call]:
    """No call follows the first one."""
    return []


@dataclass(frozen=True, kw_only=True)
class Estimator:
    """One estimator in the conversation (see the package's text on how to add one).

    `refused` is what to ask back where the tool could not do with what it had.
    `job` marks an estimate of a job on rented GPUs, whose tool takes `gpu`, `price` and
    `price_source`. `joins` marks one that stands beside another estimate instead of giving way.
    """

    tool: str
    ask: Ask
    words: Callable[[Language], Words]
    wants: Callable[[Reading], bool]
    arguments: Callable[[Reading], dict[str, Any]]
    missing: Callable[[Reading], str | None]
    section: Callable[[Reading, Sequence[Artifact], Phrases], Section]
    then: Callable[[Reading, Sequence[Artifact]], list[Call]] = nothing_more
    refused: Callable[[Reading, ToolEvidence], str | None] = nothing_to_ask
    job: bool = False
    joins: bool = False


def results_of(tool: str, done: Sequence[Artifact]) -> list[ToolEvidence]:
    """The calls of a tool so far that did not fail, in their order."""
    return [each.tool for each in done if each.tool.name == tool and each.tool.ok]
