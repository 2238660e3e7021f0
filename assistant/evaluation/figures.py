"""Whether each number of a finished answer stands in its evidence.

Reads the answer alone: a line's numbers must stand in the quotes, titles and dates of the
citations of that line, in the results and arguments of the calls that they name, or in the
person's own words. Plain numerals are compared by value (2万 is 20k); a tool's figure may be
rounded to the digits that are shown, and a share of it be shown in per cent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache

from assistant.answer import Answer, Citation
from kb.texts.folding import fold

_COMMA = re.compile(r"(?<=\d),(?=\d{3})")
_NUMBER = re.compile(  # not in a name: H100, M12
    r"(?<![a-z\d.])(?P<digits>\d+(?:\.\d+)?(?:e[+-]?\d+)?)"
    r"[\s-]?[多余几]?(?P<scale>%|万亿|千万|百万|[百千万亿兆]|(?:thousand|million|billion|trillion|percent|bn|[kmbt])"
    r"(?![a-z]))?"
)
_MARKER = re.compile(r"\[(\d{1,3})\]")
_SCALES = {
    "百": 2, "千": 3, "万": 4, "百万": 6, "千万": 7, "亿": 8, "万亿": 12, "兆": 12,
    "k": 3, "m": 6, "b": 9, "t": 12, "bn": 9,
    "thousand": 3, "million": 6, "billion": 9, "trillion": 12,
}  # fmt: skip
_SHARES = ("%", "percent")


def alike(text: str) -> str:
    """Lower case, Simplified script, no commas in numbers, ASCII punctuation."""
    return _COMMA.sub("", fold(text))


def without_marks(text: str) -> str:
    """`text` without the markers of its citations."""
    return _MARKER.sub("", text)


def numbers_in(text: str) -> list[str]:
    """The numbers of a text as they are written, each once, in order."""
    found = (number[0].strip() for number in _NUMBER.finditer(alike(without_marks(text))))
    return list(dict.fromkeys(found))


def figures(answer: Answer, own_words: Sequence[str]) -> Iterable[tuple[str, bool]]:
    """The numbers of an answer, each with whether its evidence holds it. `own_words`: what the
    person said, in this turn and before."""
    if answer.asked_back:
        return  # what it would assume, and examples of what to say, are no statements of fact
    cited = {citation.marker: citation for citation in answer.citations}
    said = _numbers(" ".join([answer.question, *own_words]))
    for line in answer.answer.splitlines():
        marks = _MARKER.findall(line)
        named = [cited[mark] for mark in marks if mark in cited]
        stated = _numbers(" ".join(_words(each) for each in named)) | said
        results = _numbers(" ".join(_result(answer, each) for each in named))
        for number in _NUMBER.finditer(alike(without_marks(line))):
            yield number[0].strip(), _holds(stated, results, number)


def unsupported(answer: Answer, own_words: Sequence[str] = ()) -> list[str]:
    """The numbers of an answer that its evidence does not hold."""
    return [number for number, held in figures(answer, own_words) if not held]


def _words(citation: Citation) -> str:
    return " ".join([citation.quote, citation.title, citation.published or ""])


def _result(answer: Answer, citation: Citation) -> str:
    if citation.kind != "tool":
        return ""
    calls = [call for call in answer.tool_calls if call.id == citation.version]
    return json.dumps([[call.args, call.result] for call in calls])


@lru_cache(maxsize=256)  # each line of an answer is held against the same results
def _numbers(text: str) -> frozenset[Decimal]:
    return frozenset(_value(number) for number in _NUMBER.finditer(alike(text)))


def _value(number: re.Match[str]) -> Decimal:
    """A number in full: 2万 is 20000. Shares stay as they are said."""
    return Decimal(number["digits"]).scaleb(_SCALES.get(number["scale"] or "", 0))


def _holds(stated: frozenset[Decimal], results: frozenset[Decimal], number: re.Match[str]) -> bool:
    value = _value(number)
    if value in stated:
        return True
    if number["scale"] in _SHARES and any(_rounds_to(held * 100, value) for held in results):
        return True
    return any(_rounds_to(held, value) for held in results)


def _rounds_to(value: Decimal, number: Decimal) -> bool:
    """Whether `number` is `value` in the digits that it shows; zeros at the end are not shown."""
    if not value or not number:
        return value == number
    exponent = number.normalize().as_tuple().exponent
    return abs(value - number) <= Decimal(1).scaleb(int(exponent)) / 2
