"""Questions about the asker's own company: yes, no or not yet, each condition with its sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import Answer, Assistant
from assistant.company import company_in
from assistant.eligibility import asks_without, is_shut_out
from assistant.language import detect, in_script
from assistant.profile import save_profile, with_values
from assistant.question import Ask
from assistant.reading import read
from assistant.toolbox import match_programs
from kb import starter
from kb.programs.comparing import values_of
from kb.programs.profile import Profile
from tools.quantities import find_quantities, supports

TODAY = date(2026, 11, 22)
_MARKER = re.compile(r" ?\[\d+\]")


@pytest.fixture(scope="module")
def desk(new_home: Callable[[], Path]) -> Iterator[Assistant]:
    with Assistant.open(new_home(), today=TODAY) as opened:
        yield opened


def call(answer: Answer, name: str = "match_programs") -> dict[str, Any]:
    [made] = [one for one in answer.tool_calls if one.name == name]
    assert made.ok
    return made.args


def lead(answer: Answer) -> str:
    return answer.answer.splitlines()[0]


@pytest.mark.parametrize(
    ("question", "sentence", "shut_out"),
    [
        ("Can we join if we are a charity?", "It excludes agencies and non-profits.", True),
        ("We are a robotics startup, can we join?", "It excludes agencies and non-profits.", False),
        ("Could an ad agency apply?", "Open to all but resellers; not for agencies.", True),
        ("如果我们是公益组织的话能申请吗？", "不接受代理公司和非营利机构。", True),
        ("我们是公益组织，能申请吗？", "面向非营利机构。", False),
    ],
)
def test_a_kind_of_company_may_be_shut_out(question: str, sentence: str, shut_out: bool) -> None:
    assert is_shut_out(read(question, [], ()), sentence) is shut_out


def test_what_is_told_is_answered_and_the_rest_stays_open(desk: Assistant) -> None:
    met = desk.ask("We are a seed startup, may we apply to Modal's program?")
    assert lead(met).startswith("**Yes, by what you tell so far; the rest is open: ")
    assert "only you know" in met.answer
    unmet = desk.ask("我们还没到种子轮，能申请Modal的计划吗？")
    assert not lead(unmet).startswith("**可以")
    assert lead(desk.ask("我们是种子轮，能申请Modal的计划吗？")).startswith("**可以，就目前所说")


@pytest.mark.parametrize(
    ("question", "sentence", "lacking"),
    [
        ("没有地方牌照的公司能进吗？", "公司须持有地方颁发的牌照。", True),
        ("没有新品牌的公司能进吗？", "公司须持有地方颁发的牌照。", False),
    ],
)
def test_what_a_sentence_requires_may_be_lacking(
    question: str, sentence: str, lacking: bool
) -> None:
    assert asks_without(read(question, [], ()), sentence) is lacking


@pytest.mark.parametrize("question", match_programs.EXAMPLES)
def test_the_examples_lead_to_the_tool(question: str) -> None:
    assert read(question, [], starter.programs()).asks == (Ask.MATCH,)


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("Which funds fit my job and my company?", (Ask.MATCH,)),
        ("Which funds fit us?", (Ask.MATCH,)),
        ("哪些基金適合我的訓練任務和公司？", (Ask.MATCH,)),
        (
            "Which funds fit my job and my company? We raised $12M and train a 7B model on 2T "
            "tokens.",
            (Ask.MATCH, Ask.TRAINING),
        ),
        ("Which GPUs fit a 7B model that we train on 2T tokens?", (Ask.TRAINING,)),
        ("Which H100 offers fit our 7B model?", (Ask.LIST,)),
    ],
)
def test_what_fits_the_company_is_matched_beside_its_job(
    question: str, asks: tuple[Ask, ...]
) -> None:
    assert read(question, [], starter.programs()).asks == asks


def test_googles_ai_first_tier_is_meant_in_chinese_too() -> None:
    for question in ("我們能申請 Google 的 AI-first 額度嗎？", "我们能申请谷歌AI-first额度吗？"):
        assert read(question, [], starter.programs()).programs == ("google-for-startups-cloud",)


def test_a_job_is_estimated_beside_the_programs_that_fit(desk: Assistant) -> None:
    answer = desk.ask(
        "Which funds fit my job and my company? We are a seed startup in the US and train a 7B "
        "model on 2T tokens."
    )
    assert call(answer) == {
        "stage": "seed", "country": "US", "kind": "investor", "language": "en",
    }  # fmt: skip
    assert {"match_programs", "estimate_training"} <= {one.name for one in answer.tool_calls}
    assert "programs" in lead(answer)
    assert "H100-hours" in answer.answer
    assert answer.removed == []


@pytest.mark.parametrize(
    ("question", "ask"),
    [
        ("Who can apply to Generate?", Ask.PROGRAM),
        ("How do we apply to Inception?", Ask.PROGRAM),
        ("What do we need to apply to Modal?", Ask.PROGRAM),
        ("我们怎么申请NVIDIA Inception？", Ask.PROGRAM),
        ("这个计划怎么申请？", Ask.CLARIFY),
        ("Compare Andromeda and Oxygen", Ask.COMPARE),
        ("What are the terms of Generate?", Ask.PROGRAM),
    ],
)
def test_other_questions_do_not(question: str, ask: Ask) -> None:
    assert read(question, [], starter.programs()).asks[0] is ask


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a seed startup in France with $2M raised",
         {"stage": "seed", "raised": "2000000 USD", "country": "France"}),
        ("We're a Series A company backed by a16z and Index Ventures, founded in 2024 in the US",
         {"stage": "series_a", "country": "US", "funds": "a16z, Index Ventures", "founded": "2024"}
        ),
        ("pre-seed, bootstrapped German startup",
         {"stage": "pre_seed", "funds": "none", "country": "German"}),
        ("我们拿了种子轮、在新加坡", {"stage": "seed", "country": "新加坡"}),
        ("法国公司，A轮，融资500万美元，成立两年",
         {"stage": "series_a", "raised": "5000000 USD", "country": "法国", "founded": "两年"}),
        ("我們是台灣的新創公司，種子輪", {"stage": "seed", "country": "台湾"}),
        ("a16z投了我们", {"funds": "a16z"}),
        ("We are pre-Series A", {"stage": "seed"}),
        ("We haven't raised any money", {"raised": "none", "funds": "none"}),
        ("還沒拿過投資的新創", {"raised": "none", "funds": "none"}),
        ("We're an Index Ventures company and just closed $9M, Series B",
         {"stage": "series_b", "raised": "9000000 USD", "funds": "Index Ventures"}),
        ("We are a Series A company with 12 million raised",
         {"stage": "series_a", "raised": "12000000 USD"}),
        ("B轮4000万美元，已融到账", {"stage": "series_b", "raised": "40000000 USD"}),
        ("we have secured $90k of cloud credits", {}),
        ("between seed and Series A", {}),
        ("which American funds can we apply to?", {}),
        ("who would give us GPUs for $2M?", {}),
    ],
)  # fmt: skip
def test_what_a_question_tells_of_a_company(text: str, told: dict[str, str]) -> None:
    assert company_in(text) == told
    with_values(Profile(), told, TODAY)


@given(st.text(max_size=300), st.sampled_from(["we are in ", "我们在", "backed by ", ""]))
def test_whatever_is_said_a_profile_can_hold_it(text: str, start: str) -> None:
    with_values(Profile(), company_in(start + text), TODAY)


@pytest.mark.parametrize(
    ("question", "held", "told"),
    [
        ("We're backed by a16z. Can we use Oxygen?", ("a16z-oxygen",), {"funds": "a16z"}),
        ("Can we join Nebius for Startups? We're in NVIDIA Inception.", ("nebius-for-startups",),
         {"funds": "NVIDIA Inception"}),
        ("Backed by Conviction: which programs are open to us?", (), {"funds": "Conviction"}),
        ("Is a 6 year old company too old for Google's startup credits?",
         ("google-cloud-start", "google-for-startups-cloud"), {"founded": "6 year"}),
        ("成立六年的公司还能申请谷歌的创业额度吗？",
         ("google-cloud-start", "google-for-startups-cloud"), {"founded": "六年"}),
        ("我们B轮了，还能拿到哪些云厂商的额度？", (), {"stage": "series_b"}),
        ("台灣的公司可以申請OVHcloud嗎？", ("ovhcloud-startup",), {"country": "台湾"}),
        ("Does Modal take companies that raised $800K?", ("modal-for-startups",),
         {"raised": "800000 USD"}),
    ],
)  # fmt: skip
def test_whom_a_question_is_about(
    question: str, held: tuple[str, ...], told: dict[str, str]
) -> None:
    reading = read(question, [], starter.programs())
    assert (reading.asks, reading.programs, reading.company) == ((Ask.MATCH,), held, told)


def test_a_programs_own_name_tells_nothing_of_the_company() -> None:
    named = [p for p in starter.programs() if p.id == "china-compute-vouchers"]
    assert company_in("Is a startup in China compute vouchers' scope?", named) == {}


def test_a_list_says_how_many_and_names_what_is_met(desk: Assistant) -> None:
    answer = desk.ask("Which programs can a seed startup in France with $2M raised apply to?")
    assert call(answer) == {
        "stage": "seed", "raised": "2000000 USD", "country": "France", "language": "en",
    }  # fmt: skip
    assert lead(answer).startswith("**Of 29 programs, ")
    assert "Judged by: stage: seed, money raised: $2M, country: France." in answer.answer
    rows = [line for line in answer.answer.splitlines() if line.startswith("| OVHcloud")]
    assert len(rows) == 1
    assert "| yes |" in rows[0]
    assert "France is within: the EU" in rows[0]
    closed = answer.answer.split("Not open to you:")[1]
    assert "NAIRR Pilot: France is not within: United States" in closed
    assert "tell me: investors" in answer.answer
    assert (answer.removed, answer.abstained, answer.gaps) == ([], False, [])
    assert any(c.kind == "passage" and "European Union" in c.quote for c in answer.citations)


def test_one_program_is_told_condition_by_condition(desk: Assistant) -> None:
    answer = desk.ask("Are we eligible for Google's AI-first credits?")
    lines = answer.answer.splitlines()
    assert lines[0].startswith("**It cannot be told yet whether Google for Startups Cloud")
    at = next(n for n, line in enumerate(lines) if line.startswith("- Google Cloud requires"))
    assert lines[at + 1].startswith("  - stage (unknown")
    assert "your stage is not given; asked for: pre-seed to Series A" in lines[at + 1]
    assert "To settle it, tell me: stage, founded." in answer.answer
    quotes = [c.quote for c in answer.citations if c.kind == "passage"]
    assert any("younger than 5 years" in quote for quote in quotes)
    assert answer.removed == []


@pytest.mark.parametrize(
    ("question", "start"),
    [
        ("Can we apply to NAIRR? We are a startup in France.", "**No: NAIRR Pilot is not open"),
        (
            "Are we eligible for DigitalOcean Hatch? We raised $2M.",
            "**Yes: you meet every condition",
        ),
        ("我们在法国，能申请OVHcloud吗？", "**可以："),
        ("我們是新加坡的公司，能申請OVHcloud嗎？", "**不可以："),
    ],
)
def test_the_answer_comes_first(desk: Assistant, question: str, start: str) -> None:
    answer = desk.ask(question)
    assert lead(answer).startswith(start)
    assert answer.removed == []
    assert any(c.kind == "passage" for c in answer.citations)


@pytest.mark.parametrize(
    "question", ["我们拿了种子轮、在新加坡，能申请哪些计划？", "我們能申請 NVIDIA Inception 嗎？"]
)
def test_chinese_stays_in_the_askers_script(desk: Assistant, question: str) -> None:
    answer = desk.ask(question)
    wanted = detect(question)
    assert (answer.language, answer.removed) == (wanted, [])
    mixed = [
        line for line in answer.answer.splitlines() if detect(line, wanted) not in (wanted, "en")
    ]
    assert mixed == []


def test_the_saved_profile_stands_under_what_the_question_tells(tmp_path: Any) -> None:
    home = tmp_path / "home"
    save_profile(home, Profile(country="US", founded="2025"))
    with Assistant.open(home, today=TODAY) as desk:
        answer = desk.ask("Can we apply to OVHcloud? We are in France.")
        assert lead(answer).startswith("**Yes")
        assert "Judged by: country: France, founded: 2025." in answer.answer
        assert lead(desk.ask("Are we eligible for OVHcloud?")).startswith("**No")


def test_what_was_told_before_still_counts(desk: Assistant) -> None:
    session = desk.new_session()
    desk.ask("We are a seed startup in France. Which programs can we apply to?", session)
    answer = desk.ask("Are we eligible for OVHcloud?", session)
    assert call(answer)["country"] == "France"
    assert lead(answer).startswith("**Yes")


def test_of_an_unknown_company_the_desk_asks_what_it_needs(desk: Assistant) -> None:
    answer = desk.ask("Which programs can we apply to?")
    assert lead(answer).startswith("**Tell me your stage")
    assert "| a16z Oxygen |" in answer.answer


HARBOR = """\
schema: 1
id: harbor-compute
name: {en: Harbor Compute, zh-Hans: 海港算力计划}
sponsor: {en: Harbor Fund, zh-Hans: 海港基金}
kind: investor
status: active
terms:
  - field: offer
    en: Harbor Compute gives each company up to $200,000 in credits.
    zh-Hans: 海港算力计划给每家公司最多20万美元额度。
    grade: official
    publisher: Harbor Fund
    source: https://harbor.example/compute
    as_of: '2025-11'
    offers: [{credits: {up_to: 200000, currency: USD}}]
  - field: offer
    en: Harbor Compute gives each company up to $100,000 in credits, the Gazette reports.
    zh-Hans: 据《公报》报道，海港算力计划给每家公司最多10万美元额度。
    grade: reported
    publisher: Gazette
    source: https://gazette.example/harbor
    as_of: '2026-03'
    offers: [{credits: {up_to: 100000, currency: USD}}]
"""


def test_disagreeing_sources_stand_side_by_side(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "library" / "programs"
    folder.mkdir(parents=True)
    (folder / "harbor-compute.yaml").write_text(HARBOR, encoding="utf-8")
    asked = {
        "Compare Harbor Compute and Modal": "sources disagree: up to $100,000 (reported, Gazette, "
        "Mar 2026); up to $200,000 (official, Harbor Fund, Nov 2025)",
        "What are the terms of Harbor Compute?": "up to $200,000 (official, Harbor Fund, Nov 2025)",
        "海港算力计划和Modal对比": "来源说法不一：最多10万美元（媒体报道，Gazette，2026年3月）；",
    }
    with Assistant.open(tmp_path / "home", today=TODAY) as desk:
        for question, wanted in asked.items():
            answer = desk.ask(question)
            assert wanted in _MARKER.sub("", answer.answer)
            assert answer.removed == []


def test_a_comparison_keeps_every_program_value(desk: Assistant) -> None:
    """No cell of the bundled records is taken out: addresses, dates and words included."""
    ids = [program.id for program in starter.programs()]
    for start in range(0, len(ids), 4):
        names = [p.name.en for p in starter.programs() if p.id in ids[start : start + 4]]
        answer = desk.ask(f"Compare {', '.join(names)}")
        assert answer.removed == []


def test_every_figure_of_a_typed_value_stands_in_its_sentence() -> None:
    """Bundled records: what is typed is what the sentence says, in each script."""
    loose = []
    for program in starter.programs():
        for value in values_of(program):
            if value.attribute == "valid":
                continue
            chinese = value.text.zh_hans
            for text, sentence in (
                (value.text.en, value.term.en),
                (chinese, value.term.zh_hans),
                (in_script(chinese, "zh-Hant"), value.term.zh_hans),
            ):
                known = find_quantities(sentence)
                loose += [
                    (program.id, value.attribute, text, figure.text)
                    for figure in find_quantities(text)
                    if not any(supports(held, figure) for held in known)
                ]
    assert loose == []
