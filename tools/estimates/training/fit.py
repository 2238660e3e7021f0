"""Whether a training job fits into the memory of its GPUs, and with how little sharding."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tools.estimates.architectures import Architecture
from tools.estimates.kv_cache import GIB
from tools.estimates.records import Record, Step, unit
from tools.estimates.training.memory import gpu_bytes, memory_steps, tries, verdict_of
from tools.estimates.training.memory_parts import ACTIVATIONS, ZERO, memory_parts, state_bytes
from tools.estimates.training.memory_records import MemoryParts, TrainingSetup, Verdict
from tools.gpus import Gpu

_TENSOR_PARALLEL, _MOST_POWER = (1, 2, 4, 8), 16


class MemoryFit(Record):
    """Memory on the fullest GPU, for micro batches of one sequence.

    `setup` is the least that fits, in words: ZeRO stage (FSDP is stage 3), recomputation, tensor
    parallel; where nothing fits it is what comes nearest, and `verdict` is "no".
    `gpus` are those of the job, or where it states none the fewest (a power of two, at most 65,536)
    on which it fits.
    """

    verdict: Verdict
    setup: str
    gpus: int = unit("GPUs")
    gpus_stated: bool
    total_bytes: float = unit("bytes")
    gpu_bytes: float = unit("bytes")
    parts: MemoryParts


Fitted = tuple[MemoryFit, TrainingSetup]


def memory_fit(shape: Architecture, on: Gpu, gpus: int | None, seq_len: int) -> Fitted | None:
    """How the training of `shape` fits on `gpus` GPUs, and the setup in full; None where the GPU's
    memory is not known."""
    if on.memory_gb is None:
        return None
    capacity = gpu_bytes(on)
    setup = TrainingSetup(gpus=gpus or 1, seq_len=seq_len, recompute="none", stage=0)
    if gpus is not None:
        return _best(shape, setup, capacity, stated=True)
    # Fewer cannot hold the states, however they are sharded.
    least = shape.params * sum(state_bytes(setup).values()) / capacity
    first = min(_MOST_POWER, max(0, math.ceil(math.log2(max(least, 1)))))
    for power in range(first, _MOST_POWER + 1):
        tried = _best(shape, setup.model_copy(update={"gpus": 2**power}), capacity, stated=False)
        if tried[0].verdict != "no":
            break
    return tried


def _best(shape: Architecture, setup: TrainingSetup, capacity: float, *, stated: bool) -> Fitted:
    """The least sharding that fits, then the first that is tight, else what comes nearest."""
    found: list[tuple[MemoryParts, str, TrainingSetup]] = []
    for step, words in _setups(setup):
        found.append((memory_parts(shape, step), words, step))
        if verdict_of(found[-1][0].total, capacity) == "fits":
            chosen = found[-1]
            break
    else:
        tight = (each for each in found if each[0].total <= capacity)
        chosen = next(tight, min(found, key=lambda each: each[0].total))
    parts, words, layout = chosen
    fit = MemoryFit(
        verdict=verdict_of(parts.total, capacity),
        setup=words,
        gpus=setup.gpus,
        gpus_stated=stated,
        total_bytes=parts.total,
        gpu_bytes=capacity,
        parts=parts,
    )
    return fit, layout


def _setups(setup: TrainingSetup) -> Iterator[tuple[TrainingSetup, str]]:
    """From the least change to the greatest; nothing goes to the memory of the host."""
    for tensor in _TENSOR_PARALLEL:
        if setup.gpus % tensor == 0:
            split = "" if tensor == 1 else f", tensor parallel over {tensor}"
            for step, words in tries(setup.model_copy(update={"tensor": tensor})):
                if step.offload == "none":
                    yield step, words + split


def fit_steps(fit: MemoryFit, layout: TrainingSetup, shape: Architecture) -> Iterator[Step]:
    """How each part of the memory comes about, and what it sums to."""
    for step in memory_steps(shape, layout, fit.parts):
        yield step.model_copy(update={"name": f"memory_{step.name}"})
    yield Step(
        name="memory",
        text=f"memory on one of {fit.gpus:,} GPUs with {fit.setup} ="
        f" {fit.total_bytes / GIB:,.1f} GiB of {fit.gpu_bytes / GIB:,.1f}: {fit.verdict}",
        source=f"{ZERO}; {ACTIVATIONS}",
    )
