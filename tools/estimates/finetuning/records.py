"""Inputs and result of the fine-tuning estimate."""

from __future__ import annotations

from typing import Literal

from tools.estimates.finetuning.adapters import Targets
from tools.estimates.records import Dollars, Estimate, MoneyRange, Range, Record, unit
from tools.estimates.training.memory_records import TrainingMemory, Verdict

FinetuningMethod = Literal["full", "lora", "qlora", "rl"]


class FinetuningInputs(Record):
    """What was asked. `tokens` are those of the data once; `epochs` how often they are read.

    `rank` and `targets` describe adapters (None: all of the model is trained). `gpus` is the number
    that was given, or the fewest that fit. Reinforcement learning has prompts, not tokens:
    `samples` answers of `generated_tokens` are made to each of the `prompts`.
    """

    model: str
    params: float = unit("parameters")
    active_params: float = unit("parameters")
    method: FinetuningMethod
    tokens: float | None = unit("tokens", None)
    examples: int | None = unit("examples", None)
    tokens_per_example: int | None = unit("tokens", None)
    epochs: float = unit("passes over the data", 1.0)
    packed: bool
    rank: int | None = unit("rank", None)
    targets: Targets | None = None
    seq_len: int = unit("tokens")
    micro_batch: int = unit("sequences")
    gpu: str
    gpus: int | None = unit("GPUs", None)
    prompts: int | None = unit("prompts", None)
    samples: int | None = unit("answers a prompt", None)
    prompt_tokens: int | None = unit("tokens", None)
    generated_tokens: int | None = unit("tokens", None)
    price_per_gpu_hour: Dollars | None = unit("USD per GPU-hour", None)
    price_source: str | None = None
    price_as_of: str | None = None


class Phase(Record):
    """A part of the work with its own GPU-hours: "training", "generation" or "scoring"."""

    name: str
    gpu_hours: Range = unit("GPU-hours")


class MethodFit(Record):
    """What another way of fine-tuning the same model would need: the bytes that one GPU would have
    to hold, and the fewest GPUs (None: no number is enough)."""

    method: FinetuningMethod
    one_gpu_bytes: float = unit("bytes")
    fewest_gpus: int | None = unit("GPUs", None)


class NearRun(Record):
    """A published fine-tuning run, with its real figures. Tokens are None where not published."""

    model: str
    method: str
    gpu: str
    gpus: int = unit("GPUs")
    tokens: float | None = unit("tokens", None)
    gpu_hours: float = unit("GPU-hours")
    note: str
    source: str


class FinetuningEstimate(Estimate):
    """Time, memory and cost of fine-tuning.

    `memory` is that of one GPU at `inputs.gpus`; `one_gpu` says whether one GPU is enough, and
    `fewest_gpus` how many are, with the sharding in words (None: no number is, or the memory of the
    GPU is not known). `hours` and `days` are the same time. `calibrated` is False on generations
    where nobody published a speed.
    """

    inputs: FinetuningInputs
    trainable_params: float = unit("parameters")
    flops: float = unit("FLOP")
    utilisation: Range = unit("share of the dense 16-bit peak")
    calibrated: bool
    phases: tuple[Phase, ...]
    gpu_hours: Range = unit("GPU-hours")
    hours: Range | None = unit("hours", None)
    days: Range | None = unit("days", None)
    cost_usd: MoneyRange | None = unit("USD", None)
    memory: TrainingMemory | None = None
    one_gpu: Verdict | None = None
    one_gpu_bytes: float | None = unit("bytes", None)
    fewest_gpus: int | None = unit("GPUs", None)
    fewest_words: str | None = None
    other_methods: tuple[MethodFit, ...] = ()
    nearest_runs: tuple[NearRun, ...] = ()
