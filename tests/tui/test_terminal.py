"""The real app and engine in a real terminal, driven by tmux as a person would drive it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tui.strings import Strings, strings_for

PATIENCE_SECONDS = 60
POLL_SECONDS = 0.2
LIT_COLORS = "48;2;107;78;0"
"""The dark theme's background of a quote (#6b4e00), as the terminal gets it."""

pytestmark = [
    pytest.mark.xdist_group("terminal"),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]


class Terminal:
    """A tmux server with one window, a new one at each start: it ends with the app in it."""

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        self._folder = folder
        self._size = [str(cells) for cells in size]
        self._starts = 0

    def start(self, home: Path, locale: str) -> None:
        """Open the app."""
        self._starts += 1
        names = ["NO_COLOR", "LC_ALL", "LC_MESSAGES", "TMUX", "COLUMNS", "LINES"]
        command = shlex.join(
            ["env", *(part for name in names for part in ("-u", name)),
             f"LANG={locale}", f"COMPUTE_DESK_HOME={home}", "COLORTERM=truecolor",
             "TEXTUAL_ANIMATIONS=none", str(Path(sys.executable).with_name("compute-desk"))]
        )  # fmt: skip
        columns, rows = self._size
        self._run("-u", "new-session", "-d", "-s", "app", "-x", columns, "-y", rows, command)

    def picture(self, *options: str) -> str:
        """What the terminal shows; nothing once the app is gone."""
        return self._run("capture-pane", "-p", "-t", "app", *options, check=False)

    def type(self, text: str) -> None:
        self._run("send-keys", "-t", "app", "-l", text)

    def press(self, *keys: str) -> None:
        self._run("send-keys", "-t", "app", *keys)

    def until(self, happened: Callable[[str], bool], what: str) -> str:
        """Look until the picture is as wanted, for a minute at most; then that picture."""
        pause = threading.Event()
        picture = ""
        for _ in range(round(PATIENCE_SECONDS / POLL_SECONDS)):
            picture = self.picture()
            if happened(picture):
                return picture
            pause.wait(POLL_SECONDS)
        raise AssertionError(f"{what} did not come; the terminal shows:\n{picture}")

    def shows(self, *texts: str) -> str:
        return self.until(lambda picture: all(text in picture for text in texts), str(texts))

    def is_gone(self) -> None:
        self.until(lambda picture: not picture.strip(), "the end of the app")

    def stop(self) -> None:
        self._run("kill-server", check=False)

    def _run(self, *arguments: str, check: bool = True) -> str:
        server = ["tmux", "-f", os.devnull, "-S", str(self._folder / f"server-{self._starts}")]
        done = subprocess.run(
            [*server, *arguments], capture_output=True, text=True, check=check, timeout=30
        )
        return done.stdout


@pytest.fixture
def window(request: pytest.FixtureRequest) -> Iterator[Terminal]:
    """A terminal of the size in `request.param`. Its socket needs a short path."""
    with tempfile.TemporaryDirectory(prefix="desk-") as folder:
        terminal = Terminal(Path(folder), request.param)
        yield terminal
        terminal.stop()


def wait_for_answer(terminal: Terminal, strings: Strings) -> str:
    """The picture of a finished answer: nothing is being worked on or written any more."""
    busy = (strings.working, strings.writing)
    return terminal.until(
        lambda picture: (
            "✓" in picture and "[1]" in picture and not any(words in picture for words in busy)
        ),
        "the whole answer",
    )


def open_first_citation(terminal: Terminal, strings: Strings) -> None:
    """F2, 1: the pane shows the source with the quote lit."""
    terminal.press("F2")
    terminal.shows(strings.citations_title)
    terminal.press("1")
    terminal.shows(strings.evidence_close)
    terminal.until(lambda _: LIT_COLORS in terminal.picture("-e"), "the lit quote")


def quit_app(terminal: Terminal) -> None:
    terminal.press("C-q")
    terminal.is_gone()


@pytest.mark.parametrize("window", [(100, 30)], indirect=True, ids=str)
def test_ask_open_a_citation_quit_and_resume(window, home):
    strings = strings_for("en")
    window.start(home, "C.UTF-8")
    window.shows("Which investors give startups GPU access")
    window.type("What is a16z Oxygen?")
    window.press("Enter")
    window.shows("❯ What is a16z Oxygen?")
    answered = wait_for_answer(window, strings)
    assert "Oxygen" in answered.split("[1]")[0]
    open_first_citation(window, strings)
    assert "Oxygen" in lit_text(window)
    window.press("Escape")
    window.until(lambda picture: strings.evidence_close not in picture, "the answer alone")
    quit_app(window)

    window.start(home, "C.UTF-8")
    window.shows("sources", strings.new_conversation)
    window.press("C-r")
    window.shows(strings.sessions_title, "What is a16z Oxygen?", "1 question")
    window.press("Enter")
    resumed = window.shows("❯ What is a16z Oxygen?", "[1]")
    assert next(line for line in answered.splitlines() if "[1]" in line) in resumed
    open_first_citation(window, strings)
    quit_app(window)


@pytest.mark.parametrize("window", [(80, 24)], indirect=True, ids=str)
def test_in_chinese(window, home):
    strings = strings_for("zh-Hant")
    window.start(home, "zh_TW.UTF-8")
    window.shows(strings.tagline)
    window.type("a16z的氧氣計畫是什麼？")
    window.press("Enter")
    window.shows("❯ a16z的氧氣計畫是什麼？")
    answered = wait_for_answer(window, strings)
    assert "氧氣計畫" in answered.split("❯")[1]
    open_first_citation(window, strings)
    assert lit_text(window)
    window.press("Escape")
    quit_app(window)


def lit_text(terminal: Terminal) -> str:
    """What stands on the quote's background."""
    painted = terminal.picture("-e")
    pieces = painted.split(LIT_COLORS)[1:]
    return " ".join(piece.split("m", 1)[1].split("\x1b")[0] for piece in pieces)
