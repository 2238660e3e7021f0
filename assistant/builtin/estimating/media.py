"""The part of `training.py` for image and video models: published runs, no formula."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assistant.builtin.estimating import shown
from assistant.builtin.estimating.estimator import Words, catalogue
from assistant.builtin.figures import family, number, plain
from assistant.builtin.sections import Section
from assistant.evidence import Artifact, ToolEvidence
from assistant.phrases import Phrases
from assistant.question import Reading

_VIDEO = re.compile(
    r"\b(?:text[- ]to[- ]video|image[- ]to[- ]video|video (?:generation |diffusion )?model|t2v)\b"
    r"|文生视频|图生视频|视频生成|视频(?:扩散)?模型"
)
_IMAGE = re.compile(
    r"\b(?:text[- ]to[- ]image|image (?:generation |diffusion )?model|diffusion model|t2i"
    r"|stable diffusion)\b|文生图|图像生成|图片生成|扩散模型|图像模型"
)


@dataclass(frozen=True, kw_only=True)
class MediaWords(Words):
    """Words of an estimate from published runs."""

    lead: str
    lead_days: str
    like: dict[str, str]
    like_run: str


ASSUMED = {
    "not_6nd": (
        "扩散模型不能按参数乘token来算：卡时取决于训练方案（看过的图像数、分辨率、"
        "预先算好的部分），所以这里列出公开的训练记录"
    ),
    "like_runs": "范围来自同类的公开训练，反映各团队的选择，不是公式的误差",
    "peak_ratio": "不同GPU之间按16位稠密峰值折算，较新的GPU实际提升往往更小",
    "too_few_runs": "条件相符的公开训练太少，其他的也算在内",
    "price": "单价按所给的价格，不含存储、出网流量和人力",
}
VARIED = {"recipe": "采用的训练方案", "power of the peak ratio": "峰值比的指数"}

_WORDS = catalogue(
    MediaWords(
        finished="training estimated",
        lead="Published runs like it took {low} to {high} {gpu}-hours, the middle one {likely}",
        lead_days="; {likely} days on {gpus} GPUs ({low} to {high})",
        like={"image": "Published image models:", "video": "Published video models:"},
        like_run="{model} ({year}): {hours} {gpu}-hours, {here} here",
        inputs={"recipe": "the recipe that is followed"},
    ),
    MediaWords(
        finished="已估算训练",
        lead="同类公开训练用了{low}至{high} {gpu}卡时，中间值{likely}",
        lead_days="；用{gpus}张GPU约{likely}天（{low}至{high}天）",
        like={"image": "公开的图像模型训练：", "video": "公开的视频模型训练："},
        like_run="{model}（{year}年）：{hours} {gpu}卡时，折合{here}卡时",
        inputs=VARIED,
        assumptions=ASSUMED,
    ),
)


def kind_of(reading: Reading) -> str | None:
    """ "video" or "image" where the question is about training such a model."""
    if _VIDEO.search(reading.folded):
        return "video"
    return "image" if _IMAGE.search(reading.folded) else None


def section(
    main: ToolEvidence, priced: Sequence[ToolEvidence], done: Sequence[Artifact], say: Phrases
) -> Section:
    """The answer from published runs."""
    words = _WORDS(say.language)
    rows = [shown.range_row(say.row_hours, main, "gpu_hours", say)]
    if main.result.get("days"):
        rows.append(shown.range_row(say.row_days, main, "days", say))
    rows += shown.cost_rows(priced, say)
    return Section(
        [
            _lead(main, words, say),
            "",
            *shown.range_rows(rows, say),
            "",
            *shown.costs(priced, done, "cost_usd", say),
            *shown.assumed(main, words, say),
            *_runs(main, words, say),
            *shown.changes_most((priced or [main])[0], words, say),
        ]
    )


def _lead(tool: ToolEvidence, words: MediaWords, say: Phrases) -> str:
    language, result = say.language, tool.result
    hours = {key: number(value, language) for key, value in result["gpu_hours"].items()}
    lead = words.lead.format(gpu=family(result["inputs"]["gpu"]), **hours)
    marks = f"[{tool.id}:gpu_hours]"
    if result.get("days"):
        told = {key: number(value, language) for key, value in result["days"].items()}
        lead += words.lead_days.format(gpus=plain(tool.args["gpus"], "en"), **told)
        marks += f" [{tool.id}:days]"
    return f"**{lead}{say.stop}** {marks}"


def _runs(tool: ToolEvidence, words: MediaWords, say: Phrases) -> list[str]:
    runs: list[dict[str, Any]] = tool.result["like_runs"]
    lines = [
        "- "
        + words.like_run.format(
            model=like["run"]["model"],
            year=like["run"]["year"],
            hours=number(Decimal(str(like["run"]["gpu_hours"])), say.language),
            gpu=family(like["run"]["gpu"]),
            here=number(Decimal(str(like["gpu_hours_here"])), say.language),
        )
        + f" [{tool.id}:like_runs.{n}]"
        for n, like in enumerate(runs)
    ]
    return ["", words.like[tool.result["inputs"]["kind"]], *lines]
