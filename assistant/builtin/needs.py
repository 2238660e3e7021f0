"""What a question needs of a sentence, and what speaks for each sentence that was found."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import NamedTuple

from assistant import cues
from assistant.builtin.asked import read_asked
from assistant.builtin.coverage import content_terms, covered, crossing, stem, stems
from assistant.builtin.sufficing import Signs, read_signs
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
from kb.texts.splitting import sentences
from kb.texts.terms import terms
from tools.quantities import Unit

_DATED = frozenset({Unit.YEAR, Unit.DATE})
_NEAREST = 10
"""So many of the likest sentences are looked at together."""
_UNLIKE = 0.05
"""How far a sentence of unknown likeness lies behind the least like whose likeness is known."""
_RELIEF = 0.2
_LISTED = 0.3


class SentenceSigns(NamedTuple):
    """What speaks for and against one sentence as the answer. `weighing` knows what each weighs.

    `coverage` is the share of the question's term weight in the sentence and around it, `own` in
    the sentence alone, `lacked` the heaviest share that is in neither; `told` the share of the
    figures asked for, `untold` whether there is none of them; `missing` and `distant` count names
    of the question that neither the paragraph or, of the second, the sentence is about; `relief`
    and `unrelieved` tell how near an answer of the kind asked for stands to the words that ask;
    `likeness` is the sentence's to the question by meaning, `dense` and `keyword` are its
    passage's search scores; `shared` and `asked_share` are the shares of its and of the
    question's pairs of characters that the other has. What ends in `_behind` is the distance to
    the best found.
    """

    coverage: float
    own: float
    lacked: float
    coverage_behind: float
    told: float
    untold: float
    missing: float
    distant: float
    relief: float
    unrelieved: float
    tells: float
    no_name: float
    no_person: float
    hints: float
    denied: float
    field: float
    program: float
    caution: float
    pointer: float
    likeness: float
    likeness_behind: float
    likeness_rank: float
    dense: float
    keyword: float
    passage_behind: float
    shared: float
    asked_share: float
    length: float


class QuestionSigns(NamedTuple):
    """What of a question bears on how much evidence it needs. `absent` counts its names that no
    passage is about; `best` is the highest likeness of a sentence, `lead` how far that is above
    the mean of the likest ten. The rest says what is asked for."""

    chinese: float
    words: float
    names: float
    absent: float
    best: float
    lead: float
    decides: float
    figures: float
    name: float
    number: float
    date: float
    person: float
    place: float
    reason: float
    list: float


@dataclass(frozen=True)
class Candidate:
    """A sentence of a passage with what speaks for it, and its `score` among others. `missing` are
    names in the question that its paragraph is not about; `fits` tells whether it holds the kind of
    figure that is asked for, `told` which of several; `before` is the sentence before one that
    opens with a pronoun."""

    passage: PassageEvidence
    text: str
    signs: SentenceSigns
    missing: tuple[str, ...] = ()
    fits: bool = True
    told: frozenset[int] = frozenset()
    before: str = ""
    score: float = 0.0


class _Floor(NamedTuple):
    """The least scores and likeness found: what a passage is taken for that no search found."""

    score: float
    dense: float
    likeness: float


def _floor(passages: Sequence[PassageEvidence]) -> _Floor:
    likeness = [likeness for p in passages for likeness in p.likeness]
    return _Floor(
        min((p.score for p in passages if p.score is not None), default=0.0),
        min((p.dense for p in passages if p.dense is not None), default=0.0),
        min(likeness, default=0.0) - _UNLIKE,
    )


def _likeness(passage: PassageEvidence, span: tuple[int, int], floor: _Floor) -> float:
    """The likeness of a sentence to the question; of its passage where sentences have none."""
    if passage.likeness:
        spans = sentences(passage.text)
        if span in spans:
            return passage.likeness[spans.index(span)]
        return max(passage.likeness)
    return floor.likeness if passage.meaning is None else passage.meaning


def pairs(text: str) -> frozenset[str]:
    """The pairs of neighboring letters of a text."""
    letters = re.sub(r"\W", "", fold(text))
    return frozenset(letters[n : n + 2] for n in range(len(letters) - 1))


class Needs:
    """What a question needs of a sentence; `weights` are those of its terms in the library."""

    def __init__(
        self,
        reading: Reading,
        passages: Sequence[PassageEvidence],
        weights: Mapping[str, float],
        aliases: AliasTable,
    ) -> None:
        self._reading, self._aliases, self._passages = reading, aliases, passages
        self._text, self._language = reading.text, reading.language
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
        self._asked = read_asked(core, reading.language, self._content)
        self._asks_name = bool(_ASKS_NAME.search(reading.folded))
        self._hints = [told for asked, told in _HINTS if asked.search(reading.folded)]

    def passage_signs(self) -> Signs | None:
        """What in the passages speaks for an answer to a question outside the desk's field."""
        return read_signs(self._text, self._language, self._passages, self._content, self._aliases)

    def candidates(self) -> list[Candidate]:
        """The sentences of the passages, each once."""
        passages = _each_once(self._passages)
        best = max((p.score or 0.0 for p in passages), default=0.0)
        found = [c for p in passages for c in self._candidates(p, best, _floor(passages))]
        likest = max((c.signs.likeness for c in found), default=0.0)
        fullest = max((c.signs.coverage for c in found), default=0.0)
        order = sorted({c.signs.likeness for c in found}, reverse=True)
        rank = {likeness: 1 / (1 + n) for n, likeness in enumerate(order)}
        return [
            replace(
                c,
                signs=c.signs._replace(
                    likeness_behind=likest - c.signs.likeness,
                    likeness_rank=rank[c.signs.likeness],
                    coverage_behind=fullest - c.signs.coverage,
                ),
            )
            for c in found
        ]

    def question_signs(self, found: Sequence[Candidate]) -> QuestionSigns:
        """What of the question bears on how much evidence it needs."""
        nearest = sorted((c.signs.likeness for c in found), reverse=True)[:_NEAREST] or [0.0]
        kind = self._asked.kind
        return QuestionSigns(
            chinese=float(self._language != "en"),
            words=len(self._content) / 10,
            names=float(len(self.names)),
            absent=float(len(self.absent(found))),
            best=nearest[0],
            lead=nearest[0] - fmean(nearest),
            decides=float(self._decides),
            figures=float(bool(self.wanted)),
            name=float(self._asks_name),
            number=float(kind in ("number", "size", "duration")),
            date=float(kind == "date"),
            person=float(kind == "person"),
            place=float(kind == "place"),
            reason=float(kind == "reason"),
            list=float(kind == "list"),
        )

    def absent(self, found: Sequence[Candidate]) -> tuple[str, ...]:
        """The names in the question that no paragraph found is about."""
        return tuple(name for name in self.names if all(name in c.missing for c in found))

    def missing_kind(self, close: Sequence[Candidate]) -> str | None:
        """The kind of answer that none of the sentences closest to the question tells."""
        told = (self._asked.nearness(candidate.text) for candidate in close)
        return None if self._decides or any(told) else self._asked.kind

    def _candidates(self, passage: PassageEvidence, best: float, floor: _Floor) -> list[Candidate]:
        about = " ".join(filter(None, (passage.title, passage.header, passage.publisher)))
        around = f"{about} {passage.text}"
        heading = passage.header if passage.program else passage.header.rpartition(" — ")[2]
        missing = self._missing(around)
        behind = best - (floor.score if passage.score is None else passage.score)
        made: list[Candidate] = []
        before = ""
        for start, end in passage.statements():
            text = passage.text[start:end]
            if not plain(text):
                continue
            pronoun = bool(_PRONOUN.match(text))
            near = self._missing(f"{heading} {before if pronoun else ''} {text}")
            signs = self._signs(passage, (start, end), around, floor)._replace(
                missing=float(len(missing)),
                distant=float(len(near) - len(missing)),
                passage_behind=behind,
            )
            made.append(
                Candidate(
                    passage,
                    text,
                    signs,
                    missing,
                    fits=(not self.wanted or (signs.told > 0 and len(near) == len(missing)))
                    and not signs.denied,
                    told=frozenset(kinds_told(self.wanted, text)),
                    before=before if pronoun else "",
                )
            )
            before = text
        return made

    def _signs(
        self, passage: PassageEvidence, span: tuple[int, int], around: str, floor: _Floor
    ) -> SentenceSigns:
        text = passage.text[span[0] : span[1]]
        mine = same_language(passage.language, self._language)
        content = self._content if mine else self._crossing
        held = stems(f"{around} {text}", self._aliases)
        lacked = [weight for term, weight in content.items() if stem(term) not in held]
        told = figures_told(self.wanted, text)
        if self._currency and told and not self._currency.search(fold(text)):
            told = 0.0  # an amount in another currency
        relief = self._relief(text, mine)
        asked, said = pairs(self._text), pairs(text)
        return SentenceSigns(
            coverage=covered(content, text, around, self._aliases),
            own=covered(content, text, text, self._aliases),
            lacked=max(lacked, default=0.0) / (sum(content.values()) or 1.0),
            coverage_behind=0.0,
            told=told,
            untold=float(bool(self.wanted) and not told),
            missing=0.0,
            distant=0.0,
            relief=max(relief, 0.0),
            unrelieved=min(relief, 0.0),
            tells=float(mine and self._tells(text, held, told)),
            no_name=float(self._asks_name and not self._names_another(text)),
            no_person=float(self._asked.kind == "person" and not self._asked.tells_name(text)),
            hints=float(sum(bool(hint.search(text)) for hint in self._hints)),
            denied=float(self._denied(text)),
            field=float(passage.field in self._reading.fields),
            program=float(passage.program in (*self._reading.programs, *self._reading.sponsored)),
            caution=float(passage.field == "caution"),
            pointer=float(passage.field == "apply" and self._only_points(text)),
            likeness=_likeness(passage, span, floor),
            likeness_behind=0.0,
            likeness_rank=0.0,
            dense=floor.dense if passage.dense is None else passage.dense,
            keyword=passage.keyword or 0.0,
            passage_behind=0.0,
            shared=len(asked & said) / (len(said) or 1),
            asked_share=len(asked & said) / (len(asked) or 1),
            length=math.log(len(text.encode()) / 100),
        )

    def _tells(self, text: str, held: set[str], told: float) -> bool:
        """Whether a sentence tells the figure or person asked for and stands, with what is around
        it, for every name and known term of the question."""
        if self._decides or any(_DATED & kinds for kinds in self.wanted):
            return False  # any sentence may hold a date of something else
        if not all(term in held for term in self._content if term.startswith("@")):
            return False
        if self.wanted:
            return told == 1 and not self._denied(text)
        return self._asked.kind == "person" and self._asked.tells_name(text)

    def _relief(self, text: str, mine: bool) -> float:
        """How near an answer of the kind asked for stands to the words that ask; below 0 where
        there is none of a kind that has a form of its own."""
        nearness = self._asked.nearness(text) if mine and not self._decides else None
        if nearness == 0 and self._asked.kind in ("person", "place"):
            return -_RELIEF / 2
        least = _LISTED if self._asked.kind == "list" else _RELIEF
        return least * (nearness or 0.0)

    def _names_another(self, text: str) -> bool:
        """Whether a sentence names somebody or something that the question does not."""
        asked = self._reading.folded
        known = set(self._aliases.groups(asked))
        if any(group not in known for group in self._aliases.groups(fold(text))):
            return True
        words = [m.group() for m in _NAMED.finditer(text) if m.start() or not text[0].isascii()]
        return any(fold(word).strip(".'’") not in asked for word in words)

    def _only_points(self, text: str) -> bool:
        """Whether a statement gives an address and the question asks for none."""
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


_ASKS_NAME = cues.cue(
    r"who|whom|whose|which|what (?:company|firm|fund|cloud|provider|model|bank|name|other)",
    r"谁|哪家|哪个|哪位|哪些|哪款|哪几家|哪一家|叫什么|什么名字|什么型号",
)
_NAMED = re.compile(r"[A-Z][\w’'&.-]*|[\u4e00-\u9fff]{2,6}·[\u4e00-\u9fff]{1,8}")


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
