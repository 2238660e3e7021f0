"""The words of a training estimate, in English and Simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.builtin.estimating import media
from assistant.builtin.estimating.estimator import Words, catalogue


@dataclass(frozen=True, kw_only=True)
class TrainingWords(Words):
    """Words of a training estimate."""

    ask_size: str
    ask_size_default: str
    ask_tokens: str
    ask_active: str
    lead: str
    lead_days: str
    lead_deadline: str
    implied: str
    row_deadline: str
    row_final: str
    row_experiments: str
    memory: Mapping[str, str]
    nearest: str
    nearest_run: str
    on_gpus: str
    own: str
    counted: Mapping[str, str]


WORDS = catalogue(
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
        ask_active=(
            "**How many parameters are active per token?** For a mixture of experts the hours "
            "follow these, and they cannot be guessed; for example “17B active of 109B”."
        ),
        lead="About {likely} {gpu}-hours ({low} to {high})",
        lead_days="; {likely} days on {gpus} GPUs ({low} to {high})",
        lead_deadline="; {likely} GPUs ({low} to {high}) finish it in {days} days",
        implied=(
            "The time you state would need {implied} of the dense peak; runs reach {low} to "
            "{high}, likely {likely}."
        ),
        row_deadline="GPUs for {days} days",
        row_final="GPU-hours, final run",
        row_experiments="GPU-hours, experiments",
        memory={
            "fits": "It fits: {used} of {held} GiB on each of {gpus} GPUs with {setup}.",
            "tight": "Memory is tight: {used} of {held} GiB on each of {gpus} GPUs with {setup}.",
            "no": (
                "It does not fit: {used} of {held} GiB would be needed on each of {gpus} GPUs, "
                "even with {setup}."
            ),
        },
        nearest="Nearest runs, with what their hours count:",
        nearest_run=(
            "{model}{own}: {hours} {gpu}-hours{on} for {params} parameters and {tokens} tokens "
            "({counted})"
        ),
        on_gpus=" on {gpus} GPUs",
        own=" (the fund's own)",
        counted={
            "clean": "step time alone",
            "final": "the final run",
            "whole": "all stages",
            "window": "an upper bound",
        },
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
        ask_active=(
            "**每个token激活多少参数？**混合专家模型的卡时取决于激活参数，无法猜测，例如“总参数109B、激活17B”。"
        ),
        lead="约{likely} {gpu}卡时（{low}至{high}）",
        lead_days="，用{gpus}张GPU约{likely}天（{low}至{high}天）",
        lead_deadline="，{days}天内训完需要约{likely}张GPU（{low}至{high}张）",
        implied="按您给的时间，需要达到稠密峰值的{implied}；公开记录在{low}到{high}之间，最可能{likely}。",
        row_deadline="{days}天内训完所需GPU数",
        row_final="卡时：最终一次训练",
        row_experiments="卡时：实验",
        memory={
            "fits": "显存放得下：{gpus}张GPU，每张用{used} GiB（共{held} GiB），{setup}。",
            "tight": "显存很紧：{gpus}张GPU，每张用{used} GiB（共{held} GiB），{setup}。",
            "no": "显存放不下：{gpus}张GPU，每张需要{used} GiB（共{held} GiB），{setup}。",
        },
        nearest="最接近的训练记录（括号内是卡时的口径）：",
        nearest_run=(
            "{model}{own}：{params}参数、{tokens} token，{on}用了{hours} {gpu}卡时（{counted}）"
        ),
        on_gpus="{gpus}张GPU，",
        own="（本基金）",
        counted={
            "clean": "只计步时",
            "final": "最终一次训练",
            "whole": "全部阶段",
            "window": "上限",
        },
        assumptions=media.ASSUMED
        | {
            "flops": "每个参数、每个token按{0}次运算计",
            "attention": "{0} token上下文的注意力使运算增加{1}",
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
            "memory": (
                "显存按每次一条序列、Adam混合精度和flash attention计，误差在{0}以内，"
                "没有尝试流水线并行和上下文并行"
            ),
            "uncalibrated": "未经校准：这一代GPU的公开训练记录太少，利用率取自其他几代",
            "long_context": "上下文很长时算子变慢，卡时再乘以{value}（低、中、高三档）",
            "fp8": "FP8按16位峰值计，另乘实测增益{value}，长上下文的增益更小",
            "continued": "继续训练每个token的用时与从头训练相同，只计新增的token",
        },
        inputs=media.VARIED
        | {
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
