"""Fine-tuning: the range of GPU-hours, whether it fits, the cost at prices of their dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from assistant import cues
from assistant.builtin.estimating import shown
from assistant.builtin.estimating.estimator import Call, Estimator, results_of
from assistant.builtin.estimating.finetuning_arguments import (
    ASSUMED_TOKENS,
    TOOL,
    answers_of,
    arguments,
    counts_prompts,
    data_of,
    method_of,
)
from assistant.builtin.estimating.finetuning_words import WORDS, FinetuningWords
from assistant.builtin.figures import family, number, plain
from assistant.builtin.sections import Section
from assistant.builtin.values import asks_plainly, model_of
from assistant.eligibility import asks_match
from assistant.evidence import Artifact, ToolEvidence
from assistant.phrases import Phrases
from assistant.question import Ask, Reading
from tools.gpus import all_gpus, known_gpu

_DAYS_FROM = 2
"""Shorter times are told in hours."""


def _cue(english: str, chinese: str = "(?!)") -> re.Pattern[str]:
    """English words that may touch Chinese ones ("用LoRA微调"), or Chinese words."""
    return re.compile(rf"(?<![a-z])(?:{english})(?![a-z])|{chinese}", re.IGNORECASE)


_TUNE = _cue(
    r"fine[\s-]?tun\w*|instruction[\s-]tun\w*|q[\s-]?loras?|loras?|peft|adapters?|sft|dpo|rlhf|rlvr|grpo|ppo|"
    r"rl|reinforcement (?:learning|fine)",
    r"微调|精调|强化学习|强化微调|指令调优",
)
_FITS = _cue(
    r"fits?|enough|how many|can (?:i|we)|v?ram|(?:gpu )?memory|oom",
    r"显存|放得下|装得下|够不够|够吗|能不能|能否|跑得动|几张|多少张",
)


def _wants(reading: Reading) -> bool:
    text = reading.folded
    if reading.programs or not _TUNE.search(text) or asks_match(reading):
        return False
    if data_of(reading) or counts_prompts(reading):
        return True
    asked = cues.COST.search(text) or cues.TIME.search(text) or _asks_fit(reading)
    ours = cues.OURS.search(text) or reading.gpus or model_of(reading)
    return bool(asked and (ours or asks_plainly(reading)))


def _asks_fit(reading: Reading) -> bool:
    """Whether it fits, or how many GPUs hold it: answered without an amount of data."""
    named = bool(reading.gpus and cues.OURS.search(reading.folded))
    return named or bool(_FITS.search(reading.folded))


def _missing(reading: Reading) -> str | None:
    if reading.again(TOOL):
        return None
    words = WORDS(reading.language)
    if not model_of(reading):
        return words.ask_model
    if method_of(reading) == "rl":
        told = answers_of(reading)
        return None if {"prompts", "generated_tokens"} <= set(told) else words.ask_prompts
    known = reading.accepted or data_of(reading) or _asks_fit(reading)
    return None if known else words.ask_data


def _then(reading: Reading, done: Sequence[Artifact]) -> list[Call]:
    """Where it is asked what fits a GPU that is sold with several sizes of memory (A100): each."""
    made = results_of(TOOL, done)
    if len(made) != 1 or not _asks_fit(reading) or made[0].result["fewest_gpus"] is not None:
        return []
    asked = known_gpu(made[0].result["inputs"]["gpu"])
    if asked is None or asked.memory_gb is not None:
        return []
    forms = [g for g in all_gpus() if g.family == asked.family and not g.form_stated]
    sizes = sorted(each.memory_gb for each in forms if each.memory_gb is not None)
    return [(TOOL, made[0].args | {"gpu": f"{asked.family} {size:f}GB"}) for size in sizes]


def _section(reading: Reading, done: Sequence[Artifact], say: Phrases) -> Section:
    estimates = results_of(TOOL, done)
    words, main = WORDS(say.language), estimates[0]
    priced = [tool for tool in estimates if tool.result.get("cost_usd")]
    lead = [_lead(main, words, say), ""]
    held = [tool for tool in estimates if "price" not in tool.args]
    memory = [line for tool in held for line in _memory(tool, words, say)]
    return Section(
        [
            *([*memory, *lead] if _asks_fit(reading) else [*lead, *memory]),
            *_data_line(reading, main, words, say),
            *_table(main, priced, words, say),
            "",
            *shown.costs(priced, done, "cost_usd", say),
            *shown.assumed(main, words, say),
            *_runs(main, words, say),
            *shown.changes_most((priced or estimates)[0], words, say),
        ]
    )


def _lead(tool: ToolEvidence, words: FinetuningWords, say: Phrases) -> str:
    result, language = tool.result, say.language
    inputs, hours = result["inputs"], result["gpu_hours"]
    lead = words.methods[inputs["method"]].format(model=_name(tool))
    lead += words.lead.format(
        gpu=family(inputs["gpu"]), **{key: number(hours[key], language) for key in hours}
    )
    marks = f"[{tool.id}:gpu_hours]"
    days = result.get("days")
    if days and (result["memory"] or {}).get("verdict") != "no":
        name = "days" if days["likely"] >= _DAYS_FROM else "hours"
        told = {key: number(result[name][key], language) for key in days}
        count = inputs["gpus"]
        on = words.one_gpu if count == 1 else words.gpus.format(gpus=plain(count, "en"))
        lead += (words.lead_days if name == "days" else words.lead_hours).format(gpus=on, **told)
        marks += f" [{tool.id}:{name}] [{tool.id}:inputs.gpus]"
    return f"**{lead}{say.stop}** {marks} [{tool.id}:inputs.model]"


def _name(tool: ToolEvidence) -> str:
    """The model as it was asked for; a typical shape goes by its size."""
    return str(tool.args.get("model") or tool.args.get("params") or tool.result["inputs"]["model"])


def _memory(tool: ToolEvidence, words: FinetuningWords, say: Phrases) -> list[str]:
    result = tool.result
    memory = result["memory"]
    if not memory or not memory["verdict"]:
        return []
    names = [each["name"] for each in result["steps"]]
    need = f"{memory['parts']['total'] / 2**30:,.1f}"
    verdict = {"fits": words.fits, "tight": words.tight, "no": words.no}[memory["verdict"]]
    line = words.memory.format(need=need)
    line += verdict.format(gpus=plain(result["inputs"]["gpus"], "en")) + say.stop
    line += f" [{tool.id}:steps.{names.index('memory_total')}]"
    fewest = words.never
    if result["fewest_gpus"] is not None:
        count = plain(result["fewest_gpus"], say.language)
        fewest = words.fewest.format(gpu=tool.args.get("gpu", "GPU"), count=count)
    others = [
        words.otherwise.format(
            method=words.names[other["method"]], count=plain(other["fewest_gpus"], say.language)
        )
        + f" [{tool.id}:other_methods.{n}]"
        for n, other in enumerate(result["other_methods"])
        if other["fewest_gpus"] is not None
    ]
    fewest += f" [{tool.id}:fewest_gpus]"
    asked = [line, fewest] if "gpus" in tool.args else [fewest, line]
    return [" ".join([*asked, *others]), ""]


def _data_line(
    reading: Reading, tool: ToolEvidence, words: FinetuningWords, say: Phrases
) -> list[str]:
    """That the amount of data was assumed, where nobody said one."""
    told = reading.repeat or data_of(reading) or answers_of(reading).get("prompts")
    if told or tool.args.get("tokens") != ASSUMED_TOKENS:
        return []
    return [f"{words.data.format(tokens=ASSUMED_TOKENS)} [{tool.id}:inputs.tokens]", ""]


def _table(
    main: ToolEvidence, priced: Sequence[ToolEvidence], words: FinetuningWords, say: Phrases
) -> list[str]:
    rows = [shown.range_row(say.row_hours, main, "gpu_hours", say)]
    phases = main.result["phases"]
    if len(phases) > 1:
        for n, phase in enumerate(phases):
            told = (
                number(phase["gpu_hours"][key], say.language) for key in ("low", "likely", "high")
            )
            label = words.row_phases[phase["name"]]
            rows.append(f"| {label} | {' | '.join(told)} [{main.id}:phases.{n}.gpu_hours] |")
    if main.result.get("days"):
        rows.append(shown.range_row(words.row_wall, main, "hours", say))
        if main.result["days"]["high"] >= _DAYS_FROM:
            rows.append(shown.range_row(say.row_days, main, "days", say))
    rows += shown.cost_rows(priced, say)
    return shown.range_rows(rows, say)


def _runs(tool: ToolEvidence, words: FinetuningWords, say: Phrases) -> list[str]:
    runs: list[dict[str, Any]] = tool.result["nearest_runs"]
    lines = []
    for n, run in enumerate(runs):
        text = words.nearest_run.format(
            model=run["model"],
            method=run["method"],
            hours=number(run["gpu_hours"], say.language),
            gpu=family(run["gpu"]),
        )
        lines.append(f"- {text} [{tool.id}:nearest_runs.{n}]")
    return ["", words.nearest, *lines] if lines else []


FINETUNING = Estimator(
    tool=TOOL,
    ask=Ask.FINETUNING,
    words=WORDS,
    wants=_wants,
    arguments=arguments,
    missing=_missing,
    section=_section,
    then=_then,
    job=True,
)
