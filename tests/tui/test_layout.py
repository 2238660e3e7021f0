"""How lines end, tables become cards, and sources are grouped."""

from __future__ import annotations

import time

import pytest
from rich.cells import cell_len
from scripted_desk import HOURS, OXYGEN, ScriptedDesk, full_script
from steps import content_of, evidence_text, lit, running
from textual.content import Content

from tui.sources import citation_label, sources_content
from tui.strings import strings_for
from tui.tables import table_content
from tui.wrapping import break_offsets, wrapped

HEADERS = ["Program", "What you get", "Price", "Who may apply", "As of"]
ROWS = [
    [
        "Microsoft chip reserve",
        "several thousand chips reserved [1]",
        "not stated",
        "companies of M12, Y Combinator and other funds [2]",
        "2024, reported, unconfirmed [1]",
    ],
    ["Andromeda", "", "below market; no hourly price published", "startups they back", "2024"],
]


def table(headers: list[str], rows: list[list[str]], width: int) -> list[str]:
    contents = [[Content(cell) for cell in row] for row in rows]
    aligns = ["left"] * len(headers)
    shown = table_content([Content(header) for header in headers], contents, aligns, width)
    return shown.plain.splitlines()


@pytest.mark.parametrize("width", [24, 40, 60])
def test_a_table_that_does_not_fit_is_shown_as_cards(width):
    lines = table(HEADERS, ROWS, width)
    assert max(map(cell_len, lines)) <= width
    assert lines[0].startswith("Microsoft chip reserve")
    assert any(line.startswith("  Price: not stated") for line in lines)
    words = " ".join(lines).split()
    assert "unconfirmed" in words
    assert lines[lines.index("") + 1] == "Andromeda"
    assert not any("│" in line for line in lines)
    assert not any(line.strip() == "What you get:" for line in lines[lines.index("") :])


def test_a_table_with_room_stays_a_table_and_breaks_no_word():
    lines = table(HEADERS, ROWS, 150)
    assert lines[0].count("│") == 4
    assert max(map(cell_len, lines)) <= 150


def test_a_table_of_figures_stays_a_table_in_80_columns():
    lines = table(["", "low", "likely", "high"], [["GPU-hours", "48,000", "78,000", "139,000"]], 76)
    assert len(lines) == 3
    assert lines[2].split(" │ ")[1:] == ["48,000", "78,000", "139,000"]


@pytest.mark.parametrize("width", [4, 10, 16, 33])
@pytest.mark.parametrize(
    "text",
    [
        "對新創公司免費；Index Ventures付費，再投60萬美元。 [17][18]",
        "（《氧气计划》），Azure额度“35万美元”，见https://example.com/a/long/address",
        'a16z\'s companies; "unconfirmed" and so on [1][2][3]',
    ],
)
def test_lines_keep_their_width_and_their_text(text, width):
    lines = [line.plain for line in wrapped(Content(text), width)]
    assert max(map(cell_len, lines)) <= width
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_chinese_lines_are_full_and_keep_names_and_punctuation_together():
    text = "免费使用微软基础设施训练，另有35万美元Azure额度；期限未说明。"
    lines = [line.plain for line in wrapped(Content(text), 16)]
    assert not [line for line in lines if line[0] in "，；。"]
    assert any("Azure" in line for line in lines)
    assert all(cell_len(line) >= 11 for line in lines[:-1])


@pytest.mark.parametrize("width", range(12, 24))
def test_brackets_stay_with_what_they_hold(width):
    text = "氧气计划的价格: 低于市场价 [媒体报道 · The Information](见[1][2])，期限未说明"
    for line in wrapped(Content(text), width):
        assert line.plain[-1] not in "[("
        assert line.plain[0] not in "])：:，"


def test_an_empty_line_and_spaces_alone_are_kept():
    assert break_offsets("", 10) == []
    assert [line.plain for line in wrapped(Content("a\n\nb"), 10)] == ["a", "", "b"]


def program(marker: str, source: str, field: str):
    title = f"{source.title()} · Some Sponsor"
    return OXYGEN.model_copy(
        update={"marker": marker, "source": source, "title": title, "field": field}
    )


def test_sources_are_grouped_and_named_plainly():
    citations = [
        HOURS.model_copy(update={"marker": "1"}),
        *(program(str(n), "oxygen", "offer") for n in (2, 3, 4)),
        program("5", "andromeda", "price"),
        OXYGEN.model_copy(update={"marker": "6"}),
        program("7", "oxygen", "price"),
    ]
    shown = sources_content(citations[:5], strings_for("en"), 200).plain
    assert shown == "Sources  [1] Estimate training  [2]-[4] Oxygen  [5] Andromeda: price"
    assert "[2]-[4] [6] [7]" in sources_content(citations, strings_for("en"), 200).plain
    assert citation_label(citations[4], strings_for("zh-Hant")) == "Andromeda：價格"
    narrow = sources_content(citations[:5], strings_for("en"), 40).plain.splitlines()
    assert narrow == [
        "Sources  [1] Estimate training",
        "         [2]-[4] Oxygen",
        "         [5] Andromeda: price",
    ]


def test_of_many_sources_the_first_are_named():
    citations = [program(str(n), f"program {n}", "offer") for n in range(1, 14)]
    shown = sources_content(citations, strings_for("en"), 80).plain
    assert "Program 10" in shown
    assert "Program 11" not in shown
    assert shown.endswith("and 3 more: F2")


async def test_a_marker_in_a_card_opens_its_source():
    wide = " and ".join(["words"] * 30)
    text = f"| Program | A | B | C |\n|---|---|---|---|\n| Oxygen | {wide} | {wide} | GPUs [1] |\n"
    async with running(ScriptedDesk([full_script("q", text)]), size=(80, 40)) as it:
        await it.ask("q")
        assert "C: GPUs [1]" in it.picture()
        row = next(n for n, line in enumerate(it.lines()) if "C: GPUs [1]" in line)
        await it.pilot.click(offset=(it.lines()[row].index("[1]") + 1, row))
        await it.until(lambda: bool(lit(evidence_text(it))))


async def test_the_apps_own_text_breaks_between_chinese_characters():
    sentence = "这是一句没有空格的很长的话。" * 8
    text = f"GPU {sentence}"
    async with running(ScriptedDesk([full_script("q", text)]), size=(80, 24)) as it:
        await it.ask("q")
        assert any("GPU 这是一句没有空格的很长的话。" in line for line in it.lines())
        assert content_of(it.screen.log_view.query_one("MarkdownParagraph")).plain == text


@pytest.mark.parametrize("text", ["Both say so [1][2].", "Both say so [1] [2]."])
async def test_neighbouring_markers_are_links_each(text):
    async with running(ScriptedDesk([full_script("q", text)]), size=(80, 24)) as it:
        await it.ask("q")
        paragraph = content_of(it.screen.log_view.query_one("MarkdownParagraph"))
        linked = [paragraph.plain[span.start : span.end] for span in paragraph.spans]
        assert linked == ["[1]", "[2]"]


@pytest.mark.parametrize("text", ["a" + "(" * 60_000, "[1" * 30_000, "，。" * 30_000, " " * 60_000])
def test_text_made_to_be_slow_is_not(text):
    started = time.process_time()
    break_offsets(text, 40)
    assert time.process_time() - started < 2
