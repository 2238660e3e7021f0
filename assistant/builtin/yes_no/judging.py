"""Whether a source's sentence makes the thing that a question asks about so, or not so.

A rule, made to keep silent rather than to be wrong: the sentence must tell enough of what is
asked, in the same or the opposite words. A negation that stands at these words, a word of the
opposite, or a figure that does not meet the one in the question makes it a no.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.builtin.coverage import content_terms, stem
from assistant.builtin.wording import is_misspelled
from assistant.builtin.yes_no.asked import YesNo
from assistant.builtin.yes_no.dates import DateAsked
from assistant.builtin.yes_no.figures import Asked, figures_asked, spelled
from assistant.builtin.yes_no.parties import TRADE, Parties
from assistant.builtin.yes_no.saying import (
    OWN,
    is_denied,
    matches,
    misspelled,
    pattern,
    poles,
    split_clauses,
)
from assistant.builtin.yes_no.senses import ALIKE, LIGHT, OPPOSED, Sense
from assistant.grounding.names import proper_names
from assistant.question import Reading
from kb.texts.aliases import AliasTable
from kb.texts.folding import fold
from kb.texts.terms import terms
from tools.places import find_places

ENOUGH = 0.55
"""Share of what is asked that a sentence has to tell before it is a yes or a no."""
_OPPOSED, _ALIKE, _WORD, _LIGHT = 3.0, 2.0, 1.0, 0.5
# Somebody who does not believe a thing holds that it is not so.
_DISBELIEF = re.compile(
    r"\b(?:not|n['’]t|never) (?:believe|think|expect|agree|see|consider)|\bdoubts?\b|\bdenie[sd]\b"
    r"|\brejects?\b|\bquestions? whether\b|\basks? how\b"
    r"|[不没](?:太)?(?:认为|觉得|相信|认同|赞成|看好)|怀疑|质疑|否认"
)
_OPEN = re.compile(
    r"\bno definite\b|\bnot (?:known|clear|stated|disclosed|said)\b|\bunknown\b|\bdoes not say\b"
    r"|\bnot say\b|\bopen question\b|\bwhether\b|\bhypothetical\b"
    r"|没有明确|不清楚|未说明|没有说明|不知|不明|尚不|是否|假设"
)
_ADVICE = re.compile(
    r"\b(?:should|must|need to) be \w*\W*$|(?<![相对供适响反])应(?!用)[^，]{0,12}$"
)
# "rented rather than bought": what stands behind is not what is asked.
_RATHER = re.compile(r"\b(?:rather than|instead of) [^,.;?]*|而(?:不是|非)[^，。；？?吗]*")
_DOUBLED = re.compile(r"(\w)不\1|(?<=\w)没有(?=[？?]?$)")
_NAMED = 2.0
"""What a clause counts for that names what the question is about."""
_FIGURED = 0.6
"""What a sentence has to tell beside a figure that is met or not."""
_THAN = re.compile(r"\bthan\b|\bexceed(?:s|ed)?\b|\b(?:far )?above\b|\boutspen[dt]s?\b|比")
_NO_WORDS = frozenset(
    "think believe expect say said tell agree consider true right correct case own still yet "
    "already only really also anything something someone according per predict estimate fact "
    "actual ever any will because almost nearly about around roughly tied linked attached come "
    "startup startups company companies team firm card cards processor processors hardware "
    "considered responsible used".split()
)
# Verbs that stand for nearly any other: that a sentence lacks them says little.
_PALE = frozenset(
    "spend spent ask sign become became amount mak make put keep kept limit aim worst heard get "
    "got set turn look claim state mention name talk count start begin began stay remain onto "
    "above behind beyond across among within "
    "number time go went some dollar arrangement deal way".split()
)
# Things of the trade that nearly any sentence of the library is about.
_COMMON = frozenset(
    "gpu chip h100 compute cluster startup fund server credits cloud apply training "
    "investment grant".split()
)
_TOLD_OPENLY = re.compile(r"\b(?:disclos|publish|reveal|public|announc)|公布|公开|披露|透露")
_PARTLY = re.compile(r"\b(?:part(?:s|ly)?|some|both)\b|部分|有租有买")
_ONLY = re.compile(r"(?<!not )\bonly\b|只[有能在是跟和用给对]|仅")
_ONLY_TOLD = re.compile(
    r"\b(?:only|solely|alone|exclusiv\w*|limited to|nothing but|no other|just)\b"
    r"|只|仅|唯一|独家|排他|限于|专门"
)
# What only would have to be so is not so.
_UNREAL = re.compile(
    r"\bwould (?:have|need) to\b|\bshould (?!be (?:treated|checked|taken|read))|应当|本该"
)
_UNREAL_ASKED = re.compile(
    r"\b(?:would|should|could|need\w*|have to|has to|must|requir\w*|estimat\w*|expect\w*|"
    r"plan\w*)\b"
    r"|应|需|该|必须|要求|估计|预计"
)
_WITHOUT = re.compile(r"\bwithout\b")
_LACK = re.compile(r"\b(?:without|no|not|nothing|free|self-funded)\b|n['’]t\b|不|无|没|免")
# What happens once, and is told in so many words: no other word of a question makes up for it.
_EVENTS = re.compile(
    r"^(?:su(?:e|ed|ing)|resign|quit|fire|merg|cancel|default|refund|repa[iy]|resell|resold|ban|"
    r"delay|break|broke|hire|acquir|settl|postpon|bankrupt|audit|arrest|fin(?:e|ed)$)"
)
# "less scarce than": the other way round of "scarcer than".
_LESS = re.compile(r"\bless (?!than)[a-z]+ than\b")
_FORMS = re.compile("认为|觉得|相信|是不是|是否|有没有|有无|会不会|能不能|可不可以|要不要|需不需要")
_NO_CHINESE_WORDS = re.compile(
    "今年|目前|当前|最近|以外|之外|除了|别家|别的|本人|预计|因为|由于|所以|预测|还在|现在|仍然|仍|真的|其实|到底|按照|根据|"
    "关系|[没麻](?=[?？]|$)|自己|的话|找|很|太|比较|公司|团队|企业|计划|主要|已经|吗|么|会|有|还|是|能|要|可以|都|也|在"
)


@dataclass(frozen=True)
class _Told:
    """One thing of the question in a clause: how much it weighs, and whether the clause affirms it
    (1), denies it (-1) or both (0); `decides` where an opposite exists."""

    what: object
    weight: float
    sign: int
    decides: bool = False


class Claim:
    """What a yes/no question supposes, ready to be held against sentences."""

    def __init__(
        self,
        reading: Reading,
        asked: YesNo,
        weights: Mapping[str, float],
        aliases: AliasTable,
        names: Sequence[str] = (),
    ) -> None:
        """`weights` are the weights of the question's terms in the library, `names` those that
        the things that it is about go by."""
        text = _RATHER.sub(" ", asked.text)
        self._denies = asked.denied
        self._figures: Sequence[Asked] = figures_asked(reading)
        self._text = text
        self._places = find_places(reading.text)
        self._is_chinese = reading.language != "en"
        self._parties = Parties(reading.text, text, aliases, names)
        self._gpus = [fold(mention.gpu.family) for mention in reading.gpus]
        rest = OWN.sub(" ", _FORMS.sub(" ", _DOUBLED.sub(r"\1", spelled(text))))
        self._opposed: list[tuple[Sense, int]] = []
        self._alike: list[tuple[Sense, float]] = []
        for figure in self._figures:
            rest = rest.replace(figure.words, " ")
        for sense in OPPOSED:
            so, against = poles(sense, rest)
            if bool(so) != bool(against):
                denied = not asked.denied and all(
                    is_denied(rest, *m.span()) for m in (so or against)
                )
                self._opposed.append((sense, (1 if so else -1) * (-1 if denied and against else 1)))
        for senses, weight in ((ALIKE, _ALIKE), (LIGHT, _LIGHT)):
            self._alike += [(sense, weight) for sense in senses if matches(sense.so, rest)]
        for sense, _ in [*self._opposed, *self._alike]:
            rest = sense.so.sub(" ", rest)
            rest = sense.opposite.sub(" ", rest) if sense.opposite else rest
        rest = _NO_CHINESE_WORDS.sub(" ", rest)
        found = content_terms(rest, weights, aliases)
        self._things = {t[1:] for t in found if t.startswith("@")} & TRADE - _COMMON
        self._aliases = aliases
        called = [*proper_names(reading.text, initial=True), *names]
        named = {stem(term) for name in called for term in terms(name, aliases)}
        self._words = [
            term
            for term in found
            if not term.startswith("@")
            and term not in _NO_WORDS
            and not {term, stem(term)} & _PALE
            and stem(term) not in named
            and not term[0].isdigit()
            and (reading.language == "en" or not term.isascii())
        ]
        special = any(sense not in LIGHT for sense, _ in self._alike)
        self._is_of_more = not self._figures and bool(self._words or self._opposed or special)
        # A figure is told with many a verb.
        own = sum(w for _, w in self._alike if w > _LIGHT or not self._figures)
        own += sum(map(_weight, self._words)) + _WORD * len(self._things)
        turning = _OPPOSED * len(self._opposed)
        self._total = own if self._figures and own else own + turning
        self._named = re.compile(
            "|".join(re.escape(fold(name)) for name in called if len(name) > 1) or r"(?!)"
        )
        self._asks_telling = bool(_TOLD_OPENLY.search(text))
        self._about_telling = any(sense is _TELLING for sense, _ in self._opposed)

    def turns(self, sentence: str) -> set[int]:
        """1 where the sentence says a thing of the question that has an opposite, -1 where it says
        the opposite."""
        clauses = self._parties.without_others(split_clauses(sentence))
        return {each.sign for clause in clauses for each in self._told(clause) if each.decides}

    def contradicts(self, sentence: str) -> bool:
        """Whether a figure in the sentence is not as asked."""
        return any(self._met(figure, sentence) is False for figure in self._figures)

    def compares(self, sentence: str) -> bool:
        """Whether the sentence has what the figures of the question can be compared with; true
        where it has no figures."""
        return all(figure.met_by(sentence) is not None for figure in self._figures)

    def is_about(self, sentence: str) -> bool:
        """Whether the sentence speaks of the places and GPUs in the question, and has figures that
        those of the question can be compared with."""
        folded = fold(sentence)
        return (
            not set(self._places) - set(find_places(sentence))
            and all(gpu in folded for gpu in self._gpus)
            and self.compares(sentence)
        )

    def of_its_parties(self, sentence: str, around: str) -> bool | None:
        """Whether the sentence, with the heading `around` it, tells it of those that the question
        is about; false where it tells it of others, None where that is open."""
        return self._parties.told(sentence, around)

    def is_told(self, sentence: str) -> bool:
        """Whether the sentence leaves out nothing of weight that the question says."""
        folded = fold(sentence)
        if _ONLY.search(self._text) and not (_ONLY_TOLD.search(folded) or self._opposed):
            return False
        if _UNREAL.search(folded) and not _UNREAL_ASKED.search(self._text):
            return False
        if _WITHOUT.search(self._text) and not _LACK.search(folded):
            return False
        if not self._things <= set(self._aliases.groups(folded)):
            return False
        if any(not isinstance(figure, DateAsked) for figure in self._figures):
            return True
        roots = {stem(word) for word in re.findall(r"[a-z]+", folded)}
        lacking = [
            word
            for word in self._words
            if stem(word) not in roots
            and not pattern(word).search(folded)
            and not is_misspelled(word, folded)
        ]
        if any(_EVENTS.match(word) for word in lacking):
            return False
        held = len(self._words) - len(lacking)
        turns = any(any(poles(sense, folded)) for sense, _ in self._opposed)
        if not self._is_chinese:
            rest = [sense for sense, weight in self._alike if weight > _LIGHT]
            untold = sum(not matches(sense.so, folded) for sense in rest)
            return len(lacking) + untold <= turns or (
                held > 1 and held >= len(lacking) + 2 * untold
            )
        return held > 0 or len(lacking) < 2

    def told_by(self, sentence: str) -> float:
        """Share (0 to 1) of what is asked that the sentence tells, so or not so."""
        return self._share([list(self._told(clause)) for clause in split_clauses(sentence)])

    def judge(self, sentence: str, around: str = "", least: float = ENOUGH) -> bool | None:
        """Yes, no, or None where the sentence, with the heading `around` it, does not settle it: it
        has to tell at least the share `least` (0 to 1) of what is asked."""
        if not self.is_about(sentence):
            return None
        parties = self.of_its_parties(sentence, around)
        if not parties:
            return self._denies if parties is False else None
        folded = fold(sentence)
        met = [self._met(figure, sentence) for figure in self._figures]
        clauses = self._parties.without_others(split_clauses(sentence))
        told = [list(self._told(clause)) for clause in clauses]
        hefts = [
            _heft(each) + (_NAMED if each and self._named.search(clause) else 0.0)
            for clause, each in zip(clauses, told, strict=True)
        ]
        deciding = [n for n, clause in enumerate(told) if any(each.decides for each in clause)]
        if self._asks_telling:
            telling = [n for n in deciding if any(each.what is _TELLING for each in told[n])]
            deciding = telling or deciding
        best = max(deciding or range(len(told)), key=lambda n: (hefts[n], -n), default=None)
        if best is None or not (self._total or self._figures or self._parties.asks_office):
            return None
        opposed = any(each.decides and each.sign < 0 for each in told[best])
        if self._share(told) < least * (_FIGURED if self._figures or opposed else 1):
            return None
        weighty = (
            sum(map(_weight, self._words)) + sum(w for _, w in self._alike if w > _WORD) > _WORD
        )
        beside = any(not each.decides for clause in told for each in clause)
        if weighty and not (beside or opposed or self._figures):
            return None
        if self._is_of_more and all(t.what in LIGHT for clause in told for t in clause):
            return None  # "gives" something, whatever it is
        if self._opposed and not self._figures and not any(t.decides for t in told[best]):
            return None
        sign = _sign(told[best], [each for clause in told for each in clause])
        if sign is None or (_OPEN.search(clauses[best]) and not self._about_telling):
            return None
        if _DISBELIEF.search(folded) and not _DISBELIEF.search(self._text):
            sign = -1 if sign > 0 and not self._about_telling else sign
        if self._turned(folded):
            sign = -sign
        if not opposed and all(met) and not self.is_told(sentence):
            return None
        if sign < 0 and not opposed and _ONLY.search(self._text):
            return None
        if self._denies:
            sign = -sign
        return sign > 0 and all(met)

    def _met(self, figure: Asked, sentence: str) -> bool | None:
        """Whether a figure is met by those of the parties and year asked about, else by any."""
        if isinstance(figure, DateAsked):
            return figure.met_by(sentence)
        years = [str(each.year) for each in self._figures if isinstance(each, DateAsked)]
        met = figure.met_by(self._parties.own_part(sentence, years[:1]))
        return figure.met_by(sentence) if met is None else met

    def _told(self, clause: str) -> Iterator[_Told]:
        for sense, pole in self._opposed:
            so, against = (
                [m for m in found if not _ADVICE.search(clause[: m.start()])]
                for found in poles(sense, clause)
            )
            signs = {pole * (-1 if is_denied(clause, *m.span()) else 1) for m in so}
            signs |= {-pole * (-1 if is_denied(clause, *m.span()) else 1) for m in against}
            if len(signs) > 1 and _PARTLY.search(self._text) and _PARTLY.search(clause):
                signs = {1}  # "partly rented and partly bought"
            if signs:
                yield _Told(sense, _OPPOSED, signs.pop() if len(signs) == 1 else 0, decides=True)
        for sense, weight in self._alike:
            if found := matches(sense.so, clause):
                yield _Told(
                    sense, weight, -1 if all(is_denied(clause, *m.span()) for m in found) else 1
                )
        places = list(self._aliases.places(clause)) if self._things else []
        for thing in sorted(self._things):
            if at := [start for start, group in places if group == thing]:
                sign = -1 if all(is_denied(clause, start, start + 1) for start in at) else 1
                yield _Told(thing, _WORD, sign)
        for word in self._words:
            if found := matches(pattern(word), clause) or misspelled(word, clause):
                yield _Told(
                    word,
                    _weight(word),
                    -1 if all(is_denied(clause, *m.span()) for m in found) else 1,
                )

    def _share(self, told: Sequence[Sequence[_Told]]) -> float:
        """How much of what is asked the sentence tells; what stands in two clauses counts once."""
        if not self._total:
            return 1.0
        held = sum(_heft(clause) for clause in told)
        most = max((_heft(clause) for clause in told), default=0.0)
        return max(most, min(held, self._total) * 0.8) / self._total

    def _turned(self, sentence: str) -> bool:
        """Whether question and sentence compare the same two the other way round."""
        asked, told = _THAN.search(self._text), _THAN.search(sentence)
        if not asked or not told or asked.group() == "比" or told.group() == "比":
            return False
        asked_of = _long_words(self._text[: asked.start()])
        asked_than = _long_words(self._text[asked.end() :])
        than = _long_words(sentence[told.end() :])
        turned = bool(asked_of & than) and not asked_than & than
        return turned != (bool(_LESS.search(self._text)) != bool(_LESS.search(sentence)))


def _sign(clause: Sequence[_Told], sentence: Sequence[_Told]) -> int | None:
    """Whether the clause that tells most affirms or denies; None where its words are at odds.
    Where nothing in it has an opposite, one thing that the whole sentence only denies is enough."""
    deciding = {each.sign for each in clause if each.decides}
    affirmed = [each.what for each in sentence if each.sign > 0]
    denies = any(each.sign < 0 and each.what not in affirmed for each in sentence)
    if not deciding:
        return -1 if denies else 1
    if 0 in deciding:
        return None
    only = min(deciding)  # what is asked is not so if any part of it is not
    others = any(
        each.sign < 0 and each.what not in affirmed and not each.decides for each in sentence
    )
    return None if only > 0 and others else only


def _weight(word: str) -> float:
    """Pairs of Chinese characters overlap, and may straddle words."""
    return _WORD if word.isascii() else _LIGHT


def _heft(told: Sequence[_Told]) -> float:
    return sum(each.weight for each in told)


def _long_words(text: str) -> set[str]:
    return {stem(word) for word in re.findall(r"[a-z0-9]{4,}", text)} - {"market", "cluster"}


_TELLING = next(sense for sense in OPPOSED if sense.so.search("publish"))
