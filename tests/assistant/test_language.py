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
        (
            "至少4,000块GPU、数千块英伟达H100、数千块芯片",
            "zh-Hant",
            "至少4,000張GPU、數千張輝達H100、數千顆晶片",
        ),
        ("一大块钱，每块25万美元", "zh-Hant", "一大塊錢，每張25萬美元"),
        (
            "2万 GPU卡时，7.8万 H100卡时，每卡时2美元，卡时",
            "zh-Hant",
            "2萬 GPU小時，7.8萬 H100小時，每GPU小時2美元，GPU小時",
        ),
        (
            "初创公司、初创AI团队，英伟达初创加速计划",
            "zh-Hant",
            "新創公司、新創AI團隊，輝達初創加速計畫",
        ),
        ("弗里德曼和亨里克手里的GPU", "zh-Hant", "弗里德曼和亨里克手裡的GPU"),
        ("台湾的平台公布了扩展计划", "zh-Hant", "台灣的平台公布了擴展計畫"),
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


@pytest.mark.parametrize("text", ["7B, 2T tokens", "64 H100s?", "QLoRA", "512?", "ok"])
def test_values_alone_keep_the_language_of_the_conversation(text: str) -> None:
    assert detect(text, fallback="zh-Hant") == "zh-Hant"
    assert detect(f"and with {text}", fallback="zh-Hant") == "en"
