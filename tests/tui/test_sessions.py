"""Sessions: listed, resumed, begun; and what the box remembers."""

from __future__ import annotations

from scripted_desk import QUOTE, Gate, ScriptedDesk, answer, saved_session
from steps import evidence_text, lit, running
from textual import events

from assistant.events import Text
from tui.widgets.frozen_turn import FrozenTurn


def desk_with_sessions(**more: object) -> ScriptedDesk:
    saved = {
        "s1": saved_session("s1", "Oxygen terms", [answer("What are the terms of Oxygen?")]),
        "s2": saved_session(
            "s2",
            "氧气计划的条件",
            [answer(f"第{n}个问题") for n in range(12)],
            "2024-07-30T09:30:00+00:00",
        ),
    }
    return ScriptedDesk(saved=saved, **more)


async def test_the_list_shows_title_date_and_turns_and_enter_resumes():
    async with running(desk_with_sessions(), size=(100, 40)) as it:
        await it.pilot.press("ctrl+r")
        await it.until(lambda: "Oxygen terms" in it.picture())
        shown = it.picture()
        assert "2024-07-29 08:00  1 question" in shown
        assert "氧气计划的条件" in shown
        assert "2024-07-30 09:30  12 questions" in shown
        await it.pilot.press("enter")
        await it.until(lambda: len(it.turns) == 1)
        await it.until(lambda: "20,000 [1]" in it.picture())
        assert "❯ What are the terms of Oxygen?" in it.picture()
        assert "✓ Search the library  oxygen" in it.picture()
        assert it.screen.title_bar.title == "Oxygen terms"
        await it.open_citation("alt+1")
        assert lit(evidence_text(it)) == [QUOTE]


async def test_a_resumed_conversation_goes_on_in_its_session():
    desk = desk_with_sessions()
    async with running(desk, session="s2") as it:
        await it.until(lambda: len(it.turns) == 12)
        assert isinstance(it.turns[0], FrozenTurn)
        await it.ask("and then?")
        assert desk.asked == [("and then?", "s2")]
        assert len(it.turns) == 13


async def test_esc_closes_the_list_and_changes_nothing():
    async with running(desk_with_sessions()) as it:
        await it.pilot.press("ctrl+r")
        await it.until(lambda: "Oxygen terms" in it.picture())
        await it.pilot.press("escape")
        await it.pilot.pause()
        assert it.app.screen is it.screen
        assert it.screen.welcome.display


async def test_no_sessions_yet_is_said():
    async with running(ScriptedDesk()) as it:
        await it.pilot.press("ctrl+r")
        await it.until(lambda: "No saved conversations yet." in it.picture())
        await it.pilot.press("enter", "escape")
        assert it.app.screen is it.screen


async def test_a_session_that_cannot_be_resumed_is_said_and_a_question_starts_a_new_one():
    desk = desk_with_sessions()
    async with running(desk, session="nope") as it:
        await it.until(lambda: "There is no conversation nope." in it.picture())
        await it.ask("q")
        assert desk.asked == [("q", "s3")]


async def test_a_new_conversation_begins_empty_and_in_its_own_session():
    desk = desk_with_sessions()
    async with running(desk, session="s1") as it:
        await it.until(lambda: len(it.turns) == 1)
        await it.pilot.press("ctrl+n")
        await it.until(lambda: it.screen.welcome.display)
        assert not it.turns
        assert it.screen.title_bar.title == "New conversation"
        await it.ask("q")
        assert desk.asked == [("q", "s3")]


async def test_the_conversation_is_not_changed_while_an_answer_is_written():
    gate = Gate()
    async with running(ScriptedDesk([[Text("one"), gate]])) as it:
        await it.send("q")
        await it.until(gate.reached.is_set)
        await it.pilot.press("ctrl+n")
        await it.until(lambda: "An answer is being written. Esc stops it." in it.picture())
        assert len(it.turns) == 1
        await it.pilot.press("ctrl+r")
        assert it.app.screen is it.screen


async def test_up_recalls_questions_then_examples_and_down_comes_back():
    async with running(ScriptedDesk()) as it:
        await it.ask("my question")
        await it.pilot.press("up")
        assert it.screen.box.text == "my question"
        await it.pilot.press("up")
        assert it.screen.box.text == it.screen.strings.examples[0]
        await it.pilot.press("down", "down")
        assert it.screen.box.text == ""


async def test_in_a_longer_text_the_arrows_move_the_cursor():
    async with running(ScriptedDesk()) as it:
        await it.type("one")
        await it.pilot.press("ctrl+j")
        await it.type("two")
        await it.pilot.press("up")
        assert it.screen.box.text == "one\ntwo"
        assert it.screen.box.cursor_location[0] == 0
        await it.pilot.press("shift+enter")
        assert it.screen.box.text.count("\n") == 2


async def test_text_and_enter_in_one_burst_arrive_in_order():
    desk = ScriptedDesk()
    async with running(desk) as it:
        for key in [*"fast", "ctrl+j", *"typing", "enter"]:
            character = {"enter": "\r", "ctrl+j": "\n"}.get(key, key)
            it.app.post_message(events.Key(key, character))
        await it.until(lambda: desk.asked)
        assert desk.asked[0][0] == "fast\ntyping"


async def test_an_example_can_be_clicked_and_the_box_keeps_the_focus():
    async with running(ScriptedDesk()) as it:
        example = it.screen.strings.examples[0]
        row = next(n for n, line in enumerate(it.lines()) if example in line)
        await it.pilot.click(offset=(it.lines()[row].index(example) + 3, row))
        await it.until(lambda: it.screen.box.text == example)
        assert it.app.focused is it.screen.box


async def test_a_waiting_question_can_be_taken_back():
    gate = Gate()
    desk = ScriptedDesk([[gate]])

    def never() -> ScriptedDesk:
        raise OSError("no home")

    async with running(never) as it:
        await it.send("too early")
        await it.until(lambda: "no home" in it.picture())
        await it.pilot.press("escape")
        assert it.screen.box.text == "too early"
        assert "Next:" not in it.picture()
    assert not desk.asked
