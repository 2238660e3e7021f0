"""The keyword index: which passages hold which folded terms, in tantivy."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.errors import InvalidDate
from kb.home import store_failure
from kb.retrieval.filters import Filter, days

if TYPE_CHECKING:
    pass

_HEAP = 15_000_000  # bytes; the least that tantivy accepts for one thread
_FAR = 99991231  # the last day there is
_SAME = 1e-4  # scores this near are one: tantivy adds up in single precision
_MOST_ALIKE = 2000  # passages of one score among which a choice by key is worth its time


@dataclass(frozen=True, slots=True)
class Entry:
    """A passage in the keyword index: its key, source, what a filter asks for, and its terms."""

    key: str
    source: str
    kind: str
    language: str
    dated: str | None
    terms: Sequence[str]


class KeywordIndex:
    """A tantivy index of ready-made terms. Readers keep one open and reopen it when the manifest
    moves; one writer at a time. Every failure is `IndexDamaged`."""

    def __init__(self, folder: Path) -> None:
        import tantivy

        builder = tantivy.SchemaBuilder()
        for name in ("key", "source", "kind", "language"):
            builder.add_text_field(
                name, stored=name == "key", tokenizer_name="raw", index_option="basic"
            )
        builder.add_text_field("terms", tokenizer_name="spaces", index_option="basic")
        for name in ("first_day", "last_day"):
            builder.add_unsigned_field(name, indexed=True)
        self._folder = folder
        with _failures(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._schema = builder.build()
            self._index = tantivy.Index(self._schema, path=str(folder), reuse=True)
            tokenizer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
            self._index.register_tokenizer("spaces", tokenizer)
            self._searcher = self._index.searcher()

    def count(self) -> int:
        """How many passages there are."""
        return int(self._searcher.num_docs)

    def replace(self, sources: Sequence[str], entries: Sequence[Entry]) -> None:
        """Remove all passages of `sources` and insert `entries`, in one commit."""
        import tantivy

        with _failures(self._folder):
            writer = self._index.writer(heap_size=_HEAP, num_threads=1)
            for source in sources:
                writer.delete_documents_by_term("source", source)
            for entry in entries:
                document = tantivy.Document()
                for name in ("key", "source", "kind", "language"):
                    document.add_text(name, getattr(entry, name))
                document.add_text("terms", " ".join(entry.terms))
                for name, day in _dates(entry).items():
                    document.add_unsigned(name, day)
                writer.add_document(document)
            writer.commit()
            writer.wait_merging_threads()
            self._index.reload()
            self._searcher = self._index.searcher()

    def search(self, weights: Mapping[str, float], count: int, only: Filter) -> list[str]:
        """The keys of the `count` passages that hold the most of the terms by weight, most first.

        Tantivy's own scores would do for a library that never changes: they count deleted
        passages until it merges its segments, and equal ones come in the order of writing. Here
        only `weights` counts, and among equals the key, so that a rebuilt index finds the same.
        """
        if not weights:
            return []
        query = self._restricted(self._any_of(weights), only)
        with _failures(self._folder):
            found = self._searcher.search(query, count + 1).hits
            if len(found) > count and found[count - 1][0] - found[count][0] < _SAME:
                found = self._with_all_equals(query, found)
            keyed = [(round(score, 3), self._key(address)) for score, address in found]
        return [key for _, key in sorted(keyed, key=lambda hit: (-hit[0], hit[1]))[:count]]

    def _with_all_equals(self, query: Any, found: Any) -> Any:
        least = found[-1][0] + _SAME
        more = self._searcher.search(query, _MOST_ALIKE).hits
        if len(more) == _MOST_ALIKE and more[-1][0] > least - 2 * _SAME:
            # They share a word so common that it tells nothing: the other leg may choose.
            return [hit for hit in found if hit[0] >= least]
        return [hit for hit in more if hit[0] >= least - 2 * _SAME]

    def admitted(self, only: Filter) -> frozenset[str]:
        """The keys of all passages that a filter admits."""
        import tantivy

        query = self._restricted(tantivy.Query.all_query(), only)
        with _failures(self._folder):
            found = self._searcher.search(query, max(1, self.count())).hits
            return frozenset(self._key(address) for _score, address in found)

    def _key(self, address: Any) -> str:
        return str(self._searcher.doc(address)["key"][0])

    def _any_of(self, weights: Mapping[str, float]) -> Any:
        import tantivy

        return tantivy.Query.boolean_query(
            [
                (
                    tantivy.Occur.Should,
                    tantivy.Query.const_score_query(self._term("terms", term), weight),
                )
                for term, weight in weights.items()
            ]
        )

    def _restricted(self, query: Any, only: Filter) -> Any:
        import tantivy

        clauses = [
            self._term(name, value)
            for name, value in (("kind", only.kind), ("language", only.language))
            if value is not None
        ]
        if only.first_day is not None:
            clauses.append(self._between("last_day", only.first_day, _FAR))
        if only.last_day is not None:
            clauses.append(self._between("first_day", 0, only.last_day))
        silent = [tantivy.Query.const_score_query(clause, 0.0) for clause in clauses]
        return tantivy.Query.boolean_query(
            [(tantivy.Occur.Must, clause) for clause in (query, *silent)]
        )

    def weights(self, terms: Sequence[str]) -> dict[str, float]:
        """The inverse document frequency of each term, as BM25 weighs it."""
        total = self.count()
        with _failures(self._folder):
            frequencies = {term: self._frequency(term) for term in terms}
        return {
            term: math.log(1 + (total - n + 0.5) / (n + 0.5)) for term, n in frequencies.items()
        }

    def _frequency(self, term: str) -> int:
        # Tantivy's own statistics count deleted passages until it merges its segments; a count of
        # hits does not, so that a rebuilt index weighs a question as the one before it did.
        query = self._term("terms", term)
        return int(self._searcher.search(query, 1, count=True).count)

    def _term(self, field: str, value: str) -> Any:
        import tantivy

        return tantivy.Query.term_query(self._schema, field, value, "basic")

    def _between(self, field: str, first: int, last: int) -> Any:
        import tantivy

        kind = tantivy.FieldType.Unsigned
        return tantivy.Query.range_query(self._schema, field, kind, first, last)


def _dates(entry: Entry) -> dict[str, int]:
    try:
        first, last = days(entry.dated or "")
    except InvalidDate:  # undated, or dated in a way that nobody can compare
        return {}
    return {"first_day": first, "last_day": last}


@contextmanager
def _failures(folder: Path) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # tantivy raises ValueError, OSError and its own, all for damage
        raise store_failure("the keyword index", folder, error) from error
