"""The interface in three languages."""

from __future__ import annotations

import dataclasses
import re

import pytest
from scripted_desk import ScriptedDesk
from steps import running

from assistant.terminal_language import language_of
from tui.strings import Strings, strings_for

LANGUAGES = ["en", "zh-Hans", "zh-Hant"]
TOOLS = {
    "search_knowledge", "get_program", "compare_programs", "match_programs", "gpu_offers",
    "gpu_price_history", "cluster_queue", "estimate_training", "estimate_finetuning",
    "estimate_inference", "rent_or_buy", "gpu_loan", "credits_value", "compare_routes",
    "ai_revenue_needed", "scale_time", "deal_flow_back",
}  # fmt: skip
MAINLAND_WORDS = ["软件", "默认", "信息", "数据", "質量", "視頻", "網絡", "創業公司", "登錄"]


def texts(strings: Strings) -> dict[str, str]:
    """Every string of a catalogue under its path."""
    found: dict[str, str] = {}
    for field in dataclasses.fields(strings):
        value = getattr(strings, field.name)
        if isinstance(value, str):
            found[field.name] = value
        elif isinstance(value, tuple):
            found |= {f"{field.name}.{n}": text for n, text in enumerate(value)}
        else:
            found |= {f"{field.name}.{name}": text for name, text in value.items()}
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogues_have_the_same_strings_with_the_same_blanks(language):
    english, shown = texts(strings_for("en")), texts(strings_for(language))
    assert shown.keys() == english.keys()
    for name, text in shown.items():
        assert text.strip(), name
        blanks = re.findall(r"\{\w+\}", text)
        assert sorted(blanks) == sorted(re.findall(r"\{\w+\}", english[name])), name
    assert set(strings_for(language).tools) == TOOLS


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant"])
def test_chinese_catalogues_are_translated(language):
    english = texts(strings_for("en"))
    same = {n for n, text in texts(strings_for(language)).items() if text == english[n]}
    assert not same


def test_traditional_strings_hold_no_simplified_characters():
    opencc = pytest.importorskip("opencc")
    convert = opencc.OpenCC("s2t").convert
    # Characters that are good Traditional in their own right although OpenCC maps them.
    allowed = set("台里后出")
    for name, text in texts(strings_for("zh-Hant")).items():
        if name == "language":
            continue
        wrong = {c for c in text if convert(c) != c} - allowed
        assert not wrong, (name, wrong)
        assert not [word for word in MAINLAND_WORDS if word in text], name


def test_simplified_strings_hold_no_traditional_characters():
    opencc = pytest.importorskip("opencc")
    convert = opencc.OpenCC("t2s").convert
    for name, text in texts(strings_for("zh-Hans")).items():
        assert convert(text) == text or name == "language", name


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en_US.UTF-8", "en"),
        ("C.UTF-8", "en"),
        ("de", "en"),
        ("", "en"),
        ("zh_CN.UTF-8", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("zh-Hans-HK", "zh-Hans"),
        ("zh_TW.UTF-8", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-Hant", "zh-Hant"),
    ],
)
def test_a_language_tag_chooses_the_catalogue(tag, language, monkeypatch):
    assert language_of(tag) == language
    monkeypatch.setenv("LANG", tag)
    assert strings_for(None).language == language


async def test_the_traditional_interface_is_traditional_throughout():
    async with running(ScriptedDesk(), language="zh-TW", size=(80, 24)) as it:
        await it.ask("哪些創投提供GPU？")
        shown = it.picture()
        assert "搜尋資料庫" in shown
        assert "來源" in shown
        assert "歷史對話" in shown
        assert "Sources" not in shown
        await it.pilot.press("ctrl+p")
        await it.until(lambda: "開啟歷史對話" in it.picture())
