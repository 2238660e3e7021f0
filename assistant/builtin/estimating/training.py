"""Training from scratch: the range of GPU-hours, the cost at prices of their dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assistant import cues
from assistant.builtin.estimating import shown
from assistant.builtin.estimating.estimator import Estimator, Words, catalogue, results_of
from assistant.builtin.figures import dollars, family, number, plain, price, size
from assistant.builtin.sections import Section
from assistant.builtin.values import gpu_count, gpu_of, in_short, size_of
from assistant.eligibility import asks_match
from assistant.evidence import Artifact, ToolEvidence
from assistant.phrases import Phrases
from assistant.question import ASKED, Ask, Reading
from tools.quantities import Unit, parse_params

TOOL = "estimate_training"
TOKENS_A_PARAMETER = 20
"""What is assumed where somebody agrees to it: the compute-optimal ratio of Hoffmann et al. 2022,
arXiv:2203.15556."""


@dataclass(frozen=True, kw_only=True)
class TrainingWords(Words):
    """Words of a training estimate."""

    ask_size: str
    ask_size_default: str
    ask_tokens: str
    lead: str
    lead_days: str
    nearest: str
    nearest_run: str


_WORDS = catalogue(
    TrainingWords(
        finished="training estimated",
        ask_size=(
            "**I need the model's size and the number of training tokens; for example "
            "“7B, 2T tokens”.**"
        ),
        ask_size_default=(
            "If you only know the size, I would assume 20 tokens a parameter, on H100s."
        ),
        ask_tokens=(
            "**I need the number of training tokens; for example “2T tokens”.** Without it I "
            "would assume 20 tokens a parameter."
        ),
        lead="About {likely} {gpu}-hours ({low} to {high})",
        lead_days="; {likely} days on {gpus} GPUs ({low} to {high})",
        nearest="Nearest published runs:",
        nearest_run="{model}: {hours} {gpu}-hours for {params} parameters and {tokens} tokens",
        assumptions={"utilisation": "share of the dense peak that is used: {value} ({text})"},
        inputs={
            "on": "the GPU",
            "seq_len": "context",
            "utilisation": "share of the peak",
            "params": "size",
        },
    ),
    TrainingWords(
        finished="已估算训练",
        ask_size="**请告诉我模型的参数量和训练的token数，例如“7B参数、2T token”。**",
        ask_size_default="如果只知道参数量，我会按每个参数20个token、用H100来估算。",
        ask_tokens=(
            "**请告诉我训练的token数，例如“2T token”。**如果还没定，我会按每个参数20个token估算。"
        ),
        lead="约{likely} {gpu}卡时（{low}至{high}）",
        lead_days="，用{gpus}张GPU约{likely}天（{low}至{high}天）",
        nearest="最接近的公开训练记录：",
        nearest_run="{model}：{params}参数、{tokens} token，用了{hours} {gpu}卡时",
        assumptions={
            "flops": "每个参数、每个token按{0}次运算计，{1} token上下文的注意力使运算增加{2}",
            "shape": "没有给出层数和宽度，取常见结构：{0}层、宽{1}",
            "utilisation": (
                "实际利用率（占稠密峰值）取{value}：由{0}次公开训练（{1}个模型家族）学得，"
                "即中间值，以及留出一个家族检验时能涵盖五分之四的区间"
            ),
            "peak": "16位稠密峰值取{value}",
            "scope=final_run": "只算最终一次训练，公开记录里的重启已含在内，不含实验",
            "scope=with_experiments": "最终训练乘以{0} / {1} / {2}，计入实验和失败的尝试",
            "restarts": "公开的整次训练已含重启，不再另加，只记步时的在拟合时多算{0}",
            "scale": "{0}张GPU是同等规模训练常用数量的{1}倍，每翻一倍多用{2}卡时",
            "days": "天数按所有GPU一直满负荷工作计，不含排队等卡的时间",
            "price": "单价按所给的价格，不含存储、出网流量和人力",
            "uncalibrated": "未经校准：这一代GPU的公开训练记录太少，利用率取自其他几代",
            "fp8": "FP8按16位峰值计，另乘实测增益{value}，长上下文的增益更小",
            "continued": "继续训练每个token的用时与从头训练相同，只计新增的token",
        },
        inputs={
            "on": "GPU",
            "seq_len": "上下文",
            "utilisation": "实际利用率",
            "tokens": "token数",
            "params": "参数量",
            "scope": "范围",
            "precision": "精度",
            "price": "单价",
            "gpus": "GPU数量",
        },
    ),
)


def _wants(reading: Reading) -> bool:
    text = reading.folded
    if reading.programs or not cues.TRAIN.search(text) or asks_match(reading):
        return False
    if size_of(reading) or reading.first(Unit.TOKENS):
        return True
    asked = cues.COST.search(text) or cues.TIME.search(text)
    return bool(cues.OURS.search(text) and asked)


def _missing(reading: Reading) -> str | None:
    if reading.again(TOOL):
        return None
    words = _WORDS(reading.language)
    if not size_of(reading):
        return f"{words.ask_size} {words.ask_size_default}"
    told = reading.first(Unit.TOKENS) is not None or reading.accepted
    return None if told else words.ask_tokens


def _arguments(reading: Reading) -> dict[str, Any]:
    earlier = reading.again(TOOL)
    told: dict[str, Any] = dict(size_of(reading))
    if tokens := reading.first(Unit.TOKENS):
        told["tokens"] = in_short(tokens.value)
    elif told and not earlier:  # the person agreed to what would be assumed
        told["tokens"] = in_short(parse_params(told["params"]) * TOKENS_A_PARAMETER)
    if gpu := gpu_of(reading):
        told["gpu"] = gpu
    if (count := gpu_count(reading)) is not None:
        told["gpus"] = count
    if rate := reading.first(Unit.PRICE_PER_GPU_HOUR):
        told |= {"price": str(rate.value), "price_source": ASKED}
    return {"gpu": "H100"} | earlier | told


def _section(reading: Reading, done: Sequence[Artifact], say: Phrases) -> Section:
    estimates = results_of(TOOL, done)
    words, main = _WORDS(say.language), estimates[0]
    priced = [tool for tool in estimates if tool.result.get("cost_usd")]
    return Section(
        [
            _lead(main, words, say),
            "",
            *_table(main, priced, say),
            "",
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
    return f"**{lead}{say.stop}** {marks}"


def _table(main: ToolEvidence, priced: Sequence[ToolEvidence], say: Phrases) -> list[str]:
    rows = [shown.range_row(say.row_hours, main, "gpu_hours", say)]
    if main.result.get("days"):
        rows.append(shown.range_row(say.row_days, main, "days", say))
    for tool in priced:
        label = say.row_cost.format(price=price(tool.args["price"], "USD", say.language))
        label += f" [{tool.id}:inputs.price_per_gpu_hour]"
        rows.append(shown.range_row(label, tool, "cost_usd", say, dollars))
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
        )
        lines.append(f"- {text} [{tool.id}:nearest_runs.{n}]")
    return ["", words.nearest, *lines] if lines else []


TRAINING = Estimator(
    tool=TOOL,
    ask=Ask.TRAINING,
    words=_WORDS,
    wants=_wants,
    arguments=_arguments,
    missing=_missing,
    section=_section,
    job=True,
)
