"""What the command line writes, and how: foreign text made harmless, tables, one JSON document."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from kb.texts.cleaning import clean

_STEERING = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Unicode categories that steer a terminal or hide text: controls, formats, lone surrogates."""

_BAR = 24  # columns of a bar of progress

_SHORT = 18
"""Characters of a cell that a drawn table never breaks."""


_PIECE = re.compile(
    r"\s+|[（「『《〈【]*(?:[!-~\u00a0-\u024f\u2010-\u2027]+|.)[，。、；：？！）」』》〉】％]*"
)
"""What a line is never broken within."""


def speak_utf8() -> None:
    """Write UTF-8 whatever the locale says; what UTF-8 cannot hold is replaced, never an error. A
    stream that was closed before the start (`>&-`) takes everything and keeps nothing."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # to the end
            setattr(sys, name, nowhere)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def on_terminal(stream: TextIO) -> bool:
    """Whether a person sees `stream`, and styling it is wanted."""
    return stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def harmless(text: str) -> str:
    """`text` without characters that steer a terminal; layout stays. Safe piece by piece."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _STEERING)


def one_line(text: object) -> str:
    """Foreign text as one line."""
    return " ".join(clean(str(text)).split())


def write(text: str = "") -> None:
    """A line of the result."""
    sys.stdout.write(f"{text}\n")


def aside(text: str) -> None:
    """A line beside the result: dim, on stderr."""
    line = one_line(text)
    sys.stderr.write(f"\x1b[2m{line}\x1b[0m\n" if on_terminal(sys.stderr) else f"{line}\n")
    sys.stderr.flush()


def progress(label: str, done: int, total: int) -> None:
    """Redraw a bar of progress on stderr; nothing where no person looks."""
    if sys.stderr.isatty():
        filled = _BAR * done // max(total, 1)
        bar = "━" * filled + "─" * (_BAR - filled)
        line = f"{one_line(label)} {bar} {done} of {total}" if done < total else ""
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()


def document(content: Mapping[str, Any]) -> None:
    """The one JSON document of `--json`."""
    write(json.dumps(content, ensure_ascii=False, default=str))


def table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table: drawn where a person looks, otherwise lines with tabs between the cells."""
    cells = [["" if cell is None else one_line(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for line in (headers, *cells):
            write("\t".join(line))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    columns = [
        # Short cells (counts, dates, codes) stay whole; long ones share what is left.
        Column(header, no_wrap=all(len(row[n]) <= _SHORT for row in cells), overflow="fold")
        for n, header in enumerate(headers)
    ]
    drawn = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for row in cells:
        drawn.add_row(*(Text(cell) for cell in row))
    Console(file=sys.stdout).print(drawn)


def write_wrapped(text: str, indent: int) -> None:
    """Foreign text as one line; where a person looks, wrapped under a hanging indent."""
    line = one_line(text)
    if not sys.stdout.isatty():
        write(" " * indent + line)
        return
    width = max(shutil.get_terminal_size().columns - indent, _SHORT)
    for part in lines_of(line, width):
        write(" " * indent + part)


def lines_of(text: str, width: int) -> Iterator[str]:
    """`text` in lines of at most `width` columns; Chinese breaks anywhere but before a closing
    mark or after an opening one, other words only at spaces unless one is longer than a line."""
    from rich.cells import cell_len, chop_cells

    line = ""
    for piece in _PIECE.findall(text):
        if line and cell_len(line + piece.rstrip()) > width:
            yield line.rstrip()
            line = ""
        *whole, last = chop_cells(piece, width) if cell_len(piece.rstrip()) > width else [piece]
        yield from whole
        line += last if line else last.lstrip()
    if line:
        yield line.rstrip()


def about(*parts: object) -> str:
    """The parts that are known, on one line."""
    return " · ".join(one_line(part) for part in parts if part not in (None, ""))
