"""How many copies of a model a rate of requests needs, and how they are run.

A copy takes as many answers at once as its memory, the engine and the wanted latency allow; copies
are added until the peak fills only the stated share of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from tools.errors import InvalidInput
from tools.estimates.architectures import Architecture
from tools.estimates.inference.serving import (
    LARGEST_GROUP,
    CachePrecision,
    Precision,
    Serving,
    serving,
)
from tools.gpus import Gpu

ENGINE_SEQUENCES = 256
"""Answers at once that an engine takes by default (vLLM: max_num_seqs)."""
_GROUPS = (1, 2, 4, 8, 16, 32, 64)


@dataclass(frozen=True, slots=True)
class Demand:
    """What is to be served. Times in seconds; a target of infinity is none."""

    requests_per_second: float
    input_tokens: int
    output_tokens: int
    weights: Precision
    cache: CachePrecision
    peak_to_mean: float
    peak_load: float
    shared_prefix: float
    first_token: float = math.inf
    token: float = math.inf
    answer: float = math.inf

    @property
    def peak(self) -> float:
        """Requests a second at the peak."""
        return self.requests_per_second * self.peak_to_mean


@dataclass(frozen=True, slots=True)
class Fleet:
    """Copies of a model for a demand, run with `sequences` at once each."""

    demand: Demand
    served: Serving
    sequences: int
    limit: str
    share: float

    def first(self, share: float) -> float:
        """Seconds to the first token where servers reach `share` of the roofline."""
        return self.served.first(self.sequences) / share

    def token(self, share: float) -> float:
        """Seconds between two tokens of an answer."""
        return self.served.token(self.sequences) / share

    def answer(self, share: float) -> float:
        """Seconds from the request to the last token."""
        return self.first(share) + self.demand.output_tokens * self.token(share)

    def output_rate(self, share: float) -> float:
        """Output tokens a second of one full copy."""
        return self.served.tokens_per_second(self.sequences) * share

    def request_rate(self, share: float) -> float:
        """Requests a second of one full copy."""
        return self.output_rate(share) / self.demand.output_tokens

    def copies_exact(self, share: float) -> float:
        """Copies that the peak needs, not rounded."""
        return self.demand.peak / (self.request_rate(share) * self.demand.peak_load)

    def copies(self, share: float) -> int:
        """Copies that the peak needs."""
        return max(1, math.ceil(self.copies_exact(share) - 1e-9))

    def gpus(self, share: float) -> int:
        """GPUs of all copies."""
        return self.copies(share) * self.served.gpus

    @property
    def gpus_exact(self) -> float:
        """GPUs before rounding to whole copies."""
        return self.copies_exact(self.share) * self.served.gpus

    @property
    def prefill_share(self) -> float:
        """Share of a full copy's time that goes into prompts."""
        each = self.sequences / self.served.stages
        spent = each * self.served.prefill
        return spent / (self.demand.output_tokens * self.served.token(self.sequences))


def plan(shape: Architecture, on: Gpu, demand: Demand, share: float) -> Fleet:
    """The fleet of fewest GPUs that meets `demand` where servers reach `share` of the roofline.

    Raises `InvalidInput` where the model does not fit or no number of GPUs a copy is fast enough.
    """
    found: list[Fleet] = []
    slow: list[Serving] = []
    for gpus in _GROUPS:
        if gpus > LARGEST_GROUP and (found or slow):
            break
        served = _served(shape, on, gpus, demand)
        if served.fits < served.stages:
            continue
        sequences, limit = _sequences(served, demand, share)
        if sequences:
            found.append(Fleet(demand, served, sequences, limit, share))
        else:
            slow.append(served)
    if found:
        return min(found, key=lambda each: (each.gpus(share), each.gpus_exact))
    if slow:
        raise _too_slow(slow, on, demand, share)
    raise InvalidInput(
        f"{shape.name} with answers of {demand.input_tokens + demand.output_tokens:,} tokens does"
        f" not fit into {_GROUPS[-1]} {on.key}",
        "take a GPU with more memory, weights of fewer bits or shorter answers",
    )


def _served(shape: Architecture, on: Gpu, gpus: int, demand: Demand) -> Serving:
    return serving(
        shape,
        on,
        gpus,
        demand.weights,
        demand.cache,
        demand.input_tokens,
        demand.output_tokens,
        demand.shared_prefix,
    )


def _sequences(served: Serving, demand: Demand, share: float) -> tuple[int, str]:
    """Answers at once of one copy, and what bounds them; none where the target is out of reach."""
    engine = ENGINE_SEQUENCES * served.stages
    most, limit = (served.fits, "memory") if served.fits < engine else (engine, "engine")
    if _fast_enough(served, most, demand, share):
        return most, limit
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _fast_enough(served, middle, demand, share) else (low, middle)
    return low, "latency"


def _fast_enough(served: Serving, sequences: int, demand: Demand, share: float) -> bool:
    if sequences < 1:
        return False
    first, token = served.first(sequences) / share, served.token(sequences) / share
    return (
        first <= demand.first_token
        and token <= demand.token
        and first + demand.output_tokens * token <= demand.answer
    )


def _too_slow(slow: list[Serving], on: Gpu, demand: Demand, share: float) -> InvalidInput:
    """The refusal, with the least that one answer at a time would take."""
    floors: tuple[tuple[str, float, Callable[[Serving], float]], ...] = (
        ("first token", demand.first_token, lambda each: each.first(1)),
        ("time per token", demand.token, lambda each: each.token(1)),
        (
            "whole answer",
            demand.answer,
            lambda each: each.first(1) + demand.output_tokens * each.token(1),
        ),
    )
    parts = []
    for name, target, seconds in floors:
        best = min(slow, key=seconds)
        least = seconds(best) / share
        if least > target:
            parts.append(
                f"{name} of {target:.3g} s: the floor is {least:.3g} s on {best.gpus} of them"
            )
    said = "; ".join(parts) or "the targets together, on any number of GPUs that was tried"
    return InvalidInput(
        f"cannot be met on {on.key}: {said}",
        "allow more time, or take a faster GPU, a smaller model or weights of fewer bits",
    )
