"""The starter library's briefing articles: their form, and every fact of the two source articles.

`starter_facts.yaml` says where each fact of a source went. The sources themselves are not in the
repository: tests that read them look in `../shared` (or COMPUTE_DESK_SHARED) and skip without it.
"""

from __future__ import annotations

import calendar
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from kb.records import Grade
from kb.texts.detect import detect
from kb.texts.folding import fold

ROOT = Path(__file__).parents[2]
ARTICLES = ROOT / "kb" / "starter" / "articles"
SHARED = Path(os.environ.get("COMPUTE_DESK_SHARED", ROOT / ".." / "shared"))
FILES = sorted(ARTICLES.glob("*.md"))
IDS = sorted({path.name.split(".")[0] for path in FILES})
SUFFIX = {"en": "en", "zh-Hans": "zh"}
TAG = re.compile(r" \[(?P<grade>\w+) · (?P<publisher>[^\]·]+) · (?P<date>[^\]·]+)\]$")
LONGEST_SPAN = 250


@dataclass(frozen=True)
class Paragraph:
    section: int
    text: str
    grade: str
    date: str


@dataclass(frozen=True)
class Article:
    front: dict[str, Any]
    sections: list[str]
    paragraphs: list[Paragraph]


def read(path: Path) -> Article:
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    sections: list[str] = []
    paragraphs: list[Paragraph] = []
    for block in body.strip().split("\n\n"):
        if block.startswith("## "):
            sections.append(block[3:])
            continue
        tag = TAG.search(block)
        assert tag, f"{path.name}: no tag at the end of: {block[:80]}"
        paragraphs.append(Paragraph(len(sections), block[: tag.start()], tag["grade"], tag["date"]))
    return Article(yaml.safe_load(front), sections, paragraphs)


@cache
def articles() -> dict[str, Article]:
    """Every article by its front matter id ("gpu-scarcity-en")."""
    return {
        f"{i}-{SUFFIX[lang]}": read(ARTICLES / f"{i}.{lang}.md") for i in IDS for lang in SUFFIX
    }


@cache
def facts() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.safe_load(
        (Path(__file__).parent / "starter_facts.yaml").read_text(encoding="utf-8")
    )
    return loaded


@cache
def seed(number: str) -> str:
    """A source article without its tags, into which the facts' offsets point."""
    found = sorted((SHARED / "seeds").glob(f"{number}_*.txt"))
    if not found:
        pytest.skip(f"source article {number} is not on this machine (no {SHARED / 'seeds'})")
    return re.sub(r"<[^>]*>", "", found[0].read_text(encoding="utf-8"))


# What a figure is worth, in either language

SCALES = {
    "": 1, "千": 10**3, "thousand": 10**3, "万": 10**4, "million": 10**6, "亿": 10**8,
    "billion": 10**9,
}  # fmt: skip
NUMBER = re.compile(
    r"(?<![A-Za-z0-9.])(?P<digits>\d[\d,]*(?:\.\d+)?)(?![\d]*[A-Za-z])"
    r"(?: ?(?P<scale>万|亿|千|thousand\b|million\b|billion\b)|多(?P<more>亿)|(?P<month>月))?"
)
MONTHS = {name: number for number, name in enumerate(calendar.month_name) if name}
# Figures that are written in words: as folded from the source, in English, in Chinese.
WORDS = {
    "数亿": ("several hundred million", "数亿"),
    "数千": ("thousands", "数千"),
    "数以万计": ("tens of thousands", "数万"),
    "数十亿": ("billions", "数十亿"),
    "数百亿": ("tens of billions", "数百亿"),
    "几百亿": ("tens of billions", "几百亿"),
    "数十万": ("hundreds of thousands", "数十万"),
    "九位数": ("nine-figure", "九位数"),
    "百万分之一": ("one-in-a-million", "百万里挑一"),
    "三分之二": ("two thirds", "三分之二"),
    "一半": ("half", "一半"),
    "几十年": ("decades", "几十年"),
    "十年": ("ten years", "十年"),
    "五年": ("five years", "五年"),
    "三年半": ("three and a half years", "三年半"),
    "一年": ("one year", "一年"),
    "1星期": ("one week", "一周"),
    "两周": ("two weeks", "两周"),
    "几周": ("some weeks", "几周"),
    "两位": ("two", "两位"),
    "一亿": ("$100 million", "1亿"),
    "十几": ("in the teens", "十几"),
    "十亿": ("billions", "十亿"),
    "唯一一笔": ("the only", "只有"),
}


def values(text: str) -> set[str]:
    """The figures in digits of an English or Chinese text: "$43 million" and "4300万" are one.

    Digits inside a name (H100, a16z, Upper90) are not figures.
    """
    found = {f"month {MONTHS[name]}" for name in MONTHS if re.search(rf"\b{name}\b", text)}
    for match in NUMBER.finditer(text):
        if match["month"]:
            found.add(f"month {match['digits']}")
            continue
        scale = SCALES[match["scale"] or match["more"] or ""]
        found.add(f"{(Decimal(match['digits'].replace(',', '')) * scale).normalize():f}")
    return found


def missing_figures(fact: dict[str, Any]) -> Iterator[str]:
    for figure in fact["figures"]:
        folded = re.sub(r"\s", "", fold(figure))
        if folded in WORDS:
            english, chinese = WORDS[folded]
            if english not in fact["en"] or chinese not in fact["zh"]:
                yield figure
        elif not values(folded) <= values(fact["en"]) & values(fact["zh"]) or not values(folded):
            yield figure


# Form


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_front_matter_and_tags(path: Path) -> None:
    name, language, _ = path.name.split(".")
    article = read(path)
    assert article.front["id"] == f"{name}-{SUFFIX[language]}"
    assert article.front["language"] == language
    assert article.front["publisher"] == "Compute Desk starter library"
    assert article.front["published"].isoformat() == "2026-11-22"
    assert article.front["kind"] == "briefing"
    assert article.front["title"]
    assert article.front["sources"]
    assert article.sections
    for paragraph in article.paragraphs:
        assert paragraph.section > 0
        assert paragraph.grade in get_args(Grade)
        assert re.fullmatch(r"undated|\d{4}(-\d{2}){0,2}", paragraph.date)
        assert paragraph.text[-1] in ".)。）？"


@pytest.mark.parametrize("name", IDS)
def test_both_languages_say_the_same_in_the_same_order(name: str) -> None:
    english, chinese = articles()[f"{name}-en"], articles()[f"{name}-zh"]
    assert len(english.sections) == len(chinese.sections)
    assert [(p.section, p.grade, p.date) for p in english.paragraphs] == [
        (p.section, p.grade, p.date) for p in chinese.paragraphs
    ]
    for one, other in zip(english.paragraphs, chinese.paragraphs, strict=True):
        assert values(one.text) == values(other.text), one.text


def test_a_sentence_names_its_subject() -> None:
    """No sentence opens with a bare pronoun: each one can be quoted alone."""
    opening = re.compile(r"(?:^|[.)] )(It|He|She|They|This|These|Those|His|Her|Its|Their)\b")
    chinese_opening = re.compile(r"(?:^|[。？！])(它|他|她|该|其|这[家位些个])")
    for name, article in articles().items():
        pattern = opening if name.endswith("-en") else chinese_opening
        for paragraph in article.paragraphs:
            assert not pattern.search(paragraph.text), f"{name}: {paragraph.text}"


@pytest.mark.parametrize("name", IDS)
def test_english_passages_are_taken_for_english(name: str) -> None:
    """Few Chinese characters: a paragraph with many would be filed under Chinese."""
    assert {detect(p.text) for p in articles()[f"{name}-en"].paragraphs} == {"en"}


# Facts


def test_facts_are_listed_once_and_stand_in_their_articles() -> None:
    assert len({fact["id"] for fact in facts()}) == len(facts())
    for fact in facts():
        for language in ("en", "zh"):
            article = articles()[f"{fact['article']}-{language}"]
            assert any(fact[language] in p.text for p in article.paragraphs), fact["id"]


def test_facts_keep_their_figures_in_both_languages() -> None:
    lost = {fact["id"]: figures for fact in facts() if (figures := [*missing_figures(fact)])}
    assert not lost
    for fact in facts():
        assert values(fact["en"]) == values(fact["zh"]), fact["id"]


def test_facts_keep_their_names() -> None:
    lost = [
        (fact["id"], name)
        for fact in facts()
        for name in fact["names"]
        if fold(name) not in fold(fact["zh"]) and fold(name) not in fold(fact["en"])
    ]
    assert not lost


def test_figures_and_names_stand_in_their_span_of_the_source() -> None:
    for fact in facts():
        assert 0 < fact["end"] - fact["start"] <= LONGEST_SPAN, fact["id"]
        span = seed(fact["seed"])[fact["start"] : fact["end"]]
        for item in fact["figures"] + fact["names"]:
            assert item in span, f"{fact['id']}: {item}"


def body(number: str) -> str:
    """The source with its page footer and the forum's link blanked out, offsets kept."""
    text = seed(number)
    for pattern in (r"返回外链论坛: http\S+?,", r"责任编辑:[\s\S]*\Z"):
        text = re.sub(pattern, lambda match: " " * len(match.group()), text)
    return text


@pytest.mark.parametrize("number", ["000", "002"])
def test_every_figure_of_a_source_is_in_a_fact(number: str) -> None:
    text = body(number)
    mine = [fact for fact in facts() if fact["seed"] == number]
    spans = [(fact["start"], fact["end"]) for fact in mine]
    for digits in re.finditer(r"\d+", text):
        assert any(a <= digits.start() and digits.end() <= b for a, b in spans), digits
    declared = {
        fact["start"] + figure.start()
        for fact in mine
        for written in fact["figures"] + fact["names"]
        for figure in re.finditer(re.escape(written), text[fact["start"] : fact["end"]])
    }
    figures = re.finditer(r"(?<![A-Za-z\d])\d[\d,]*(?![A-Za-z\d])", text)
    undeclared = [text[m.start() - 10 : m.end() + 5] for m in figures if m.start() not in declared]
    assert not undeclared


@pytest.mark.parametrize("number", ["000", "002"])
def test_hardly_anything_of_a_source_is_in_no_fact(number: str) -> None:
    text = body(number)
    covered = bytearray(len(text))
    for fact in facts():
        if fact["seed"] == number:
            covered[fact["start"] : fact["end"]] = b"\1" * (fact["end"] - fact["start"])
    letters = [i for i, character in enumerate(text) if character.isalnum()]
    assert sum(covered[i] for i in letters) / len(letters) > 0.95


# Own words

COPIED_RUN = 12


@cache
def runs(number: str) -> frozenset[str]:
    text = re.sub(r"[^\w]", "", fold(seed(number)))
    return frozenset(
        run
        for i in range(len(text) - COPIED_RUN + 1)
        if re.fullmatch(r"[一-鿿]+", run := text[i : i + COPIED_RUN])
    )


@pytest.mark.parametrize("name", IDS)
def test_the_chinese_is_in_its_own_words(name: str) -> None:
    """No 12 Chinese characters in a row are a source's; names and cited titles may be."""
    names = sorted({n for fact in facts() for n in fact["names"]}, key=len, reverse=True)
    article = articles()[f"{name}-zh"]
    for paragraph in article.paragraphs:
        text = re.sub(r"《[^》]*》", "|", fold(paragraph.text))
        for known in names:
            text = text.replace(fold(known), "|")
        text = re.sub(r"[^\w|]", "", text)
        copied = [
            text[i : i + COPIED_RUN]
            for i in range(len(text) - COPIED_RUN + 1)
            if text[i : i + COPIED_RUN] in runs("000") | runs("002")
        ]
        assert not copied


# The normaliser itself


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("$43 million in January 2024", "2024年1月的4300万美元"),
        ("more than $3 billion", "30多亿美元"),
        ("$2.7 billion for the H100", "27亿美元，H100"),
        ("20,000 GPUs, 95%", "2万块GPU，95%"),
        ("$350,000", "35万美元"),
        ("a16z and Upper90", "a16z与Upper90"),
    ],
)
def test_values_compare_across_languages(english: str, chinese: str) -> None:
    assert values(english) == values(chinese)


def test_values_tell_different_figures_apart() -> None:
    assert values("4300万") != values("$43 billion")
    assert values("H100") == set()
