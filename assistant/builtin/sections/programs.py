"""Programs: a table of several, or the terms of one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from assistant import cues
from assistant.builtin.conditions import Condition, conditions, meeting
from assistant.builtin.contest import Entry, contest, ranked
from assistant.builtin.figures import when
from assistant.builtin.sections import Section
from assistant.builtin.sections.facts import basis_of
from assistant.builtin.yes_no.asked import yes_no
from assistant.evidence import Artifact, PassageEvidence
from assistant.grounding.names import without_scheme
from assistant.language import in_script
from assistant.phrases import Phrases
from assistant.question import Reading
from kb.programs.program import GIVING
from kb.texts.folding import fold
from tools.gpus import find_gpus

_COLUMNS: tuple[tuple[str, ...], ...] = (
    ("offer",),
    ("price",),
    ("eligibility", "strings", "investment"),
)
ROWS = 16
_SHOWN = ("offer", "price", "duration", "eligibility", "strings", "investment", "apply", "status")


def list_section(artifact: Artifact, reading: Reading, say: Phrases) -> Section:
    """Programs of the wanted kind as a table; those of which no source tells terms are named. Where
    the question names a GPU, those come first whose sources name it."""
    result, kind = artifact.tool.result, artifact.tool.args.get("kind")
    passages = {passage.id: passage for passage in artifact.passages}
    records = [r for r in result["programs"] if kind or r["kind"] in GIVING]
    told = [r for r in records if any(term["field"] == "offer" for term in r["terms"])]
    untold = [r for r in records if r not in told]
    lead = _list_lead(artifact, kind, say)
    if cues.WAY_IN.search(reading.folded):
        let_in = [r for r in told if _way_in(r, passages)]
        if let_in:
            names = say.comma.join(in_script(r["name"], say.language) for r in let_in)
            marks = "".join(f" [{_way_in(r, passages)}]" for r in let_in)
            lead = f"{say.list_way.format(names=names)}{marks}"
            told, untold = let_in, []
    sorted_out: list[str] = []
    proving: frozenset[str] = frozenset()
    of_gpu = ""
    if reading.gpus:
        gpu = reading.gpus[0].gpu.family
        naming = [r for r in told if _names_gpu(r, gpu, passages)]
        told = [*naming, *(r for r in told if r not in naming)]
        of_gpu = f"{_gpu_lead(gpu, naming, say)} "
    if wanted := conditions(reading):
        lead, told, sorted_out, proving = _by_conditions(told, wanted, lead, say)
        untold = []
    if of_gpu:
        lead = of_gpu + lead.replace("**", "")
    shown, more = told[:ROWS], told[ROWS:]
    section = Section([lead, "", say.list_header])
    section.lines.append("|---" * (say.list_header.count("|") - 1) + "|")
    section.lines += [_row(record, passages, proving, say) for record in shown]
    for template, others in ((say.more_programs, more), (say.unconfirmed, untold)):
        if others:
            section.lines += ["", template.format(names=_named(others, say))]
    section.lines += [line for told_of in sorted_out for line in ("", told_of)]
    return section


def _named(records: Sequence[Mapping[str, Any]], say: Phrases) -> str:
    return say.comma.join(in_script(record["name"], say.language) for record in records)


def _by_conditions(
    records: list[Any], wanted: Sequence[Condition], lead: str, say: Phrases
) -> tuple[str, list[Any], list[str], frozenset[str]]:
    """Which programs meet the conditions asked for, as the answer and the rows of its table; the
    others, those first of which sources state the contrary; and the passages that prove it. All
    rows where none meets them."""
    named = say.comma.join(say.list_conditions[each.name] for each in wanted)
    held = [(record, meeting(record, wanted)) for record in records]
    meet = [(record, found) for record, found in held if found.meets]
    if not meet:
        none = say.list_none_meets.format(conditions=named)
        return f"{none} {lead.replace('**', '')}", records, [], frozenset()
    told = say.list_meeting.format(
        conditions=named, names=_named([record for record, _ in meet], say)
    )
    proving = [passage for _, found in meet for passage in found.passages]
    marks = "".join(f" [{passage}]" for passage in proving)
    against = [record for record, found in held if found.meets is False]
    unsaid = [record for record, found in held if found.meets is None]
    others = ((say.list_against, against), (say.list_unsaid, unsaid))
    lines = [form.format(names=_named(those, say)) for form, those in others if those]
    return f"{told}{marks}", [record for record, _ in meet], lines, frozenset(proving)


def _way_in(record: Mapping[str, Any], passages: Mapping[str, PassageEvidence]) -> str | None:
    """The passage that tells that investors let companies in."""
    asked = [t["passage"] for t in record["terms"] if t["field"] in ("eligibility", "apply")]
    return next((each for each in asked if cues.REFERRED.search(fold(passages[each].text))), None)


def _names_gpu(
    record: Mapping[str, Any], gpu: str, passages: Mapping[str, PassageEvidence]
) -> bool:
    texts = [passages[t["passage"]].text for t in record["terms"] if t["field"] != "background"]
    return any(gpu == mention.gpu.family for text in texts for mention in find_gpus(text))


def _gpu_lead(gpu: str, naming: Sequence[Mapping[str, Any]], say: Phrases) -> str:
    """Which programs name the GPU that is asked for, or that none does."""
    if not naming:
        return say.list_no_gpu.format(gpu=gpu)
    names = say.comma.join(in_script(r["name"], say.language) for r in naming)
    marks = "".join(f" [{r['terms'][0]['passage']}]" for r in naming)
    return f"{say.list_gpu.format(gpu=gpu, names=names)}{marks}"


def _list_lead(artifact: Artifact, kind: str | None, say: Phrases) -> str:
    """How many programs there are, how many are in doubt, and whether any states its price."""
    result, mark = artifact.tool.result, artifact.tool.id
    lead = say.list_lead[kind] if kind else say.list_lead_any
    if result["listed"] == 1:
        return f"{say.list_lead_one} [{mark}:listed]"
    parts = [f"{lead.format(n=result['listed'])} [{mark}:listed]"]
    for name in ("shrinking", "unconfirmed"):
        if result[name]:
            template = say.list_doubt_one if result[name] == 1 else say.list_doubt
            told = template.format(doubt=say.doubts[name], n=result[name])
            parts.append(f"{told} [{mark}:{name}]")
    if not result["priced_by_the_hour"]:
        parts.append(f"{say.list_no_price} [{mark}:priced_by_the_hour]")
    return " ".join(parts)


def compare_section(artifact: Artifact, reading: Reading, say: Phrases) -> Section:
    """Named programs as columns, their attributes as rows; an empty cell says so. Where the
    question asks for a winner, that comes first."""
    records = artifact.tool.result["programs"]
    passages = {passage.id: passage for passage in artifact.passages}
    names = [in_script(record["name"], say.language) for record in records]
    asked = contest(reading.folded)
    decided = ranked(asked, artifact.tool.result["grid"]) if asked is not None else None
    section = Section([say.compare_lead.format(names=say.comma.join(names)), ""])
    if decided is not None:
        section.lines[0] = _winner(artifact, reading, names, *decided, say)
    elif asked is not None:
        told = say.attributes[asked.attributes[0]]
        section.lines = [say.contest_open.format(attribute=told), "", *section.lines]
        section.lines[2] = section.lines[2].replace("**", "")
        section.unsettled = True
    section.lines.append(f"| {say.compare_field} | {' | '.join(names)} |")
    section.lines.append("|---" * (len(records) + 1) + "|")
    for row in artifact.tool.result["grid"]:
        cells = [_values(cell, passages, say) for cell in row["cells"]]
        section.lines.append(f"| {say.attributes[row['attribute']]} | {' | '.join(cells)} |")
    stated = {row["attribute"] for row in artifact.tool.result["grid"]}
    silent = [words for name, words in say.attributes.items() if name not in stated]
    if silent:
        section.lines += ["", say.none_stated.format(names=say.comma.join(silent))]
    return section


def _winner(
    artifact: Artifact,
    reading: Reading,
    names: Sequence[str],
    attribute: str,
    entries: Sequence[Entry],
    say: Phrases,
) -> str:
    """Who has more of what is asked for, and what the others have."""
    first, *others = entries
    template = say.contest_level if first.value == others[0].value else say.contest_lead
    lead = template.format(
        attribute=say.attributes[attribute],
        winner=names[first.place],
        value=first.text,
        others=say.comma.join(
            say.contest_other.format(name=names[each.place], value=each.text) for each in others
        ),
    )
    marks = "".join(f" [{entry.passage}]" for entry in entries)
    return f"**{_verdict(reading, artifact, entries, say)}{lead}**{marks}"


def _verdict(reading: Reading, artifact: Artifact, entries: Sequence[Entry], say: Phrases) -> str:
    """Yes or no before a winner, where it is asked whether the first that is named is it."""
    asked = yes_no(reading)
    if asked is None:
        return ""
    first, second = entries[:2]
    winner = artifact.tool.result["programs"][first.place]["id"]
    holds = first.value != second.value and winner == reading.programs[0]
    word = in_script(asked.yes if holds else asked.no, say.language)
    return f"{word}: " if say.language == "en" else f"{word}："


def _values(
    cell: Sequence[Mapping[str, Any]], passages: Mapping[str, PassageEvidence], say: Phrases
) -> str:
    """Every value of a cell with its mark; those that disagree with who said it and when."""
    parts: dict[str, list[str]] = {}
    for value in cell:
        passage = passages.get(value["passage"])
        said = basis_of(passage, say) if passage and value["disagrees"] else ""
        text = without_scheme(value["text"]).rstrip(".。").replace("|", "/")
        marks = [value["passage"], *value["also"]] if passage else []
        parts.setdefault(f"{text}{said}", []).extend(f" [{mark}]" for mark in marks)
    if not parts:
        return say.not_stated
    between, colon = ("; ", ": ") if say.language == "en" else ("；", "：")
    differ = f"{say.disagree}{colon}" if any(value["disagrees"] for value in cell) else ""
    return differ + between.join(text + "".join(marks) for text, marks in parts.items())


def program_section(artifact: Artifact, asked: Collection[str], say: Phrases) -> Section:
    """One program's terms, its name with the first of the fields `asked` for, and what its sources
    do not state."""
    record = artifact.tool.result
    passages = {passage.id: passage for passage in artifact.passages}
    title = say.program_lead.format(
        name=in_script(record["name"], say.language),
        sponsor=in_script(record["sponsor"], say.language),
    )
    told = [
        (name, passage)
        for name in sorted(_SHOWN, key=lambda field: field not in asked)
        for passage in _passages(record, (name,), passages)
    ]
    section = Section([title, ""])
    colon = ": " if say.language == "en" else "："
    if told:
        lead, first = told[0]
        text = in_script(first.text, say.language)
        section.lines[0] = f"{title}{colon}**{text}**{basis_of(first, say)} [{first.id}]"
        if asked and lead not in asked:  # no source tells what is asked for
            names = say.comma.join(say.fields[name] for name in _SHOWN if name in asked)
            section.lines.insert(0, f"**{say.missing_fields.format(fields=names)}**\n")
    for name, passage in told[1:]:
        text = in_script(passage.text, say.language)
        section.lines.append(
            f"- {say.fields[name]}{colon}{text}{basis_of(passage, say)} [{passage.id}]"
        )
    section.lines += [
        f"- {say.attributes[row['attribute']]}{say.comma}{_values(row['cells'][0], passages, say)}"
        for row in record["disagreements"]
    ]
    if record["not_stated"]:
        missing = say.comma.join(say.fields[name] for name in record["not_stated"])
        section.lines += ["", say.missing_fields.format(fields=missing)]
    return section


def _row(
    record: Mapping[str, Any],
    passages: Mapping[str, PassageEvidence],
    proving: Collection[str],
    say: Phrases,
) -> str:
    cells = [_cell(record, fields, passages, proving, say) or say.not_stated for fields in _COLUMNS]
    name = in_script(record["name"], say.language)
    return f"| {name} | {' | '.join(cells)} | {_as_of(record, passages, say)} |"


def _cell(
    record: Mapping[str, Any],
    fields: Sequence[str],
    passages: Mapping[str, PassageEvidence],
    proving: Collection[str],
    say: Phrases,
) -> str:
    """The first term of each field in a few words, each with its mark; one that proves what is
    asked for before others."""
    parts = []
    for name in fields:
        terms = [t for t in record["terms"] if t["field"] == name]
        term = min(terms, key=lambda t: t["passage"] not in proving, default=None)
        if term is not None:
            passage = passages[term["passage"]]
            words = (term["short"] or passage.text).rstrip(".。").replace("|", "/")
            parts.append(f"{in_script(words, say.language)} [{passage.id}]")
    return "; ".join(parts) if say.language == "en" else "；".join(parts)


def _as_of(record: Mapping[str, Any], passages: Mapping[str, PassageEvidence], say: Phrases) -> str:
    """The date and grade of the row's first term."""
    shown = _passages(record, [name for fields in _COLUMNS for name in fields], passages)
    if not shown:
        return say.undated
    first = shown[0]
    date = when(first.as_of, say.language) or say.undated
    grade = say.grades[first.grade]
    if record["status"] in say.doubts:
        grade = f"{grade}{say.comma}{say.doubts[record['status']]}"
    return f"{say.as_of.format(date=date, grade=grade)} [{first.id}]"


def _passages(
    record: Mapping[str, Any], fields: Sequence[str], passages: Mapping[str, PassageEvidence]
) -> list[PassageEvidence]:
    return [passages[t["passage"]] for t in record["terms"] if t["field"] in fields]
