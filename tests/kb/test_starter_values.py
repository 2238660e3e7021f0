"""The typed values of the starter library's programs: each is what its own sentence states."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from kb import starter
from kb.programs.comparing import attributes_of
from kb.programs.conditions import Figure, Offer, Rule, Strings, Words
from kb.programs.names import find_program
from kb.programs.program import Program, Term
from kb.texts.aliases import AliasTable
from tools.quantities import equivalent, find_quantities

STATED = [
    pytest.param(program, term, id=f"{program.id}-{number}-{term.field}")
    for program in starter.programs()
    for number, term in enumerate(program.terms)
    if term.offers or term.rules or term.strings or term.contact
]
# What a sentence says where it states a value, in both languages.
PRICE_BASES = {
    "free": ("free", "免费"),
    "at_cost": ("at cost", "成本价"),
    "below_market": ("below the market|less than the market", "低于市场"),
    "list": ("list price", "目录价"),
}
STRINGS = {
    "equity": ("equity|% of|becomes an investor", "股权|股份"),
    "investment": ("invest|put|cash|deal", "投资|投入|投"),
    "commitment": ("commit|payments|agreed to pay", "承诺|付款|同意"),
    "exclusivity": ("exclusive|bound to|tied to", "排他|独家|专属"),
    "revenue_share": ("share of the revenue", "收入中分成"),
}
NONE = ("nothing|no strings|no equity|not |no money", "不|没有")
REGIONS = {"EU": ("European Union", "欧盟"), "US": ("United States", "美国")}
STAGES = {
    "pre_seed": "pre-seed|before Series",
    "seed": "seed|before Series",
    "series_a": "Series A|before Series",
    "series_b": "before Series C|a Series A",
    "series_c": "a Series A",
    "growth": "a Series A",
}
BOUNDS = {
    "about": ("about", "约"),
    "at_least": (
        "more than|at least|{figure} to",
        "多|超过|以上|最低|{figure}至",
    ),
    "up_to": ("up to|at most|to|reach|at", "最高|上限|不超过|至|使用|最长|最多"),
}


# A question opens with a capital of its own.
NAME = re.compile(r"(?<!^)(?<![A-Za-z0-9])[A-Z][A-Za-z0-9-]*", re.ASCII)


@cache
def aliases() -> AliasTable:
    return AliasTable.load(starter.ALIASES)


def sentences(term: Term) -> tuple[str, str]:
    return term.en, term.zh_hans


def figures(value: Offer | Rule | Strings) -> Iterator[tuple[Figure, str]]:
    """Each figure of a value, with a phrase that states such a figure."""
    money = ("credits", "amount", "raised")
    phrases = {
        "count": "{} GPUs",
        "gpu_hours": "{} GPU-hours",
        "percent": "{}%",
        "months": "{} months",
        "weeks": "{} weeks",
        "price_per_gpu_hour": "{} USD per GPU-hour",
    }
    for name in type(value).model_fields:
        figure = getattr(value, name)
        if isinstance(figure, Figure):
            yield figure, f"{figure.currency} {{}}" if name in money else phrases[name]
    if (years := getattr(value, "under_years", None)) is not None:
        yield Figure(exactly=years), "{} years"


def forms(figure: Figure) -> dict[str, Decimal]:
    names = ("exactly", "about", "at_least", "up_to")
    return {name: each for name in names if (each := getattr(figure, name)) is not None}


def words(value: Offer | Rule | Strings) -> Iterator[Words]:
    for name in ("for_whom", "ask"):
        if (said := getattr(value, name, None)) is not None:
            yield said


def values(term: Term) -> list[Any]:
    return [*term.offers, *term.rules, *term.strings]


@pytest.mark.parametrize(("program", "term"), STATED)
def test_each_figure_is_stated_in_both_languages(program: Program, term: Term) -> None:
    for value in values(term):
        for figure, phrase in figures(value):
            for form, number in forms(figure).items():
                assert_stated(term, form, number, phrase)


def assert_stated(term: Term, form: str, number: Decimal, phrase: str) -> None:
    (figure,) = find_quantities(phrase.format(number))
    for side, sentence in enumerate(sentences(term)):
        said = [q for q in find_quantities(sentence) if equivalent(q, figure)]
        said = [q for q in said if q.value == figure.value or q.said_value == figure.value]
        assert said, (sentence, str(number))
        if form in BOUNDS:
            around = [(sentence[max(0, q.start - 26) : q.end + 4], re.escape(q.text)) for q in said]
            assert any(
                re.search(BOUNDS[form][side].format(figure=text), near) for near, text in around
            ), (sentence, form)


@pytest.mark.parametrize(("program", "term"), STATED)
def test_each_gpu_and_basis_is_stated_in_both_languages(program: Program, term: Term) -> None:
    for offer in term.offers:
        for side, sentence in enumerate(sentences(term)):
            if offer.gpu is not None:
                assert re.search(rf"(?<![A-Za-z0-9]){offer.gpu}s?(?![A-Za-z0-9])", sentence)
            if offer.price_basis is not None:
                assert re.search(PRICE_BASES[offer.price_basis][side], sentence)
            if offer.planned:
                assert re.search(("is to|aimed", "计划|目标")[side], sentence)


@pytest.mark.parametrize(("program", "term"), STATED)
def test_each_string_is_stated_in_both_languages(program: Program, term: Term) -> None:
    for string in term.strings:
        for side, sentence in enumerate(sentences(term)):
            if string.asked:
                assert re.search(STRINGS[string.kind][side], sentence), string
            else:
                assert re.search(NONE[side], sentence), string
                assert not forms(string.amount or Figure(exactly=Decimal(0))).get("up_to")


@pytest.mark.parametrize(("program", "term"), STATED)
def test_each_rule_is_stated_and_can_be_judged(program: Program, term: Term) -> None:
    for rule in term.rules:
        if rule.kind == "region":
            for region in rule.any_of:
                assert all(
                    name in text
                    for name, text in zip(REGIONS[region], sentences(term), strict=True)
                )
        elif rule.kind == "stage":
            for stage in rule.any_of:
                assert re.search(STAGES[stage], term.en), stage
            assert re.search("轮|种子", term.zh_hans)
        elif rule.kind == "portfolio":
            for name in rule.any_of:
                assert find_program(name, starter.programs(), aliases()) is not None, name
        if rule.usual:
            assert "usually" in term.en
            assert "通常" in term.zh_hans


@pytest.mark.parametrize(("program", "term"), STATED)
def test_words_of_a_value_add_no_name_and_no_figure(program: Program, term: Term) -> None:
    known = (
        f"{program.name.en} {program.sponsor.en} {term.en}",
        f"{program.name.zh_hans} {program.sponsor.zh_hans} {term.zh_hans}",
    )
    for value in values(term):
        for said in words(value):
            for text, sentence in zip((said.en, said.zh_hans), known, strict=True):
                for name in NAME.findall(text):
                    assert name in sentence, (name, sentence)
            stated = [find_quantities(text) for text in (said.en, said.zh_hans)]
            assert [q.value for q in stated[0]] == [q.value for q in stated[1]], said
            for quantities, sentence in zip(stated, sentences(term), strict=True):
                found = find_quantities(sentence)
                for quantity in quantities:
                    assert any(equivalent(quantity, each) for each in found), said


@pytest.mark.parametrize(("program", "term"), STATED)
def test_a_term_states_a_value_once(program: Program, term: Term) -> None:
    said = Counter(value.model_dump_json() for value in values(term))
    assert not [each for each, count in said.items() if count > 1]


@pytest.mark.parametrize(("program", "term"), STATED)
def test_a_contact_stands_in_its_sentence(program: Program, term: Term) -> None:
    if term.contact is not None:
        assert term.field == "apply"
        shown = term.contact.removeprefix("https://").removeprefix("www.")
        assert all(shown in text for text in sentences(term))


def test_a_program_states_one_way_for_all_or_ways_by_name() -> None:
    """Rules that name a way in are alternatives: a program has none of them, or several."""
    lonely = []
    for program in starter.programs():
        ways = {r.for_whom.en for t in program.terms for r in t.rules if r.for_whom is not None}
        if len(ways) == 1:
            lonely.append(program.id)
    assert not lonely


def test_the_sources_disagree_where_we_know_they_do() -> None:
    found = {
        (program.id, attribute): [value.text.en for value in cell.stated if value.disagrees]
        for program in starter.programs()
        for attribute, cell in attributes_of(program).items()
        if cell.disagree
    }
    assert found == {
        ("aws-activate", "credits"): ["Portfolio: up to $200,000", "Portfolio: up to $100,000"],
        ("google-for-startups-cloud", "stage"): ["pre-seed to Series A", "seed, Series A"],
        ("google-for-startups-cloud", "age"): ["younger than 5 years", "younger than 10 years"],
        ("microsoft-for-startups", "credits"): [
            "at first: $200", "at first: $1,000", "at first: $5,000",
        ],
    }  # fmt: skip


def test_a_publisher_has_one_chinese_name_where_its_own_is_a_phrase() -> None:
    names: dict[str, set[str | None]] = {}
    for program in starter.programs():
        for term in program.terms:
            names.setdefault(term.publisher, set()).add(term.publisher_zh_hans)
    for name, chinese in names.items():
        assert len(chinese) == 1, name
        if re.search(r"\((?:via|.*[一-鿿])|[a-z] [a-z]", name):
            assert re.search("[一-鿿]", next(iter(chinese)) or ""), name


def test_a_chinese_passage_names_its_publisher_in_chinese() -> None:
    passages = starter.documents()["crusoe-upper90-loan"].passages
    publishers = {language: {p.publisher for p in passages if p.language == language}
                  for language in ("en", "zh-Hans")}  # fmt: skip
    assert "outlet not named (via Wallstreetcn)" in publishers["en"]
    assert publishers["zh-Hans"] == {"未具名媒体（华尔街见闻转引）", "Compute Desk"}
