import os
import random
import re
from pathlib import Path

import pytest

from kb.errors import UnreadableSource
from kb.extraction import extract, read_file
from kb.records import Source
from kb.texts.detect import detect
from kb.texts.splitting import split

PAGE = b"""<!doctype html><html><head><title>GPU deals - Example News</title>
<script>var secret = "tracker";</script><style>p {color: red}</style></head>
<body><nav><a href="/">Home</a></nav><article><h1>GPU deals</h1>
<p>The Zephyr fund lends 512 accelerators to its companies for six months at a time.</p>
<p>It charges 2.10 dollars an hour, which is well below what the market asks today.</p>
</article><script>alert(1)</script></body></html>"""
TAIWAN = "這是一篇關於雲端與人工智慧的文章,投資人說公司已經買下數千張晶片。"
MAINLAND = "这是一篇关于云计算的文章，投资人说公司已经买下数千张芯片。"


def test_the_messy_fragment(shared: Path) -> None:
    path = shared / "seeds" / "000_f2308fdc1de251fa.txt"
    raw = path.read_text(encoding="utf-8")
    found = extract(read_file(path), path.name)
    assert found.form == "html"
    assert found.title == "VC囤货GPU供给“氧气”,创业者真的买账吗?"
    assert (found.published, found.publisher) == (None, None)
    assert detect(found.text) == "zh-Hans"
    assert "<" not in found.text
    assert "fok120" not in found.text
    kept = re.sub(r"\s", "", found.text)
    for paragraph in re.findall(r"<p[^>]*>(.*?)</p>", raw, re.DOTALL):
        words = re.sub(r"\s", "", re.sub(r"<[^>]+>", "", paragraph))
        assert words in kept or "fok120" in words
    assert "AI初创企业" in kept
    assert found.text.count("\n\n") > 50


def test_one_long_line_of_traditional_chinese(shared: Path) -> None:
    path = shared / "seeds" / "002_e5f657af6280ff81.txt"
    found = extract(read_file(path), path.name)
    assert (found.form, detect(found.text)) == ("text", "zh-Hant")
    assert found.title == "對於科技巨頭們而言,向 AI 初創公司投資,似乎是件 “穩賺不賠” 的買賣…"
    assert found.text == path.read_text(encoding="utf-8").strip()
    passages = split(Source("s", "v", "article", found.title, "zh-Hant", found.text))
    assert len(passages) > 20
    assert max(len(passage.text) for passage in passages) <= 280


def test_a_page() -> None:
    found = extract(PAGE, "page.txt")
    assert found.form == "html"
    assert found.title.startswith("GPU deals")
    assert "512 accelerators" in found.text
    assert "2.10 dollars" in found.text
    assert not re.search(r"tracker|alert|color|<", found.text)


def test_a_page_without_main_text() -> None:
    found = extract(b"<div>Only this.</div><div><script>x=1</script>And that</div>", "bare.html")
    assert "Only this." in found.text
    assert "And that" in found.text
    assert "x=1" not in found.text


def test_markdown_with_front_matter() -> None:
    found = extract(
        b"---\ntitle: Memo\npublisher: Forbes\ndate: 2024-07-29\nurl: https://x.example/a\n---\n\n"
        b"# Other\n\nText.\n",
        "memo.txt",
    )
    assert (found.form, found.title, found.text) == ("markdown", "Memo", "# Other\n\nText.")
    assert (found.publisher, found.published, found.url) == (
        "Forbes",
        "2024-07-29",
        "https://x.example/a",
    )


def test_markdown_and_text_titles() -> None:
    assert extract(b"Intro\n\n## Head\n\nBody", "x").title == "Head"
    assert extract(b"A short first line\nBody", "x").title == "A short first line"
    long = (
        "An unusually long opening that runs on, and on, without any end in sight, " * 3
    ).encode()
    assert len(extract(long, "x").title) <= 91


@pytest.mark.parametrize("front", [b"---\n- a\n---\ntext", b"---\na: [\n---\ntext"])
def test_front_matter_must_be_a_mapping(front: bytes) -> None:
    with pytest.raises(UnreadableSource, match="front matter"):
        extract(front, "x.md")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8-sig", TAIWAN),
        ("utf-16", TAIWAN),
        ("big5", TAIWAN),
        ("gb18030", MAINLAND),
        ("latin-1", "Café déjà vu: the façade of El niño"),
        ("cp1252", "“Smart” quotes — and 5 €"),
    ],
)
def test_encodings(encoding: str, text: str) -> None:
    assert extract(text.encode(encoding), "x.txt").text == text


def test_a_declared_encoding() -> None:
    page = (
        f'<html><head><meta charset="gb2312"></head><body><p>{MAINLAND}</p><p>好</p></body></html>'
    )
    assert MAINLAND in extract(page.encode("gbk"), "x.html").text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "PNG"),
        (b"PK\x03\x04" + bytes(50), "ZIP"),
        (random.Random(1).randbytes(5000), "binary"),
        (random.Random(2).randbytes(64) + b"\x00", "binary"),
        (b"---\n---\n", "no text"),
        (b"<html><body><p></p><script>x()</script></body></html>", "no text"),
        ("\u200b\ufeff \u3000 ***".encode(), "no text"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableSource, match=message) as caught:
        extract(data, "file.bin")
    assert caught.value.hint


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.txt"
    with huge.open("wb") as file:
        file.truncate(200_000_000)
    empty, blank = tmp_path / "empty.txt", tmp_path / "blank.txt"
    empty.touch()
    blank.write_text(" \n\t\n")
    for path, message in [
        (tmp_path / "missing.txt", "no file"),
        (tmp_path, "folder"),
        (huge, "200 MB"),
        (empty, "empty"),
        (blank, "empty"),
        (Path("/dev/null"), "no file"),
        (tmp_path / ("n" * 300), "cannot read"),
    ]:
        with pytest.raises(UnreadableSource, match=message) as caught:
            read_file(path)
        assert caught.value.hint


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root reads every file")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "secret.txt"
    path.write_text("x")
    path.chmod(0)
    with pytest.raises(UnreadableSource, match="cannot read"):
        read_file(path)
