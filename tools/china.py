"""Chips and China, as dated sources tell it: export rules, imports, chips made for or in China.

These are statements of their sources on their days, not advice; what no source was read for is not
said. No fact about a chip does not mean that no rule applies to it.
"""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tools.gpus import Gpu
from tools.ranking import latest_day

Topic = Literal["us_export", "china_import", "made_for_china", "domestic", "renting"]
"""A rule of the United States, one of China, a variant made for China, a chip made in China, or who
rents what there."""
Grade = Literal["official", "on_record", "reported", "rumor"]
"""The body's own document, what a named party said, what others report, or hearsay."""


class ChinaFact(BaseModel):
    """A statement in English and in Chinese, with its day (maybe a month), source and grade.

    `families` are those of the chips that it is about, `rule` the provision where one is named.
    """

    model_config = ConfigDict(frozen=True)

    topic: Topic
    families: tuple[str, ...]
    date: str
    grade: Grade
    rule: str
    source: str
    en: str
    zh_hans: str


def china_note(gpu: Gpu, today: date | None = None) -> list[ChinaFact]:
    """The facts about a chip, newest first; with `today`, only those of that day or before."""
    return [
        fact
        for fact in china_facts()
        if gpu.family in fact.families and (today is None or latest_day(fact.date) <= today)
    ]


@cache
def china_facts() -> tuple[ChinaFact, ...]:
    """All facts, newest first."""
    text = files("tools").joinpath("data", "china.csv").read_text(encoding="utf-8")
    facts = [
        ChinaFact.model_validate(row | {"families": tuple(row["families"].split(";"))})
        for row in csv.DictReader(text.splitlines())
    ]
    return tuple(sorted(facts, key=lambda fact: latest_day(fact.date), reverse=True))
