"""`--json`: one document of the promised shape; without it, text that a person can read."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kb.knowledge_base import KnowledgeBase

pytestmark = pytest.mark.usefixtures("used_home")

Desk = Callable[..., tuple[int, str, str]]

ARTICLE = """---
title: Harbor cluster
language: en
publisher: Harbor Fund
published: 2026-05
---

Harbor Fund lends 96 H200 GPUs to its seed companies for six weeks.

The Harbor cluster stands in Rotterdam and is booked by e-mail.
"""


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "harbor cluster.md"
    path.write_text(ARTICLE, encoding="utf-8")
    return path


def _document(desk: Desk, *arguments: object, status: int = 0) -> dict[str, Any]:
    got, out, _ = desk(*arguments, "--json")
    assert got == status
    assert out.endswith("}\n")
    document: dict[str, Any] = json.loads(out)
    return document


def test_an_article_from_adding_to_removing(desk: Desk, article: Path) -> None:
    added = _document(desk, "kb", "add", article)
    assert set(added) == {"added", "errors", "copies"}
    assert (added["errors"], added["copies"]) == ([], {})
    [row] = added["added"]
    fields = {"path", "source", "version", "title", "visibility", "outcome", "passages"}
    assert set(row) == fields
    assert (row["title"], row["outcome"]) == ("Harbor cluster", "added")
    source = row["source"]
    assert _document(desk, "kb", "add", article)["added"][0]["outcome"] == "unchanged"

    listed = {row["source"]: row for row in _document(desk, "kb", "list")["sources"]}
    assert listed[source] == {
        "source": source,
        "version": row["version"],
        "title": "Harbor cluster",
        "kind": "article",
        "language": "en",
        "publisher": "Harbor Fund",
        "published": "2026-05",
        "layer": "staff",
        "visibility": "public",
    }
    assert listed["a16z-oxygen"]["layer"] == "starter"

    shown = _document(desk, "kb", "show", source, "--version", row["version"])
    wanted = {"source", "version", "title", "kind", "language", "published", "url", "text"}
    assert wanted <= set(shown)

    hits = _document(desk, "kb", "search", "港口基金借出多少张H200", "-k", "3")["hits"]
    assert 0 < len(hits) <= 3
    fields = {"source", "version", "title", "language", "text", "start", "end", "score", "also"}
    assert all(set(hit) == fields | {"kind", "published", "parent"} for hit in hits)
    [hit, *_] = [hit for hit in hits if hit["source"] == source]
    assert "96 H200" in hit["text"]
    assert shown["text"][hit["start"] : hit["end"]] == hit["text"]

    rebuilt = _document(desk, "kb", "rebuild")
    assert rebuilt["sources"] == len(listed)

    assert _document(desk, "kb", "remove", source) == {"removed": source}
    assert source not in {row["source"] for row in _document(desk, "kb", "list")["sources"]}
    assert _document(desk, "kb", "show", source, status=1)["error"]["code"] == "unknown_source"


def test_good_files_are_added_and_bad_ones_named(desk: Desk, article: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.touch()
    binary = tmp_path / "picture.md"
    binary.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 8)
    huge = tmp_path / "huge.txt"
    with huge.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    bad = [tmp_path / "missing.md", empty, binary, huge]

    answer = _document(desk, "kb", "add", bad[0], bad[1], article, bad[2], bad[3], status=1)
    assert [row["title"] for row in answer["added"]] == ["Harbor cluster"]
    assert [row["path"] for row in answer["errors"]] == [str(path) for path in bad]
    assert {row["code"] for row in answer["errors"]} == {"unreadable_source"}
    assert all(row["message"] and row["hint"] for row in answer["errors"])
    assert answer["error"] == answer["errors"][0]

    status, out, err = desk("kb", "add", article, *bad)
    assert status == 1
    assert out.startswith("unchanged")
    *lines, summary = err.splitlines()
    assert [line.startswith("Error: ") for line in lines] == [True] * 4
    assert summary == "1 unchanged · 4 not read"


def test_kb_list_and_show_for_people(desk: Desk) -> None:
    status, out, err = desk("kb", "list")
    assert (status, err) == (0, "")
    header, *rows = out.splitlines()
    assert header.startswith("ID\tTitle")
    assert all(row.count("\t") == header.count("\t") for row in rows)
    status, out, err = desk("kb", "show", "a16z-oxygen")
    assert (status, err) == (0, "")
    assert "Oxygen" in out.splitlines()[0]


def test_gaps(desk: Desk, home: Path) -> None:
    assert _document(desk, "kb", "gaps") == {"gaps": []}
    with closing(KnowledgeBase.open(home)) as kb:
        kb.record_gap("Does the Zanzibar Fund lend GPUs?", "en", ["the fund", "its price"])
    [gap] = _document(desk, "kb", "gaps")["gaps"]
    assert gap["question"] == "Does the Zanzibar Fund lend GPUs?"
    assert gap["missing"] == ["the fund", "its price"]
    assert (gap["count"], gap["closed"], gap["languages"]) == (1, None, ["en"])
    with closing(KnowledgeBase.open(home)) as kb:
        kb.record_gap("Hello! Who pays in Ruritania?", "en", ["who pays in Ruritania"])
    _, out, _ = desk("kb", "gaps")
    assert "the fund; its price" in out
    assert out.casefold().count("ruritania") == 1  # what is missing is the question


def test_a_gap_is_closed_by_adding_a_source(desk: Desk, home: Path, article: Path) -> None:
    question = "How many H200 GPUs does Harbor Fund lend?"
    with closing(KnowledgeBase.open(home)) as kb:
        kb.record_gap(question, "en", [question])
        kb.record_gap("Who founded Zanzibar?", "en", ["the founder"])
    gap, other = (row["id"] for row in _document(desk, "kb", "gaps")["gaps"])
    refused = _document(desk, "kb", "add", article, "--closes", "gap-1", status=1)
    assert refused["error"]["code"] == "unknown_gap"
    added = _document(desk, "kb", "add", article, "--closes", gap)
    source = added["added"][0]["source"]
    assert (added["closed"]["id"], added["closed"]["closed"]["source"]) == (gap, source)
    [tried] = added["asked_again"]
    assert tried.pop("answer").startswith("**Harbor Fund lends 96 H200 GPUs")
    assert tried == {
        "question": question, "rank": 1, "answered": True, "cites_it": True, "missing": [],
    }  # fmt: skip
    assert [row["id"] for row in _document(desk, "kb", "gaps")["gaps"]] == [other]
    [change] = _document(desk, "kb", "history", source)["history"]
    assert change["why"] == f"closes {gap}"

    closing_it = ("kb", "gaps", "close", other, "--by", "generate")
    refused = _document(desk, *closing_it, status=1)
    assert (refused["closed"], refused["error"]["code"]) == (None, "gap_still_open")
    [tried] = refused["asked_again"]
    assert (tried["answered"], tried["missing"] != []) == (False, True)
    status, out, err = desk(*closing_it)
    assert (status, out.splitlines()[0]) == (1, f"still open · {other} · Who founded Zanzibar?")
    assert "still does not answer 'Who founded Zanzibar?'" in err
    assert [row["id"] for row in _document(desk, "kb", "gaps")["gaps"]] == [other]

    status, out, err = desk(*closing_it, "--why", "a test")
    assert status == 0
    assert "founders still get no answer" in err
    assert out.splitlines()[0] == f"closed · {other} · Who founded Zanzibar?"
    assert "still not answered" in out
    assert _document(desk, "kb", "gaps")["gaps"] == []
    closed = _document(desk, "kb", "gaps", "--all")["gaps"]
    assert {row["closed"]["why"] for row in closed} == {"a test", f"closes {gap}"}
    assert _document(desk, "sessions") == {"sessions": []}, "asking again leaves no conversation"


def test_evaluation_reads_the_beir_layout(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    texts = {"d1": "Harbor Fund lends GPUs.", "d2": "Cats sleep on warm roofs all day."}
    lines = [json.dumps({"_id": key, "title": "", "text": text}) for key, text in texts.items()]
    (folder / "corpus.jsonl").write_text("\n".join(lines))
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "q1", "text": "Where do cats sleep?"}))
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td2\t1\n")
    figures = _document(desk, "kb", "eval", folder)
    measures = {"recall@1", "recall@5", "recall@10", "mrr@10", "ndcg@10", "documents", "queries"}
    assert set(figures) == measures
    assert (figures["documents"], figures["queries"], figures["recall@1"]) == (2, 1, 1.0)


@pytest.mark.parametrize("arguments", [("programs",), ("programs", "list")])
def test_programs(desk: Desk, arguments: tuple[str, ...]) -> None:
    rows = {row["id"]: row for row in _document(desk, *arguments)["programs"]}
    assert {"a16z-oxygen", "andromeda", "conviction", "generate", "index-oracle"} <= set(rows)
    oxygen = rows["a16z-oxygen"]
    assert set(oxygen) == {"id", "name", "sponsor", "kind", "status", "aliases"}
    assert set(oxygen["name"]) == {"en", "zh-Hans"}
    assert oxygen["kind"] == "investor"


@pytest.mark.parametrize("name", ["a16z-oxygen", "Oxygen", "氧气计划", "氧氣計畫"])
def test_a_program_is_found_by_any_of_its_names(desk: Desk, name: str) -> None:
    record = _document(desk, "programs", "show", name)
    assert record["id"] == "a16z-oxygen"
    assert record["terms"][0]["zh-Hans"]
    status, out, err = desk("programs", "show", name)
    assert (status, err) == (0, "")
    assert record["terms"][0]["en"] in out
    assert record["terms"][0]["zh-Hans"] in out


def test_json_may_stand_before_the_subcommand(desk: Desk) -> None:
    status, out, _ = desk("programs", "--json", "list")
    assert status == 0
    assert json.loads(out)["programs"]


def test_gpus(desk: Desk) -> None:
    market = _document(desk, "gpus", "--gpu", "h100", "--count", "64", "--max-price", "$3.50")
    assert market["offers"]
    for offer in market["offers"]:
        fields = {"provider", "gpu", "gpu_raw", "count", "term", "price_per_gpu_hour", "region"}
        assert fields | {"availability", "observed_at", "method", "source"} <= set(offer)
        if offer["price_per_gpu_hour"]:
            assert isinstance(offer["price_per_gpu_hour"]["amount"], str)
            assert offer["price_per_gpu_hour"]["currency"]
        if offer["method"] == "list":
            assert offer["availability"] == "unknown"
    for source in market["sources"]:
        assert {"name", "status", "observed_at", "error"} <= set(source)

    status, out, err = desk("gpus", "--gpu", "H100")
    assert status == 0
    offers, _, sources = out.partition("\n\n")
    header, *rows = offers.splitlines()
    assert len(rows) > 5
    assert all(row.count("\t") == header.count("\t") for row in rows)
    assert {row.split("\t")[-1] for row in rows} == {s.split()[0] for s in sources.splitlines()}
    assert "price_list" in err


def test_gpus_reads_the_inventory_of_this_home(desk: Desk, home: Path) -> None:
    home.mkdir(exist_ok=True)
    (home / "inventory.csv").write_text(
        "provider,gpu,count,free,price_per_gpu_hour,currency,region,term,observed_at,notes\n"
        "Our fund,H100,128,96,1.10,USD,eu-west,fund,2026-11-20,\n"
    )
    first = _document(desk, "gpus", "--gpu", "H100", "--count", "64")["offers"][0]
    assert first["provider"] == "Our fund"
    assert (first["method"], first["availability"]) == ("operator", "available")


def test_an_estimate(desk: Desk) -> None:
    size = ("--params", "7B", "--tokens", "2T", "--gpu", "H100", "--gpus", "256")
    estimate = _document(desk, "estimate", "training", *size)
    assert {"gpu_hours", "days", "cost_usd", "assumptions", "nearest_runs"} <= set(estimate)
    hours = estimate["gpu_hours"]
    assert hours["low"] < hours["likely"] < hours["high"]
    assert estimate["days"]["likely"] == pytest.approx(hours["likely"] / 256 / 24)
    assert estimate["cost_usd"] is None

    priced = _document(desk, "estimate", "training", *size, "--price", "2.35")
    assert priced["cost_usd"]["likely"] == pytest.approx(hours["likely"] * 2.35)
    wider = _document(desk, "estimate", "training", *size, "--scope", "with_experiments")
    assert wider["gpu_hours"]["likely"] >= hours["likely"]

    status, out, err = desk("estimate", "training", *size)
    assert (status, err) == (0, "")
    assert "GPU-hours" in out
    assert "Cost" not in out.splitlines()[3]
    without = _document(desk, "estimate", "training", "--params", "7B", "--tokens", "2T")
    assert without["days"] is None


def test_sessions(desk: Desk) -> None:
    assert _document(desk, "sessions") == {"sessions": []}
    assert desk("ask", "What is Andromeda?", "--session", "trip")[0] == 0
    [row] = _document(desk, "sessions")["sessions"]
    assert set(row) == {"id", "title", "updated", "turns"}
    assert (row["id"], row["title"], row["turns"]) == ("trip", "What is Andromeda?", 1)
    _, out, _ = desk("sessions")
    assert "What is Andromeda?" in out


def test_version(desk: Desk) -> None:
    status, out, err = desk("--version")
    assert (status, err) == (0, "")
    assert out.startswith("compute-desk 0.")


def test_a_drawn_table_keeps_short_cells_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.cli.output import table

    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    table(("When", "[b]What[/b]"), [("2026-08-26", "[red]foreign\x1b[2J words[/red] " * 6)])
    out = capsys.readouterr().out
    assert "2026-08-26" in out
    assert "[red]foreign" in out
    assert "\x1b[2J" not in out


def test_a_copy_of_a_story_is_named_when_it_comes_in(desk: Desk, tmp_path: Path) -> None:
    lines = [f"The Harbor Fund said on day {n} that it lends {n}00 cards." for n in range(9)]
    for name, order in (("one", 1), ("two", -1)):
        (tmp_path / f"{name}.md").write_text("\n\n".join(lines[::order]), encoding="utf-8")
    one = _document(desk, "kb", "add", tmp_path / "one.md")["added"][0]["source"]
    _, out, _ = desk("kb", "add", tmp_path / "two.md")
    assert out.splitlines()[1].endswith(f" tells the same story as {one}")
