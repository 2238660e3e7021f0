"""The fine-tuning estimate: methods, data, memory, reinforcement learning, and what it refuses."""

from __future__ import annotations

import json
import re
import time
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import InvalidInput, UnknownGpu
from tools.estimates.architectures import architecture
from tools.estimates.finetuning.adapters import TrainedPart, adapter_params, flops_per_token
from tools.estimates.finetuning.estimate import estimate_finetuning
from tools.estimates.finetuning.records import FinetuningEstimate
from tools.estimates.finetuning.runs import (
    check,
    finetuning_runs,
    fitted_slowdown,
    fitted_utilisation,
    main,
)

B, M = Decimal(10**9), Decimal(10**6)


def test_full_fine_tuning_of_eight_billion() -> None:
    found = estimate_finetuning(
        "Llama 3 8B",
        examples=50_000,
        tokens_per_example=400,
        epochs=Decimal(3),
        gpus=8,
        price_per_gpu_hour=Decimal("2.35"),
    )
    assert found.inputs.tokens == 20_000_000
    assert 1 < found.gpu_hours.low < found.gpu_hours.likely < found.gpu_hours.high < 15
    assert found.days
    assert found.days.likely == pytest.approx(found.gpu_hours.likely / 24 / 8)
    assert found.cost_usd
    assert isinstance(found.cost_usd.likely, Decimal)
    assert found.cost_usd.likely == pytest.approx(Decimal(found.gpu_hours.likely) * Decimal("2.35"))
    assert found.one_gpu == "no"
    assert found.fewest_gpus == 2
    assert found.memory
    assert found.memory.verdict == "fits"
    assert found.trainable_params == 8_030_261_248
    assert [phase.name for phase in found.phases] == ["training"]


def test_adapters_have_the_parameters_that_their_papers_and_tools_print() -> None:
    # As peft prints them: attention of Mistral 7B, all matrices of Llama 3 8B and Llama 2 7B.
    assert adapter_params(architecture("Mistral 7B"), 16, "attention") == 13_631_488
    assert adapter_params(architecture("Llama 3 8B"), 16, "all") == 41_943_040
    assert adapter_params(architecture("Llama 2 7B"), 8, "all") == 19_988_480
    assert adapter_params(architecture("DeepSeek-V3"), 8, "attention") > 0


def test_adapters_take_two_thirds_of_the_operations() -> None:
    shape = architecture("Llama 2 7B")
    full, lora = (flops_per_token(shape, part, 0) for part in ("full", "lora"))  # type: ignore[arg-type]
    assert lora / full == pytest.approx(2 / 3)


def test_a_base_in_four_bits_fits_where_nothing_else_does() -> None:
    asked: dict[str, Any] = {"model": "Llama 3 70B", "tokens": 20 * M, "gpu": "A100 80GB"}
    qlora, lora, full = (
        estimate_finetuning(**asked, method=method) for method in ("qlora", "lora", "full")
    )
    assert qlora.one_gpu == "fits"
    assert lora.one_gpu == "no"
    assert qlora.fewest_gpus == 1
    assert lora.fewest_gpus == 4
    assert full.fewest_gpus
    assert full.fewest_gpus >= 16
    slower = qlora.gpu_hours.likely / lora.gpu_hours.likely
    assert slower == pytest.approx(fitted_slowdown())
    assert 1.1 < slower < 1.3
    assert full.gpu_hours.likely > 1.4 * lora.gpu_hours.likely
    assert qlora.inputs.gpus == 1
    assert any(each.name == "gpus" for each in qlora.assumptions)


def test_other_methods_are_named_with_what_they_need() -> None:
    found = estimate_finetuning("Llama 3 70B", tokens=20 * M, gpus=8)
    assert found.memory
    assert found.memory.verdict == "no"
    assert any(each.name == "does_not_fit" for each in found.assumptions)
    others = {other.method: other.fewest_gpus for other in found.other_methods}
    assert others == {"lora": 4, "qlora": 1}
    assert found.hours
    assert found.days
    assert found.hours.likely == pytest.approx(24 * found.days.likely)


def test_experts_are_spread() -> None:
    found = estimate_finetuning("DeepSeek-V3", tokens=1000 * M, gpu="H100")
    assert found.fewest_gpus
    assert 128 <= found.fewest_gpus <= 512


def test_a_size_without_a_name_takes_a_typical_shape() -> None:
    found = estimate_finetuning(params=7 * B, tokens=100 * M, method="lora")
    assert any("typical shape" in each.text for each in found.assumptions)
    named = estimate_finetuning("Llama 2 7B", tokens=100 * M, method="lora")
    assert found.gpu_hours.likely == pytest.approx(named.gpu_hours.likely, rel=0.15)


def test_reinforcement_learning_generates_scores_and_trains() -> None:
    found = estimate_finetuning(
        "Qwen2.5 7B", method="rl", prompts=20_000, generated_tokens=1000, gpus=8
    )
    assert [phase.name for phase in found.phases] == ["training", "generation", "scoring"]
    parts = [phase.gpu_hours.likely for phase in found.phases]
    assert found.gpu_hours.likely == pytest.approx(sum(parts))
    assert found.inputs.tokens is None
    assert found.inputs.packed
    longer = estimate_finetuning(
        "Qwen2.5 7B", method="rl", prompts=20_000, generated_tokens=2000, gpus=8
    )
    assert longer.phases[1].gpu_hours.likely > 2 * found.phases[1].gpu_hours.likely
    adapters = estimate_finetuning(
        "Qwen2.5 7B", method="rl", prompts=20_000, generated_tokens=1000, gpus=8, rank=16
    )
    assert adapters.fewest_gpus
    assert found.fewest_gpus
    assert adapters.fewest_gpus < found.fewest_gpus


def test_hermes_3_took_what_its_authors_say() -> None:
    """The one whole job with known tokens: 2,086 H100-hours for 1.56 billion."""
    found = estimate_finetuning(
        "Hermes 3 405B", tokens=Decimal("3.9e8"), epochs=Decimal(4), packed=True, seq_len=8192
    )
    assert found.gpu_hours.low == pytest.approx(2086, rel=0.05)
    assert found.gpu_hours.likely < 2 * 2086
    near = found.nearest_runs[0]
    assert (near.model, near.gpu_hours, near.tokens) == ("Hermes 3 405B", 2086, 1.56e9)


def test_what_is_not_stated_is_not_guessed() -> None:
    found = estimate_finetuning("Llama 3 8B", tokens=100 * M)
    assert found.cost_usd is None
    assert not any(each.name == "price" for each in found.assumptions)
    assert any(each.name == "epochs" for each in found.assumptions)


def test_gpus_without_measured_speeds_are_called_uncalibrated() -> None:
    found = estimate_finetuning("Llama 3 8B", tokens=100 * M, gpu="B200")
    assert not found.calibrated
    assert any(each.name == "uncalibrated" for each in found.assumptions)
    assert estimate_finetuning("Llama 3 8B", tokens=100 * M, gpu="A100 80GB").calibrated


def test_packed_data_is_cheaper() -> None:
    padded = estimate_finetuning("Llama 3 8B", tokens=100 * M)
    packed = estimate_finetuning("Llama 3 8B", tokens=100 * M, packed=True)
    assert packed.gpu_hours.high == pytest.approx(padded.gpu_hours.high / 2)
    assert packed.gpu_hours.low == pytest.approx(padded.gpu_hours.low)


def test_explained_with_numbers_sources_and_units() -> None:
    found = estimate_finetuning(
        "Llama 3 8B", method="lora", examples=50_000, tokens_per_example=400, gpus=1
    )
    lines = found.explain()
    assert lines[0] == "tokens = 50,000 examples x 400 tokens x 1 epoch = 20M"
    assert lines[1] == "adapters of rank 16 on all matrices = 41.94M parameters"
    assert any(line.startswith("GPU-hours at full peak") for line in lines)
    assert any(line.startswith("weights = 41.94M trained") for line in lines)
    assert found.units["inputs.tokens"] == "tokens"
    assert "tools/data/finetuning_runs.csv" in found.sources
    names = [bar.name for bar in found.sensitivity]
    assert {"data", "utilisation", "padding", "overhead"} == set(names)
    document = json.loads(found.model_dump_json())
    assert set(document["gpu_hours"]) == {"low", "likely", "high"}
    assert FinetuningEstimate.model_validate(found.model_dump()) == found


REFUSED: list[dict[str, Any]] = [
    {"model": None},
    {"params": 8 * B},
    {"model": "Llama 9 8B"},
    {"model": None, "params": Decimal(0)},
    {"model": None, "params": Decimal(1000)},
    {"model": None, "params": 8 * B, "active_params": 9 * B},
    {"tokens": None},
    {"tokens": Decimal(-5)},
    {"examples": 10},
    {"tokens": None, "examples": 10},
    {"tokens": None, "examples": 0, "tokens_per_example": 10},
    {"epochs": Decimal(0)},
    {"gpus": 0},
    {"seq_len": 0},
    {"micro_batch": 0},
    {"rank": 8},
    {"method": "lora", "rank": 0},
    {"method": "prefix"},
    {"method": "lora", "targets": "head"},
    {"method": "rl"},
    {"method": "rl", "tokens": None},
    {"method": "rl", "tokens": None, "prompts": 0, "generated_tokens": 10},
    {"prompts": 10},
    {"price_per_gpu_hour": Decimal(0)},
    {"gpu": "RTX A6000"},
]


@pytest.mark.parametrize("wrong", REFUSED, ids=str)
def test_impossible_input_is_refused_with_a_reason(wrong: dict[str, Any]) -> None:
    asked: dict[str, Any] = {"model": "Llama 3 8B", "tokens": 100 * M} | wrong
    with pytest.raises(InvalidInput) as caught:
        estimate_finetuning(**asked)
    assert caught.value.message
    assert caught.value.hint


def test_an_unknown_gpu_is_refused() -> None:
    with pytest.raises(UnknownGpu):
        estimate_finetuning("Llama 3 8B", tokens=100 * M, gpu="H9000")


@given(
    st.integers(10**8, 10**12).map(Decimal),
    st.integers(10**5, 10**12).map(Decimal),
    st.sampled_from(["full", "lora", "qlora"]),
    st.sampled_from(["H100", "A100 80GB", "H200", "B200", "MI300X", "RTX 4090", "V100"]),
    st.integers(1, 4096),
    st.decimals("0.01", "50", places=2),
)
@settings(max_examples=100, deadline=None)
def test_properties(
    params: Decimal, tokens: Decimal, method: Any, name: str, gpus: int, price: Decimal
) -> None:
    def estimate(tokens: Decimal = tokens, gpus: int = gpus, by: int = 1) -> FinetuningEstimate:
        return estimate_finetuning(
            params=params,
            tokens=tokens,
            method=method,
            gpu=name,
            gpus=gpus,
            price_per_gpu_hour=price * by,
        )

    found = estimate()
    assert found.days
    assert found.cost_usd
    for part in (found.gpu_hours, found.days, found.cost_usd, found.utilisation):
        assert part.low <= part.likely <= part.high
    assert estimate(tokens * 2).gpu_hours.likely == pytest.approx(2 * found.gpu_hours.likely)
    assert estimate(gpus=gpus * 2).gpu_hours.likely >= found.gpu_hours.likely
    dearer = estimate(by=2)
    assert dearer.cost_usd
    assert dearer.cost_usd.likely > found.cost_usd.likely
    for bar in found.sensitivity:
        assert bar.at_low != bar.at_high


def test_every_published_speed_has_a_source_and_a_possible_utilisation() -> None:
    speeds = [run for run in finetuning_runs() if run.utilisation is not None]
    assert len(speeds) >= 30
    for run in finetuning_runs():
        assert run.source
        assert run.gpu_hours or run.tokens_per_gpu_second
    for run in speeds:
        assert 0 < (run.utilisation or 0) <= 0.65, run.id


def test_the_band_covers_sources_that_it_has_not_seen() -> None:
    band = fitted_utilisation("lora")
    assert 0.2 < band.low < band.likely < band.high < 0.65
    shared, apart = (
        [check(part, shared=one) for part in get_args(TrainedPart)] for one in (True, False)
    )
    assert all(each.error <= 0.30 for each in shared)
    inside, speeds = sum(each.inside for each in shared), sum(each.speeds for each in shared)
    assert 0.75 <= inside / speeds <= 0.90
    assert inside > sum(each.inside for each in apart)


def test_the_command_prints_the_bands(capsys: pytest.CaptureFixture[str]) -> None:
    main()
    printed = capsys.readouterr().out
    for word in ("band of qlora: ", "a band for each method", "leaving one source out"):
        assert word in printed


def test_an_estimate_takes_under_20_ms() -> None:
    def once() -> float:
        begin = time.perf_counter()
        estimate_finetuning("DeepSeek-V3", tokens=1000 * M, method="lora", gpu="H100")
        return time.perf_counter() - begin

    assert min(once() for _ in range(3)) < 0.02


def test_the_lines_of_reinforcement_learning_can_be_done_again_with_a_calculator() -> None:
    found = estimate_finetuning(
        model="llama-3-8b", method="rl", prompts=20_000, generated_tokens=1024, epochs=Decimal(2)
    )
    said = {step.name: step.text.replace(",", "") for step in found.steps}
    scored = re.search(r"2 x ([\d.]+)B parameters x ([\d.]+)M tokens x 2 pas", said["scoring"])
    assert scored
    flops = 2 * 2 * float(scored[1]) * 1e9 * float(scored[2]) * 1e6 * 2
    likely = flops / (3600 * 989e12) * 1.1 / found.utilisation.likely
    phases = {phase.name: phase.gpu_hours.likely for phase in found.phases}
    assert phases["scoring"] == pytest.approx(likely, rel=0.01)
    made = re.search(
        r"= ([\d.]+)M tokens x 2 passes / ([\d.]+) tokens a second", said["generation"]
    )
    assert made
    at_best = float(made[1]) * 1e6 * 2 / float(made[2]) / 3600
    share = re.search(r"reached \(\d+% (\d+)%", said["generation"])
    assert share
    assert phases["generation"] == pytest.approx(at_best * 1.1 / int(share[1]) * 100, rel=0.01)
    attention = re.search(
        r"6 x ([\d.]+)B parameters \+ (\S+) of attention.* = (\S+)", said["flops"]
    )
    assert attention
    each = 6 * float(attention[1]) * 1e9 + float(attention[2])
    assert float(attention[3]) == pytest.approx(each, rel=0.001)
