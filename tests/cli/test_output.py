"""How long text is broken where a person looks."""

from __future__ import annotations

import sys

import pytest
from rich.cells import cell_len

from assistant.cli import output


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("AWS Activate要求公司尚未上市。", ["AWS Activate要求公", "司尚未上市。"]),
        ("按AWS的页面，最高二十万美元", ["按AWS的页面，最高", "二十万美元"]),
        ("一二三四五六七八九，十", ["一二三四五六七八", "九，十"]),
        ("一二三四五六七八（九）", ["一二三四五六七八", "（九）"]),
        ("plain words that wrap", ["plain words that", "wrap"]),
        ("https://a.example/a/very/long/path", ["https://a.example/", "a/very/long/path"]),
    ],
)
def test_chinese_is_broken_within_a_sentence_and_words_stay_whole(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str,
    lines: list[str],
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    output.write_wrapped(text, 2)
    shown = capsys.readouterr().out.splitlines()
    assert shown == [f"  {line}" for line in lines]
    assert max(map(cell_len, shown)) <= 20
