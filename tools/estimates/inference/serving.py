"""How fast one copy of a model answers: a roofline of prefill and decode.

Prefill is bound by arithmetic: 2 x active parameters x prompt tokens, and attention. A decode step
makes one token for each sequence at once; it reads the weights and every sequence's cache, or
computes, whichever takes longer (Pope et al. 2022, arXiv:2211.05102). Of a mixture of experts it
reads the distinct experts that the batch touches. Several GPUs split every layer (tensor parallel,
up to 8) and exchange two messages a layer; more than 8 form stages, each at
work on other sequences.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from tools.errors import InvalidInput
from tools.estimates.architectures import Architecture
from tools.estimates.kv_cache import GIB, kv_cache_bytes
from tools.gpus import Gpu

Precision = Literal["bf16", "fp8", "int8", "int4"]
CachePrecision = Literal["bf16", "fp8"]
# int4 in groups of 128 with a 16-bit scale and zero point each.
BYTES: dict[str, float] = {"bf16": 2, "fp8": 1, "int8": 1, "int4": 0.53}
LARGEST_GROUP = 8
MEMORY_SHARE = 0.9
"""Share of a GPU's memory that weights and cache may fill; the rest is activations and graphs."""
_PCIE = 32.0


@dataclass(frozen=True, slots=True)
class Efficiency:
    """Shares of the peaks that kernels can reach, and fixed seconds a step, a sequence in a step
    and a message. Chosen on the tuning half of the measured runs (`link` is a planning figure):
    `python -m tools.estimates.inference.check --fit`."""

    compute: float = 0.8
    bandwidth: float = 0.95
    link: float = 0.7
    step: float = 0.001
    sequence: float = 0.00001
    message: float = 0.00002


EFFICIENCY = Efficiency()


@dataclass(frozen=True, slots=True)
class Serving:
    """One copy of a model on `gpus` GPUs for answers of one length. Bytes and seconds; the times
    are before the share that real servers reach (`tools.estimates.inference.runs`).

    `sequence_bytes` is the cache of one finished answer, `room` what is left for caches, `prefill`
    the time that one prompt takes from a busy server (`prefill_linear` in matrices,
    `prefill_attention` and `prefill_messages`), `first_token` alone on an idle one.
    """

    gpus: int
    stages: int
    output_tokens: int
    weight_bytes: float
    room: float
    sequence_bytes: float
    prefill_linear: float
    prefill_attention: float
    prefill_messages: float
    first_token: float
    weights_read: float
    experts_read: float
    untouched: float
    cache_read: float
    flops: float
    messages: float
    per_sequence: float
    fixed: float

    @property
    def prefill(self) -> float:
        """Seconds that one prompt takes from a busy server."""
        return self.prefill_linear + self.prefill_attention + self.prefill_messages

    @property
    def fits(self) -> int:
        """How many answers of full length find room at once."""
        return max(0, int(self.room / self.sequence_bytes))

    def read(self, sequences: float) -> float:
        """Seconds in which a stage reads its weights: all, or with the experts that are touched."""
        touched: float = 1 - self.untouched**sequences
        return self.weights_read + self.experts_read * touched

    def step(self, sequences: float) -> float:
        """Seconds of one decode step of one stage with `sequences` at once."""
        read = self.read(sequences) + self.cache_read * sequences
        sent = self.messages + self.per_sequence * sequences
        return max(read, self.flops * sequences) + sent + self.fixed

    def token(self, sequences: float) -> float:
        """Seconds between two tokens of one answer, with the prompts of the others in between."""
        each = sequences / self.stages
        return each * self.prefill / self.output_tokens + self.step(each)

    def first(self, sequences: float) -> float:
        """Seconds to the first token with `sequences` at once: a running step ends first, and
        prompts queue for the server (fixed service times, random arrivals: M/D/1)."""
        each = sequences / self.stages
        if each <= 1:
            return self.first_token
        busy = each * self.prefill / (self.output_tokens * self.token(sequences))
        return self.first_token + self.step(each) + self.prefill * busy / (2 * (1 - busy))

    def tokens_per_second(self, sequences: float) -> float:
        """Output tokens a second of the whole copy with `sequences` at once."""
        return sequences / self.token(sequences)


def serving(
    shape: Architecture,
    on: Gpu,
    gpus: int,
    weights: Precision,
    cache_precision: CachePrecision,
    input_tokens: int,
    output_tokens: int,
    cached_share: float = 0.0,
    efficiency: Efficiency = EFFICIENCY,
) -> Serving:
    """One copy of the model on `gpus` GPUs. `cached_share` of each prompt is a shared prefix that
    is computed and kept once. Raises `InvalidInput` where a figure of the GPU is not known."""
    memory, bandwidth, peak16, peak = gpu_figures(on, weights)
    group, stages = min(gpus, LARGEST_GROUP), max(1, gpus // LARGEST_GROUP)
    rates = efficiency
    speed = bandwidth * group * rates.bandwidth
    split = _cache_copies(shape, group)
    embedding = shape.vocab * shape.d_model
    body = weight_bytes(shape, weights) - (0 if shape.tied else embedding * 2)
    experts = _expert_params(shape) * BYTES[weights]
    new = input_tokens * (1 - cached_share)
    linear = matrix_params(shape)
    own = new + output_tokens
    held = float(kv_cache_bytes(shape, input_tokens + output_tokens, int(BYTES[cache_precision])))
    middle = float(
        kv_cache_bytes(shape, input_tokens + output_tokens // 2, int(BYTES[cache_precision]))
    )
    seen = new * (input_tokens - new / 2)
    products = 2 * linear * new / (peak * group * rates.compute)
    attention = _pair_flops(shape) * seen / (peak16 * group * rates.compute)
    link = link_bytes(on) * rates.link
    sent = 4 * shape.layers * (group - 1) / group * shape.d_model * 2 / link
    messages = 2 * shape.layers * rates.message if group > 1 else 0.0
    flops = 2 * (linear + embedding) / (peak * group * rates.compute)
    flops += (
        _decode_pair_flops(shape)
        * (input_tokens + output_tokens / 2)
        / (peak16 * group * rates.compute)
    )
    reading = (body - experts) / speed
    return Serving(
        gpus=gpus,
        stages=stages,
        output_tokens=output_tokens,
        weight_bytes=body + (0 if shape.tied else embedding * 2),
        room=memory * GIB * MEMORY_SHARE * gpus - body - (0 if shape.tied else embedding * 2),
        sequence_bytes=held * split * own / (input_tokens + output_tokens),
        prefill_linear=products,
        prefill_attention=attention,
        prefill_messages=sent * new,
        first_token=max(products + attention, reading + experts / speed)
        + sent * new
        + messages
        + rates.step,
        weights_read=reading,
        experts_read=experts / speed,
        untouched=1 - _touched_by_one(shape),
        cache_read=middle * split / speed,
        flops=flops,
        messages=messages,
        per_sequence=sent + rates.sequence,
        fixed=rates.step,
    )


def weight_bytes(shape: Architecture, weights: Precision) -> float:
    """Bytes of the weights; the embeddings stay in 16 bits."""
    return (shape.params - shape.embedding_params) * BYTES[weights] + shape.embedding_params * 2


def matrix_params(shape: Architecture) -> float:
    """Active parameters a token is multiplied with: all but those of the embeddings."""
    return max(shape.active_params - shape.embedding_params, shape.active_params / 2)


def gpu_figures(on: Gpu, weights: Precision) -> tuple[float, float, float, float]:
    """Memory in GiB, bytes a second, 16-bit peak and the peak for `weights`, in FLOP a second.

    Vendors write GiB as GB: an "80 GB" H100 has 80 x 2^30 bytes. Only FP8 weights compute faster
    than 16 bits, where the GPU has an FP8 peak. Raises `InvalidInput`.
    """
    if on.memory_gb is None:
        raise InvalidInput(
            f"the memory of {on.key} is not stated", f"say it, such as {on.family} 80GB"
        )
    if on.bandwidth_tb_s is None or on.training_tflops is None:
        raise InvalidInput(
            f"the speed of {on.key} is not known", "estimate with a GPU whose speed is known"
        )
    peak16 = float(on.training_tflops) * 1e12
    fast = on.fp8_dense_tflops if weights == "fp8" else None
    return (
        float(on.memory_gb),
        float(on.bandwidth_tb_s) * 1e12,
        peak16,
        float(fast) * 1e12 if fast else peak16,
    )


@cache
def _links() -> dict[tuple[str, str], tuple[float, str]]:
    text = files("tools").joinpath("data", "gpu_links.csv").read_text(encoding="utf-8")
    return {
        (row["family"], row["form"]): (float(row["gb_per_s"]), row["source"])
        for row in csv.DictReader(text.splitlines())
    }


def link_bytes(on: Gpu) -> float:
    """Bytes a second that a GPU sends to its neighbours in a server; PCIe 4 where not known."""
    return _links().get((on.family, on.form), (_PCIE, ""))[0] * 1e9


def link_source(on: Gpu) -> str:
    """Where the figure of `link_bytes` comes from."""
    said = _links().get((on.family, on.form))
    return said[1] if said else "not known: PCIe 4 x16 is taken"


def _cache_copies(shape: Architecture, group: int) -> float:
    """How often a group keeps the same cache: with fewer heads than GPUs, heads are copied. A
    latent cache is split by sequences instead (data-parallel attention)."""
    return 1.0 if shape.kv_rank else max(1.0, group / shape.kv_heads)


def _pair_flops(shape: Architecture) -> float:
    """FLOP of one query with one key and its value in all layers, in prefill."""
    key = shape.head_dim + (shape.rope_dim if shape.kv_rank else 0)
    return 2 * shape.layers * shape.heads * (key + shape.head_dim)


def _decode_pair_flops(shape: Architecture) -> float:
    """The same in decode, where latent attention works on the latent values themselves."""
    if shape.kv_rank:
        return 2 * shape.layers * shape.heads * (2 * shape.kv_rank + shape.rope_dim)
    return 4 * shape.layers * shape.heads * shape.head_dim


def _expert_params(shape: Architecture) -> float:
    """Parameters of the routed experts: of a typical shape, all that are not always active."""
    if shape.moe:
        layers = shape.layers - shape.dense_layers
        return layers * shape.experts * shape.mlp_params(shape.d_expert)
    return max(0, shape.params - shape.active_params)


def _touched_by_one(shape: Architecture) -> float:
    """Share of the routed experts that one token uses."""
    if shape.moe:
        return shape.experts_per_token / shape.experts
    return shape.active_params / shape.params
