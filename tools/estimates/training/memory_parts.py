"""The parts of the memory of one GPU: states, activations, what passes, gathered layers.

Model states as in ZeRO (Rajbhandari et al. 2020, arXiv:1910.02054); activations are in
`tools.estimates.training.activations`.
"""

from __future__ import annotations

from dataclasses import dataclass

from tools.estimates.architectures import Architecture
from tools.estimates.training.activations import layer_bytes, logits_bytes
from tools.estimates.training.memory_records import MemoryParts, TrainingSetup

ZERO = "Rajbhandari et al. 2020, arXiv:1910.02054, section 3 and figure 1"
ACTIVATIONS = "Korthikanti et al. 2022, arXiv:2205.05198, section 4"
# NF4: half a byte and 4 bytes of scale for each block of 64 values.
QLORA_BYTES = 0.5625
# What the allocator cannot use again: SimuMax plans with a share of 0.94 that is used.
USED_SHARE = 0.94
# The kernels of the driver and of communication: 1,343 MB on a V100.
CONTEXT_BYTES = 1343 * 2**20


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
