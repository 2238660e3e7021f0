"""The training estimate: against published runs, its properties, and what it refuses."""

from __future__ import annotations

import json
import sys
import time
from decimal import Decimal
from subprocess import run

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import InvalidInput, UnknownGpu
from tools.estimates.calibration import check_stratum
from tools.estimates.published_runs import fit_band, fitted_band, published_runs
from tools.estimates.training import estimate_training
from tools.estimates.training_records import TrainingEstimate

B, T = Decimal(10**9), Decimal(10**12)


def test_seven_billion_on_two_trillion() -> None:
    found = estimate_training(7 * B, 2 * T, gpus=256, price_per_gpu_hour=Decimal("2.35"))
    hours = found.gpu_hours
    assert 45_000 < hours.low < 53_000
    assert 68_000 < hours.likely < 82_000
    assert 110_000 < hours.high < 145_000
    assert found.days
    assert found.days.likely == pytest.approx(hours.likely / 24 / 256)
    assert found.cost_usd
    assert found.cost_usd.likely == pytest.approx(Decimal(hours.likely) * Decimal("2.35"))
    assert len(found.nearest_runs) == 3
    assert any("form not stated" in each.text for each in found.assumptions)


def test_json_has_numbers_and_the_documented_keys() -> None:
    found = estimate_training(7 * B, 2 * T, gpus=256, price_per_gpu_hour=Decimal("2.35"))
    document = json.loads(found.model_dump_json())
    for name in ("gpu_hours", "days", "cost_usd"):
        assert set(document[name]) == {"low", "likely", "high"}
        assert isinstance(document[name]["likely"], float)
    assert {"name", "value", "text", "source"} == set(document["assumptions"][0])
    assert {"model", "gpu_hours", "tokens", "params", "gpu", "source"} <= set(
        document["nearest_runs"][0]
    )


def test_what_is_not_stated_is_not_guessed() -> None:
    found = estimate_training(7 * B, 2 * T)
    assert found.days is None
    assert found.cost_usd is None
    assert not any(each.name == "price" for each in found.assumptions)


def test_the_price_keeps_its_source_and_date() -> None:
    found = estimate_training(
        7 * B, 2 * T, price_per_gpu_hour=Decimal(2), price_source="a list", price_as_of="2026-03"
    )
    price = next(each for each in found.assumptions if each.name == "price")
    assert price.source == "a list"
    assert "2026-03" in price.text
    assert found.cost_usd
    assert isinstance(found.cost_usd.low, Decimal)


def test_experiments_are_a_line_of_their_own() -> None:
    final = estimate_training(7 * B, 2 * T)
    all_in = estimate_training(7 * B, 2 * T, scope="with_experiments")
    assert all_in.final_run_gpu_hours == final.gpu_hours
    assert all_in.gpu_hours.likely > final.gpu_hours.likely
    assert any("with experiments" in line for line in all_in.explain())


def test_explain_shows_the_numbers() -> None:
    lines = estimate_training(7 * B, 2 * T, gpus=256, price_per_gpu_hour=Decimal("2.35")).explain()
    assert lines[0] == "FLOPs = 6 x 7B active parameters x 2T tokens = 8.40e+22"
    assert "989" in lines[1]
    assert any(line.startswith("days") for line in lines)
    assert any(line.startswith("cost") for line in lines)


def test_a_mixture_of_experts_counts_active_parameters() -> None:
    found = estimate_training(109 * B, 40 * T, active_params=17 * B)
    assert found.stratum == "moe"
    assert found.flops == float(6 * 17 * B * 40 * T)
    assert found.nearest_runs[0].model.startswith("Llama 4")
    assert any("of dense models" in each.text for each in found.assumptions)


def test_blackwell_is_called_uncalibrated() -> None:
    found = estimate_training(7 * B, 2 * T, "B200")
    assert not found.calibrated
    assert any(each.name == "uncalibrated" for each in found.assumptions)
    assert estimate_training(7 * B, 2 * T, "H100").calibrated
    assert estimate_training(7 * B, 2 * T, "A100").calibrated


def test_small_models_have_a_band_of_their_own() -> None:
    small = estimate_training(Decimal("0.5") * B, T)
    assert small.stratum == "dense_small"
    assert small.utilisation != estimate_training(7 * B, T).utilisation


REFUSED: list[dict[str, object]] = [
    {"params": Decimal(0)},
    {"params": Decimal(-7)},
    {"params": Decimal("NaN")},
    {"params": Decimal("Infinity")},
    {"params": Decimal("1e16")},
    {"tokens": Decimal(0)},
    {"tokens": Decimal(-1)},
    {"gpus": 0},
    {"gpus": -8},
    {"active_params": 8 * B},
    {"active_params": Decimal(0)},
    {"architecture": "moe"},
    {"price_per_gpu_hour": Decimal(0)},
    {"price_per_gpu_hour": Decimal(-1)},
    {"scope": "everything"},
    {"gpu": "A30"},
]


@pytest.mark.parametrize("wrong", REFUSED, ids=str)
def test_impossible_input_is_refused_with_a_reason(wrong: dict[str, object]) -> None:
    given_: dict[str, object] = {"params": 7 * B, "tokens": 2 * T} | wrong
    with pytest.raises(InvalidInput) as caught:
        estimate_training(**given_)  # type: ignore[arg-type]
    assert caught.value.message
    assert caught.value.hint


def test_an_unknown_gpu_is_refused() -> None:
    with pytest.raises(UnknownGpu):
        estimate_training(7 * B, 2 * T, "H9000")


# -- properties ----------------------------------------------------------------------------------

_PARAMS = st.integers(10**7, 2 * 10**12).map(Decimal)
_TOKENS = st.integers(10**8, 10**14).map(Decimal)
_GPUS = st.integers(1, 100_000)
_NAMES = st.sampled_from(["H100", "A100 80GB", "H200", "B200", "MI300X", "H20", "V100"])


@given(_PARAMS, _TOKENS, _GPUS, _NAMES, st.decimals("0.01", "50", places=2))
@settings(max_examples=150, deadline=None)
def test_properties(params: Decimal, tokens: Decimal, gpus: int, name: str, price: Decimal) -> None:
    def estimate(tokens: Decimal = tokens, gpus: int = gpus, by: int = 1) -> TrainingEstimate:
        return estimate_training(params, tokens, name, gpus, price_per_gpu_hour=price * by)

    found = estimate()
    assert found.days
    assert found.cost_usd
    for part in (found.gpu_hours, found.days, found.cost_usd, found.utilisation):
        assert part.low <= part.likely <= part.high
    assert isinstance(found.cost_usd.likely, Decimal)
    assert estimate(tokens * 2).gpu_hours.likely == pytest.approx(2 * found.gpu_hours.likely)
    more = estimate(gpus=gpus + 1)
    assert more.gpu_hours.likely >= found.gpu_hours.likely
    assert more.days
    assert more.days.likely < found.days.likely
    dearer = estimate(by=2)
    assert dearer.cost_usd
    assert dearer.cost_usd.likely > found.cost_usd.likely


# -- the fit -------------------------------------------------------------------------------------


def test_every_run_has_a_source_and_a_possible_utilisation() -> None:
    assert len(published_runs()) >= 40
    for each in published_runs():
        assert each.source
        assert 0 < each.utilisation <= 0.65, each.id


def test_no_family_dominates_the_band() -> None:
    runs = list(published_runs())
    llama = [each for each in runs if each.id == "llama3-8b"]
    crowded = fit_band("dense", [*runs, *llama * 50])
    plain = fit_band("dense", runs)
    assert crowded.likely == pytest.approx(plain.likely, abs=0.02)
    assert plain.low < plain.likely < plain.high


def test_few_families_borrow_the_spread_of_dense_models() -> None:
    dense, moe = fitted_band("dense"), fitted_band("moe")
    assert moe.spread_from == "dense"
    assert moe.high / moe.low == pytest.approx(dense.high / dense.low)
    assert moe.likely < dense.likely


def test_a_stratum_without_runs_is_refused() -> None:
    with pytest.raises(InvalidInput):
        fit_band("moe", [])


def test_leaving_one_family_out() -> None:
    dense = check_stratum("dense")
    assert dense.error <= 0.30
    assert 0.75 <= dense.coverage <= 0.90
    assert dense.width <= 3.2
    assert check_stratum("moe").error < check_stratum("moe").plain_error


def test_the_command_prints_every_stratum() -> None:
    done = run(
        [sys.executable, "-m", "tools.estimates.calibration"],
        capture_output=True,
        text=True,
        check=True,
    )
    for word in ("dense", "dense_small", "moe", "40 %"):
        assert word in done.stdout


def test_an_estimate_takes_under_20_ms() -> None:
    estimate_training(7 * B, 2 * T)
    begin = time.perf_counter()
    estimate_training(7 * B, 2 * T)
    assert time.perf_counter() - begin < 0.02


def test_importing_the_tools_loads_nothing_heavy() -> None:
    code = (
        "import sys, tools.estimates.training, tools.market, tools.quantities;"
        "print(sorted({'numpy', 'pandas', 'langchain', 'torch', 'chromadb'} & set(sys.modules)))"
    )
    done = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
