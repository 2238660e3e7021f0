"""The agent's tool `match_programs`: which programs are open to the founder's company."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool

from assistant.evidence import PassageEvidence, passage_evidence
from assistant.knowledge import Knowledge
from assistant.language import in_script
from assistant.profile import load_profile, with_values
from assistant.toolbox.calls import Found, Output, as_tool, run
from assistant.toolbox.programs import Script, require_program
from kb.programs.conditions import Words
from kb.programs.matching import Match, RuleResult, match_all
from kb.programs.names import Parties
from kb.programs.profile import ProfileField, in_words
from kb.programs.program import GIVING, Names, ProgramKind

NAME = "match_programs"
EXAMPLES = (
    "Which programs can a seed startup in France with $2M raised apply to?",
    "Are we eligible for Google's AI-first credits?",
    "Can we apply to Y Combinator?",
    "我们拿了种子轮、在新加坡，能申请哪些计划？",
    "我们符合AWS Activate的条件吗？",
    "我們能申請 NVIDIA Inception 嗎？",
)
WORDINGS = (
    "do we pass the bar for Generate as a Series A with $11M?",
    "would Together take us? 2 years old, based in Canada",
    "which startup schemes is a bootstrapped team in Berlin eligible for?",
    "we are YC-backed and raised 3 million, what credits can we claim?",
    "check our chances for Inception and AI Lift",
    "am I too late-stage for AWS Activate?",
    "what could a three-year-old company without investors qualify for?",
    "我们A轮融了800万美元，够得上Generate的条件吗？",
    "成立两年、没拿过融资，能拿到哪些云额度？",
    "帮看看我们够不够资格进Inception",
    "法国的种子轮团队能报哪些政府算力？",
    "公司在新加坡，B轮，哪些计划还收我们？",
    "我們剛成立一年、募了 100 萬美元，有哪些計畫能申請？",
    "我們符不符合 Google Scale 的資格？",
    "種子輪、在台灣，哪些雲端額度拿得到？",
)
Say = Callable[[Words | Names], str]


def match_programs_tool(kb: Knowledge, home: Path, today: date) -> BaseTool:
    """A tool over `kb.programs.matching`, with the saved profile under what the question tells."""

    def match_programs(
        runtime: ToolRuntime[Any, Any],
        programs: list[str] | None = None,
        kind: ProgramKind | None = None,
        stage: str | None = None,
        raised: str | None = None,
        country: str | None = None,
        funds: str | None = None,
        founded: str | None = None,
        language: Script = "en",
    ) -> Output:
        """Hold the company against the conditions of the programs named, of a kind, or of all that
        give compute: pass, fail or unknown for each condition, with its passage. The company is
        the saved profile; give what the person tells of it now: stage, raised (with its
        currency), country, funds (comma-separated), founded (a date or an age)."""
        given = {
            "stage": stage, "raised": raised, "country": country, "funds": funds,
            "founded": founded,
        }  # fmt: skip

        def say(words: Words | Names) -> str:
            return in_script(words.en if language == "en" else words.zh_hans, language)

        def work(number: int) -> Found:
            told = {name: value for name, value in given.items() if value}
            profile = with_values(load_profile(home), told, today)
            everything = kb.programs()
            chosen = (
                [require_program(kb, name) for name in programs]
                if programs
                else [p for p in everything if (p.kind == kind if kind else p.kind in GIVING)]
            )
            found = match_all(chosen, profile, today, Parties(everything, kb.aliases))
            passages = _passages(kb, found, number, language)
            ids = {(p.source, p.start): p.id for p in passages}
            verdicts = [one.verdict for one in found]
            result: dict[str, Any] = {
                "counts": {
                    "matched": len(found),
                    "eligible": verdicts.count("eligible"),
                    "unknown": verdicts.count("unknown"),
                    "not_eligible": verdicts.count("not_eligible"),
                },
                "profile": _profile(in_words(profile), say),
                "programs": [_record(one, ids, language, say) for one in found],
            }
            return Found(result, passages)

        args = {"programs": programs, "kind": kind, **given, "language": language}
        return run(runtime, NAME, args, work)

    return as_tool(match_programs)


def _profile(words: dict[ProfileField, Words | None], say: Say) -> dict[str, str]:
    return {name: say(told) for name, told in words.items() if told is not None}


def _side(language: str) -> str:
    return "en" if language == "en" else "zh-Hans"


def _passages(
    kb: Knowledge, found: Sequence[Match], number: int, language: str
) -> list[PassageEvidence]:
    """The sentences that state the conditions, each once, in the wanted language."""
    quoted = []
    for one in found:
        numbers = {rule.citation.number for rule in one.rules}
        terms = kb.program_passages(one.id, _side(language))
        quoted += [passage for n, passage in enumerate(terms) if n in numbers]
    return passage_evidence(number, quoted)


def _record(one: Match, ids: dict[tuple[str, int], str], language: str, say: Say) -> dict[str, Any]:
    tiers = [tier for tier in one.tiers if tier.for_whom is not None]
    return {
        "id": one.id,
        "name": say(one.name),
        "status": one.status,
        "verdict": one.verdict,
        "notes": [say(note) for note in one.notes],
        "tiers": [{"for_whom": say(t.for_whom), "verdict": t.verdict} for t in tiers if t.for_whom],
        "rules": [_rule(rule, one.id, ids, language, say) for rule in one.rules],
        "missing": list(one.missing),
        "questions": [say(question) for question in one.questions],
        "answer_keys": [question.key for question in one.questions if question.key],
    }


def _rule(
    rule: RuleResult, program: str, ids: dict[tuple[str, int], str], language: str, say: Say
) -> dict[str, Any]:
    span = rule.citation.spans["en" if language == "en" else "zh-Hans"]
    return {
        "kind": rule.kind,
        "for_whom": say(rule.for_whom) if rule.for_whom else None,
        "outcome": rule.outcome,
        "why": say(rule.why),
        "usual": rule.usual,
        "standing": rule.standing,
        "decides": rule.decides,
        "disagrees": rule.disagrees,
        "passage": ids[program, span.start],
    }
