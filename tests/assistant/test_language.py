"""Scripts and regional words of the reader."""

from __future__ import annotations

import pytest

from assistant.answer import Language
from assistant.language import detect, in_script


@pytest.mark.parametrize(
    ("text", "language", "shown"),
    [
        ("GPU作为核心计算资源", "zh-Hans", "GPU作为核心计算资源"),
        ("輝達的軟體與晶片", "zh-Hans", "英伟达的软件与芯片"),
        ("英伟达的软件与芯片", "zh-Hant", "輝達的軟體與晶片"),
        ("競價型執行個體與核心資源", "zh-Hant", "競價型執行個體與核心資源"),
        ("参数量", "zh-Hant", "參數量"),
        ("核心", "en", "核心"),
        ("plain", "zh-Hant", "plain"),
    ],
)
def test_text_in_the_readers_script(text: str, language: Language, shown: str) -> None:
    assert in_script(text, language) == shown


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("哪些投资机构提供GPU？", "zh-Hans"),
        ("哪些投資機構提供GPU？", "zh-Hant"),
        ("Who gives GPUs?", "en"),
    ],
)
def test_language_of_a_question(text: str, language: Language) -> None:
    assert detect(text) == language
