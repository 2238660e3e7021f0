"""Serving a model: GPUs for a rate of requests, their speed, the cost at prices of their dates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assistant import cues
from assistant.builtin.estimating import shown
from assistant.builtin.estimating.estimator import Estimator, Words, catalogue, results_of
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


@dataclass(frozen=True, kw_only=True)
class InferenceWords(Words):
    """Words of an inference estimate."""

    ask: str
    ask_model: str
    lead: str
    lead_even: str
    lead_one: str
    lead_million: str
    no_target: str
    busy: str
    row_gpus: str
    row_speed: str
    row_first: str
    row_between: str
    row_answer: str
    row_month: str
    row_million: str
    nearest: str
    nearest_run: str


_WORDS = catalogue(
    InferenceWords(
        finished="inference estimated",
        ask=(
            "**I need the requests a minute and the tokens of a prompt and of an answer; for "
            "example “600 requests a minute, 1,000 tokens in, 300 out”.** If you do not know "
            "them, I would assume 60 requests a minute of 1,000 and 300 tokens."
        ),
        ask_model=("**I need the model or its size; for example “Llama 3.1 70B”, or “70B”.**"),
        lead="About {likely} {gpu}s ({low} to {high})",
        lead_even="About {likely} {gpu}s",
        lead_one="One {gpu} is enough",
        lead_million="A million tokens cost about {cost} at {price} per GPU-hour",
        no_target=(
            "No time was asked for, so each GPU is filled as far as it goes; a limit for the first "
            "or the whole answer takes more GPUs."
        ),
        busy="Copies of the model: {copies}; GPUs a copy: {each}; busy on average: {load}",
        row_gpus="GPUs",
        row_speed="Output tokens a second per GPU",
        row_first="First token, seconds",
        row_between="Time per token, seconds",
        row_answer="Whole answer, seconds",
        row_month="Cost a month at {price}/GPU-hour",
        row_million="Cost per million tokens at {price}/GPU-hour",
        nearest="Nearest measured servers:",
        nearest_run=(
            "{model} on {gpus} {gpu} in {weights}, {into} tokens in and {out} out: {speed} output "
            "tokens a second"
        ),
        inputs={
            "share": "how well the server is tuned",
            "peak_to_mean": "the peak over the mean",
            "peak_load": "how full the peak may be",
            "weights": "precision of the weights",
        },
    ),
    InferenceWords(
        finished="已估算推理",
        ask=(
            "**请告诉我每分钟的请求数，以及每次输入和输出的token数，例如“每分钟600个请求，"
            "输入1000 token，输出300 token”。**如果还不清楚，我会按每分钟60个请求、"
            "输入1000 token、输出300 token来估算。"
        ),
        ask_model="**请告诉我模型或它的参数量，例如“Llama 3.1 70B”或“70B”。**",
        lead="约需{likely}张{gpu}（{low}至{high}张）",
        lead_even="约需{likely}张{gpu}",
        lead_one="1张{gpu}就够",
        lead_million="每百万token约{cost}（按每卡时{price}）",
        no_target="没有给出延迟要求，按尽量用满每张GPU计；如果要求首token或完整回答更快，需要更多GPU。",
        busy="部署{copies}份模型，每份用{each}张GPU，平均负载{load}",
        row_gpus="GPU数",
        row_speed="每张GPU每秒输出token数",
        row_first="首token时间（秒）",
        row_between="每token时间（秒）",
        row_answer="完整回答时间（秒）",
        row_month="每月费用（每卡时{price}）",
        row_million="每百万token成本（每卡时{price}）",
        nearest="最接近的公开实测：",
        nearest_run=(
            "{model}，{gpus}张{gpu}，{weights}，输入{into}、输出{out} token：每秒输出{speed} token"
        ),
        inputs={
            "share": "推理服务的调优程度",
            "peak_to_mean": "峰值与平均值之比",
            "peak_load": "高峰时允许的负载",
            "output_tokens": "输出token数",
            "input_tokens": "输入token数",
            "weights": "权重精度",
        },
        assumptions={
            "shape": "模型结构取{value}",
            "typical_shape": "没有指定型号，取常见结构：{0}层、宽{1}、{2}个键值头、词表{3}",
            "share_of_roofline": (
                "公开实测的推理服务能达到理论上限的{value}：低、中、高三档；"
                "调优过的接近上限，默认配置接近下限甚至更低"
            ),
            "precision": "权重 / KV缓存的精度：{value}；低精度对质量的影响没有估算",
            "peak_to_mean": "高峰请求量是平均值的{value}倍，GPU一直租着",
            "peak_load": "高峰时用到容量的{value}，其余留给突发和故障",
            "engine": "每份模型最多同时处理{value}个回答",
            "memory": "权重和KV缓存最多占显存的{value}",
            "link": "每份模型用{value}张GPU；一台服务器内做张量并行，再多则分成流水线阶段",
            "shared_prefix": "每次输入有{value}是相同的前缀，只算一次",
            "uncalibrated": "未校准：{value}这一代GPU还没有公开实测",
            "price": "单价按所给的价格，无论忙闲都按整月付费，不含存储、出网流量和人力",
        },
    ),
)

_TIMES = ("first_token_seconds", "token_seconds", "answer_seconds")
_OF_MODEL = ("model", "params", "active_params")
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
    words, rate = _WORDS(reading.language), _rate(reading)
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
    words, main = _WORDS(say.language), estimates[0]
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
    words=_WORDS,
    wants=_wants,
    arguments=_arguments,
    missing=_missing,
    section=_section,
    job=True,
)
