"""The agent's tools over program records: `get_program` and `compare_programs`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool

from assistant.evidence import PassageEvidence, passage_evidence
from assistant.knowledge import Knowledge
from assistant.language import in_script
from assistant.toolbox.calls import Found, Output, as_tool, run
from kb.errors import UnknownSource
from kb.programs.citing import Cited
from kb.programs.comparing import Cell, compare
from kb.programs.conditions import Offer, Strings
from kb.programs.names import Parties
from kb.programs.program import GIVING, Program, ProgramKind, Term
from kb.programs.rendering import in_shown_order
from tools.quantities import Unit, find_quantities

GET_EXAMPLES = (
    "What are the terms of a16z Oxygen?",
    "Who can apply to Generate?",
    "氧气计划的条件是什么？",
    "Generate計畫給多少額度？",
)
GET_WORDINGS = (
    "tell me about Conviction",
    "How much credit does Together's accelerator give?",
    "who is behind Andromeda and how do startups get in?",
    "what does Nebius offer young companies?",
    "is Inception free, and what do members get?",
    "how long do AWS Activate credits last?",
    "what strings come with South Park Commons?",
    "when does the Modal credit expire?",
    "how do I apply to NAIRR?",
    "介绍一下仙女座集群",
    "Inception有什么好处？",
    "微软创业计划最多给多少额度？",
    "Modal的额度几个月过期？",
    "怎么申请欧洲的AI工厂？",
    "Conviction 的條件是什麼？",
    "Together 加速器給多少額度？",
    "DigitalOcean Hatch 要怎麼申請？",
)
COMPARE_EXAMPLES = (
    "Which investors give startups GPU access, and on what terms?",
    "Compare Andromeda and Conviction",
    "哪些云厂商给初创公司算力额度？",
    "哪些投資機構提供算力？",
)
COMPARE_WORDINGS = (
    "Oxygen versus Generate, which gives more?",
    "put Modal, Together and Nebius next to each other",
    "which clouds give credits to startups?",
    "list every fund that shares its GPUs",
    "how does Inception differ from Founders Hub?",
    "what public supercomputers can startups use?",
    "all programs that take equity",
    "氧气计划和Generate哪个好？",
    "把Modal、Together、Nebius放一起看看",
    "有哪些政府给的算力补贴？",
    "哪些基金自己囤了显卡给被投公司用？",
    "列出所有给初创公司的云额度",
    "比較 Inception 和 Founders Hub",
    "有哪些雲端公司提供新創額度？",
    "列出所有會給 GPU 的基金",
)
Script = Literal["en", "zh-Hans", "zh-Hant"]


def program_tools(kb: Knowledge) -> list[BaseTool]:
    """The two tools; both return each program's terms as passages in the wanted language."""

    def get_program(
        program: str, runtime: ToolRuntime[Any, Any], language: Script = "en"
    ) -> Output:
        """All terms of one compute program, by its name, sponsor or id."""

        def work(number: int) -> Found:
            found = require_program(kb, program)
            passages = _terms(kb, found, number, 0, language)
            record = _record(found, passages, language)
            grid = _grid(kb, [record], passages, language)["grid"]
            differing = [
                row for row in grid if any(value["disagrees"] for value in row["cells"][0])
            ]
            return Found(record | {"disagreements": differing}, passages)

        args = {"program": program, "language": language}
        return run(runtime, "get_program", args, work)

    def compare_programs(
        runtime: ToolRuntime[Any, Any],
        programs: list[str] | None = None,
        kind: ProgramKind | None = None,
        language: Script = "en",
    ) -> Output:
        """Terms of several programs side by side: those named, or all of one kind, or all. Of those
        named, `grid` has a row for each attribute and in each cell every value that a source
        states, the newest first, with its passage; an empty cell is not stated by any source."""

        def work(number: int) -> Found:
            chosen = (
                [require_program(kb, name) for name in programs]
                if programs
                else [p for p in kb.programs() if kind is None or p.kind == kind]
            )
            records: list[dict[str, Any]] = []
            passages: list[PassageEvidence] = []
            for program in _in_order(chosen):
                terms = _terms(kb, program, number, len(passages), language)
                records.append(_record(program, terms, language))
                passages += terms
            side_by_side = _grid(kb, records, passages, language) if programs else {}
            listed = [p for p in chosen if kind or programs or p.kind in GIVING]
            result = {"count": len(records), **_counts(listed), "programs": records}
            return Found(result | side_by_side, passages)

        args = {"programs": programs, "kind": kind, "language": language}
        return run(runtime, "compare_programs", args, work)

    return [
        as_tool(get_program),
        as_tool(compare_programs),
    ]


def _counts(programs: Sequence[Program]) -> dict[str, int]:
    """How many programs give compute, are shrinking, unconfirmed, or state a price by the hour."""
    hourly = [
        program
        for program in programs
        if any(
            found.unit is Unit.PRICE_PER_GPU_HOUR
            for term in program.terms
            if term.field == "price"
            for found in find_quantities(term.en)
        )
    ]
    status = [program.status for program in programs]
    return {
        "listed": len(programs),
        "shrinking": status.count("shrinking"),
        "unconfirmed": status.count("unconfirmed"),
        "priced_by_the_hour": len(hourly),
    }


def require_program(kb: Knowledge, name: str) -> Program:
    """The program of this name. Raises `UnknownSource`."""
    found = kb.find_program(name)
    if found is None:
        raise UnknownSource(
            f"no program {name!r} in the library", "list them: compute-desk programs"
        )
    return found


def _in_order(programs: list[Program]) -> list[Program]:
    """Confirmed programs first; each once."""
    unique = {program.id: program for program in programs}
    return sorted(unique.values(), key=lambda p: (p.status == "unconfirmed", p.id))


def _terms(
    kb: Knowledge, program: Program, number: int, start: int, language: str
) -> list[PassageEvidence]:
    """The program's terms as evidence, numbered on from `start`."""
    script = "en" if language == "en" else "zh-Hans"
    evidence = passage_evidence(number, kb.program_passages(program.id, script))
    return [
        passage.model_copy(update={"id": f"p{number}.{start + n}"})
        for n, passage in enumerate(evidence, 1)
    ]


def _record(program: Program, passages: list[PassageEvidence], language: str) -> dict[str, Any]:
    """A program as JSON; each term names the passage that holds its sentence."""
    chinese = language != "en"
    name, sponsor = program.name, program.sponsor
    return {
        "id": program.id,
        "name": name.zh_hans if chinese else name.en,
        "sponsor": sponsor.zh_hans if chinese else sponsor.en,
        "kind": program.kind,
        "status": program.status,
        "terms": [
            {"field": term.field, "short": _short(term, chinese), "passage": passage.id}
            | _values(term)
            for term, passage in zip(in_shown_order(program), passages, strict=True)
        ],
        "not_stated": list(program.not_stated),
    }


def _values(term: Term) -> dict[str, Any]:
    """What the term states as values; kinds of which it states none are left out."""
    stated: dict[str, Sequence[Offer | Strings]] = {"offers": term.offers, "strings": term.strings}
    return {
        kind: [
            value.model_dump(mode="json", exclude={"for_whom"}, exclude_none=True)
            for value in values
        ]
        for kind, values in stated.items()
        if values
    }


def _grid(
    kb: Knowledge,
    records: Sequence[dict[str, Any]],
    passages: Sequence[PassageEvidence],
    language: Script,
) -> dict[str, Any]:
    """The programs of `records` side by side, each value with the id of its passage."""
    everything = {program.id: program for program in kb.programs()}
    called = Parties(list(everything.values()), kb.aliases).called
    grid = compare([everything[record["id"]] for record in records], called)
    ids = {(passage.source, passage.start): passage.id for passage in passages}

    def cell(found: Cell) -> list[dict[str, Any]]:
        return [
            {
                "text": in_script(
                    value.text.en if language == "en" else value.text.zh_hans, language
                ),
                "passage": _passage_of(value.citation, ids, language),
                "also": [_passage_of(cited, ids, language) for cited in value.also],
                "disagrees": value.disagrees,
            }
            for value in found.stated
        ]

    rows = [{"attribute": r.attribute, "cells": [cell(c) for c in r.cells]} for r in grid.rows]
    return {"grid": [row for row in rows if any(row["cells"])]}


def _passage_of(
    citation: Cited | None, ids: dict[tuple[str, int], str], language: str
) -> str | None:
    if citation is None:
        return None
    return ids[citation.source, citation.spans["en" if language == "en" else "zh-Hans"].start]


def _short(term: Term, chinese: bool) -> str | None:
    if term.short is None:
        return None
    return term.short.zh_hans if chinese else term.short.en
