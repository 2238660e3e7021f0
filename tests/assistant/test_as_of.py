"""Questions as of a day of the past: said plainly, answered from that time, and no gap."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.answer import Answer
from assistant.errors import InvalidSetting
from assistant.sessions import SessionStore
from kb.errors import InvalidDate
from kb.knowledge_base import KnowledgeBase

Desk = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def library(warm_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("past") / "home"
    shutil.copytree(warm_home, place)
    return place


def ask(home: Path, question: str, as_of: str) -> Answer:
    with Assistant.open(home, as_of=as_of) as desk:
        return desk.ask(question)


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        ("What are the terms of a16z Oxygen?", "As of 31 August 2024, from what the library has"),
        ("氧气计划的条件是什么？", "以下截至2024年8月31日，只依据资料库里当时已有的内容。"),
        ("氧氣計畫的條件是什麼？", "以下截至2024年8月31日，只依據資料庫裡當時已有的內容。"),
        ("Who won the 1998 World Cup?", "As of 31 August 2024, from what the library has"),
    ],
)
def test_the_day_is_said_and_nothing_is_of_later(
    library: Path, question: str, opening: str
) -> None:
    answer = ask(library, question, "2024-08")
    assert answer.answer.startswith(opening)
    assert answer.removed == []
    with KnowledgeBase.open(library) as kb:
        for citation in answer.citations:
            assert (citation.published or "") <= "2024-08-31"
            if citation.kind == "passage":
                text = kb.source(citation.source, citation.version).text
                assert text[citation.start : citation.end] == citation.quote
    for citation in answer.citations:
        assert citation.answer_start > len(opening)
    assert answer.abstained == ("World Cup" in question)


def test_no_gap_of_the_past_and_one_of_the_present(library: Path) -> None:
    def gaps() -> int:
        with KnowledgeBase.open(library) as kb:
            return len(kb.gaps())

    before = gaps()
    assert ask(library, "Who won the 1998 World Cup?", "2024-08").gaps
    assert gaps() == before


def test_prices_of_a_past_day(library: Path) -> None:
    answer = ask(library, "What does an H100 cost per hour right now?", "2024-08")
    [call] = [call for call in answer.tool_calls if call.name == "gpu_offers"]
    assert call.result["offers"]
    assert call.result["as_of"] == "2024-08-31"
    assert {offer["method"] for offer in call.result["offers"]} == {"list"}
    assert all(offer["observed_at"] <= "2024-08-31" for offer in call.result["offers"])
    assert [source["name"] for source in call.result["sources"]] == ["price_list"]
    assert "known only for the present" in answer.answer
    assert "No live source is configured" not in answer.answer
    nothing = ask(library, "What does an H100 cost per hour?", "2010")
    assert nothing.abstained
    assert "known only for the present" in nothing.answer


def test_today_is_the_present_and_is_said(library: Path) -> None:
    today = datetime.now(UTC).date()
    answer = ask(library, "What are the terms of a16z Oxygen?", today.isoformat())
    assert answer.answer.startswith(f"As of {today.day} {today:%B} {today.year}, ")
    with Assistant.open(library) as desk:
        now = desk.ask("What are the terms of a16z Oxygen?")
    assert now.answer == answer.answer.partition("\n\n")[2]
    assert now.library_version == answer.library_version


def test_follow_ups_and_sessions(library: Path) -> None:
    with Assistant.open(library, as_of="2024-08") as desk:
        first = desk.ask("What are the terms of a16z Oxygen?")
        second = desk.ask("And what does it cost?", first.session)
    assert second.answer.startswith("As of 31 August 2024")
    assert [a.id for a in SessionStore(library / "sessions.sqlite").turns(first.session)] == [
        first.id,
        second.id,
    ]


def test_what_cannot_be(home: Path, monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
    for given in ("2999", "soon"):
        with pytest.raises(InvalidDate):
            Assistant.open(home, as_of=given)
        for command in (["ask", "hi"], ["kb", "list"], ["programs", "match"]):
            status, out, _ = desk(*command, "--as-of", given, "--json")
            assert status == 2
            assert json.loads(out)["error"]["code"] == "invalid_date"
    status, _, err = desk("kb", "show", "x", "--version", "0" * 12, "--as-of", "2024")
    assert (status, "--as-of" in err) == (2, True)
    assert desk("programs", "--as-of", "2024", "list")[0] == 2
    monkeypatch.setenv("COMPUTE_DESK_KB_URL", "http://127.0.0.1:9/x")
    with pytest.raises(InvalidSetting, match="present only"):
        Assistant.open(home, as_of="2024")


def test_commands_as_of_a_day(monkeypatch: pytest.MonkeyPatch, library: Path, desk: Desk) -> None:
    monkeypatch.setenv("COMPUTE_DESK_HOME", str(library))

    def got(*arguments: str) -> dict[str, list[dict[str, object]]]:
        status, out, _ = desk(*arguments, "--json")
        assert status == 0, out
        found: dict[str, list[dict[str, object]]] = json.loads(out)
        return found

    now, then = got("kb", "list"), got("kb", "list", "--as-of", "2024-08")
    assert 0 < len(then["sources"]) < len(now["sources"])
    listed = {row["id"] for row in got("programs", "--as-of", "2024-08")["programs"]}
    assert listed == {row["source"] for row in then["sources"]}
    assert listed == {row["id"] for row in got("programs", "list", "--as-of=2024-08")["programs"]}
    shown = got("programs", "show", "a16z-oxygen", "--as-of", "2024-08")
    assert len(shown["terms"]) < len(got("programs", "show", "a16z-oxygen")["terms"])
    found = got("kb", "search", "Oxygen H100", "--as-of", "2024-08")["hits"]
    assert {hit["source"] for hit in found} <= listed
    [version] = {hit["version"] for hit in found if hit["source"] == "a16z-oxygen"}
    text = got("kb", "show", "a16z-oxygen", "--as-of", "2024-08")
    assert text["version"] == version
    assert text == got("kb", "show", "a16z-oxygen", "--version", str(version))
    assert got("programs", "match", "a16z-oxygen", "--as-of", "2024-08")["as_of"] == "2024-08-31"
    assert got("programs", "compare", "a16z-oxygen", "generate", "--as-of", "2024-12")
