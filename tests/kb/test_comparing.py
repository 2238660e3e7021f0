"""Programs side by side: what is stated, what is not, and what sources disagree on."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from kb import starter
from kb.errors import InvalidProgram
from kb.library.program_files import parse_program
from kb.programs import wording
from kb.programs.comparing import ATTRIBUTES, Cell, attributes_of, compare
from kb.programs.conditions import Figure, Money, Stage
from kb.programs.conflicts import figures_differ
from kb.programs.rendering import render
from tests.kb.program_records import program, term

HEAD = {
    "id": "harbor",
    "name": {"en": "H", "zh-Hans": "海"},
    "sponsor": {"en": "H", "zh-Hans": "海"},
    "kind": "investor",
    "status": "active",
}


def offer(**given: Any) -> dict[str, Any]:
    return given


def texts(cell: Cell) -> list[str]:
    return [stated.text.en for stated in cell.stated]


def test_every_attribute_has_a_row_and_an_empty_cell_where_nothing_is_stated() -> None:
    one = program(term("offer", offers=[offer(gpu="H100", count={"at_least": 4000})]))
    grid = compare([one, program(term("strings", strings=[{"kind": "equity", "asked": False}]))])
    assert tuple(row.attribute for row in grid.rows) == ATTRIBUTES
    cells = {row.attribute: row.cells for row in grid.rows}
    assert texts(cells["gpus"][0]) == ["at least 4,000 H100s"]
    assert cells["gpus"][0].stated[0].text.zh_hans == "至少4,000块H100"
    assert cells["gpus"][1].stated == []
    assert cells["equity"][0].stated == []
    empty = cells["equity"][0].model_dump(by_alias=True)["text"]
    assert empty == {"en": "not stated in sources", "zh-Hans": "来源未说明"}
    assert texts(cells["equity"][1]) == ["none"]


def test_a_term_without_values_is_shown_in_its_few_words() -> None:
    short = {"en": "a cluster", "zh-Hans": "一个集群"}
    cells = attributes_of(program(term("offer", short=short), term("duration", "As agreed.")))
    assert texts(cells["offer"]) == ["a cluster"]
    assert texts(cells["duration"]) == ["As agreed."]
    assert cells["offer"].stated[0].typed is None


def test_every_value_leads_to_its_sentence() -> None:
    for record in starter.programs():
        text = render(record).source.text
        for cell in attributes_of(record).values():
            for stated in cell.stated:
                if stated.citation is not None:
                    span = stated.citation.spans["en"]
                    assert text[span.start : span.end] == stated.citation.quote.en


def test_a_value_that_is_stated_twice_stands_once_with_its_newest_and_best_source() -> None:
    count = [offer(gpu="H100", count={"at_least": 4000})]
    blog = term("offer", offers=count, publisher="Blog", as_of="2024", grade="rumor")
    forbes = term("offer", offers=count, publisher="Forbes", as_of="2024", grade="reported")
    early = term("offer", offers=count, publisher="The Information", as_of="2023-11")
    other = term("offer", offers=[offer(gpu="H100", count={"exactly": 64})], as_of="2022")
    [once, apart] = attributes_of(program(blog, early, forbes, other))["gpus"].stated
    assert once.citation is not None
    assert once.citation.publisher == "Forbes"
    assert [cited.publisher for cited in once.also] == ["Blog", "The Information"]
    assert (once.disagrees, apart.disagrees) == (True, True)
    assert apart.text.en == "64 H100s"  # an older figure stays apart
    assert apart.also == []


def test_values_that_disagree_stand_side_by_side_the_newest_first() -> None:
    old = term("offer", offers=[offer(gpu="H100", count={"exactly": 2512})], as_of="2023-06")
    new = term(
        "offer", offers=[offer(gpu="H100", count={"at_least": 4000})], publisher="Forbes",
        as_of="2024", grade="reported",
    )  # fmt: skip
    cell = attributes_of(program(old, new))["gpus"]
    assert texts(cell) == ["at least 4,000 H100s", "2,512 H100s"]
    assert cell.disagree
    assert [s.citation.grade for s in cell.stated if s.citation] == ["reported", "official"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"publisher": "Harbor Fund"}, "one source tells of two tiers"),
        ({"publisher": "Forbes", "valid_from": "2025", "valid_to": "2026"}, "at another time"),
    ],
)
def test_no_conflict(change: dict[str, Any], why: str) -> None:
    first = term(
        "offer", offers=[offer(credits={"up_to": 1000, "currency": "USD"})], valid_to="2024"
    )
    second = term("offer", offers=[offer(credits={"up_to": 5000, "currency": "USD"})], **change)
    assert not attributes_of(program(first, second))["credits"].disagree, why


def test_tiers_and_gpus_are_not_held_against_each_other() -> None:
    tiers = [{"en": name, "zh-Hans": name} for name in ("Scale", "AI-first")]
    first = term(
        "offer", offers=[offer(credits={"up_to": 1, "currency": "USD"}, for_whom=tiers[0])]
    )
    second = term(
        "offer", publisher="Forbes",
        offers=[offer(credits={"up_to": 2, "currency": "USD"}, for_whom=tiers[1])],
    )  # fmt: skip
    cell = attributes_of(program(first, second))["credits"]
    assert not cell.disagree
    assert texts(cell) == ["Scale: up to $1", "AI-first: up to $2"]


def test_asked_and_not_asked_disagree() -> None:
    first = term("strings", strings=[{"kind": "equity", "asked": False}])
    second = term("strings", strings=[{"kind": "equity", "percent": {"exactly": 7}}], publisher="X")
    assert attributes_of(program(first, second))["equity"].disagree


def figure(**given: Any) -> Figure:
    return Figure.model_validate(given)


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ({"exactly": 5}, {"exactly": 5}, False),
        ({"exactly": 5}, {"exactly": 6}, True),
        ({"about": 100}, {"exactly": 105}, False),
        ({"about": 100}, {"exactly": 150}, True),
        ({"at_least": 4000}, {"exactly": 4200}, False),
        ({"at_least": 4000}, {"exactly": 2512}, True),
        ({"up_to": 200}, {"up_to": 350}, True),
        ({"up_to": 200}, {"at_least": 100}, False),
        ({"at_least": 1, "up_to": 4}, {"exactly": 5}, True),
    ],
)
def test_figures(one: dict[str, int], other: dict[str, int], differ: bool) -> None:
    assert figures_differ(figure(**one), figure(**other)) is differ
    assert figures_differ(figure(**other), figure(**one)) is differ


@pytest.mark.parametrize(
    "given",
    [{"exactly": -1}, {"exactly": "NaN"}, {"exactly": "1e999999"}, {"exactly": "1e-999999"}, {},
     {"exactly": 1, "up_to": 2}, {"at_least": 3, "up_to": 2}],
)  # fmt: skip
def test_what_is_no_figure_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        figure(**given)


@pytest.mark.parametrize(
    "dates",
    [
        {"valid_from": "0000"},
        {"valid_to": "2026-02-31"},
        {"valid_from": "2027", "valid_to": "2026-12"},
    ],
)
def test_dates_that_are_none_are_refused(dates: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        program(term(**dates))


def test_dates_that_yaml_reads_as_numbers_are_dates() -> None:
    record = program(term(valid_from=2026, valid_to=date(2026, 3, 15)))
    assert (record.terms[0].valid_from, record.terms[0].valid_to) == ("2026", "2026-03-15")


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"offers": [{"count": 96}]}, "for example {exactly: 96}"),
        ({"rules": [{"kind": "region", "any_of": [False]}]}, "write 'NO' in quotes"),
        ({"rules": [{"kind": "region", "any_of": ["UK"]}]}, "UK is no ISO 3166 code"),
        ({"rules": [{"kind": "raised", "raised": {"about": 5, "currency": "USD"}}]}, "at_least"),
    ],
)
def test_a_mistake_in_a_value_is_explained(values: dict[str, Any], named: str) -> None:
    data = yaml.safe_dump({"schema": 1, "terms": [term(**values)], **HEAD}).encode()
    with pytest.raises(InvalidProgram, match=re.escape(named)) as caught:
        parse_program(data, "h.yaml")
    assert "Value error" not in caught.value.message


def test_sums_in_two_currencies_are_not_compared() -> None:
    dollars = Money(exactly=Decimal(5), currency="USD")
    assert not figures_differ(dollars, Money(exactly=Decimal(6), currency="EUR"))


@pytest.mark.parametrize(
    ("amount", "currency", "english", "chinese"),
    [
        (350_000, "USD", "$350,000", "35万美元"),
        (2_000_000, "USD", "$2M", "200万美元"),
        (2_500_000_000, "USD", "$2.5B", "25亿美元"),
        (30_000_000, "CNY", "CNY 30M", "3000万元人民币"),
        (1_234_567, "EUR", "€1,234,567", "1,234,567欧元"),
        ("7500.50", "SGD", "SGD 7,500.5", "7,500.5新加坡元"),
        (5000, "CHF", "CHF 5,000", "5,000 CHF"),
    ],
)
def test_money_in_words(amount: int | str, currency: str, english: str, chinese: str) -> None:
    told = wording.sum_of(Decimal(amount), currency)
    assert (told.en, told.zh_hans) == (english, chinese)


@pytest.mark.parametrize(
    ("months", "english", "chinese"),
    [
        (24, "2 years", "2年"),
        (12, "1 year", "1年"),
        (6, "6 months", "6个月"),
        ("0.46", "2 weeks", "2周"),
        ("0.5", "2 weeks", "2周"),
        ("2.5", "2.5 months", "2.5个月"),
        (0, "0 months", "0个月"),
    ],
)
def test_lengths_in_words(months: int | str, english: str, chinese: str) -> None:
    told = wording.months(Figure(exactly=Decimal(months)))
    assert (told.en, told.zh_hans) == (english, chinese)


def test_a_length_is_told_as_its_sentence_tells_it() -> None:
    told = wording.months(Figure(exactly=Decimal(12)), "Credits last 12 months.")
    assert (told.en, told.zh_hans) == ("12 months", "12个月")


@pytest.mark.parametrize(
    ("stages", "english", "chinese"),
    [
        (["seed"], "seed", "种子轮"),
        (["pre_seed", "seed", "series_a"], "pre-seed to Series A", "种子前轮至A轮"),
        (["seed", "series_b"], "seed, Series B", "种子轮、B轮"),
    ],
)
def test_stages_in_words(stages: list[Stage], english: str, chinese: str) -> None:
    told = wording.stages(stages)
    assert (told.en, told.zh_hans) == (english, chinese)


@pytest.mark.parametrize(
    ("begin", "end", "english", "chinese"),
    [
        ("2023", None, "from 2023", "自2023年起"),
        (None, "2024-07", "until 2024-07", "至2024年7月"),
        ("2023-01-05", "2024", "2023-01-05 to 2024", "2023年1月5日至2024年"),
    ],
)
def test_the_time_of_a_term_is_told_as_people_write_dates(
    begin: str | None, end: str | None, english: str, chinese: str
) -> None:
    [stated] = attributes_of(program(term("offer", valid_from=begin, valid_to=end)))["valid"].stated
    assert (stated.text.en, stated.text.zh_hans) == (english, chinese)
