"""Adapters of low rank (LoRA): how many parameters they have, and what a token costs to train."""

from __future__ import annotations

from typing import Literal

from tools.estimates.architectures import Architecture

Targets = Literal["attention", "all"]
TrainedPart = Literal["full", "lora", "qlora"]


def adapter_params(shape: Architecture, rank: int, targets: Targets = "all") -> int:
    """Parameters of adapters of `rank`: rank x (inputs + outputs) of each adapted matrix.

    "attention" adapts the four matrices of the attention, "all" those of the MLP too (of every
    expert). Hu et al. 2021, arXiv:2106.09685, section 4.2.
    """
    d, inner, keys = shape.d_model, shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
    if shape.kv_rank:
        key = shape.head_dim + shape.rope_dim
        widths = d + shape.kv_rank + shape.rope_dim + shape.kv_rank + 2 * inner + inner + d
        query = shape.heads * key
        widths += d + 2 * shape.q_rank + query if shape.q_rank else d + query
    else:
        widths = 2 * (d + inner) + 2 * (d + keys)
    total = shape.layers * widths
    if targets == "all":
        matrices = 3 if shape.gated else 2
        dense_layers = shape.dense_layers if shape.moe else shape.layers
        total += dense_layers * matrices * (d + shape.d_ff)
        experts = (shape.experts + shape.shared_experts) * matrices * (d + shape.d_expert)
        total += (shape.layers - dense_layers) * experts
    return rank * total


def multiplied_params(shape: Architecture) -> int:
    """Active parameters but for the input embedding, which is looked up, not multiplied."""
    return shape.active_params - (0 if shape.tied else shape.vocab * shape.d_model)


def flops_per_token(
    shape: Architecture, part: TrainedPart, seq_len: int, trainable: int = 0
) -> float:
    """Operations to train on one token, without what is computed again.

    Full: 6 a parameter (Kaplan et al. 2020); adapters: 4, since the frozen matrices need no
    gradient of their own, and 6 for each parameter of the adapters. Attention over a causal
    context: 6 x layers x width x length (half of PaLM's 12, arXiv:2204.02311, appendix B).
    """
    attention = 6 * shape.layers * shape.heads * shape.head_dim * seq_len
    each = 6 if part == "full" else 4
    return float(
        each * multiplied_params(shape) + attention + (0 if part == "full" else 6 * trainable)
    )
