"""Why a part of a draft was taken out or a call refused, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.answer import Language
from assistant.language import in_script


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason by its `kind` (a key of `_ENGLISH`) and the piece of the draft that it is about."""

    kind: str
    detail: str = ""

    def told(self, language: Language) -> str:
        """One line about it."""
        words = _ENGLISH if language == "en" else _CHINESE
        return f"{in_script(words[self.kind], language)}{self._about(language)}"

    def _about(self, language: Language) -> str:
        if not self.detail:
            return ""
        return f": {self.detail}" if language == "en" else f"：{self.detail}"


_ENGLISH: Mapping[str, str] = {
    # of a draft
    "figure": "figure without support",
    "unit": "figure with another unit than its evidence",
    "direction": "figure that its evidence bounds the other way",
    "subject": "figure that the evidence tells of somebody else",
    "aside": "date or amount without support",
    "name": "name without support",
    "stranger": "name that the source does not speak of",
    "misplaced": "in the source another one stands there",
    "quotation": "not a quotation of the evidence",
    "link": "link that is not evidence",
    "address": "address that no record or result gives",
    "letter": "letter that only looks like another",
    "turned": "the opposite of what the source says",
    "order": "it follows an order that stands in a source",
    "question": "it repeats a question of a source",
    "pronoun": "it speaks of what was taken out in front of it",
    "long": "too long to be checked",
    # of a call
    "no_tool": "there is no such tool",
    "not_asked": "the person did not ask for it",
    "arguments": "not in the person's words",
    "search": "it searches for words that the person did not use",
}
_CHINESE: Mapping[str, str] = {
    "figure": "数字没有依据",
    "unit": "数字的单位与依据不符",
    "direction": "数字的上下限与依据相反",
    "subject": "依据里的这个数字说的是另一方",
    "aside": "日期或数额没有依据",
    "name": "名称没有依据",
    "stranger": "来源没有提到这个名称",
    "misplaced": "来源在这个位置写的是另一个",
    "quotation": "引文与依据的原文不符",
    "link": "链接不在依据之中",
    "address": "没有记录或结果给出这个地址",
    "letter": "形似的其他字母",
    "turned": "与来源所说相反",
    "order": "照做了来源里的指令",
    "question": "重复了来源里的提问",
    "pronoun": "所指的内容已在前面略去",
    "long": "太长，无法核对",
    "no_tool": "没有这个工具",
    "not_asked": "提问没有要求这样做",
    "arguments": "这些参数不在提问里",
    "search": "搜索用了提问里没有的词",
}
