"""`kb publish`, and the commands that read what is published."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.chroma_server import ChromaProcess

pytestmark = [pytest.mark.xdist_group("chroma"), pytest.mark.usefixtures("used_home")]

Desk = Callable[..., tuple[int, str, str]]


@pytest.fixture
def url(chroma: ChromaProcess) -> str:
    return chroma.database()


def _document(desk: Desk, *arguments: object, status: int = 0) -> dict[str, Any]:
    got, out, _ = desk(*arguments, "--json")
    assert got == status, out
    document: dict[str, Any] = json.loads(out)
    return document


def test_from_publishing_to_reading(
    desk: Desk, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = tmp_path / "harbor.md"
    article.write_text("# Harbor\n\nHarbor Fund lends 96 H200 GPUs to its companies.\n")
    assert desk("kb", "add", article)[0] == 0
    trial = _document(desk, "kb", "publish", url, "--dry-run")
    assert trial["outcome"] == "would be published"
    done = _document(desk, "kb", "publish", url)
    assert (done["outcome"], done["generation"]) == ("published", 1)
    assert {change["action"] for change in done["changes"]} == {"add"}
    assert set(map(len, done["collections"].values())) == {36}
    status, out, _ = desk("kb", "publish", url)
    assert status == 0
    assert out.startswith("unchanged · generation 1")
    sources = _document(desk, "kb", "list")["sources"]
    programs = _document(desk, "programs")
    hits = _document(desk, "kb", "search", "Harbor GPUs")["hits"]

    # From here on as a founder on another machine.
    monkeypatch.setenv("COMPUTE_DESK_HOME", str(tmp_path / "founder"))
    monkeypatch.setenv("COMPUTE_DESK_KB_URL", url)
    assert _document(desk, "kb", "list")["sources"] == sources
    assert _document(desk, "programs") == programs
    found = _document(desk, "kb", "search", "Harbor GPUs")["hits"]
    for one, other in zip(found, hits, strict=True):
        assert one == other | {"score": pytest.approx(other["score"], abs=1e-6)}
    shown = _document(desk, "kb", "show", found[0]["source"])
    assert shown["text"][found[0]["start"] : found[0]["end"]] == found[0]["text"]
    compared = _document(desk, "programs", "compare", "a16z-oxygen", "generate")
    monkeypatch.delenv("COMPUTE_DESK_KB_URL")
    assert _document(desk, "programs", "compare", "a16z-oxygen", "generate") == compared


def test_where_to_comes_from_the_setting_or_is_wrong_usage(
    desk: Desk, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, _, err = desk("kb", "publish")
    assert status == 2
    assert "compute-desk kb publish URL" in err
    monkeypatch.setenv("COMPUTE_DESK_KB_URL", url)
    assert desk("kb", "publish", "--dry-run")[0] == 0


def test_failures_are_one_line_and_never_show_the_key(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPUTE_DESK_KB_KEY", "ck-secret")
    for place, code in (
        ("http://127.0.0.1:9", "kb_server_unreachable"),
        ("http://kb.example", "kb_server_refused"),
        ("https://ada:pw-secret@kb.example", "kb_server_refused"),
        ("ftp://kb.example", "kb_server_refused"),
    ):
        status, out, err = desk("kb", "publish", place)
        assert status == 1
        assert err.count("\n") == 1
        assert "secret" not in out + err
        assert _document(desk, "kb", "publish", place, status=1)["error"]["code"] == code


def test_what_founders_sent_is_taken_in(
    desk: Desk, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk("kb", "publish", url)[0] == 0
    with monkeypatch.context() as founder:
        founder.setenv("COMPUTE_DESK_HOME", str(tmp_path / "founder"))
        founder.setenv("COMPUTE_DESK_KB_URL", url)
        founder.setenv("COMPUTE_DESK_SEND_GAPS", "true")
        question = "How much does a16z Oxygen charge for dancing lessons?"
        assert desk("ask", question)[0] == 0
    status, out, err = desk("kb", "gaps", "--from", url)
    assert status == 0
    assert question in out
    assert "1 new" in err
    assert "0 new" in desk("kb", "gaps", "--from", url)[2]
