"""The answer of the built-in model, put together from its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assistant import cues
from assistant.builtin.coverage import content_terms
from assistant.builtin.estimating.registry import BY_ASK, estimate_section
from assistant.builtin.planning import Part, search_of
from assistant.builtin.sections import Section
from assistant.builtin.sections.facts import fact_section
from assistant.builtin.sections.history import history_section
from assistant.builtin.sections.matches import match_section
from assistant.builtin.sections.offers import offer_section
from assistant.builtin.sections.prices_compared import prices_compared
from assistant.builtin.sections.programs import (
    compare_section,
    list_section,
    program_section,
)
from assistant.builtin.sections.proposals import proposal_section
from assistant.builtin.sections.queues import queue_section
from assistant.builtin.sections.sides import (
    Comparison,
    nothing_told,
    sides_section,
    sides_told,
    with_sentences,
)
from assistant.builtin.sections.verdicts import stated_section, verdict_section
from assistant.builtin.selecting import select
from assistant.builtin.yes_no.asked import YesNo, yes_no
from assistant.builtin.yes_no.figures import without_figures
from assistant.builtin.yes_no.judging import Claim
from assistant.builtin.yes_no.stated import giving, stated
from assistant.evidence import Artifact, PassageEvidence, ToolEvidence
from assistant.knowledge import Knowledge
from assistant.phrases import Phrases, phrases
from assistant.question import Ask, Reading
from kb.programs.program import Program
from kb.programs.rendering import in_shown_order
from kb.texts.folding import fold
from kb.texts.terms import question_terms


@dataclass(frozen=True)
class Draft:
    """Markdown with evidence marks, and what the model knows about its own answer."""

    text: str
    abstained: bool = False
    asked_back: bool = False
    gaps: list[str] = field(default_factory=list)


def write(parts: Sequence[Part], kb: Knowledge) -> Draft:
    """Write the answer to all questions of a message from the evidence of each."""
    drafts = [_draft(part, kb, several=len(parts) > 1) for part in parts]
    drafts.sort(key=lambda draft: draft.asked_back)  # what is known comes first
    return Draft(
        text="\n\n".join(draft.text for draft in drafts if draft.text),
        abstained=all(draft.abstained for draft in drafts),
        asked_back=any(draft.asked_back for draft in drafts),
        gaps=[gap for draft in drafts for gap in draft.gaps],
    )


def _draft(part: Part, kb: Knowledge, *, several: bool) -> Draft:
    reading, done = part.reading, part.done
    say = phrases(reading.language)
    sections = [_section(ask, reading, done, kb, say) for ask in reading.asks]
    abstained = not sections[0].answered
    if abstained and len(sections) > 1 and sections[1].lines:
        sections[1].lines.insert(0, say.for_reference + "\n")
    if several and abstained and sections[0].lines:  # which of the questions it is
        unanswered = say.nothing_found_of.format(question=reading.text.strip())
        first = sections[0].lines[0]
        sections[0].lines[0] = first.replace(say.nothing_found, unanswered)
    sections.sort(key=lambda section: section.asked_back)
    return Draft(
        text="\n\n".join("\n".join(section.lines) for section in sections if section.lines),
        abstained=abstained,
        asked_back=any(section.asked_back for section in sections),
        gaps=[gap for section in sections for gap in section.gaps],
    )


def _section(
    ask: Ask, reading: Reading, done: Sequence[Artifact], kb: Knowledge, say: Phrases
) -> Section:
    if ask is Ask.CLARIFY:
        greeted = cues.GREETING.fullmatch(reading.folded.strip())
        return Section([say.ask_anything if greeted else say.ask_which], asked_back=True)
    if ask in BY_ASK:
        return estimate_section(BY_ASK[ask], reading, done, say)
    if ask is Ask.REMEMBER:
        return proposal_section(done, say)
    if ask is Ask.OFFERS:
        markets = [a.tool for a in done if a.tool.name == "gpu_offers" and _has_offers(a.tool)]
        if len(markets) > 1:
            return prices_compared(markets, reading, say)
        return offer_section(done, say)
    if ask is Ask.HISTORY:
        return history_section(done, say)
    if ask is Ask.QUEUE:
        return queue_section(done, say)
    compared = next((a for a in done if a.tool.name == "compare_programs" and a.tool.ok), None)
    if ask is Ask.MATCH:
        return _match(reading, done, compared, say)
    if ask is Ask.LIST and compared is not None:
        return list_section(compared, reading, say)
    if ask is Ask.COMPARE:
        sides = _of_sides(reading, done, kb)
        if compared is not None:
            table = _compared(reading, compared, done, kb, say)
            return table if sides is None else with_sentences(table, compared, sides, say)
        if sides is not None:
            answered = sides.answered
            return sides_section(reading, sides, say) if answered else nothing_told(reading, say)
    programs = [a for a in done if a.tool.name == "get_program" and a.tool.ok]
    if ask is Ask.PROGRAM and programs and _wants_overview(reading, done[0].terms, kb):
        parts = [program_section(artifact, reading.fields, say) for artifact in programs]
        return Section([line for part in parts for line in [*part.lines, ""]][:-1])
    if not done[0].tool.ok:  # a search that failed is not a library without an answer
        return Section([say.failure(done[0].tool.error, done[0].tool.hint)], answered=False)
    return _told(reading, done, kb, say)


def _has_offers(tool: ToolEvidence) -> bool:
    return tool.ok and bool(tool.result["offers"])


def _told(reading: Reading, done: Sequence[Artifact], kb: Knowledge, say: Phrases) -> Section:
    """What the sources' sentences tell, with a yes or a no first where that is asked for."""
    terms = [a for a in done if a.tool.name == "get_program" and a.tool.ok]
    found = done if reading.programs else [a for a in done if a not in terms]
    passages = [passage for artifact in found for passage in artifact.passages]
    weights = done[0].terms
    asked = yes_no(reading)
    if asked is None:
        selection = select(reading, passages, weights, kb.aliases)
        return fact_section(reading, selection, kb.aliases, say)
    selection = select(without_figures(reading), passages, weights, kb.aliases)
    settled = _settled_by_values(reading, asked, terms, kb)
    if settled is not None:
        return stated_section(*settled, reading, asked, selection, say)
    claim = Claim(reading, asked, weights, kb.aliases, _names(reading, kb))
    return verdict_section(reading, asked, claim, selection, kb, say)


def _settled_by_values(
    reading: Reading, asked: YesNo, terms: Sequence[Artifact], kb: Knowledge
) -> tuple[bool | None, list[PassageEvidence]] | None:
    """The verdict that follows from the values of the programs asked about, and the passages of the
    terms that state them."""
    ids = [artifact.tool.result["id"] for artifact in terms]
    found = stated(reading, asked, giving(ids, kb.programs()), kb.aliases)
    if found is None:
        return None
    artifact, order = terms[ids.index(found.program.id)], in_shown_order(found.program)
    cited = [artifact.tool.result["terms"][order.index(t)]["passage"] for t in found.terms]
    passages = {passage.id: passage for passage in artifact.passages}
    return found.verdict, [passages[each] for each in cited]


def _of_sides(reading: Reading, done: Sequence[Artifact], kb: Knowledge) -> Comparison | None:
    """What the sources tell of each side of a comparison; None where it was not searched for."""
    searches = [
        found
        for side in reading.sides
        for found in done[1:]
        if (found.tool.name, found.tool.args) == search_of(side) and found.tool.ok
    ]
    if not reading.sides or len(searches) != len(reading.sides):
        return None
    return sides_told(reading, searches, done[0], kb.aliases)


def _compared(
    reading: Reading, compared: Artifact, done: Sequence[Artifact], kb: Knowledge, say: Phrases
) -> Section:
    """The table; before it the sentence that says yes or no where the values in it do not."""
    table = compare_section(compared, reading, say)
    if not table.unsettled or yes_no(reading) is None:
        return table
    told = _told(reading, done, kb, say)
    if not told.answered or told.unsettled:
        return table
    return Section([*told.lines, "", *table.lines[2:]])


def _names(reading: Reading, kb: Knowledge) -> list[str]:
    """All names of the programs that a question is about."""
    about = {*reading.programs, *reading.sponsored}
    return [name for p in kb.programs() if p.id in about for name in _called(p)]


def _called(program: Program) -> tuple[str, ...]:
    names, sponsor = program.name, program.sponsor
    return (names.en, names.zh_hans, sponsor.en, sponsor.zh_hans, *program.aliases)


def _match(
    reading: Reading, done: Sequence[Artifact], compared: Artifact | None, say: Phrases
) -> Section:
    """The company against conditions; of a company that nobody knows, first what is needed."""
    matched = next(a for a in done if a.tool.name == "match_programs")
    if not matched.tool.ok:
        return Section([say.failure(matched.tool.error, matched.tool.hint)], answered=False)
    if compared is None:
        return match_section(matched, reading, say)
    listed = list_section(compared, reading, say)
    return Section([f"{say.match_ask} {say.keep_profile}", "", *listed.lines])


def _wants_overview(reading: Reading, weights: Mapping[str, float], kb: Knowledge) -> bool:
    """Whether a question about a program asks for its terms and nothing more special."""
    if not cues.TERMS.search(reading.folded) or yes_no(reading) is not None:
        return False
    rest, named = cues.TOLD.sub(" ", reading.folded), set[str]()
    for program in kb.programs():
        if program.id in reading.programs:
            for name in sorted(_called(program), key=len, reverse=True):
                rest = rest.replace(fold(name), " ")
                named.update(question_terms(name, kb.aliases))
    rest = cues.TERMS.sub(" ", cues.COMPUTE.sub(" ", rest))
    left = set(content_terms(rest, weights, kb.aliases)) - named
    return not [term for term in left if not term.startswith("@")]
