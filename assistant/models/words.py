"""What the desk says about chat models, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from assistant.answer import Language
from assistant.language import catalogue_in_script


@dataclass(frozen=True)
class ModelWords:
    """Fixed words. Templates take the names in braces; `reasons` has one for each way in which a
    model fails (`assistant.models.failures.ModelFailed.kind`)."""

    fell_back: str
    fell_back_after_text: str
    cut: str
    leaves: str
    agree: str
    reasons: Mapping[str, str]


ENGLISH = ModelWords(
    fell_back="The model {model} {reason}; the built-in model answers instead.",
    fell_back_after_text=(
        "The model {model} {reason} in the middle of its answer. What it had written is not part "
        "of the answer; the built-in model answers the question from the start."
    ),
    cut="The answer of {model} was cut at its longest length.",
    leaves=(
        "{model} does not run on this machine. Each question that you ask it goes to {receiver}: "
        "your words, up to {turns} earlier turns of the conversation, the passages and the results "
        "of tools found for it, with what a tool says about your profile where one uses it. "
        "Never sent: keys, files, what only the fund may see."
    ),
    agree="Send your questions to {receiver}?",
    reasons={
        "busy": "is overloaded or over its quota (429)",
        "server": "failed on its server",
        "slow": "did not begin to answer in time",
        "stalled": "fell silent",
        "stopped": "broke off",
        "deadline": "took longer than a turn may",
        "unreachable": "cannot be reached",
        "refused": "refused the key",
        "unknown_model": "is not known to its server (404)",
        "rejected": "rejected the request",
        "broken": "sent what cannot be read",
        "empty": "wrote nothing that the evidence supports",
        "calls": "made more calls than a turn may",
        "cost": "reached the cost that a turn may have",
        "error": "failed",
    },
)

SIMPLIFIED = ModelWords(
    fell_back="模型{model}{reason}，改由内置模型回答。",
    fell_back_after_text=(
        "模型{model}回答到一半时{reason}。它已写出的内容不算作答案，由内置模型从头回答。"
    ),
    cut="{model}的回答过长，已截断。",
    leaves=(
        "{model}不在本机运行。你向它提出的每个问题都会发送给{receiver}：你的原话、最多{turns}轮之前的对话、"
        "为这个问题找到的原文段落和工具结果；用到公司资料的工具，其结果里会有相应内容。"
        "不会发送：密钥、文件、只限基金内部查看的内容。"
    ),
    agree="是否同意把问题发送给{receiver}？",
    reasons={
        "busy": "繁忙或超出配额（429）",
        "server": "的服务器出错",
        "slow": "没有按时开始回答",
        "stalled": "没有了回应",
        "stopped": "中断",
        "deadline": "超过了一轮回答的时限",
        "unreachable": "无法连接",
        "refused": "拒绝了密钥",
        "unknown_model": "在其服务器上不存在（404）",
        "rejected": "拒绝了请求",
        "broken": "发来的内容无法读取",
        "empty": "没有写出任何有依据的内容",
        "calls": "的调用次数超过一轮上限",
        "cost": "的费用达到一轮上限",
        "error": "出错",
    },
)


def model_words(language: Language) -> ModelWords:
    """The catalogue of a language."""
    if language == "en":
        return ENGLISH
    return SIMPLIFIED if language == "zh-Hans" else _traditional()


@cache
def _traditional() -> ModelWords:
    return catalogue_in_script(SIMPLIFIED, "zh-Hant")
