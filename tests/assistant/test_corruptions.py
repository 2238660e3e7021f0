"""False statements made from true ones of the starter library do not pass; the true ones do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

import pytest
from langchain_core.messages import AIMessage

from assistant import Assistant
from assistant.events import Done, Text
from assistant.grounding.legible import legible
from benchmarks.corruptions import KINDS, Kind
from benchmarks.distortions import DISTORTIONS
from benchmarks.grounding import Statement, passes, shown, sourced
from benchmarks.scripted_model import ScriptedModel, says

TODAY = date(2026, 11, 22)
EACH = 14
MAY_PASS = {
    "other subject": 1, "swapped figures": 1, "swapped names": 2, "plain as a bound": 1,
    "about as a bound": 1, "negated": 1, "denied later": 1, "denial left out": 1,
}  # fmt: skip
"""So many of `EACH` may pass where a rule cannot always tell; of the other kinds none."""


@pytest.fixture(scope="module")
def statements(warm_home: Path) -> list[Statement]:
    with Assistant.open(warm_home, today=TODAY) as desk:
        return list(sourced(desk.kb, Random(3), 90))


def test_true_statements_are_shown(statements: list[Statement]) -> None:
    lost = [each.text for each in statements if not shown(each, each.text).text.strip()]
    assert lost == []


@pytest.mark.parametrize("kind", [*KINDS, *DISTORTIONS], ids=lambda kind: kind.name)
def test_false_statements_are_taken_out(statements: list[Statement], kind: Kind) -> None:
    tried, passed = 0, []
    rng = Random(5)
    for statement in statements:
        bare, mark = statement.text.rsplit(" [", 1)
        spoilt = kind.spoil(bare, rng)
        if spoilt is None or tried == EACH:
            continue
        tried += 1
        if passes(statement, f"{spoilt[0]} [{mark}", spoilt[1]):
            passed.append(spoilt[0])
    assert tried or kind.name == "another holder"  # of whom the library names few
    assert len(passed) <= MAY_PASS.get(kind.name, 0), passed


def test_quotes_stand_where_the_citation_says_for_every_use(warm_home: Path) -> None:
    with Assistant.open(warm_home, today=TODAY) as desk:
        answer = desk.ask(
            "Which investors give startups GPU access, and on what terms?", kept=False
        )
        assert answer.citations
        for cited in answer.citations:
            assert cited.uses[0] == (cited.answer_start, cited.answer_end)
            for start, end in cited.uses:
                assert f"[{cited.marker}]" in answer.answer[end : end + 40]
                assert answer.answer[start:end].strip()
            if cited.kind == "passage":
                text = desk.source(cited.source, cited.version).text
                assert text[cited.start : cited.end] == cited.quote
                assert (cited.age_days is None) == (cited.published is None)
        used = sum(len(cited.uses) for cited in answer.citations)
        assert used == answer.answer.count("[") - answer.answer.count("\\[")


@pytest.mark.parametrize(
    ("question", "draft"),
    [
        ("Does Andromeda have 50,000 GPUs?", "Yes, Andromeda has 50,000 GPUs."),
        ("仙女座有5万块GPU吗？", "有，仙女座有5万块GPU。"),
        ("Is it true that a16z pays Globex?", "Zorblax has a cluster."),
        ("Tell me of Andromeda", "Andromeda opened in the third quarter of 2023."),
        ("Tell me of Andromeda", "Andromeda cost hundreds of billions of dollars."),
    ],
)  # fmt: skip
def test_what_the_person_supposed_is_no_evidence(
    warm_home: Path, question: str, draft: str
) -> None:
    async def run() -> Iterator[str]:
        with Assistant.open(warm_home, says(draft), today=TODAY) as desk:
            events = [event async for event in desk.stream(question, kept=False)]
        assert isinstance(events[-1], Done)
        assert events[-1].answer.removed
        return (event.delta for event in events if isinstance(event, Text))

    assert draft not in "".join(asyncio.run(run()))


def test_a_scripted_model_that_swaps_figures_is_corrected(warm_home: Path) -> None:
    draft = "Andromeda has more than 20,000 GPUs.\n\nIt was announced in 2023."
    model = ScriptedModel(reply=lambda _: AIMessage(draft))
    with Assistant.open(warm_home, model, today=TODAY) as desk:
        answer = desk.ask("How many GPUs does Andromeda have?", kept=False)
    assert "20,000" not in answer.answer


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("２万块", "2万块"),
        ("٣٠ GPUs", "30 GPUs"),
        ("𝟑𝟎", "30"),
        ("贰万块", "二万块"),
        ("3̶0", "30"),
        ("贰叁零亿", "230亿"),
        ("二三〇亿", "230亿"),
        ("九六%", "96%"),
        ("一.三五", "1.35"),
        ("l亿", "1亿"),
        ("柒年", "7年"),
        ("陆 months", "6 months"),
        ("⑴⒉块", "12块"),
        ("Ⅳ", "4"),
        ("〡〢亿", "12亿"),
        ("2️⃣0️⃣块", "20块"),
        ("1\u00ad3", "13"),
        ("三四个月", "三四个月"),
        ("一一说明", "一一说明"),
        ("大陆家", "大陆家"),
        ("叁拾伍万", "三十五万"),
    ],
)
def test_disguised_digits_are_read(written: str, read: str) -> None:
    assert legible(written) == read
