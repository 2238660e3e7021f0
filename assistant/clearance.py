"""Which tool calls a turn may make: only those that the person's own words call for.

Every chat model has read library text when it calls a tool, since each turn begins with a search,
and that text may ask for calls. So a call goes through only if our own plan for the person's
messages makes it, or if its tool is one that they call for and each of its arguments is in their
words, a default of the tool, or a figure of an earlier result. What a passage says counts for
nothing here, so no text of a source, a provider or a web page can cause a call or change one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from assistant.builtin.estimating.estimator import Call
from assistant.evidence import Artifact
from assistant.reasons import Reason
from kb.texts.aliases import AliasTable
from kb.texts.folding import fold
from kb.texts.terms import question_terms
from tools.gpus import find_gpus
from tools.places import find_places
from tools.quantities import Unit, find_quantities

_FROM_LIBRARY = frozenset({"search_knowledge", "get_program", "compare_programs", "match_programs"})
_MONTH, _YEAR = Decimal("30.4375"), Decimal("365.25")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_WORDS = re.compile(r"[a-z][a-z0-9.+-]*|[\u4e00-\u9fff]+")
# Times that a number only goes without saying ("turn a year into a week").
_SPAN = re.compile(
    r"\b(?:an?|one|this|next|last|the|past|single) (year|quarter|month|fortnight|week|day)\b", re.I
)
_SPANS = {
    "year": _YEAR, "quarter": _YEAR / 4, "month": _MONTH, "fortnight": Decimal(14),
    "week": Decimal(7), "day": Decimal(1),
}  # fmt: skip
_MONTHS = tuple(
    rf"\b{name[:3]}(?:{name[3:]})?\b|(?<![\d十]){n}月|(?<!十){han}月"
    for n, (name, han) in enumerate(
        zip(
            "january february march april may june july august september october november"
            " december".split(),
            "一 二 三 四 五 六 七 八 九 十 十一 十二".split(),
            strict=True,
        ),
        1,
    )
)
_LAST_YEAR = re.compile(r"\b(?:last|this|past) year\b|去年|今年|前年")
_CLOSE = Decimal("0.005")
_LEAST_DRIVEN = 2
"""A tool that our own plan does not call is called for by so many arguments of the person's."""


@dataclass(frozen=True)
class Told:
    """What the person said in this conversation and the tools of this turn told, without anything
    that stands in the library. `vocabulary` are the words that our own example questions use,
    `answers` what was answered before, which library text shaped."""

    messages: tuple[str, ...]
    results: tuple[Artifact, ...]
    aliases: AliasTable
    vocabulary: frozenset[str] = frozenset()
    answers: tuple[str, ...] = ()

    @cached_property
    def folded(self) -> str:
        return fold("\n".join(self.messages))

    @cached_property
    def numbers(self) -> set[Decimal]:
        """Every number that was said, also as hours, weeks, months and years where it is a time
        and as a share where it is a percentage; and every number of a result."""
        found = {_decimal(n) for n in _NUMBER.findall(self.folded.replace(",", ""))}
        for message in self.messages:
            for said in find_quantities(message):
                for value in (said.value, *said.readings):
                    found.update(_as_units(value, said.unit))
            for span in _SPAN.finditer(message):
                found.update(_as_units(_SPANS[span[1].casefold()], Unit.DURATION_DAYS))
        for artifact in self.results:
            if artifact.tool.name not in _FROM_LIBRARY:
                found.update(_numbers_in(artifact.tool.result))
        return {number for number in found if number is not None}

    @cached_property
    def named(self) -> set[str]:
        """Dates, GPUs and places that were said, and the names that results give to prices."""
        found: set[str] = set()
        for message in self.messages:
            found.update(said.iso for said in find_quantities(message) if said.iso)
            found.update(fold(mention.gpu.key) for mention in find_gpus(message))
            found.update(fold(mention.raw) for mention in find_gpus(message))
            found.update(fold(place) for place in find_places(message))
        return found

    @cached_property
    def groups(self) -> set[str]:
        return set(self.aliases.groups(self.folded))

    @cached_property
    def terms(self) -> set[str]:
        return set(question_terms("\n".join(self.messages), self.aliases)) | self.vocabulary

    def holds(self, value: Any) -> bool:
        """Whether an argument comes from the person or an earlier result."""
        if value is None or value == "":
            return True
        if isinstance(value, bool):
            return False  # nobody says true; a flag comes from our own plan
        if isinstance(value, (int, float)):
            return self._holds_number(_decimal(value))
        if isinstance(value, (list, tuple)):
            return all(self.holds(each) for each in value)
        return isinstance(value, str) and self._holds_text(value)

    def holds_query(self, query: str) -> bool:
        """Whether a search uses the person's words, other names of the same, common words of this
        house, or words that no library text has put into this conversation, as those of a
        translation."""
        folded = fold(query)
        asked = set(question_terms(self.aliases.without(folded), self.aliases))
        asked |= {f"@{group}" for group in self.aliases.groups(folded)}
        return not any(term in self.library for term in asked - self.terms)

    @cached_property
    def library(self) -> frozenset[str]:
        """The terms of all library text of this conversation."""
        passages = [passage for artifact in self.results for passage in artifact.passages]
        texts = [" ".join((p.title, p.header, p.text, p.publisher or "")) for p in passages]
        results = [
            json.dumps(each.tool.result, ensure_ascii=False)
            for each in self.results
            if each.tool.name in _FROM_LIBRARY
        ]
        seen = "\n".join((*texts, *results, *self.answers))
        return frozenset(question_terms(seen, self.aliases))

    def _holds_number(self, number: Decimal | None) -> bool:
        if number is None:
            return False
        return any(abs(number - each) <= _CLOSE * abs(each) for each in self.numbers)

    def _holds_text(self, text: str) -> bool:
        folded = fold(text).strip()
        if folded in self.named or _stands_in(folded, self.folded):
            return True
        if set(self.aliases.groups(folded)) & self.groups and not _NUMBER.search(folded):
            return self.aliases.without(folded).strip() == ""
        mentions = find_gpus(text)
        if mentions and {fold(mention.gpu.key) for mention in mentions} & self.named:
            return True
        quantities = find_quantities(text)
        if not quantities:
            return False
        if any(said.iso for said in quantities):
            return all(said.iso in self.named or self._holds_date(said.iso) for said in quantities)
        rest = folded
        for said in quantities:
            rest = rest.replace(fold(said.text), " ")
        words = [word for word in _WORDS.findall(rest) if len(word) > 1 or not word.isascii()]
        return all(self._holds_number(said.value) for said in quantities) and all(
            _stands_in(word, self.folded) or self._in_results(word) for word in words
        )

    def _holds_date(self, iso: str | None) -> bool:
        """Whether a date lies in a year that was said, or in a month of any year that was said
        without one ("since January", "since last year")."""
        if iso is None or not re.fullmatch(r"\d{4}(?:-\d{2}){0,2}", iso):
            return False
        months = {n for n, words in enumerate(_MONTHS, 1) if re.search(words, self.folded)}
        month = int(iso[5:7]) if len(iso) > 4 else None
        in_month = month in months if months else True
        years = {each for each in self.named if re.fullmatch(r"\d{4}", each[:4])}
        if years:
            return in_month and any(each.startswith(iso[:4]) for each in years)
        return bool(months or _LAST_YEAR.search(self.folded)) and in_month

    def _in_results(self, word: str) -> bool:
        return any(
            word in fold(json.dumps(each.tool.result, ensure_ascii=False))
            for each in self.results
            if each.tool.name not in _FROM_LIBRARY
        )


def refusal(
    call: Call, expected: Sequence[Call], defaults: Mapping[str, Any], told: Told
) -> Reason | None:
    """Why a call may not be made, None where it may. `expected` are the calls of our own plan for
    the person's message so far, `defaults` those of the called tool's arguments."""
    name, args = call
    if call in expected:
        return None
    if name == "search_knowledge":
        if told.holds_query(str(args.get("query", ""))):
            return None
        return Reason("search")
    ours = [other for tool, other in expected if tool == name]
    given = {k: v for k, v in args.items() if v is not None and v != defaults.get(k, _NOTHING)}
    given = {k: v for k, v in given.items() if k != "language"}
    strange = [
        key
        for key, value in given.items()
        if not any(_same(other.get(key), value) for other in ours) and not told.holds(value)
    ]
    if strange:
        return Reason("arguments", ", ".join(strange))
    driven = 1 if name in _FROM_LIBRARY else _LEAST_DRIVEN
    if not ours and len(given) < driven:
        return Reason("not_asked")
    return None


_NOTHING = object()


def _same(ours: Any, value: Any) -> bool:
    """Whether a model's argument is ours, as a number or as text ("7B" is another spelling)."""
    if isinstance(value, list) and isinstance(ours, list):
        return len(ours) == len(value) and all(map(_same, ours, value))
    if ours is None or isinstance(ours, bool) or isinstance(value, bool):
        return ours is value
    number = _decimal(value)
    if number is not None:
        return number in {_decimal(ours), *(q.value for q in find_quantities(str(ours)))}
    return fold(str(ours)) == fold(str(value))


def _as_units(value: Decimal, unit: Unit) -> Iterator[Decimal]:
    yield value
    if unit is Unit.DURATION_DAYS:
        yield from (value * 24, value / 7, value / _MONTH, value / _YEAR)
        yield value / _MONTH * 30  # months of a commercial year
    elif unit is Unit.PERCENT:
        yield value / 100
    yield value * 60


def _numbers_in(value: Any) -> Iterator[Decimal | None]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _numbers_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _numbers_in(inner)
    elif isinstance(value, str) and not _NUMBER.fullmatch(value):
        return
    elif value is not None and not isinstance(value, bool):
        yield _decimal(value)


def _decimal(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _stands_in(word: str, text: str) -> bool:
    """Whether a word stands in a text, a Latin one by itself; "on_demand" is "on demand" too."""
    if not word.isascii():
        return word in text
    spelt = r"[\s_-]*".join(map(re.escape, re.split(r"[\s_-]+", word)))
    return re.search(rf"(?<![a-z0-9]){spelt}s?(?![a-z0-9])", text) is not None
