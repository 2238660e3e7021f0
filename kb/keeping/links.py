"""Whether the links of the library still lead somewhere; asked only when staff say so."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from kb.intake.ahead import ahead
from kb.intake.fetching import probe
from kb.keeping.findings import Finding
from kb.programs.program import Program
from kb.records import Source

MOST = 200  # links of one check
_WORKERS = 8
_ADDRESS = re.compile(r"https?://[^\s;,，；）)\]]+", re.IGNORECASE)

Progress = Callable[[int, int], None]


def addresses(records: Sequence[Program], sources: Sequence[Source]) -> dict[str, tuple[str, str]]:
    """The links of a library, each with the source and the place of its first use."""
    found: dict[str, tuple[str, str]] = {}
    for record in records:
        for number, term in enumerate(record.terms):
            for address in _ADDRESS.findall(term.source):
                place = f"terms.{number} ({term.field}).source"
                found.setdefault(address.rstrip("."), (record.id, place))
    for source in sources:
        if source.kind == "article" and source.url and _ADDRESS.fullmatch(source.url):
            found.setdefault(source.url, (source.id, "url"))
    return found


def dead_links(
    links: Mapping[str, tuple[str, str]],
    *,
    allowed: Collection[str] = (),
    progress: Progress | None = None,
) -> Iterator[Finding]:
    """A finding for each of the first `MOST` links that leads nowhere. Hosts that are not in
    `allowed` must be public. `progress` hears of links asked."""
    asked = list(links)[:MOST]
    answers = ahead(lambda link: probe(link, allowed=allowed), asked, _WORKERS)
    for done, (link, problem) in enumerate(zip(asked, answers, strict=True), 1):
        if progress is not None:
            progress(done, len(asked))
        if problem is not None:
            source, place = links[link]
            yield Finding(
                "warning", "dead_link", source, place, f"{link} {problem}",
                "find where the page went, or cite another",
            )  # fmt: skip
