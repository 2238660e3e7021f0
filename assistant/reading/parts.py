"""A message of several questions, taken apart: what is asked, and what is only told beside it.

A message is cut where a sentence ends, where a numbered item begins, and before words that lead
to a further question ("and also", "另外", "顺便问下"). What asks nothing by itself is context of
the questions beside it. Whether two pieces that ask belong to one job is decided by
`assistant.reading.message`, which reads them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from assistant import cues
from assistant.reading.sides import only_wants_table
from kb.texts.folding import fold

_SENTENCE_END = re.compile(
    r"(?<=[。？！；?!;])\s*|(?:(?<=[a-z)\d]\.)|(?<=\d[A-Z]\.))\s+(?=[A-Z\"“(])|\n+"
)
_ITEM = re.compile(
    r"(?:^|(?<=[\s。；;，,：:？?]))(?:[（(]?(?P<n>\d{1,2})[.)）、](?!\d)|(?P<c>[①-⑨])"
    r"|[（(]?(?P<z>[一二三四五六七八九])[)）、])\s*"
)
_ASKING = (
    r"(?:how|what|what['’]?s|who|who['’]?s|whom|whose|when|where|which|why"
    r"|(?:is|are|was|were|does|do|did|can|could|would|will|should) "
    r"(?:it|they|we|i|you|there|he|she|that|this|our|the|an?|any(?:one|body)?|[a-z]+ing|[A-Z]\w*))"
)
_PLACED = (
    r"(?:at|by|in|for|to|with|from|on|since|until|under|of|after|through) "
    r"(?:what|which|whom|whose|how (?:many|much|long))"
)
_TELL = (
    r"(?:please )?(?:tell (?:me|us)|show (?:me|us)?|list|give (?:me|us)|estimate|calculate|compare"
    r"|explain|say (?:which|whether|if|who)|rank|check (?:whether|if|that)|work out|find out"
    r"|find (?:me|us))"
)
_WISHED = (
    r"(?:an? (?:rough |quick |training |serving |inference |fine-?tuning |cost |price )*"
    r"(?:estimate|quote|forecast|comparison|ranking)|the (?:(?:current|latest|going|list|market"
    r"|hourly|monthly|spot|usual) )*(?:terms|price|rate|cost|conditions|queue|trend|history) )"
)
_ENGLISH = re.compile(
    rf"(?:,\s*(?:(?:and|but|plus|so)\s+)?|\s+(?:and|plus)\s+)(?:(?:also|then|secondly)[, ]+)?"
    rf"(?={_TELL}\b)"
    rf"|,\s*(?:and|but|plus)\s+(?:(?:also|then|secondly|finally)[, ]+)*(?={_ASKING}\b)"
    rf"|\s+(?:and|plus|&)\s+(?:(?:also|then)\s+)?(?=(?:how|what|who|when|where|why)\b(?!\s+not))"
    rf"|\s+and\s+(?=(?:does|do|did|is|are|can|could) (?:[A-Z]\w*|it|they|we|i|there)\b)"
    rf"|(?:,\s*|\s+)and\s+(?={_PLACED} (?:[\w’']+ ){{2}})"
    r"|,\s*and\s+(?=(?:do|does|did) [a-z]+ )"
    r"|,\s*(?=who\b[^,?]*,\s*and\s+(?:at |by |in )?(?:how|what|when|where|why|which)\b)"
    rf"|(?:,\s*|\s+)(?:and|plus)\s+(?={_WISHED})"
    rf"|,\s*(?=(?:how|what|what['’]?s|whats|who['’]s|why)\b)"
    rf"|,\s*(?=(?:where|when) (?:is|are|do|does|did|can|will) (?:it|they|we|he|she|i)\b)"
    rf"|(?:,|;|\s-)?\s+(?:also|plus|by the way|btw|one more thing)\b[,:]?\s*"
    rf"(?={_ASKING}\b|{_TELL}\b)"
)
# The same in a message that is Chinese before it.
_MIXED = re.compile(rf"[,，;；]\s*(?:and|but|plus|also)\s+(?:also )?(?={_ASKING}\b|{_TELL}\b)")
_FURTHER = re.compile(
    r"[，,；;、。\s]*(?:另外|此外|(?<!现在)(?<!現在)[还還]有(?![没沒效用机機资資多几幾剩空])(?:就是)?|以及|[顺順](?:便|道)(?:再)?(?:[问問](?:一)?下?|看(?:一)?下|[帮幫]我)?"
    r"|同[时時](?:也)?|然[后後](?:再)?|[还還]想(?:[问問知]道?|了解)|再(?=[估看告帮幫列算查排比介说說给給])"
    r"|[并並](?:且)?(?=[估告列比算]))[，,：:\s]*"
)
_CLAUSE = re.compile(r"[，,、；;]\s*")
_QUESTION_WORD = re.compile(
    r"多少|多久|多[大高长長快远遠贵貴]|几(?!乎|年前|家都)|幾(?!乎)|什[么麼]|甚麼|啥|[谁誰]|哪|怎|如何|何[时時]|[吗嗎呢]"
    r"|是否|能否|可否|能不能|有[没沒]有|值不值|[为為]何|[够夠]不[够夠]|是不是|要不要|[划劃]不[划劃]算"
    r"|([\u4e00-\u9fff])[不没沒]\1|[^不没沒][不没沒][?？\s]*$"  # 收不收, 要付錢不
)
_CHINESE_ORDER = re.compile(
    r"^(?:[请請麻烦煩先再也都幫帮我们們下您你想要得给給]|另外)*(?:列|比[较較]|[对對]比|[对對]照|估|算|[说說讲講]|"
    r"介[绍紹]|告[诉訴]|排|看(?:一)?(?:下|看)|查|推[荐薦]|找)|[对對]比一下|比[较較]一下|看一下|估(?:算)?一下"
)
_LEADS = re.compile(
    r"^(?:(?:hi|hey|hello|ok|okay|so|and|also|then|but|please|well|just|quick one|btw)\b"
    r"[,:!]?\s*)*"
    rf"(?:{_ASKING}\b|{_TELL}\b|{_WISHED}|whats\b|(?:i|we) (?:need|want)\b(?! to\b))",
    re.IGNORECASE,
)
_ANYWHERE = re.compile(
    rf"(?:[,:;]\s|\b(?:before \w+|know|wonder(?:ing)?|see) ){_ASKING}\b"
    r"|\b(?:thinks?|says?|gives?|gets?|costs?|pays?|charges?|offers?|expects?|wants?) "
    r"(?:what|how much|how many)\b",  # "Acme charges how much?"
    re.I,
)
_NUMBERED = re.compile(
    r"^(?:first|second|third|last|final)(?:ly)?[,:]\s+|^其[一二三次][，,：:]|^第[一二三][，,：:]",
    re.I,
)
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_NAME = 24
LONGEST = 1200
"""Characters; what is longer holds a text that was pasted in, and is not taken apart."""
MOST = 6
"""So many questions are answered one by one; a message with more of them is read as one."""


@dataclass(frozen=True)
class Piece:
    """A stretch of a message: a question of its own, or what is told beside one."""

    text: str
    asks: bool


def pieces(text: str, whole: Callable[[str], bool] = lambda _: False) -> list[Piece]:
    """The stretches of a message in their order; one where it cannot be taken apart. Of a sentence
    that asks the same of several, `whole` tells whether it is to stay one question."""
    if len(text) > LONGEST:
        return [Piece(text, asks=True)]
    stretches = [cut for item in _items(text) for cut in _cut(item, whole)]
    found = [Piece(part, asks=asks(part)) for part in stretches if re.search(r"\w", part)]
    if sum(piece.asks for piece in found) > MOST:
        return [Piece(text, asks=True)]
    return found or [Piece(text, asks=True)]


def _items(text: str) -> list[str]:
    """The items of a numbered list that counts from 1, what stands before them first."""
    starts: list[tuple[int, int]] = []
    for match in _ITEM.finditer(text):
        if _number(match) == len(starts) + 1:
            starts.append((match.start(), match.end()))
    if len(starts) < 2:
        return [text]
    ends = [start for start, _ in starts[1:]] + [len(text)]
    items = [text[begin:end] for (_, begin), end in zip(starts, ends, strict=True)]
    return [text[: starts[0][0]], *items]


def _number(match: re.Match[str]) -> int:
    if match["n"]:
        return int(match["n"])
    return (
        "①②③④⑤⑥⑦⑧⑨".index(match["c"]) + 1
        if match["c"]
        else "一二三四五六七八九".index(match["z"]) + 1
    )


# "A和B分别给多少", "do A and B each give": the same question of each.
_EACH = re.compile(
    r"^(?P<before>)(?P<names>[^，,。？?！!；;]{2,40}?)(?P<each>各自?|分[别別])(?P<behind>.*)$"
    r"|^(?P<lead>(?:\w+ )+?)(?P<latin>[A-Z][\w.’'-]*(?: [A-Z\d][\w.’'-]*)*"
    r"(?:(?:, | and |, and )[A-Z][\w.’'-]*(?: [A-Z\d][\w.’'-]*)*)+) each(?P<rest>\b.*)$"
)
_AND = re.compile(r"\s*(?:、|以及|[和跟与與及])\s*|,? and |, ")


def _of_each(sentence: str) -> list[str]:
    """A sentence that asks the same of several, once for each."""
    match = _EACH.search(sentence)
    if match is None or not asks(sentence) or cues.COMPARE.search(fold(sentence)):
        return [sentence]
    names = _AND.split(match["names"] or match["latin"])
    before, behind = match["before"] or match["lead"] or "", match["behind"] or match["rest"] or ""
    if not 1 < len(names) <= MOST or not all(0 < len(name.strip()) <= _NAME for name in names):
        return [sentence]
    return [f"{before}{name}{behind}" for name in names]


# "the price, term and strings of X", "X的价格、期限和条件": as many questions of X.
_ORDER = r"(?:what(?:['’]s| is| are)|tell me|give me|show me|list|explain)"
_ITEMS = r"[a-z][a-z -]*(?:, [a-z][a-z -]*)*,? and [a-z][a-z -]*"
_FIELDS = re.compile(
    rf"^{_ORDER} (?:about )?(?:the )?(?P<list>{_ITEMS}?)"
    r" (?P<of>(?:of|for|in|behind|at|with) (?:the )?[A-Za-z\d].*)$"
    rf"|^{_ORDER} (?:about )?(?P<whose>[A-Z\d][\w.-]*(?: [A-Z\d][\w.-]*)*['’]s) (?P<own>{_ITEMS})$"
    r"|^(?P<before>[^，。？?、]{2,24}的)(?P<fields>[^，。？?、的]{2,8}(?:、[^，。？?、的]{2,8})*?"
    r"(?:、|以及|和|与|與|及)[^，。？?、的]{2,8}?)"
    r"(?P<behind>(?:都|各|分别|分別)?(?:是什[么麼]|有哪些|是多少|如何|怎[么麼][样樣])?呢?)$",
    re.IGNORECASE,
)
_TERMS = (cues.CREDITS, cues.COST, cues.TIME, cues.TERMS, *(cue for _, cue in cues.FIELDS))
_FIELD_WORDS = 3


def _of_fields(sentence: str) -> list[str]:
    """A sentence that asks for several terms of one program, once for each."""
    match = _FIELDS.search(sentence.rstrip(" ?？.。"))
    if match is None or cues.COMPARE.search(fold(sentence)):
        return [sentence]
    told = match["list"] or match["own"] or match["fields"]
    fields = [field.strip() for field in _AND.split(told)]
    known = [f for f in fields if any(cue.search(fold(f)) for cue in _TERMS)]
    if not 1 < len(fields) <= MOST or len(known) < len(fields) - 1:
        return [sentence]
    if any(len(field.split()) > _FIELD_WORDS for field in fields):
        return [sentence]
    if match["list"]:
        return [f"What is the {field} {match['of']}?" for field in fields]
    if match["own"]:
        return [f"What is {match['whose']} {field}?" for field in fields]
    return [f"{match['before']}{field}{match['behind'] or '是什么'}？" for field in fields]


def _cut(text: str, whole: Callable[[str], bool]) -> list[str]:
    found: list[str] = []
    for whole_sentence in _SENTENCE_END.split(text):
        sentence = _listed(_NUMBERED.sub("", whole_sentence))
        if _CHINESE.search(sentence):
            clauses = [c for each in _FURTHER.split(sentence) for c in _chinese_clauses(each)]
            found += [part for clause in clauses for part in _MIXED.split(clause)]
        else:
            found += _ENGLISH.split(sentence)
    told = [part.strip(" ,，、") for part in found if part]
    found = [each for part in told for each in ([part] if whole(part) else _of_each(part))]
    return [each for part in found if part for each in _of_fields(part)]


# Tells of a question that the asker puts to themselves.
_UNDECIDED = re.compile(r"[纠糾][结結]|[犹猶]豫|拿不定|[没沒]想好|正?在想")
# "A、B还有C，": names side by side, and no further question.
_LAST_OF = re.compile(
    r"(?P<before>(?:^|[，,：:])[^，,：:。？?]{0,24}、[^，,：:。？?、]{1,12}?)\s?[還还]有\s?"
    r"(?=[^，,。？?、]{1,16}(?:[，,。？?的这這各]|三|$))"
)


def _listed(sentence: str) -> str:
    """A sentence in which the last of several names is joined like the others."""
    match = _LAST_OF.search(sentence)
    if match is None or _QUESTION_WORD.search(match["before"]):
        return sentence
    return f"{sentence[: match.end('before')]}、{sentence[match.end() :]}"


def _chinese_clauses(sentence: str) -> list[str]:
    """A sentence cut at the commas behind which a second question stands: 多少張卡、誰在維護."""
    clauses, at = [], 0
    for match in _CLAUSE.finditer(sentence):
        # "那Modal呢，给多少" names what the question is about.
        before = sentence[at : match.start()].rstrip("呢")
        if _UNDECIDED.search(before):
            continue
        if _QUESTION_WORD.search(before) and _QUESTION_WORD.search(sentence[match.end() :]):
            clauses.append(sentence[at : match.start()])
            at = match.end()
    return [*clauses, sentence[at:]]


def is_question(text: str) -> bool:
    """Whether a stretch is put as a question, and no order or wish."""
    said = text.strip()
    if said.endswith(("?", "？")) or _QUESTION_WORD.search(said):
        return True
    return bool(re.match(rf"(?:(?:and|also|so|then|but) )*{_ASKING}\b", said, re.IGNORECASE))


def asks(text: str) -> bool:
    """Whether a stretch asks for something by itself; not that it be put into a table."""
    if only_wants_table(text):
        return False
    if text.rstrip().endswith(("?", "？")):
        return True
    if _CHINESE.search(text):
        return bool(_QUESTION_WORD.search(text) or _CHINESE_ORDER.search(text.strip()))
    return bool(_LEADS.search(text.strip()) or _ANYWHERE.search(text))
