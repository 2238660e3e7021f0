"""From bytes to text: byte order marks, UTF-8, declared encodings, then Chinese and Latin ones."""

from __future__ import annotations

import codecs
import re

from kb.errors import UnreadableSource

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FORMATS = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xd0\xcf\x11\xe0", "an Office document of the old kind, or one with a password"),
    (b"{\\rtf", "an RTF document"),
    (b"bplist00", "a web archive of Safari"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3\x00", "a database"),
)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_\-]+)""")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")
# The commonest characters of both scripts: decoding with the wrong table hardly ever hits them.
_COMMON = frozenset(
    "的一是不了在人有我他这这個个大来來中上们們到说說国國和地也子时時道出而要于於就下得可你年生自会會那后後能对對着著"
    "事其里所去行过過家十用发發天如然作方成者多日都三小军軍二无無同么麼经經法当當起与與好看学學进進种種将將还還分此心前"
    "面又定见見只主没沒公从從资資金投司企业業云雲算力计計划劃片芯创創科技市场場价價元万萬亿億美将将月"
)
_HINT = "convert it to text, HTML or Markdown first"


def decode(data: bytes, name: str) -> str:
    """The text in `data`; `name` is only for the message.

    Raises `UnreadableSource` for something that is not text.
    """
    for magic, what in _FORMATS:
        if data.startswith(magic):
            raise UnreadableSource(f"{name} is {what}, not text", _HINT)
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = _strict(data, encoding)
            if text is not None:
                return _checked(text, name)
    text = _strict(data, "utf-8")
    if text is None:
        text = _declared(data)
    return _checked(_guessed(data) if text is None else text, name)


def _checked(text: str, name: str) -> str:
    controls = len(_CONTROL.findall(text))
    if controls > 2 + len(text) // 500:
        raise UnreadableSource(f"{name} is binary, not text", _HINT)
    return text.replace("\x00", "")  # a stray one or two: browsers drop them as well


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _declared(data: bytes) -> str | None:
    match = _DECLARED.search(data[:2048])
    if match is None:
        return None
    name = match[1].decode("ascii").lower()
    # Pages that declare the small table use characters of the large one.
    return _strict(
        data, {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}.get(name, name)
    )


def _guessed(data: bytes) -> str:
    candidates = [
        text
        for encoding in ("gb18030", "big5hkscs")
        if (text := _strict(data, encoding)) is not None
    ]
    best = max(candidates, key=_likeness, default="")
    if _likeness(best) >= 0.15:
        return best
    western = _strict(data, "cp1252")
    return data.decode("latin-1") if western is None else western


def _likeness(text: str) -> float:
    """Share of common characters among those that are not ASCII: about 0.3 in real Chinese."""
    foreign = [c for c in text[:20_000] if not c.isascii()]
    return sum(c in _COMMON for c in foreign) / len(foreign) if foreign else 0.0
