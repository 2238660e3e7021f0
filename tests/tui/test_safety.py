"""Foreign text is text: no escape, no override and no markup reaches the terminal as such."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_desk import (
    OXYGEN,
    DeskError,
    ScriptedDesk,
    answer,
    citation,
    saved_session,
    source,
)
from steps import Driver, evidence_text, lit, running, strips
from textual import events

from assistant.answer import Removed, ToolCall
from assistant.events import (
    Cited,
    Done,
    Failed,
    GapFound,
    Noted,
    TakenOut,
    Text,
    ToolFinished,
    ToolStarted,
)
from tui.cleaning import clean, cleaned, one_line
from tui.widgets.frozen_turn import FrozenTurn

HOSTILE = (
    "\x1b]52;c;aGFja2Vk\x07 \x1b[2J\x1b[31m \x9b1m \x90q\x9c \u202egpj.exe\u202c \u2066x\u2069 "
    "[/] [bold red]markup[/bold red] [@click=app.quit]quit[/] \ud800 <b>html</b> \x7f\r\x08"
)
FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def assert_harmless(driver: Driver) -> None:
    for strip in strips(driver.app):
        for segment in strip:
            assert not FORBIDDEN.search(segment.text), repr(segment.text)


def hostile_script() -> list[object]:
    cited = OXYGEN.model_copy(update={"title": f"T {HOSTILE}", "publisher": HOSTILE})
    text = f"Before {HOSTILE} after [1].\n\n| a |\n|---|\n| {HOSTILE.replace('|', '')} |\n"
    final = answer("q", text, citations=[cited], gaps=[HOSTILE], tool_calls=[ToolCall(name="t")])
    half = len(text) // 2
    return [
        Noted(HOSTILE),
        ToolStarted("c", f"tool {HOSTILE}", {"query": HOSTILE}),
        ToolFinished("c", f"tool {HOSTILE}", False, HOSTILE, 1),
        Text(text[:8]),  # an escape sequence is split over two events
        Text(text[8:half]),
        Text(text[half:]),
        Cited(cited),
        TakenOut(Removed(text=HOSTILE, reason=HOSTILE)),
        GapFound(HOSTILE),
        Done(final),
    ]


async def test_a_hostile_answer_question_and_source_show_as_text():
    text = f"Facts. {HOSTILE} The quote is here. {HOSTILE}"
    quote = f"{HOSTILE} The quote is here."
    cited = citation("1", "evil", text, quote, title=HOSTILE)
    script = [*hostile_script()[:-1], Done(answer("q", f"See {HOSTILE} [1].", citations=[cited]))]
    desk = ScriptedDesk(
        [script], sources={"evil": source("evil", text, HOSTILE)}, status_line=clean(HOSTILE)[:20]
    )
    async with running(desk, size=(120, 50)) as it:
        await it.pilot.pause()
        it.screen.box.post_message(events.Paste(f"question {HOSTILE}"))
        await it.pilot.pause()
        assert_harmless(it)
        await it.ask("")
        assert_harmless(it)
        assert "[bold red]markup[/bold red]" in it.picture()
        assert "␛]52;c;aGFja2Vk␇" in it.picture()
        assert not FORBIDDEN.search(desk.asked[0][0])
        await it.pilot.press("alt+1")
        await it.until(lambda: bool(lit(evidence_text(it))))
        assert lit(evidence_text(it)) == [clean(quote)]
        assert_harmless(it)
        await it.pilot.press("escape", "f2")
        await it.pilot.pause()
        assert_harmless(it)


async def test_a_hostile_stream_and_a_frozen_turn_show_as_text():
    async with running(ScriptedDesk([hostile_script()]), size=(120, 50)) as it:
        turn = await it.ask("q")
        assert_harmless(it)
        assert "<b>html</b>" in it.picture()
        await it.screen.log_view.replace([turn.state] * 9)
        it.screen.log_view.scroll_home(animate=False)
        await it.pilot.pause()
        assert isinstance(it.turns[0], FrozenTurn)
        assert "<b>html</b>" in it.picture()
        assert_harmless(it)


async def test_hostile_sessions_and_errors_show_as_text():
    saved = {"s1": saved_session("s1", HOSTILE, [answer(HOSTILE, HOSTILE)], HOSTILE)}
    desk = ScriptedDesk([[Failed("x", HOSTILE, HOSTILE)], [DeskError(HOSTILE)]], saved=saved)
    async with running(desk, size=(120, 40)) as it:
        await it.ask("q")
        assert_harmless(it)
        await it.ask("q")
        assert_harmless(it)
        await it.pilot.press("ctrl+r")
        await it.until(lambda: "question" in it.picture())
        assert_harmless(it)
        await it.pilot.press("enter")
        await it.until(lambda: len(it.turns) == 1)
        assert_harmless(it)


@pytest.mark.parametrize(
    ("url", "opened"),
    [
        ("https://example.com/a", True),
        ("http://example.com", True),
        ("ftp://example.com/a", False),
        ("mailto:a@example.com", False),
        ("https:", False),
    ],
)
async def test_only_web_links_are_opened_and_only_by_a_click(url, opened, monkeypatch):
    script = [Text(f"See [the page]({url}) now."), Done(answer("q", f"See [the page]({url}) now."))]
    async with running(ScriptedDesk([script])) as it:
        calls: list[str] = []
        monkeypatch.setattr(it.app, "open_url", lambda url, **_: calls.append(url))
        await it.ask("q")
        assert calls == []
        row = next(n for n, line in enumerate(it.lines()) if "the page" in line)
        await it.pilot.click(offset=(it.lines()[row].index("the page") + 2, row))
        await it.pilot.pause()
        assert calls == ([url] if opened else [])


@given(st.text(st.characters(codec=None)))
def test_cleaning_keeps_the_length_and_leaves_nothing_hostile(text: str) -> None:
    assert len(clean(text)) == len(text)
    assert not FORBIDDEN.search(clean(text))
    assert clean(clean(text)) == clean(text)
    assert "\n" not in one_line(text)


def test_cleaning_reaches_into_records():
    call = ToolCall(name="a\x1bb", args={"k\x1b": ["\x1b", {"n": "\x9b", "i": 3}]})
    shown = cleaned(answer("q\x1b", tool_calls=[call]))
    assert shown.question == "q␛"
    assert shown.tool_calls[0].args == {"k␛": ["␛", {"n": "\ufffd", "i": 3}]}
    assert cleaned(Text("\x1b[2J")) == Text("␛[2J")
