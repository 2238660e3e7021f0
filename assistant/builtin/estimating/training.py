"""Training from scratch: the range of GPU-hours, the cost at prices of their dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from assistant import cues
from assistant.builtin.estimating import media, shown
from assistant.builtin.estimating.estimator import Estimator, results_of
from assistant.builtin.estimating.training_words import WORDS, TrainingWords
from assistant.builtin.figures import family, number, plain, size
from assistant.builtin.sections import Section
from assistant.builtin.values import (
    active_in_name,
    gpu_count,
    gpu_of,
    in_short,
    lengths_of,
    price_text,
    size_of,
)
from assistant.eligibility import asks_match
from assistant.evidence import Artifact, ToolEvidence
from assistant.phrases import Phrases
from assistant.question import ASKED, Ask, Reading
from tools.estimates.kv_cache import GIB
from tools.quantities import Quantity, Unit, parse_params

TOOL = "estimate_training"
TOKENS_A_PARAMETER = 20
"""What is assumed where somebody agrees to it: the compute-optimal ratio of Hoffmann et al. 2022,
arXiv:2203.15556."""


def _wants(reading: Reading) -> bool:
    text = reading.folded
    told = size_of(reading) and reading.first(Unit.TOKENS) and reading.first(Unit.GPUS)
    if asks_match(reading) or (reading.programs and not told):  # "our AWS bill" names a program
        return False
    if not cues.TRAIN.search(text):
        return _is_a_run(reading)
    if _WAS.search(text) and not cues.OURS.search(text):
        return False  # what somebody's run took is told by sources
    if size_of(reading) or reading.first(Unit.TOKENS) or media.kind_of(reading):
        return True
    asked = cues.COST.search(text) or cues.TIME.search(text)
    sized = cues.COUNTED.search(text) and lengths_of(reading)  # how many GPUs train it in a week
    return bool(cues.OURS.search(text) and (asked or sized))


def _is_a_run(reading: Reading) -> bool:
    """Whether a size and tokens without the word, "13B on 1T tokens: GPU-hours?", are a run."""
    text, tokens = reading.folded, reading.first(Unit.TOKENS)
    if tokens is None or tokens.value < _LEAST_RUN or not size_of(reading):
        return False
    return bool(cues.COST.search(text) or cues.TIME.search(text) or _HOURS.search(text))


def _missing(reading: Reading) -> str | None:
    if reading.again(TOOL):
        return None
    words = WORDS(reading.language)
    sizes = _sizes(reading)
    if media.kind_of(reading):
        return None
    if not sizes:
        return f"{words.ask_size} {words.ask_size_default}"
    if "active_params" not in sizes and _EXPERTS.search(reading.folded):
        return words.ask_active
    told = reading.first(Unit.TOKENS) is not None or reading.accepted
    return None if told else words.ask_tokens


def _arguments(reading: Reading) -> dict[str, Any]:
    earlier = reading.again(TOOL)
    told: dict[str, Any] = dict(_sizes(reading))
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
    if _CONTINUED.search(reading.folded):
        told["start"] = "continued"
    if _EXPERIMENTS.search(reading.folded):
        told["scope"] = "with_experiments"
    if "fp8" in reading.folded:
        told["precision"] = "fp8"
    if (context := reading.first(Unit.CONTEXT_TOKENS)) and context.value >= 1:
        told["seq_len"] = int(context.value)
    if deadline := _deadline(reading):
        told["deadline"] = deadline
    if rate := reading.first(Unit.PRICE_PER_GPU_HOUR):
        told |= {"price": price_text(rate), "price_source": ASKED}
    return {"gpu": "H100"} | earlier | told


_LEAST_RUN = 10**9
"""So many tokens are those of a run, and no prompt's."""
_HOURS = re.compile(r"\b(?:gpu|[a-z]\d{2,3})[- ]?hours?\b|卡时")
_WAS = re.compile(r"\b(?:did|took|was|were|has|have)\b|用了|花了|花费了|耗费了")
_EXPERTS = re.compile(r"\bmoe\b|mixture[ -]of[ -]experts|混合专家|专家模型|激活参数")
_CONTINUED = re.compile(
    r"continu\w* (?:pre-?)?training|continu\w+ to (?:pre-?)?train|continue pre-?training"
    r"|继续预?训练|继续训|续训|增量预训练"
)
_EXPERIMENTS = re.compile(r"(?:with|including|and) (?:the )?experiments|含实验|包括实验|加上实验")
_ACTIVE_BEFORE = re.compile(
    r"(?:active|activated|激活(?:参数)?(?:量)?)[为是约:：]?\s?(?:of )?$|-a$"
)
_ACTIVE_AFTER = re.compile(
    r"^\s?(?:parameters |params )?(?:are )?activ|^(?:的)?(?:参数)?(?:被)?激活"
)
_WITHIN_BEFORE = re.compile(r"(?:\bin|within|under|at most|less than)(?: about)? $")
_WITHIN_AFTER = re.compile(r"^\s?(?:以?内|之内|里|训完|训练完)")
_AROUND, _LEAST_PARAMS = 24, 100_000


def _sizes(reading: Reading) -> dict[str, str]:
    """`params` and `active_params`: a published model's own with its name, else what is told,
    where active are those that the words around them say so of; empty where there is none."""
    if reading.models:
        return size_of(reading) | {"model": reading.models[0].architecture.name}
    told: dict[str, str] = active_in_name(reading)
    for held in reading.quantities:
        # 一个总参数109B的模型: the first figure is no size.
        if held.unit is not Unit.PARAMS or 0 < held.value < _LEAST_PARAMS:
            continue
        before, after = _around(reading, held)
        active = _ACTIVE_BEFORE.search(before) or _ACTIVE_AFTER.search(after)
        told.setdefault("active_params" if active else "params", in_short(held.value))
    return told


def _deadline(reading: Reading) -> str | None:
    """The time within which it must be done: not every length of time in a question is one."""
    for length in (each for each in reading.quantities if each.unit is Unit.DURATION_DAYS):
        before, after = _around(reading, length)
        if length.value > 0 and (_WITHIN_BEFORE.search(before) or _WITHIN_AFTER.search(after)):
            return f"{round(length.value, 2).normalize():f} days"
    return None


def _around(reading: Reading, held: Quantity) -> tuple[str, str]:
    text = reading.folded
    return text[max(0, held.start - _AROUND) : held.start], text[held.end : held.end + _AROUND]


def _section(reading: Reading, done: Sequence[Artifact], say: Phrases) -> Section:
    estimates = results_of(TOOL, done)
    words, main = WORDS(say.language), estimates[0]
    priced = [tool for tool in estimates if tool.result.get("cost_usd")]
    if "like_runs" in main.result:
        return media.section(main, priced, done, say)
    return Section(
        [
            _lead(main, words, say),
            *_implied(main, words, say),
            "",
            *_table(main, priced, words, say),
            "",
            *_memory(main, words, say),
            *shown.costs(priced, done, "cost_usd", say),
            *shown.assumed(main, words, say),
            *_runs(main, words, say),
            *shown.changes_most((priced or estimates)[0], words, say),
        ]
    )


def _lead(tool: ToolEvidence, words: TrainingWords, say: Phrases) -> str:
    language, hours = say.language, tool.result["gpu_hours"]
    lead = words.lead.format(
        gpu=tool.args.get("gpu", "GPU"), **{key: number(hours[key], language) for key in hours}
    )
    marks = f"[{tool.id}:gpu_hours]"
    days = tool.result.get("days")
    if days:
        told = {key: number(days[key], language) for key in days}
        lead += words.lead_days.format(gpus=plain(tool.args["gpus"], "en"), **told)
        marks += f" [{tool.id}:days]"
    if counts := tool.result.get("gpus_for_deadline"):
        told = {key: number(counts[key], language) for key in counts}
        lead += words.lead_deadline.format(days=_deadline_days(tool, say), **told)
        marks += f" [{tool.id}:gpus_for_deadline] [{tool.id}:inputs.deadline_days]"
    return f"**{lead}{say.stop}** {marks}"


def _deadline_days(tool: ToolEvidence, say: Phrases) -> str:
    return plain(tool.result["inputs"]["deadline_days"], say.language)


def _implied(tool: ToolEvidence, words: TrainingWords, say: Phrases) -> list[str]:
    implied, band = tool.result.get("implied_utilisation"), tool.result["utilisation"]
    if implied is None:
        return []
    told = {key: _percent(value) for key, value in {"implied": implied, **band}.items()}
    marks = f"[{tool.id}:implied_utilisation] [{tool.id}:utilisation]"
    return ["", f"{words.implied.format(**told)} {marks}"]


_SETUPS = (
    ("full recomputation", "全部重算"),
    ("tensor parallel over", "张量并行"),
    ("ZeRO stage", "ZeRO"),
    (", ", "，"),
)


def _memory(tool: ToolEvidence, words: TrainingWords, say: Phrases) -> list[str]:
    fit = tool.result.get("memory")
    if fit is None:
        return []
    setup = fit["setup"]
    for english, chinese in _SETUPS if say.language != "en" else ():
        setup = setup.replace(english, chinese)
    line = words.memory[fit["verdict"]].format(
        used=f"{fit['total_bytes'] / GIB:.0f}",
        held=f"{fit['gpu_bytes'] / GIB:.0f}",
        gpus=plain(fit["gpus"], "en"),
        setup=setup,
    )
    marks = " ".join(
        f"[{tool.id}:memory.{field}]" for field in ("setup", "gpus", "total_bytes", "gpu_bytes")
    )
    return [f"{line} {marks}", ""]


def _percent(share: float) -> str:
    """0.306 as "31%"."""
    return f"{share:.0%}"


def _table(
    main: ToolEvidence, priced: Sequence[ToolEvidence], words: TrainingWords, say: Phrases
) -> list[str]:
    rows = []
    if main.result.get("experiments_gpu_hours"):
        rows += [
            shown.range_row(words.row_final, main, "final_run_gpu_hours", say),
            shown.range_row(words.row_experiments, main, "experiments_gpu_hours", say),
        ]
    rows.append(shown.range_row(say.row_hours, main, "gpu_hours", say))
    if main.result.get("days"):
        rows.append(shown.range_row(say.row_days, main, "days", say))
    if main.result.get("gpus_for_deadline"):
        label = words.row_deadline.format(days=_deadline_days(main, say))
        rows.append(shown.range_row(label, main, "gpus_for_deadline", say))
    rows += shown.cost_rows(priced, say)
    return shown.range_rows(rows, say)


def _runs(tool: ToolEvidence, words: TrainingWords, say: Phrases) -> list[str]:
    runs: list[dict[str, Any]] = tool.result["nearest_runs"]
    lines = []
    for n, run in enumerate(runs):
        text = words.nearest_run.format(
            model=run["model"],
            hours=number(Decimal(str(run["gpu_hours"])), say.language),
            gpu=family(run["gpu"]),
            params=size(run["params"]),
            tokens=size(run["tokens"]),
            on=words.on_gpus.format(gpus=plain(run["n_gpus"], "en")) if run["n_gpus"] else "",
            own=words.own if run["own"] else "",
            counted=words.counted[run["accounting"]],
        )
        lines.append(f"- {text} [{tool.id}:nearest_runs.{n}]")
    return ["", words.nearest, *lines] if lines else []


TRAINING = Estimator(
    tool=TOOL,
    ask=Ask.TRAINING,
    words=WORDS,
    wants=_wants,
    arguments=_arguments,
    missing=_missing,
    section=_section,
    job=True,
)
