"""Training from scratch: the range of GPU-hours, the cost at prices of their dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from assistant import cues
from assistant.builtin.estimating import media, shown
from assistant.builtin.estimating.estimator import Estimator, results_of
from assistant.builtin.estimating.training_arguments import (
    EXPERTS,
    TOOL,
    arguments,
    asks_whole,
    sizes,
)
from assistant.builtin.estimating.training_words import WORDS, TrainingWords
from assistant.builtin.figures import family, number, plain, size
from assistant.builtin.sections import Section
from assistant.builtin.values import asks_plainly, lengths_of, size_of
from assistant.eligibility import asks_match
from assistant.evidence import Artifact, ToolEvidence
from assistant.phrases import Phrases
from assistant.question import Ask, Reading
from tools.estimates.kv_cache import GIB
from tools.quantities import Unit


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
    asked = cues.COST.search(text) or cues.TIME.search(text) or _ESTIMATE.search(text)
    sized = cues.COUNTED.search(text) and lengths_of(reading)  # how many GPUs train it in a week
    if cues.OURS.search(text) and (asked or sized):
        return True
    return bool((asked or cues.COUNTED.search(text)) and asks_plainly(reading))


def _is_a_run(reading: Reading) -> bool:
    """Whether a size and tokens without the word, "13B on 1T tokens: GPU-hours?", are a run."""
    text, tokens = reading.folded, reading.first(Unit.TOKENS)
    if tokens is None or tokens.value < _LEAST_RUN or not size_of(reading):
        return False
    if reading.first(Unit.GPUS) or asks_whole(reading):
        return True
    return bool(cues.COST.search(text) or cues.TIME.search(text) or _HOURS.search(text))


def _missing(reading: Reading) -> str | None:
    if reading.again(TOOL):
        return None
    words = WORDS(reading.language)
    told = sizes(reading)
    if media.kind_of(reading):
        return None
    if not told:
        return f"{words.ask_size} {words.ask_size_default}"
    if "active_params" not in told and EXPERTS.search(reading.folded):
        return words.ask_active
    amount = reading.first(Unit.TOKENS) is not None or reading.accepted
    return None if amount else words.ask_tokens


_ESTIMATE = cues.cue(r"estimates?|ballpark|forecast|budget", r"估|测算|预算")
_LEAST_RUN = 10**9
"""So many tokens are those of a run, and no prompt's."""
_HOURS = re.compile(r"\b(?:gpu|[a-z]\d{2,3})[- ]?hours?\b|卡时")
_WAS = re.compile(r"\b(?:did|took|was|were|has|have)\b|用了|花了|花费了|耗费了")


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
    arguments=arguments,
    missing=_missing,
    section=_section,
    job=True,
)
