"""What founders may see of a program record: the record without its fund-only terms."""

from __future__ import annotations

import yaml

from kb.programs.program import Program, Term
from kb.programs.rendering import render
from kb.records import Layer
from kb.texts.documents import Document


def public_record(program: Program) -> Program | None:
    """The record as founders see it: exactly what it would be had its fund-only terms never been
    written. None where nothing is left, or the whole record is fund-only."""
    if program.is_public:
        return program
    terms = _public_terms(program)
    if not terms:
        return None
    return program.model_copy(update={"terms": terms})


def as_files(program: Program) -> dict[str, bytes]:
    """A record as a file of its own, which gives the same record, text and version again."""
    data = program.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=100)
    return {f"{program.id}.yaml": text.encode()}


def withdrawn(old: Program, now: Program) -> bool:
    """Whether founders may no longer read an older record: it was fund-only, or it has a public
    term that is gone from `now`, which keeps something about the same field for the fund. So a
    term that was reworded when it was made fund-only is covered too."""
    if now.visibility == "fund" or not old.is_public:
        return True
    stand = {(term.field, term.en, term.zh_hans) for term in _public_terms(now)}
    kept_back = {term.field for term in now.terms if term.visibility == "fund"}
    return any(
        term.field in kept_back and (term.field, term.en, term.zh_hans) not in stand
        for term in old.terms
    )


def public_form(program: Program, layer: Layer) -> tuple[Program, Document] | None:
    """The record as founders see it and its text, or None where they see nothing of it."""
    record = public_record(program)
    return None if record is None else (record, render(record, layer))


def _public_terms(program: Program) -> list[Term]:
    if program.visibility == "fund":
        return []
    return [term for term in program.terms if term.visibility == "public"]
