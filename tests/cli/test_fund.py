"""`--fund` on the command line: staff see what founders do not, and put it there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kb import starter

pytestmark = pytest.mark.usefixtures("used_home")

Desk = Callable[..., tuple[int, str, str]]


@pytest.fixture
def memo(tmp_path: Path) -> Path:
    path = tmp_path / "memo.md"
    path.write_text("# Board memo\n\nThe fund reserves 768 accelerators for Quokka Labs.\n")
    return path


def _document(desk: Desk, *arguments: object, status: int = 0) -> dict[str, Any]:
    got, out, _ = desk(*arguments, "--json")
    assert got == status, out
    document: dict[str, Any] = json.loads(out)
    return document


def test_an_article_for_the_fund(desk: Desk, memo: Path) -> None:
    [added] = _document(desk, "kb", "add", memo, "--fund")["added"]
    source = added["source"]
    assert (added["outcome"], added["visibility"]) == ("added", "fund")
    rows = {row["source"]: row for row in _document(desk, "kb", "list", "--fund")["sources"]}
    assert rows[source]["visibility"] == "fund"
    assert rows["a16z-oxygen"]["visibility"] == "public"
    assert source not in {row["source"] for row in _document(desk, "kb", "list")["sources"]}
    _, table, _ = desk("kb", "list", "--fund")
    assert table.splitlines()[0].endswith("Visibility")

    shown = _document(desk, "kb", "show", source, "--fund")
    [hit] = _document(desk, "kb", "search", "Quokka Labs", "--fund", "-k", "1")["hits"]
    assert shown["text"][hit["start"] : hit["end"]] == hit["text"]
    assert (hit["source"], hit["version"]) == (source, shown["version"])
    assert "Quokka" not in str(_document(desk, "kb", "search", "Quokka Labs"))
    [change] = _document(desk, "kb", "history", source, "--fund")["history"]
    assert change["current"]
    for command in (["show", source], ["history", source]):
        error = _document(desk, "kb", *command, status=1)["error"]
        assert error["code"] == "unknown_source"

    text = memo.read_text()
    memo.write_text(text.replace("768", "769"))
    [updated] = _document(desk, "kb", "add", memo, "--replace", source)["added"]
    assert (updated["outcome"], updated["visibility"]) == ("updated", "fund")
    old = _document(desk, "kb", "show", source, "--version", shown["version"], "--fund")
    assert "768" in old["text"]
    assert _document(desk, "kb", "restore", source, shown["version"])["version"] == old["version"]
    assert _document(desk, "kb", "remove", source) == {"removed": source}
    assert "unknown" in _document(desk, "kb", "show", source, "--fund", status=1)["error"]["code"]


def test_a_line_by_hand_opens_it_again(desk: Desk, memo: Path, home: Path) -> None:
    [added] = _document(desk, "kb", "add", memo, "--fund")["added"]
    text = home / "library" / "articles" / added["source"] / "text.md"
    text.write_text(text.read_text().replace("visibility: fund\n", ""))
    [change] = _document(desk, "kb", "sync")["changes"]
    assert (change["source"], change["action"]) == (added["source"], "added")
    assert "for Quokka Labs" in str(_document(desk, "kb", "search", "Quokka Labs"))


def test_a_program_for_the_fund_is_checked(desk: Desk, tmp_path: Path, home: Path) -> None:
    record = tmp_path / "quokka.yaml"
    given = starter.files("generate")["generate.yaml"].decode()
    record.write_text(given.replace("id: generate", "id: quokka", 1), encoding="utf-8")
    [added] = _document(desk, "kb", "add", record, "--fund")["added"]
    assert added["visibility"] == "fund"
    assert "quokka" not in {p["id"] for p in _document(desk, "programs")["programs"]}
    path = home / "library" / "programs" / "quokka.yaml"
    path.write_text(path.read_text().replace("kind: investor", "kind: bank", 1))
    found = _document(desk, "kb", "check", status=1)["findings"]
    assert ("schema", "quokka") in {(one["code"], one["source"]) for one in found}
    _, out, err = desk("kb", "list")
    assert "quokka" not in out + err
