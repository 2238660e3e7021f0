"""Ways to make a true sentence false with words that are all in it or near it.

What `corruptions.py` spoils holds something new. Here a figure, name or denial is of the evidence
and stands in the wrong place, or says more than it did. Same form: (the false sentence, the piece
of it that nobody may see, empty where the whole sentence is false), or None.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from benchmarks.corruptions import (
    _HAN_NAME,
    _LATIN_NAME,
    Kind,
    Spoilt,
    _other_digit,
    _pick,
    _put,
)
from tools.quantities import Quantity, Unit, find_quantities, supports

_DATED = (Unit.YEAR, Unit.DATE)


def _digits(figure: Quantity) -> tuple[int, int] | None:
    """Where the number of a figure stands in the sentence."""
    match = re.search(r"\d[\d,]*(?:\.\d+)?", figure.text)
    return (figure.start + match.start(), figure.start + match.end()) if match else None


def swapped_figures(sentence: str, rng: Random) -> Spoilt | None:
    """Two figures of one unit change places."""
    found = [each for each in find_quantities(sentence) if each.unit not in _DATED]
    pairs = [
        (one, two)
        for n, one in enumerate(found)
        for two in found[n + 1 :]
        if one.unit is two.unit and one.value != two.value and one.currency == two.currency
        and not re.fullmatch(r"\W*(?:to|至|到|and|和|or)?\W*", sentence[one.end : two.start])
    ]  # fmt: skip
    if not pairs:
        return None
    one, two = rng.choice(pairs)
    made = sentence[: one.start] + two.text + sentence[one.end : two.start] + one.text
    return made + sentence[two.end :], ""


# Those whom the desk takes for one party: a program and who runs it.
_KIN = (
    {"a16z", "Oxygen", "Andreessen Horowitz"}, {"Andromeda", "Nat Friedman", "Daniel Gross"},
    {"Conviction", "Sarah Guo"}, {"Alt Capital", "Jack Altman"}, {"Luma", "Luma AI"},
    {"红杉", "红杉资本"}, {"仙女座", "奈特·弗里德曼", "丹尼尔·格罗斯", "格罗斯", "弗里德曼"},
)  # fmt: skip


def _is_kin(one: str, other: str) -> bool:
    return one == other or any(one in kin and other in kin for kin in _KIN)


def swapped_names(sentence: str, rng: Random) -> Spoilt | None:
    """Two names of one sentence change places: who buys from whom."""
    pattern = _HAN_NAME if re.search(r"[一-鿿]", sentence) else _LATIN_NAME
    found = list(pattern.finditer(sentence))
    pairs = [
        (one, two)
        for n, one in enumerate(found)
        for two in found[n + 1 :]
        if not _is_kin(one.group(), two.group())
        and not re.fullmatch(r"\W*(?:and|or|和|与|、|及)?\W*", sentence[one.end() : two.start()])
    ]  # fmt: skip
    if not pairs:
        return None
    one, two = rng.choice(pairs)
    between = sentence[one.end() : two.start()]
    if re.fullmatch(r".{0,40}(?:\band\b|,|、|和).{0,20}", between) and "invest" not in between:
        return None  # members of a list
    made = f"{sentence[: one.start()]}{two.group()}{between}{one.group()}{sentence[two.end() :]}"
    return made, ""


_PEOPLE = ("Nat Friedman", "Daniel Gross", "Jack Altman", "Sarah Guo", "David Cahn", "Anjney Midha")
_PEOPLE_ZH = ("奈特·弗里德曼", "丹尼尔·格罗斯", "黄仁勋", "莎拉·郭", "戴维·卡恩")
_OFFICE = re.compile(r"founder|CEO|chief executive|partner|创始人|首席执行官|合伙人", re.IGNORECASE)


def another_holder(sentence: str, rng: Random) -> Spoilt | None:
    """Somebody else's office: another person of the library in the place of the holder."""
    if not _OFFICE.search(sentence):
        return None
    chinese = re.search(r"[一-鿿]", sentence)
    people = _PEOPLE_ZH if chinese else _PEOPLE
    held = [name for name in people if name in sentence]
    others = [name for name in people if name not in sentence]
    if len(held) != 1 or not others:
        return None
    other = rng.choice(others)
    return sentence.replace(held[0], other), other


_LOOSE = re.compile(r"(?:\b(?:about|around|roughly|nearly|some) |大约|约|近|将近)(?=[$€£]?\d)")
_FIRMER = {"en": ("more than ", "at least ", "up to "), "zh": ("超过", "至少", "最多")}


def firmer(sentence: str, rng: Random) -> Spoilt | None:
    """ "About" becomes "more than" or "up to"."""
    match = _LOOSE.search(sentence)
    if match is None:
        return None
    bounds = _FIRMER["en" if match.group().isascii() else "zh"]
    near = re.match("nearly|近|将近", match.group())  # of which "up to" may be said
    bound = rng.choice(bounds[:2] if near else bounds)
    made = f"{sentence[: match.start()]}{bound}{sentence[match.end() :]}"
    figure = re.match(r"[$€£]?[\d,.]*\d", sentence[match.end() :])
    return made, f"{bound}{figure.group()}" if figure else bound


def bounded(sentence: str, rng: Random) -> Spoilt | None:
    """A plain figure becomes a bound."""
    figure = _pick(sentence, rng)
    if figure is None or figure.approximate or sentence[: figure.start].rstrip()[-1:] in "-–~至到":
        return None
    before = sentence[max(0, figure.start - 24) : figure.start]
    if re.search(
        r"(?:than|least|most|to|over|under|above|below|about|exceed\w*|beyond|of|max\w*|[<>≥≤])\s$"
        r"|[超逾过到少多低高约近第于达]\s?$|不[^，]{0,3}$", before,
    ) or re.match(r"[ -]?(?:\+|or more|以上|以下|以内)", sentence[figure.end :]):  # fmt: skip
        return None
    chinese = re.search(r"[一-鿿]", sentence)
    bound = rng.choice(_FIRMER["zh" if chinese else "en"])
    made = f"{sentence[: figure.start]}{bound}{sentence[figure.start :]}"
    return made, f"{bound}{figure.text}"


def points(sentence: str, rng: Random) -> Spoilt | None:
    """A percent becomes a percentage point."""
    match = re.search(r"(\d+(?:\.\d+)?) ?(?:%|percent(?!age))", sentence)
    if match is None:
        return None
    chinese = re.search(r"[一-鿿]", sentence)
    piece = f"{match[1]}个百分点" if chinese else f"{match[1]} percentage points"
    return f"{sentence[: match.start()]}{piece}{sentence[match.end() :]}", piece


_RATES = (
    (r"(?:per|an|/) ?(?:GPU-)?hour", " per month"), (r"(?:per|a) month", " per year"),
    (r"(?:per|a) year", " per month"), (r"/month", "/hour"), (r"/hr?\b", "/month"),
    (r"(?:per|a) (?:GPU|card|chip)(?!-)", " per server"),
    (r"per (?:company|startup)", "per employee"),
    (r"每(?:GPU)?小时", "每月"), (r"每个?月", "每年"), (r"每年", "每月"),
    (r"每[块张](?:卡|GPU)?", "每台服务器"),
    (r"每家(?:公司|企业)?", "每名员工"),
)  # fmt: skip


def another_rate(sentence: str, rng: Random) -> Spoilt | None:
    """An amount per something else."""
    able = []
    for figure in find_quantities(sentence):
        if figure.unit in _DATED:
            continue
        low, high = max(0, figure.start - 6), min(len(sentence), figure.end + 14)
        for old, new in _RATES:
            for match in re.finditer(old, sentence[low:high], re.IGNORECASE):
                able.append((low + match.start(), low + match.end(), new.strip()))
    if not able:
        return None
    start, end, new = rng.choice(able)
    return f"{sentence[:start]}{new}{sentence[end:]}", ""


_GPUS = re.compile(
    r"(?<![A-Z\d])(?P<number>\d[\d,]*\+?) (?:GPUs|chips|[A-Z]\d{2,3}s)\b"
    r"|(?P<han>\d+[万千]?)[块张枚颗](?:GPU|[A-Z]\d{2,3}|芯片|卡)?"
)


def machines(sentence: str, rng: Random) -> Spoilt | None:
    """GPUs become servers."""
    found = list(_GPUS.finditer(sentence))
    if not found:
        return None
    match = rng.choice(found)
    piece = f"{match['han']}台服务器" if match["han"] else f"{match['number']} servers"
    return f"{sentence[: match.start()]}{piece}{sentence[match.end() :]}", piece


_DENIED = (
    (r"\b(is|are|was|were|will|can|may|has|have|had|does|do)\b(?! (?:not|no|never))", r"\1 not"),
    (r"\b(is|are|was|were|will|can|may)\b(?! (?:not|no|never))", r"\1 never"),
    (r"\b(is|are|was|were)\b(?! (?:not|no|never))", r"\1 no longer"),
    (r"(?<![不没未无])(?=提供|收取|要求|投资|购买|租用|公布|参与|获得|拥有|支付|建造)", "并未"),
    (r"(?<![不没未无])(?=提供|收取|要求|投资|购买|租用|宣布|参与|获得|支付|建造|给出)", "没有"),
    (r"(?<![不没未无])(?=提供|要求|投资|购买|公布|宣布|参与|获得|支付)", "尚未"),
    (r"(?<![不没未无])(?=会|能|可以|愿意|打算|计划)", "不"), (r"(?<=[一-鿿])是(?!否|不是)", "并非"),
)  # fmt: skip


def denied_later(sentence: str, rng: Random) -> Spoilt | None:
    """A denial in the last place where one fits, so in the second clause where there is one."""
    able = []
    for old, new in _DENIED:
        found = list(re.finditer(old, sentence))
        if found and not (new == "不" and found[-1].start() == 0):
            able.append((found[-1], new))
    if not able:
        return None
    match, new = rng.choice(able)
    return f"{sentence[: match.start()]}{match.expand(new)}{sentence[match.end() :]}", ""


_UNDENIED = (
    (r"\b(do|does|did|is|are|was|were|has|have|can|will|would|could) (?:not|never)\b", r"\1"),
    (r"\bcannot\b", "can"), (r"\bno longer\b", "still"), (r"\bno (?=[a-z])", "some "),
    (r"\bnone of\b", "all of"), (r"\bwithout\b", "with"),
    (r"并?没有(?=[一-鿿])", ""), (r"[尚并从]未", ""),
    (r"无需|不需要?", "需要"), (r"不[会能可]", "会"),
    (r"并非|不是", "是"), (r"未(?=[公说提披获])", "已"),
)  # fmt: skip


def undenied(sentence: str, rng: Random) -> Spoilt | None:
    """The last denial of a sentence is left out."""
    able = [
        (found[-1], new) for old, new in _UNDENIED if (found := list(re.finditer(old, sentence)))
    ]
    if not able:
        return None
    match, new = rng.choice(able)
    return f"{sentence[: match.start()]}{match.expand(new)}{sentence[match.end() :]}", ""


_OTHER_SCALES = (
    ("万亿", "兆亿"), ("亿", "兆"), ("億", "兆"), ("万", "億"), ("兆", "億"), ("万", "百万"),
    ("亿", "十亿"), ("千亿", "千萬"),
)  # fmt: skip


def another_han_scale(sentence: str, rng: Random) -> Spoilt | None:
    """兆 for 億 and their like, as writers of the other script mix them up."""
    able = []
    for figure in find_quantities(sentence):
        for old, new in _OTHER_SCALES:
            if re.search(rf"\d{old}", figure.text) and figure.unit not in _DATED:
                able.append((figure, figure.text.replace(old, new, 1)))
    if not able:
        return None
    figure, text = rng.choice(able)
    return _put(sentence, figure, text)


def _in(zero: int) -> Callable[[str], str]:
    """Writes digits as the ten characters from `zero` on."""
    return lambda text: re.sub("[0-9]", lambda each: chr(zero + int(each[0])), text)


def _of(digits: str) -> Callable[[str], str]:
    return lambda text: re.sub("[0-9]", lambda each: digits[int(each[0])], text)


def _with(sign: str, *, last: bool = True) -> Callable[[str], str]:
    """Puts a sign behind each digit; `last` off, between digits only."""
    return lambda text: re.sub(r"(\d)" if last else r"(\d)(?=\d)", f"\\1{sign}", text)


def _grouped(sign: str) -> Callable[[str], str]:
    return lambda text: re.sub(r"(?<=\d),(?=\d{3})", sign, text)


_ODD = (
    _of("零一二三四五六七八九"), _of("零壹贰叁肆伍陆柒捌玖"), _of("〇壱弐参四五六七八九"),
    _of("0ⅠⅡⅢⅣⅤⅥⅦⅧⅨ"), _of("0〡〢〣〤〥〦〧〨〩"), _of("0⒈⒉⒊⒋⒌⒍⒎⒏⒐"), _of("0⑴⑵⑶⑷⑸⑹⑺⑻⑼"),
    _of("0❶❷❸❹❺❻❼❽❾"), _in(0x966), _in(0xE50), _in(0x1D7EC), _in(0x2080),
    _with("\ufe0f\u20e3"), _with("\ufe0e"), _with("\u00ad", last=False), _with(" ", last=False),
    _with("*", last=False), _grouped("_"), _grouped("'"), _grouped("."),
)  # fmt: skip
"""Han digits small, capital and Japanese; Roman, of accounts, with a stop, in brackets, in discs;
of India, of Thailand, bold, below the line; keycaps, variants, with unseen signs between them."""


def oddly_written(sentence: str, rng: Random) -> Spoilt | None:
    """Another figure, in digits that only a reader takes for digits."""
    figure = _pick(sentence, rng)
    if figure is None:
        return None
    other = _other_digit(figure.text, rng)
    if _put(sentence, figure, other) is None:
        return None
    text = rng.choice(_ODD)(other)
    text = text if text != other else _ODD[0](other)
    made = f"{sentence[: figure.start]}{text}{sentence[figure.end :]}"
    if any(supports(figure, each) for each in find_quantities(text)):
        return None
    return made, text


_MONTHS = (
    "January February March April May June July August September October November December".split()
)


def month_of_the_source(sentence: str, rng: Random) -> Spoilt | None:
    """A year gets a month that it does not have in the source."""
    years = list(re.finditer(r"(?<![\d\w])20[12]\d(?!\d|-\d)(年(?!\d))?", sentence))
    years = [
        y for y in years if not re.search(r"(?:[A-Z][a-z]{2,8}\.?|\d,) $", sentence[: y.start()])
    ]
    if not years:
        return None
    year = rng.choice(years)
    n = rng.randrange(12)
    told = year.group().rstrip("年")
    piece = f"{told}年{n + 1}月" if re.search(r"[一-鿿]", sentence) else f"{_MONTHS[n]} {told}"
    return f"{sentence[: year.start()]}{piece}{sentence[year.end() :]}", piece


DISTORTIONS = (
    Kind("oddly written", "figures", oddly_written),
    Kind("another Chinese scale", "figures", another_han_scale),
    Kind("GPUs as servers", "units", machines),
    Kind("another rate", "units", another_rate),
    Kind("percent as points", "units", points),
    Kind("month of the source", "dates", month_of_the_source),
    Kind("swapped figures", "subjects", swapped_figures),
    Kind("swapped names", "subjects", swapped_names),
    Kind("another holder", "subjects", another_holder),
    Kind("about as a bound", "direction", firmer),
    Kind("plain as a bound", "direction", bounded),
    Kind("denied later", "negation", denied_later),
    Kind("denial left out", "negation", undenied),
)  # fmt: skip
