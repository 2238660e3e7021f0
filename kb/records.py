"""The records of the knowledge base: sources, passages, programs and hits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "zh-Hans", "zh-Hant"]
Kind = Literal["article", "program"]
Layer = Literal["starter", "staff"]
Grade = Literal["official", "on_record", "reported", "rumor"]
Visibility = Literal["public", "fund"]


@dataclass(frozen=True, slots=True)
class Source:
    """One version of an article or program: what is stored, shown and quoted.

    `version` is a content hash of what is shown; `text` is the stored text into which every
    passage and citation points. `published` is an ISO date that may be partial ("2024-07").
    `visibility` is "fund" where anything in it is for the fund only.
    """

    id: str
    version: str
    kind: Kind
    title: str
    language: Language
    text: str
    layer: Layer = "staff"
    publisher: str | None = None
    published: str | None = None
    url: str | None = None
    author: str | None = None
    visibility: Visibility = "public"


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a source: `source.text[start:end] == text`, offsets in code points.

    `header` names the place (title, program field, section); it is indexed with the text and
    never quoted. `grade`, `publisher` and `as_of` are those of the claim where the source tells
    them, otherwise those of the source. `program` and `field` are set for a program's terms.
    `source.text[parent_start:parent_end]` are the paragraphs that it stands in (`parents`).
    """

    source: str
    version: str
    start: int
    end: int
    text: str
    language: Language
    title: str
    header: str = ""
    kind: Kind = "article"
    grade: Grade = "reported"
    publisher: str | None = None
    as_of: str | None = None
    url: str | None = None
    program: str | None = None
    field: str | None = None
    parent_start: int = 0
    parent_end: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that search found. `score` is the fused score (comparable within one query), by
    which the first six stand in order, and those after them by their nearest sentence;
    `dense` is the likeness of the vectors (`kb.retrieval.space`, -1 to 1);
    `keyword` is the share (0 to 1) of the question's term weight that the passage holds; `also`
    are the ids of articles that say the same in copied words (`kb.retrieval.copies`); `meaning`
    is the likeness by the first encoder alone, which tells an answer from a neighbor best;
    `likeness` is that of each sentence of the passage, in the order of `kb.texts.splitting`, None
    where the index holds no vectors of its sentences; that of a question which the sentence is
    known to answer (`kb.retrieval.asked`) counts as its own."""

    passage: Passage
    score: float
    dense: float
    keyword: float
    also: tuple[str, ...] = ()
    meaning: float = 0.0
    likeness: tuple[float, ...] | None = None
