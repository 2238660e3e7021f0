"""What the app says, one catalogue a language. A missing string is a type error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.terminal_language import Language, language_of, language_of_environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Strings:
    """Every string of the interface. Words in braces are filled in with `str.format`."""

    language: Language

    tagline: str
    welcome: str
    examples: tuple[str, str, str]
    example_hint: str
    ask_here: str

    opening_desk: str
    desk_failed: str
    retry_hint: str
    new_conversation: str
    session_failed: str

    working: str
    writing: str
    stopped: str
    ended_early: str
    sources: str
    more_sources: str
    term_of: str
    removed_one: str
    removed_many: str
    not_in_library: str
    queued: str
    busy: str

    evidence_opening: str
    evidence_close: str
    evidence_missing: str
    quote_not_found: str
    text_cut: str
    from_tool: str
    arguments: str
    no_arguments: str
    result_later: str
    undated: str
    no_citations: str
    citations_title: str
    citations_help: str
    grades: Mapping[str, str]
    fields: Mapping[str, str]
    """A program's terms, by the field that a citation names."""
    tools: Mapping[str, str]

    sessions_title: str
    sessions_help: str
    sessions_loading: str
    sessions_none: str
    turns_one: str
    turns_many: str

    link_not_opened: str
    link_opened: str

    keys: Mapping[str, str]
    """What each key does, by the id of its binding: short, for the footer."""
    commands: Mapping[str, str]
    """What each key does, by the id of its binding: one sentence, for the palette."""
    palette_placeholder: str


def strings_for(language: str | None) -> Strings:
    """The catalogue for a language tag; None takes the terminal's language."""
    from tui.strings import en, zh_hans, zh_hant

    catalogues: dict[Language, Strings] = {
        "en": en.STRINGS,
        "zh-Hans": zh_hans.STRINGS,
        "zh-Hant": zh_hant.STRINGS,
    }
    return catalogues[language_of(language) if language else language_of_environment()]
