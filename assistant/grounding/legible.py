"""Text as it is judged: look-alike digits and letters, which a reader takes for plain ones."""

from __future__ import annotations

import re
import unicodedata

_CAPITAL = dict(
    zip("壹贰貳叁參参肆伍陆陸柒捌玖拾佰仟", "一二二三三三四五六六七八九十百千", strict=True)
)
# Digit by digit, with commas as in 28,000: 贰捌,零零零.
_CAPITAL_DIGIT = "[零〇壹贰貳叁參参肆伍陆陸柒捌玖]"
_CAPITAL_NUMBER = re.compile(rf"{_CAPITAL_DIGIT}{{1,3}}(?:, ?{_CAPITAL_DIGIT}{{3}})+")
_DIGITS = "零一二三四五六七八九"
_CAPITAL_RUN = re.compile(r"[壹贰貳叁參参肆伍陆陸柒捌玖拾佰仟零〇萬万億亿兆点點]{2,}")
_PLAIN_SCRIPTS = (
    "LATIN", "CJK", "DIGIT", "IDEOGRAPHIC", "KANGXI", "BOPOMOFO", "MICRO", "FULLWIDTH",
    "HALFWIDTH", "MASCULINE", "FEMININE", "KATAKANA-HIRAGANA", "HIRAGANA", "KATAKANA",
)  # fmt: skip


def legible(text: str) -> str:
    """`text` with every digit an ASCII one (３, ٣, 𝟑, ③, 叁), without marks over characters."""
    if text.isascii():
        return text
    apart = text.replace("：", ": ").replace("，", ", ")  # no times of day, no thousands
    plain = unicodedata.normalize("NFKC", apart).replace("⁄", "/")
    made = []
    for char in plain:
        if unicodedata.category(char) in ("Mn", "Me"):
            continue
        if not char.isascii() and (digit := unicodedata.digit(char, None)) is not None:
            char = str(digit)
        made.append(char)
    return _CAPITAL_RUN.sub(_spoken, _CAPITAL_NUMBER.sub(_in_digits, "".join(made)))


def _in_digits(match: re.Match[str]) -> str:
    plain = _spoken(match).replace("〇", "零").replace(" ", "")
    return "".join(char if char == "," else str(_DIGITS.index(char)) for char in plain)


def _spoken(match: re.Match[str]) -> str:
    run = match.group()
    return "".join(_CAPITAL.get(char, char) for char in run)


def strange_letters(text: str) -> list[str]:
    """Letters of scripts that the desk does not write (Cyrillic, Greek, ...), each once."""
    if text.isascii():
        return []
    found = [
        char
        for char in text
        if not char.isascii()
        and char.isalpha()
        and not unicodedata.name(char, "").startswith(_PLAIN_SCRIPTS)
    ]
    return list(dict.fromkeys(found))
