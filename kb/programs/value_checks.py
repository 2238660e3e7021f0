"""Typed values of a record that staff should look at: two sources that differ, and figures that
are not in their sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from kb.keeping.findings import Finding
from kb.programs.citing import standing
from kb.programs.comparing import Value, disagreeing, values_of
from kb.programs.program import Program

States = Callable[[str, str], bool]
"""Whether a sentence (first) states every figure of a text (second)."""


def value_findings(record: Program, today: date, states: States | None) -> Iterator[Finding]:
    """What is odd about the typed values of a record. Without `states` figures are not compared
    with their sentences."""
    values = values_of(record)
    yield from _conflicts(record, values)
    yield from _past(record, today)
    if states is not None:
        yield from _unstated(record, values, states)


def _conflicts(record: Program, values: Sequence[Value]) -> Iterator[Finding]:
    told: dict[str, list[Value]] = {}
    for n, m in disagreeing(values):
        group = told.setdefault(values[n].attribute, [])
        group += [value for value in (values[m], values[n]) if value not in group]
    for attribute, group in told.items():
        said = "; ".join(
            f"{v.text.en} ({v.term.publisher}, {v.term.as_of or 'undated'})" for v in group
        )
        yield Finding(
            "warning", "conflict", record.id, attribute, f"sources disagree: {said}",
            "all are shown side by side; give valid_to to what no longer holds",
        )  # fmt: skip


def _past(record: Program, today: date) -> Iterator[Finding]:
    for number, term in enumerate(record.terms):
        if standing(term, today) == "past" and record.status != "ended":
            yield Finding(
                "warning", "past_term", record.id, f"terms.{number} ({term.field}).valid_to",
                f"held until {term.valid_to}", "look for what holds now, or set the status",
            )  # fmt: skip


def _unstated(record: Program, values: Sequence[Value], states: States) -> Iterator[Finding]:
    for value in values:
        if value.attribute == "valid":  # dates of the term, which need not stand in its sentence
            continue
        number = record.terms.index(value.term)
        sides = ((value.text.en, value.term.en), (value.text.zh_hans, value.term.zh_hans))
        if not all(states(sentence, text) for text, sentence in sides):
            yield Finding(
                "error", "unstated_value", record.id, f"terms.{number} ({value.attribute})",
                f"{value.text.en} is not what the sentence says", "correct the value or the term",
            )  # fmt: skip
