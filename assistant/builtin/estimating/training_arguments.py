"""What a question tells of a training run: the arguments of its estimate."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from assistant import cues
from assistant.builtin.estimating import media
from assistant.builtin.values import (
    chosen,
    gpu_count,
    gpu_of,
    in_short,
    price_text,
    size_of,
    told_sizes,
)
from assistant.question import ASKED, Reading
from kb.texts.folding import fold
from tools.quantities import Quantity, Unit, parse_params

TOOL = "estimate_training"
TOKENS_A_PARAMETER = 20
"""What is assumed where somebody agrees to it: the compute-optimal ratio of Hoffmann et al. 2022,
arXiv:2203.15556."""
EXPERTS = re.compile(r"(?<![a-z])moe(?![a-z])|mixture[ -]of[ -]experts|混合专家|专家模型|激活参数")
_DENSE = cues.cue(r"dense", r"稠密")
_CONTINUED = re.compile(
    r"\bcontinu\w* (?:pre-?)?train|continu\w+ to (?:pre-?)?train|keep (?:pre-?)?training"
    r"|(?:pre-?)?train\w* (?:[\w-]+ ){0,3}further|further (?:pre-?)?train|\bcpt\b"
    r"|继续预?训|继续训|续训|接着(?:预训|训)|增量(?:预)?训|持续预?训|二次预训"
)
_SCRATCH = cues.cue(r"from (?:scratch|zero)|from-scratch", r"从头|从零|白手")
_EXPERIMENTS = re.compile(
    r"\b(?:with|including|include|includes|incl\.?|and|plus|counting|count|counts|add(?:ing)?) "
    r"(?:in )?(?:all |also )?(?:of )?(?:the |our |its )?(?:(?:failed|ablation|side|small|other) )?"
    r"(?:experiments?|ablations?|failed (?:runs|attempts)|trial runs)"
    r"|(?:experiments?|ablations?) (?:included|and all|as well|too)\b"
    r"|(?:含|包括|加上|算上|算进|计入|连同?|带上|加)(?:了|进|所有|全部|各种|前期|的)*"
    r"(?:实验|试验|消融|试错)|(?:实验|试验|消融|试错)[^，。,.;；]{0,6}(?:也|都|一起|一并)?(?:算|含|计)(?:上|进|入|在内|里)"
)
_FINAL_ONLY = re.compile(
    r"\b(?:without|excluding|no|not counting|not including) (?:any |the )?experiments?"
    r"|(?<!not )\bonly the final run|不(?:含|算|包括|计)(?:前期)?(?:实验|试验)|只算(?:最终|最后)"
)
_PRECISIONS = {"fp8": r"fp-?8", "bf16": r"bf-?16|bfloat-?16", "fp16": r"fp-?16|float-?16"}
_WITHIN_BEFORE = re.compile(
    r"(?:\b(?:in|within|inside|under|at most|less than|no (?:more|longer) than|up to)"
    r"|\bdeadline(?: of| is|:)?|\b(?:have|has|got|give\w* \w+)(?: only| just)?"
    r"|\bfinish\w* (?:\w+ ){0,2}after|only|by the end of)(?: about| only| the next)? $"
    r"|(?:只有|最多|不超过|期限(?:是|为)?|工期|限期?|只给|给我们?|控制在|压到)\s?(?:大约|约)?$"
)
_WITHIN_AFTER = re.compile(
    r"^\s?(?:deadline|time limit|(?:long )?enough|realistic|possible|feasible|doable)\b|^\s?够"
    r"|^(?:的?时间)?\s?(?:以?内|之内|里(?!程)|期限|(?:就?能?把?[^，。,;；？?]{0,24})?(?:训|跑|练|搞|做|完)(?:练)?(?:得|不)?(?:完|好|出来|成|定|掉))"
)
_IN_THAT_TIME = cues.cue(
    r"(?:in|within) (?:that|this) (?:time|window|period)|in time",
    r"这段时间内?|这期间|来得及|赶得[上及]",
)
_A_WITHIN = re.compile(r"\b(?:in|within|inside|under) (?:a|one) (day|week|month|year)\b(?! of)")
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_AROUND = 24


def arguments(reading: Reading) -> dict[str, Any]:
    """The arguments of the estimate, with those of an earlier one that a question changes."""
    earlier = reading.again(TOOL)
    told: dict[str, Any] = dict(sizes(reading))
    if kind := media.kind_of(reading):
        told["media"] = kind  # tokens say nothing of what its training takes
    elif tokens := reading.first(Unit.TOKENS):
        told["tokens"] = in_short(tokens.value)
    elif "params" in told and not earlier:  # the person agreed to what would be assumed
        told["tokens"] = in_short(parse_params(told["params"]) * TOKENS_A_PARAMETER)
    if gpu := gpu_of(reading):
        told["gpu"] = gpu
    if (count := gpu_count(reading)) is not None:
        told["gpus"] = count
    told |= _recipe(reading)
    if (context := reading.first(Unit.CONTEXT_TOKENS)) and context.value >= 1:
        told["seq_len"] = int(context.value)
    if deadline := _deadline(reading):
        told["deadline"] = deadline
    if rate := reading.first(Unit.PRICE_PER_GPU_HOUR):
        told |= {"price": price_text(rate), "price_source": ASKED}
    if "params" in told or "model" in told:
        dropped = ("params", "active_params", "model", "architecture")
        earlier = {name: value for name, value in earlier.items() if name not in dropped}
    return {"gpu": "H100"} | earlier | told


def _recipe(reading: Reading) -> dict[str, str]:
    """How it is trained: from what, as what, in which numbers, and what is counted."""
    text = reading.folded
    told: dict[str, str] = {}
    if _CONTINUED.search(text):
        told["start"] = "continued"
    elif _SCRATCH.search(text):
        told["start"] = "from_scratch"
    if EXPERTS.search(text):
        told["architecture"] = "moe"
    elif _DENSE.search(text):
        told["architecture"] = "dense"
    if _FINAL_ONLY.search(text):
        told["scope"] = "final_run"
    elif _EXPERIMENTS.search(text):
        told["scope"] = "with_experiments"
    if precision := chosen(text, _PRECISIONS):
        told["precision"] = precision
    return told


def asks_whole(reading: Reading) -> bool:
    """Whether the experiments beside the final run are asked for."""
    return bool(_EXPERIMENTS.search(reading.folded))


def sizes(reading: Reading) -> dict[str, str]:
    """`params` and `active_params`: a published model's own with its name, else what is told,
    where active are those that the words around them say so of; empty where there is none."""
    if reading.models:
        return size_of(reading) | {"model": reading.models[0].architecture.name}
    return told_sizes(reading)


def _deadline(reading: Reading) -> str | None:
    """The time within which it must be done: not every length of time in a question is one."""
    for length in (each for each in reading.quantities if each.unit is Unit.DURATION_DAYS):
        before, after = _around(reading, length)
        if length.value > 0 and (_WITHIN_BEFORE.search(before) or _WITHIN_AFTER.search(after)):
            return f"{round(length.value, 2).normalize():f} days"
    changed = reading.first(Unit.DURATION_DAYS)
    if changed and changed.value > 0 and _IN_THAT_TIME.search(reading.folded):
        return f"{round(changed.value, 2).normalize():f} days"
    if changed and changed.value > 0 and reading.again(TOOL).get("deadline"):
        return f"{round(changed.value, 2).normalize():f} days"  # "make that 14 days"
    spelled = _A_WITHIN.search(reading.folded)
    return f"{Decimal(_DAYS[spelled[1]])} days" if spelled else None


def _around(reading: Reading, held: Quantity) -> tuple[str, str]:
    text = reading.text
    before, after = text[max(0, held.start - _AROUND) : held.start], text[held.end :]
    return fold(before), fold(after[: _AROUND + 8])
