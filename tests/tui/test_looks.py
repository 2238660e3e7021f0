"""Pictures of the app, light and dark, narrow and wide; and what holds without colour."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from scripted_desk import QUOTE, ScriptedDesk, saved_session
from scripted_desk import answer as finished
from steps import Driver, evidence_text, lit, running, strips
from textual.pilot import Pilot

import tui
from tui.app import ComputeDeskApp

Steps = Callable[[Driver], Awaitable[None]]


def app_for_picture(language: str = "en") -> ComputeDeskApp:
    saved = {
        "s1": saved_session("s1", "a16z氧氣計畫的條件", [finished("q")] * 3),
        "s2": saved_session("s2", "How many GPUs?", [finished("q")], "2024-07-30T09:30:00+00:00"),
    }
    app = ComputeDeskApp(lambda: ScriptedDesk(saved=saved), language=language)
    app.animation_level = "none"
    return app


def after(app: ComputeDeskApp, steps: Steps) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """The steps to take before the picture, on a desk that is open."""

    async def run_before(pilot: Pilot[Any]) -> None:
        driver = Driver(app, pilot)
        app.conversation.box.cursor_blink = False
        await driver.until(lambda: "builtin" in app.conversation.title_bar.status)
        await steps(driver)
        app.clear_notifications()
        await pilot.pause()

    return run_before


async def ask(it: Driver) -> None:
    await it.ask("Which investors give startups GPU access, and on what terms?")


async def open_evidence(it: Driver) -> None:
    await ask(it)
    await it.open_citation("alt+1")


async def open_evidence_in_light(it: Driver) -> None:
    await it.pilot.press("ctrl+t")
    await open_evidence(it)


async def list_sessions(it: Driver) -> None:
    await it.ask("哪些創投會提供GPU給新創公司？")
    await it.pilot.press("ctrl+r")
    await it.until(lambda: "a16z氧氣計畫的條件" in it.picture())


@pytest.mark.parametrize(
    ("steps", "size", "language"),
    [
        pytest.param(ask, (80, 24), "en", id="answer-80x24-dark"),
        pytest.param(open_evidence, (120, 36), "en", id="evidence-120x36-dark"),
        pytest.param(open_evidence_in_light, (120, 36), "en", id="evidence-120x36-light"),
        pytest.param(list_sessions, (80, 24), "zh-Hant", id="sessions-80x24-zh-hant"),
    ],
)
def test_it_looks_as_it_did(snap_compare, steps: Steps, size: tuple[int, int], language: str):
    app = app_for_picture(language)
    assert snap_compare(app, terminal_size=size, run_before=after(app, steps))


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
async def test_in_80_by_24_nothing_is_cut_off(language):
    async with running(ScriptedDesk(), size=(80, 24), language=language) as it:
        strings = it.screen.strings
        for example in strings.examples:
            assert example in it.picture()
        for label in strings.keys.values():
            assert label in it.lines()[-1]
        await it.ask("q")
        for strip in strips(it.app):
            assert strip.cell_length == 80


async def test_the_look_can_be_switched_and_text_stays_readable():
    async with running(ScriptedDesk()) as it:
        for _ in range(2):
            variables = it.app.theme_variables
            for text, ground in [
                ("foreground", "background"),
                ("foreground", "panel"),
                ("quote-foreground", "quote-background"),
                ("link-color", "background"),
                ("muted", "background"),
                ("muted", "surface"),
                ("muted", "panel"),
                ("accent", "background"),
                ("success", "background"),
            ]:
                assert contrast(variables[text], variables[ground]) >= 4.5, (text, ground)
            dark = it.app.current_theme.dark
            await it.pilot.press("ctrl+t")
            assert it.app.current_theme.dark is not dark


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2)."""
    from textual.color import Color

    def luminance(name: str) -> float:
        channels = [part / 255 for part in Color.parse(name).rgb]
        low = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * low[0] + 0.7152 * low[1] + 0.0722 * low[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


async def test_without_colour_the_quote_still_stands_out(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with running(ScriptedDesk()) as it:
        await it.ask("q")
        await it.open_citation("alt+1")
        assert lit(evidence_text(it)) == [QUOTE]
        segments = [segment for strip in strips(it.app) for segment in strip]
        quoted = next(segment for segment in segments if "more than 20,000" in segment.text)
        assert quoted.style
        assert quoted.style.bold
        plain = next(segment for segment in segments if "Filler" in segment.text)
        assert quoted.style.bgcolor != plain.style.bgcolor
        colors = {segment.style.bgcolor.triplet for segment in segments if segment.style.bgcolor}
        assert all(color.red == color.green == color.blue for color in colors)


def test_opening_the_package_imports_neither_textual_nor_an_engine():
    heavy = ("textual", "torch", "chromadb", "langchain", "langgraph", "kb", "tools")
    code = f"import tui, sys; print([name for name in {heavy} if name in sys.modules])"
    assert run_python(code) == "[]"


def test_the_app_sees_only_events_and_records():
    heavy = ("torch", "chromadb", "langchain", "langgraph", "sentence_transformers", "kb", "tools")
    code = f"import tui.app, sys; print([name for name in {heavy} if name in sys.modules])"
    assert run_python(code) == "[]"


def run_python(code: str) -> str:
    root = Path(tui.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
