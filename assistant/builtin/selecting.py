"""Which sentences of the evidence answer a question, and whether any does.

Abstention is a rule over coverage: a sentence answers only if it is about every name in the
question, holds the kind of figure that is asked for, and covers enough of the question's weight.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant import cues
from assistant.builtin.asked import read_asked
from assistant.builtin.coverage import content_terms, covered, crossing, stem, stems
from assistant.builtin.sufficing import Signs, read_signs, suffice
from assistant.builtin.wanted import HOURLY_PRICE, figures_told, kinds_told, wanted_figures
from assistant.builtin.wording import is_misspelled, mended, without_asides
from assistant.builtin.yes_no.asked import yes_no
from assistant.evidence import PassageEvidence
from assistant.grounding.names import proper_names, without_urls
from assistant.grounding.segments import without_marks
from assistant.language import same_language
from assistant.question import Ask, Reading
from kb.texts.aliases import AliasTable
from kb.texts.folding import fold
from kb.texts.terms import terms
from tools.quantities import Unit

ENOUGH = 0.5
"""Share of the question's weight that a sentence in the reader's language has to cover, in a
passage of the search score `_USUAL`; a passage that is closer in meaning needs less of it."""
_USUAL = 0.42
_PER_SCORE = 0.8
_DISTANT = 0.3
"""What a name costs that stands in the paragraph only, not in the sentence."""
_LEAST, _MOST = 0.25, 0.6
_RELIEF = 0.2
"""Coverage that a sentence may lack which tells the kind of answer asked for right beside the
words that ask."""
_LISTED = 0.3
"""The same where several things are asked for and the sentence names several side by side."""
_POINTER = 0.3
"""What a sentence costs that only points to a page, where no page is asked for."""
_LEADS = {"figure": 0.2, "person": 0.1}
"""Coverage that the sentence first by words and by meaning may lack, by what it tells."""
_LEVEL = 0.02
"""Likenesses of meaning that differ by less are level."""
NEAR = 0.8
"""A further sentence is added when it scores at least this share of the best."""
WEIGHED = 10
_BEHIND = 0.85
"""What a passage loses for each point of search score that it lies behind the best."""
_LEAD_ACROSS = 0.08
"""How far a passage in the other language has to stand above the others found, in likeness of
meaning, to answer a question outside the desk's field."""
_CROSSING_SCORE = 0.56
"""Search score that a passage in the other language needs (see docs/figures.md)."""


@dataclass(frozen=True)
class Candidate:
    """A sentence of a passage with how well it answers. `coverage` is the share of the
    question's term weight in it (0 to 1) and `relief` what it may lack of the coverage needed;
    `missing` are names in the question that it is not about; `fits` tells whether it holds the
    kind of figure that is asked for, `told` which of several; `before` is the sentence before one
    that opens with a pronoun."""

    passage: PassageEvidence
    text: str
    coverage: float
    missing: tuple[str, ...]
    fits: bool
    score: float
    relief: float = 0.0
    told: frozenset[int] = frozenset()
    before: str = ""
    tells: str | None = None
    """The kind of answer asked for, where the sentence tells it of all that the question names."""


@dataclass(frozen=True)
class Selection:
    """Sentences that answer, best first; if none does, what is missing and what comes closest:
    names that no passage is about, a figure, or the kind of answer (`asked.Asked.kind`).
    `weighed` are the best in the reader's language, whether or not they cover enough."""

    chosen: tuple[Candidate, ...]
    closest: tuple[Candidate, ...]
    missing_names: tuple[str, ...] = ()
    missing_figure: bool = False
    missing_kind: str | None = None
    weighed: tuple[Candidate, ...] = ()


def select(
    reading: Reading,
    passages: Sequence[PassageEvidence],
    weights: Mapping[str, float],
    aliases: AliasTable,
    most: int = 3,
) -> Selection:
    """Choose the sentences that answer `reading`, at most `most`. `weights` are the weights of
    the question's terms in the library."""
    question = _Question(reading, passages, weights, aliases)
    best = max((passage.score or 0.0 for passage in passages), default=0.0)
    found = [
        candidate
        for passage in _each_once(passages)
        for candidate in question.candidates(passage, 1 - _BEHIND * (best - (passage.score or 0.0)))
    ]
    found.sort(key=lambda c: (-c.score, c.passage.id))
    mine = [c for c in found if same_language(c.passage.language, reading.language)]
    weighed = tuple([c for c in mine if not c.missing][:WEIGHED])
    signs = None if question.in_field else question.signs(passages)
    if signs is not None:
        able = _able_elsewhere(signs, reading, mine, found)
    else:
        able = [c for c in mine if _answers(c)] or _leading(mine)
        if not able:
            able = [c for c in found if c not in mine and _answers(c) and _is_near(c)]
    if able:
        chosen = _completed(_different(able, most), found, question.wanted, most)
        return Selection(tuple(chosen), (), weighed=weighed)
    absent = [name for name in question.names if all(name in c.missing for c in found)]
    close = [c for c in mine or found if not c.missing and c.coverage > 0]
    return Selection(
        (),
        tuple(_different(close, 1)) if not absent else (),
        tuple(absent),
        missing_figure=bool(question.wanted) and not absent and not any(c.fits for c in close),
        missing_kind=None if absent else question.missing_kind(close),
        weighed=weighed,
    )


def _able_elsewhere(
    signs: Signs, reading: Reading, mine: Sequence[Candidate], found: Sequence[Candidate]
) -> list[Candidate]:
    """The candidates that answer a question outside the desk's field."""
    if mine and suffice(signs, reading.language):
        return list(mine)
    if able := [c for c in mine if _answers(c)] if signs.stands_out else []:
        return able
    nearest = max(found, key=lambda c: c.passage.meaning or 0.0, default=None)
    if nearest is None or nearest in mine or signs.lead < _LEAD_ACROSS:
        return []
    return [c for c in found if c.passage == nearest.passage]


def signs(
    reading: Reading,
    passages: Sequence[PassageEvidence],
    weights: Mapping[str, float],
    aliases: AliasTable,
) -> Signs | None:
    """What `select` would weigh for a question outside the desk's field."""
    return _Question(reading, passages, weights, aliases).signs(passages)


_DATED = frozenset({Unit.YEAR, Unit.DATE})


class _Question:
    """What a question needs of a sentence."""

    def __init__(
        self,
        reading: Reading,
        passages: Sequence[PassageEvidence],
        weights: Mapping[str, float],
        aliases: AliasTable,
    ) -> None:
        self._text, self._language, self._aliases = reading.text, reading.language, aliases
        self.in_field = bool(
            aliases.groups(reading.folded)
            or _FIELD.search(reading.folded)
            or reading.programs
            or reading.provider
            or _is_field(passages)
        )
        core = without_asides(reading.text)
        self._content = _content(core, reading.text, passages, weights, aliases)
        self._crossing = crossing(self._content)
        chinese = reading.language != "en"
        names = proper_names(core, initial=chinese)  # no capital opens a Chinese sentence
        self.names = tuple(name for name in names if fold(name) not in _NO_NAMES)
        priced = Ask.OFFERS in reading.asks
        self._currency = _currency(reading.folded)
        self._decides = yes_no(reading) is not None
        self.wanted = (HOURLY_PRICE,) if priced else wanted_figures(reading.folded)
        if self._decides:  # whether there is a figure is no question for one
            self.wanted = ()
        self._programs = {*reading.programs, *reading.sponsored}
        self._fields = reading.fields
        self._asked = read_asked(core, reading.language, self._content)
        self._hints = [told for asked, told in _HINTS if asked.search(reading.folded)]

    def signs(self, passages: Sequence[PassageEvidence]) -> Signs | None:
        """What in the passages speaks for an answer to a question outside the desk's field."""
        return read_signs(self._text, self._language, passages, self._content, self._aliases)

    def candidates(self, passage: PassageEvidence, closeness: float) -> list[Candidate]:
        """The sentences of a passage; `closeness` is 1 for the best found, less for others."""
        about = " ".join(filter(None, (passage.title, passage.header, passage.publisher)))
        around = f"{about} {passage.text}"
        heading = passage.header if passage.program else passage.header.rpartition(" — ")[2]
        missing = self._missing(around)
        mine = same_language(passage.language, self._language)
        content = self._content if mine else self._crossing
        made = []
        before = ""
        for start, end in passage.statements():
            text = passage.text[start:end]
            if not plain(text):
                continue
            coverage = covered(content, text, around, self._aliases)
            coverage += _FIELD_SHARE * (passage.field in self._fields)
            told = figures_told(self.wanted, text)
            if self._currency and told and not self._currency.search(fold(text)):
                told = 0.0  # an amount in another currency
            score = coverage + closeness - 0.3 * len(missing) + 0.15 * told
            near = self._missing(f"{heading} {before if _PRONOUN.match(text) else ''} {text}")
            score -= _DISTANT * (len(near) - len(missing))
            relief = self._relief(text, mine)
            score += max(relief, 0.0)
            score += 0.2 * (passage.program in self._programs)
            score += sum(0.2 for hint in self._hints if hint.search(text))
            score -= 0.2 * (passage.field == "caution")
            score -= _POINTER * (
                passage.field == "apply" and self._only_points(passage, start, end)
            )
            made.append(
                Candidate(
                    passage,
                    text,
                    coverage,
                    missing,
                    fits=(not self.wanted or (told > 0 and len(near) == len(missing)))
                    and not self._denied(text),
                    score=score,
                    relief=relief,
                    told=frozenset(kinds_told(self.wanted, text)),
                    before=before if _PRONOUN.match(text) else "",
                    tells=self._tells(text, around, told) if mine else None,
                )
            )
            before = text
        return made

    def _tells(self, text: str, around: str, told: float) -> str | None:
        """The kind of answer asked for ("figure" or "person"), where a sentence tells it and
        stands, with what is around it, for every name and known term of the question."""
        if self._decides:
            return None
        held = stems(f"{around} {text}", self._aliases)
        if not all(term in held for term in self._content if term.startswith("@")):
            return None
        if any(_DATED & kinds for kinds in self.wanted):
            return None  # any sentence may hold a date of something else
        if self.wanted:
            return "figure" if told == 1 and not self._denied(text) else None
        return "person" if self._asked.kind == "person" and self._asked.tells_name(text) else None

    def _relief(self, text: str, mine: bool) -> float:
        """What a sentence may lack of the coverage needed; below 0 where it needs more."""
        nearness = self._asked.nearness(text) if mine and not self._decides else None
        if nearness == 0 and self._asked.kind in ("person", "place"):
            return -_RELIEF / 2
        least = _LISTED if self._asked.kind == "list" else _RELIEF
        return least * (nearness or 0.0)

    def _only_points(self, passage: PassageEvidence, start: int, end: int) -> bool:
        """Whether a statement gives an address and the question asks for none."""
        text = passage.text[start:end]
        return without_urls(text) != text and not _PAGE.search(self._text)

    def _denied(self, text: str) -> bool:
        """Whether a sentence only says that what is asked for is not known, or speaks of a source
        where a figure or date of the world is asked for."""
        if not self.wanted and self._asked.kind != "date":
            return False
        if _NOTE.search(text):
            return True
        denial = _DENIAL.search(fold(text))
        if denial is None:
            return False
        denied = stems(denial.group(), self._aliases)
        return any(stem(term) in denied for term in self._content if not term.startswith("@"))

    def missing_kind(self, close: Sequence[Candidate]) -> str | None:
        """The kind of answer that none of the sentences closest to the question tells."""
        told = (self._asked.nearness(candidate.text) for candidate in close)
        return None if self._decides or any(told) else self._asked.kind

    def _missing(self, text: str) -> tuple[str, ...]:
        """The names in the question that a text is not about."""
        folded = fold(text)
        groups = set(self._aliases.groups(folded))
        return tuple(
            name
            for name in self.names
            if fold(name) not in folded
            and self._aliases.group(name) not in groups
            and not is_misspelled(name, folded)
        )


def _content(
    core: str,
    text: str,
    passages: Sequence[PassageEvidence],
    weights: Mapping[str, float],
    aliases: AliasTable,
) -> dict[str, float]:
    """The content terms of a question without its asides, of which only known names count."""
    whole = content_terms(text, weights, aliases)
    kept = content_terms(core, weights, aliases)
    kept |= {term: weight for term, weight in whole.items() if term.startswith("@")}
    known = {term for p in passages for term in terms(f"{p.title} {p.header} {p.text}", aliases)}
    return mended(kept or whole, known)


def _currency(folded: str) -> re.Pattern[str] | None:
    """How sums in the currency that a question names are written; None where it names none."""
    return next((told for asked, told in _CURRENCIES if asked.search(folded)), None)


_CURRENCIES = (
    (
        re.compile(r"\bin (?:us )?dollars\b|how many (?:us )?dollars|[多几][少万亿]*(?:美元|美金)"),
        re.compile(r"\$|dollar|usd|美元|美金"),
    ),
    (
        re.compile(
            r"\bin (?:yuan|rmb|renminbi)\b|how many (?:yuan|rmb)|[多几][少万亿]*(?:人民币|元)"
        ),
        re.compile(r"¥|yuan|rmb|cny|renminbi|人民币|(?<!美)元"),
    ),
    (
        re.compile(r"\bin (?:euros?|eur)\b|how many euros|[多几][少万亿]*欧元"),
        re.compile(r"€|euro|eur\b|欧元"),
    ),
)
# A sentence that opens so is about what the one before it names.
_PRONOUN = re.compile(
    r"(?:It|He|She|They|This|These|Those|Its|His|Her|Their|The (?:deal|company|firm|program|round"
    r"|cluster|fund|service|loan))\b|[它他她其][们的]?|[该這这此](?:公司|计划|交易|项目|基金|集群|公司|笔)?"
)
_DENIAL = re.compile(
    r"\bno\b[^.,;]{0,60}\b(?:stated|published|given|disclosed|named|known|told|found)\b"
    r"|\bno figure\b|(?:没有|未|均未)(?:公布|说明|给出|披露|写明|透露|找到)[^，。；]{0,12}"
    r"|[^，。；]{0,10}(?:没有|并未|均未|未)(?:公布|说明|给出|披露|写明|透露|证实)"
)
_NOTE = re.compile(r"[Ee]ditors' notes?|\bis undated\b|编者|编辑笔记|未标日期|推定写于")


_PAGE = cues.cue(
    r"apply|application|sign up|register|where|web ?(?:site|page)s?|site|page|link|url|address",
    r"申请|申請|报名|報名|注册|註冊|哪里|哪裡|哪儿|网站|網站|网页|網頁|链接|連結|网址|網址|官网|官網|页面|頁面",
)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def plain(text: str) -> str:
    """A source's words on one line, without addresses, tags, or what looks like our marks."""
    text = " ".join(_TAG.sub("", without_urls(without_marks(text)[0])).split())
    return f"{text[:-1]}。" if text.endswith("；") else text


_NO_NAMES = frozenset("gpu gpus h100 h200 a100 b200 series token tokens".split())
# What a question asks for, and the words with which a sentence tells it.
_HINTS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (
        re.compile(r"\bwhy\b|\breasons?\b|为什么|为何|原因|理由"),
        re.compile(
            r"\b(?:because|since|so|therefore|for its|counted|reason|needs?|value[ds]?|said)\b"
            r"|因为|由于|因此|所以|看重|原因|才|出于"
        ),
    ),
    (
        re.compile(r"\bprices?\b|\bcharges?\b|\bfees?\b|价格|什么价|收费|费用"),
        re.compile(r"at cost|free|below|less than|\$|price|成本价|免费|低于|高于|美元"),
    ),
    (
        re.compile(
            r"\bhow (?:does|do|did|is|was)\b.*\b(?:arrive|get to|calculat|deriv)|怎么.*算|算法"
        ),
        re.compile(r"doubl|times|half|50%|multipl|乘|倍|50%|一半"),
    ),
)
_HINTS += tuple(
    (re.compile(year), re.compile(rf"{year}|{other}"))
    for year, other in (
        (r"第[一1]年|首年|\b(?:first year|year (?:1|one))\b", r"\b1st year\b"),
        (r"第[二2]年|次年|\b(?:second year|year (?:2|two))\b", r"\b2nd year\b"),
        (r"第[三3]年|\b(?:third year|year (?:3|three))\b", r"\b3rd year\b"),
    )
)
# The field of a program's terms that a question asks for counts as that much coverage.
_FIELD_SHARE = 0.3


def _answers(candidate: Candidate) -> bool:
    covered_enough = candidate.coverage + candidate.relief >= _needed(candidate)
    return not candidate.missing and candidate.fits and covered_enough


def _leading(mine: Sequence[Candidate]) -> list[Candidate]:
    """The best sentence if its passage is also the closest in meaning, where it tells what is
    asked for in words other than the question's; it needs less coverage."""
    first = next(iter(mine), None)
    if first is None or first.tells is None or first.missing or not first.fits:
        return []
    closest = max(c.passage.meaning or 0.0 for c in mine)
    if (first.passage.meaning or 0.0) < closest - _LEVEL:
        return []
    return [first] if first.coverage + _LEADS[first.tells] >= _needed(first) else []


def _needed(candidate: Candidate) -> float:
    """The coverage that a sentence needs, by how close its passage is in meaning."""
    score = candidate.passage.score
    if score is None:
        return ENOUGH
    return min(max(ENOUGH - _PER_SCORE * (score - _USUAL), _LEAST), _MOST)


def _is_near(candidate: Candidate) -> bool:
    """Whether a passage in the other language is close enough by meaning."""
    return (candidate.passage.score or 0.0) >= _CROSSING_SCORE


# What only the desk's own field speaks of: 卡 alone is in many a name.
_FIELD = cues.cue(
    r"gpus?|[abh]\d00s?|(?:cloud|ai|training) compute|(?:gpu|cloud|azure|aws) credits",
    r"算力|显卡|芯片|(?<![a-z])gpu|[张块]卡|卡时",
)


def _is_field(passages: Sequence[PassageEvidence]) -> bool:
    """Whether most of the best passages speak of compute."""
    best = sorted(passages, key=lambda p: -(p.score or 0.0))[:3]
    told = [_FIELD.search(fold(f"{p.title} {p.header} {p.text}")) for p in best]
    return sum(map(bool, told)) > 1


def _each_once(passages: Sequence[PassageEvidence]) -> list[PassageEvidence]:
    return list({(p.source, p.start): p for p in reversed(passages)}.values())[::-1]


def _different(candidates: Sequence[Candidate], most: int, near: float = NEAR) -> list[Candidate]:
    """The best, and others near it that say something else."""
    kept: list[Candidate] = []
    for candidate in candidates:
        if len(kept) == most or candidate.score < NEAR * candidates[0].score:
            break
        if all(_overlap(candidate.text, other.text) < 0.45 for other in kept):
            kept.append(candidate)
    return kept


def _completed(
    chosen: list[Candidate],
    found: Sequence[Candidate],
    wanted: Sequence[frozenset[Unit]],
    most: int,
) -> list[Candidate]:
    """The chosen sentences, and for each kind of figure that they leave out one that tells it of
    the same subject."""
    for kind in range(len(wanted)):
        if len(chosen) == most or any(kind in c.told for c in chosen):
            continue
        first = chosen[0].passage
        others = (
            c
            for c in found
            if kind in c.told
            and not c.missing
            and (c.passage.program or c.passage.source) == (first.program or first.source)
            and c.coverage >= _LEAST
        )
        if (other := next(others, None)) is not None:
            chosen.append(other)
    return chosen


def _overlap(a: str, b: str) -> float:
    """Share of the shorter text's character pairs that the other has too."""
    first, second = _pairs(a), _pairs(b)
    return len(first & second) / (min(len(first), len(second)) or 1)


def _pairs(text: str) -> set[str]:
    letters = re.sub(r"\W", "", fold(text))
    return {letters[n : n + 2] for n in range(len(letters) - 1)}
