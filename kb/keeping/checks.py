"""What staff should look at: findings over the library, its history and its index."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from urllib.parse import urlsplit

from kb.errors import UnreadableSource
from kb.keeping.findings import Finding, in_order
from kb.keeping.suspicion import suspicious_lines
from kb.library.layers import Library
from kb.library.program_files import SUFFIX
from kb.library.sync import Step
from kb.library.views import View
from kb.programs.program import Program, Term
from kb.programs.value_checks import States, value_findings
from kb.records import Kind
from kb.retrieval.duplicates import near_duplicates
from kb.texts.aliases import AliasTable
from kb.texts.documents import Document
from kb.texts.folding import fold
from kb.texts.terms import question_terms

MONTHS = 18  # after which a term wants another look

_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
_ADDRESS = re.compile(
    r"\b(?:https?:|www\.)[^\s;]*", re.IGNORECASE
)  # names of articles may stand by
_QUOTE = 120  # characters of a text that a finding shows


def check(
    library: Library,
    view: View,
    aliases: AliasTable,
    pending: Sequence[Step],
    months: int = MONTHS,
    states: States | None = None,
) -> list[Finding]:
    """All findings over what a view shows and over the files, errors first. `pending` is what the
    index has not followed yet; terms older than `months` are named; `states`
    tells whether a sentence states the figures of a typed value. Nothing is fetched: links are
    checked by their form."""
    today = datetime.now(UTC).date()
    findings = [*_files(library), *_history(library)]
    if not view.fund:
        findings = [one for one in findings if one.source and view.shows(one.source)]
    findings += _unfollowed(pending)
    records = view.records()
    for record in records:
        findings += _citations(record)
        findings += _dates(record, today, months)
        findings += value_findings(record, today, states)
    findings += _same_names(records)
    documents = [view.document(source_id) for source_id in view.sources()]
    findings += _same_texts(documents)
    for document in documents:
        findings += _unreachable(document, aliases)
        findings += _instructions(document)
    return in_order(findings)


def _files(library: Library) -> Iterator[Finding]:
    for broken in library.look().broken:
        used = "nothing" if broken.instead is None else "its last good version"
        code = "schema" if broken.kind == "program" else "unreadable"
        yield Finding(
            "error", code, broken.source, _place(broken.kind, broken.source),
            f"{broken.error.message}; {used} is used", broken.error.hint,
        )  # fmt: skip
    both = set(library.articles.ids()) & set(library.programs.ids())
    for source_id in sorted(both):
        yield Finding(
            "error", "same_id", source_id, _place("article", source_id),
            "an article and a program have this id; only the program is found",
            "rename the folder of the article",
        )  # fmt: skip
    for name in library.programs.strangers():
        yield Finding(
            "warning", "unread_file", None, f"programs/{name}",
            f"a record is a file NAME{SUFFIX}; this one is not read", "rename or remove it",
        )  # fmt: skip


def _place(kind: Kind, source_id: str) -> str:
    return f"programs/{source_id}{SUFFIX}" if kind == "program" else f"articles/{source_id}/text.md"


def _unfollowed(pending: Sequence[Step]) -> Iterator[Finding]:
    for step in pending:
        yield Finding(
            "warning", "not_synced", step.source, "index",
            f"{step.action} since the index was brought in line", "compute-desk kb sync",
        )  # fmt: skip


def _history(library: Library) -> Iterator[Finding]:
    history = library.history
    named = {(c.source, c.version) for c in history.journal.all() if c.version is not None}
    if history.journal.damaged:
        yield Finding(
            "warning", "journal", None, ".history/journal.jsonl",
            f"{history.journal.damaged} lines make no sense and are left out",
            "compare it with a backup",
        )  # fmt: skip
    for source_id, version in sorted(named):
        place = f".history/versions/{source_id}/{version}.json"
        problem = ""
        try:
            if history.archive.files(source_id, version) is None:
                problem = "the version is missing"
        except UnreadableSource as error:
            problem = error.message
        if problem:
            yield Finding(
                "error", "history_damaged", source_id, place, problem, "take it from a backup"
            )


def _citations(record: Program) -> Iterator[Finding]:
    for number, term in enumerate(record.terms):
        place = f"terms.{number} ({term.field})"
        for name in ("publisher", "source"):
            if not getattr(term, name).strip():
                yield Finding(
                    "error", "missing_citation", record.id, f"{place}.{name}",
                    f"{name} is empty", "say who said it and where it was read",
                )  # fmt: skip
        for address in _ADDRESS.findall(term.source):
            if _dead(address):
                yield Finding(
                    "error", "dead_citation", record.id, f"{place}.source",
                    f"{address[:_QUOTE]} is no address", "correct the link",
                )  # fmt: skip


def _dead(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme not in ("http", "https") or "." not in (parts.hostname or "")
    except ValueError:
        return True


def _dates(record: Program, today: date, months: int) -> Iterator[Finding]:
    old: list[Term] = []
    for number, term in enumerate(record.terms):
        place = f"terms.{number} ({term.field}).as_of"
        if term.as_of is None:
            continue
        if not _DATE.fullmatch(term.as_of):
            yield Finding(
                "error", "bad_date", record.id, place,
                f"{term.as_of!r} is no ISO date", "write 2026, 2026-03 or 2026-03-15",
            )  # fmt: skip
        elif term.as_of > today.isoformat():
            yield Finding(
                "warning", "future_date", record.id, place,
                f"{term.as_of} is still to come", "correct the date",
            )  # fmt: skip
        elif _age(term.as_of, today) > months:
            old.append(term)
    if old and record.status != "ended":
        fields = ", ".join(dict.fromkeys(term.field for term in old))
        oldest = min(term.as_of or "" for term in old)
        yield Finding(
            "warning", "old_terms", record.id, fields,
            f"{len(old)} of {len(record.terms)} terms are older than {months} months "
            f"(oldest: {oldest})",
            "look for newer terms, or set the status",
        )  # fmt: skip


def _age(as_of: str, today: date) -> int:
    """Whole months since a date; a year counts from its end."""
    year, month = int(as_of[:4]), int(as_of[5:7] or 12)
    return (today.year - year) * 12 + today.month - month


def _same_names(records: Sequence[Program]) -> Iterator[Finding]:
    holders: dict[str, set[str]] = defaultdict(set)
    for record in records:
        for name in (record.name.en, record.name.zh_hans, *record.aliases):
            holders[fold(name).strip()].add(record.id)
    for name, ids in sorted(holders.items()):
        if len(ids) > 1:
            first, *others = sorted(ids)
            yield Finding(
                "warning", "same_name", first, name,
                f"{', '.join(others)} goes by this name too",
                "keep one record, or make the names differ",
            )  # fmt: skip


def _same_texts(documents: Sequence[Document]) -> Iterator[Finding]:
    texts = {d.source.id: d.source.text for d in documents if d.source.kind == "article"}
    first: dict[str, str] = {}
    for source_id, text in texts.items():
        key = sha256("".join(fold(text).split()).encode()).hexdigest()
        other = first.setdefault(key, source_id)
        if other != source_id:
            yield Finding(
                "warning", "duplicate", source_id, "text",
                f"says the same as {other}", f"compute-desk kb remove {source_id}",
            )  # fmt: skip
    kept = set(first.values())
    for one, other, likeness in near_duplicates({s: t for s, t in texts.items() if s in kept}):
        yield Finding(
            "warning", "near_duplicate", max(one, other), "text",
            f"is much like {min(one, other)} (likeness {likeness:.2f}); search counts them once",
            "leave it, or remove the one that adds nothing",
        )  # fmt: skip


def _unreachable(document: Document, aliases: AliasTable) -> Iterator[Finding]:
    source = document.source
    if not document.passages:
        yield Finding(
            "warning", "no_passages", source.id, "text",
            "nothing of it can be found", "add text, or remove it",
        )  # fmt: skip
    for passage in document.passages:
        if not question_terms(passage.text, aliases):
            yield Finding(
                "warning", "unreachable", source.id, f"{passage.start}-{passage.end}",
                f"no question can reach {passage.text[:_QUOTE]!r}",
                "complete the sentence, or take it out",
            )  # fmt: skip


def _instructions(document: Document) -> Iterator[Finding]:
    for number, line in suspicious_lines(document.source.text):
        yield Finding(
            "warning", "instructions", document.source.id, f"line {number}",
            f"reads like an instruction to an assistant: {line.strip()[:_QUOTE]}",
            "read it; it is never obeyed, and staff may take it out",
        )  # fmt: skip
