"""What kind of answer a question asks for, and where a sentence tells one.

A sentence about the subject answers only where it tells something of that kind, and tells it of
what is asked: the date next to "founded", the number next to "inhabitants". So the words of a
question beside its question word are its focus, and nearness to them counts.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.builtin.coverage import stem
from assistant.builtin.wanted import quantities
from kb.texts.detect import CJK
from kb.texts.folding import fold
from tools.quantities import Unit

_DATES = frozenset({Unit.YEAR, Unit.DATE})
_REACH = {"en": 40.0, "zh": 10.0}
"""How far, in characters, an answer may stand from the focus until it counts for a third."""

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹章苏潘葛范彭鲁马方任袁柳鲍史唐费"
    "薛雷贺汤罗毕郝安常于傅齐康伍余顾孟黄萧尹姚邵汪毛狄米戴宋庞熊纪舒屈项祝董梁杜阮蓝季贾江郭林徐邱"
    "高夏蔡田胡霍万卢莫丁邓洪包左石崔程陆翁侯段刘龙叶黎白游习温曾凌"
)
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("date", re.compile(
        r"\bwhen\b|what year|which year|what date|what years|which century"
        r"|什么时候|何时|哪一?年|哪天|几月")),
    ("duration", re.compile(r"how (?:long|old)|多久|多长时间|几年|多少年")),
    ("size", re.compile(
        r"how (?:large|big|tall|high|far|deep|wide|heavy)|面积|多大|多长|多高|多远|全长|重量")),
    ("number", re.compile(
        r"how (?:many|much)|what number|percent|多少|(?<!哪)几[个届种次家座人名位支颗项]")),
    ("person", re.compile(r"\bwhom?\b|谁|哪[一两二]?位|哪个人|作者是")),
    ("place", re.compile(
        r"\bwhere\b|(?:which|what) (?:country|city|state|town|place|continent)"
        r"|哪里|哪儿|在哪(?![个家些款种几])|位于|哪一?个?(?:城市|国家|省|地方|州|市|县)")),
    ("list", re.compile(
        r"\b(?:which|what) (?:\w+ ){0,3}?(?!this|is|was|has|does)\w{3,}s\b|\blist\b|\bname the\b"
        r"|\bwhat are\b|\bwho all\b"
        r"|哪些|有谁|哪几|分别|列(?:一?下|出|举|个)|有哪")),
    ("reason", re.compile(r"\bwhy\b|purpose|reason|为什么|为何|原因|目的")),
)  # fmt: skip
# "Who is Ada Moor?"
WHO_IS_NAMED = re.compile(
    r"\b[Ww]ho(?:[’']s| is| was| are) [A-Z]"
    r"|^who(?:[’']s| is| was) (?!(?:the|an?|our|your|behind|in|on|to|at)\b|\w+ing\b)"
    r"[a-z]+ [a-z]+\W*$"
)
_MEMBERS = 3
"""So many things named side by side are a list."""
_LISTED = re.compile(
    r"[\w’'.$%+-]+(?: [\w’'.$%+-]+){0,4}(?:, [\w’'.$%+-]+(?: [\w’'.$%+-]+){0,4})*,? (?:and|or) \w+"
)
_LISTED_CHINESE = re.compile(r"[^，。；：、]{1,16}(?:、[^，。；：、]{1,16})+")
_AND_CHINESE = re.compile(r"(?<=[^，。；：、])(?:以及|[和与及])(?=[^，。；：、])")


def members(sentence: str) -> int:
    """How many things a sentence names side by side: "A, B and C", "A、B和C", or
    figures of one kind."""
    english = (m.group().count(", ") + 2 for m in _LISTED.finditer(sentence))
    chinese = (
        m.group().count("、") + 1 + bool(_AND_CHINESE.search(m.group().rpartition("、")[2]))
        for m in _LISTED_CHINESE.finditer(sentence)
    )
    tiers = Counter(each.unit for each in quantities(sentence)).values()
    return max((*english, *chinese, *tiers), default=0)


_QUESTION_WORD = re.compile(
    r"有?(?:哪些|哪几[个种]?|哪一?[个种位年天]?|多少|几[个种届]|什么|谁|哪里|哪儿|多大|多长|多高|多久)"
)
_BEFORE_NOUN = re.compile(r"^(?:个|种|位|名|届|座|家|的|著名|有名|主要|知名|代表)+")
_AFTER_NOUN = re.compile(r"(?:是|在|有|位于|的人|的|为|总|现任)+$")
_TYPE_NOUNS = frozenset(
    map(stem, "year date number country city state town place century people person".split())
)
_SIZE = re.compile(
    r"\d[\d,.万亿千百 ]*\s*(?:平方|公顷|亩|k?m[²2]?\b|sq|acres?|hectares?|公里|千米|米|英里|里|厘米"
    r"|公分|公斤|千克|克|吨|kg|feet|ft|met(?:re|er)s?|miles?|cm|inches|光年|度)"
)
_CENTURY = re.compile(r"\d{1,2}世纪|\b\d{1,2}(?:st|nd|rd|th) century|(?<!\d)[12]\d{3}(?!\d)")
_PERSON_ENGLISH = re.compile(r"[A-Z][\w'’.-]+(?: (?:[A-Z]\.|de|van|von|al|bin|of))* [A-Z][\w'’-]+")
_PERSON_CHINESE = re.compile(
    rf"[{CJK}]{{1,6}}·[{CJK}]{{1,8}}|(?<![{CJK}])[{_SURNAMES}][{CJK}]{{1,2}}(?![{CJK}])"
    rf"|(?:由|是|为|者|长|人|家|与|和|员|王|帝)[{_SURNAMES}][{CJK}]{{1,2}}"
    rf"|[{_SURNAMES}][{CJK}]{{1,2}}(?:先生|女士|出任|担任|任|创|于|是|等|和|、|,)"
    r"|[A-Z][\w'’.-]+ [A-Z][\w'’-]+"
)
_FULL_NAME = re.compile(
    rf"(?<![A-Za-z])[A-Z][a-z]+ [A-Z][a-z]+(?![A-Za-z]|['’]s)|[{CJK}]{{2,6}}·[{CJK}]{{1,8}}"
)
_OPENERS = frozenset(
    "With The In By Of For On At From After Before When While If As And But".split()
)
_PLACE_ENGLISH = re.compile(r"\b(?:in|at|from|near|of|to) (?:the )?[A-Z]\w+|located|headquarter")
_PLACE_CHINESE = re.compile(rf"位于|坐落|地处|总部|首都|[{CJK}]{{1,6}}(?:市|省|县|州|国|区|镇|岛)")
_REASON = re.compile(
    r"\b(?:because|since|so that|in order|due to|purpose|aims?|intended)\b|因为|由于|因此|所以|为了"
    r"|目的|旨在|导致"
)


@dataclass(frozen=True)
class Asked:
    """The kind of answer ("date", "person", ...; None where any sentence may be one), and the
    words of the question that it should stand beside."""

    question: str
    language: str
    kind: str | None
    focus: tuple[str, ...]

    def nearness(self, sentence: str) -> float | None:
        """How near (0 to 1) an answer of this kind stands to the focus; None where the kind or
        the focus tells nothing."""
        if self.kind == "list":
            return 1.0 if members(sentence) >= _MEMBERS else None
        if self.kind is None or not self.focus:
            return None
        folded = fold(sentence)
        answers = self._answers(sentence, folded)
        places = [at for word in self.focus for at in _places(folded, word)]
        if not answers or not places:
            return 0.0
        apart = min(abs(a - b) for a in answers for b in places)
        return math.exp(-apart / _REACH[self.language])

    def tells_name(self, sentence: str) -> bool:
        """Whether a sentence gives a person's full name that the question does not hold,
        wherever it stands."""
        asked = fold(self.question)
        names = [match.group().split() for match in _FULL_NAME.finditer(sentence)]
        return any(fold(words[-1]) not in asked for words in names if words[0] not in _OPENERS)

    def _answers(self, sentence: str, folded: str) -> list[int]:
        """Where a sentence tells something of the kind that the question does not hold itself."""
        if self.kind == "size":
            return [match.start() for match in _SIZE.finditer(folded)]
        if self.kind in ("date", "duration", "number"):
            return self._figures(sentence)
        if self.kind == "reason":
            return [match.start() for match in _REASON.finditer(folded)]
        chinese = self.language == "zh"
        if self.kind == "person":
            pattern, text = (_PERSON_CHINESE, folded) if chinese else (_PERSON_ENGLISH, sentence)
        else:
            pattern, text = (_PLACE_CHINESE, folded) if chinese else (_PLACE_ENGLISH, sentence)
        question = fold(self.question)
        return [
            match.start()
            for match in pattern.finditer(text)
            if fold(match.group().split()[-1]) not in question or match.group() in ("首都", "总部")
        ]

    def _figures(self, sentence: str) -> list[int]:
        found = quantities(sentence)
        if self.kind == "number":
            wanted = [q for q in found if q.unit not in _DATES]
        elif self.kind == "date":
            wanted = [q for q in found if q.unit in _DATES]
        else:
            wanted = [q for q in found if q.unit in (*_DATES, Unit.DURATION_DAYS)]
        told = [q.text for q in wanted]
        if self.kind == "date" and not told:
            told = [match.group() for match in _CENTURY.finditer(sentence)]
        return [sentence.find(text) for text in told if text not in self.question]


def read_asked(question: str, language: str, content: Mapping[str, float]) -> Asked:
    """What a question asks for. `content` are its content terms (`coverage.content_terms`)."""
    folded = fold(question)
    if WHO_IS_NAMED.search(question):  # what is told of the person answers
        return Asked(question, "en", None, ())
    side = "en" if language == "en" else "zh"
    kind = next((name for name, cue in _KINDS if cue.search(folded)), None)
    if kind == "list":
        return Asked(question, side, kind, ())
    focus = _beside(folded) if side == "zh" else _words(question, content)
    return Asked(question, side, kind, tuple(focus))


def _beside(folded: str) -> list[str]:
    """The last two characters of what follows a Chinese question word, or else goes before it."""
    word = _QUESTION_WORD.search(folded)
    if word is None:
        return []
    after = _BEFORE_NOUN.sub("", folded[word.end() :].strip("？?的是 "))
    before = _AFTER_NOUN.sub("", folded[: word.start()])
    noun = after if len(after) >= 2 else before
    return [noun[-2:]] if len(noun) >= 2 else []


def _words(question: str, content: Mapping[str, float]) -> list[str]:
    """The content words of an English question that are no names."""
    names = {stem(fold(word)) for word in re.findall(r"(?<!^)\b[A-Z][\w-]*", question)}
    plain = [stem(term) for term in content if term.isascii() and not term.startswith("@")]
    own = [word for word in plain if word not in _TYPE_NOUNS]
    return [word for word in own if word not in names] or own


def _places(folded: str, word: str) -> Sequence[int]:
    if word.isascii():
        return [match.start() for match in re.finditer(rf"\b{re.escape(word)}", folded)]
    return [match.start() for match in re.finditer(re.escape(word), folded)]
