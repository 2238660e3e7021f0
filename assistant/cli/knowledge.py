"""`compute-desk kb`: the articles and programs behind the answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from assistant.cli import gaps, keeping, publishing
from assistant.cli.failure import FAILED, WrongUsage, failure_line
from assistant.cli.keeping import AllowHost, DryRun, Fund, Json, SourceId, Why
from assistant.cli.library import AsOf, open_library, open_reading
from assistant.cli.output import about, aside, document, harmless, one_line, progress, table, write
from assistant.cli.trying import MovedAnswers, gold_rows, show_copies, show_moved

if TYPE_CHECKING:
    from assistant.knowledge import Knowledge
    from kb.intake.taking_in import Added, Outcome
    from kb.knowledge_base import KnowledgeBase
    from kb.records import Hit, Passage, Source

app = typer.Typer(
    no_args_is_help=True,
    help="Keep the library: add, list, show, search, history, check. With the setting kb_url, "
    "list, show and search read what is published there; the others keep this home's library.",
)
keeping.register(app)
app.add_typer(gaps.app, name="gaps")
app.command()(publishing.publish)


@app.command()
def add(
    places: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH|URL...", help="Articles, program records (YAML), or folders of them."
        ),
    ],
    replace: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Take it in as a new version of this article."),
    ] = None,
    why: Why = "",
    fund: Annotated[
        bool, typer.Option("--fund", help="Take it in for the fund only: founders never see it.")
    ] = False,
    allow_host: AllowHost = None,
    closes: Annotated[
        str | None,
        typer.Option(metavar="GAP", help="Close this gap of `kb gaps` by what is added."),
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Add articles and program records, a folder with all that is in it. What cannot be read is
    named; the others are added all the same. Stopped half-way, run it again: it goes on.

    A page from an address that was added before becomes a new version of its article; so does a
    file with --replace, and a program record with the id that it carries.
    """
    if replace is not None and (len(places) > 1 or Path(places[0]).is_dir()):
        raise WrongUsage("--replace takes one file or address", "add the others on their own")
    if closes is not None and (dry_run or len(places) > 1 or Path(places[0]).is_dir()):
        raise WrongUsage("--closes takes one file or address", "add the others on their own")
    reason = why
    with open_library(fund=True) as kb:
        if closes is not None:
            kb.gap_group(closes)  # an id that nothing goes by is told before anything is added
            why = why or f"closes {closes}"
        wish: dict[str, Any] = {"allowed": allow_host or (), "replace": replace, "fund": fund}
        answers = MovedAnswers([gold.question for gold in kb.gold()] if dry_run else [])
        preview = kb.preview_add(places, _stage, **wish, look=answers.look) if dry_run else None
        with _stoppable():
            outcomes = preview.outcomes if preview else kb.add_all(places, _stage, why=why, **wish)
        copies = preview.copies if preview else _copies(kb, outcomes)
        closed = None
        if closes is not None and (new := outcomes[0].added) is not None:
            closed = gaps.see_to(kb, closes, new.source.id, reason, why)
    errors = [_refused(one) for one in outcomes if one.error is not None]
    if as_json:
        added = [_taken(one.place, one.added) for one in outcomes if one.added is not None]
        failed = {"schema": 1, "error": errors[0]} if errors else {}
        tried = {"dry_run": True, **gold_rows(preview, answers)} if preview else {}
        more = {"copies": copies, **tried, **(closed.rows() if closed else {}), **failed}
        document({"added": added, "errors": errors, **more})
    else:
        for one in outcomes:
            _tell(one, "would be " if dry_run else "")
        show_copies(copies)
        if preview:
            show_moved(preview)
            answers.show()
        elif len(outcomes) > 1:
            aside(_summed(outcomes))
        if closed is not None:
            closed.tell()
    if errors:
        raise typer.Exit(FAILED)


@contextmanager
def _stoppable() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        progress("", 1, 1)
        aside("Stopped. What was stored stays; the same command goes on from there.")
        raise


def _copies(kb: KnowledgeBase, outcomes: Sequence[Outcome]) -> dict[str, list[str]]:
    """Of what is new, the articles that tell the same story."""
    new = {o.added.source.id for o in outcomes if o.added and o.added.outcome != "unchanged"}
    groups = kb.copies() if new else []
    return {one: [o for o in group if o != one] for group in groups for one in group if one in new}


def _stage(stage: str, done: int, of: int) -> None:
    progress("Reading" if stage == "reading" else "Indexing passages", done, of)


def _tell(outcome: Outcome, would: str) -> None:
    """A line for what came of a file or page: on stdout where it is in, else on stderr."""
    if outcome.added is not None:
        row = _taken(outcome.place, outcome.added)
        became = f"{would}{row['outcome']}"
        write(about(became, row["source"], f"{row['passages']} passages", row["title"]))
    elif outcome.error is not None:
        line = failure_line(f"{outcome.place}: {outcome.error.message}", outcome.error.hint)
        typer.echo(line, err=True)


def _summed(outcomes: list[Outcome]) -> str:
    counts = Counter("not read" if one.added is None else one.added.outcome for one in outcomes)
    return about(*(f"{count} {name}" for name, count in counts.items()))


def _taken(place: str, added: Added) -> dict[str, Any]:
    source = added.source
    return {
        "path": one_line(place),
        "source": source.id,
        "version": source.version,
        "title": source.title,
        "visibility": source.visibility,
        "outcome": added.outcome,
        "passages": added.passages,
    }


def _refused(outcome: Outcome) -> dict[str, Any]:
    assert outcome.error is not None
    error = outcome.error
    return {
        "path": one_line(outcome.place),
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
    }


@app.command("list")
def list_sources(fund: Fund = False, as_of: AsOf = None, as_json: Json = False) -> None:
    """List all articles and programs."""
    with open_reading(fund=fund, as_of=as_of) as kb:
        rows = [_summary(source) for source in kb.sources()]
    if as_json:
        document({"sources": rows})
        return
    headers = ["ID", "Title", "Kind", "Language", "Publisher", "Published", "Layer"]
    fields = ["source", "title", "kind", "language", "publisher", "published", "layer"]
    if fund:
        headers.append("Visibility")
        fields.append("visibility")
    table(headers, [[row[field] for field in fields] for row in rows])


def _summary(source: Source) -> dict[str, Any]:
    return {
        "source": source.id,
        "version": source.version,
        "title": source.title,
        "kind": source.kind,
        "language": source.language,
        "publisher": source.publisher,
        "published": source.published,
        "layer": source.layer,
        "visibility": source.visibility,
    }


@app.command()
def show(
    source_id: SourceId,
    version: Annotated[
        str | None,
        typer.Option(metavar="V", help="One that `history` lists; default: the present one."),
    ] = None,
    fund: Fund = False,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Show the text of an article or program: what citations point into."""
    if version is not None and as_of is not None:
        raise WrongUsage("--version and --as-of exclude each other", "give one of them")
    with open_reading(fund=fund, as_of=as_of) as kb:
        source = kb.source(source_id, version)
    if as_json:
        more = {"author": source.author, "url": source.url, "text": source.text}
        document(_summary(source) | more)
        return
    write(one_line(source.title))
    details = (
        source.kind, source.language, source.author, source.publisher, source.published, source.url
    )  # fmt: skip
    write(about(source.id, source.version, *details))
    write()
    write(harmless(source.text))


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="Words or a question, in any language.")],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many passages.")] = 10,
    kind: Annotated[
        Literal["article", "program"] | None, typer.Option(help="Of this kind only.")
    ] = None,
    language: Annotated[
        Literal["en", "zh-Hans", "zh-Hant"] | None, typer.Option(help="In this language only.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Dated then or later: 2024, 2024-07-29.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Dated then or before.")] = None,
    around: Annotated[
        bool, typer.Option("--around", help="Show the paragraphs that a passage stands in.")
    ] = False,
    fund: Fund = False,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Find passages, the best first. What has no date is not found by its date."""
    with open_reading(fund=fund, as_of=as_of) as kb:
        hits = kb.search(
            query, k, kind=kind, language=language, published_from=since, published_to=until
        )
        parents = [_parent(kb, hit.passage) for hit in hits] if around or as_json else []
    if as_json:
        shown = zip(hits, parents, strict=True)
        document({"hits": [_hit_row(hit, parent) for hit, parent in shown]})
        return
    if not hits:
        aside("Nothing found.")
    for number, hit in enumerate(hits, 1):
        passage = hit.passage
        write(f"{number}. {about(passage.title, passage.source, f'{hit.score:.3f}')}")
        write(f"   {one_line(parents[number - 1] if around else passage.text)}")
        if hit.also:
            write(f"   also in {', '.join(map(one_line, hit.also))}")


def _parent(kb: Knowledge, passage: Passage) -> str:
    text = kb.source(passage.source, passage.version).text
    return text[passage.parent_start : passage.parent_end]


def _hit_row(hit: Hit, parent: str) -> dict[str, object]:
    passage = hit.passage
    fields = ("source", "version", "title", "language", "kind", "text", "start", "end")
    return {field: getattr(passage, field) for field in fields} | {
        "published": passage.as_of,
        "parent": {"start": passage.parent_start, "end": passage.parent_end, "text": parent},
        "score": hit.score,
        "also": hit.also,
    }


@app.command()
def remove(source_id: SourceId, why: Why = "", as_json: Json = False) -> None:
    """Remove what was added; its history stays. The starter library is read-only."""
    with open_library(fund=True) as kb:
        kb.remove(source_id, why=why)
    if as_json:
        document({"removed": source_id})
    else:
        write(f"removed {one_line(source_id)}")


@app.command()
def rebuild(as_json: Json = False) -> None:
    """Build the index again from the library."""
    with open_library() as kb:
        kb.rebuild()
        count, version = len(kb.sources()), kb.library_version
    if as_json:
        document({"sources": count, "library_version": version})
    else:
        write(f"rebuilt the index: {count} sources, library {version}")


@app.command("eval")
def evaluate_search(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]",
            help="With corpus.jsonl, queries.jsonl and qrels.tsv (BEIR); else the gold questions.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure search: on the library's gold questions, or on a test set in an index of its own."""
    misses: list[dict[str, Any]] = []
    if folder is None:
        figures, misses = _asked_gold()
    else:
        figures = _measured(folder)
    if as_json:
        document(figures if folder else {**figures, "misses": misses})
        return
    table(("Measure", "Value"), [(name, f"{figure:g}") for name, figure in figures.items()])
    for miss in misses:
        write()
        write(one_line(miss["question"]))
        write(f"  looked for {_all_of(miss['find'])} ({one_line(miss['place'])})")
        where = f"no. {miss['rank']}" if miss["rank"] else "not"
        write(f"  found {where}, behind {_all_of(miss['found'][:3])}")


def _all_of(names: Sequence[str]) -> str:
    return ", ".join(map(one_line, names)) or "nothing"


def _asked_gold() -> tuple[dict[str, float], list[dict[str, Any]]]:
    """The figures over the gold questions, and those whose source was not found first."""
    from kb.keeping.gold import measured

    with open_library() as kb:
        asked = kb.ask_gold(lambda at, of: progress("Asking", at, of))
    misses = [
        {
            "question": one.gold.question,
            "find": one.gold.sources,
            "field": one.gold.field,
            "place": one.gold.place,
            "rank": one.rank,
            "found": one.found,
        }
        for one in asked
        if one.rank != 1
    ]
    return measured(asked), misses


def _measured(folder: Path) -> dict[str, float]:
    from assistant.settings import load_settings
    from kb.keeping.evaluation import evaluate
    from kb.retrieval.embedders import load_embedder

    embedder = load_embedder(load_settings().embedder, aside)
    return evaluate(folder, embedder, lambda at, of: progress("Measuring", at, of))
