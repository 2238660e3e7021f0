"""The keyword index: BM25 over folded terms, in tantivy."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.home import store_failure

if TYPE_CHECKING:
    import tantivy

_HEAP = 15_000_000  # bytes; the least that tantivy accepts for one thread


@dataclass(frozen=True, slots=True)
class Entry:
    """A passage in the keyword index: its key, source, filters and terms."""

    key: str
    source: str
    kind: str
    language: str
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
        builder.add_text_field("terms", tokenizer_name="spaces", index_option="freq")
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
                writer.add_document(document)
            writer.commit()
            writer.wait_merging_threads()
            self._index.reload()
            self._searcher = self._index.searcher()

    def search(
        self, terms: Sequence[str], count: int, kind: str | None, language: str | None
    ) -> list[str]:
        """The keys of the passages with the highest BM25 scores, highest first."""
        import tantivy

        if not terms:
            return []
        with _failures(self._folder):
            any_term = tantivy.Query.boolean_query(
                [(tantivy.Occur.Should, self._term("terms", term, "freq")) for term in terms]
            )
            clauses = [(tantivy.Occur.Must, any_term)]
            for name, value in (("kind", kind), ("language", language)):
                if value is not None:
                    only = tantivy.Query.const_score_query(self._term(name, value, "basic"), 0.0)
                    clauses.append((tantivy.Occur.Must, only))
            found = self._searcher.search(tantivy.Query.boolean_query(clauses), count).hits
            return [str(self._searcher.doc(address)["key"][0]) for _score, address in found]

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
        query = self._term("terms", term, "basic")
        return int(self._searcher.search(query, 1, count=True).count)

    def _term(self, field: str, value: str, option: str) -> tantivy.Query:
        import tantivy

        query: Any = tantivy.Query.term_query(self._schema, field, value, option)
        return query


@contextmanager
def _failures(folder: Path) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # tantivy raises ValueError, OSError and its own, all for damage
        raise store_failure("the keyword index", folder, error) from error
