"""Memory of training: against published peaks, by part, what fits, and its properties."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import InvalidInput
from tools.estimates.architectures import Architecture, architecture, architectures, typical_shape
from tools.estimates.kv_cache import GIB
from tools.estimates.training.memory import (
    fewest_gpus,
    gpu_bytes,
    training_memory,
)
from tools.estimates.training.memory_check import WITHIN, compare, main, memory_peaks
from tools.estimates.training.memory_parts import memory_parts, state_bytes
from tools.estimates.training.memory_records import TrainingMemory, TrainingSetup
from tools.gpus import gpu

# Rows that miss by more than ten per cent, each explained in docs/estimates.md.
MISSES = {
    "deepspeed-t5-3b-zero2",
    "deepspeed-t5-3b-zero3",
    "deepspeed-t5-3b-zero3-offload",
    "torchtitan-70b-256gpus",
    "litgpt-phi-1.5-qlora-1",
    "litgpt-stablelm-3b-qlora-1",
    "litgpt-llama-2-7b-qlora-1",
    "litgpt-llama-2-13b-qlora-1",
    "torchtune-8b-lora-4090",
    "torchtune-8b-qlora-4090",
    "fms-mistral-full-1gpu-b8",
    "fms-mistral-full-2gpus-b4",
    "fms-mistral-qlora-2gpus-b4",
    "fms-llama-2-70b-qlora-2gpus-b2",
    "qwen-7b-qlora-8192",
    "qwen-14b-qlora-8192",
}


def test_published_peaks_within_ten_per_cent() -> None:
    rows = [compare(peak) for peak in memory_peaks()]
    assert {row.peak.id for row in rows if abs(row.error) > WITHIN} == MISSES
    measured = [row for row in rows if row.peak.kind == "measured"]
    near = [row for row in measured if abs(row.error) <= WITHIN]
    assert len(near) >= 40
    assert len({row.peak.source for row in near}) >= 7
    assert all(row.peak.source for row in rows)


def test_activations_of_the_paper_are_exact() -> None:
    exact = [
        compare(peak)
        for peak in memory_peaks()
        if peak.id.startswith("korthikanti") and peak.measures == "activations"
    ]
    assert len(exact) == 8
    for row in exact:
        assert row.error == pytest.approx(0, abs=1e-6)


def test_the_command_prints_every_row(capsys: pytest.CaptureFixture[str]) -> None:
    main()
    printed = capsys.readouterr().out
    for peak in memory_peaks():
        assert peak.id in printed
    assert "measured: 48 of 61 within 10%" in printed


def test_states_by_optimizer_and_precision() -> None:
    def total(**said: object) -> float:
        return sum(state_bytes(TrainingSetup.model_validate(said)).values())

    assert total() == 16
    assert total(gradient_bytes=4) == 18
    assert total(optimizer="adamw_8bit") == 10
    assert total(optimizer="muon") == 12
    assert total(precision="fp32") == 16
    assert total(precision="pure_bf16") == 8


def test_each_stage_shards_more() -> None:
    shape = architecture("Llama 3 8B")
    parts = [memory_parts(shape, TrainingSetup(gpus=8, stage=stage)) for stage in (0, 1, 2, 3)]
    n = shape.params
    held = [part.weights + part.gradients + part.optimizer for part in parts]
    assert held == pytest.approx([16 * n, (4 + 12 / 8) * n, (2 + 14 / 8) * n, 16 / 8 * n])
    assert parts[3].buffers > 0
    assert parts[2].buffers == 0


def test_hybrid_sharding_keeps_a_copy_a_group() -> None:
    shape = architecture("Llama 3 8B")
    hybrid = memory_parts(shape, TrainingSetup(gpus=64, stage=3, shard=8))
    assert hybrid == memory_parts(shape, TrainingSetup(gpus=8, stage=3))


def test_what_fits_on_a_gpu() -> None:
    shape = architecture("Llama 3 8B")
    one = training_memory(shape, TrainingSetup(gpus=1, stage=0), gpu("H100 80GB"))
    assert one.verdict == "no"
    assert one.least == "ZeRO stage 0, full recomputation, optimizer in host memory"
    eight = training_memory(shape, TrainingSetup(gpus=8, stage=0), gpu("H100 80GB"))
    assert eight.verdict == "no"
    assert eight.least == "ZeRO stage 1"
    sharded = training_memory(shape, TrainingSetup(gpus=8, stage=3), gpu("H100 80GB"))
    assert sharded.verdict == "fits"
    assert sharded.headroom_bytes == pytest.approx((sharded.gpu_bytes or 0) - sharded.parts.total)
    assert sharded.low_bytes < sharded.parts.total < sharded.high_bytes


def test_the_fewest_gpus() -> None:
    setup = TrainingSetup(stage=3, seq_len=4096)
    assert fewest_gpus(architecture("Llama 3 8B"), setup, gpu("H100 80GB")) == (
        2,
        "ZeRO stage 3",
    )
    large = fewest_gpus(architecture("Llama 3.1 405B"), setup, gpu("H100 80GB"))
    assert large is not None
    assert 64 <= large[0] <= 256
    huge = TrainingSetup(seq_len=100_000_000)
    assert fewest_gpus(architecture("Llama 3.1 405B"), huge, gpu("T4")) is None


def test_memory_of_a_card_is_counted_in_gib() -> None:
    assert gpu_bytes(gpu("H100 80GB")) == pytest.approx(80 * GIB, rel=0.02)
    assert gpu_bytes(gpu("H100 80GB")) < 80 * GIB
    with pytest.raises(InvalidInput):
        gpu_bytes(gpu("H100").model_copy(update={"memory_gb": None}))


def test_adapters_hold_the_base_frozen() -> None:
    shape = architecture("Llama 2 7B")
    setup = TrainingSetup(gpus=1, stage=0, method="lora", trainable=4_194_304)
    lora = memory_parts(shape, setup)
    assert lora.weights == pytest.approx(2 * shape.params + 2 * 4_194_304)
    assert lora.optimizer == pytest.approx(12 * 4_194_304)
    qlora = memory_parts(shape, setup.model_copy(update={"method": "qlora"}))
    assert 3.5e9 < qlora.weights < 4.5e9


def test_explained_with_numbers_and_units() -> None:
    found = training_memory(architecture("Llama 3 8B"), TrainingSetup(gpus=8), gpu("H100 80GB"))
    lines = found.explain()
    assert lines[0] == "weights = 8.03B trained parameters x 2 bytes / 8 GPUs = 1.9 GiB"
    assert any("logits" in line for line in lines)
    assert found.units["low_bytes"] == "bytes"
    assert "arXiv:1910.02054" in " ".join(found.sources)
    document = json.loads(found.model_dump_json())
    assert document["parts"]["total"] == pytest.approx(found.parts.total)


WRONG: list[dict[str, object]] = [
    {"gpus": 0},
    {"seq_len": 0},
    {"micro_batch": -1},
    {"gpus": 8, "tensor": 3},
    {"gpus": 64, "pipeline": 64},
    {"gpus": 8, "shard": 3},
    {"gpus": 8, "expert": 3},
    {"method": "lora"},
    {"method": "lora", "trainable": 10**12},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_impossible_setups_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as caught:
        training_memory(architecture("Llama 3 8B"), TrainingSetup.model_validate(wrong))
    assert caught.value.hint


_SHAPES = st.one_of(
    st.sampled_from(architectures()), st.integers(10**7, 10**13).map(lambda n: typical_shape(n))
)


@st.composite
def _setups(draw: st.DrawFn) -> TrainingSetup:
    tensor, pipeline, copies = (draw(st.sampled_from([1, 2, 4])) for _ in range(3))
    method = draw(st.sampled_from(["full", "lora", "qlora"]))
    return TrainingSetup.model_validate(
        {
            "gpus": tensor * pipeline * copies,
            "stage": draw(st.sampled_from([0, 1, 2, 3])),
            "tensor": tensor,
            "pipeline": pipeline,
            "micro_batch": draw(st.integers(1, 64)),
            "seq_len": draw(st.integers(1, 200_000)),
            "recompute": draw(st.sampled_from(["none", "selective", "ops", "full"])),
            "precision": draw(st.sampled_from(["bf16", "pure_bf16", "fp32"])),
            "optimizer": draw(st.sampled_from(["adamw", "adamw_8bit", "muon"])),
            "kernels": draw(st.sampled_from(["fused", "eager"])),
            "method": method,
            "trainable": 10**6 if method != "full" else 0,
        }
    )


@given(_SHAPES, _setups())
@settings(max_examples=150, deadline=None)
def test_properties(shape: Architecture, setup: TrainingSetup) -> None:
    if setup.pipeline > shape.layers:
        return
    found = training_memory(shape, setup, gpu("H100 80GB"))
    parts = found.parts
    assert parts.total > 0
    assert all(value >= 0 for value in parts.model_dump().values())

    def total(**changed: object) -> float:
        return memory_parts(shape, setup.model_copy(update=changed)).total

    assert total(micro_batch=setup.micro_batch + 1) > parts.total
    assert total(recompute="full") <= total(recompute="none") * 1.0001
    # Sharding for the first time brings gathered layers with it.
    gathered = parts.weights + parts.gradients
    assert total(gpus=setup.gpus * 2) <= parts.total * 1.0001 + gathered
    assert total(offload="optimizer") <= parts.total
    assert TrainingMemory.model_validate(found.model_dump()) == found


def test_an_estimate_takes_under_20_ms() -> None:
    shape, setup = architecture("DeepSeek-V3"), TrainingSetup(gpus=1024)
    training_memory(shape, setup, gpu("H100 80GB"))
    begin = time.perf_counter()
    training_memory(shape, setup, gpu("H100 80GB"))
    assert time.perf_counter() - begin < 0.02
