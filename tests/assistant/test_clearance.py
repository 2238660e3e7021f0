"""A tool runs only where the person's own words call for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.builtin.planning import Made, plan
from assistant.clearance import Told, refusal
from assistant.context import Past
from assistant.evidence import Artifact, ToolEvidence, passage_evidence
from assistant.reading import read_parts
from assistant.reasons import Reason
from kb.records import Passage
from kb.starter import FOLDER
from kb.starter import programs as starter_programs
from kb.texts.aliases import AliasTable

ALIASES = AliasTable.load(FOLDER / "aliases.yaml")
UTTERANCES = Path(__file__).parents[1] / "gold" / "utterances.yaml"
LEAST = 0.95
_TEXT = "Globex lends GPUs to Zorblax."
_PASSAGE = Passage(source="x", version="1", start=0, end=29, text=_TEXT, language="en", title="X")
READ = Artifact(  # what every model has read when it calls a tool
    tool=ToolEvidence(id="t1", name="search_knowledge"), passages=passage_evidence(1, [_PASSAGE])
)


def told(*messages: str, results: tuple[Artifact, ...] = ()) -> Told:
    return Told(messages, (READ, *results), ALIASES, frozenset({"program", "price"}))


@pytest.mark.parametrize(
    ("said", "name", "args"),
    [
        ("Train 7B on 2T tokens with 256 H100s?", "estimate_training",
         {"params": "7B", "tokens": "2T", "gpus": 256, "gpu": "H100"}),
        ("用256张H100训练70亿参数、2万亿token要多久", "estimate_training",
         {"params": "7000000000", "tokens": "2e12", "gpus": 256}),
        ("8 A100s in Germany for 3 weeks under $2.50 an hour", "gpu_offers",
         {"gpu": "A100", "count": 8, "hours": 504, "max_price": 2.5}),
        ("What are the terms of Oxygen?", "get_program", {"program": "Oxygen"}),
        ("比较氧气计划和Andromeda", "compare_programs", {"programs": ["氧气计划", "Andromeda"]}),
        ("Turn a year on 64 GPUs into a week?", "scale_time",
         {"gpus": 64, "days": "365", "target_days": "1 week"}),
        ("8 H100s for a fortnight", "gpu_offers", {"gpu": "H100", "count": 8, "hours": 336}),
        ("H100 prices since January?", "gpu_price_history", {"gpu": "H100", "since": "2026-01-01"}),
        ("H100从一月起怎么变？", "gpu_price_history", {"gpu": "H100", "since": "2026-01"}),
        ("H100 in mid 2024", "gpu_price_history", {"gpu": "H100", "until": "2024-07"}),
        ("How do startups get GPUs from funds?", "search_knowledge",
         {"query": "创业公司 如何 获得 GPU 算力 基金"}),
        ("We owe 12% on $30,000 cards over 3 years", "gpu_loan",
         {"price_per_gpu": "30000", "interest": "12%", "months": 36}),
    ],
)  # fmt: skip
def test_what_the_person_said_may_be_asked_of_a_tool(
    said: str, name: str, args: dict[str, Any]
) -> None:
    assert refusal((name, args), [], {}, told(said)) is None


@pytest.mark.parametrize(
    ("said", "name", "args", "reason"),
    [
        ("What does Helios lend?", "gpu_offers", {}, "did not ask"),
        ("What does Helios lend?", "gpu_offers", {"gpu": "H100"}, "gpu"),
        ("Train 7B on 2T tokens", "estimate_training", {"params": "70B", "tokens": "2T"}, "params"),
        ("Train 7B on 2T tokens", "estimate_training", {"params": "7B", "tokens": "2T",
                                                        "price": "0.01"}, "price"),
        ("What does Helios lend?", "get_program", {"program": "Oxygen"}, "program"),
        ("What does Helios lend?", "search_knowledge", {"query": "Globex GPUs"}, "searches"),
        ("H100 prices since January?", "gpu_price_history", {"gpu": "H100", "since": "2026-03"},
         "since"),
        ("H100 prices in 2024?", "gpu_price_history", {"gpu": "H100", "since": "2023-01"}, "since"),
        ("What does Helios lend?", "save_profile", {"stage": "seed"}, "stage"),
        ("We pay $2 an hour for 8 H100s", "gpu_offers", {"gpu": "H100", "count": 8,
                                                         "china": True}, "china"),
    ],
)  # fmt: skip
def test_what_nobody_said_is_refused(
    said: str, name: str, args: dict[str, Any], reason: str
) -> None:
    refused = refusal((name, args), [], {}, told(said))
    assert refused is not None
    assert reason in refused.told("en")


def test_defaults_and_our_own_plan_may_be_asked() -> None:
    call = ("gpu_offers", {"gpu": "H100", "term": "spot"})
    assert refusal(call, [call], {}, told("anything")) is None
    args = {"params": "7B", "tokens": "2T", "gpu": "H100"}
    said = told("Train 7B on 2T tokens")
    assert refusal(("estimate_training", args), [], {"gpu": "H100"}, said) is None
    assert refusal(("estimate_training", args), [], {}, said) == Reason("arguments", "gpu")


def test_figures_of_results_count_but_not_those_of_the_library() -> None:
    price = ToolEvidence(id="t2", name="gpu_offers", result={"price": "2.35"})
    found = ToolEvidence(id="t1", name="search_knowledge", result={"price": "9.99"})
    said = told("Train 7B on 2T tokens", results=(Artifact(tool=price), Artifact(tool=found)))
    args = {"params": "7B", "tokens": "2T"}
    assert refusal(("estimate_training", args | {"price": "2.35"}), [], {}, said) is None
    assert refusal(("estimate_training", args | {"price": "9.99"}), [], {}, said) is not None


def test_a_model_that_reads_as_a_person_does_is_hardly_ever_refused() -> None:
    """The calls that people who wrote the utterances expect go through."""
    records = list(starter_programs())
    refused, count = [], 0
    for row in yaml.safe_load(UTTERANCES.read_text(encoding="utf-8")):
        said = [*row.get("after", ()), row["ask"]]
        readings = read_parts(
            said[-1], [Past(question=q, language="en") for q in said[:-1]], records
        )
        made = [Made(("search_knowledge", {"query": each.search}), None) for each in readings]
        expected = [call for part in plan(readings, made) for call in part.wanted]
        for name, args in (row.get("calls") or row.get("any", [{}])[0]).items():
            count += 1
            if refusal((name, args), expected, {}, told(*said)) is not None:
                refused.append((row["ask"], name))
    assert count > 300
    assert len(refused) <= (1 - LEAST) * count, refused
