"""A year in a week: how many GPUs that takes, ideally and as things scale."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assistant import cues
from assistant.builtin.estimating import shown
from assistant.builtin.estimating.estimator import Estimator, Words, catalogue, results_of
from assistant.builtin.estimating.money import told_by
from assistant.builtin.figures import dollars, number, plain, rounded
from assistant.builtin.sections import Section
from assistant.builtin.values import (
    YEAR_DAYS,
    asks_plainly,
    in_short,
    lengths_of,
    price_text,
    share_text,
)
from assistant.evidence import Artifact, ToolEvidence
from assistant.phrases import Phrases
from assistant.question import Ask, Reading
from tools.quantities import Unit

TOOL = "scale_time"
_FASTER = cues.cue(
    r"turns?|into|down to|finish|shrink|do it in|done in|more (?:cards|gpus)|instead of|faster"
    r"|speed(?:ing)? up|shorten|cut|compress|"
    r"(?:in|for|within) (?:a|one|1|\d+) (?:days?|weeks?|months?)"
    r"|from \d[^.?]{0,40} (?:down )?to \d|"
    r"want(?:ed)? it (?:done )?(?:in|within)|speed-?up|quicker|sooner|rather than|reduce",
    r"缩到|压到|降到|减到|赶到|提前到|缩成|缩短|压缩|变成|加快|提速|加速到|内(?:完成|跑完)|想在"
    r"|改成|[周月天](?:内)?(?:干|训|做)完|"
    r"搞定|跑完|出结果|加卡",
)
_NUMBER = cues.cue(
    r"what does|possible|feasible|(?:can|could) (?:we|i|it)|what (?:happens|if)|how (?:many"
    r"|much|can|could"
    r"|do|would)|what (?:does|would) it take|need(?:ed)?",
    r"多少|几张|几块|要多少|需要|够不够|怎么|怎样|如何|能行吗|可行|行不行|可以吗|能不能|能否"
    r"|做得到",
)
_HOW_MANY = cues.cue(
    r"how many (?:more |extra |additional )?(?:gpus|cards|[a-z]{1,3}\d{2,4}s)|how big",
    r"多少[张块卡个]|几[张块]|要几|加到多少|加卡|扩到",
)
_MORE = cues.cue(r"(?:how many )?more gpus", r"再加多少|加到多少|还要加多少")
_BATCH = re.compile(r"\bbatch\b|批")
_EACH_GPU = re.compile(r"\bgpus?\b|\bcards?\b|[张卡]")
_LIMIT = cues.cue(
    r"at most|limit(?:ed)?|no more than|feeds?|up to|max(?:imum)?|cap(?:ped)?|keeps? busy"
    r"|saturates?",
    r"最多|上限|喂得?[了饱满]|不超过|至多|顶多|封顶|撑得?住",
)


@dataclass(frozen=True, kw_only=True)
class ScaleWords(Words):
    """Words of a time-for-GPUs estimate."""

    ask: str
    lead: str
    lead_ideal: str
    lead_batch: str
    lead_never: str
    header: str
    ideal: str
    needed: str
    used: str
    days: str
    hours: str
    extra: str
    cost: str
    extra_cost: str


_WORDS = catalogue(
    ScaleWords(
        finished="time against GPUs worked out",
        ask=(
            "**I need how many GPUs do it now, how long they take and how long it may take; for "
            "example “64 GPUs, a year, in a week”.**"
        ),
        lead="{target} days instead of {days} take {needed} GPUs, where perfect scaling would take "
        "{ideal}",
        lead_ideal="{target} days instead of {days} take {needed} GPUs if scaling were perfect",
        lead_batch="{target} days cannot be reached: the batch keeps at most {used} GPUs busy, "
        "which gives {reached} days at best",
        lead_never="{target} days cannot be reached: at that efficiency more GPUs gain nothing",
        header="| | |",
        ideal="GPUs with perfect scaling",
        needed="GPUs needed",
        used="GPUs that the batch feeds",
        days="Days",
        hours="GPU-hours",
        extra="GPU-hours more than now",
        cost="Cost",
        extra_cost="Cost more than now",
        assumptions={
            "ideal": "every added GPU helps as much as the first, which nobody measures: a 3B model"
            " kept 95 and 98 % of its speed per doubling from 16 to 64 H100s",
            "efficiency": "each GPU keeps {value} of its speed at every doubling, at any size",
        },
        inputs={
            "efficiency_per_doubling": "efficiency per doubling",
            "target_days": "the days wanted",
        },
    ),
    ScaleWords(
        finished="已换算时间与GPU数",
        ask=(
            "**请告诉我现在用多少张GPU、要跑多久、想缩短到多久，例如“64张GPU要跑一年，想缩短到一周”。**"
        ),
        lead="想把{days}天缩短到{target}天，需要{needed}张GPU，若扩展毫无损耗，只要{ideal}张",
        lead_ideal="想把{days}天缩短到{target}天，在扩展毫无损耗的理想情况下需要{needed}张GPU",
        lead_batch="{target}天内跑不完：批量最多喂得饱{used}张GPU，最快也要{reached}天",
        lead_never="{target}天内跑不完：按这个扩展效率，再加GPU也不会更快",
        header="| | |",
        ideal="理想扩展所需GPU数",
        needed="实际所需GPU数",
        used="批量能喂饱的GPU数",
        days="天数",
        hours="卡时",
        extra="比现在多用的卡时",
        cost="费用",
        extra_cost="比现在多花的费用",
        assumptions={
            "ideal": "假设每张新增的GPU都和第一张一样有用，实测做不到：3B模型从16张扩到64张H100，"
            "每翻一倍只保住95%和98%的速度",
            "efficiency": "每翻一倍，单卡速度保持{value}，各种规模都按此计",
            "no_batch_limit": "批量可以摊到任意多张GPU上；超过临界批量后，加卡只费token，不会更快",
        },
        inputs={
            "efficiency_per_doubling": "每翻一倍的效率",
            "target_days": "目标天数",
        },
    ),
)


def _lengths(reading: Reading) -> list[Decimal]:
    """The lengths of time that are named, in days, each once."""
    # "1 year" is read as 365 days, "a year" as 365.25: the same length.
    told = {YEAR_DAYS if each == 365 else round(each, 6) for each in lengths_of(reading)}
    if len(told) == 1 and (bare := _bare_length(reading)):
        told.add(bare)
    return sorted(told)


_DOWN_TO = re.compile(
    r"(?:\b(?:in|to|within|into|under|just|only)|[到成在为]|只要|只用)\s?$", re.IGNORECASE
)


def _bare_length(reading: Reading) -> Decimal | None:
    """The time wanted in the unit of the one before it: "runs 45 days; wanted in 5"."""
    length = reading.first(Unit.DURATION_DAYS)
    for bare in (q for q in reading.quantities if q.unit is Unit.COUNT and q.bare):
        before = reading.text[: bare.start]
        if length and length.said_value and bare.start > length.end and _DOWN_TO.search(before):
            return round(bare.value * length.value / length.said_value, 6)
    return None


def _wants(reading: Reading) -> bool:
    text = reading.folded
    model = reading.first(Unit.PARAMS) or (reading.first(Unit.TOKENS) and not _batch(reading))
    if reading.programs or model:
        return False
    asked = _FASTER.search(text) and _NUMBER.search(text)
    if _counts(reading):
        counted = _HOW_MANY.search(text) or (_FASTER.search(text) and _most(reading))
        counted = bool(counted and (reading.first(Unit.GPUS) or "张" in text))
        return bool((asked or counted) and len(_lengths(reading)) > 1)
    wished = _lengths(reading) and not cues.TRAIN.search(text)
    if (
        asked
        and (len(_lengths(reading)) > 1 or wished)
        and _HOW_MANY.search(text)
        and asks_plainly(reading)
    ):
        return True
    more = _MORE.search(text) and cues.OURS.search(text)
    return bool(asked and more and _lengths(reading))


def _counts(reading: Reading) -> list[int]:
    """Numbers of GPUs; where none is written as such, the bare one ("we have 64 now")."""
    counts = [
        int(q.value)
        for q in reading.quantities
        if q.unit is Unit.GPUS or (q.unit is Unit.COUNT and q.text[-1] in "张張")
    ]
    bare = [int(q.value) for q in reading.quantities if q.unit is Unit.COUNT and q.bare]
    return counts or (bare if "gpu" in reading.folded and len(bare) == 1 else [])


def _missing(reading: Reading) -> str | None:
    told = reading.again(TOOL) or (_counts(reading) and len(_lengths(reading)) > 1)
    return None if told else _WORDS(reading.language).ask


def _arguments(reading: Reading) -> dict[str, Any]:
    counts = _counts(reading)
    lengths = _lengths(reading)
    told: dict[str, Any] = {}
    most = _most(reading)
    if most is not None and (len(counts) > 1 or reading.again(TOOL)):
        told["most_gpus"] = most
        counts.remove(most)
    if counts:
        told["gpus"] = counts[0]
    if len(lengths) > 1:
        told["days"] = _plain(lengths[-1])
    if lengths:
        told["target_days"] = _plain(lengths[0])
    told |= _batch(reading)
    if kept := reading.first(Unit.PERCENT):
        told["efficiency"] = share_text(kept)
    if rate := reading.first(Unit.PRICE_PER_GPU_HOUR):
        told["price"] = price_text(rate)
    return reading.again(TOOL) | told


def _most(reading: Reading) -> int | None:
    """How many GPUs the batch can feed: the number beside the word of a limit."""
    for unit in (Unit.GPUS, Unit.COUNT):
        if (held := told_by(reading, unit, _LIMIT)) and int(held.value) in _counts(reading):
            return int(held.value)
    return None


def _batch(reading: Reading) -> dict[str, str]:
    """The tokens of a batch, and the least of them that a GPU takes; empty without both."""
    batch = told_by(reading, Unit.TOKENS, _BATCH)
    each = told_by(reading, Unit.TOKENS, _EACH_GPU, [batch] if batch else [])
    if batch is None or each is None:
        return {}
    return {"batch_tokens": in_short(batch.value), "tokens_per_gpu": in_short(each.value)}


def _plain(days: Decimal) -> str:
    return f"{round(days, 4).normalize():f}"


def _section(reading: Reading, done: Sequence[Artifact], say: Phrases) -> Section:
    tool, words = results_of(TOOL, done)[-1], _WORDS(say.language)
    rows = [
        shown.figure_row(label, tool, path, say, told)
        for label, path, told in (
            (words.ideal, "ideal_gpus", plain),
            (words.needed, "gpus_needed", plain),
            (words.used, "gpus_used", plain),
            (words.days, "days", number),
            (words.hours, "gpu_hours", number),
            (words.extra, "extra_gpu_hours", number),
            (words.cost, "cost_usd", dollars),
            (words.extra_cost, "extra_cost_usd", dollars),
        )
        if tool.result.get(path) is not None
        and (path != "gpus_used" or "batch" in tool.result["impossible"])
    ]
    return Section(
        [
            _lead(tool, words, say),
            "",
            words.header,
            "|---|---:|",
            *rows,
            *shown.assumed(tool, words, say),
            *shown.changes_most(tool, words, say),
        ]
    )


def _lead(tool: ToolEvidence, words: ScaleWords, say: Phrases) -> str:
    result, language = tool.result, say.language
    asked = result["inputs"]
    told = {
        "days": plain(rounded(asked["days"], 3), language),
        "target": plain(rounded(asked["target_days"], 3), language),
        "ideal": plain(result["ideal_gpus"], language),
        "needed": plain(result["gpus_needed"] or 0, language),
        "used": plain(result["gpus_used"], language),
        "reached": number(result["days"], language),
    }
    marks = [f"[{tool.id}:inputs.days]", f"[{tool.id}:inputs.target_days]"]
    if "batch" in result["impossible"]:
        lead, more = words.lead_batch, ["gpus_used", "days"]
    elif result["impossible"]:
        lead, more = words.lead_never, []
    elif asked["efficiency_per_doubling"] is None:
        lead, more = words.lead_ideal, ["gpus_needed"]
    else:
        lead, more = words.lead, ["gpus_needed", "ideal_gpus"]
    marks += [f"[{tool.id}:{path}]" for path in more]
    return f"**{lead.format(**told)}{say.stop}** {' '.join(marks)}"


SCALE_TIME = Estimator(
    tool=TOOL,
    ask=Ask.SCALE,
    words=_WORDS,
    wants=_wants,
    arguments=_arguments,
    missing=_missing,
    section=_section,
)
