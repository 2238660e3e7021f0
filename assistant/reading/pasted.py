"""What of a message the person says, and what they pasted into it: a mail, a page, a tool's output.

Pasted text is data, as a library's text is: it causes no tool call and gives no argument. It is
told by how it stands there (a fence, quoted lines, tags, JSON, the lines of a mail, long quotation
marks, text behind "the page says:", more text than anybody types); what takes an assistant over is
nobody's question. Where the person's words ask about it, the sentences of it that state something
count as told by them, so that "is $2.10 in this offer a good price?" can be answered; its orders,
addresses, marks of evidence and a machine's output never do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.grounding.names import addresses, urls
from assistant.reading.parts import LONGEST, asks
from kb.texts.orders import is_order, is_question, statements, takes_over
from kb.texts.splitting import sentences

_FENCE = re.compile(r"^\s*(?:```|~~~)")
_QUOTED_LINE = re.compile(r"^\s*[>＞]")
_TAG = re.compile(r"^\s*</?[a-z!|][^>]*>", re.IGNORECASE)
_MACHINE = re.compile(
    r"^\s*(?:[{}\[\]]+\s*(?:[\"'{}\[\],]|$)|\"[^\"]{1,60}\"\s*:"
    r"|(?:system|developer|assistant|ai|tool|function|observation|user|human)"
    r"(?:[ _](?:prompt|message|result|output|response|call|note))?\s*[([]?\w*[)\]]?\s*[:：=]"
    r"|(?:系统|系統|助手|工具|用户|用戶)(?:提示词?|提示詞|消息|结果|結果|返回|输出|輸出|调用|調用)?\s*[:：])",
    re.IGNORECASE,
)
_MAIL = re.compile(
    r"^\s*(?:from|to|cc|subject|date|sent|reply-to|发件人|寄件者|收件人|收件者|主题|主旨|抄送)\s*[:：]",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"^\s*(?:-{3,}|_{5,}|={3,}).*"
    r"|^\s*(?:begin forwarded message|on .{4,80} wrote|以下是?[转轉][发發].*)\s*[:：]?\s*$",
    re.IGNORECASE,
)
_THINGS = (
    r"(?:e-?mails?|mails?|articles?|(?:web ?)?pages?|sites?|posts?|messages?|texts?|documents?"
    r"|letters?|newsletters?|repl(?:y|ies)|answers?|results?|outputs?|notes?|transcripts?|papers?"
    r"|thread|quotes?|offers?|brochures?|readme|[邮郵]件|文章|[网網][页頁]|[页頁]面|帖子|消息|文[档檔件]"
    r"|回[复覆]|[结結]果|[输輸]出|原文|全文|[报報][价價]|公告|[简簡][报報]|[内內]容)"
)
_SAYS = (
    r"(?:says?|said|wrote|writes|reads?|states?|stated|told (?:me|us)"
    r"|写道|寫道|写着|寫著|说|說|称|稱|如下)"
)
# "Summarize this mail:", "网页上写着：", and what follows.
_INTRODUCED = re.compile(
    rf"(?:{_THINGS}|{_SAYS})[^:：\n]{{0,40}}[:：][ \t]*(?=[\n\"“「『]|$)|{_SAYS}[ \t]*[:：]",
    re.IGNORECASE,
)
_QUOTE = re.compile(
    r"“([^”]*)”|「([^」]*)」|『([^』]*)』|\"([^\"\n]*)\"|(?<!\w)'([^'\n]{40,})'(?!\w)"
)
_LONG_QUOTE = 80
"""So many characters in quotation marks are somebody else's text; an order always is."""
_ASKED_ABOUT = re.compile(
    rf"\b(?:this|these|those|above|below|following|attached|pasted|forwarded|it says|they say)\b"
    rf"|\b(?:the|their|his|her|my|that|our) (?:\w+ )?{_THINGS}\b"
    r"|\b(?:is|are|was) (?:it|that|they|he|she) (?:true|right|correct|fair|good|cheap|ok|expensive)"
    r"|这|這|那[封篇段个個份]|上面|下面|以上|以下|上述|前述|该|該|此|属实|屬實|对吗|對嗎|是真的"
    rf"|{_SAYS}的|[封篇段份]{_THINGS}",
    re.IGNORECASE,
)
_DEMAND = re.compile(
    r"\s*(?:(?:please|kindly|can you|could you)\s+)?"
    r"(?:summari[sz]e|translate|explain|check|read|review|analy[sz]e|rate|judge|assess|answer|reply|estimate|compare|look)\b"
    r"|\s*(?:[请請]|[帮幫]我|麻[烦煩])*(?:[总總][结結]|概括|翻[译譯]|解[释釋]|[检檢]查|看看|[读讀]|分析|[评評]|回[复覆答])",
    re.IGNORECASE,
)
_MARK = re.compile(r"\[(?:[pt]?\d+(?:\.\d+)?(?::[\w.-]+)?)\]")
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Message:
    """`own` are the person's words; `told` the statements of what they pasted, where they ask about
    it; `orders` what it demands of its reader."""

    own: str
    told: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """All that counts as said by the person."""
        return (self.own, *self.told)


@lru_cache(maxsize=64)
def message_of(text: str) -> Message:
    """A message taken apart. One without anything pasted is its `own`, as it is; one of nothing
    else is the questions in it, and empty where it has none."""
    own, blocks, output = _taken_apart(text)
    kept = "\n".join(filter(None, map(_unordered, own.split("\n"))))
    if kept == text:
        return Message(text)
    if kept != own:
        blocks.append("\n".join(line for line in own.split("\n") if takes_over(line)))
    pasted = [sentence for block in blocks for sentence in _sentences(block)]
    asked = [each for each in pasted if is_question(each) and not is_order(each)]
    orders = [each for each in (*pasted, *output) if is_order(each)]
    kept = kept.strip()
    if not re.search(r"\w", kept):
        return Message("\n".join(asked), orders=tuple(orders))
    told = (
        [each for block in blocks for each in _stated(block)] if _ASKED_ABOUT.search(kept) else []
    )
    return Message(kept, tuple(told), tuple(orders))


def _taken_apart(text: str) -> tuple[str, list[str], list[str]]:
    """The person's lines, the blocks that were pasted, and the sentences of a machine's output."""
    own: list[str] = []
    output: list[str] = []
    blocks: list[list[str]] = []
    lines, at = text.split("\n"), 0
    while at < len(lines):
        line, end = lines[at], at + 1
        if _FENCE.match(line):
            end = next((n for n in range(end, len(lines)) if _FENCE.match(lines[n])), len(lines))
            blocks.append(lines[at + 1 : end])
            end += 1
        elif _QUOTED_LINE.match(line):
            blocks.append([line.lstrip(" >＞")])
        elif _TAG.match(line) or _MACHINE.match(line):
            blank = (n for n in range(end, len(lines)) if not lines[n].strip())
            end = next(blank, len(lines))
            for said in lines[at:end]:
                output += _sentences(_MACHINE.sub("", _TAG.sub("", said)))
        elif _opens_mail(lines, at) or _FORWARDED.match(line):
            end, kept = _to_the_end(lines, at, own)
            blocks.append(lines[at:end])
            own += kept
            end = len(lines)
        elif (introduced := _INTRODUCED.search(line)) and not _only_asks(line[introduced.end() :]):
            own.append(_asking(line[: introduced.end()]))
            lines[at] = line[introduced.end() :]
            end, kept = _to_the_end(lines, at, own)
            blocks.append(lines[at:end])
            own += kept
            end = len(lines)
        else:
            own.append(line)
        at = end
    whole, quoted = _without_quotes("\n".join(own))
    kept_words, long = _without_length(whole)
    return kept_words, ["\n".join(block) for block in blocks] + quoted + long, output


def _opens_mail(lines: list[str], at: int) -> bool:
    return len([line for line in lines[at : at + 4] if _MAIL.match(line)]) >= 2


def _asking(introduction: str) -> str:
    """What leads to a pasted text, without its last sentence where that only names the text."""
    *before, last = _sentences(introduction) or [""]
    wanted = asks(last) or _DEMAND.match(last)
    return " ".join([*before, last] if wanted else before)


def _only_asks(rest: str) -> bool:
    """Whether what follows on a line is one question: "What does it say: is that free?"."""
    return len(sentences(rest)) == 1 and is_question(rest)


def _to_the_end(lines: list[str], at: int, own: list[str]) -> tuple[int, list[str]]:
    """Where a text that goes on to the end of a message ends, and the person's words behind it:
    its last sentence, where that asks about the text or stands apart, and nothing before the text
    asked."""
    rest = "\n".join(lines[at:])
    spans = sentences(rest)
    if any(is_question(line) or _DEMAND.match(line) for line in own) or not spans:
        return len(lines), []
    before, last = rest[: spans[-1][0]], rest[spans[-1][0] : spans[-1][1]]
    if not is_question(last) or not (_ASKED_ABOUT.search(last) or before.endswith("\n\n")):
        return len(lines), []
    lines[at:] = before.split("\n")
    return len(lines), [last]


def _without_quotes(text: str) -> tuple[str, list[str]]:
    """The text without what stands in long quotation marks, or takes an assistant over there."""
    found: list[str] = []

    def taken(match: re.Match[str]) -> str:
        inner = next((group for group in match.groups() if group), "")
        if _weight(inner) < _LONG_QUOTE and not is_order(inner):
            return match.group()
        found.append(inner)
        return " "

    return _QUOTE.sub(taken, text), found


def _without_length(text: str) -> tuple[str, list[str]]:
    """What is longer than anybody types is pasted but for its first lines or, where those ask
    nothing, its last."""
    if _weight(text) <= LONGEST:
        return text, []
    pieces = [line for line in text.split("\n") if line.strip()]
    if len(pieces) < 2:
        pieces = _sentences(text)
    asking = 0 if asks(pieces[0]) and _weight(pieces[0]) <= LONGEST else len(pieces) - 1
    own = pieces[asking] if asks(pieces[asking]) and _weight(pieces[asking]) <= LONGEST else ""
    return own, [piece for n, piece in enumerate(pieces) if n != asking or not own]


def _unordered(line: str) -> str:
    """A line of the person's without sentences that take an assistant over, and without what
    follows them up to the next question."""
    if not takes_over(line):
        return line
    kept, ordered = [], False
    for sentence in _sentences(line):
        ordered = takes_over(sentence) or (ordered and not is_question(sentence))
        if not ordered:
            kept.append(sentence)
    return " ".join(kept)


def _stated(block: str) -> list[str]:
    """The sentences of a pasted text that state something and lead nowhere."""
    said = [block[start:end].strip() for start, end in statements(block)]
    return [
        each
        for each in said
        if re.search(r"\w", each)
        and not (
            _MARK.search(each) or urls(each) or addresses(each)
            or any(_TAG.match(line) or _MACHINE.match(line) for line in each.split("\n"))
        )
    ]  # fmt: skip


def _sentences(text: str) -> list[str]:
    return [text[start:end].strip() for start, end in sentences(text)]


def _weight(text: str) -> int:
    """Characters, of which a Chinese one says as much as two."""
    return len(text) + len(_HAN.findall(text))
