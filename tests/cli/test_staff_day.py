"""The day's work of the staff guide, walked from an empty home as it is written."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

GUIDE = Path(__file__).parents[2] / "docs" / "staff.md"
Desk = Callable[..., tuple[int, str, str]]


def blocks(text: str) -> list[tuple[str, str]]:
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def section(title: str) -> str:
    """What stands below a heading, up to the next one; blocks may hold headings of their own."""
    lines: list[str] = []
    inside = fenced = False
    for line in GUIDE.read_text(encoding="utf-8").splitlines(keepends=True):
        fenced ^= line.startswith("```")
        if line.startswith("## ") and not fenced:
            inside = line.startswith(f"## {title}")
        elif inside:
            lines.append(line)
    return "".join(lines)


def first_block(title: str, language: str) -> str:
    return next(body for kind, body in blocks(section(title)) if kind == language)


def test_a_days_work(
    desk: Desk, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    terms = first_block("Add an article", "markdown")
    (tmp_path / "harbor-terms.md").write_text(terms, encoding="utf-8")
    later = terms.replace("96", "192")
    (tmp_path / "harbor-terms-2027.md").write_text(later, encoding="utf-8")
    record = first_block("A program of yours", "yaml")
    (tmp_path / "harbor-compute.yaml").write_text(record, encoding="utf-8")

    out = ""
    commands = 0
    for kind, body in blocks(section("A day's work")):
        if kind == "sh":
            out = ""
            for line in body.splitlines():
                program, *words = shlex.split(line)
                assert program == "compute-desk"
                status, said, err = desk(*words)
                assert status == 0, f"{line}: {err}"
                out += said
                commands += 1
            gold = home / "library" / "gold.yaml"
            gold.write_text(first_block("Gold questions", "yaml"), encoding="utf-8")
        else:
            for line in body.splitlines():
                assert line.removesuffix("...").rstrip() in out, line
    assert commands >= 12
    assert "0 errors" in out
    assert (tmp_path / "desk.zip").is_file()
    status, said, _ = desk("ask", "How many H200 GPUs does Harbor Fund lend?", "--plain")
    assert status == 0
    assert "96 H200" in said
