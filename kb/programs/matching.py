"""A company's profile against a program's conditions: pass, fail or unknown, rule by rule.

Nothing is assumed: what the profile does not tell, what a source states in words only, a sum in
another currency, a date too coarse to decide, all stay unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel

from kb.programs.citing import Cited, Standing, cited_terms, standing
from kb.programs.conditions import OtherRule, Question, Rule, Words
from kb.programs.conflicts import different_sources, rules_differ
from kb.programs.judging import Judge, Outcome
from kb.programs.names import Parties
from kb.programs.profile import Profile, ProfileField
from kb.programs.program import Names, Program, ProgramKind, Status, Term
from kb.programs.wording import both

Verdict = Literal["eligible", "not_eligible", "unknown"]


class RuleResult(BaseModel):
    """One condition, how the company fares and why.

    `rule` is None for a condition that the source states in words only. `missing` is the field of
    the profile that would decide, `question` what only the founder can answer. `disagrees`:
    another source states this condition differently. `decides`: it holds now, for all or for the
    way in that is nearest to being open.
    """

    kind: str
    rule: dict[str, Any] | None
    for_whom: Words | None = None
    usual: bool = False
    outcome: Outcome
    why: Words
    missing: ProfileField | None = None
    question: Question | None = None
    standing: Standing = "current"
    disagrees: bool = False
    decides: bool = False
    citation: Cited


class TierResult(BaseModel):
    """The verdict for one tier or way in; `for_whom` is None where a program has only one."""

    for_whom: Words | None
    verdict: Verdict


class Match(BaseModel):
    """A program's verdict. Conditions are in the order of its terms; `tiers` has one verdict or
    several, of which the best counts; `notes` say what else bears on it."""

    id: str
    name: Names
    sponsor: Names
    kind: ProgramKind
    status: Status
    verdict: Verdict
    tiers: list[TierResult]
    rules: list[RuleResult]
    notes: list[Words]
    missing: list[ProfileField]
    questions: list[Question]


def match(program: Program, profile: Profile, today: date, parties: Parties) -> Match:
    """How a company fares with one program on a day.

    Not eligible where any condition fails; else unknown where any is; else eligible. Conditions
    that no longer hold, or do not hold yet, are shown and do not count.
    """
    judge = Judge(profile, today, parties)
    results, rules = _results(program, judge, today)
    _mark_disagreeing(results, rules)
    tiers = _tiers(results)
    verdict = _best([tier.verdict for tier in tiers])
    notes = _notes(program, results)
    if program.status == "ended":
        verdict = "not_eligible"
    _mark_deciding(results, tiers, verdict)
    open_ = [r for r in results if r.outcome == "unknown" and r.decides]
    return Match(
        id=program.id,
        name=program.name,
        sponsor=program.sponsor,
        kind=program.kind,
        status=program.status,
        verdict=verdict,
        tiers=tiers,
        rules=results,
        notes=notes,
        missing=list(dict.fromkeys(r.missing for r in open_ if r.missing)),
        questions=list({r.question.en: r.question for r in open_ if r.question}.values()),
    )


def match_all(
    programs: Sequence[Program],
    profile: Profile,
    today: date,
    parties: Parties,
) -> list[Match]:
    """Several programs: those open to the company first, then the undecided, then the others."""
    order: list[Verdict] = ["eligible", "unknown", "not_eligible"]
    found = [match(program, profile, today, parties) for program in programs]
    return sorted(found, key=lambda one: (order.index(one.verdict), one.id))


def _results(
    program: Program, judge: Judge, today: date
) -> tuple[list[RuleResult], list[tuple[Term, Rule | None]]]:
    """Every condition judged, and beside it the term and rule that it comes from."""
    results: list[RuleResult] = []
    origins: list[tuple[Term, Rule | None]] = []
    for term, cited in cited_terms(program):
        when = standing(term, today)
        for rule in term.rules:
            results.append(_judged(rule, judge, when, cited))
            origins.append((term, rule))
        if term.field == "eligibility" and not term.rules:
            why = both(
                "stated in words only: judge by the sentence", "来源只有文字说明，请按原文判断"
            )
            results.append(
                RuleResult(
                    kind="words", rule=None, outcome="unknown", why=why, standing=when,
                    citation=cited,
                )
            )  # fmt: skip
            origins.append((term, None))
    return results, origins


def _judged(rule: Rule, judge: Judge, when: Standing, cited: Cited) -> RuleResult:
    outcome, why, missing = judge.judge(rule)
    if rule.usual and outcome == "fail":
        outcome = "unknown"
        why = both(
            f"{why.en}; the source calls this usual, not required",
            f"{why.zh_hans}，但来源说这是通常情况，并非硬性要求",
        )
    return RuleResult(
        kind=rule.kind,
        rule=rule.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        for_whom=rule.for_whom,
        usual=rule.usual,
        outcome=outcome,
        why=why,
        missing=missing,
        question=_question(rule) if isinstance(rule, OtherRule) else None,
        standing=when,
        citation=cited,
    )


def _question(rule: OtherRule) -> Question:
    return Question.model_construct(en=rule.ask.en, zh_hans=rule.ask.zh_hans, key=rule.key)


def questions(programs: Sequence[Program]) -> dict[str, Words]:
    """What programs ask of founders, by the key under which a profile keeps the answer."""
    asked = [rule for p in programs for term in p.terms for rule in term.rules]
    return {r.key: r.ask for r in asked if isinstance(r, OtherRule) and r.key is not None}


def _mark_disagreeing(
    results: Sequence[RuleResult], origins: Sequence[tuple[Term, Rule | None]]
) -> None:
    """Flag conditions that two sources state differently; past and future ones do not count."""
    for n, (term, rule) in enumerate(origins):
        for m, (other_term, other) in enumerate(origins[:n]):
            if rule is None or other is None or not different_sources(term, other_term):
                continue
            both_hold = results[n].standing == results[m].standing == "current"
            if both_hold and rules_differ(rule, other):
                results[n].disagrees = results[m].disagrees = True


def _tiers(results: Sequence[RuleResult]) -> list[TierResult]:
    """A verdict for each tier: of the conditions for all with those of the tier."""
    current = [result for result in results if result.standing == "current"]
    general = [result for result in current if result.for_whom is None]
    tiers = {r.for_whom.en: r.for_whom for r in current if r.for_whom is not None}
    if not tiers:
        return [TierResult(for_whom=None, verdict=_verdict(general))]
    return [
        TierResult(
            for_whom=whom,
            verdict=_verdict([*general, *(r for r in current if _is_of(r, whom))]),
        )
        for whom in tiers.values()
    ]


def _mark_deciding(
    results: Sequence[RuleResult], tiers: Sequence[TierResult], verdict: Verdict
) -> None:
    """Mark the conditions on which the verdict rests: of several ways in with this verdict, those
    with the fewest conditions that are not met."""
    current = [result for result in results if result.standing == "current"]
    unmet = {
        tier.for_whom.en: sum(_is_of(r, tier.for_whom) and r.outcome != "pass" for r in current)
        for tier in tiers
        if tier.for_whom is not None and tier.verdict == verdict
    }
    nearest = {name for name, count in unmet.items() if count == min(unmet.values())}
    for result in current:
        result.decides = result.for_whom is None or result.for_whom.en in nearest


def _is_of(result: RuleResult, whom: Words) -> bool:
    return result.for_whom is not None and result.for_whom.en == whom.en


def _verdict(results: Sequence[RuleResult]) -> Verdict:
    """Of one tier. Sources that disagree on a condition, and differ in what that means for the
    company, leave it open."""
    if any(r.outcome == "fail" and not _contested(r, results) for r in results):
        return "not_eligible"
    if not results or any(r.outcome != "pass" for r in results):
        return "unknown"
    return "eligible"


def _contested(result: RuleResult, results: Sequence[RuleResult]) -> bool:
    return result.disagrees and any(
        other.disagrees and other.kind == result.kind and other.outcome != "fail"
        for other in results
    )


def _best(verdicts: Sequence[Verdict]) -> Verdict:
    for verdict in ("eligible", "unknown"):
        if verdict in verdicts:
            return verdict
    return "not_eligible"


def _notes(program: Program, results: Sequence[RuleResult]) -> list[Words]:
    notes = []
    if program.status == "ended":
        notes.append(both("The program has ended.", "该计划已结束。"))
    if program.status == "shrinking":
        notes.append(both("The program is shrinking.", "该计划正在收缩。"))
    if program.status == "unconfirmed":
        notes.append(both("The program's terms are unconfirmed.", "该计划的条款未经证实。"))
    if not results:
        notes.append(both("Who may apply is not stated in sources.", "来源未说明申请资格。"))
    elif all(result.standing != "current" for result in results):
        notes.append(both("No stated condition holds today.", "来源所述的条件目前都不适用。"))
    if any(result.disagrees for result in results):
        notes.append(both("Sources disagree on a condition.", "来源对条件的说法不一致。"))
    return notes
