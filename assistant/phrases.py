"""What the desk itself says, in the reader's language: one catalogue a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any

from assistant.answer import Language
from assistant.grounding.segments import sentences
from assistant.language import in_script
from assistant.refusals import in_chinese

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True)
class Phrases:
    """Fixed words around evidence. Templates take the names in braces."""

    language: Language
    not_stated: str
    not_known: str
    nothing_found: str
    nothing_found_of: str
    other_value: str
    recorded: str
    closest: str
    unsettled: str
    which_is_meant: str
    missing_name: str
    missing_figure: str
    missing_kinds: Mapping[str, str]
    missing_fields: str
    other_language: str
    call_refused: str
    tool_error: str
    found_passages: str
    found_offers: str
    found_dates: str
    found_programs: str
    found_clusters: str
    read_program: str
    estimated: str
    ask_which: str
    ask_anything: str
    # estimate
    estimate_cost: str
    estimate_no_price: str
    asked: str
    for_reference: str
    range_header: str
    row_hours: str
    row_days: str
    row_cost: str
    assumed: str
    accepted: str
    changes_most: str
    changes: str
    list_warning: str
    # offers
    offers_lead: str
    versus_lead: str
    versus_from: str
    versus_open: str
    versus_term: str
    offers_span: str
    offers_single: str
    offers_none: str
    offers_old: str
    offers_header: str
    offers_live: str
    offers_now: str
    offers_now_unpriced: str
    offers_place: str
    offers_seen: str
    offers_seen_ago: str
    offers_pieces: str
    offers_fewer: str
    offers_was: str
    offers_nobody: str
    offers_nobody_so_many: str
    offers_not_asked: str
    offers_turn_on: str
    offers_job: str
    offers_job_without: str
    offers_suspicious: str
    bill_unknown: Mapping[str, str]
    evidence: Mapping[str, str]
    china_lead: str
    no_live: str
    past_seen: str
    past_offers: str
    fund_stock: str
    more_offers: str
    # how prices moved
    history_of: str
    history_live: str
    history_moves: str
    history_apart: str
    history_none: str
    history_header: str
    history_cell: str
    history_span: str
    history_months: str
    history_series: str
    history_series_one: str
    history_list_note: str
    history_no_live: str
    history_unreadable: str
    history_suspicious: str
    history_undated: str
    history_kinds: Mapping[str, str]
    # the fund's clusters
    queue_now: str
    queue_by: str
    queue_pieces: str
    queue_unknown: str
    queue_never: str
    queue_short: str
    queue_free: str
    queue_somewhere: str
    queue_use: str
    queue_no_cluster: str
    queue_set_up: str
    queue_no_gpu: str
    queue_failed: str
    queue_source: str
    queue_past: str
    queue_stale: str
    queue_seen: str
    queue_header: str
    queue_waiting: str
    queue_jobs: str
    queue_quota: str
    queue_place: str
    queue_condition: str
    queue_no_quota: str
    queue_count: str
    queue_few: str
    queue_error: Mapping[str, str]
    queue_early: str
    queue_late: str
    starts: Mapping[str, str]
    start_methods: Mapping[str, str]
    # programs
    list_lead: Mapping[str, str]
    list_lead_one: str
    list_lead_any: str
    list_doubt_one: str
    list_doubt: str
    list_gpu: str
    list_no_gpu: str
    list_way: str
    list_conditions: Mapping[str, str]
    list_meeting: str
    list_none_meets: str
    list_against: str
    list_unsaid: str
    list_no_price: str
    list_header: str
    more_programs: str
    unconfirmed: str
    doubts: Mapping[str, str]
    compare_lead: str
    compare_field: str
    sides_lead: str
    sides_field: str
    sides_said: str
    sides_above: str
    side_value: str
    side_between: str
    contest_lead: str
    contest_level: str
    contest_other: str
    contest_open: str
    program_lead: str
    attributes: Mapping[str, str]
    disagree: str
    none_stated: str
    # programs against a profile
    profile_fields: Mapping[str, str]
    not_given: str
    verdicts: Mapping[str, str]
    verdict_leads: Mapping[str, str]
    no_way: str
    shut_out: str
    so_far: str
    match_lead: str
    match_lead_one: str
    match_lead_none: str
    match_by: str
    match_by_one: str
    match_profile: str
    match_none_told: str
    match_ask: str
    match_header: str
    match_closed: str
    match_silent: str
    about_rule: str
    and_more: str
    outcomes: Mapping[str, str]
    standings: Mapping[str, str]
    usual: str
    rule_kinds: Mapping[str, str]
    tell_me: str
    yes: str
    no: str
    answer_with: str
    keep_profile: str
    remember_ask: str
    proposed: str
    approve_how: str
    as_of: str
    as_of_day: str
    undated: str
    grades: Mapping[str, str]
    terms: Mapping[str, str]
    availability: Mapping[str, str]
    fields: Mapping[str, str]
    basis: str
    comma: str
    stop: str

    def as_of_the(self, day: date) -> str:
        """What an answer as of a day opens with."""
        if self.language == "en":
            return self.as_of_day.format(day=f"{day.day} {day:%B} {day.year}")
        return self.as_of_day.format(day=f"{day.year}年{day.month}月{day.day}日")

    def failure(self, message: str | None, hint: str | None) -> str:
        """A failed call as a sentence, and what to do about it."""
        told = f"{hint[:1].upper()}{hint[1:]}" if hint else ""
        if hint and hint.startswith("compute-desk "):
            told = f"`{hint}`"
        elif hint and self.language != "en":
            told = in_script(in_chinese(hint), self.language).removesuffix("？")
            told += "？" if in_chinese(hint).endswith("？") else self.stop
        if message and self.language != "en":
            message = in_script(in_chinese(message), self.language)
        elif message:
            message = f"{message[:1].upper()}{message[1:]}"
        return self.tool_error.format(message=message, hint=told).strip()

    def match_summary(self, counts: Mapping[str, int]) -> str:
        """How many programs were matched, and how many of them are open, undecided and not.

        `counts` has matched, eligible, unknown and not_eligible."""
        leads = {0: self.match_lead_none, 1: self.match_lead_one}
        lead = leads.get(counts["eligible"], self.match_lead)
        by = self.match_by_one if counts["not_eligible"] == 1 else self.match_by
        between = " " if self.language == "en" else ""
        return between.join(text.format(n=counts["matched"], **counts) for text in (lead, by))

    def tool_summary(self, name: str, result: Mapping[str, Any], passages: int) -> str:
        """One line about a finished call."""
        if name == "search_knowledge":
            return self.found_passages.format(n=passages)
        if name == "gpu_offers":
            return self.found_offers.format(n=result.get("found", 0))
        if name == "gpu_price_history":
            return self.found_dates.format(n=result.get("found", 0))
        if name == "cluster_queue":
            return self.found_clusters.format(n=result.get("found", 0))
        if name == "compare_programs":
            return self.found_programs.format(n=result.get("count", 0))
        if name == "match_programs":
            return self.found_programs.format(n=result.get("counts", {}).get("matched", 0))
        if name == "get_program":
            return self.read_program.format(name=in_script(result.get("name", ""), self.language))
        return self.estimated


def fixed_sentences(catalogue: DataclassInstance) -> list[str]:
    """The sentences of a catalogue that have no blanks to fill."""
    texts = [getattr(catalogue, f.name) for f in fields(catalogue)]
    whole = [text for text in texts if isinstance(text, str) and "{" not in text]
    return [unit.text for text in whole for unit in sentences(text)]


def phrases(language: Language) -> Phrases:
    """The catalogue of a language."""
    from assistant import phrases_en, phrases_zh

    return {"en": phrases_en.ENGLISH, "zh-Hans": phrases_zh.SIMPLIFIED}.get(
        language
    ) or phrases_zh.traditional()
