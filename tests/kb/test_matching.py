"""A profile against conditions: pass, fail and unknown, each with its reason and its sentence."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kb import starter
from kb.programs.conditions import AgeRule, OtherRule, Stage
from kb.programs.judging import Judge
from kb.programs.matching import Match, match, match_all, questions
from kb.programs.names import Parties
from kb.programs.partial_dates import bounds
from kb.programs.profile import Profile
from kb.programs.program import GIVING, Program
from kb.programs.rendering import render
from kb.texts.aliases import AliasTable
from tests.kb.program_records import program, term

TODAY = date(2026, 11, 22)
ALIASES = AliasTable({"a16z": ["a16z", "Andreessen Horowitz", "安德森·霍洛维茨"]})
PARTIES = Parties(starter.programs(), ALIASES)
A16Z_RULE = {"kind": "portfolio", "any_of": ["a16z"]}


def told(**given: Any) -> Profile:
    return Profile.model_validate(given)


def fares(record: Program, today: date = TODAY, **given: Any) -> Match:
    return match(record, told(**given), today, PARTIES)


def outcome(rule: dict[str, Any], **given: Any) -> str:
    [result] = fares(program(term(rules=[rule])), **given).rules
    return result.outcome


INCORPORATED = {
    "kind": "other",
    "key": "incorporated",
    "ask": {"en": "Is it incorporated?", "zh-Hans": "是否已注册？"},
}
STAGE_RULE = {"kind": "stage", "any_of": ["pre_seed", "seed", "series_a"]}
RAISED_RULE = {
    "kind": "raised",
    "raised": {"at_least": 1_000_000, "up_to": 10_000_000, "currency": "USD"},
}


@pytest.mark.parametrize(
    ("rule", "profile", "wanted"),
    [
        (STAGE_RULE, {"stage": "seed"}, "pass"),
        (STAGE_RULE, {"stage": "series_b"}, "fail"),
        (STAGE_RULE, {}, "unknown"),
        (INCORPORATED, {"answers": {"incorporated": True}}, "pass"),
        (INCORPORATED, {"answers": {"incorporated": False}}, "fail"),
        (INCORPORATED, {"answers": {"ai_native": True}}, "unknown"),
        (RAISED_RULE, {"raised": {"amount": 1_000_000, "currency": "USD"}}, "pass"),
        (RAISED_RULE, {"raised": {"amount": 10_000_000, "currency": "USD"}}, "pass"),
        (RAISED_RULE, {"raised": {"amount": 999_999, "currency": "USD"}}, "fail"),
        (RAISED_RULE, {"raised": {"amount": 10_000_001, "currency": "USD"}}, "fail"),
        (RAISED_RULE, {"raised": {"amount": 5_000_000, "currency": "CNY"}}, "unknown"),
        (RAISED_RULE, {"raised": {"amount": 0, "currency": "CNY"}}, "fail"),
        (RAISED_RULE, {}, "unknown"),
        ({"kind": "raised", "raised": {"exactly": 0, "currency": "USD"}},
         {"raised": {"amount": 0, "currency": "EUR"}}, "pass"),
        (A16Z_RULE, {"funds": ["Andreessen Horowitz"]}, "pass"),
        (A16Z_RULE, {"funds": ["Oxygen"]}, "pass"),
        (A16Z_RULE, {"funds": ["Index Ventures"]}, "fail"),
        (A16Z_RULE, {"funds": []}, "fail"),
        (A16Z_RULE, {}, "unknown"),
        ({"kind": "portfolio", "any_of": ["nvidia-inception"]}, {"funds": ["Inception"]}, "pass"),
        ({"kind": "portfolio", "any_of": ["nvidia-inception"]}, {"funds": ["Nvidia"]}, "fail"),
        ({"kind": "region", "any_of": ["EU"]}, {"country": "FR"}, "pass"),
        ({"kind": "region", "any_of": ["EU"]}, {"country": "NO"}, "fail"),
        ({"kind": "region", "any_of": ["EEA", "CH"]}, {"country": "NO"}, "pass"),
        ({"kind": "region", "any_of": ["EU"]}, {"country": "GB"}, "fail"),
        ({"kind": "region", "any_of": ["US"]}, {}, "unknown"),
        ({"kind": "age", "under_years": 5}, {"founded": "2022"}, "pass"),
        ({"kind": "age", "under_years": 5}, {"founded": "2021"}, "unknown"),
        ({"kind": "age", "under_years": 5}, {"founded": "2021-12"}, "pass"),
        ({"kind": "age", "under_years": 5}, {"founded": "2021-11"}, "unknown"),
        ({"kind": "age", "under_years": 5}, {"founded": "2021-11-22"}, "fail"),
        ({"kind": "age", "under_years": 5}, {"founded": "2021-11-23"}, "pass"),
        ({"kind": "age", "under_years": 5}, {"founded": "2020"}, "fail"),
        ({"kind": "age", "under_years": 5}, {}, "unknown"),
        ({"kind": "other", "ask": {"en": "AI-native?", "zh-Hans": "AI原生吗？"}}, {}, "unknown"),
    ],
)  # fmt: skip
def test_a_rule(rule: dict[str, Any], profile: dict[str, Any], wanted: str) -> None:
    assert outcome(rule, **profile) == wanted


def test_a_result_quotes_the_sentence_in_both_languages_where_it_stands() -> None:
    record = program(term(text="Harbor takes seed companies.", rules=[STAGE_RULE]))
    [result] = fares(record, stage="seed").rules
    text = render(record).source.text
    for language, quote in (
        ("en", result.citation.quote.en),
        ("zh-Hans", result.citation.quote.zh_hans),
    ):
        span = result.citation.spans[language]  # type: ignore[index]
        assert text[span.start : span.end] == quote
    assert result.citation.version == render(record).source.version
    assert "seed" in result.why.en
    assert "种子轮" in result.why.zh_hans
    assert (result.citation.grade, result.citation.as_of) == ("official", "2026-01")


def test_what_is_missing_is_named() -> None:
    ask = {"kind": "other", "ask": {"en": "Are you AI-native?", "zh-Hans": "是AI原生公司吗？"}}
    found = fares(program(term(rules=[STAGE_RULE, RAISED_RULE, ask])), stage="seed")
    assert found.verdict == "unknown"
    assert found.missing == ["raised"]
    assert [question.en for question in found.questions] == ["Are you AI-native?"]


def test_one_failed_rule_decides() -> None:
    rules = [STAGE_RULE, RAISED_RULE]
    assert fares(program(term(rules=rules)), stage="growth").verdict == "not_eligible"
    money = {"amount": 2_000_000, "currency": "USD"}
    assert fares(program(term(rules=rules)), stage="seed", raised=money).verdict == "eligible"


def test_nothing_stated_is_unknown_and_said() -> None:
    found = fares(program(term("offer")), stage="seed")
    assert found.verdict == "unknown"
    assert found.notes[0].en == "Who may apply is not stated in sources."


def test_a_condition_in_words_only_stays_open() -> None:
    found = fares(program(term(text="Harbor picks whom it likes.")), stage="seed")
    assert [(r.kind, r.outcome) for r in found.rules] == [("words", "unknown")]


def test_meeting_one_of_two_ways_in_is_enough() -> None:
    backed, raised = ({"en": way, "zh-Hans": way} for way in ("backed", "raised"))
    rules = [
        {**A16Z_RULE, "for_whom": backed},
        {
            "kind": "raised",
            "raised": {"at_least": 1_000_000, "currency": "USD"},
            "for_whom": raised,
        },
        {"kind": "region", "any_of": ["US"]},
    ]
    record = program(term(rules=rules))
    money = {"amount": 2_000_000, "currency": "USD"}
    found = fares(record, funds=[], raised=money, country="US")
    assert found.verdict == "eligible"
    assert {t.for_whom.en: t.verdict for t in found.tiers if t.for_whom} == {
        "backed": "not_eligible",
        "raised": "eligible",
    }
    assert [r.decides for r in found.rules] == [False, True, True]
    assert fares(record, country="US").missing == ["funds", "raised"]
    assert fares(record, funds=[], country="US").missing == ["raised"]
    assert fares(record, funds=[], raised=money, country="FR").verdict == "not_eligible"
    assert fares(record, funds=[], country="US").verdict == "unknown"


def test_what_is_usual_never_excludes() -> None:
    record = program(term(rules=[{**STAGE_RULE, "usual": True}]))
    found = fares(record, stage="growth")
    assert (found.verdict, found.rules[0].outcome) == ("unknown", "unknown")
    assert "not required" in found.rules[0].why.en


def test_past_and_future_conditions_are_shown_and_do_not_count() -> None:
    old = term(rules=[{"kind": "age", "under_years": 1}], valid_to="2026-10")
    new = term(rules=[{"kind": "age", "under_years": 10}], valid_from="2026-11")
    later = term(rules=[{"kind": "age", "under_years": 2}], valid_from="2027")
    found = fares(program(old, new, later), founded="2020")
    assert found.verdict == "eligible"
    assert [r.standing for r in found.rules] == ["past", "current", "future"]
    alone = fares(program(old), founded="2020")
    assert alone.verdict == "unknown"
    assert alone.notes[-1].en == "No stated condition holds today."


def test_a_program_that_ended_is_closed_to_all() -> None:
    found = fares(program(term(rules=[STAGE_RULE]), status="ended"), stage="seed")
    assert found.verdict == "not_eligible"
    assert found.notes[0].en == "The program has ended."


def test_two_sources_that_differ_are_both_judged_and_leave_it_open() -> None:
    young = term(rules=[{"kind": "age", "under_years": 5}])
    older = term(rules=[{"kind": "age", "under_years": 10}], publisher="Gazette", grade="reported")
    found = fares(program(young, older), founded="2019")
    assert [r.outcome for r in found.rules] == ["fail", "pass"]
    assert all(r.disagrees for r in found.rules)
    assert found.verdict == "unknown"
    assert fares(program(young, older), founded="2010").verdict == "not_eligible"
    assert fares(program(young, older), founded="2025").verdict == "eligible"


def test_bounds_of_two_sources_that_fit_together_do_not_disagree() -> None:
    low = term(rules=[{"kind": "raised", "raised": {"at_least": 1_000_000, "currency": "USD"}}])
    high = term(
        rules=[{"kind": "raised", "raised": {"up_to": 9_000_000, "currency": "USD"}}],
        publisher="Gazette",
    )
    found = fares(program(low, high), raised={"amount": 20_000_000, "currency": "USD"})
    assert not any(r.disagrees for r in found.rules)
    assert found.verdict == "not_eligible"


def test_programs_come_in_the_order_of_their_verdicts() -> None:
    records = [
        program(term(rules=[{"kind": "stage", "any_of": stages}]), id=name)
        for name, stages in (("far", ["public"]), ("fit", ["seed"]))
    ]
    records.append(program(term("offer"), id="open"))
    found = match_all(records, told(stage="seed"), TODAY, PARTIES)
    assert [one.id for one in found] == ["fit", "open", "far"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("stage", "series_z"),
        ("country", "UK"),
        ("founded", "2024-02-31"),
        ("founded", "last year"),
        ("raised", {"amount": -1, "currency": "USD"}),
        ("raised", {"amount": 1, "currency": "dollars"}),
        ("colour", "blue"),
    ],
)
def test_a_profile_says_nothing_else(field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        told(**{field: value})


def test_an_empty_profile_passes_nothing_of_the_bundled_programs() -> None:
    for record in starter.programs():
        found = fares(record)
        assert found.verdict == ("not_eligible" if record.status == "ended" else "unknown")
        assert all(r.outcome == "unknown" for r in found.rules)


DAYS = st.dates(date(2000, 1, 1), TODAY)


@given(founded=DAYS, years=st.integers(1, 15), today=DAYS)
def test_a_coarser_date_never_decides_otherwise(founded: date, years: int, today: date) -> None:
    """What year or month decide, every day of theirs decides the same way."""
    rule = AgeRule(kind="age", under_years=Decimal(years))
    exact = founded.isoformat()
    verdicts = [
        Judge(Profile(founded=exact[:length]), today, PARTIES).judge(rule)[0]
        for length in (10, 7, 4)
    ]
    assert verdicts[0] != "unknown"
    for coarser, finer in zip(verdicts[1:], verdicts, strict=False):
        assert coarser in ("unknown", finer)


@given(
    partial=st.dates(date(1990, 1, 1)).map(lambda day: day.isoformat()),
    length=st.sampled_from([4, 7, 10]),
)
def test_bounds_hold_their_date(partial: str, length: int) -> None:
    first, last = bounds(partial[:length])
    assert first <= date.fromisoformat(partial) <= last
    assert (first - timedelta(1)).isoformat()[:length] != partial[:length]
    assert last == date.max or (last + timedelta(1)).isoformat()[:length] != partial[:length]


STAGES = st.sampled_from(Stage.__args__)  # type: ignore[attr-defined]


@given(
    stage=st.none() | STAGES,
    country=st.none() | st.sampled_from(["US", "FR", "NO", "CN"]),
    rules=st.lists(
        st.builds(lambda s: {"kind": "stage", "any_of": [s]}, STAGES)
        | st.builds(
            lambda r: {"kind": "region", "any_of": [r]}, st.sampled_from(["US", "EU", "EEA"])
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_telling_more_only_settles_what_was_open(
    stage: str | None, country: str | None, rules: list[dict[str, Any]]
) -> None:
    record = program(term(rules=rules))
    full = fares(record, stage=stage, country=country)
    less = fares(record, stage=stage)
    for before, after in zip(less.rules, full.rules, strict=True):
        assert before.outcome in ("unknown", after.outcome)
    if less.verdict != "unknown":
        assert full.verdict == less.verdict


def test_answers_settle_most_bundled_programs() -> None:
    """The counts in docs/figures.md."""
    records = starter.programs()
    giving = [record for record in records if record.kind in GIVING]
    parties = Parties(records, AliasTable.load(starter.ALIASES))
    base = {"stage": "seed", "country": "FR", "raised": {"amount": 2_000_000, "currency": "USD"}}
    yes = dict.fromkeys(questions(records), True)
    more = {"founded": "2024-03", "funds": ["a16z"], "answers": yes}
    counts = []
    for profile in (told(**base), told(**base, **more)):
        verdicts = [one.verdict for one in match_all(giving, profile, TODAY, parties)]
        order = ("eligible", "not_eligible", "unknown")
        counts.append(tuple(verdicts.count(verdict) for verdict in order))
    assert counts == [(2, 1, 26), (20, 5, 4)]


def test_one_key_is_one_question_in_all_bundled_programs() -> None:
    asked: dict[str, set[str]] = {}
    for record in starter.programs():
        for one in (rule for each in record.terms for rule in each.rules):
            if isinstance(one, OtherRule):
                assert one.key is not None, record.id
                asked.setdefault(one.key, set()).add(one.ask.zh_hans)
    assert {key: texts for key, texts in asked.items() if len(texts) > 1} == {}
    assert set(questions(starter.programs())) == set(asked)


def test_a_key_of_every_profile_is_no_answer() -> None:
    with pytest.raises(ValidationError, match="take another word"):
        program(term(rules=[{**INCORPORATED, "key": "funds"}]))
