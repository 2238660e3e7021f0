import pytest

from kb.errors import UnreadableSource
from kb.texts.decoding import decode

ARTICLE = "一家基金以低于市场的价格向初创企业出租芯片，这是我们能说的。"


def test_a_stray_null_is_dropped() -> None:
    assert decode(b"GPU pri\x00ces", "x.html") == "GPU prices"
    with pytest.raises(UnreadableSource, match="binary"):
        decode("utf-16 without a mark".encode("utf-16-le"), "x.txt")


@pytest.mark.parametrize("declared", ["gb2312", "GBK", "nonsense-8", "utf-8"])
def test_a_declared_encoding_is_a_claim(declared: str) -> None:
    page = f'<meta charset="{declared}">{ARTICLE}'
    assert decode(page.encode("gb18030"), "x.html") == page


def test_a_mark_that_lies() -> None:
    assert decode(b"\xff\xfeA", "x.txt").endswith("A")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x89PNG\r\n", "a PNG image"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"SQLite format 3\x00", "a database"),
    ],
)
def test_known_formats_are_named(data: bytes, what: str) -> None:
    with pytest.raises(UnreadableSource, match=f"^f is {what}, not text$") as caught:
        decode(data, "f")
    assert caught.value.hint
