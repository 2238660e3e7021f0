"""What holds for every estimator, whatever it is asked: 2,000 random inputs.

`python benchmarks/estimates.py --inputs 100000` asks as many as one likes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from random import Random
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from benchmarks.estimate_inputs import ESTIMATORS, Call, Estimator, spoilt, valid
from tools.errors import InvalidInput, UnknownGpu
from tools.estimates.records import Estimate, Sensitivity

CHANCE = st.randoms(use_true_random=False)
QUIET = settings(deadline=None, suppress_health_check=list(HealthCheck))
EACH = pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda each: each.name)
INPUTS = 2000
CLOSE = 1e-9


def within(value: object) -> Iterator[BaseModel]:
    """A record and all records in it."""
    if isinstance(value, BaseModel):
        yield value
        for name in type(value).model_fields:
            yield from within(getattr(value, name))
    elif isinstance(value, tuple):
        for each in value:
            yield from within(each)


def check(call: Call) -> Estimate:
    found = call.run()
    for record in within(found):
        if {"low", "likely", "high"} <= set(type(record).model_fields):
            assert record.low <= record.likely <= record.high, record  # type: ignore[attr-defined]
    lines = found.explain()
    assert lines
    assert any(char.isdigit() for char in " ".join(lines))
    assert all("\n" not in line for line in lines)
    document = found.model_dump_json()
    again = type(found).model_validate_json(document)
    assert again.model_dump_json() == document
    json.loads(document, parse_constant=pytest.fail)  # neither NaN nor infinity
    return found


@EACH
def test_valid_inputs_are_answered(estimator: Estimator) -> None:
    @settings(QUIET, max_examples=-(-INPUTS // len(ESTIMATORS)))
    @given(CHANCE)
    def answered(chance: Random) -> None:
        check(Call(estimator, estimator.arguments(chance)))

    answered()


@settings(QUIET, max_examples=300)
@given(CHANCE)
def test_impossible_inputs_are_refused_with_a_reason_and_nothing_else(chance: Random) -> None:
    call = spoilt(chance)
    refused: InvalidInput | UnknownGpu | None = None
    try:
        call.run()
    except (InvalidInput, UnknownGpu) as refusal:
        refused = refusal
    if refused is not None:
        assert refused.message
        assert refused.hint
        assert "\n" not in refused.message + refused.hint


def _answer(call: Call, **changed: Any) -> Any:
    """The estimate as whatever it is: each has fields of its own."""
    return call.run(**changed)


@settings(QUIET, max_examples=60)
@given(CHANCE)
def test_twice_the_tokens_take_twice_the_hours(chance: Random) -> None:
    call = _one("estimate_training", chance)
    args = call.args
    once, twice = _answer(call), _answer(call, tokens=2 * args["tokens"])
    assert twice.gpu_hours.likely == pytest.approx(2 * once.gpu_hours.likely, rel=CLOSE)


@settings(QUIET, max_examples=60)
@given(CHANCE)
def test_more_gpus_never_take_fewer_gpu_hours(chance: Random) -> None:
    call = _one("estimate_training", chance)
    gpus = chance.randint(1, 50_000)
    few, many = (_answer(call, gpus=count) for count in (gpus, gpus * 2))
    assert many.gpu_hours.likely >= few.gpu_hours.likely * (1 - CLOSE)


PRICED = (
    ("estimate_training", "cost_usd"),
    ("estimate_finetuning", "cost_usd"),
    ("estimate_inference", "cost_usd_per_month"),
    ("estimate_media_training", "cost_usd"),
)


@pytest.mark.parametrize(("name", "cost"), PRICED)
def test_cost_follows_the_price_and_is_none_without_one(name: str, cost: str) -> None:
    @settings(QUIET, max_examples=40)
    @given(CHANCE)
    def follows(chance: Random) -> None:
        call = _one(name, chance)
        assert getattr(_answer(call, price_per_gpu_hour=None), cost) is None
        price = Decimal(chance.randint(1, 5000)) / 100
        low, high = (getattr(_answer(call, price_per_gpu_hour=price * by), cost) for by in (1, 3))
        assert (low is None) == (high is None)
        if low is not None:
            assert float(high.likely) == pytest.approx(3 * float(low.likely), rel=1e-6)

    follows()


@settings(QUIET, max_examples=40)
@given(CHANCE)
def test_a_dearer_chip_and_a_higher_interest_cost_more_a_month(chance: Random) -> None:
    call = _one("gpu_loan", chance)
    rate = Decimal(chance.randint(1, 30)) / 100
    price = call.args["price_per_gpu"]
    for changed in ({"interest": rate + Decimal("0.05")}, {"price_per_gpu": 2 * price}):
        less, more = (_answer(call, **{"interest": rate} | each) for each in ({}, changed))
        for one, other in zip(less.cases, more.cases, strict=True):
            assert other.total_paid_usd > one.total_paid_usd


def _one(name: str, chance: Random) -> Call:
    [estimator] = [each for each in ESTIMATORS if each.name == name]
    return Call(estimator, estimator.arguments(chance))


def _figures(kind: Any) -> bool:
    """Whether a field of this type holds figures."""
    if get_origin(kind) in (Union, UnionType, tuple, list):
        return any(_figures(each) for each in get_args(kind))
    if isinstance(kind, type):
        if issubclass(kind, BaseModel):
            return {"low", "likely", "high"} <= set(kind.model_fields)
        return issubclass(kind, int | float | Decimal) and not issubclass(kind, bool)
    return False


@EACH
def test_every_figure_has_a_unit(estimator: Estimator) -> None:
    found = Call(estimator, estimator.arguments(Random(7))).run()
    missing = []
    for kind in {type(each) for each in within(found)} - {Sensitivity}:
        if {"low", "likely", "high"} <= set(kind.model_fields):
            continue  # in the unit of the field that holds it
        for name, field in kind.model_fields.items():
            extra = field.json_schema_extra
            if _figures(field.annotation) and not (isinstance(extra, dict) and extra.get("unit")):
                missing.append(f"{kind.__name__}.{name}")
    assert missing == []
    inner = {path for path, value in _paths(found.model_dump(exclude={"units", "sources"}))}
    assert inner - found.units.keys() == set()


def _paths(value: Any, path: str = "") -> Iterator[tuple[str, object]]:
    """The figures of a document by their path, ranges as one, items of a list by its name."""
    if isinstance(value, dict) and not {"low", "likely", "high"} <= value.keys():
        for name, part in value.items():
            if not path and name in ("steps", "assumptions", "sensitivity"):
                continue
            yield from _paths(part, f"{path}.{name}" if path else name)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _paths(part, path)
    elif isinstance(value, dict | int | float | Decimal) and not isinstance(value, bool):
        yield path, value


@EACH
def test_an_estimate_takes_under_20_ms(estimator: Estimator) -> None:
    """Of three tries of one input the fastest: the rest is the machine's."""
    chance = Random(3)
    times = []
    for _ in range(15):
        call = Call(estimator, estimator.arguments(chance))
        times.append(min(_seconds(call) for _ in range(3)))
    assert sorted(times)[len(times) // 2] < 0.02


def _seconds(call: Call) -> float:
    begun = time.perf_counter()
    call.run()
    return time.perf_counter() - begun


def test_the_command_prints_counts_and_times() -> None:
    root = Path(__file__).parents[3]
    command = [sys.executable, str(root / "benchmarks" / "estimates.py"), "--inputs", "60"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    last = done.stdout.splitlines()[-1].split()
    assert last == ["all", "60", "0", "0"]


def test_the_same_chance_gives_the_same_input() -> None:
    assert valid(Random(5)) == valid(Random(5))
