"""What a question pins down that a sentence may tell of something else: the period, the thing
counted, the model of a GPU, the reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from assistant import cues
from assistant.builtin.coverage import stem
from assistant.builtin.wanted import quantities
from kb.texts.folding import fold
from tools.gpus import find_gpus

_NUMBERS = {"first": "1", "second": "2", "third": "3", "fourth": "4", "一": "1", "二": "2"}
_NUMBERS |= {"三": "3", "四": "4", "上": "1", "下": "2"}
_PERIODS: Mapping[str, re.Pattern[str]] = {
    "year": re.compile(r"(?<![\d.,])((?:19|20)\d\d)(?![\d,]|\.\d)"),
    "quarter": re.compile(
        r"\bq([1-4])\b|\b(first|second|third|fourth) quarter\b|第([一二三四1-4])季"
        r"|(?<![新这每上近当那同])([一二三四1-4])季度"
    ),
    "half": re.compile(r"\bh([12])\b|\b(first|second) half\b|([上下])半年"),
    "round": re.compile(r"\bseries ([a-f])\b|(?<![a-z])([a-f])\+?轮"),
}
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})[a-z]* \d|(?<![\d个])(1[0-2]|[1-9])月(?!内|租)")

_COUNTED = re.compile(
    r"how many ((?:[a-z0-9'-]+ ){0,4}?[a-z0-9'-]+?)(?= (?:do|does|did|is|are|was|were|has|have|had"
    r"|can|could|will|would|should|may|might|in|on|at|of|for|from|to|per|an?|the|that|who|which|with"
    r"|by|i|we|you|they|it|altogether|total|exactly|there)\b|[?.,!]|$)"
)
_COUNTED_CHINESE = re.compile(
    r"(?:多少|(?<!哪)几)(?P<measure>[家块张枚颗台名位人个所座支种项款期只条档]?)"
    r"(?P<noun>[\u4e00-\u9fff]{0,2})"
)
_ALIKE = (
    frozenset(
        "gpu gpus chip chips card cards accelerator h100 h200 a100 b200 块 张 枚 颗 卡".split()
    ),
    frozenset(
        "startup startups company companies firm firms team member members 家 公司 企业".split()
    ),
    frozenset("people person employee employees staff founder founders fellow 人 名 位".split()),
)
_BESIDE = 32
"""Characters behind a figure in which stands what it counts."""
_TIMES = frozenset(map(stem, (
    "years months weeks days hours minutes times tokens dollars euros percent yuan points".split()
)))  # fmt: skip
_TIMES_CHINESE = re.compile(r"[年月周天日次倍折点成岁钱元亿万美欧]|小时|人民币|额度|资金|token")

_REASONED = re.compile(
    r"\b(?:because|since|so that|in order|due to|therefore|thus|for its|as a way|purpose|aims?"
    r"|reason|counted|intended|needs?|lets?|helps?|worr\w+|value[ds]?|means that"
    r"|to (?:avoid|get|win|keep|make|attract))\b"
    r"|因为|由于|因此|所以|为了|目的|旨在|导致|看重|才能|出于|好让|以便|从而|可以|担心|理由|原因|使得|让"
)
_MODEL = cues.cue(
    r"(?:what|which) (?:(?:gpu|chip|card|accelerator)s?|gpu models?|generation)"
    r"|models? of (?:gpu|chip|card)s?|(?:type|kind)s? of gpus?",
    r"(?:什么|哪种|哪款|哪一款|哪些|何种|哪个)(?:型号|gpu|显卡|芯片|卡)|型号",
)


@dataclass(frozen=True)
class Pinned:
    """What a question pins down: `periods` by their kind (a year, a quarter, a round, a month), the
    words for what it counts, whether it asks for a reason or for a model of a GPU."""

    text: str
    periods: Mapping[str, frozenset[str]]
    counted: frozenset[str]
    reason: bool
    model: bool

    def other_period(self, sentence: str) -> float:
        """1 where a sentence tells of another period of a kind asked about, and not of that."""
        told = periods_in(sentence)
        return float(any(told.get(k) and not told[k] & asked for k, asked in self.periods.items()))

    def no_period(self, around: str, as_of: str | None) -> float:
        """1 where neither a paragraph nor its date names a period that is asked about."""
        told = periods_in(f"{around} {as_of or ''}")
        return float(any(not asked & told.get(k, frozenset()) for k, asked in self.periods.items()))

    def counts(self, sentence: str) -> float:
        """1 where a figure of a sentence counts what is asked for, -1 where none does, 0 where
        nothing is counted."""
        if not self.counted:
            return 0.0
        folded = fold(sentence)
        for each in quantities(sentence):
            at = folded.find(fold(each.text))
            behind = folded[at : at + len(each.text) + _BESIDE]
            words = {stem(word) for word in re.findall(r"[a-z0-9-]+", behind)}
            if self.counted & words or any(w in behind for w in self.counted if not w.isascii()):
                return 1.0
        return -1.0

    def no_reason(self, sentence: str) -> float:
        """1 where a reason is asked for and a sentence gives none in a word of its own."""
        return float(self.reason and not _REASONED.search(fold(sentence)))

    def no_model(self, sentence: str) -> float:
        """1 where a model of a GPU is asked for and a sentence names no other than the question."""
        if not self.model:
            return 0.0
        asked = {mention.gpu.key for mention in find_gpus(self.text)}
        return float(not {mention.gpu.key for mention in find_gpus(sentence)} - asked)


def periods_in(text: str) -> dict[str, frozenset[str]]:
    """The periods that a text names, by their kind."""
    folded = fold(text)
    found = {kind: _values(pattern, folded) for kind, pattern in _PERIODS.items()}
    months = (m.group(1) or m.group(2) for m in _MONTH.finditer(folded))
    found["month"] = frozenset(str(_MONTHS.index(m) + 1) if m.isalpha() else m for m in months)
    return {kind: values for kind, values in found.items() if values}


def _values(pattern: re.Pattern[str], folded: str) -> frozenset[str]:
    groups = (next(filter(None, match.groups())) for match in pattern.finditer(folded))
    return frozenset(_NUMBERS.get(group, group) for group in groups)


def read_pinned(text: str, reason: bool) -> Pinned:
    """What a question pins down; `reason` tells whether it asks for one."""
    folded = fold(text)
    return Pinned(text, periods_in(text), _counted(folded), reason, bool(_MODEL.search(folded)))


def _counted(folded: str) -> frozenset[str]:
    """The words for what is counted, and those that mean the same; none for times and sums."""
    if match := _COUNTED.search(folded):
        words = {stem(match.group(1).split()[-1])}
    elif match := _COUNTED_CHINESE.search(folded):
        words = {match["measure"], match["noun"]} - {"", "个"}
    else:
        return frozenset()
    if words & _TIMES or any(map(_TIMES_CHINESE.match, words)):
        return frozenset()
    for alike in _ALIKE:
        if words & {*alike, *map(stem, alike)}:
            return frozenset(map(stem, alike))
    return frozenset(words)
