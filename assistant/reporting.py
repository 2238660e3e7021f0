"""A report of an answer to staff: what the person saw, and nothing about the company."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from assistant.answer import Answer, Citation
from assistant.language import in_script
from kb.keeping.reports import Evidence, Report
from kb.programs.profile import Profile, in_words

WITHHELD = "[…]"
"""Stands in a report where the answer told something of the company."""
_EVIDENCE = 60
_OWN_ANSWERS = re.compile(r"you say (?:yes|no)\b|(?:你们|你們)回答[“「](?:是|否)[”」]")
_PROFILE_TOOLS = {"match_programs", "compare_routes", "save_profile"}
"""Those that read the saved profile; no other tells of it."""


def report_of(answer: Answer, note: str, profile: Profile) -> Report:
    """The answer as it was shown and what it cited, with the person's `note`. Where a tool read
    the profile, what that says is taken out; the question stays as it was asked."""
    private = _told_of(answer, profile)
    return Report(
        answer=private.sub(WITHHELD, answer.answer),
        evidence=tuple(
            Evidence(
                marker=citation.marker,
                source=citation.source,
                version=citation.version,
                title=citation.title,
                quote=citation.quote
                if citation.kind == "passage"
                else private.sub(WITHHELD, citation.quote),
                field=citation.field,
            )
            for citation in _shown(answer.citations)
        ),
        note=note,
        model=answer.model,
        library_version=answer.library_version,
    )


def _shown(citations: Iterable[Citation]) -> list[Citation]:
    """Each marker once, as the list of sources has it, without the profile as a whole."""
    first: dict[str, Citation] = {}
    for citation in citations:
        if (citation.field or "").partition(".")[0] != "profile":
            first.setdefault(citation.marker, citation)
    return list(first.values())[:_EVIDENCE]


def _told_of(answer: Answer, profile: Profile) -> re.Pattern[str]:
    """Finds what the profile holds, as the tools word it in each script; nothing where none of
    them read it."""
    calls = [call for call in answer.tool_calls if call.name in _PROFILE_TOOLS]
    if not calls:
        return re.compile(r"(?!)")
    values = set(_values(profile))
    for call in calls:
        for told in (call.result.get("profile"), call.result.get("proposed")):
            values |= set(_strings(told)) if isinstance(told, dict) else set()
    longest = sorted(filter(None, values), key=len, reverse=True)
    parts = [*map(_whole, longest), _OWN_ANSWERS.pattern]
    return re.compile("|".join(parts), re.IGNORECASE)


def _whole(value: str) -> str:
    """A pattern for a value where Latin words and numbers end: "seed" is no part of "seedling"."""
    before = r"(?<![A-Za-z0-9])" if value[0].isascii() and value[0].isalnum() else ""
    after = r"(?![A-Za-z0-9])" if value[-1].isascii() and value[-1].isalnum() else ""
    return before + re.escape(value) + after


def _values(profile: Profile) -> Iterator[str]:
    for words in in_words(profile).values():
        if words is not None:
            yield words.en
            yield words.zh_hans
            yield in_script(words.zh_hans, "zh-Hant")
    yield from profile.funds or ()


def _strings(value: dict[str, Any]) -> Iterator[str]:
    yield from (text for text in value.values() if isinstance(text, str))
