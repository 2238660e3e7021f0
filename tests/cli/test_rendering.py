"""An answer on paper: whole, harmless, and plain where plain was asked for."""

from __future__ import annotations

import io
import json

import pytest

from assistant.answer import Answer, Citation
from assistant.cli.output import harmless
from assistant.cli.rendering import BlockPage, Page, page_for, source_line, without_markdown

MARKDOWN = """**About 73,000 H100-hours.** [1]

## Where from

| Program | Price | Term |
|---|---|---|
| *Oxygen* | below market [2] | a \\| b |
| Conviction | at `cost` | |

- first, see [the page](https://example.org/a)
- second: snake_case_name and 2 * 3 * 4

```
| code | stays |

# as it is
```

最后一段，**重点**。"""

PLAIN = """About 73,000 H100-hours. [1]

Where from

Oxygen
  Price: below market [2]
  Term: a | b

Conviction
  Price: at cost
  Term:

- first, see the page (https://example.org/a)
- second: snake_case_name and 2 * 3 * 4

| code | stays |

# as it is

最后一段，重点。

"""


def _written(text: str, step: int, *, plain: bool) -> str:
    out = io.StringIO()
    page = page_for(out, plain=plain)
    for start in range(0, len(text), step):
        page.add(text[start : start + step])
    page.finish(Answer(id="a", question="q", answer=text, language="en"))
    return out.getvalue()


@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_plain_text_has_no_markdown_however_it_arrives(step: int) -> None:
    written = _written(MARKDOWN, step, plain=True)
    assert [line.rstrip() for line in written.split("\n")] == PLAIN.split("\n")


@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_into_a_pipe_markdown_goes_as_it_comes(step: int) -> None:
    assert _written(MARKDOWN, step, plain=False) == MARKDOWN + "\n\n"


def test_a_pipe_gets_text_before_the_answer_is_finished() -> None:
    out = io.StringIO()
    Page(out).add("half a sen")
    assert out.getvalue() == "half a sen"


def test_a_terminal_gets_each_block_drawn_when_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(out, "isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    page = page_for(out, plain=False)
    assert isinstance(page, BlockPage)
    page.add("**First.**\n\n| A | B |\n|---|")
    assert "First." in out.getvalue()
    assert "**" not in out.getvalue()
    assert "A" not in out.getvalue()
    page.add("---|\n| 一 | 2 |\n\n")
    assert "一" in out.getvalue()
    assert "|---" not in out.getvalue()


@pytest.mark.parametrize("plain", [True, False])
def test_nothing_in_an_answer_steers_the_terminal(plain: bool) -> None:
    hostile = "a\x1b[31mred\x1b]52;c;aGk=\x07 \u202eback\u200b \x9b2J\x08 end"
    written = _written(hostile, 1, plain=plain)
    assert not set("\x1b\x07\x08\x9b\u202e\u200b") & set(written)
    assert "end" in written


def test_harmless_keeps_layout_and_letters() -> None:
    text = "a\tb\n  c 中文 é 👍 “q” － ①"
    assert harmless(text) == text


def _citation(marker: str, quote: str, **fields: object) -> Citation:
    values: dict[str, object] = {
        "marker": marker,
        "kind": "passage",
        "source": "s",
        "version": "v",
        "title": "Title",
        "quote": quote,
        "answer_start": 0,
        "answer_end": 1,
    }
    return Citation.model_validate(values | fields)


def test_a_source_line_tells_who_when_and_how_sure() -> None:
    citation = _citation(
        "1", "two\nlines", publisher="The Information", published="2024-07", grade="on_record"
    )
    line = source_line(citation, "en")
    assert line == "[1] Title, The Information, 2024-07 (on the record): “two lines”"


def test_a_source_line_of_a_tool_names_the_field() -> None:
    citation = _citation(
        "2", "73,000", kind="tool", title="estimate_training", field="gpu_hours.likely"
    )
    assert source_line(citation, "en") == "[2] estimate_training, gpu_hours.likely: “73,000”"


@pytest.mark.parametrize(
    ("language", "sources", "missing"),
    [
        ("en", "Sources:", "Not in the library: the price"),
        ("zh-Hans", "来源:", "资料库中没有: the price"),
        ("zh-Hant", "來源:", "資料庫中沒有: the price"),
    ],
)
def test_sources_once_each_and_gaps_follow_the_text(
    capsys: pytest.CaptureFixture[str], language: str, sources: str, missing: str
) -> None:
    out = io.StringIO()
    page = Page(out)
    page.add("Text [1], again [1], and [2].")
    page.finish(
        Answer.model_validate(
            {
                "id": "a",
                "question": "q",
                "answer": "Text",
                "language": language,
                "gaps": ["the price"],
                "citations": [_citation("1", "one"), _citation("1", "one"), _citation("2", "two")],
                "removed": [{"text": "x", "reason": "y"}],
            }
        )
    )
    lines = out.getvalue().split("\n")
    assert lines[0] == "Text [1], again [1], and [2]."
    assert lines[2] == sources
    assert [line[:3] for line in lines[3:5]] == ["[1]", "[2]"]
    assert missing in lines
    assert "1 part" in capsys.readouterr().err


def test_a_lone_table_header_stays_text() -> None:
    assert without_markdown("| not a table |") == "| not a table |"


@pytest.mark.parametrize(
    ("quote", "shown"),
    [
        ("2.00", "2.00"),
        ("plain words", "plain words"),
        ('{"low": 48385.19201, "likely": 77654.25, "high": null}', "low 48,385.2, likely 77,654.2"),
        ('{"provider": "X", "price": {"amount": "2.29", "currency": "USD"}, "stale": true, '
         '"free": null, "count": 8}', "X, 2.29, USD, stale, count 8"),
        ('[{"term": "spot", "low": "2.00"}, {"term": "fund"}]', "spot, 2.00; fund"),
    ],
)  # fmt: skip
def test_a_tools_record_is_said_in_words(quote: str, shown: str) -> None:
    line = source_line(_citation("1", quote, kind="tool", title="t", field="f"), "en")
    assert line == f"[1] t, f: “{shown}”"


def test_a_long_record_is_shortened() -> None:
    quote = json.dumps({"notes": "word " * 100})
    line = source_line(_citation("1", quote, kind="tool", title="t", field="f"), "en")
    assert len(line) < 230
    assert line.endswith("…”")
