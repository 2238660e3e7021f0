"""Files that want to break the reader: read, or refused in one clear line, and soon."""

import time
from contextlib import suppress
from pathlib import Path

import pytest

from benchmarks import malformed
from kb.errors import UnreadableSource
from kb.extraction import extract, front_matter
from kb.texts.cleaning import clean

EACH = 9  # of the public cases, a sample; benchmarks/malformed.py runs all
LONG = 200_000
PATIENCE = 15.0  # seconds; a way that takes the square of the length takes hours


def test_a_sample_of_the_public_cases(shared: Path) -> None:
    root = shared / "eval" / "malformed"
    if not root.is_dir():
        pytest.skip(f"the malformed files are not at {root}")
    results = [(case, malformed.outcome(case)) for case in list(malformed.cases(root))[::EACH]]
    assert len(results) > 500
    assert [(case.name, result.problem) for case, result in results if result.problem] == []
    assert sum(result.read for _, result in results) > len(results) / 2


@pytest.mark.parametrize(
    ("start", "unit"),
    [
        ("", "<!---->"),
        ("", "<!--"),
        ("<html>", "<div "),
        ("<html><body>", "<div>"),
        ("<html><body><p>a", " "),
        ("<html><body><p>", "a<br>"),
        ("<html><body>", "<a href=x>q</a>"),
        ("a", " "),
        ("# ", " "),
        ("# a", "#"),
        ("a", "\u0301\u0323"),
        ("x", "\x1b]"),
        ("---\n", "a: b\n"),
    ],
)
def test_no_file_chooses_how_long_it_takes(start: str, unit: str) -> None:
    data = (start + unit * (LONG // len(unit)) + "x").encode()
    started = time.monotonic()
    with suppress(UnreadableSource):  # some of them have no text
        extract(data, "hostile.txt")
    assert time.monotonic() - started < PATIENCE


def test_text_below_the_parsers_depth_is_kept() -> None:
    page = "<html><body>" + "".join(f"<p><span>paragraph {at} of many\n" for at in range(3000))
    found = extract(page.encode(), "deep.html")
    assert "paragraph 2999 of many" in found.text


@pytest.mark.parametrize("front", ["a: " + "[" * 3000, "? [a]\n: b", "a: !!python/name:os.system"])
def test_front_matter_that_is_refused(front: str) -> None:
    with pytest.raises(UnreadableSource, match="the front matter is not") as caught:
        front_matter(f"---\n{front}\n---\ntext")
    assert "\n" not in caught.value.message


def test_front_matter_that_holds_itself() -> None:
    assert front_matter("---\na: &a [*a]\nb: 1\n---\ntext") == ({"b": "1"}, "text")


def test_many_marks_on_one_letter_are_cut() -> None:
    marked = "e" + "\u0327\u0301" * 1000
    once = clean(marked)
    assert len(once) <= 32
    assert clean(once) == once


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"{\\rtf1\\ansi text}", "RTF"),
        (b"bplist00" + bytes(20), "Safari"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Office"),
    ],
)
def test_other_formats_are_named(data: bytes, what: str) -> None:
    with pytest.raises(UnreadableSource, match=what):
        extract(data, "file")
