"""Answers that a person reported to staff: what the person saw, and what is wrong with it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from kb.texts.cleaning import clean


def _cut(longest: int) -> BeforeValidator:
    """Foreign text, made harmless and cut to `longest` characters."""
    return BeforeValidator(lambda text: clean(str(text))[:longest])


Name = Annotated[str, _cut(300)]
Quote = Annotated[str, _cut(600)]
Note = Annotated[str, _cut(2_000)]
Shown = Annotated[str, _cut(8_000)]


class Evidence(BaseModel):
    """What an answer cited: `quote` of a source in a `version`, or of a tool's result, then with
    its `field`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    marker: Name
    source: Name
    version: Name
    title: Name
    quote: Quote
    field: Name | None = None


class Report(BaseModel):
    """An answer as it was shown, its evidence, and the person's `note`. Nothing about who the
    person is, the company or the conversation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answer: Shown
    evidence: Annotated[tuple[Evidence, ...], Field(max_length=60)] = ()
    note: Note = ""
    model: Name = ""
    library_version: Name = ""
