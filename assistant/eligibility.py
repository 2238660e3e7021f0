"""Questions that hold the asker's own company against programs: which, and what they tell of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from assistant import cues
from assistant.company import company_in
from assistant.context import Past
from kb.programs.program import GIVING, Program
from kb.texts.folding import fold
from tools.quantities import Unit

if TYPE_CHECKING:
    from assistant.question import Reading

MOST = 4
"""So many programs that are named by their sponsors only are matched one by one."""
Mentioned = Callable[[str], Sequence[str]]
"""The ids of the programs that a folded text names."""


def company_told(
    text: str, folded: str, past: Sequence[Past], named: Sequence[Program]
) -> dict[str, str]:
    """What this question and those before it tell about the company. Empty where the question is
    not about what the company may get, nor what to keep of it."""
    if cues.REMEMBER.search(folded):
        return company_in(text, named)
    if not any(cue.search(folded) for cue in (cues.ELIGIBLE, cues.SUITS, cues.GIVERS, cues.GIVE)):
        return {}
    return company_so_far(text, past, named)


def company_so_far(text: str, past: Sequence[Past], named: Sequence[Program]) -> dict[str, str]:
    """What a question and those before it tell about the company; the latest word counts."""
    found: dict[str, str] = {}
    for said in (*(turn.question for turn in past), text):
        found |= company_in(said, named)
    return found


def asks_match(reading: Reading) -> bool:
    """Whether the company is to be held against conditions: "are we eligible for Inception?",
    "which programs can a seed startup in France apply to?"."""
    text = reading.folded
    named = bool(reading.programs) or 0 < len(reading.sponsored) <= MOST
    if not cues.ELIGIBLE.search(text):
        # "What fits us" is about programs only where the company is told, and no job is.
        job = reading.first(Unit.PARAMS) or reading.first(Unit.TOKENS) or reading.gpus
        offered = named or cues.PROGRAMS.search(text) or cues.CREDITS.search(text)
        suits = reading.company and offered and cues.SUITS.search(text)
        if job or not (suits or _asks_for_one_of_us(reading)):
            return False
    if not (reading.company or cues.OURS.search(text)):
        return False
    if named:
        return not cues.HOW.search(text)
    if _MATCH_US.search(text):
        return True
    which = cues.WHICH.search(text) or cues.WHAT_CAN.search(text)
    return bool(which) and not cues.HOW.search(cues.WHICH.sub(" ", text))


_MATCH_US = re.compile(r"\bmatch (?:us|me)\b|帮我们?匹配|匹配一下")
_TELLING = ("stage", "raised", "founded", "funds")
"""What is told of nobody but one's own company; a country may be a fund's."""


def _asks_for_one_of_us(reading: Reading) -> bool:
    """Whether it is asked who gives to a company that is told of: "seed round of €2M, Amsterdam:
    who would give us GPUs?"."""
    text = reading.folded
    told = sum(name in reading.company for name in _TELLING)
    givers = cues.GIVERS.search(text) or (cues.GIVE.search(text) and cues.COMPUTE.search(text))
    return bool(told and givers and cues.WHICH.search(text)) and not cues.WHY.search(text)


def asks_fit(reading: Reading) -> bool:
    """Whether the programs are wanted that fit the company, of which the question need not tell
    anything, and whatever it tells of a job: "which funds fit my job and my company?"."""
    text = reading.folded
    wanted = cues.FITS.search(text) and cues.GIVERS.search(text) and cues.WHICH.search(text)
    return bool(wanted and cues.OURS.search(text)) and not reading.programs


_WITHOUT = re.compile(
    r"\b(?:no|without|lack(?:s|ing)?"
    r"|(?:don['’]?t|do not|doesn['’]?t|does not|never) (?:have|hold|got|had))"
    r"((?: (?:an?|any|the))?(?: [a-z][a-z-]+){1,3})"
    r"|(?:没有?(?:拿过|拿到|获得|持有)?|尚?未(?:持有|获得)|无)([一-鿿]{2,8})"
)
_REQUIRES = re.compile(
    r"\b(?:only|must|needs?|requires?|required)\b([^.;]*)|(?:必须|须|要求|需|才|只有|仅限)([^。；]*)"
)
_SHARED = 3
"""So many Chinese characters in a row are the same thing; one less where a 的 ends it."""


def asks_without(reading: Reading, sentence: str) -> bool:
    """Whether the question says that the company lacks what a sentence requires: "with no federal
    grant" against "only with a federal grant"."""
    required = " ".join(
        "".join(each or "" for each in m.groups()) for m in _REQUIRES.finditer(fold(sentence))
    )
    for match in _WITHOUT.finditer(reading.folded):
        english, chinese = match.groups()
        if chinese:
            thing, of_it, _ = chinese.partition("的")
            shared = _SHARED - 1 if of_it else _SHARED
            parts = [thing[n : n + shared] for n in range(len(thing) - shared + 1)]
            if any(part in required for part in parts):
                return True
            continue
        words = [word for word in english.split() if word not in ("a", "an", "any", "the")]
        held = [word for word in words if re.search(rf"\b{re.escape(word.rstrip('s'))}", required)]
        if words and held == words[: len(held)] and len(held) >= min(len(words), 2):
            return True
    return False


# Kinds of companies that programs shut out, as one says that one is such, and as terms say it.
_KINDS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\bnon-?profits?\b|\bnot[- ]for[- ]profit\b|\bcharit(?:y|able)\b|非营利|公益组织|慈善",
        r"\bagenc(?:y|ies)\b|代理(?:公司|机构|商)",
        r"\bconsult(?:ing|anc(?:y|ies)|ants?)\b|咨询",
        r"\b(?:governments?|public bod(?:y|ies))\b|政府",
        r"\b(?:schools?|universit(?:y|ies)|educational)\b|学校|大学|教育机构",
        r"\b(?:publicly )?listed\b|\bipo\b|\bpublic company\b|上市",
        r"\bacquired\b|被收购",
        r"\bcrypto\w*\b|加密货币|挖矿",
    )
)
_SHUT_OUT = re.compile(
    r"\bexclud\w*([^.;]*)|\b(?:not (?:for|open to)|except|neither|nor|no) ([^.;?]*)"
    r"|(?:排除|不接受|不面向|不含|不属于|[既也]非|[既也]不是)([^。；？]*)"
    r"|([^。；，]*)(?:除外|不在[^。；]{0,6}内)"
)
_WE_ARE = re.compile(
    r"\b(?:we|i|my (?:company|startup)|our (?:company|startup|team))"
    r"(?:['’](?:re|m)| (?:are|am|is|run))"
    r"([^.;?!]{2,60})|\b(?:as|we['’]re|for|would|can|could|does|do) an? ([^.;?!]{2,60})"
    r"|(?:我们公?司?|本公司|我司)(?:是|已经?|刚)([^，。；？?！]{2,20})"
)


def is_shut_out(reading: Reading, sentence: str) -> bool:
    """Whether the question says that the company is of a kind that a sentence shuts out: "we are a
    charity" against "excludes agencies and non-profits"."""
    told = " ".join(filter(None, (g for m in _WE_ARE.finditer(reading.folded) for g in m.groups())))
    shut = " ".join(
        filter(None, (g for m in _SHUT_OUT.finditer(fold(sentence)) for g in m.groups()))
    )
    return any(kind.search(told) and kind.search(shut) for kind in _KINDS)


def targets(reading: Reading, programs: Sequence[Program], mentioned: Mentioned) -> list[str]:
    """The programs that the company is held against; empty where all are meant. Those that it is
    in already ("we are in Inception") are not, nor are deals and loans of a named sponsor."""
    giving = {program.id for program in programs if program.kind in GIVING}
    funds, rest = fold(reading.company.get("funds", "")), reading.folded
    for fund in filter(None, funds.split(", ")):
        rest = rest.replace(fund, " ")
    inside = set(mentioned(funds)) - set(mentioned(rest))
    named = [p for p in reading.programs if p not in inside]
    chosen = [p for p in named if p in giving]
    if not chosen and (named or reading.sponsored):
        chosen = [p.id for p in programs if p.id in giving and _sponsored(p, reading.folded)]
    return chosen or named


def _sponsored(program: Program, folded: str) -> bool:
    """Whether a text names the sponsor, if only by the first word of its name."""
    english, chinese = fold(program.sponsor.en).split()[0], fold(program.sponsor.zh_hans)[:2]
    return (len(english) > 3 and english in folded.split()) or (
        not chinese.isascii() and chinese in folded
    )
