"""Small program records for tests: the fields that a test does not care about are filled in."""

from __future__ import annotations

from typing import Any

from kb.programs.program import Program


def term(field: str = "eligibility", text: str = "Harbor asks for something.", **more: Any) -> Any:
    """One term as a record has it."""
    return {
        "field": field,
        "en": text,
        "zh-Hans": f"海港：{text}",
        "grade": "official",
        "publisher": "Harbor Fund",
        "source": "https://harbor.example/terms",
        "as_of": "2026-01",
        **more,
    }


def program(*terms: Any, **more: Any) -> Program:
    """A record with these terms."""
    return Program.model_validate(
        {
            "schema": 1,
            "id": "harbor",
            "name": {"en": "Harbor Compute", "zh-Hans": "海港算力计划"},
            "sponsor": {"en": "Harbor Fund", "zh-Hans": "海港基金"},
            "kind": "investor",
            "status": "active",
            "terms": list(terms),
            **more,
        }
    )
