"""Serving a model: GPUs for a rate of requests, their speed, the cost at prices of their dates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from assistant import cues
from assistant.builtin.estimating import shown
from assistant.builtin.estimating.estimator import Estimator, results_of
from assistant.builtin.estimating.inference_words import WORDS, InferenceWords
from assistant.builtin.figures import dollars, family, number, plain, price
from assistant.builtin.sections import Section
from assistant.builtin.values import active_in_name, gpu_of, in_short, price_text
from assistant.evidence import Artifact, ToolEvidence
from assistant.phrases import Phrases
from assistant.question import ASKED, Ask, Reading
from tools.quantities import Quantity, Unit

TOOL = "estimate_inference"
ASSUMED = {"requests_per_minute": 60.0, "input_tokens": 1000, "output_tokens": 300}
"""What is assumed where somebody agrees to it: planning figures, named in the question."""

_TIMES = ("first_token_seconds", "token_seconds", "answer_seconds")
_SERVE = re.compile(
    r"\b(?:serv(?:e|es|ing)|inference|deploy(?:ing)?|host(?:ing)?|run(?:ning)? (?:an? )?"
    r"(?:llm|chatbot))\b|推理|部署|推論"
)
_BREAK = re.compile(r"[,，、;；。.?？!！:：]|\band\b|和|与|與")
_INPUT = re.compile(r"\b(?:input|prompts?|in|context)\b|输入|輸入|提示", re.IGNORECASE)
_OUTPUT = re.compile(
    r"\b(?:output|completions?|generated|out|answers?|responses?|repl(?:y|ies))\b|输出|輸出"
    r"|生成|回答|回复|回覆|答复",
    re.IGNORECASE,
)
_LENGTH_BEFORE = re.compile(
    r"(?:input|output|prompts? of|输入|輸入|输出|輸出|提示词|提示詞|回答)\W{0,2}$", re.IGNORECASE
)
_LED = re.compile(r"\W*(?:input|output|prompts?|in|out)\W{0,2}\d", re.IGNORECASE)
_LENGTH_AFTER = re.compile(r"\s?(?:in|out|input|output|prompt|completion)\b", re.IGNORECASE)
_LENGTHS = (Unit.TOKENS, Unit.CONTEXT_TOKENS, Unit.COUNT)
_A_TIME = re.compile(r"\s?(?:a|per|/)\s?(?:(m)(?:in)?(?:ute)?|s(?:ec)?(?:ond)?)\b", re.IGNORECASE)
_FIRST = re.compile(
    r"\bttft\b|\bfirst token\b|首\s?token|首个\s?token|首字|首詞|首词", re.IGNORECASE
)
_FIRST_IN_ONE = re.compile(
    r"first token [a-z ]{0,12}(?:under|within|below|in|less than) (?:a|one) second\b"
)
_MILLION = re.compile(
    r"\b(?:per|an?|each) (?:million|1m|m) (?:tok|output|input)|每百?万个?\s?(?:token|词元)"
)
_TOKEN = re.compile(
    r"\btpot\b|\b(?:per|a|each|between) tokens?\b|每个?\s?(?:token|词元)|每個\s?token",
    re.IGNORECASE,
)
_WEIGHTS = (
    ("fp8", r"fp8|8[- ]?bit float"),
    ("int8", r"int8|w8a8|8[- ]?bit|8位"),
    ("int4", r"int4|4[- ]?bit|awq|gptq|w4a16|4位"),
    ("bf16", r"bf16|fp16|16[- ]?bit|16位"),
)


def _clause(text: str, quantity: Quantity) -> str:
    """What stands around a quantity, up to the next break on either side."""
    before = [match.end() for match in _BREAK.finditer(text[: quantity.start])]
    after = _BREAK.search(text, quantity.end)
    return text[max(before, default=0) : after.start() if after else len(text)]


def _rate(reading: Reading) -> float | None:
    """The requests a minute that a question tells."""
    told = reading.first(Unit.REQUESTS_PER_MINUTE)
    if told is not None:
        return float(round(told.value, 6))
    # "and if traffic doubles to 1,000 a minute?" leaves the noun to the question before.
    for quantity in reading.quantities if reading.again(TOOL) else ():
        behind = reading.text[quantity.end :]
        if quantity.unit is Unit.COUNT and (time := _A_TIME.match(behind)):
            return float(quantity.value) * (1 if time[1] else 60)
    return None


def _side(text: str, quantity: Quantity) -> str | None:
    """Whether tokens go in or out, by the nearest word of their clause. Chinese says it before the
    number (输入2000 token输出500 token), English after it (1,000 in 300 out)."""
    clause = _clause(text, quantity)
    at = clause.index(quantity.text)
    leads = _LED.match(clause)  # "input 4k output 1k" says it before each number
    if leads and (word := _LENGTH_BEFORE.search(clause[:at])):
        return "input_tokens" if _INPUT.search(word.group()) else "output_tokens"
    near = []
    for name, cue in (("input_tokens", _INPUT), ("output_tokens", _OUTPUT)):
        for match in cue.finditer(clause):
            before = match.end() <= at
            distance = at - match.end() if before else match.start() - at - len(quantity.text)
            near.append((distance, before == match.group().isascii(), name))
    return min(near)[2] if near else None


def _is_no_year(text: str, quantity: Quantity) -> bool:
    """Whether a bare 2000 that looks like a year counts tokens: 输入2000, 2,000 in."""
    if quantity.unit is not Unit.YEAR:
        return False
    before, after = text[: quantity.start], text[quantity.end :]
    return bool(_LENGTH_BEFORE.search(before) or _LENGTH_AFTER.match(after))


def _lengths(reading: Reading) -> dict[str, int]:
    """Tokens of a prompt and of an answer, by the words around each number."""
    found: dict[str, int] = {}
    bare: list[int] = []
    for quantity in reading.quantities:
        if quantity.unit not in _LENGTHS and not _is_no_year(reading.text, quantity):
            continue
        if quantity.value != int(quantity.value):
            continue
        name = _side(reading.text, quantity)
        if name:
            found.setdefault(name, int(quantity.value))
        elif quantity.unit is Unit.TOKENS:
            bare.append(int(quantity.value))
    for name in ("input_tokens", "output_tokens"):
        if name not in found and bare:
            found[name] = bare.pop(0)
    return found


def _targets(reading: Reading) -> Iterator[tuple[str, float]]:
    """Times that must be met, in seconds, by what they are times of."""
    if _FIRST_IN_ONE.search(reading.folded):
        yield "first_token_seconds", 1.0
    for quantity in reading.quantities:
        if quantity.unit is not Unit.SECONDS:
            continue
        seconds = float(quantity.value)
        clause = _clause(reading.text, quantity)
        if _FIRST.search(clause):
            yield "first_token_seconds", seconds
        elif _TOKEN.search(clause):
            yield "token_seconds", seconds
        elif _OUTPUT.search(clause) or re.search(r"request|请求|請求", clause, re.IGNORECASE):
            yield "answer_seconds", seconds


def _model(reading: Reading) -> dict[str, str]:
    if reading.models:
        return {"model": reading.models[0].architecture.name}
    params = [q for q in reading.quantities if q.unit is Unit.PARAMS]
    told = {"params": in_short(params[0].value)} if params else {}
    if len(params) > 1 and params[1].value < params[0].value:
        told["active_params"] = in_short(params[1].value)
    return told | (active_in_name(reading) if told else {})


def _wants(reading: Reading) -> bool:
    if reading.programs:
        return False
    serves = _SERVE.search(reading.folded)
    if _rate(reading) is not None and (serves or _model(reading)):
        return True
    if not serves:
        return False
    if reading.provider or not _model(reading):
        return False
    asked = cues.COST.search(reading.folded) or cues.TIME.search(reading.folded)
    how_many = re.search(r"how many|多少[张张張块块]|几张", reading.folded)
    ours = cues.OURS.search(reading.folded) or reading.gpus
    return bool(ours and (asked or how_many))


def _missing(reading: Reading) -> str | None:
    if reading.again(TOOL):
        return None
    words, rate = WORDS(reading.language), _rate(reading)
    if not _model(reading):
        return words.ask_model
    lengths = _lengths(reading)
    return None if reading.accepted or (rate and len(lengths) == len(ASSUMED) - 1) else words.ask


def _arguments(reading: Reading) -> dict[str, Any]:
    earlier, rate = reading.again(TOOL), _rate(reading)
    told: dict[str, Any] = dict(_model(reading))
    if rate:
        told["requests_per_minute"] = rate
    told |= _lengths(reading)
    told |= dict(_targets(reading))
    if gpu := gpu_of(reading):
        told["gpu"] = gpu
    text = reading.text.lower()
    weights = next((name for name, cue in _WEIGHTS if re.search(cue, text)), None)
    if weights:
        told["weights"] = weights
    if paid := reading.first(Unit.PRICE_PER_GPU_HOUR):
        told |= {"price": price_text(paid), "price_source": ASKED}
    if "model" in told or "params" in told:
        earlier = {
            k: v for k, v in earlier.items() if k not in ("model", "params", "active_params")
        }
    return {"gpu": "H100"} | ({} if earlier else ASSUMED) | earlier | told


def _section(reading: Reading, done: Sequence[Artifact], say: Phrases) -> Section:
    estimates = results_of(TOOL, done)
    words, main = WORDS(say.language), estimates[0]
    priced = [tool for tool in estimates if tool.result.get("cost_usd_per_month")]
    return Section(
        [
            *_million(reading, priced, words, say),
            _lead(main, words, say),
            "",
            *_table(main, priced, words, say),
            "",
            *shown.costs(priced, done, "cost_usd_per_month", say),
            *shown.assumed(main, words, say),
            *_runs(main, words, say),
            *shown.changes_most((priced or estimates)[0], words, say),
        ]
    )


def _million(
    reading: Reading, priced: Sequence[ToolEvidence], words: InferenceWords, say: Phrases
) -> list[str]:
    """The cost per million tokens at the lowest price, where that is what was asked for."""
    if not priced or not _MILLION.search(reading.folded):
        return []
    tool = priced[0]
    lead = words.lead_million.format(
        cost=dollars(tool.result["cost_usd_per_million_tokens"]["likely"], say.language),
        price=price(tool.args["price"], "USD", say.language),
    )
    marks = f"[{tool.id}:cost_usd_per_million_tokens] [{tool.id}:inputs.price_per_gpu_hour]"
    return [f"**{lead}{say.stop}** {marks}", ""]


def _lead(tool: ToolEvidence, words: InferenceWords, say: Phrases) -> str:
    result, language = tool.result, say.language
    gpus = {key: plain(value, language) for key, value in result["gpus"].items()}
    sentence = words.lead
    if gpus["low"] == gpus["high"]:
        sentence = words.lead_one if gpus["likely"] == "1" else words.lead_even
    lead = sentence.format(gpu=family(result["inputs"]["gpu"]), **gpus)
    load = f"{Decimal(str(result['mean_load'])) * 100:.0f}%"
    busy = words.busy.format(
        copies=plain(result["copies"]["likely"], language),
        each=plain(result["gpus_per_copy"], language),
        load=load,
    )
    step = [each["name"] for each in result["steps"]].index("load")
    marks = f"[{tool.id}:copies] [{tool.id}:gpus_per_copy] [{tool.id}:steps.{step}]"
    timed = any(result["inputs"][name] is not None for name in _TIMES)
    told = "" if timed else f"\n\n{words.no_target} [{tool.id}:inputs]"
    return f"**{lead}{say.stop}** [{tool.id}:gpus]\n\n{busy}{say.stop} {marks}{told}"


def _table(
    main: ToolEvidence, priced: Sequence[ToolEvidence], words: InferenceWords, say: Phrases
) -> list[str]:
    rows = [
        shown.range_row(words.row_gpus, main, "gpus", say, plain),
        shown.range_row(words.row_speed, main, "output_tokens_per_second_per_gpu", say),
        shown.range_row(words.row_first, main, "first_token_seconds", say),
        shown.range_row(words.row_between, main, "token_seconds", say),
        shown.range_row(words.row_answer, main, "answer_seconds", say),
    ]
    for tool in priced:
        told = price(tool.args["price"], "USD", say.language)
        mark = f" [{tool.id}:inputs.price_per_gpu_hour]"
        for label, path in (
            (words.row_month, "cost_usd_per_month"),
            (words.row_million, "cost_usd_per_million_tokens"),
        ):
            rows.append(shown.range_row(label.format(price=told) + mark, tool, path, say, dollars))
    return shown.range_rows(rows, say)


def _runs(tool: ToolEvidence, words: InferenceWords, say: Phrases) -> list[str]:
    runs: list[dict[str, Any]] = tool.result["nearest_runs"]
    lines = []
    for n, run in enumerate(runs):
        text = words.nearest_run.format(
            model=run["model"],
            gpus=plain(run["gpus"], "en"),
            gpu=family(run["gpu"]),
            weights=run["weights"],
            into=plain(run["input_tokens"], say.language),
            out=plain(run["output_tokens"], say.language),
            speed=number(run["output_tokens_per_second"], say.language),
        )
        lines.append(f"- {text} [{tool.id}:nearest_runs.{n}]")
    return ["", words.nearest, *lines] if lines else []


INFERENCE = Estimator(
    tool=TOOL,
    ask=Ask.INFERENCE,
    words=WORDS,
    wants=_wants,
    arguments=_arguments,
    missing=_missing,
    section=_section,
    job=True,
)
