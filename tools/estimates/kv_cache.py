"""Memory of the keys and values that a model keeps for the tokens it has read.

Bytes = 2 x layers x heads for keys and values x head size x bytes a value x tokens; with latent
attention (MLA) layers x (rank + position size) x bytes a value x tokens (DeepSeek-V2,
arXiv:2405.04434, section 2.1). Training keeps none of it.
"""

from __future__ import annotations

from decimal import Decimal

from tools.estimates.architectures import Architecture
from tools.estimates.checks import not_negative, positive
from tools.estimates.records import Step

GIB = 2**30
_MHA_SOURCE = (
    "Pope et al. 2022, arXiv:2211.05102; grouped heads: Ainslie et al. 2023, arXiv:2305.13245"
)
_MLA_SOURCE = "DeepSeek-V2, arXiv:2405.04434, section 2.1"


def kv_cache_bytes(
    shape: Architecture, tokens: Decimal | int, bytes_per_value: Decimal | int = 2
) -> Decimal:
    """Bytes of the KV cache of one sequence of `tokens` (prompt and answer together).

    Layers with a window keep at most the window's tokens. Raises `InvalidInput`.
    """
    held = not_negative("tokens", tokens)
    each = positive("bytes a value", bytes_per_value, 8)
    full = (shape.layers - shape.window_layers) * held
    windowed = shape.window_layers * min(held, Decimal(shape.window))
    return each * _values(shape) * (full + windowed)


def _values(shape: Architecture) -> int:
    """Values a layer and token."""
    if shape.kv_rank:
        return shape.kv_rank + shape.rope_dim
    return 2 * shape.kv_heads * shape.head_dim


def kv_cache_step(
    shape: Architecture, tokens: Decimal | int, bytes_per_value: Decimal | int = 2
) -> Step:
    """The line of the formula for `kv_cache_bytes`, in GiB (1,073,741,824 bytes)."""
    total = kv_cache_bytes(shape, tokens, bytes_per_value)
    if shape.kv_rank:
        values = f"({shape.kv_rank} + {shape.rope_dim})"
    else:
        values = f"2 x {shape.kv_heads} x {shape.head_dim}"
    window = (
        f" ({shape.window_layers} layers keep at most {shape.window:,} tokens)"
        if shape.window_layers
        else ""
    )
    return Step(
        name="kv_cache",
        text=f"KV cache = {shape.layers} layers x {values} values x {bytes_per_value} bytes"
        f" x {Decimal(tokens):,} tokens{window} = {total / GIB:.3f} GiB",
        source=_MLA_SOURCE if shape.kv_rank else _MHA_SOURCE,
    )
