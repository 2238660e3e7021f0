"""What a question tells of a fine-tuning run: the arguments of its estimate."""

from __future__ import annotations

import re
from typing import Any

from assistant.builtin.estimating.money import beside
from assistant.builtin.values import (
    chosen,
    gpu_count,
    gpu_of,
    in_short,
    model_of,
    price_text,
)
from assistant.question import ASKED, Reading
from tools.quantities import Quantity, Unit

TOOL = "estimate_finetuning"
ASSUMED_TOKENS = "20M"
"""What is assumed where somebody agrees to it: a planning figure, named in the question."""
_METHODS = {
    "rl": r"rlhf|rlvr|grpo|ppo|rl|reinforcement|reinforce|强化学习|强化微调|强化训练",
    "qlora": r"q[\s-]?lora",
    "lora": r"loras?|adapters?|peft|适配器",
    "full": r"full|全参数?|全量|全部参数|所有参数|"
    r"(?:all|every)(?: of)? (?:the |its )?(?:weights?|parameters?)",
}
_PACKED = {
    "no": r"(?:not |un|without |no )pack(?:ed|ing)|不打包|不拼接|没有?打包",
    "yes": r"packed|packing|sequence[- ]packing|打包|拼接成?",
}
_TARGETS = {
    "attention": r"(?:only|just)(?: the)? attention|attention(?:[ -](?:layers?|modules?|blocks?|"
    r"projections?|weights))?(?: \w+)?[ -]only|attention (?:layers?|modules?|projections?|blocks?)|"
    r"q[/,]?\s?k?[/,]?\s?v (?:only|projections?)|(?:仅|只)[^，。,;；]{0,8}(?:注意力|attention)|"
    r"(?:注意力|attention)\s?层|注意力(?:模块|投影|部分)",
    "all": r"all (?:the )?(?:linear )?(?:layers|modules)|(?:所有|全部)的?(?:线性)?(?:层|模块)",
}
_MICRO = re.compile(
    r"(?:micro[ -]?batch(?:es)?(?:[ -]?size)?|(?:per[ -](?:device|gpu|card)|每(?:张)?卡的?)\s?"
    r"(?:train[ _])?batch(?:[ _-]?size)?|微批(?:次|量)?(?:大小)?|每卡(?:批次|批量|批)(?:大小)?)"
    r"\s?(?:of|is|=|:|为|是|取|设为?)?\s?$",
    re.IGNORECASE,
)
_MICRO_AFTER = re.compile(
    r"^\s?(?:sequences?|samples?|examples?)?\s?(?:per|a|each) (?:micro[ -]?batch|device|gpu|card)\b"
    r"|^[\s-]?micro[ -]?batch",
    re.IGNORECASE,
)
_MOST_PER_EXAMPLE = 200_000


def _noun(english: str, chinese: str) -> re.Pattern[str]:
    """A noun that follows its number."""
    return re.compile(rf"[\s-]*(?:(?:{english})(?![a-z])|{chinese})", re.IGNORECASE)


_EXAMPLE = _noun(
    r"(?:[a-z-]+ ){0,2}(?:examples?|samples?|rows|pairs|tickets|conversations|chats|documents|docs|"
    r"records|dialog(?:ue)?s|questions|instructions|emails|messages|reviews|articles|items|"
    r"transcripts|notes|reports|threads|calls|posts|entries|demonstrations|cases|pages)",
    r"[条條](?!件)|份|篇|[对對](?!话)|[则則]|[笔筆]|[组組]|封|段|个?(?:样本|樣本|样例|例子)",
)
_ANY_PLURAL = _noun(r"(?:[a-z-]+ ){0,2}[a-z]{3,}s", r"(?!)")
_EACH = re.compile(
    r"\b(?:each|apiece|per|average|averaging|avg|on average|long|of)\b|每|平均|一[条篇份笔则]",
    re.IGNORECASE,
)
_EPOCHS = _noun(r"epochs?|passes|个\s?epochs?|times over", r"[轮遍輪]|个\s?epoch")
_TWICE = re.compile(r"\b(?:twice|two times) (?:over|through)\b")
_PROMPTS = _noun(
    r"(?:[a-z-]+ )?(?:prompts?|questions?|problems?|tasks?)",
    r"[个個道条]?\s?(?:prompts?|提示词?|问题|题目|提示詞|問題|題目|题|題)",
)
_SAMPLES = _noun(
    r"(?:[a-z-]+ )?(?:samples?|completions?|rollouts?|generations?|answers|responses|candidates)"
    r"(?:,? (?:each|per|for each|a|to a|apiece))?",
    r"[个個条次份]\s?(?:回答|采样|样本|採樣|取樣|答案|回复|回覆|rollout)",
)
_SAMPLED = re.compile(
    r"(?:samples?|rollouts?|group[ _]size|group of|\bG|采样|取样|抽样|採樣|取樣|抽樣)"
    r"\s?(?:of|=|:|数|數|为|為|是)?\s?$",
    re.IGNORECASE,
)
_PROMPT_TEXT = re.compile(
    r"prompts?\W{0,3}(?:of|are|with|averag\w+|have|at|about|around|is|length|长|平均|约|各|,)*[^,，;；、]{0,12}$"
    r"|(?:提示词?|题目|问题|提示詞|題目|問題)[^,，;；、。]{0,8}$",
    re.IGNORECASE,
)
_PROMPT_TOKENS = re.compile(r"prompt|提示|输入|輸入|input", re.IGNORECASE)
_MADE = re.compile(
    r"generat|answer|completion|response|rollout|output|repl(?:y|ies)|输出|輸出|生成|回答|回复|回覆|答案",
    re.IGNORECASE,
)
_RANK = re.compile(
    r"(?:rank\s*(?:of|=|is|:|为|為|是|[设設][为為成]?|取)?|(?<![a-z])r\s*=|秩[为為是取]?)\s*-?(\d{1,4})(?!\d)"
    r"|(?<![\d.])(\d{1,4})[- ]rank\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^[\d.,\s]*[kKmM万萬亿億千百十零一二三四五六七八九两兩]*")
_ON_ONE = re.compile(r"\b(?:on|in|to|into|with|using) an? (?:[a-z]+ )?$", re.IGNORECASE)


def method_of(reading: Reading) -> str | None:
    """The method that is named: rl, qlora, lora or full."""
    return chosen(reading.folded, _METHODS)


def counted(reading: Reading, noun: re.Pattern[str]) -> Quantity | None:
    """The first number that is followed by a noun; the number may hold its measure word (2万条)."""
    for quantity in reading.quantities:
        rest = reading.text[quantity.end :]
        if not quantity.bare:
            rest = _NUMBER.sub("", quantity.text) + rest
        if noun.match(rest):
            return quantity
    return None


def counts_prompts(reading: Reading) -> bool:
    """Whether a number of prompts is told, as for reinforcement learning."""
    return counted(reading, _PROMPTS) is not None


def data_of(reading: Reading) -> dict[str, Any]:
    """Tokens, or examples and the tokens of one."""
    tokens = [q for q in reading.quantities if q.unit is Unit.TOKENS]
    small = [q for q in tokens if q.value <= _MOST_PER_EXAMPLE]
    each = next((q for q in small if any(map(_EACH.search, beside(reading, q)))), None)
    examples = reading.first(Unit.EXAMPLES) or counted(reading, _EXAMPLE)
    if examples is None and each:
        examples = counted(reading, _ANY_PLURAL)
        examples = examples if examples and examples.unit is Unit.COUNT else None
    if examples and small:
        per = each or small[0]
        return {"examples": int(examples.value), "tokens_per_example": int(per.value)}
    return {"tokens": in_short(tokens[0].value)} if tokens else {}


def answers_of(reading: Reading) -> dict[str, int]:
    """Prompts and answers of reinforcement learning, and the tokens of each."""
    prompts = counted(reading, _PROMPTS)
    told = {"prompts": int(prompts.value)} if prompts else {}
    if (samples := _samples(reading)) is not None and samples is not prompts:
        told["samples"] = int(samples.value)
    for tokens in (q for q in reading.quantities if q.unit is Unit.TOKENS):
        before, _ = beside(reading, tokens)
        lead = reading.text[max(0, tokens.start - 24) : tokens.start]
        asked = _PROMPT_TOKENS.search(tokens.text) or (
            _PROMPT_TEXT.search(lead) and not _MADE.search(before)
        )
        if asked and not _MADE.search(tokens.text):
            told.setdefault("prompt_tokens", int(tokens.value))
        else:
            told.setdefault("generated_tokens", int(tokens.value))
    if "prompt_tokens" in told and "generated_tokens" not in told:
        lengths = [q for q in reading.quantities if q.unit is Unit.TOKENS]
        if len(lengths) == 1 and not _PROMPT_TOKENS.search(lengths[0].text):
            told["generated_tokens"] = told.pop("prompt_tokens")
    return told


def _samples(reading: Reading) -> Quantity | None:
    named = counted(reading, _SAMPLES)
    if named is not None or (named := reading.first(Unit.EXAMPLES)) is not None:
        return named
    countable = (q for q in reading.quantities if q.unit is Unit.COUNT)
    return next((q for q in countable if _SAMPLED.search(reading.text[: q.start])), None)


def arguments(reading: Reading) -> dict[str, Any]:
    """The arguments of the estimate, with those of an earlier one that a question changes."""
    earlier = reading.again(TOOL)
    told: dict[str, Any] = dict(model_of(reading))
    method = method_of(reading)
    if method:
        told["method"] = method
    reinforced = (method or earlier.get("method")) == "rl"
    data: dict[str, Any] = answers_of(reading) if reinforced else data_of(reading)
    if not data and not earlier:  # agreed to, or not what was asked about: the section says it
        data = {"tokens": ASSUMED_TOKENS}
    told |= data | _recipe(reading)
    if gpu := gpu_of(reading):
        told["gpu"] = gpu
    if (count := _gpus(reading)) is not None:
        told["gpus"] = count
    if rate := reading.first(Unit.PRICE_PER_GPU_HOUR):
        told |= {"price": price_text(rate), "price_source": ASKED}
    return {"gpu": "H100"} | _kept(earlier, told) | told


def _gpus(reading: Reading) -> int | None:
    """How many GPUs; "on a 4090" is one."""
    count = gpu_count(reading)
    if count is not None or not reading.gpus:
        return count
    return 1 if _ON_ONE.search(reading.text[: reading.gpus[0].start]) else None


def _recipe(reading: Reading) -> dict[str, Any]:
    """How it is tuned: epochs, rank, layers, packing, lengths."""
    told: dict[str, Any] = {}
    epochs = reading.first(Unit.EPOCHS) or counted(reading, _EPOCHS)
    if epochs or _TWICE.search(reading.folded):
        told["epochs"] = float(epochs.value) if epochs else 2.0
    if rank := _RANK.search(reading.text):
        told["rank"] = int(rank[1] or rank[2])
    if targets := chosen(reading.folded, _TARGETS):
        told["targets"] = targets
    if packed := chosen(reading.folded, _PACKED):
        told["packed"] = packed == "yes"
    if (context := reading.first(Unit.CONTEXT_TOKENS)) and context.value >= 1:
        told["seq_len"] = int(context.value)
    for quantity in reading.quantities:
        before, behind = reading.text[: quantity.start], reading.text[quantity.end :]
        if quantity.unit in (Unit.COUNT, Unit.EXAMPLES) and (
            _MICRO.search(before) or _MICRO_AFTER.match(behind)
        ):
            told["micro_batch"] = int(quantity.value)
    return told


def _kept(earlier: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """What of an earlier call still holds: another model, method or amount of data replaces what
    was said of it."""
    drop: set[str] = set()
    if "model" in told or "params" in told:
        drop |= {"model", "params", "active_params"}
    if "tokens" in told or "examples" in told:
        drop |= {"tokens", "examples", "tokens_per_example"}
    if told.get("method") == "full":
        drop |= {"rank", "targets"}
    if "method" in told and (told["method"] == "rl") != (earlier.get("method") == "rl"):
        drop |= {"tokens", "examples", "tokens_per_example", "prompts", "generated_tokens"}
        drop |= {"samples", "prompt_tokens"}
    return {name: value for name, value in earlier.items() if name not in drop}
