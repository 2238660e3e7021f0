"""The stretch around a passage that tells what it is about: the paragraphs beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kb.records import Passage

LIMIT = 1200  # characters of a stretch


def with_parents(passages: Sequence[Passage], text: str) -> list[Passage]:
    """The passages of one source, in order, each with the stretch of `text` that it stands in.

    Whole paragraphs of one section, or the terms of a program in one language, share a stretch of
    up to `LIMIT` characters; a longer paragraph is cut between its passages.
    """
    placed: list[Passage] = []
    for group in _groups(passages, text):
        start, end = group[0].start, group[-1].end
        placed += [replace(passage, parent_start=start, parent_end=end) for passage in group]
    return placed


def _groups(passages: Sequence[Passage], text: str) -> Iterator[list[Passage]]:
    group: list[Passage] = []
    for paragraph in _paragraphs(passages, text):
        for part in _cut(paragraph):
            if group and (
                _section(group[0]) != _section(part[0]) or part[-1].end - group[0].start > LIMIT
            ):
                yield group
                group = []
            group = group + part
    if group:
        yield group


def _paragraphs(passages: Sequence[Passage], text: str) -> Iterator[list[Passage]]:
    paragraph: list[Passage] = []
    for passage in passages:
        if paragraph and "\n" in text[paragraph[-1].end : passage.start]:
            yield paragraph
            paragraph = []
        paragraph.append(passage)
    if paragraph:
        yield paragraph


def _cut(paragraph: Sequence[Passage]) -> Iterator[list[Passage]]:
    part: list[Passage] = []
    for passage in paragraph:
        if part and passage.end - part[0].start > LIMIT:
            yield part
            part = []
        part.append(passage)
    yield part


def _section(passage: Passage) -> str:
    return passage.language if passage.kind == "program" else passage.header
