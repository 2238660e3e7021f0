"""Citations: opened by click and key, the quote lit and in the window, Esc goes back."""

from __future__ import annotations

import pytest
from scripted_desk import (
    ARTICLE,
    ESTIMATE,
    HOURS,
    QUOTE,
    QUOTE_ZH,
    SOURCES,
    ScriptedDesk,
    answer,
    citation,
    full_script,
    source,
)
from steps import Driver, evidence_text, lit, lit_cells, running

from assistant.answer import ToolCall
from tui.evidence import field_value, lit_line, passage_evidence, tool_evidence
from tui.strings import strings_for


def joined(text: str) -> str:
    return "".join(text.split())


def shown_quote(driver: Driver) -> str:
    """The lit cells of the screen, without the blanks where lines were wrapped."""
    return joined(lit_cells(driver))


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (160, 48)])
@pytest.mark.parametrize(("key", "quote"), [("alt+1", QUOTE), ("alt+2", QUOTE_ZH)])
async def test_a_key_opens_the_source_with_the_quote_lit_and_in_the_window(size, key, quote):
    async with running(ScriptedDesk(), size=size) as it:
        await it.ask("q")
        await it.open_citation(key)
        assert lit(evidence_text(it)) == [quote]
        assert shown_quote(it) == joined(quote)


async def test_a_click_on_a_marker_in_a_table_opens_its_source():
    async with running(ScriptedDesk(), size=(120, 40)) as it:
        await it.ask("q")
        row = next(n for n, line in enumerate(it.lines()) if "20,000 [1]" in line)
        await it.pilot.click(offset=(it.lines()[row].index("[1]") + 1, row))
        await it.until(lambda: lit(evidence_text(it)) == [QUOTE])
        shown = it.picture()
        assert "[1] Venture firms stockpile GPUs" in shown
        assert "The Information · 2024-07 · reported" in shown


async def test_a_click_on_a_marker_in_a_paragraph_and_under_the_answer_opens_too():
    async with running(ScriptedDesk(), size=(120, 40)) as it:
        await it.ask("q")
        for text in ("H100-hours [3]", "[2] a16z的氧气计划"):
            row = next(n for n, line in enumerate(it.lines()) if text in line)
            column = it.lines()[row].index(text) + text.index("[") + 1
            await it.pilot.click(offset=(column, row))
            await it.until(lambda: bool(lit(evidence_text(it))))
            await it.pilot.press("escape")
            await it.pilot.pause()


async def test_number_keys_open_citations_when_the_conversation_has_the_focus():
    async with running(ScriptedDesk()) as it:
        await it.ask("q")
        await it.pilot.press("shift+tab")
        assert it.app.focused is it.screen.log_view
        await it.open_citation("2")
        assert lit(evidence_text(it)) == [QUOTE_ZH]
        await it.pilot.press("1")
        await it.until(lambda: lit(evidence_text(it)) == [QUOTE])


async def test_number_keys_are_text_while_the_box_has_the_focus():
    async with running(ScriptedDesk()) as it:
        await it.ask("q")
        await it.pilot.press("1", "2")
        assert it.screen.box.text == "12"
        assert not it.screen.evidence.has_class("-open")


@pytest.mark.parametrize("size", [(80, 24), (120, 30)])
async def test_esc_returns_to_the_same_reading_spot_and_focus(size):
    text = "".join(f"Paragraph {n} of an answer [1] that is long enough.\n\n" for n in range(30))
    async with running(ScriptedDesk([full_script("q", text)]), size=size) as it:
        await it.ask("q")
        log = it.screen.log_view
        log.focus()
        await it.pilot.press("pagedown", "up", "up")
        spot, picture = log.scroll_y, it.picture()
        assert 0 < spot < log.max_scroll_y
        await it.open_citation("1")
        await it.pilot.press("pagedown", "escape")
        await it.pilot.pause()
        assert log.scroll_y == spot
        assert it.app.focused is log
        assert it.picture() == picture


async def test_arrows_go_from_citation_to_citation_and_round():
    async with running(ScriptedDesk()) as it:
        await it.ask("q")
        await it.open_citation("alt+1")
        await it.pilot.press("right")
        await it.until(lambda: lit(evidence_text(it)) == [QUOTE_ZH])
        await it.pilot.press("left", "left")
        await it.until(lambda: "73000" in lit(evidence_text(it)))


async def test_the_list_of_citations_opens_one():
    async with running(ScriptedDesk()) as it:
        await it.ask("q")
        await it.pilot.press("f2")
        await it.until(lambda: "Citations of this answer" in it.picture())
        assert "福布斯 · 2024-07-29 · on the record" in it.picture()
        await it.pilot.press("down", "enter")
        await it.until(lambda: lit(evidence_text(it)) == [QUOTE_ZH])


async def test_a_number_key_in_the_list_opens_its_citation():
    async with running(ScriptedDesk()) as it:
        await it.ask("q")
        await it.pilot.press("f2", "8", "2")
        await it.until(lambda: lit(evidence_text(it)) == [QUOTE_ZH])


async def test_a_computed_figure_opens_its_tool_call():
    async with running(ScriptedDesk(), size=(120, 40)) as it:
        await it.ask("q")
        await it.open_citation("alt+3")
        shown = it.picture()
        assert "Computed: Estimate training" in shown
        assert "estimate_training · gpu_hours.likely" in shown
        assert "params: 7B" in shown
        assert lit(evidence_text(it)) == ["73000", "73000"]
        assert '"likely": 73000' in evidence_text(it).plain


async def test_a_marker_without_a_citation_says_so():
    async with running(ScriptedDesk()) as it:
        await it.ask("q")
        await it.pilot.press("alt+9")
        await it.until(lambda: "No citation [9] here." in it.picture())


async def test_a_source_that_is_gone_gets_one_plain_line():
    async with running(ScriptedDesk(sources={})) as it:
        await it.ask("q")
        await it.pilot.press("alt+1")
        await it.until(lambda: "cannot be shown" in evidence_text(it).plain)
        said = evidence_text(it).plain
        assert said == "This source cannot be shown: oxygen is not in the library."


async def test_resizing_keeps_the_quote_in_the_window():
    async with running(ScriptedDesk(), size=(120, 40)) as it:
        await it.ask("q")
        await it.open_citation("alt+2")
        await it.pilot.resize_terminal(80, 24)
        await it.until(lambda: shown_quote(it) == QUOTE_ZH)


def test_a_quote_that_moved_is_found_by_its_text():
    moved = citation("1", "oxygen", ARTICLE, QUOTE).model_copy(update={"start": 3, "end": 9})
    shown = passage_evidence(SOURCES["oxygen"], moved, strings_for("en"))
    assert lit(shown.body) == [QUOTE]


def test_a_quote_that_is_not_there_is_said_to_be_missing():
    cited = citation("1", "oxygen", ARTICLE, QUOTE)
    other = source("oxygen", "Another text altogether.", "Other")
    shown = passage_evidence(other, cited, strings_for("en"))
    assert shown.body.plain.startswith("The quote is not found in this version")
    assert lit(shown.body) == [QUOTE]
    assert "Another text altogether." in shown.body.plain


def test_a_very_long_source_is_cut_around_its_quote():
    text = "前" * 300_000 + QUOTE + "后" * 300_000
    shown = passage_evidence(
        source("big", text, "Big"), citation("1", "big", text, QUOTE), strings_for("en")
    )
    assert len(shown.body) < 50_000
    assert lit(shown.body) == [QUOTE]
    assert lit_line(shown.body, 40) is not None


def test_of_several_calls_the_one_with_the_quoted_value_is_shown():
    other = ToolCall(name="estimate_training", result={"gpu_hours": {"likely": 1}})
    shown = tool_evidence(HOURS, [other, ESTIMATE], strings_for("en"))
    assert '"low": 49000' in shown.body.plain


def test_a_value_in_a_list_and_a_whole_object_are_lit():
    call = ToolCall(name="t", result={"routes": [{"cost": 1}, {"cost": 2, "terms": {"a": 1}}]})
    for path, value in {"routes.1.cost": "2", "routes.1.terms": '{"a":1}'}.items():
        cited = HOURS.model_copy(update={"source": "t", "field": path, "quote": "q"})
        found = lit(tool_evidence(cited, [call], strings_for("en")).body)
        assert joined(found[1]) == value
    assert field_value(call.result, "routes.7.cost") is None


def test_before_the_answer_is_done_the_value_is_shown_alone():
    shown = tool_evidence(HOURS, [], strings_for("en"))
    assert "gpu_hours.likely: 73000" in shown.body.plain
    assert "when the answer is complete" in shown.body.plain


def test_every_citation_of_an_answer_opens_to_its_exact_quote():
    for cited in answer("q").citations:
        if cited.kind == "passage":
            shown = passage_evidence(SOURCES[cited.source], cited, strings_for("en"))
            assert lit(shown.body) == [cited.quote]
