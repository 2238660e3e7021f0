"""The training estimate: against published runs, its properties, and what it refuses."""

from __future__ import annotations

import json
import math
import re
import statistics
import sys
import time
from decimal import Decimal
from pathlib import Path
from subprocess import run

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import InvalidInput, UnknownGpu
from tools.estimates.training.estimate import estimate_training
from tools.estimates.training.published_runs import published_runs, read_own_runs
from tools.estimates.training.records import TrainingEstimate

B, T = Decimal(10**9), Decimal(10**12)


def test_seven_billion_on_two_trillion() -> None:
    found = estimate_training(7 * B, 2 * T, gpus=256, price_per_gpu_hour=Decimal("2.35"))
    hours = found.gpu_hours
    assert 45_000 < hours.low < 55_000
    assert 75_000 < hours.likely < 95_000
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
    assert lines[0].startswith("FLOPs = 6 x 7B active parameters x 2T tokens x 1.0")
    assert "989" in lines[1]
    assert any(line.startswith("days") for line in lines)
    assert any(line.startswith("cost") for line in lines)


def test_a_mixture_of_experts_counts_active_parameters() -> None:
    found = estimate_training(109 * B, 40 * T, active_params=17 * B)
    assert found.stratum == "moe"
    assert found.flops == pytest.approx(float(6 * 17 * B * 40 * T) * (1 + found.attention))
    assert found.nearest_runs[0].model.startswith("Llama 4")
    assert any("the spread is that of all" in each.text for each in found.assumptions)


def test_blackwell_is_called_uncalibrated() -> None:
    found = estimate_training(7 * B, 2 * T, "B200")
    assert not found.calibrated
    assert any(each.name == "uncalibrated" for each in found.assumptions)
    assert estimate_training(7 * B, 2 * T, "H100").calibrated
    assert estimate_training(7 * B, 2 * T, "A100").calibrated


def test_attention_is_counted_from_the_shape() -> None:
    """Llama-3-8B: 32 layers x 4,096 x 8,192 tokens of context over 8.03B parameters."""
    found = estimate_training(None, 15 * T, model="llama-3-8b", seq_len=8192)
    assert found.attention == pytest.approx(32 * 4096 * 8192 / 8.03e9, rel=1e-3)
    stated = estimate_training(8 * B, 15 * T, layers=32, d_model=4096, seq_len=8192)
    assert stated.attention == pytest.approx(32 * 4096 * 8192 / 8e9)
    assert not any(each.name == "shape" for each in stated.assumptions)
    assert any(each.name == "shape" for each in estimate_training(8 * B, T).assumptions)


def test_a_long_context_takes_longer_and_widens_the_range() -> None:
    short, long = (estimate_training(7 * B, 2 * T, seq_len=n) for n in (4096, 65536))
    assert long.gpu_hours.likely > 2 * short.gpu_hours.likely
    assert long.gpu_hours.high / long.gpu_hours.low > short.gpu_hours.high / short.gpu_hours.low
    # Tokens per second of a 7B on H100 fell 4.4 times from 4,096 to 65,536 tokens, on A100 3.6.
    assert 3 < long.gpu_hours.likely / short.gpu_hours.likely < 4.5
    assert any(each.name == "long_context" for each in long.assumptions)


def test_fp8_gains_what_was_measured_and_not_twice() -> None:
    half, eight = (estimate_training(7 * B, 2 * T, precision=name) for name in ("bf16", "fp8"))
    assert half.gpu_hours.likely / eight.gpu_hours.likely == pytest.approx(1.15)
    assert half.gpu_hours.low / eight.gpu_hours.low == pytest.approx(1.35)
    assert eight.gpu_hours.high == half.gpu_hours.high
    assert eight.peak_tflops == half.peak_tflops


def test_many_gpus_for_a_small_model_cost_more() -> None:
    few, many, too_many = (
        estimate_training(B, T, gpus=count).gpu_hours.likely for count in (8, 64, 100_000)
    )
    assert few < many < too_many < 1.15 * few


def test_continued_training_counts_the_added_tokens() -> None:
    found = estimate_training(7 * B, T, start="continued")
    assert found.gpu_hours == estimate_training(7 * B, T).gpu_hours
    assert any(each.name == "continued" for each in found.assumptions)


def test_a_deadline_answers_how_many_gpus() -> None:
    found = estimate_training(7 * B, 2 * T, deadline_days=Decimal(10))
    assert found.gpus_for_deadline
    assert found.days is None
    for share in ("low", "likely", "high"):
        count = int(getattr(found.gpus_for_deadline, share))
        enough = estimate_training(7 * B, 2 * T, gpus=count).days
        too_few = estimate_training(7 * B, 2 * T, gpus=count - 1).days
        assert getattr(enough, share) <= 10 < getattr(too_few, share)


def test_stated_days_imply_a_utilisation() -> None:
    found = estimate_training(7 * B, 2 * T, gpus=256, deadline_days=Decimal(14))
    assert found.implied_utilisation == pytest.approx(found.flops / 989e12 / (256 * 14 * 86400))
    hours = estimate_training(7 * B, 2 * T, stated_gpu_hours=Decimal(256 * 14 * 24))
    assert hours.implied_utilisation == pytest.approx(found.implied_utilisation)


@pytest.mark.parametrize(
    "wanted",
    [
        {"gpus": 256, "deadline_days": Decimal(4)},
        {"stated_gpu_hours": Decimal(30_000)},
        {"stated_gpu_hours": Decimal(60_000), "seq_len": 131_072},
    ],
)
def test_an_implied_utilisation_above_65_percent_is_refused(wanted: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as caught:
        estimate_training(7 * B, 2 * T, **wanted)  # type: ignore[arg-type]
    assert "of the peak" in caught.value.message
    least = Decimal(caught.value.hint.split()[2].replace(",", "")) + 1
    assert estimate_training(
        7 * B,
        2 * T,
        stated_gpu_hours=least,
        seq_len=wanted.get("seq_len"),  # type: ignore[arg-type]
    ).implied_utilisation


def test_own_runs_come_first(tmp_path: Path) -> None:
    path = tmp_path / "runs.csv"
    path.write_text(
        "model,params_total_b,tokens_t,gpu_type,gpu_hours\nOurs,70,15,H100,7000000\n",
        encoding="utf-8",
    )
    own = read_own_runs(path)
    found = estimate_training(7 * B, 2 * T, own_runs=own)
    assert found.nearest_runs[0].model == "Ours"
    assert found.nearest_runs[0].own
    assert found.own_runs == 1
    assert found.utilisation != estimate_training(7 * B, 2 * T).utilisation


def test_a_published_run_is_estimated_with_its_own_numbers_beside_it() -> None:
    llama = next(each for each in published_runs() if each.id == "llama1-65b")
    found = estimate_training(llama.params, llama.tokens, "A100 80GB SXM", llama.n_gpus)
    shown = found.nearest_runs[0]
    assert (shown.model, shown.gpu_hours, shown.wall_days) == (llama.model, 1022362, 21)
    assert found.gpu_hours.low < shown.gpu_hours < found.gpu_hours.high


def test_memory_says_the_least_sharding_that_fits() -> None:
    small = estimate_training(B, T, gpus=8).memory
    assert small
    assert (small.verdict, small.setup) == ("fits", "ZeRO stage 0")
    large = estimate_training(70 * B, T, gpus=1024, seq_len=8192)
    assert large.memory
    assert large.memory.verdict == "fits"
    assert "ZeRO stage 3" in large.memory.setup
    # 16 bytes of states a parameter, sharded over all GPUs.
    parts = large.memory.parts
    states = parts.weights + parts.gradients + parts.optimizer
    assert states == pytest.approx(16 * 70e9 / 1024, rel=0.02)
    assert any(line.startswith("memory on one of 1,024 GPUs") for line in large.explain())


def test_memory_that_does_not_fit_is_said() -> None:
    found = estimate_training(405 * B, T, "A100 40GB", gpus=8).memory
    assert found
    assert found.verdict == "no"
    assert found.total_bytes > found.gpu_bytes


def test_without_a_number_of_gpus_memory_says_the_fewest() -> None:
    found = estimate_training(7 * B, T).memory
    assert found
    assert not found.gpus_stated
    assert found.verdict != "no"
    assert found.gpus == 2
    on_one = estimate_training(7 * B, T, gpus=1).memory
    assert on_one
    assert on_one.verdict == "no"


def test_what_would_change_it_most_comes_first() -> None:
    bars = estimate_training(7 * B, 2 * T, gpus=256).sensitivity
    swings = [bar.swing for bar in bars]
    assert swings == sorted(swings, reverse=True)
    names = {bar.name for bar in bars}
    assert {"utilisation", "tokens", "params", "scope", "gpus", "seq_len", "on"} <= names
    priced = estimate_training(7 * B, 2 * T, price_per_gpu_hour=Decimal(2)).sensitivity
    assert {bar.of for bar in priced} == {"cost_usd"}
    assert "price" in {bar.name for bar in priced}
    assert "on" not in {bar.name for bar in priced}


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
    {"gpu": "A100", "precision": "fp8"},
    {"gpu": "V100", "precision": "bf16"},
    {"precision": "int4"},
    {"seq_len": 0},
    {"layers": 32},
    {"model": "no such model"},
    {"params": None},
    {"start": "again"},
    {"deadline_days": Decimal(0)},
    {"stated_gpu_hours": Decimal(-1)},
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


def test_an_estimate_takes_under_20_ms() -> None:
    """The median of nine, in time of the processor, with the most that can be asked."""
    taken = []
    for _ in range(9):
        begin = time.process_time()
        estimate_training(405 * B, 15 * T, deadline_days=Decimal(90), seq_len=131_072)
        taken.append(time.process_time() - begin)
    assert statistics.median(taken) < 0.02


def test_importing_the_tools_loads_nothing_heavy() -> None:
    code = (
        "import sys, tools.estimates.training.estimate, tools.market, tools.quantities;"
        "print(sorted({'numpy', 'pandas', 'langchain', 'torch', 'chromadb'} & set(sys.modules)))"
    )
    done = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_memory_can_be_done_again_from_its_lines() -> None:
    found = estimate_training(Decimal(7 * 10**9), Decimal(2 * 10**12), gpus=256)
    said = {step.name: step.text.replace(",", "") for step in found.steps}
    assert found.memory is not None
    product = re.search(r"= (\d+) tokens x (\d+) layers x (\d+) bytes", said["memory_activations"])
    logits = re.search(r"= (\d+) tokens x (\d+) words x (\S+) bytes", said["memory_working"])
    assert product
    assert logits
    for match, part in ((product, "activations"), (logits, "working")):
        made = math.prod(map(float, match.groups()))
        assert made == pytest.approx(getattr(found.memory.parts, part), rel=0.01)
    states = [float(said[f"memory_{name}"].split()[-2]) for name in ("weights", "gradients")]
    assert states == [pytest.approx(7e9 * 2 / 2**30, abs=0.1)] * 2
