"""Bytes that one layer keeps for a token until the backward pass, tensor by tensor.

After Korthikanti et al. 2022 (arXiv:2205.05198), section 4, whose GPT layer keeps
s b h (34 + 5 a s/h) bytes: here the widths come from the shape (grouped heads, gated MLPs, latent
attention, experts), and a frozen layer keeps no inputs of its matrices.
"""

from __future__ import annotations

from tools.estimates.architectures import Architecture
from tools.estimates.training.memory_records import Recompute, TrainingSetup

# A mask of dropout takes one byte a value, a 32-bit copy four.
_MASK, _WIDE = 1, 4


def layer_bytes(shape: Architecture, setup: TrainingSetup, recompute: Recompute) -> float:
    """Bytes a token that an average layer keeps on one GPU, for a policy of recomputation."""
    each = _value_bytes(setup)
    spread = setup.tensor if setup.sequence_parallel else 1
    if recompute == "full":
        return each * shape.d_model / spread
    if recompute == "ops":
        kept = 2 * shape.heads * shape.head_dim + shape.kv_heads * shape.head_dim + _widths(shape)
        return each * (kept / setup.tensor + 2 * shape.d_model / spread)
    whole = _around(shape, setup) / spread
    inside = _attention(shape, setup, recompute) + _mlp(shape, setup)
    return whole + inside / setup.tensor


def _value_bytes(setup: TrainingSetup) -> int:
    return 4 if setup.precision == "fp32" else 2


def _frozen(setup: TrainingSetup) -> bool:
    return setup.method != "full"


def _around(shape: Architecture, setup: TrainingSetup) -> float:
    """Two norms with their outputs, and dropout: not split by tensor parallelism."""
    each = _value_bytes(setup)
    # By itself, a norm works on a 32-bit copy and keeps the normalised value for its weight.
    norm = float(each)
    if setup.kernels == "eager" and each == 2:
        norm = _WIDE + (0 if _frozen(setup) else each)
    # Adapters read the input of the attention and of the MLP; without them, frozen matrices do not.
    outputs = each if _frozen(setup) else 2 * each
    # Dropout keeps a mask; that of adapters also the input as it left it.
    masks = (_MASK + each if _frozen(setup) else 2 * _MASK) if setup.dropout else 0
    return shape.d_model * (2 * norm + outputs + masks)


def _attention(shape: Architecture, setup: TrainingSetup, recompute: Recompute) -> float:
    """Queries, keys, values and output; the scores only where they are kept."""
    each = _value_bytes(setup)
    if shape.kv_rank:
        key = shape.head_dim + shape.rope_dim
        values = shape.heads * (2 * key + 2 * shape.head_dim)
        ranks = 2 * (shape.q_rank + shape.kv_rank) + shape.rope_dim
        kept = float(each * (values + (0 if _frozen(setup) else ranks)))
    else:
        kept = float(each * 2 * shape.head_dim * (shape.heads + shape.kv_heads))
    if setup.flash_attention:
        return kept + _WIDE * shape.heads
    if recompute == "selective":
        return kept
    scores = each + (_MASK + each if setup.dropout else 0)
    return kept + scores * shape.heads * setup.seq_len


def _mlp(shape: Architecture, setup: TrainingSetup) -> float:
    """The inner values of the MLP, averaged over dense layers and layers of experts."""
    each = _value_bytes(setup)
    if not shape.moe:
        return each * _tensors(shape, setup) * shape.d_ff
    dense = shape.dense_layers / shape.layers * shape.d_ff * each * _tensors(shape, setup)
    active = shape.experts_per_token + shape.shared_experts
    inner = active * shape.d_expert * each * _tensors(shape, setup)
    # A token is copied to each of its experts, and each result waits to be weighed.
    copies = 2 * shape.experts_per_token * shape.d_model * each
    experts = inner + copies + _WIDE * shape.experts
    return dense + (1 - shape.dense_layers / shape.layers) * experts


def _tensors(shape: Architecture, setup: TrainingSetup) -> int:
    """How many tensors of the inner width are kept: what goes into and out of the activation
    function, and, where it is trained, the input of the last matrix."""
    last = 0 if _frozen(setup) else 1
    if not shape.gated:
        return 1 + last
    return (3 if setup.kernels == "eager" else 2) + last


def _widths(shape: Architecture) -> float:
    """Inner width of the matrix product of the MLP that is kept."""
    if not shape.moe:
        return shape.d_ff
    dense = shape.dense_layers / shape.layers
    active = shape.experts_per_token + shape.shared_experts
    return dense * shape.d_ff + (1 - dense) * active * shape.d_expert


def logits_bytes(shape: Architecture, setup: TrainingSetup) -> float:
    """Logits and what the loss makes of them, for a micro batch.

    Plain: 16-bit logits, their 32-bit copy, the logarithms and their gradient (14 bytes a logit; 12
    in 32 bits). Fused: the logits and their gradient in 16 bits (4 bytes).
    """
    each = _value_bytes(setup)
    if setup.loss == "none":
        return 0.0
    a_logit = 2 * each if setup.loss == "fused" else (each if each == 2 else 0) + 3 * _WIDE
    tokens = setup.micro_batch * setup.seq_len
    return tokens * shape.vocab * a_logit / setup.tensor
