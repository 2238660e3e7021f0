"""The memory that training takes on one GPU, by part.

Model states as in ZeRO (Rajbhandari et al. 2020, arXiv:1910.02054); activations tensor by tensor as
in Korthikanti et al. 2022 (arXiv:2205.05198), taken from the shape of the model: grouped heads,
gated MLPs, latent attention and experts each keep other tensors. Held against published peaks by
`python -m tools.estimates.training.memory_check`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal

from tools.errors import InvalidInput
from tools.estimates.architectures import Architecture, shape_assumption
from tools.estimates.checks import whole
from tools.estimates.kv_cache import GIB
from tools.estimates.records import Assumption, Step
from tools.estimates.shown import short
from tools.estimates.training.activations import layer_bytes, logits_bytes
from tools.estimates.training.memory_parts import (
    ACTIVATIONS,
    CONTEXT_BYTES,
    QLORA_BYTES,
    USED_SHARE,
    ZERO,
    memory_parts,
    state_bytes,
)
from tools.estimates.training.memory_records import (
    MemoryParts,
    Recompute,
    Stage,
    TrainingMemory,
    TrainingSetup,
    Verdict,
)
from tools.gpus import Gpu

_QLORA = "Dettmers et al. 2023, arXiv:2305.14314: 4 bits and a 32-bit scale for 64 values"
_ALLOCATOR_SOURCE = "github:MooreThreads/SimuMax docs/strategy.md @1b8ca90, mem_factor"
_CONTEXT_SOURCE = "github:huggingface/transformers docs/source/en/model_memory_anatomy.md @249ef81"
# A card of "16 GB" shows 16,160 MiB to programs.
USABLE_SHARE = 16160 / 16384
UNCERTAIN = 0.10
_MOST_GPUS, _MOST_TOKENS, _MOST_BATCH = 10_000_000, 100_000_000, 100_000


def training_memory(
    shape: Architecture, setup: TrainingSetup, gpu: Gpu | None = None
) -> TrainingMemory:
    """Memory of training `shape` as `setup` says, on the fullest GPU, in bytes.

    With `gpu` also whether it fits, and the least sharding that does. Raises `InvalidInput`.
    """
    _check(shape, setup)
    parts = memory_parts(shape, setup)
    capacity = gpu_bytes(gpu) if gpu else None
    return TrainingMemory(
        inputs=setup,
        model=shape.name,
        parts=parts,
        low_bytes=parts.total * (1 - UNCERTAIN),
        high_bytes=parts.total * (1 + UNCERTAIN),
        gpu=gpu.key if gpu else None,
        gpu_bytes=capacity,
        headroom_bytes=None if capacity is None else capacity - parts.total,
        verdict=None if capacity is None else verdict_of(parts.total, capacity),
        least=None if capacity is None else _least_that_fits(shape, setup, capacity),
        steps=tuple(memory_steps(shape, setup, parts)),
        assumptions=tuple(_assumptions(shape, setup, gpu)),
    )


def gpu_bytes(gpu: Gpu) -> float:
    """Bytes that programs can use: "80 GB" means 80 GiB less what the card keeps for itself."""
    if gpu.memory_gb is None:
        raise InvalidInput(
            f"the memory of {gpu.key} is not known", "name a form, such as H100 80GB"
        )
    return float(gpu.memory_gb) * GIB * USABLE_SHARE


def verdict_of(total: float, capacity: float) -> Verdict:
    """Whether `total` fits: within ten per cent of the capacity it is tight."""
    if total * (1 + UNCERTAIN) <= capacity:
        return "fits"
    return "tight" if total <= capacity else "no"


def _check(shape: Architecture, setup: TrainingSetup) -> None:
    whole("GPUs", setup.gpus, _MOST_GPUS)
    whole("tokens a sequence", setup.seq_len, _MOST_TOKENS)
    whole("sequences a micro batch", setup.micro_batch, _MOST_BATCH)
    for name in ("tensor", "pipeline", "interleave", "expert"):
        whole(f"parts of {name} parallel", getattr(setup, name), setup.gpus * shape.layers)
    split = setup.tensor * setup.pipeline
    if setup.gpus % split:
        raise InvalidInput(
            f"{setup.gpus} GPUs cannot be split in groups of {split}",
            "tensor x pipeline must divide the GPUs",
        )
    if setup.pipeline > shape.layers:
        raise InvalidInput(
            f"{shape.layers} layers cannot be spread over {setup.pipeline} pipeline stages",
            "at most one stage a layer",
        )
    if setup.shard is not None and setup.data % whole("GPUs a copy", setup.shard, setup.data):
        raise InvalidInput(
            f"{setup.shard} GPUs a copy do not divide {setup.data}", "use a divisor of the copies"
        )
    if setup.expert > 1 and setup.data % setup.expert:
        raise InvalidInput(
            f"{setup.expert} expert-parallel GPUs do not divide {setup.data}",
            "experts are spread over the data-parallel GPUs",
        )
    if setup.method != "full" and not 0 < setup.trainable <= shape.params:
        raise InvalidInput(
            f"{setup.trainable:,} parameters of adapters cannot be",
            "more than zero and at most those of the model",
        )


# -- what fits -----------------------------------------------------------------------------------


def tries(setup: TrainingSetup) -> Iterator[tuple[TrainingSetup, str]]:
    """From the least change to the greatest: stages 0 to 3, then full recomputation with them,
    then the optimizer, then all states in the memory of the host."""
    stages: tuple[Stage, ...] = (0, 1, 2, 3) if setup.data > 1 else (0,)
    kept: list[Recompute] = (
        [setup.recompute]
        if setup.recompute == "full"
        else [
            setup.recompute,
            "full",
        ]
    )
    for recompute in kept:
        for stage in stages:
            again = "" if recompute == setup.recompute else ", full recomputation"
            update = {"stage": stage, "recompute": recompute, "offload": "none"}
            yield setup.model_copy(update=update), f"ZeRO stage {stage}{again}"
    last = {"stage": stages[-1], "recompute": "full"}
    yield (
        setup.model_copy(update=last | {"offload": "optimizer"}),
        f"ZeRO stage {stages[-1]}, full recomputation, optimizer in host memory",
    )


def _least_that_fits(shape: Architecture, setup: TrainingSetup, capacity: float) -> str | None:
    for tried, words in tries(setup):
        if memory_parts(shape, tried).total <= capacity:
            return words
    return None


def spread_over(shape: Architecture, setup: TrainingSetup, gpus: int) -> TrainingSetup:
    """`setup` on `gpus` GPUs by sharding alone: ZeRO stage 3, experts on up to 64 of them."""
    expert = 1
    if shape.moe:
        expert = math.gcd(gpus, 1 << (min(64, shape.experts).bit_length() - 1))
    update = {
        "gpus": gpus,
        "stage": 3 if gpus > 1 else 0,
        "tensor": 1,
        "pipeline": 1,
        "expert": expert,
        "shard": None,
    }
    return setup.model_copy(update=update)


def fewest_gpus(shape: Architecture, setup: TrainingSetup, gpu: Gpu) -> tuple[int, str] | None:
    """The smallest power of two of GPUs on which `setup` fits, with the sharding that does it.

    Layers may be computed again and states sharded; nothing goes to host memory. None above 65,536.
    """
    capacity = gpu_bytes(gpu)
    for power in range(17):
        for step, words in tries(spread_over(shape, setup, 2**power)):
            fits = step.offload == "none" and memory_parts(shape, step).total <= capacity
            if fits:
                return 2**power, words
    return None


# -- what is said --------------------------------------------------------------------------------


def _gib(amount: float) -> str:
    return f"{amount / GIB:,.1f} GiB"


def memory_steps(shape: Architecture, setup: TrainingSetup, parts: MemoryParts) -> Iterator[Step]:
    """The parts of `memory_parts` line by line, in GiB."""
    each = state_bytes(setup)
    shards = setup.shard or setup.data
    trained = setup.trainable if setup.method != "full" else shape.params
    split = (
        ""
        if setup.tensor * setup.pipeline == 1
        else (f" / ({setup.tensor} tensor x {setup.pipeline} pipeline, the fullest stage)")
    )

    def line(name: str, amount: float, sharded: bool) -> Step:
        over = f" / {shards} GPUs" if sharded and shards > 1 else ""
        value = getattr(parts, name)
        text = f"{name} = {short(Decimal(trained))} trained parameters x {amount:g} bytes{split}"
        if name == "weights" and setup.method != "full":
            bits = "4 bits" if setup.method == "qlora" else "16 bits"
            text += f" + {short(Decimal(shape.params))} frozen in {bits}"
            over = over and f", both{over}"
        beside = ""
        if name == "weights" and setup.beside:
            beside = f", + {_gib(setup.beside)} of other models / {setup.gpus} GPUs"
        return Step(name=name, text=f"{text}{over}{beside} = {_gib(value)}", source=ZERO)

    yield line("weights", each["weights"], setup.stage >= 3)
    yield line("gradients", each["gradients"], setup.stage >= 2)
    yield line("optimizer", each["optimizer"], setup.stage >= 1)
    if parts.buffers:
        text = f"gathered layers = two in 16 bits and a gradient = {_gib(parts.buffers)}"
        yield Step(name="buffers", text=text, source=ZERO)
    tokens = setup.micro_batch * setup.seq_len
    one = layer_bytes(shape, setup, setup.recompute)
    yield Step(
        name="activations",
        text=f"activations = {tokens:,} tokens x {shape.layers} layers x {one:,.0f} bytes"
        f" (recompute {setup.recompute}) = {_gib(parts.activations)}",
        source=ACTIVATIONS,
    )
    yield Step(
        name="working",
        text=f"logits and their loss = {tokens:,} tokens x {shape.vocab:,} words x"
        f" {logits_bytes(shape, setup) / tokens / shape.vocab:.3g} bytes, or one layer computed"
        f" again if that is more = {_gib(parts.working)}",
        source=ACTIVATIONS,
    )
    yield Step(
        name="total",
        text=f"total = {_gib(parts.allocated)} / {USED_SHARE} used by the allocator"
        f" + {_gib(CONTEXT_BYTES)} for the driver = {_gib(parts.total)} a GPU",
        source=_ALLOCATOR_SOURCE,
    )


def _assumptions(
    shape: Architecture, setup: TrainingSetup, gpu: Gpu | None
) -> Iterator[Assumption]:
    yield shape_assumption(shape)
    yield Assumption(
        name="uncertain",
        value=f"{UNCERTAIN:.0%}",
        text="memory is estimated to about ten per cent; GiB are 1,073,741,824 bytes",
        source="tools/data/memory_peaks.csv; python -m tools.estimates.training.memory_check",
    )
    yield Assumption(
        name="context",
        value=_gib(CONTEXT_BYTES),
        text=f"{_gib(CONTEXT_BYTES)} of a GPU go to its driver and kernels",
        source=_CONTEXT_SOURCE,
    )
    if setup.method == "qlora":
        yield Assumption(
            name="four_bits",
            value=f"{QLORA_BYTES} bytes a parameter",
            text="the base model is kept in 4 bits with scales, its embeddings in 16",
            source=_QLORA,
        )
    if gpu:
        yield Assumption(
            name="gpu_memory",
            value=_gib(gpu_bytes(gpu)),
            text=f"{gpu.key} has {gpu.memory_gb} GB, of which programs see {_gib(gpu_bytes(gpu))}",
            source=_CONTEXT_SOURCE,
        )
