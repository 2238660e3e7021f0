"""A yes or a no only where the sentence speaks of the same parties, dates and figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml

from assistant import Assistant
from assistant.builtin.yes_no.dates import dates_asked
from assistant.builtin.yes_no.parties import Parties
from assistant.evaluation.judging import polarity
from kb.texts.aliases import AliasTable
from kb.texts.folding import fold

QUESTIONS = yaml.safe_load(Path(__file__).with_name("verdicts.yaml").read_text(encoding="utf-8"))
VERDICTS = {"yes": True, "no": False, "neither": None}
ALIASES = AliasTable({name: [name] for name in ("nvidia", "coreweave", "a16z", "sequoia", "luma")})


@pytest.fixture(scope="module")
def desk(warm_home: Path) -> Iterator[Assistant]:
    with Assistant.open(warm_home, today=date(2026, 11, 22)) as opened:
        yield opened


@pytest.mark.parametrize("verdict", QUESTIONS)
def test_verdicts_are_those_that_the_library_settles(desk: Assistant, verdict: str) -> None:
    leads = {asked: desk.ask(asked).answer.splitlines()[0] for asked in QUESTIONS[verdict]}
    wrong = {
        asked: lead for asked, lead in leads.items() if polarity(lead) is not VERDICTS[verdict]
    }
    assert not wrong


@pytest.mark.parametrize(
    ("question", "sentence", "told"),
    [
        ("Did Nvidia invest in CoreWeave?", "Nvidia is an investor in CoreWeave.", True),
        ("Did CoreWeave invest in Nvidia?", "Nvidia is an investor in CoreWeave.", False),
        ("Did Nvidia invest in CoreWeave?", "CoreWeave, which Nvidia backs, is a cloud.", True),
        ("Did a16z invest in CoreWeave?", "Nvidia is an investor in CoreWeave.", None),
        ("Did Sequoia lead Luma's round?", "Luma's round was led by a16z.", False),
        ("Did a16z lead Luma's round?", "Luma's round was led by a16z.", True),
        ("Did Nvidia pay CoreWeave in Berlin?", "Nvidia paid CoreWeave.", None),
    ],
)
def test_a_part_belongs_to_the_party_that_the_sentence_gives_it_to(
    question: str, sentence: str, told: bool | None
) -> None:
    assert Parties(question, fold(question), ALIASES).told(sentence, "") is told


@pytest.mark.parametrize(
    ("question", "sentence", "met"),
    [
        ("was it in 2021?", "It was announced in 2023.", False),
        ("was it before march 2024?", "It closed in January 2024.", True),
        ("was it before 2024?", "It closed in January 2024.", False),
        ("was it in march 2024?", "It closed in 2024.", None),
        ("是2023年1月吗？", "2024年1月完成。", False),
        ("2024年之前吗？", "2023年宣布。", True),
        ("was it after 2020?", "It began in 2019 and grew in 2023.", None),
    ],
)
def test_dates_are_compared_by_year_and_month(
    question: str, sentence: str, met: bool | None
) -> None:
    (asked,) = dates_asked(fold(question))
    assert asked.met_by(sentence) is met
