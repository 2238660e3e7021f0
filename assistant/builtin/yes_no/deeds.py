"""What one party does to another, in English and in folded Chinese: who, and to whom."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Mention(NamedTuple):
    """Where a party stands in a folded text, and its group in the alias table."""

    start: int
    end: int
    group: str


class Deed(NamedTuple):
    """Who does something, None where the text names nobody, and to which parties."""

    agent: str | None
    to: frozenset[str]


@dataclass(frozen=True)
class Act:
    """What one does to another; `converse` are words that say it from the other's side, `single`
    where only one can have done it."""

    said: re.Pattern[str]
    converse: re.Pattern[str] | None = None
    single: bool = False

    def asked_in(self, text: str) -> bool:
        """Whether a text says the act, from either side."""
        return any(each and each.search(text) for each in (self.said, self.converse))

    def deeds(self, text: str, found: Sequence[Mention]) -> Iterator[Deed]:
        """Who does it to whom, for each place where a text says the act."""
        for match in self.said.finditer(text):
            yield _deed(text, match, found)
        for match in self.converse.finditer(text) if self.converse else ():
            before, after = _around(match, found)
            yield Deed(after[0].group if after else None, frozenset(m.group for m in before[-1:]))


# "Oxygen is led by ...", "给Crusoe放贷的是Upper90"
_BY = re.compile(r"^\W*(?:\w+\W+){0,3}?by\W+(?:the \w+ )?$|^[^，。]{0,20}的(?:就)?是$")
_WHICH = re.compile(r"^[^.;]{0,30}\b(?:which|whom|that)\b")
_OF_HOUSE = re.compile(r"^(?:,? [^,;]{0,30})? ?\b(?:of|at|from) |^,[^,;]{0,40} (?:of|at) ")
_TOWARD = re.compile(r"^[^，。；]{0,12}(?:向|对|给|为)$")


def _around(match: re.Match[str], found: Sequence[Mention]) -> tuple[list[Mention], list[Mention]]:
    before = [each for each in found if each.end <= match.start()]
    return before, [each for each in found if each.start >= match.end()]


def _deed(text: str, match: re.Match[str], found: Sequence[Mention]) -> Deed:
    before, after = _around(match, found)
    if after and _BY.match(text[match.end() : after[0].start]):
        return Deed(after[0].group, frozenset(each.group for each in before))
    agent, to = before[-1].group if before else None, {each.group for each in after}
    if len(before) > 1:
        earlier, last = before[-2:]
        between = text[earlier.end : last.start]
        if _WHICH.match(between):  # "CoreWeave, which Nvidia backs"
            to.add(earlier.group)
        elif _OF_HOUSE.match(between):  # "David Cahn of Sequoia"
            agent = earlier.group
        elif _TOWARD.match(between):  # "亚马逊向Anthropic投资"
            agent = earlier.group
            to.add(last.group)
    return Deed(agent, frozenset(to))


def _act(said: str, converse: str | None = None, *, single: bool = False) -> Act:
    return Act(re.compile(said), re.compile(converse) if converse else None, single)


ACTS = (
    _act(r"\b(?:lead|leads|led|leading|head|heads|headed)\b(?! time)|领投|执掌|领导", single=True),
    _act(r"\b(?:run|runs|operates?|operated)\b(?! (?:on|for|out|in))|运营|经营", single=True),
    _act(
        r"\b(?:invest\w*|back(?:s|ed|er|ing)?|stakes?|shares?|owns?|owned|holds?|held|"
        r"puts?|receiv\w+)\b|投资|注资|入股|持有|持股|占股|股权|股份|拥有"
    ),
    _act(r"\b(?:lend(?:s|er|ing)?|lent)\b|出借|借给|放贷|发放", r"\bborrow\w*|借款|借入|借了"),
    _act(r"\b(?:buys?|buying|bought|acquir\w+|purchas\w+)\b|收购|购买|购入|买"),
    _act(r"\b(?:pays?|paid|paying|payments?)\b|支付|付给|付费"),
    _act(r"\b(?:valued?|valuing|values|valuation)\b|估值", single=True),
    _act(r"\b(?:train(?:s|ed)?)\b"),
    _act(r"\b(?:became|become)\b|成为|变成"),
)
