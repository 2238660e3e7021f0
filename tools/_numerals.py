"""Numbers as they are written in English, Simplified and Traditional Chinese.

`find_numerals` yields number expressions with their exact value and the step of the last digit
that was written; what they count is decided in `tools._units`. All patterns run on text folded by
`fold`, which keeps every offset.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

_FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_TRADITIONAL = (
    "億亿萬万個个張张塊块兩两週周數数參参詞词時时圓元餘余約约過过負负幾几顆颗臺台幣币歐欧鎊镑點点門门於于將将達达際际號号間间單单筆笔條条輪轮組组類类篇篇區区價价錢钱節节點点員员枚枚"
    "會会這这歲岁顯显輝辉達达緯纬鐘钟開开對对總总訓训練练種种項项機机與与從从羣群麼么倆俩為为僅仅處处擬拟預预規规劃划華华"
    "禮礼請请樣样據据長长電电調调詢询問问發发標标輸输雙双訪访話话遍遍"
)
_FOLD = (
    _FULL_WIDTH
    | dict(zip(map(ord, _TRADITIONAL[::2]), _TRADITIONAL[1::2], strict=True))
    | {
        0x3000: " ",
        0x00A0: " ",
        0x202F: " ",
        0x2009: " ",
        ord("，"): "、",
        ord("￥"): "¥",
        ord("−"): "-",
        ord("–"): "-",
        ord("—"): "-",
        ord("～"): "~",
        ord("〜"): "~",
        ord("✕"): "×",
        ord("○"): "零",
        ord("〇"): "零",
    }
)


def fold(text: str) -> str:
    """`text` with full-width forms, dashes and Traditional unit characters made plain.

    One character for one character: offsets into the result are offsets into `text`. The Chinese
    comma becomes 、 since it never groups digits.
    """
    return text.translate(_FOLD)


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number in folded text. `step` is the place value of the last digit that was written
    (36 -> 1, 2.5 -> 0.1, 20k -> 1000); `scale` the multiplier as written ("", "B", "亿").
    `readings` has the values that the number may mean, where it may mean several."""

    start: int
    end: int
    value: Decimal
    step: Decimal
    scale: str
    script: Literal["digits", "zh", "en"]
    mantissa: Decimal
    approximate: bool = False
    readings: tuple[Decimal, ...] = ()


_LETTER_SCALE = {"k": 3, "m": 6, "mn": 6, "b": 9, "bn": 9, "t": 12, "tn": 12}
_WORD_SCALE = {"hundred": 2, "thousand": 3, "grand": 3, "mil": 6, "mln": 6, "bln": 9}
_WORD_SCALE |= {"million": 6, "billion": 9, "trillion": 12}
_ZH_SCALE = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8, "兆": 12}
# Taiwan's 兆 is a trillion; before a unit of measure (兆瓦, 兆字节) it is mega.
_TRILLION = r"兆(?!\s?(?:瓦|字|位|比|赫|米|[A-Za-z]?(?:[Bb]ps|[Ww]|[Hh]z|B(?![A-Za-z]))))"
_ZH_DIGIT = dict(zip("零一二三四五六七八九", range(10), strict=True)) | {"两": 2}
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    " fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORDS = {word: number for number, word in enumerate(_ONES.split())}
_WORDS |= {word: 10 * number for number, word in enumerate(_TENS.split(), start=2)}

_DIGITS = re.compile(
    rf"""
    (?<![A-Za-z0-9_])(?<![0-9][.:])
    (?P<number>(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?)
    (?![0-9])(?!\.[0-9])(?!,[0-9]{{3}}(?![0-9]))
    (?P<exponent>[eE][+-]?[0-9]{{1,3}}(?![A-Za-z0-9]))?
    (?:
        (?P<letter>bn|Bn|BN|mn|tn|[kKMmBbTt])(?![A-Za-z0-9])
      | [ ](?P<spaced>[BT])(?=[ ]?-?(?:param|token|参数|词元|模型|model)|\s*(?:$|[,;?!、。]))
      | [ -]?(?P<word>hundred|thousand|grand|million|billion|trillion|mil|mln|bln)(?![A-Za-z])
      | \s{{0,2}}(?P<more>[多余来]\s?)?(?P<zh>[十百千]*[万亿]+|千(?!瓦|兆|米|克|字)|百|{_TRILLION})
        (?P<tail>[0-9]{{1,4}}亿|(?:[0-9]{{1,4}}|[一二两三四五六七八九])[百千]?万|(?:[0-9]+|[一二两三四五六七八九]+)千
          |[1-9][0-9]{{3}}(?![0-9.,万亿]))?
    )?
    """,
    re.VERBOSE,
)
_ZH_RUN = re.compile(
    rf"(?P<run>[零一二两三四五六七八九十廿](?:[零一二两三四五六七八九十百千万亿廿]|{_TRILLION})*"
    # 千亿参数: the one is left out
    r"|(?<![0-9.几数零一二两三四五六七八九十百千万亿兆每上成若])[百千万][万亿](?=\s?(?:参数|tokens?|词元)))"
    r"(?:点(?P<frac>[零一二三四五六七八九]+)(?P<frac_scale>[十百千]*[万亿]+)?)?"
    r"(?P<more>[多余来](?P<more_scale>[万亿]+)?)?"
)
_ATOM = (
    r"(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
    r"(?:[- ](?:one|two|three|four|five|six|seven|eight|nine)(?![a-z]))?"
    r"|(?:zero|one|two|three|fourteen|four|five|sixteen|six|seventeen|seven|eighteen|eight"
    r"|nineteen|nine|ten|eleven|twelve|thirteen|fifteen))"
)
_MULTIPLE = r"(?:hundred|thousand|grand|million|billion|trillion|dozen)"
_EN_RUN = re.compile(
    rf"(?<![A-Za-z0-9])(?<![A-Za-z]-)(?=[otfsenzah])"
    rf"(?P<words>(?:{_ATOM}(?:[ -]{_MULTIPLE})+|an?[ ]{_MULTIPLE}(?:[ -]{_MULTIPLE})*)"
    rf"(?:(?:[ ]and[ ]|[ -]){_ATOM}(?:[ -]{_MULTIPLE})*)*|{_ATOM}"
    rf"|(?:half|a[ ]quarter)[ -](?:of[ -])?an?[ -]{_MULTIPLE})"
    rf"(?:(?![A-Za-z])|(?=fold))"
    rf"(?P<half>[ ]and[ ]a[ ]half(?:[ -](?P<half_of>{_MULTIPLE}))?(?![A-Za-z]))?",
    re.IGNORECASE,
)
_PART_OF = re.compile(r"(?:(?P<half>half)|a[ ]quarter)[ -](?:of[ -])?", re.IGNORECASE)
# "几百", "数十" and "the tens of" are no numbers. 参数 ends in 数 and says what is counted.
_VAGUE_BEFORE = re.compile(r"(?:[几第]|(?<![参总人次函指系分少多个卡票])数)\s?$")
_VAGUE_AFTER = re.compile(r"\s?几|数(?![据字学值量])")


_MINUS = re.compile(r"(?:负|(?<![A-Za-z])(?:minus|negative) )$", re.IGNORECASE)
_ASCII_NUMBER = frozenset("0123456789.")


def power(exponent: int) -> Decimal:
    """10 to the `exponent`, exactly."""
    return Decimal(1).scaleb(exponent)


def _zh_scale(text: str) -> Decimal:
    return power(sum(_ZH_SCALE[char] for char in text))


def _last_place(number: str) -> int:
    """Exponent of the last digit of a plain decimal ("2.50" -> -2, "36" -> 0)."""
    return -len(number.partition(".")[2])


_COMMA = re.compile(
    r"(?<![\w.,])(?P<whole>[0-9]{1,3}),(?P<part>[0-9]{1,2})(?P<scale>(?:[kKmMbBT]|bn)(?![A-Za-z0-9])"
    r"|\s?(?:万亿|亿|万)|[ ](?:billion|million|trillion)(?![A-Za-z]))"
)


def _from_comma(match: re.Match[str]) -> Numeral:
    """1,5B: a decimal comma, or a comma too many."""
    said = match["scale"].strip()
    scale = (
        _zh_scale(said) if said[0] in _ZH_SCALE
        else power((_LETTER_SCALE | _WORD_SCALE)[said.lower()])
    )  # fmt: skip
    point = Decimal(f"{match['whole']}.{match['part']}")
    readings = (point * scale, Decimal(match["whole"] + match["part"]) * scale)
    step = power(-len(match["part"])) * scale
    return Numeral(*match.span(), readings[0], step, said, "digits", point, False, readings)


def find_numerals(text: str) -> Iterator[Numeral]:
    """Number expressions in folded `text`, in no particular order. One that may mean several values
    can hold shorter ones; others do not overlap."""
    for match in _COMMA.finditer(text):
        yield _from_comma(match)
    for match in _DIGITS.finditer(text):
        numeral = _from_digits(match)
        if numeral and not _VAGUE_AFTER.match(text, numeral.end):
            yield numeral
    for match in _ZH_RUN.finditer(text):
        numeral = _from_chinese(text, match)
        if numeral:
            yield numeral
    for match in _EN_RUN.finditer(text):
        yield _from_english(match)


def _from_digits(match: re.Match[str]) -> Numeral | None:
    text, start = match.string, match.start()
    before = text[max(0, start - 3) : start]
    scale, scale_text = Decimal(1), ""
    if letter := match["letter"] or match["spaced"]:
        scale, scale_text = power(_LETTER_SCALE[letter.lower()]), letter
    elif word := match["word"]:
        scale, scale_text = power(_WORD_SCALE[word]), word
    elif zh := match["zh"]:
        scale, scale_text = _zh_scale(zh), zh
    # GPT-4 and p5-48 are names; the size in Llama-2-70B is a number all the same.
    if re.search(r"[A-Za-z]-$", before) and scale_text not in {"B", "b", "M"}:
        return None
    number = match["number"].replace(",", "")
    mantissa = Decimal(number)
    step = power(_last_place(number))
    if match["exponent"]:
        factor = power(int(match["exponent"][1:]))
        mantissa, step = mantissa * factor, step * factor
    value = mantissa * scale
    readings: tuple[Decimal, ...] = ()
    if match["tail"]:
        readings = _skipped_unit(match["tail"], value)
        tail, tail_step = _mixed_tail(match["tail"])
        if tail < scale:
            value, step, scale = value + tail, tail_step, Decimal(1)
    sign = _sign(text, start)
    return Numeral(
        start - sign,
        match.end(),
        -value if sign else value,
        step * scale,
        scale_text,
        "digits",
        mantissa,
        bool(match["more"]),
        readings,
    )


def _skipped_unit(tail: str, before: Decimal) -> tuple[Decimal, ...]:
    """The readings of 3亿2千: as written 300,002,000, but most who say so mean 320 million (2千万).
    Empty where no unit was skipped: 2千 behind 万, 2千万 behind 亿."""
    if before < power(8) or not (tail[-1] in "百千" or tail.isdecimal()):
        return ()
    rest = _mixed_tail(tail)[0] if tail[0] in _ASCII_NUMBER else _zh_value(tail)
    skipped = power(4) if before % power(12) else power(8)
    return before + rest, before + rest * skipped


def _mixed_tail(tail: str) -> tuple[Decimal, Decimal]:
    digits = re.match(r"[0-9]+", tail)
    if not digits:
        value = _zh_value(tail)
        return value, _zh_scale(tail[-1])
    scale = _zh_scale(tail[digits.end() :])
    return Decimal(digits.group()) * scale, scale


def _sign(text: str, start: int) -> int:
    """Length of the minus that belongs to the number at `start` (no range, bullet or hyphen)."""
    if words := _MINUS.search(text, max(0, start - 9), start):
        return len(words.group())
    if start == 0 or text[start - 1] != "-":
        return 0
    before = text[start - 2 : start - 1] if start > 1 else ""
    return int(not before or not (before.isalnum() or before in ")]}%-$¥€£_'\""))


def _zh_value(run: str) -> Decimal:
    """Value of a Chinese numeral ("三十五万", "两百五十六", "一万二" -> 12000)."""
    total, section, digit, last = Decimal(0), Decimal(0), None, Decimal(1)
    for char in run:
        if char == "廿":
            section, digit, last = section + 20, None, Decimal(10)
        elif char in _ZH_DIGIT:
            digit = Decimal(_ZH_DIGIT[char])
            last = Decimal(10) if char == "零" else last
        elif char in "万亿兆":
            part = section + (digit or 0)
            if part:
                total, section = total + part * _zh_scale(char), Decimal(0)
            else:
                total *= _zh_scale(char)  # 万亿
            digit, last = None, _zh_scale(char)
        else:
            section += (1 if digit is None else digit) * _zh_scale(char)
            digit, last = None, _zh_scale(char)
    if digit is not None:
        colloquial = last >= 100 and len(run) >= 3 and run[-2] in "百千万亿"
        section += digit * (last / 10 if colloquial else 1)
    return total + section


def _zh_is_number(run: str) -> bool:
    """Digits next to each other ("三四个", "五一") are no number."""
    if re.search(r"[一二两三四五六七八九][零一二两三四五六七八九]", run):
        return False
    if re.search(r"十[百千]|百[百千]|千[千]|[零]$|^零.", run):
        return False
    return run.count("亿") <= 1


def _from_chinese(text: str, match: re.Match[str]) -> Numeral | None:
    run, end = match["run"], match.end()
    if match["more"] and not match["more_scale"]:
        end = match.start("more")
    if not _zh_is_number(run) or _VAGUE_BEFORE.search(
        text[max(0, match.start() - 3) : match.start()]
    ):
        return None
    if _VAGUE_AFTER.match(text, end) or text[match.start() - 1 : match.start()] in _ASCII_NUMBER:
        return None
    value, frac = _zh_value(run) if run[0] not in "百千万" else _zh_scale(run), match["frac"]
    places = [char for char in run if char in _ZH_SCALE]
    step = _zh_scale(run[len(run.rstrip("十百千万亿兆")) :])
    if frac:
        value += Decimal("0." + "".join(str(_ZH_DIGIT[char]) for char in frac))
        step = power(-len(frac))
    scale = _zh_scale(match["frac_scale"] or "") * _zh_scale(match["more_scale"] or "")
    if run[-1] == "十" and len(run) <= 2:
        step = Decimal(1)  # 二十 is as exact as 20
    return Numeral(
        match.start(),
        end,
        value * scale,
        step * scale,
        "".join(places),
        "zh",
        value,
        bool(match["more"]),
        () if frac else _skipped_in(run),
    )


_SKIPPED = re.compile(r"(?P<head>.*[亿兆])(?P<tail>[一二两三四五六七八九]千(?:[^万亿兆零]*百)?)")


def _skipped_in(run: str) -> tuple[Decimal, ...]:
    """The readings of 三亿二千; 三亿零二千 and 三亿二千万 have one."""
    found = _SKIPPED.fullmatch(run)
    return _skipped_unit(found["tail"], _zh_value(found["head"])) if found else ()


def _from_english(match: re.Match[str]) -> Numeral:
    part = _PART_OF.match(match["words"])
    value, step, scale = _en_value(match["words"][part.end() :] if part else match["words"])
    if part:  # half a trillion
        share = Decimal("0.5") if part["half"] else Decimal("0.25")
        value, step = (value * share).normalize() + 0, step * share
    if match["half"]:
        value, step = value + scale / 2, scale / 10
    if match["half_of"]:  # one and a half trillion
        times = _en_value(f"a {match['half_of']}")[0]
        value, step = value * times, step * times
    return Numeral(match.start(), match.end(), value, step, "", "en", value)


def _en_value(words: str) -> tuple[Decimal, Decimal, Decimal]:
    """Value, step of the last word and last multiplier of English number words."""
    total, section, scale = Decimal(0), Decimal(0), Decimal(1)
    for word in re.split(r"[ -]+", words.lower()):
        if word in {"a", "an"}:
            section, scale = section + 1, Decimal(1)
        elif word in _WORDS:
            section, scale = section + _WORDS[word], Decimal(1)
        elif word == "dozen":
            section, scale = section * 12, Decimal(1)
        elif word == "hundred":
            section, scale = section * 100, Decimal(100)
        elif word in _WORD_SCALE:
            scale = power(_WORD_SCALE[word.lower()])
            total, section = total + section * scale, Decimal(0)
    return total + section, scale, scale
