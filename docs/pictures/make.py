"""Draw the pictures of the app: the real app and engine on an empty home, no network.

Run it from an installed checkout: `python docs/pictures/make.py`. Only the milliseconds of the
tool rows differ from run to run.
"""

from __future__ import annotations

import asyncio
import html
import itertools
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.cells import cell_len

from assistant import Assistant
from tui.app import ComputeDeskApp
from tui.evidence import LIT

HERE = Path(__file__).parent
PATIENCE_SECONDS = 120
# The font of the machine that shows the picture: a picture loads nothing from anywhere.
FONTS = 'ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace'
CELL = 12.2  # the width of a terminal cell in Rich's SVG
_TEXT = re.compile(
    r'<text class="(?P<style>[^"]+)" x="(?P<x>[\d.]+)" (?P<y>y="[^"]+") textLength="[^"]+" '
    r"(?P<clip>[^>]+)>(?P<text>[^<]+)</text>"
)


@dataclass(frozen=True)
class Picture:
    """A question, the citation to open beside its answer, and the terminal to show it in."""

    file: str
    question: str
    citation: str
    language: str
    size: tuple[int, int]


PICTURES = [
    Picture(
        file="app.svg",
        question="Which investors give startups GPU access, and on what terms?",
        citation="5",
        language="en",
        size=(120, 36),
    ),
    Picture(
        file="app-zh.svg",
        question="哪些創投會提供GPU給新創公司？條件是什麼？",
        citation="5",
        language="zh-Hant",
        size=(100, 30),
    ),
]


async def draw(picture: Picture, home: Path) -> str:
    """The app as SVG, the quoted sentence of the citation lit in its source."""

    def open_desk() -> Assistant:
        desk = Assistant.open(home)
        desk.warm()
        return desk

    app = ComputeDeskApp(open_desk, language=picture.language)
    app.animation_level = "none"
    async with app.run_test(size=picture.size) as pilot:
        screen = app.conversation
        screen.box.cursor_blink = False

        async def until(happened: Callable[[], bool]) -> None:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not happened():
                    await pilot.pause()
            await pilot.pause()

        await until(lambda: "builtin" in screen.title_bar.status)
        screen.box.insert(picture.question)
        await pilot.press("enter")
        await until(lambda: bool(screen.log_view.turns) and not screen.busy)
        await pilot.press(f"alt+{picture.citation}")
        await until(lambda: any(span.style == LIT for span in screen.evidence.body.spans))
        for _ in range(4):  # the pane scrolls to the quote once it is laid out
            await pilot.pause()
        return app.export_screenshot(title="Compute Desk")


def without_web_fonts(svg: str) -> str:
    """`svg` with the fonts of its reader instead of ones that would be fetched."""
    local = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return local.replace("font-family: Fira Code, monospace", f"font-family: {FONTS}")


def in_cells(svg: str) -> str:
    """`svg` with wide characters in two cells each. Rich counts every character as one."""
    return _TEXT.sub(_one_width_each, svg)


def _one_width_each(match: re.Match[str]) -> str:
    """Narrow and wide stretches as texts of their own: no font mixes the two to scale."""
    parts, x = [], float(match["x"])
    for _, characters in itertools.groupby(html.unescape(match["text"]), _is_wide):
        text = "".join(characters)
        length = CELL * cell_len(text)
        shown = html.escape(text).replace(" ", "&#160;").replace("\xa0", "&#160;")
        parts.append(
            f'<text class="{match["style"]}" x="{x:g}" {match["y"]} textLength="{length:g}" '
            f"{match['clip']}>{shown}</text>"
        )
        x += length
    return "".join(parts)


def _is_wide(character: str) -> bool:
    return cell_len(character) == 2


def main() -> None:
    """Draw all pictures."""
    with tempfile.TemporaryDirectory(prefix="compute-desk-") as folder:
        for picture in PICTURES:
            svg = in_cells(without_web_fonts(asyncio.run(draw(picture, Path(folder)))))
            (HERE / picture.file).write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
