"""Asking: streaming, tools, queue, cancel, failures."""

from __future__ import annotations

import threading

from scripted_desk import (
    TEXT,
    DeskError,
    Gate,
    ScriptedDesk,
    chunks,
    full_script,
)
from steps import content_of, running

from assistant.events import Failed, Noted, Text, ToolStarted
from tui.fold import Phase
from tui.widgets.answer_markdown import AnswerMarkdown
from tui.widgets.frozen_turn import FrozenTurn
from tui.widgets.turn import Turn


async def test_an_answer_streams_with_its_tools_and_ends_with_sources_and_gaps():
    async with running(ScriptedDesk()) as it:
        turn = await it.ask("Which investors?")
        shown = it.picture()
        assert "❯ Which investors?" in shown
        assert "✓ Search the library  6 passages for “oxygen”  42 ms" in shown
        assert "✓ Estimate training  73,000 H100-hours  8 ms" in shown
        assert "a16z Oxygen │ H100s from private clusters │ 20,000 [1]" in shown
        assert "Code stays code: x[1]." in shown
        assert "Sources  [1] Venture firms stockpile GPUs" in shown
        assert "2 parts without support were left out." in shown
        assert "Not in the library: the price per hour of Oxygen" in shown
        assert turn.query_one(AnswerMarkdown).source == TEXT
        assert it.screen.title_bar.title == "Which investors?"


async def test_a_tool_is_shown_while_it_runs():
    gate = Gate()
    script = [ToolStarted("c1", "search_knowledge", {"query": "oxygen"}), gate, *full_script("q")]
    async with running(ScriptedDesk([script])) as it:
        await it.send("q")
        await it.until(gate.reached.is_set)
        assert "… Search the library  oxygen" in it.picture()
        assert "Working…  Esc stops" in it.picture()
        gate.opened.set()
        await it.until(lambda: not it.screen.busy)
        assert "✓ Search the library" in it.picture()
        assert "Esc stops" not in it.picture()


async def test_a_tool_that_fails_is_marked():
    script = [*full_script("q")]
    script[2] = type(script[2])("c1", "search_knowledge", False, "the index is being rebuilt", 3)
    async with running(ScriptedDesk([script])) as it:
        await it.ask("q")
        assert "✗ Search the library  the index is being rebuilt  3 ms" in it.picture()


async def test_esc_cancels_and_keeps_what_was_written():
    gate = Gate()
    desk = ScriptedDesk([[Text("Five are on record"), gate, Text(" and more")]])
    async with running(desk) as it:
        await it.send("q")
        await it.until(gate.reached.is_set)
        await it.pilot.press("escape")
        await it.until(lambda: not it.screen.busy)
        assert desk.cancelled == 1
        assert it.turns[-1].state.phase is Phase.CANCELLED
        assert "Five are on record" in it.picture()
        assert "and more" not in it.picture()
        assert "Stopped. The answer above is not complete." in it.picture()


async def test_questions_sent_while_busy_wait_and_are_shown():
    gate = Gate()
    desk = ScriptedDesk([[Text("one"), gate, *full_script("first")], full_script("second")])
    async with running(desk) as it:
        await it.send("first")
        await it.until(gate.reached.is_set)
        await it.send("second")
        assert "Next: second" in it.picture()
        gate.opened.set()
        await it.until(lambda: len(desk.asked) == 2 and not it.screen.busy)
        assert [question for question, _ in desk.asked] == ["first", "second"]
        assert len({session for _, session in desk.asked}) == 1
        assert "Next:" not in it.picture()


async def test_after_a_cancelled_answer_the_next_question_has_its_turn():
    gate = Gate()
    desk = ScriptedDesk([[Text("one"), gate], full_script("second")])
    async with running(desk) as it:
        await it.send("first")
        await it.until(gate.reached.is_set)
        await it.send("second")
        await it.pilot.press("escape")
        await it.until(lambda: len(desk.asked) == 2 and not it.screen.busy)
        assert [turn.state.phase for turn in it.turns] == [Phase.CANCELLED, Phase.DONE]


async def test_a_failed_turn_shows_one_line_and_a_hint():
    desk = ScriptedDesk([[Text("Part"), Failed("provider", "The model is away.", "Try --model x")]])
    async with running(desk) as it:
        turn = await it.ask("q")
        assert "✗ The model is away." in it.picture()
        assert "Try --model x" in it.picture()
        assert turn.state.phase is Phase.FAILED
        await it.ask("again")
        assert len(it.turns) == 2


async def test_an_engine_that_raises_shows_its_message_and_never_a_traceback():
    desk = ScriptedDesk([[Text("Part"), DeskError("The index is gone.", "compute-desk doctor")]])
    async with running(desk) as it:
        await it.ask("q")
        assert "✗ The index is gone." in it.picture()
        assert "compute-desk doctor" in it.picture()
        assert "Traceback" not in it.picture()


async def test_an_engine_that_ends_without_an_end_is_said_to():
    async with running(ScriptedDesk([[Text("Part")]])) as it:
        await it.ask("q")
        assert "The answer ended before it was complete." in it.picture()


async def test_a_note_is_shown_beside_the_answer():
    script = [Noted("The index was rebuilt from the library."), *full_script("q")]
    async with running(ScriptedDesk([script])) as it:
        await it.ask("q")
        assert "ℹ The index was rebuilt from the library." in it.picture()


async def test_while_the_engine_opens_questions_wait_and_then_are_answered():
    may_open = threading.Event()
    desk = ScriptedDesk()

    def open_desk() -> ScriptedDesk:
        assert may_open.wait(20)
        return desk

    async with running(open_desk) as it:
        await it.send("asked early")
        assert "Next: asked early" in it.picture()
        assert "Opening the library" in it.lines()[0]
        may_open.set()
        await it.until(lambda: desk.asked and not it.screen.busy)
        assert "20,000 [1]" in it.picture()


async def test_an_engine_that_does_not_open_keeps_the_app_alive_and_enter_tries_again():
    desk = ScriptedDesk()
    failures = [DeskError("The home is not writable.", "Set COMPUTE_DESK_HOME.")]

    def open_desk() -> ScriptedDesk:
        if failures:
            raise failures.pop()
        return desk

    async with running(open_desk) as it:
        await it.until(lambda: "The home is not writable." in it.picture())
        assert "The desk could not be opened: The home is not writable." in it.picture()
        assert "Set COMPUTE_DESK_HOME." in it.picture()
        await it.send("still here")
        await it.until(lambda: desk.asked and not it.screen.busy)
        assert "20,000 [1]" in it.picture()
        assert "not writable" not in it.picture()


PARAGRAPHS = "".join(f"Paragraph {n}.\n\n" for n in range(40))


async def test_a_long_answer_is_shown_from_its_first_sentence():
    gate = Gate()
    desk = ScriptedDesk([full_script("q"), [*chunks(PARAGRAPHS, 200), gate]])
    async with running(desk, size=(80, 24)) as it:
        await it.ask("the first question")
        await it.send("the second question")
        await it.until(gate.reached.is_set)
        await it.until(lambda: it.screen.log_view.max_scroll_y > 40)
        assert "❯ the second question" in it.lines()[2]
        assert "Paragraph 0." in it.picture()
        assert not it.screen.log_view.following
        gate.opened.set()
        await it.until(lambda: not it.screen.busy)
        assert "❯ the second question" in it.lines()[2]


async def test_a_short_answer_stands_below_its_question_at_the_top():
    async with running(ScriptedDesk([full_script("q", PARAGRAPHS), []]), size=(80, 24)) as it:
        await it.ask("a long one")
        await it.ask("a short one")
        assert "❯ a short one" in it.lines()[2]
        assert "The answer ended before it was complete." in it.picture()


async def test_the_end_is_followed_by_a_reader_who_went_there_and_by_no_other():
    gate, more, last = Gate(), Gate(), Gate()
    stream = chunks(PARAGRAPHS, 200)
    desk = ScriptedDesk([[*stream, gate, *stream, more, *stream, last]])
    async with running(desk, size=(80, 24)) as it:
        await it.send("q")
        await it.until(gate.reached.is_set)
        log = it.screen.log_view
        await it.until(lambda: log.max_scroll_y > 40)
        log.focus()
        await it.pilot.press("end")
        await it.until(lambda: log.scroll_y == log.max_scroll_y)
        before = log.max_scroll_y
        gate.opened.set()
        await it.until(more.reached.is_set)
        await it.until(lambda: log.max_scroll_y > before + 20)
        assert log.scroll_y == log.max_scroll_y
        await it.pilot.press("pageup", "pageup")
        where, before = log.scroll_y, log.max_scroll_y
        more.opened.set()
        await it.until(last.reached.is_set)
        await it.until(lambda: log.max_scroll_y > before + 20)
        assert log.scroll_y == where
        last.opened.set()


async def test_the_wheel_is_scrolling_too_and_a_new_question_of_ones_own_is_shown():
    gate, end = Gate(), Gate()
    first = [*chunks(PARAGRAPHS, 200), gate, *full_script("q", PARAGRAPHS)[-1:]]
    desk = ScriptedDesk([first, [Text("two"), end], [Text("three")]])
    async with running(desk, size=(80, 24)) as it:
        await it.send("one")
        await it.until(gate.reached.is_set)
        log = it.screen.log_view
        await it.until(lambda: log.max_scroll_y > 40)
        log._scroll_down_for_pointer(animate=False)  # what a turn of the wheel runs
        await it.until(lambda: log.scroll_y > 0)
        where = log.scroll_y
        await it.send("two")
        gate.opened.set()
        await it.until(end.reached.is_set)
        await it.pilot.pause()
        assert log.scroll_y == where
        end.opened.set()
        await it.until(lambda: not it.screen.busy)
        await it.ask("three")
        assert "❯ three" in it.lines()[2]


async def test_a_reader_further_up_is_not_moved_by_the_next_question_or_by_freezing():
    gate, end = Gate(), Gate()
    lines = "".join(f"Paragraph {n}.\n\n" for n in range(20))
    short = full_script("q", lines)
    desk = ScriptedDesk([*[short] * 8, [Text("nine"), gate, *short], [Text("ten"), end]])
    async with running(desk, size=(80, 24)) as it:
        for number in range(8):
            await it.ask(f"question {number}")
        await it.send("nine")
        await it.until(gate.reached.is_set)
        await it.send("ten")
        log = it.screen.log_view
        log.scroll_to_widget(it.turns[4], animate=False, top=True, force=True)
        await it.pilot.pause()
        first_line, frozen = it.lines()[3], isinstance(it.turns[1], FrozenTurn)
        assert "question 4" in it.picture()
        gate.opened.set()
        await it.until(end.reached.is_set)
        await it.until(lambda: isinstance(it.turns[1], FrozenTurn))
        await it.pilot.pause()
        assert not frozen
        assert it.lines()[3] == first_line
        end.opened.set()


async def test_an_answer_that_differs_from_its_stream_is_shown_as_it_was_finished():
    script = [Text("Streamed."), *full_script("q", "Finished.")[-1:]]
    async with running(ScriptedDesk([script])) as it:
        await it.ask("q")
        assert "Finished." in it.picture()
        assert "Streamed." not in it.picture()


async def test_old_answers_become_one_widget_and_keep_their_links():
    async with running(ScriptedDesk(), size=(100, 40)) as it:
        for number in range(10):
            await it.ask(f"question {number}")
        first, last = it.turns[0], it.turns[-1]
        assert isinstance(first, FrozenTurn)
        assert isinstance(last, Turn)
        assert not list(first.walk_children())
        whole = content_of(first)
        assert "❯ question 0" in whole.plain
        assert "20,000 [1]" in whole.plain
        it.screen.log_view.scroll_to_widget(first, animate=False, top=True, force=True)
        await it.pilot.pause()
        row = next(n for n, line in enumerate(it.lines()) if "20,000 [1]" in line)
        column = it.lines()[row].index("[1]") + 1
        await it.pilot.click(offset=(column, row))
        await it.until(lambda: it.screen.evidence.has_class("-open"))


async def test_quitting_while_an_answer_streams_closes_the_desk():
    gate = Gate()
    desk = ScriptedDesk([[Text("one"), gate]])
    async with running(desk) as it:
        await it.send("q")
        await it.until(gate.reached.is_set)
        await it.pilot.press("ctrl+q")
    assert desk.cancelled == 1
    assert desk.closed
