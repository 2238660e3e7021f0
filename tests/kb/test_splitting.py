import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.records import Passage, Source
from kb.texts.splitting import sentences, split


def parts(text: str) -> list[str]:
    return [text[a:b] for a, b in sentences(text)]


def passages(text: str, title: str = "T", **values: object) -> list[Passage]:
    return split(Source("s", "v", "article", title, "en", text, **values))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("The U.S. firm paid $3.5 billion. Then it left.", None),
        ("Acme Inc. bought Beta Corp. for cash. Done.", None),
        ("By J. Smith. Next one.", None),
        ("他说：“真的？”然后走了。第二句！", ["他说：“真的？”", "然后走了。", "第二句！"]),
        ("增长3.5%。 到顶；再说", ["增长3.5%。", "到顶；", "再说"]),
        ("Line one\nLine two", ["Line one", "Line two"]),
        ("“Really?” asked Ann. Yes.", ["“Really?” asked Ann.", "Yes."]),
        ("... --- !!!", []),
    ],
)
def test_sentences(text: str, expected: list[str] | None) -> None:
    if expected is None:
        assert len(parts(text)) == 2
    else:
        assert parts(text) == expected


def test_wrapped_lines_are_one_sentence() -> None:
    text = (
        "This line was wrapped by an editor at the usual seventy columns, and\ngoes on here. End."
    )
    assert len(parts(text)) == 2


@given(st.text(alphabet="aB. 。！?\n，1中文“”[]#-", max_size=400))
@settings(deadline=None)  # the first call loads OpenCC
def test_offsets_are_exact_and_nothing_is_lost(text: str) -> None:
    spans = sentences(text)
    assert all(a < b for a, b in spans)
    assert all(spans[i][1] <= spans[i + 1][0] for i in range(len(spans) - 1))
    outside = "".join(
        text[b:a] for (_, b), (a, _) in zip([(0, 0), *spans], [*spans, (len(text), 0)], strict=True)
    )
    assert not any(c.isalnum() for c in outside)
    for passage in passages(text):
        assert text[passage.start : passage.end] == passage.text
        assert "\n\n" not in passage.text


def test_passages_keep_to_paragraphs_and_sizes() -> None:
    sentence = "A sentence of about forty characters here. "
    text = sentence * 5 + "\n\n" + sentence * 2
    found = passages(text)
    assert [p.text.count(".") for p in found] == [3, 2, 2]
    chinese = "这是一个大约二十个字的句子用来测试切分的长度。" * 12
    assert all(len(p.text) <= 140 for p in passages(chinese))


def test_a_huge_sentence_is_cut() -> None:
    words = "word " * 400
    found = passages(words)
    assert len(found) > 3
    assert max(len(p.text) for p in found) <= 640
    assert "".join(p.text for p in found).replace(" ", "") == words.replace(" ", "")
    assert max(len(p.text) for p in passages("字" * 5000)) <= 280


def test_a_tag_grades_its_paragraph_and_is_left_out() -> None:
    text = (
        "## Terms\n\nFirst fact. Second fact. [rumor · Wallstreetcn · 2023-11]\n\n"
        "No tag. [1]\n\nOld. [official · a16z · undated]"
    )
    first, plain, undated = passages(text, "Title", publisher="P", published="2020")
    assert first.text == "First fact. Second fact."
    assert (first.grade, first.publisher, first.as_of) == ("rumor", "Wallstreetcn", "2023-11")
    assert first.header == "Title — Terms"
    assert plain.text == "No tag. [1]"
    assert (plain.grade, plain.publisher, plain.as_of) == ("reported", "P", "2020")
    assert (undated.grade, undated.publisher, undated.as_of) == ("official", "a16z", None)


def test_lists_and_headings() -> None:
    text = "# Head\n- one item\n- two item\n\n1. first\n2. second"
    assert [p.text for p in passages(text)] == ["- one item", "- two item", "1. first", "2. second"]


def test_a_passage_has_its_own_language() -> None:
    assert [p.language for p in passages("English here.\n\n這是繁體中文。")] == ["en", "zh-Hant"]


@pytest.mark.parametrize(
    "line",
    [
        "." * 1_000_000 + "x",
        "!" * 1_000_000 + "x",
        "a" * 1_000_000 + " b. c",
        "a. " * 300_000,
        "# a" + " " * 1_000_000 + "b",
        "# " + "#" * 1_000_000,
        " " * 1_000_000 + "x",
        "x [reported · " + " " * 1_000_000,
        "[reported · x " * 70_000 + "]",
        "字" * 1_000_000,
        "，" * 1_000_000,
    ],
    ids=lambda line: line[:4],
)
def test_a_line_of_a_million_characters_takes_no_hours(line: str) -> None:
    for passage in passages(f"Before.\n\n{line}\n\nAfter."):
        assert passage.text
    assert sentences(line)[-1:] == [] or sentences(line)[-1][1] <= len(line)
