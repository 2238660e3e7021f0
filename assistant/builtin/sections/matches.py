"""Programs against the founder's company: yes, no or not yet, then condition by condition."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from assistant.builtin.figures import when
from assistant.builtin.sections import Section
from assistant.builtin.sections.facts import basis_of
from assistant.eligibility import asks_without, is_shut_out
from assistant.evidence import Artifact, PassageEvidence
from assistant.language import in_script
from assistant.phrases import Phrases
from assistant.question import Reading

ROWS = 14
_REASONS = 2
"""Conditions that the cell of a table tells; the program's own answer has all."""

# "not yet past a Series A": what is told of the company may be what it is not.
_DENIES = re.compile(
    r"\b(?:not|no|never|without|before|until|yet)\b|n['’]t\b|[没未无]|不(?!知|好意思)|之前|以前|前的?公司"
)

Passages = Mapping[str, PassageEvidence]
Record = Mapping[str, Any]


def match_section(artifact: Artifact, reading: Reading, say: Phrases) -> Section:
    """Named programs one after the other; otherwise a table of all that were matched."""
    if artifact.tool.args.get("programs"):
        return _each(artifact, reading, say)
    return _table(artifact, say)


def _each(artifact: Artifact, reading: Reading, say: Phrases) -> Section:
    passages = {passage.id: passage for passage in artifact.passages}
    section = Section()
    missing: list[str] = []
    answers: list[str] = []
    for n, record in enumerate(artifact.tool.result["programs"]):
        mark = f"{artifact.tool.id}:programs.{n}"
        section.lines += [*([""] if n else []), *_one(record, mark, passages, reading, say)]
        if record["verdict"] == "unknown":
            missing += [name for name in record["missing"] if name not in missing]
            answers += [key for key in record["answer_keys"] if key not in answers]
    section.lines += _judged_by(artifact, say)
    section.lines += _tell(missing, say)
    if answers:
        told = " ".join(f"{key}=yes" for key in answers)
        section.lines += ["", say.answer_with.format(answers=told)]
    return section


def _one(
    record: Record, mark: str, passages: Passages, reading: Reading, say: Phrases
) -> list[str]:
    """The verdict, what else bears on it, then each sentence with its conditions below it."""
    lead = f"{say.verdict_leads[record['verdict']].format(name=record['name'])} [{mark}.verdict]"
    required = [passages[rule["passage"]] for rule in record["rules"] if rule["decides"]]
    lacking = next((p for p in required if asks_without(reading, p.text)), None)
    asked = [rule for rule in record["rules"] if rule["outcome"] == "unknown"]
    barred = next(
        (
            passages[rule["passage"]]
            for rule in asked
            if is_shut_out(reading, f"{passages[rule['passage']].text} {rule['why']}")
        ),
        None,
    )
    met = None if _DENIES.search(reading.folded) else _met(record)
    if record["verdict"] == "unknown":
        for words, passage in ((say.no_way, lacking), (say.shut_out, barred), (say.so_far, met)):
            if passage is not None:
                term = passages[passage] if isinstance(passage, str) else passage
                text = in_script(term.text, say.language)
                lead = f"**{words}{text}**{basis_of(term, say)} [{term.id}]"
                break
    lines = [lead, ""]
    lines += [f"- {note} [{mark}.notes.{n}]" for n, note in enumerate(record["notes"])]
    lines += [
        f"- {tier['for_whom']}{_colon(say)}{say.verdicts[tier['verdict']]} [{mark}.tiers.{n}]"
        for n, tier in enumerate(record["tiers"])
    ]
    rules = enumerate(record["rules"])
    for passage_id, group in groupby(rules, key=lambda rule: rule[1]["passage"]):
        passage = passages[passage_id]
        text = in_script(passage.text, say.language)
        lines.append(f"- {text}{basis_of(passage, say)} [{passage.id}]")
        lines += [f"  - {_rule(rule, say)} [{mark}.rules.{n}.why]" for n, rule in group]
    return lines


def _met(record: Record) -> str | None:
    """The passage of a condition that what is told of the company meets, where it fails none."""
    held = [rule for rule in record["rules"] if rule["outcome"] == "pass" and rule["decides"]]
    failed = any(rule["outcome"] == "fail" for rule in record["rules"])
    return str(held[0]["passage"]) if held and not failed else None


def _rule(rule: Record, say: Phrases) -> str:
    """A condition: what it is about, how it came out, what qualifies it, and why."""
    marks = [
        say.outcomes[rule["outcome"]],
        *([rule["for_whom"]] if rule["for_whom"] else []),
        *([say.usual] if rule["usual"] else []),
        *([say.disagree] if rule["disagrees"] else []),
        *([say.standings[rule["standing"]]] if rule["standing"] != "current" else []),
    ]
    about = say.about_rule.format(kind=say.rule_kinds[rule["kind"]], marks=say.comma.join(marks))
    return f"{about}{_colon(say)}{rule['why']}"


def _table(artifact: Artifact, say: Phrases) -> Section:
    tool, passages = artifact.tool, {p.id: p for p in artifact.passages}
    result = tool.result
    section = Section([f"{say.match_summary(result['counts'])} [{tool.id}:counts]"])
    section.lines += _judged_by(artifact, say)
    numbered = list(enumerate(result["programs"]))
    # What no source states conditions for is named, not tabled.
    silent = [r["name"] for _, r in numbered if r["verdict"] == "unknown" and not r["rules"]]
    told = [(n, r) for n, r in numbered if r["rules"] and r["verdict"] != "not_eligible"]
    told.sort(key=lambda each: (each[1]["verdict"], *_nearness(each[1])))
    if told:
        section.lines += ["", say.match_header, "|---" * (say.match_header.count("|") - 1) + "|"]
        section.lines += [_row(r, f"{tool.id}:programs.{n}", passages, say) for n, r in told[:ROWS]]
    closed = [(n, r) for n, r in numbered if r["verdict"] == "not_eligible"]
    if closed:
        section.lines += ["", say.match_closed]
        section.lines += [
            _closed(record, f"{tool.id}:programs.{n}", passages, say) for n, record in closed
        ]
    for template, names in (
        (say.more_programs, [r["name"] for _, r in told[ROWS:]]),
        (say.match_silent, silent),
    ):
        if names:
            section.lines += ["", template.format(names=say.comma.join(names))]
    section.lines += _tell(_most_wanted(result["programs"]), say)
    return section


def _nearness(record: Record) -> tuple[int, int]:
    """Programs of which more is met and less is open come first."""
    outcomes = [rule["outcome"] for _, rule in _deciding(record)]
    return -outcomes.count("pass"), outcomes.count("unknown")


def _row(record: Record, mark: str, passages: Passages, say: Phrases) -> str:
    """A program with its verdict and the conditions that decide it, the open ones first."""
    open_ = [(n, r) for n, r in _deciding(record) if r["outcome"] == "unknown"]
    reasons = [*open_, *((n, r) for n, r in _deciding(record) if r["outcome"] == "pass")]
    shown = reasons[:_REASONS]
    between = "; " if say.language == "en" else "；"
    cell = between.join(f"{rule['why'].rstrip('?？')} [{mark}.rules.{n}.why]" for n, rule in shown)
    if len(reasons) > len(shown):
        cell += f"{between}{say.and_more}"
    first = passages[shown[0][1]["passage"]] if shown else None
    date = say.undated
    if first is not None:
        told = when(first.as_of, say.language) or say.undated
        date = f"{say.as_of.format(date=told, grade=say.grades[first.grade])} [{first.id}]"
    verdict = say.verdicts[record["verdict"]]
    if record["status"] in say.doubts:
        verdict += f"{say.comma}{say.doubts[record['status']]}"
    return f"| {record['name']} | {verdict} | {cell or say.not_stated} | {date} |"


def _closed(record: Record, mark: str, passages: Passages, say: Phrases) -> str:
    """Why a program is not open: the first condition that fails, or that it has ended."""
    failed = next(((n, r) for n, r in _deciding(record) if r["outcome"] == "fail"), None)
    if failed is None:
        note = record["notes"][0] if record["notes"] else ""
        return f"- {record['name']}{_colon(say)}{note} [{mark}.notes.0]"
    n, rule = failed
    passage = passages[rule["passage"]]
    return (
        f"- {record['name']}{_colon(say)}{rule['why']}{basis_of(passage, say)} "
        f"[{mark}.rules.{n}.why] [{passage.id}]"
    )


def _deciding(record: Record) -> list[tuple[int, Record]]:
    """The conditions on which the verdict rests, with their places."""
    return [(n, r) for n, r in enumerate(record["rules"]) if r["decides"]]


def _judged_by(artifact: Artifact, say: Phrases) -> list[str]:
    """What is known of the company, from the profile and the question."""
    known: Mapping[str, str] = artifact.tool.result["profile"]
    if not known:
        return ["", say.match_none_told]
    told = [f"{say.profile_fields[name]}{_colon(say)}{value}" for name, value in known.items()]
    between = ", " if say.language == "en" else "，"
    line = say.match_profile.format(profile=between.join(told))
    return ["", f"{line} [{artifact.tool.id}:profile]"]


def _most_wanted(records: Sequence[Record]) -> list[str]:
    """The fields of the profile that open conditions wait for, the most wanted first."""
    wanted = [name for r in records if r["verdict"] == "unknown" for name in r["missing"]]
    return sorted(dict.fromkeys(wanted), key=lambda name: (-wanted.count(name), name))


def _tell(missing: Sequence[str], say: Phrases) -> list[str]:
    if not missing:
        return []
    names = say.comma.join(say.profile_fields[name] for name in missing)
    return ["", f"{say.tell_me.format(missing=names)} {say.keep_profile}"]


def _colon(say: Phrases) -> str:
    return ": " if say.language == "en" else "："
