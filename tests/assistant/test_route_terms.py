"""Programs of the starter library as routes: what their sources state, and where they state it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.profile import with_values
from assistant.route_terms import route_terms
from assistant.routes import Job, find_routes
from kb import starter
from kb.knowledge_base import KnowledgeBase
from kb.programs.citing import Cited
from kb.programs.matching import match
from kb.programs.names import Parties
from kb.programs.profile import Profile
from kb.programs.program import Program
from kb.texts.aliases import AliasTable
from tools.estimates.routes.records import ProgramTerms

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def records() -> dict[str, Program]:
    return {program.id: program for program in starter.programs()}


def terms_of(
    records: dict[str, Program], program: str, company: Profile | None = None
) -> tuple[list[ProgramTerms], dict[str, Cited]]:
    cited: dict[str, Cited] = {}

    def cite(term: Cited) -> str:
        cited[str(term.number)] = term
        return str(term.number)

    parties = Parties(list(records.values()), AliasTable.load(starter.ALIASES))
    held = match(records[program], company or Profile(), TODAY, parties)
    return route_terms(records[program], held, TODAY, "en", cite), cited


def test_a_program_that_lends_and_gives_credits_is_two_routes(records: dict[str, Program]) -> None:
    (lent, credit), cited = terms_of(records, "generate")
    assert (lent.kind, lent.price_basis, lent.days) == ("fund_program", "free", 14)
    assert lent.gpus is None
    assert (credit.kind, credit.credits, credit.cloud) == ("credits", 350_000, "Azure")
    assert not credit.credits_up_to
    assert (lent.equity_asked, lent.equity_share, lent.investment) == (True, None, 250_000)
    assert "$350,000" in cited[credit.cites["credits"]].quote.en
    assert "2 weeks" in cited[lent.cites["days"]].quote.en


def test_credits_of_the_first_year_count_where_the_second_is_another(
    records: dict[str, Program],
) -> None:
    [google], _ = terms_of(records, "google-for-startups-cloud")
    assert (google.credits, google.credits_up_to) == (250_000, True)
    assert (google.cloud, google.equity_asked) == ("Google Cloud", False)


def test_of_several_tiers_the_largest_is_a_bound(records: dict[str, Program]) -> None:
    [aws], _ = terms_of(records, "aws-activate")
    assert (aws.credits, aws.credits_up_to, aws.cloud) == (200_000, True, "AWS")
    assert aws.days == Decimal(365)  # of 1 to 2 years the shorter


def test_what_all_companies_share_is_no_offer_to_one(records: dict[str, Program]) -> None:
    [oxygen], _ = terms_of(records, "a16z-oxygen")
    assert (oxygen.gpu, oxygen.gpus, oxygen.price_basis) == ("H100", None, "below_market")
    assert oxygen.price_per_gpu_hour is None
    assert "funds" in oxygen.missing


def test_a_sum_in_euros_is_no_sum_in_dollars(records: dict[str, Program]) -> None:
    [ovh], _ = terms_of(records, "ovhcloud-startup")
    assert ovh.credits is None


def test_the_company_decides(records: dict[str, Program]) -> None:
    backed = with_values(Profile(), {"funds": "a16z"}, TODAY)
    alone = with_values(Profile(), {"funds": "none"}, TODAY)
    assert terms_of(records, "a16z-oxygen", backed)[0][0].eligibility == "yes"
    assert terms_of(records, "a16z-oxygen", alone)[0][0].eligibility == "no"


def test_what_routes_cite_is_there(tmp_path: Path) -> None:
    kb = KnowledgeBase.open(tmp_path / "home")
    try:
        found = find_routes(
            Job("H100", 256, Decimal(288)),
            home=tmp_path / "home",
            today=TODAY,
            programs=kb.programs(),
            profile=Profile(),
            kb=kb,
        )
    finally:
        kb.close()
    assert found.comparison.programs_compared > 25
    for route in found.comparison.routes:
        for evidence in route.evidence:
            source, _, name = evidence.source.partition(":")
            if source == "offer":
                place = int((evidence.cite or "").removeprefix("offers."))
                assert found.offers[place].offer_id == name
            elif source == "program":
                assert found.cited[evidence.cite or ""].source == name
