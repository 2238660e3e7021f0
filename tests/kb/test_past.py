"""As of a day: what the library held and what was true then, and nothing learned since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kb import starter
from kb.errors import InvalidDate, UnknownSource
from kb.knowledge_base import KnowledgeBase
from kb.library.journal import Change
from kb.library.moments import parse_moment
from kb.library.past import known_by
from tests.kb.conftest import Open

Clock = Callable[[str], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets the clock of the history."""

    class Clock:
        at = datetime(2026, 1, 1, tzinfo=UTC)

        @classmethod
        def now(cls, _zone: object) -> datetime:
            return cls.at

    def set_to(text: str) -> None:
        Clock.at = datetime.fromisoformat(text).replace(tzinfo=UTC)

    monkeypatch.setattr("kb.library.journal.datetime", Clock)
    return set_to


def record(folder: Path, *terms: dict[str, str], **fields: object) -> Path:
    data = yaml.safe_load(starter.files("generate")["generate.yaml"]) | fields
    data["terms"] = [*data["terms"], *terms]
    path = folder / f"{data['id']}.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def term(word: str, **fields: str) -> dict[str, str]:
    said = {"en": f"The {word} tier costs 3.10 dollars.", "zh-Hans": f"{word} 档 3.10 美元。"}
    about = {"field": "price", "grade": "official", "publisher": "Zephyr", "source": "Zephyr"}
    return about | said | fields


def found(kb: KnowledgeBase, query: str) -> set[str]:
    return {hit.passage.source for hit in kb.search(query, 50)}


@pytest.fixture
def a_year(open_kb: Open, article: Path, clock: Clock) -> str:
    """A release in January; an article of March, changed in May, removed in July."""
    clock("2026-01-10T12:00:00")
    kb = open_kb()
    kb.sync()
    clock("2026-03-10T12:00:00")
    source = kb.add(article).source
    clock("2026-05-10T12:00:00")
    article.write_text(article.read_text().replace("512", "640"))
    kb.add(article, replace=source.id)
    clock("2026-07-10T12:00:00")
    kb.remove(source.id)
    return source.id


@pytest.mark.parametrize(
    ("day", "figure"),
    [
        ("2026-03-09", None),
        ("2026-03-10", "512"),
        ("2026-03", "512"),
        ("2026-03-10T11:59:59Z", None),
        ("2026-03-10T14:00+02:00", "512"),
        ("2026-05-09", "512"),
        ("2026-06", "640"),
        ("2026-07-09", "640"),
        ("2026-07-10", None),
        ("2026-08", None),
    ],
)
def test_the_version_that_was_held(
    open_kb: Open, a_year: str, day: str, figure: str | None
) -> None:
    kb = open_kb(as_of=day)
    hits = [hit.passage for hit in kb.search("Zephyr accelerators", 50)]
    mine = [passage for passage in hits if passage.source == a_year]
    assert (a_year in {source.id for source in kb.sources()}) == (figure is not None)
    if figure is None:
        assert not mine
        with pytest.raises(UnknownSource):
            kb.source(a_year)
        return
    assert any(f"{figure} accelerators" in passage.text for passage in mine)
    assert f"{figure} accelerators" in kb.source(a_year).text
    for passage in hits:  # citations open in the present
        text = open_kb().source(passage.source, passage.version).text
        assert text[passage.start : passage.end] == passage.text


def test_no_rare_word_of_later_tells(open_kb: Open, a_year: str) -> None:
    before, after = open_kb(as_of="2026-02"), open_kb(as_of="2026-04")
    question = "Zephyr companies"
    assert before.question_weights(question) != after.question_weights(question)
    assert before.library_version != after.library_version
    assert before.library_version == open_kb(as_of="2026-08").library_version
    assert open_kb(as_of="2026-10").library_version == open_kb().library_version


def test_before_the_release_its_own_dates_count(open_kb: Open, a_year: str) -> None:
    oxygen = {p.id: p for p in starter.programs()}["a16z-oxygen"]
    early = open_kb(as_of="2024-08")
    [seen] = [program for program in early.programs() if program.id == "a16z-oxygen"]
    assert 0 < len(seen.terms) < len(oxygen.terms)
    assert {t.as_of for t in seen.terms} == {"2024-07", "2024-08"}  # a year counts from its end
    assert [source.id for source in early.sources() if source.kind == "article"] == []
    assert early.source("a16z-oxygen").text.count("[") == 2 * len(seen.terms)
    version = early.source("a16z-oxygen").version
    assert open_kb().source("a16z-oxygen", version).text == early.source("a16z-oxygen").text
    assert open_kb(as_of="1999").sources() == []
    assert open_kb(as_of="1999").search("GPU", 5) == []
    whole = open_kb(as_of="2026-01-10")
    assert len(whole.find_program("a16z-oxygen").terms) == len(oxygen.terms)


def test_status_is_unknown_before_anybody_said_it(open_kb: Open, clock: Clock) -> None:
    clock("2026-01-10T12:00:00")
    open_kb().sync()
    for program in open_kb(as_of="2023").programs():
        said = any(term.field == "status" for term in program.terms)
        assert said or program.status == "unknown"


def test_terms_outside_their_time_are_left_out(open_kb: Open, tmp_path: Path, clock: Clock) -> None:
    clock("2026-01-10T12:00:00")
    kb = open_kb()
    terms = [
        term("Alpha", valid_to="2026-03"),
        term("Beta", valid_from="2026-04-01", valid_to="2026-06-30"),
        term("Gamma", valid_from="2026"),
    ]
    kb.add(record(tmp_path, *terms))
    for day, words in (
        ("2026-01-10", {"Alpha", "Gamma"}),
        ("2026-03-31", {"Alpha", "Gamma"}),
        ("2026-04-01", {"Beta", "Gamma"}),
        ("2026-07-01", {"Gamma"}),
    ):
        past = open_kb(as_of=day)
        seen = {w for w in ("Alpha", "Beta", "Gamma") if w in past.source("generate").text}
        assert seen == words
        listed = past.program_passages("generate", "en")
        assert len(listed) == len(past.find_program("generate").terms)
        hits = " ".join(hit.passage.text for hit in past.search("tier costs dollars", 20))
        assert {w for w in ("Alpha", "Beta", "Gamma") if w in hits} == words
        for passage in listed:
            text = open_kb().source(passage.source, passage.version).text
            assert text[passage.start : passage.end] == passage.text


def test_the_past_keeps_what_is_fund_only(
    open_kb: Open, article: Path, tmp_path: Path, clock: Clock
) -> None:
    clock("2026-01-10T12:00:00")
    kb = open_kb(fund=True)
    hidden = kb.add(article).source.id
    kb.add(record(tmp_path, term("Alpha"), term("Omega", visibility="fund")))
    clock("2026-02-10T12:00:00")
    kb.add(article, fund=True)  # public in January, fund-only since
    kb.add(record(tmp_path, term("Alpha", visibility="fund")))
    for day in ("2026-01-15", "2026-02-15"):
        founders, staff = open_kb(as_of=day), open_kb(as_of=day, fund=True)
        told = str([founders.sources(), founders.programs(), founders.search("Zephyr tier", 50)])
        assert hidden not in told
        assert "Alpha" not in told
        assert "Omega" not in told
        assert hidden in found(staff, "Zephyr accelerators")
        assert "Alpha" in staff.source("generate").text
    assert "Omega" in open_kb(as_of="2026-01-15", fund=True).source("generate").text
    index = tmp_path / "home" / "index"
    for path in (index / "days").rglob("*"):
        assert path.is_dir() or b"zephyr" not in path.read_bytes().lower()


def test_only_the_newest_days_keep_an_index(open_kb: Open, a_year: str, tmp_path: Path) -> None:
    for day in ("2023", "2024-08", "2024-10", "2026-02", "2026-04"):
        kb = open_kb(as_of=day)
        kb.search("GPU", 1)
        kb.close()
    days = tmp_path / "home" / "index" / "days"
    open_kb(as_of="2022").sources()  # asks for no index
    assert len([path for path in days.iterdir() if path.is_dir()]) == 3
    assert found(open_kb(as_of="2024-08"), "Oxygen GPUs")  # made anew


def test_what_is_not_over_is_the_present(open_kb: Open, article: Path, tmp_path: Path) -> None:
    source = open_kb().add(article).source.id
    today = datetime.now(UTC).date()
    for length in (10, 7, 4):
        assert source in found(open_kb(as_of=today.isoformat()[:length]), "Zephyr")
    assert not (tmp_path / "home" / "index" / "days").exists()


NOW = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ("2024", "2024-12-31T23:59:59+00:00"),
        ("2024-02", "2024-02-29T23:59:59+00:00"),
        (" 2024-02-03 ", "2024-02-03T23:59:59+00:00"),
        ("2024-02-03T04:05", "2024-02-03T04:05:00+00:00"),
        ("2024-02-03T04:05:06+08:00", "2024-02-02T20:05:06+00:00"),
        ("2026-06-15T09:29:59Z", "2026-06-15T09:29:59+00:00"),
    ],
)
def test_moments(given: str, at: str) -> None:
    moment = parse_moment(given, NOW)
    assert moment is not None
    assert moment.at.isoformat() == at


@pytest.mark.parametrize("given", ["2026", "2026-06", "2026-06-15", "2026-06-15T09:30Z"])
def test_a_moment_that_is_not_over(given: str) -> None:
    assert parse_moment(given, NOW) is None


@pytest.mark.parametrize(
    "given",
    ["", "yesterday", "2024-13", "2024-02-30", "2027", "2026-06-16", "20240203", "0000", "2024-1"],
)
def test_no_moment(given: str) -> None:
    with pytest.raises(InvalidDate):
        parse_moment(given, NOW)


def journal(*times: str) -> list[Change]:
    return [
        Change(at, "me", "add", f"s{n}", "article", "staff", "0" * 12, "", "")
        for n, at in enumerate(times)
    ]


@pytest.mark.parametrize(
    ("times", "moment", "count"),
    [
        (["2026-01-01", "2026-02-01", "2026-03-01"], "2026-02-15", 2),
        (["2026-01-01", "2099-01-01", "2026-02-01", "2026-03-01"], "2026-02-15", 3),
        (["2026-01-01", "2026-02-01", "1970-01-01", "2026-03-01"], "2026-01-15", 1),
        (["2026-01-01", "2026-02-01", "1970-01-01", "2026-03-01"], "2026-02-15", 3),
        (["2026-01-01", "2026-02-01", "1970-01-01", "2026-03-01"], "1980-01-01", 0),
        (["2026-01-01", "garbage", "2026-03-01"], "2026-02-01", 2),
        ([], "2026-02-01", 0),
    ],
)
def test_a_clock_that_jumps_changes_no_order(times: list[str], moment: str, count: int) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert known_by(journal(*times), at) == count


@given(
    st.lists(st.datetimes(datetime(2020, 1, 1), datetime(2027, 1, 1)), max_size=12),
    st.datetimes(datetime(2020, 1, 1), datetime(2027, 1, 1)),
    st.datetimes(datetime(2020, 1, 1), datetime(2027, 1, 1)),
)
def test_later_moments_know_more(times: list[datetime], one: datetime, other: datetime) -> None:
    changes = journal(*(at.isoformat() for at in times))
    early, late = sorted(at.replace(tzinfo=UTC) for at in (one, other))
    assert 0 <= known_by(changes, early) <= known_by(changes, late) <= len(changes)
    ordered = journal(*(at.isoformat() for at in sorted(times)))
    assert known_by(ordered, early) == sum(at.replace(tzinfo=UTC) <= early for at in times)
