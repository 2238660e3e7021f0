"""What a training run does beyond 6 x parameters x tokens, and what changes how fast it goes.

Each effect is a factor on GPU-hours, with where it was measured and where it stops.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from tools.estimates.architectures import typical_shape

FOUNDRY = (
    "github:mosaicml/llm-foundry scripts/train/benchmarking/README.md @c90b9b3 (H100 and A100,"
    " tokens per second per GPU)"
)
ATTENTION_SOURCE = (
    "12 x layers x d_model x context operations a token (Chowdhery et al. 2022, arXiv:2204.02311,"
    " appendix B), half of them under a causal mask"
)
TYPICAL_SEQ_LEN = 4096


def attention_share(
    active: Decimal, layers: int | None, d_model: int | None, seq_len: int | None
) -> float:
    """Causal attention's operations as a share of 6 x active parameters: L x d x context / N.

    A shape or context that is not known is the typical one.
    """
    if layers is None or d_model is None:
        shape = typical_shape(active)
        layers, d_model = shape.layers, shape.d_model
    return layers * d_model * (seq_len or TYPICAL_SEQ_LEN) / float(active)


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor on GPU-hours for the low, likely and high estimate."""

    low: float
    likely: float
    high: float


# Tokens per second and GPU at 128 and at 512 H100, 2,048 tokens: 1B, 3B, 7B, 13B, 30B, 70B.
_AT_128 = (44123, 23422, 10475, 5080, 2199, 1058)
_AT_512 = (39837, 21664, 9670, 4952, 2115, 1007)
SCALE_PER_DOUBLING = (
    math.prod(few / many for few, many in zip(_AT_128, _AT_512, strict=True)) ** (1 / 6)
) ** 0.5
"""Hours' factor per doubling of GPUs: the geometric mean of six model sizes, 128 to 512 GPUs."""
MOST_DOUBLINGS = 3


def doublings(active: Decimal, gpus: int | None, params_per_gpu: float) -> float:
    """How many doublings `gpus` lies above what runs of that size use (active parameters /
    `params_per_gpu`): 0 to 3, 0 where the number is not known."""
    if gpus is None:
        return 0.0
    above = math.log2(gpus * params_per_gpu / float(active))
    return max(0.0, min(float(MOST_DOUBLINGS), above))


# Tokens per second and GPU of a 7B at 8,192 and 65,536 tokens: H100, A100. Beyond the operations
# of attention, the kernels of 2023 were slower on long sequences.
LONG_FROM, LONG_TO = 8192, 65536
_LONG = ((6935, 1956), (3206, 1013))


def _loss_per_doubling(short: int, long: int) -> float:
    heads = 32 * 4096 / 6.66e9
    operations = (1 + heads * LONG_TO) / (1 + heads * LONG_FROM)
    return float((short / long / operations) ** (1 / 3))


_LOSSES = tuple(_loss_per_doubling(*pair) for pair in _LONG)


def long_context(seq_len: int) -> Factor:
    """Hours' factor of a context beyond 8,192 tokens, over attention's operations; measured up to
    65,536 and kept from there. Low: a kernel that loses nothing; likely: the mean of H100 and A100;
    high: H100."""
    times = max(0.0, math.log2(min(seq_len, LONG_TO) / LONG_FROM))
    likely = math.sqrt(_LOSSES[0] * _LOSSES[1])
    return Factor(1.0, likely**times, max(_LOSSES) ** times)


FP8 = Factor(1 / 1.35, 1 / 1.15, 1.0)
"""Hours' factor of FP8 over bf16: gains of 1.00 to 1.35, middle 1.15, in seven pairs of 1B and 3B
models on H100 (1.31, 1.27, 1.16, 1.00 and 1.35, 1.10, 1.05, from short to long contexts)."""
NO_EFFECT = Factor(1.0, 1.0, 1.0)
RESTARTS = 1.06
"""Hours' factor from step time alone to a final run: 97 % active time (OLMo Hybrid) to over 90 %
(Llama 3.1 405B, arXiv:2407.21783) is 1.03 to 1.10; its middle."""
RESTARTS_SOURCE = "97 % active time (OLMo Hybrid) to over 90 % (Llama 3.1 405B, arXiv:2407.21783)"
