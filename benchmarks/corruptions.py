"""True statements of the starter library, other ways to write them, and ways to make them false.

A spoiler takes a sentence and gives a false one with the piece that nobody may see, or None where
the sentence has nothing of its kind. All choices come from the `Random` that is handed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from tools.quantities import Quantity, Unit, find_quantities, supports

Spoilt = tuple[str, str]
"""The false sentence, and the piece of it that is false."""

INVENTED = ("Globex", "Initech", "Vandelay Capital", "Northwind Labs", "Priya Whitfield", "Zorblax")
INVENTED_ZH = ("张伟", "蓝海资本", "约翰·史密斯", "环宇科技", "王建国", "欧阳志远", "鼎盛基金")
_LATIN_NAME = re.compile(
    r"(?<![A-Za-z·])(?:Nat Friedman|Daniel Gross|Andreessen Horowitz|Alt Capital|Jack Altman"
    r"|Sequoia|Andromeda|Conviction|Index Ventures|Oracle|Microsoft|OpenAI|Anthropic|Amazon"
    r"|Google|CoreWeave|Nvidia|Luma AI|Luma|Perplexity|David Cahn|Sarah Guo"
    r"|Forbes|Oxygen|Lambda|Crusoe|a16z"
    r"|Character\.AI|Databricks|Bill Gurley|Benchmark|DigitalOcean|Nebius|Modal)(?![A-Za-z])"
)
_HAN_NAME = re.compile(
    r"奈特·弗里德曼|丹尼尔·格罗斯|格罗斯|弗里德曼|红杉|红杉资本|微软|亚马逊|谷歌|英伟达|甲骨文|黄仁勋"
    r"|莎拉·郭|安妮·珀尔|戴维·卡恩|卡恩|仙女座|马斯克|甲子光年|阿里巴巴|腾讯|华为|富国银行"
)
_SCALES = (
    ("billion", "million"), ("million", "billion"), ("万亿", "亿"), ("亿", "万"), ("万", "亿"),
    ("trillion", "billion"), ("萬", "億"), ("億", "萬"), ("K", "M"), ("thousand", "million"),
)  # fmt: skip
_UNITS = (
    (r"weeks?", "months"), (r"days?", "weeks"), (r"years?", "months"), (r"months?", "days"),
    (r"GPU-hours|H100-hours", "GPU-days"), (r"GPUs", "engineers"), (r"H100s", "servers"),
    (r"%", "x"), (r"percent(?!age)", "times"), (r"x(?![a-z0-9])", "%"), (r"times", "percent"),
    (r"个?月(?!\d)", "年"), (r"周", "天"), (r"天", "周"), (r"(?<!\d)年", "个月"),
    (r"块(?:GPU|芯片|H100|卡)?", "名员工"), (r"张(?:GPU|卡|H100)?", "家公司"), (r"倍", "%"),
    (r"小时", "天"), (r"GPU小时|卡时", "美元"), (r"hours", "weeks"),
)  # fmt: skip
_CURRENCIES = (
    ("US$", "€"), ("$", "€"), ("$", "£"), ("美元", "欧元"), ("美元", "元人民币"),
    ("US dollars", "yuan"), ("€", "$"),
)  # fmt: skip
_MONTHS = (
    "January February March April May June July August September October November December".split()
)
_EN_DIGITS = "zero one two three four five six seven eight nine".split()
_HAN_DIGITS = "零一二三四五六七八九"
_CAPITAL_DIGITS = "零壹贰叁肆伍陆柒捌玖"


@dataclass(frozen=True)
class Kind:
    """A way to spoil a sentence. `group` is how its passes are counted."""

    name: str
    group: str
    spoil: Callable[[str, Random], Spoilt | None]


def _pick(sentence: str, rng: Random, *, years: bool = False) -> Quantity | None:
    """A figure of a sentence with digits in it; dates only with `years`."""
    dated = (Unit.YEAR, Unit.DATE)
    found = [
        each
        for each in find_quantities(sentence)
        if re.search(r"[0-9]", each.text) and (each.unit in dated) == years
    ]
    return rng.choice(found) if found else None


def _put(sentence: str, figure: Quantity, text: str, *, loose: bool = False) -> Spoilt | None:
    """The sentence with `text` for a figure; None where that says the same. `loose`: another noun
    counts as another figure even where the number stays."""
    spoilt = f"{sentence[: figure.start]}{text}{sentence[figure.end :]}"
    held = find_quantities(sentence)
    if not loose and all(any(supports(h, s) for h in held) for s in find_quantities(spoilt)):
        return None
    return spoilt, text


def _other_digit(text: str, rng: Random) -> str:
    """`text` with its first or second digit changed."""
    places = [n for n, char in enumerate(text) if char in "0123456789"][:2]
    place = rng.choice(places)
    others = [d for d in "123456789" if d != text[place]]
    return f"{text[:place]}{rng.choice(others)}{text[place + 1 :]}"


def digit(sentence: str, rng: Random) -> Spoilt | None:
    figure = _pick(sentence, rng)
    return _put(sentence, figure, _other_digit(figure.text, rng)) if figure else None


def _swapped(
    sentence: str, rng: Random, pairs: Sequence[tuple[str, str]], *, pattern: bool
) -> Spoilt | None:
    figures = [
        each for each in find_quantities(sentence) if each.unit not in (Unit.YEAR, Unit.DATE)
    ]
    rng.shuffle(figures)
    for figure in figures:
        options = list(pairs)
        rng.shuffle(options)
        for old, new in options:
            match = re.search(old if pattern else re.escape(old), figure.text)
            if match and match.end() > 0:
                text = f"{figure.text[: match.start()]}{new}{figure.text[match.end() :]}"
                if text != figure.text:
                    return _put(sentence, figure, text, loose=True)
    return None


def unit(sentence: str, rng: Random) -> Spoilt | None:
    return _swapped(sentence, rng, _UNITS, pattern=True)


def currency(sentence: str, rng: Random) -> Spoilt | None:
    return _swapped(sentence, rng, _CURRENCIES, pattern=False)


def scale(sentence: str, rng: Random) -> Spoilt | None:
    return _swapped(sentence, rng, _SCALES, pattern=False)


def day(sentence: str, rng: Random) -> Spoilt | None:
    """Another year or month, or a day that nobody told."""
    figure = _pick(sentence, rng, years=True)
    if figure is None:
        return None
    text = figure.text
    options = []
    if year := re.search(r"20\d\d", text):
        moved = str(int(year.group()) + rng.choice((-3, -1, 2)))
        options.append(text.replace(year.group(), moved))
    if month := re.search(r"(\d{1,2})月", text):
        options.append(text.replace(month.group(), f"{int(month[1]) % 12 + 1}月"))
        if "日" not in text:
            options.append(f"{text}17日")
    for name in _MONTHS:
        if name[:3] in text:
            other = _MONTHS[(_MONTHS.index(name) + 5) % 12]
            options.append(re.sub(rf"{name[:3]}[a-z]*", other, text))
    if re.fullmatch(r"20\d\d年?", text):
        options.append(f"{text}7月" if text.endswith("年") else f"July {text}")
        options.append(f"{text}第三季度" if text.endswith("年") else f"the third quarter of {text}")
    return _put(sentence, figure, rng.choice(options)) if options else None


def in_words(sentence: str, rng: Random) -> Spoilt | None:
    """Another figure, written in words of the sentence's language."""
    figure = _pick(sentence, rng)
    match = re.search(r"\d[\d,]*(?:\.\d+)?", figure.text) if figure else None
    if figure is None or match is None:
        return None
    value = Decimal(match.group().replace(",", ""))
    n = rng.choice([d for d in range(2, 10) if Decimal(d) != value])
    thousand = "," in match.group() or value >= 1000
    if re.search(r"[一-鿿]", sentence):
        number = _HAN_DIGITS[n] + ("千" if thousand else "")
    else:
        number = _EN_DIGITS[n] + (" thousand" if thousand else "")
        if figure.text[: match.start()].strip() in ("$", "US$"):
            text = f"{number}{figure.text[match.end() :]} dollars"
            return _put(
                sentence, figure, text.replace("B ", " billion ").replace("M ", " million ")
            )
    before = figure.text[: match.start()]
    return _put(sentence, figure, f"{before}{number}{figure.text[match.end() :]}")


_STYLES: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("full width", lambda t: "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in t)),
    ("mathematical", lambda t: "".join(chr(0x1D7CE + int(c)) if c.isdigit() else c for c in t)),
    ("arabic-indic", lambda t: "".join(chr(0x660 + int(c)) if c.isdigit() else c for c in t)),
    ("zero-width", lambda t: re.sub(r"(\d)(?=\d)", "\\1\u200b", t)),
    ("word joiner", lambda t: re.sub(r"(\d)(?=\d)", "\\1\u2060", t)),
    ("bidi", lambda t: f"\u202e{t}\u202c"),
    ("letter o", lambda t: t.replace("0", "O", 2)),
    ("cyrillic o", lambda t: t.replace("0", "О", 2)),
    ("small l", lambda t: t.replace("1", "l", 1)),
    ("circled", lambda t: "".join(chr(0x2460 + int(c) - 1) if c in "123456789" else c for c in t)),
    ("capital han", lambda t: "".join(_CAPITAL_DIGITS[int(c)] if c.isdigit() else c for c in t)),
    ("struck", lambda t: re.sub(r"(\d)", "\\1\u0336", t)),
    ("spaced", lambda t: t.replace(",", " ")),
    ("superscript", lambda t: "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(c)] if c.isdigit() else c for c in t)),
)  # fmt: skip


def disguised(sentence: str, rng: Random) -> Spoilt | None:
    """Another figure in digits that are hard to read for a program."""
    figure = _pick(sentence, rng)
    if figure is None:
        return None
    other = _other_digit(figure.text, rng)
    if _put(sentence, figure, other) is None:
        return None
    _, style = rng.choice(_STYLES)
    text = style(other)
    if text == other:
        text = _STYLES[0][1](other)
    return f"{sentence[: figure.start]}{text}{sentence[figure.end :]}", text


def _named(
    sentence: str, rng: Random, pattern: re.Pattern[str], others: Sequence[str]
) -> Spoilt | None:
    found = list(pattern.finditer(sentence))
    if not found:
        return None
    match = rng.choice(found)
    able = [name for name in others if name not in sentence and name not in match.group()]
    able = [name for name in able if match.group() not in name]
    if not able:
        return None
    name = rng.choice(able)
    return f"{sentence[: match.start()]}{name}{sentence[match.end() :]}", name


def invented_name(sentence: str, rng: Random) -> Spoilt | None:
    return _named(sentence, rng, _LATIN_NAME, INVENTED)


def invented_han_name(sentence: str, rng: Random) -> Spoilt | None:
    return _named(sentence, rng, _HAN_NAME, INVENTED_ZH)


_PROGRAMS = ("Andromeda", "Oxygen", "Conviction", "Index Ventures", "CoreWeave", "Microsoft")
_PROGRAMS += ("Google", "Amazon", "Lambda", "Nebius", "Sequoia", "Nvidia")
_PROGRAMS_ZH = (
    "微软",
    "亚马逊",
    "谷歌",
    "英伟达",
    "红杉",
    "甲骨文",
    "仙女座",
    "Conviction",
    "Oxygen",
)


def subject(sentence: str, rng: Random) -> Spoilt | None:
    """A true figure said of somebody else whom the evidence knows."""
    if not [f for f in find_quantities(sentence) if f.unit not in (Unit.YEAR, Unit.DATE)]:
        return None
    chinese = re.search(r"[一-鿿]", sentence)
    pattern = _HAN_NAME if chinese and _HAN_NAME.search(sentence) else _LATIN_NAME
    names = {match.group() for match in pattern.finditer(sentence)}
    if len(names) != 1 or len(pattern.findall(sentence)) != 1:
        return None
    spoilt = _named(sentence, rng, pattern, _PROGRAMS_ZH if chinese else _PROGRAMS)
    return (spoilt[0], spoilt[1]) if spoilt else None


_NEGATED = (
    (r"\bdoes not (\w+)", r"does \1"), (r"\b(?:is|are|was|were) not\b", "is"),
    (r"\b(is|are|was|were|has been|will|can|may)\b(?! not)", r"\1 not"), (r"\bnever\b", "always"),
    (r"没有", "有"), (r"(?<![不没])不(?=[会能需要收买卖给])", ""),
    (r"(?<![不没])(?=会|能|可以|提供|收取|要求|投资了|购买)", "不"), (r"是(?!否|不是)", "不是"),
)  # fmt: skip


def negated(sentence: str, rng: Random) -> Spoilt | None:
    for old, new in _NEGATED:
        if match := re.search(old, sentence):
            piece = match.expand(new)
            return f"{sentence[: match.start()]}{piece}{sentence[match.end() :]}", sentence[:0]
    return None


_TURNED = (
    ("at least", "at most"), ("more than", "less than"), ("up to", "at least"), ("over", "under"),
    ("below", "above"), ("less than", "more than"), ("under", "over"), ("at most", "at least"),
    ("cheaper", "more expensive"), ("超过", "不到"), ("低于", "高于"), ("高于", "低于"),
    ("以上", "以下"), ("至少", "至多"), ("最多", "至少"), ("逾", "不足"), ("不足", "超过"),
    ("increased", "decreased"), ("rose", "fell"), ("grew", "shrank"), ("cut", "raised"),
    ("增长", "下降"), ("上涨", "下跌"), ("削减", "增加"),
)  # fmt: skip


def turned(sentence: str, rng: Random) -> Spoilt | None:
    able = [
        (old, new)
        for old, new in _TURNED
        if re.search(rf"\b{old}\b" if old.isascii() else old, sentence)
    ]
    if not able:
        return None
    old, new = rng.choice(able)
    spoilt = re.sub(rf"\b{old}\b" if old.isascii() else old, new, sentence, count=1)
    return spoilt, new


_QUOTED = re.compile(r"“([^”]{8,})”|\"([^\"]{12,})\"|「([^」]{8,})」")


def misquoted(sentence: str, rng: Random) -> Spoilt | None:
    """One word of a quotation is another."""
    match = _QUOTED.search(sentence)
    if match is None:
        return None
    quote = next(group for group in match.groups() if group)
    if " " in quote:
        words = quote.split(" ")
        words[rng.randrange(len(words))] = rng.choice(("never", "everyone", "gold", "forever"))
        other = " ".join(words)
    else:
        place = rng.randrange(len(quote) - 2)
        other = f"{quote[:place]}从不{quote[place + 1 :]}"
    place = match.start() + match.group().index(quote)
    return f"{sentence[:place]}{other}{sentence[place + len(quote) :]}", other


KINDS = (
    Kind("digit", "figures", digit),
    Kind("scale", "figures", scale),
    Kind("in words", "figures", in_words),
    Kind("disguised", "figures", disguised),
    Kind("unit", "units", unit),
    Kind("currency", "units", currency),
    Kind("date", "dates", day),
    Kind("invented name", "names", invented_name),
    Kind("invented Chinese name", "names", invented_han_name),
    Kind("misquoted", "quotations", misquoted),
    Kind("other subject", "subjects", subject),
    Kind("negated", "negation", negated),
    Kind("turned round", "direction", turned),
)


def rewritten(sentence: str) -> list[str]:
    """The same statement with its figures written in other ways."""
    found: list[str] = []
    if _QUOTED.search(sentence) or re.search(r"\d ?(?:to|-|–|至|到) ?\d", sentence):
        return found
    for figure in find_quantities(sentence):
        if not re.search(r"\d", figure.text) or figure.unit in (Unit.YEAR, Unit.DATE):
            continue
        for text in _same_figure(figure):
            if any(supports(figure, other) for other in find_quantities(text)):
                behind = sentence[figure.end :]
                gap = " " if text[-1].isascii() and behind[:1].isalpha() else ""
                found.append(f"{sentence[: figure.start]}{text}{gap}{behind}")
    return found


def _same_figure(figure: Quantity) -> list[str]:
    value = figure.value
    if figure.unit is Unit.MONEY and figure.currency == "USD" and value >= 1000:
        return [f"US${value / 10**6:f} million".replace(".000000", ""), f"{value / 10**4:f}万美元"]
    if figure.unit is Unit.GPUS and figure.gpu is None and value >= 1000:
        return [f"{value / 1000:f}k GPUs", f"{value / 10**4:f}万块GPU", f"{value:,f} GPUs"]
    if figure.unit is Unit.PERCENT and not re.search("point|[点點]", figure.text):
        return [f"{value:f} percent", f"{value:f}%"]
    if figure.unit is Unit.DURATION_DAYS and figure.said_unit == "year":
        return [f"{figure.said_value * 12:f} months", f"{figure.said_value * 12:f}个月"]
    return []
