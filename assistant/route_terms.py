"""Programs of the library as terms that routes can be compared by: what is stated, and no more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from assistant.answer import Language
from assistant.language import in_script
from kb.programs.citing import Cited, cited_terms, standing
from kb.programs.conditions import Figure, Offer, Words
from kb.programs.matching import Match
from kb.programs.program import Names, Program, Term
from tools.estimates.routes.records import Eligibility, ProgramTerms
from tools.price_list import list_providers

Cite = Callable[[Cited], str]
"""What a caller calls the sentence of a term."""
_ELIGIBLE: dict[str, Eligibility] = {
    "eligible": "yes",
    "not_eligible": "no",
    "unknown": "unknown",
}
_MONTH_DAYS, _WEEK_DAYS = Decimal(365) / 12, Decimal(7)
_FIRST, _LATER = re.compile(r"\bfirst year\b"), re.compile(r"\bsecond year\b|\blater\b")
_LENDING = ("investor", "broker", "public")
_STRINGS = ("strings", "investment", "caution")
MOST_STRINGS = 3
MOST_MISSING = 3


def route_terms(
    program: Program, match: Match, today: date, language: Language, cite: Cite
) -> list[ProgramTerms]:
    """A program as routes: GPUs that it lends, credits that it gives, or both.

    Only terms that hold today and offers that are no mere plan count. How many GPUs one company
    gets is stated nowhere as a value (a program's count is that of all its companies): it stays
    unknown. Where tiers give several sums, the largest counts as a bound and no promise.
    """
    terms = [(t, c) for t, c in cited_terms(program) if standing(t, today) == "current"]
    given = [
        (offer, term, cited) for term, cited in terms for offer in term.offers if not offer.planned
    ]
    shared = _of_the_company(program, match, terms, language, cite)
    credits_ = [
        each for each in given
        if each[0].credits is not None and each[0].credits.currency == "USD"
    ]  # fmt: skip
    found = []
    lends = any(offer.price_basis or offer.gpu or offer.price_per_gpu_hour for offer, _, _ in given)
    if program.kind in _LENDING and (lends or not credits_):
        found.append(_lent(given, shared, cite))
    if credits_ or program.kind == "cloud":
        found.append(_credits(program, given, credits_, shared, cite))
    return found


def _of_the_company(
    program: Program,
    match: Match,
    terms: Sequence[tuple[Term, Cited]],
    language: Language,
    cite: Cite,
) -> dict[str, Any]:
    """What both kinds of routes share: the name, whether it is open, strings and equity."""

    def say(words: Words | Names) -> str:
        return in_script(words.en if language == "en" else words.zh_hans, language)

    cites: dict[str, str] = {}
    told: dict[str, Any] = {"equity_asked": None, "equity_share": None, "investment": None}
    for term, cited in terms:
        for string in term.strings:
            percent = _one(string.percent) if string.percent else None
            if string.kind == "equity" and told["equity_asked"] is None:
                told["equity_asked"] = string.asked
                told["equity_share"] = percent / 100 if percent is not None else None
                cites["equity_asked"] = cite(cited)
            amount = string.amount
            sum_ = _one(amount) if amount and amount.currency == "USD" else None
            if string.kind == "investment" and string.asked and told["investment"] is None:
                told["investment"] = sum_
                cites["investment"] = cite(cited)
    texts = [
        (say(term.short), cite(cited))
        for term, cited in terms
        if term.field in _STRINGS and term.short
    ][:MOST_STRINGS]
    if texts:
        cites["strings"] = texts[0][1]
    missing = [*match.missing, *(say(question) for question in match.questions)]
    return {
        "id": program.id,
        "name": say(program.name),
        "eligibility": _ELIGIBLE[match.verdict],
        "missing": tuple(missing[:MOST_MISSING]),
        "ended": program.status == "ended",
        "strings": tuple(text for text, _ in texts),
        "cites": cites,
        **told,
    }


_Given = tuple[Offer, Term, Cited]


def _lent(given: Sequence[_Given], shared: dict[str, Any], cite: Cite) -> ProgramTerms:
    stated: dict[str, Any] = {}
    cites = dict(shared["cites"])
    dates = []
    for offer, term, cited in given:
        if offer.credits is not None:
            continue
        price = offer.price_per_gpu_hour
        for name, value in (
            ("gpu", offer.gpu),
            ("price_basis", offer.price_basis),
            ("price_per_gpu_hour", _one(price) if price and price.currency == "USD" else None),
            ("days", _days(offer)),
        ):
            if value is not None and name not in stated:
                stated[name] = value
                cites[name] = cite(cited)
                dates.append(term.as_of)
    return ProgramTerms(
        kind="fund_program", **shared | stated | {"cites": cites, "as_of": _oldest(dates)}
    )


def _credits(
    program: Program,
    given: Sequence[_Given],
    credits_: Sequence[_Given],
    shared: dict[str, Any],
    cite: Cite,
) -> ProgramTerms:
    """The largest sum of the first year; of several sums only a bound."""
    first = [each for each in credits_ if _whom(each[0], _FIRST)]
    sums = first or [each for each in credits_ if not _whom(each[0], _LATER)] or list(credits_)
    cites = dict(shared["cites"])
    stated: dict[str, Any] = {"cloud": _cloud([program.sponsor.en])}
    dates = []
    if sums:
        offer, term, cited = max(sums, key=lambda each: _most(each[0]))
        exact = offer.credits is not None and offer.credits.exactly is not None
        whom = offer.for_whom.en if offer.for_whom else ""
        stated |= {
            "credits": _most(offer),
            "credits_up_to": not exact or len({_most(each[0]) for each in sums}) > 1,
            "cloud": _cloud([whom, term.en, program.sponsor.en]),
        }
        cites["credits"] = cite(cited)
        dates.append(term.as_of)
    for offer, term, cited in given:
        length = _days(offer)
        if length is not None and "days" not in stated and term.field == "duration":
            stated["days"] = length
            cites["days"] = cite(cited)
            dates.append(term.as_of)
    return ProgramTerms(
        kind="credits", **shared | stated | {"cites": cites, "as_of": _oldest(dates)}
    )


def _one(figure: Figure) -> Decimal | None:
    """The value of a figure that is one; None for a bound."""
    return figure.exactly if figure.exactly is not None else figure.about


def _most(offer: Offer) -> Decimal:
    figure = offer.credits
    stated = [] if figure is None else [_one(figure), figure.up_to, figure.at_least]
    return next((each for each in stated if each is not None), Decimal(0))


def _days(offer: Offer) -> Decimal | None:
    """How long it lasts in days; of a range the shorter end."""
    for figure, days in ((offer.weeks, _WEEK_DAYS), (offer.months, _MONTH_DAYS)):
        if figure is not None:
            stated = [_one(figure), figure.at_least, figure.up_to]
            length = next((each for each in stated if each), None)
            return None if length is None else length * days
    return None


def _whom(offer: Offer, cue: re.Pattern[str]) -> bool:
    return offer.for_whom is not None and bool(cue.search(offer.for_whom.en))


def _cloud(texts: Iterable[str]) -> str | None:
    """The provider of the price list that one of the texts names, the first text first."""
    for text in texts:
        for name in sorted(list_providers(), key=len, reverse=True):
            if re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", text):
                return name
    return None


def _oldest(dates: Sequence[str | None]) -> str | None:
    return min((each for each in dates if each), default=None)
