"""Program records as readable text, in English and then in Simplified Chinese."""

from __future__ import annotations

import re
from typing import get_args

from kb.programs.program import Program, ProgramKind, Status, Term, TermField
from kb.records import Grade, Language, Layer, Passage, Source
from kb.texts.documents import Document, content_version
from kb.texts.parents import with_parents

LABELS: dict[TermField, tuple[str, str]] = {
    "offer": ("What you get", "提供内容"),
    "price": ("Price", "价格"),
    "duration": ("Duration", "期限"),
    "eligibility": ("Who may apply", "申请资格"),
    "strings": ("Strings attached", "附带条件"),
    "investment": ("Investment", "投资"),
    "apply": ("How to apply", "申请方式"),
    "status": ("Status", "现状"),
    "background": ("Background", "背景"),
    "caution": ("Caution", "注意"),
}
KINDS: dict[ProgramKind, tuple[str, str]] = {
    "investor": ("investor program", "投资机构计划"),
    "cloud": ("cloud credits", "云厂商额度"),
    "vendor": ("chip maker's program", "芯片厂商计划"),
    "broker": ("broker of capacity", "算力中介"),
    "loan": ("loan for compute", "算力贷款"),
    "deal": ("investment tied to compute", "与算力绑定的投资"),
    "public": ("public program", "公共计划"),
}
STATUSES: dict[Status, tuple[str, str]] = {
    "active": ("active", "进行中"),
    "shrinking": ("shrinking", "收缩中"),
    "ended": ("ended", "已结束"),
    "unknown": ("status unknown", "现状不明"),
    "unconfirmed": ("unconfirmed", "未经证实"),
}
GRADES: dict[Grade, tuple[str, str]] = {
    "official": ("official", "官方"),
    "on_record": ("on the record", "公开表态"),
    "reported": ("reported", "媒体报道"),
    "rumor": ("rumor", "传闻"),
}
_UNDATED = ("undated", "日期不详")
_NOT_STATED = ("Not stated in the sources", "来源未说明")
_ADDRESS = re.compile(r"https?://[^\s;]+")
_LANGUAGES: tuple[Language, Language] = ("en", "zh-Hans")


def render(program: Program, layer: Layer = "starter") -> Document:
    """A program as one source with a passage for each term in each language.

    The source's language is "en" and its text the same for the same record. A passage covers the
    sentences of its term only; label, grade, publisher and date stand around it in the text. The
    version covers the whole record: links and aliases are indexed though they are not shown.
    """
    text = ""
    places: list[tuple[Term, int, int, int]] = []
    for side in (0, 1):
        text += ("\n\n" if text else "") + _heading(program, side)
        for term in in_shown_order(program):
            sentence = _sentence(term, side)
            colon = ("：", ": ")[side == 0]
            text += f"\n{LABELS[term.field][side]}{colon}"
            places.append((term, side, len(text), len(text) + len(sentence)))
            text += f"{sentence}  [{_provenance(term, side)}]"
        if program.not_stated:
            labels = ("、", ", ")[side == 0].join(LABELS[f][side] for f in program.not_stated)
            text += f"\n{_NOT_STATED[side]}{('：', ': ')[side == 0]}{labels}"
    source = Source(
        id=program.id,
        version=content_version(
            text, program.model_dump_json(by_alias=True, exclude_defaults=True)
        ),
        kind="program",
        title=f"{program.name.en} · {program.sponsor.en}",
        language="en",
        text=text,
        layer=layer,
        visibility="public" if program.is_public else "fund",
    )
    passages = with_parents([_passage(program, source, *place) for place in places], text)
    names = [program.name.en, program.name.zh_hans, program.sponsor.en, program.sponsor.zh_hans]
    return Document(source, tuple(passages), " · ".join(dict.fromkeys([*names, *program.aliases])))


def _heading(program: Program, side: int) -> str:
    name, sponsor = _names(program, side)
    return f"{name} · {sponsor}\n{KINDS[program.kind][side]} · {STATUSES[program.status][side]}"


def _names(program: Program, side: int) -> tuple[str, str]:
    if side == 0:
        return program.name.en, program.sponsor.en
    return program.name.zh_hans, program.sponsor.zh_hans


def in_shown_order(program: Program) -> list[Term]:
    """The terms of a program in the order in which its text and its passages hold them."""
    order = get_args(TermField)
    return sorted(program.terms, key=lambda term: order.index(term.field))


def _sentence(term: Term, side: int) -> str:
    return term.en if side == 0 else term.zh_hans


def publisher(term: Term, side: int) -> str:
    """Who published a term, in English (side 0) or Chinese (1) where it has a name there."""
    return (side and term.publisher_zh_hans) or term.publisher


def _provenance(term: Term, side: int) -> str:
    return f"{GRADES[term.grade][side]} · {publisher(term, side)} · {term.as_of or _UNDATED[side]}"


def _passage(
    program: Program, source: Source, term: Term, side: int, start: int, end: int
) -> Passage:
    name, sponsor = _names(program, side)
    address = _ADDRESS.match(term.source)  # others, and remarks, may follow the first
    return Passage(
        source=source.id,
        version=source.version,
        start=start,
        end=end,
        text=source.text[start:end],
        language=_LANGUAGES[side],
        title=f"{name} · {sponsor}",
        header=f"{name} · {sponsor} · {LABELS[term.field][side]}",
        kind="program",
        grade=term.grade,
        publisher=publisher(term, side),
        as_of=term.as_of,
        url=address[0] if address else None,
        program=program.id,
        field=term.field,
    )
