"""Findings about typed values: sources that differ, figures that no sentence states, past terms."""

from __future__ import annotations

from datetime import date
from typing import Any

from kb import starter
from kb.keeping.findings import Finding
from kb.programs.value_checks import value_findings
from tests.kb.program_records import program, term
from tools.quantities import states_all

TODAY = date(2026, 11, 22)


def findings(*terms: Any) -> list[Finding]:
    return list(value_findings(program(*terms), TODAY, states_all))


def gives(amount: int, **more: Any) -> Any:
    offers = [{"credits": {"up_to": amount, "currency": "USD"}}]
    told = {"text": f"Harbor gives up to ${amount:,}.", "zh-Hans": f"海港最多提供{amount}美元。"}
    return term("offer", offers=offers, **(told | more))


def test_values_that_differ_are_one_finding_that_names_both() -> None:
    gazette = {"publisher": "Gazette", "as_of": "2025"}
    [found] = findings(gives(100), gives(500, **gazette), gives(900, **gazette))
    assert (found.severity, found.code, found.place) == ("warning", "conflict", "credits")
    assert "up to $100 (Harbor Fund, 2026-01); up to $500 (Gazette, 2025)" in found.message


def test_a_figure_that_its_sentence_does_not_state_is_an_error() -> None:
    [found] = findings(gives(100, text="Harbor gives up to $90."))
    assert (found.severity, found.code, found.source) == ("error", "unstated_value", "harbor")
    assert found.place == "terms.0 (credits)"
    [chinese] = findings(gives(100, **{"zh-Hans": "海港最多提供90美元。"}))
    assert chinese.code == "unstated_value"
    assert findings(gives(100)) == []


def test_a_term_past_its_date_is_named_unless_the_program_has_ended() -> None:
    [found] = findings(gives(100, valid_to="2026-10"))
    assert (found.code, found.message) == ("past_term", "held until 2026-10")
    assert findings(gives(100, valid_to="2026-11")) == []
    ended = program(gives(100, valid_to="2026-10"), status="ended")
    assert list(value_findings(ended, TODAY, states_all)) == []


def test_the_bundled_records_state_what_they_type() -> None:
    for record in starter.programs():
        codes = {found.code for found in value_findings(record, TODAY, states_all)}
        assert codes <= {"conflict"}, record.id
