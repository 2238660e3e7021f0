"""The memory that training takes on one GPU, by part.

Model states as in ZeRO (Rajbhandari et al. 2020, arXiv:1910.02054); activations tensor by tensor as
in Korthikanti et al. 2022 (arXiv:2205.05198), taken from the shape of the model: grouped heads,
gated MLPs, latent attention and experts each keep other tensors. Held against published peaks by
`python -m tools.estimates.memory_check`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tools.errors import InvalidInput
from tools.estimates.activations import layer_bytes, logits_bytes
from tools.estimates.architectures import Architecture, shape_assumption
from tools.estimates.checks import whole
from tools.estimates.kv_cache import GIB
from tools.estimates.records import Assumption, Step
from tools.estimates.shown import short
from tools.estimates.training_memory_records import (
    MemoryParts,
    Recompute,
    Stage,
    TrainingMemory,
    TrainingSetup,
    Verdict,
)
from tools.gpus import Gpu

ZERO = "Rajbhandari et al. 2020, arXiv:1910.02054, section 3 and figure 1"
ACTIVATIONS = "Korthikanti et al. 2022, arXiv:2205.05198, section 4"
QLORA = "Dettmers et al. 2023, arXiv:2305.14314: 4 bits and a 32-bit scale for 64 values"
# NF4: half a byte and 4 bytes of scale for each block of 64 values.
QLORA_BYTES = 0.5625
# What the allocator cannot use again: SimuMax plans with a share of 0.94 that is used.
USED_SHARE = 0.94
_ALLOCATOR_SOURCE = "github:MooreThreads/SimuMax docs/strategy.md @1b8ca90, mem_factor"
# The kernels of the driver and of communication: 1,343 MB on a V100.
CONTEXT_BYTES = 1343 * 2**20
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
        steps=tuple(_steps(shape, setup, parts)),
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


# -- the parts -----------------------------------------------------------------------------------


def memory_parts(shape: Architecture, setup: TrainingSetup) -> MemoryParts:
    """Bytes of each part on the fullest GPU. The setup is taken as checked."""
    stages = {0, min(1, setup.pipeline - 1), setup.pipeline - 1}
    return max((_stage_parts(shape, setup, at) for at in stages), key=lambda parts: parts.total)


def _stage_parts(shape: Architecture, setup: TrainingSetup, at: int) -> MemoryParts:
    """The parts on a GPU of the pipeline stage `at`, counted from zero."""
    held = _stage(shape, setup, at)
    shards = setup.shard or setup.data
    each = state_bytes(setup)
    weights = gradients = optimizer = 0.0
    frozen = setup.method != "full"
    for params, over in (
        (held.dense_params, shards),
        (held.expert_params, max(1, shards // setup.expert)),
    ):
        share = params * (setup.trainable / shape.params if frozen else 1)
        weights += _sharded(share * each["weights"], over, setup.stage >= 3)
        gradients += _sharded(share * each["gradients"], over, setup.stage >= 2)
        optimizer += _sharded(share * each["optimizer"], over, setup.stage >= 1)
        if frozen:
            weights += _sharded(_frozen_bytes(shape, setup, params), over, setup.stage >= 3)
    if setup.offload != "none":
        gradients = optimizer = 0.0
    buffers = _gathered(shape, setup, shards)
    if setup.offload == "all":
        weights = 0.0
    weights += setup.beside / setup.gpus
    tokens = setup.micro_batch * setup.seq_len
    activations = tokens * held.layers_under_way * layer_bytes(held.shape, setup, setup.recompute)
    working = tokens * _again(held.shape, setup)
    if at == setup.pipeline - 1:
        working = max(working, logits_bytes(shape, setup))
    allocated = weights + gradients + optimizer + buffers + activations + working
    return MemoryParts(
        weights=weights,
        gradients=gradients,
        optimizer=optimizer,
        activations=activations,
        working=working,
        buffers=buffers,
        overhead=allocated * (1 / USED_SHARE - 1) + CONTEXT_BYTES,
    )


def state_bytes(setup: TrainingSetup) -> dict[str, float]:
    """Bytes a trained parameter by state, before sharding."""
    # Moments a parameter and their bytes; Muon and SGD keep a momentum only.
    values, wide = {"adamw": (2, 4), "adamw_8bit": (2, 1), "muon": (1, 4), "sgd": (1, 4)}[
        setup.optimizer
    ]
    if setup.precision == "fp32":
        return {"weights": 4, "gradients": 4, "optimizer": values * wide}
    if setup.precision == "pure_bf16":
        return {"weights": 2, "gradients": 2, "optimizer": values * min(wide, 2)}
    # A 32-bit copy of the weights beside the moments.
    return {"weights": 2, "gradients": setup.gradient_bytes, "optimizer": 4 + values * wide}


def _sharded(amount: float, over: int, sharded: bool) -> float:
    return amount / over if sharded else amount


def _frozen_bytes(shape: Architecture, setup: TrainingSetup, held: float) -> float:
    """The base model under adapters: 16 bits, or 4 bits with the embeddings in 16."""
    wide = 4 if setup.precision == "fp32" else 2
    if setup.method == "lora":
        return held * wide
    embeddings = held * shape.vocab * shape.d_model / shape.params
    return (held - embeddings) * QLORA_BYTES + embeddings * wide


@dataclass(frozen=True, slots=True)
class _Stage:
    """What one pipeline stage holds: its layers as a shape of their own, the parameters on one
    tensor-parallel GPU (experts apart), and the layers whose activations wait at the same time."""

    shape: Architecture
    dense_params: float
    expert_params: float
    layers_under_way: float


def _stage(shape: Architecture, setup: TrainingSetup, at: int) -> _Stage:
    """The stage `at`: the first layers are dense in a mixture of experts; the first stage has the
    input embedding, the last the output one.

    A stage of p has p - `at` micro batches under way; m interleaved parts add (p - 1)/(p m)
    (Korthikanti et al. 2022, section 4.2.3).
    """
    most = -(-shape.layers // setup.pipeline)
    before = at * most
    layers = max(1, min(most, shape.layers - before))
    dense = max(0, min(layers, shape.dense_layers - before))
    part = shape.model_copy(update={"layers": layers, "dense_layers": dense})
    experts = 0.0
    if shape.moe:
        experts = float((layers - dense) * shape.experts * shape.mlp_params(shape.d_expert))
    ends = shape.vocab * shape.d_model
    if setup.pipeline == 1:
        held = float(shape.params) - experts
    else:
        counted = part.counted_params() - part.embedding_params - experts
        held = counted + (ends if at in (0, setup.pipeline - 1) else 0)
    waiting = float(setup.pipeline - at)
    if setup.interleave > 1:
        waiting = setup.pipeline * (1 + (setup.pipeline - 1) / (setup.pipeline * setup.interleave))
    return _Stage(
        shape=part,
        dense_params=max(0.0, held) / setup.tensor,
        expert_params=experts / (setup.tensor * setup.expert),
        layers_under_way=layers * waiting,
    )


def _again(shape: Architecture, setup: TrainingSetup) -> float:
    """Bytes a token of the one layer that is computed again in the backward pass."""
    if setup.recompute in ("none", "selective"):
        return 0.0
    whole_layer = layer_bytes(shape, setup, "selective")
    if setup.recompute == "full":
        return whole_layer
    return max(0.0, whole_layer - layer_bytes(shape, setup, "ops"))


def _gathered(shape: Architecture, setup: TrainingSetup, shards: int) -> float:
    """Stage 3 gathers a layer, the next one in advance, and holds the gradient of one."""
    if setup.stage < 3 or (shards == 1 and setup.offload != "all"):
        return 0.0
    mlp = float(shape.mlp_params(shape.d_ff))
    if shape.moe:
        held = shape.experts / setup.expert + shape.shared_experts
        mlp = held * shape.mlp_params(shape.d_expert)
    layer = (shape.attention_params + mlp) / setup.tensor
    head = shape.vocab * shape.d_model / setup.tensor
    wide = 4 if setup.precision == "fp32" else 2
    if setup.method == "full":
        return wide * max(3 * layer, 2 * head)
    each = QLORA_BYTES if setup.method == "qlora" else wide
    return max(2 * layer * each, head * wide)


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


def _steps(shape: Architecture, setup: TrainingSetup, parts: MemoryParts) -> Iterator[Step]:
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
        base = ""
        if name == "weights" and setup.method != "full":
            bits = "4 bits" if setup.method == "qlora" else "16 bits"
            base = f" + {short(Decimal(shape.params))} frozen in {bits}"
        if name == "weights" and setup.beside:
            base += f" + {_gib(setup.beside)} of other models / {setup.gpus} GPUs"
        return Step(name=name, text=f"{text}{base}{over} = {_gib(value)}", source=ZERO)

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
        text=f"logits of {tokens:,} tokens x {shape.vocab:,} words with their loss, or one layer"
        f" computed again = {_gib(parts.working)}",
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
        source="tools/data/memory_peaks.csv; python -m tools.estimates.memory_check",
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
            source=QLORA,
        )
    if gpu:
        yield Assumption(
            name="gpu_memory",
            value=_gib(gpu_bytes(gpu)),
            text=f"{gpu.key} has {gpu.memory_gb} GB, of which programs see {_gib(gpu_bytes(gpu))}",
            source=_CONTEXT_SOURCE,
        )
