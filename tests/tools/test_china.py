"""Facts about chips and China: whose they are, their days, and both languages."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tools.china import ChinaFact, china_facts, china_note
from tools.gpus import all_gpus, find_gpus, gpu
from tools.ranking import latest_day

TODAY = date(2026, 11, 22)
_LONG_CHINESE = re.compile(r"[一-鿿]{6}")


def topics(name: str) -> set[str]:
    return {fact.topic for fact in china_note(gpu(name), TODAY)}


def dates(name: str, topic: str, today: date = TODAY) -> list[str]:
    return [fact.date for fact in china_note(gpu(name), today) if fact.topic == topic]


def test_h20_needed_a_license_and_was_reversed_later() -> None:
    assert dates("H20", "us_export") == ["2026-01-15", "2025-08-27", "2025-07-14", "2025-04-09"]
    assert dates("H20", "us_export", date(2025, 4, 30)) == ["2025-04-09"]
    assert not china_note(gpu("H20"), date(2025, 4, 8))


def test_a_month_is_over_before_its_fact_counts() -> None:
    assert not dates("H20", "china_import", date(2025, 10, 15))
    assert dates("H20", "china_import", date(2025, 10, 31)) == ["2025-10", "2025-10"]


def test_the_rules_of_2022_and_2023() -> None:
    assert dates("A100", "us_export")[-2:] == ["2022-10-07", "2022-08-26"]
    for name in ("A800", "H800", "L40S"):
        assert dates(name, "us_export")[-1] == "2023-10-17"
    rule = next(fact for fact in china_note(gpu("A800"), TODAY) if fact.date == "2023-10-17")
    assert rule.rule == "ECCN 3A090, 4A090"
    assert "2023-10-23" not in dates("RTX 4090", "us_export")


def test_h200_may_be_licensed_and_blackwell_is_not_in_that_rule() -> None:
    rule = next(fact for fact in china_note(gpu("H200"), TODAY) if fact.grade == "official")
    assert rule.source.startswith("https://www.govinfo.gov/")
    assert "case by case" in rule.en
    assert "仍须取得许可证" in rule.zh_hans
    for name in ("B200", "B300", "GB200"):
        assert "2026-01-15" not in dates(name, "us_export")


def test_chinese_chips_are_domestic_and_have_no_import_rule() -> None:
    for name in ("昇腾910B", "Ascend 910C", "昆仑芯P800", "真武810E"):
        assert "domestic" in topics(name)
        assert "china_import" not in topics(name)
    assert "us_export" in topics("昇腾910B")


@pytest.mark.parametrize("name", ["A10", "T4", "V100", "TPU v4", "Gaudi2"])
def test_nothing_is_said_where_no_source_was_read(name: str) -> None:
    assert china_note(gpu(name), TODAY) == []


def test_newest_first() -> None:
    days = [latest_day(fact.date) for fact in china_facts()]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize("fact", china_facts(), ids=lambda fact: f"{fact.date} {fact.topic}")
def test_every_fact_is_whole_in_both_languages(fact: ChinaFact) -> None:
    assert latest_day(fact.date) <= TODAY
    assert fact.source.startswith(("https://", "http://"))
    assert fact.en.endswith((".", '."'))
    assert fact.zh_hans.endswith("。")
    assert _LONG_CHINESE.search(fact.zh_hans)
    assert not re.search(r"[一-鿿]", fact.en)
    assert set(fact.families) <= {each.family for each in all_gpus()}
    assert fact.grade != "official" or ".gov" in fact.source
    # Advice has no place here.
    assert not re.search(r"\b(you|your|should|legal|illegal|allowed to)\b", fact.en, re.IGNORECASE)
    assert not re.search(r"您|你|应当|建议", fact.zh_hans)


@pytest.mark.parametrize("fact", china_facts(), ids=lambda fact: f"{fact.date} {fact.topic}")
def test_both_languages_name_the_same_chips(fact: ChinaFact) -> None:
    in_english = {mention.gpu.family for mention in find_gpus(fact.en)}
    in_chinese = {mention.gpu.family for mention in find_gpus(fact.zh_hans)}
    assert in_english == in_chinese
