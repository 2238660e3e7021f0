"""Text as it is judged: look-alike digits and letters, which a reader takes for plain ones."""

from __future__ import annotations

import re
import unicodedata

_CAPITAL = dict(
    zip(
        "壹壱弌贰貳弐弍叁參参弎肆伍陆陸柒捌玖拾佰仟〇○",
        "一一一二二二二三三三三四五六六七八九十百千零零",
        strict=True,
    )
)
# Digit by digit: 贰捌,零零零 or 二三〇. Two small ones side by side (三四个) are a guess instead.
_CAPITALS = "壹壱弌贰貳弐弍叁參参弎肆伍陆陸柒捌玖"
_DIGITS = "零一二三四五六七八九"
_GUESS = "一二|一两|两三|二三|三四|三五|四五|五六|六七|七八|八九"
_ANY_DIGIT = f"[〇○{_DIGITS}{_CAPITALS}]"
_DIGIT_RUN = re.compile(
    rf"(?<![十百千万亿兆第点點])(?:{_ANY_DIGIT}{{1,3}}(?:, ?{_ANY_DIGIT}{{3}})+|{_ANY_DIGIT}{{3,}}"
    rf"|(?=[^零〇○]?[{_CAPITALS}])(?!零){_ANY_DIGIT}{{2}}|[{_DIGITS[1:]}][零〇○])(?![十百千])"
)
_CAPITAL_RUN = re.compile(rf"[{_CAPITALS}拾佰仟零〇○萬万億亿兆点點]{{2,}}")
_MEASURE = r"(?=\s?[%％万萬亿億兆块塊张張个個家年月日天周小美元倍名成台])"
_PAIR = re.compile(rf"(?<![{_DIGITS}十百千万亿第])(?!一一|{_GUESS})[{_DIGITS[1:]}]{{2}}{_MEASURE}")
_POINT = re.compile(rf"(?<!{_ANY_DIGIT}){_ANY_DIGIT}+\.{_ANY_DIGIT}+")
_SINGLE = re.compile(rf"[壹壱贰貳弐叁柒捌玖]|(?<![一-鿿])[肆伍陆陸](?:{_MEASURE}|(?=\s?[A-Za-z]))")
_LOOKS_ONE = re.compile(r"(?<![A-Za-z0-9])[lI|](?=[万萬亿億兆%])")
# Digits of old Chinese accounts, Roman ones, and those that bring their bracket or stop along.
_DRESSED = {0x3021 + n: str(n + 1) for n in range(9)}
_DRESSED |= {first + n: str(n + 1) for first in (0x2160, 0x2170) for n in range(12)}
_DRESSED |= {first + n: str(n + 1) for first in (0x2474, 0x2488) for n in range(20)}
_ODD = re.compile(r"[^\x00-\x7f\u3001-\u303f\u4e00-\u9fff]")
_PLAIN_SCRIPTS = (
    "LATIN", "CJK", "DIGIT", "IDEOGRAPHIC", "KANGXI", "BOPOMOFO", "MICRO", "FULLWIDTH",
    "HALFWIDTH", "MASCULINE", "FEMININE", "KATAKANA-HIRAGANA", "HIRAGANA", "KATAKANA",
)  # fmt: skip


def legible(text: str) -> str:
    """`text` with every digit an ASCII one (３, ٣, 𝟑, ③, 叁), without marks over characters."""
    if text.isascii():
        return text
    apart = text.replace("：", ": ").replace("，", ", ")  # no times of day, no thousands
    plain = unicodedata.normalize("NFKC", apart.translate(_DRESSED)).replace("⁄", "/")
    plain = _ODD.sub(_plainly, plain)
    for pattern in (_POINT, _DIGIT_RUN, _PAIR):
        plain = pattern.sub(_in_digits, plain)
    plain = _SINGLE.sub(_in_digits, _CAPITAL_RUN.sub(_spoken, plain))
    return _LOOKS_ONE.sub("1", plain)


def _plainly(match: re.Match[str]) -> str:
    char = match.group()
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return ""
    digit = unicodedata.digit(char, None)
    return char if digit is None else str(digit)


def _in_digits(match: re.Match[str]) -> str:
    plain = _spoken(match).replace(" ", "")
    return "".join(char if char in ",." else str(_DIGITS.index(char)) for char in plain)


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
