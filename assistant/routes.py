"""Routes for a founder's job: the market asked, the programs held against the company, compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.access import RATES, ask_market, desk_access
from assistant.answer import Language
from assistant.route_terms import route_terms
from kb.programs.citing import Cited
from kb.programs.matching import match_all
from kb.programs.names import Parties
from kb.programs.profile import Profile
from kb.programs.program import GIVING, Program

if TYPE_CHECKING:
    from assistant.knowledge import Knowledge
    from tools.estimates.money.loan_records import GpuLoan
    from tools.estimates.money.ownership_records import Ownership
    from tools.estimates.routes.records import RouteComparison
    from tools.offers import Market, Offer


@dataclass(frozen=True)
class Job:
    """The job as the person states it, in the words of `compare_routes` (tools);
    `region` is where the GPUs may stand. `purchase_price` is of one GPU in its server, US dollars
    (None: of the dated table); a loan needs its `loan_months`, `interest` is a yearly share."""

    gpu: str
    gpus: int
    hours: Decimal
    region: str | None = None
    purchase_price: Decimal | None = None
    loan_months: int | None = None
    interest: Decimal | None = None
    bounds: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """The comparison; its "offers.N" are places in `offers`, the offers that routes rest on.
    `cited` are the sentences of programs by the name that the caller gave them."""

    comparison: RouteComparison
    offers: list[Offer]
    market: Market
    cited: dict[str, Cited]


def find_routes(
    job: Job,
    *,
    home: Path,
    today: date,
    programs: Sequence[Program],
    profile: Profile,
    kb: Knowledge,
    language: Language = "en",
    past: bool = False,
    name: Callable[[Cited], str] | None = None,
) -> Found:
    """Compare all routes for a job: `programs` that give compute, and whatever the desk may ask.
    `name` says how the caller calls the sentence of a term. Raises as the tools do."""
    from tools.currencies import rate_table
    from tools.errors import UnreadablePrices
    from tools.estimates.routes.estimate import compare_routes
    from tools.needs import need

    desk = desk_access(home, today)
    market = ask_market(need(job.gpu, job.gpus, job.region, hours=job.hours), desk, past=past)
    own_rates = home / RATES
    try:
        rates = rate_table(own_rates if own_rates.exists() else None, today)
    except UnreadablePrices:  # the market names it among its sources
        rates = rate_table(None, today)
    cited: dict[str, Cited] = {}

    def cite(term: Cited) -> str:
        called = name(term) if name else f"{term.source}:{term.number}"
        cited[called] = term
        return called

    giving = [program for program in programs if program.kind in GIVING]
    matches = match_all(giving, profile, today, Parties(kb.programs(), kb.aliases))
    by_id = {program.id: program for program in giving}
    terms = [
        each
        for match in matches
        for each in route_terms(by_id[match.id], match, today, language, cite)
    ]
    owning = _owning(job)
    comparison = compare_routes(
        job.gpu,
        job.gpus,
        job.hours,
        today=today,
        offers=market.offers,
        programs=terms,
        owning=owning,
        loan=_loan(job, owning),
        rates=rates,
        **job.bounds,
    )
    offers, renumbered = _only_cited(comparison, market.offers)
    return Found(renumbered, offers, market, cited)


def _owning(job: Job) -> Ownership | None:
    """What owning costs; None where the table has no price of this GPU and none is given."""
    from tools.errors import InvalidInput
    from tools.estimates.money.ownership import rent_or_buy
    from tools.estimates.money.purchase_prices import server_price
    from tools.gpus import gpu

    if job.purchase_price is None and server_price(gpu(job.gpu)) is None:
        return None
    try:
        return rent_or_buy(job.gpu, job.gpus, purchase_per_gpu=job.purchase_price)
    except InvalidInput:
        if job.purchase_price is not None:
            raise
        return None  # the table lacks another figure of this GPU, such as its power


def _loan(job: Job, owning: Ownership | None) -> GpuLoan | None:
    from tools.estimates.money.loan import gpu_loan

    if owning is None or job.loan_months is None:
        return None
    return gpu_loan(owning.capital.per_gpu, job.loan_months, job.interest, job.gpus)


def _only_cited(
    comparison: RouteComparison, offers: Sequence[Offer]
) -> tuple[list[Offer], RouteComparison]:
    """The offers that routes rest on, and the comparison with its places among them."""
    places: dict[str, int] = {}
    for route in comparison.routes:
        for evidence in route.evidence:
            if evidence.source.startswith("offer:") and evidence.cite:
                places.setdefault(evidence.cite, len(places))
    kept = [offers[int(place.removeprefix("offers."))] for place in places]

    def renumbered(cite: str | None) -> str | None:
        return f"offers.{places[cite]}" if cite in places else cite

    routes = tuple(
        route.model_copy(
            update={
                "evidence": tuple(
                    each.model_copy(update={"cite": renumbered(each.cite)})
                    for each in route.evidence
                )
            }
        )
        for route in comparison.routes
    )
    return kept, comparison.model_copy(update={"routes": routes})
