"""Dates and years in folded text, and the stretches in which digits are no quantities."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Addresses, times, markers: their digits count nothing. Each alternative begins with a plain
# character, so that the search skips most of a text.
_ADDRESS = re.compile(
    r"https?://\S+|www\.\S+"
    r"|(?<![A-Za-z0-9.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|ai|io|cn|hk|gov|eu)(?![A-Za-z])(?:/\S*)?"
)
_MARK = re.compile(
    r"""
    (?=[0-9\[aU])(?:
        (?<![0-9:])[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?![0-9:])
      | (?<![A-Za-z0-9])24/7(?![0-9]) | (?<![A-Za-z0-9.])7\s?[x×*]\s?24(?![0-9])
      | (?<![A-Za-z0-9.])[0-9]+x[0-9]+(?:\.[0-9]+)?[Bb](?![A-Za-z])
      | \[[0-9]{1,3}\]
      | arXiv:\s?[0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?
      | Upper[ ]90(?![0-9])
    )
    """,
    re.VERBOSE,
)
_LIST_NUMBER = re.compile(r"^[ \t]{0,4}[0-9]{1,2}(?:[.)][ \t]+|、)", re.MULTILINE)
# A number right behind one of these is a version, not a count.
_VERSIONED = re.compile(
    r"(?<![A-Za-z])(?:(?:Chat)?(?:GPT|GLM)|Llama|Qwen|通义千问|Claude|Gemini|Gemma|Grok|Phi|Mistral|Kimi"
    r"|DeepSeek|Falcon|PaLM|Nemotron|OLMo|Stable Diffusion|SD|Sora|CUDA|Python|DALL-?E|Hermes"
    r"|Pythia|SmolLM|StarCoder|Yi|Baichuan|MiniMax|Flux|Whisper|iPhone|Windows|PCIe|NVLink|HBM|DDR"
    r"|USB|Web|Microsoft|Office)[ -]?[vVkKrRmM]?$",
    re.IGNORECASE,
)
_NO_VERSION = re.compile(r"\s?(?:%|x |percent|GPU)")
_YEAR = r"(?:19|20)[0-9]{2}"
_ISO_DAY = re.compile(
    rf"(?<![A-Za-z0-9_.-])({_YEAR})[-/.](1[0-2]|0?[1-9])[-/.](3[01]|[12][0-9]|0?[1-9])(?![A-Za-z0-9_-])"
)
_ISO_MONTH = re.compile(rf"(?<![A-Za-z0-9_.-])({_YEAR})[-/](1[0-2]|0[1-9])(?![A-Za-z0-9_/-])")
_ZH_NUMBER = r"[一二三四五六七八九十]{1,3}"
_ZH_DATE = re.compile(
    rf"(?=[0-9一二三四五六七八九十])(?<![0-9.零一二三四五六七八九十百千万亿])"
    rf"(?:(?P<year>{_YEAR}|[12一二][零一二三四五六七八九]{{3}}|[0-9]{{2}}(?=\s?年\s?(?:1[0-2]|[1-9])\s?月))\s?年\s?)?"
    rf"(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])\s?月(?!之|亮|薪)(?:份)?"
    rf"(?:\s?(?P<day>3[01]|[12][0-9]|0?[1-9]|{_ZH_NUMBER})\s?[日号])?"
)
_ZH_YEAR = re.compile(
    rf"(?<![0-9.零一二三四五六七八九])({_YEAR}|[一二][零九][零一二三四五六七八九]{{2}})\s?年(?!代|期)"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EN_DATE = re.compile(
    rf"(?=[0-9JFMASOND])(?<![A-Za-z0-9.])"
    rf"(?:(?P<before>3[01]|[12]?[0-9])(?:st|nd|rd|th)?[ ](?:of[ ])?)?"
    rf"(?P<month>January|February|March|April|May|June|July|August|September|October|November"
    rf"|December|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?)(?![A-Za-z])"
    rf"(?:[ ](?P<day>3[01]|[12]?[0-9])(?:st|nd|rd|th)?(?![0-9.,]*[0-9A-Za-z%]))?"
    rf"(?:,?[ ](?:of[ ])?(?P<year>{_YEAR})(?![0-9.,]*[0-9]))?"
)
_MONTH_CONTEXT = re.compile(
    r"(?:[Ii]n|[Ss]ince|[Bb]y|[Uu]ntil|[Ee]arly|[Mm]id|[Ll]ate|[Ff]rom|[Oo]f|[Ll]ast|[Tt]his|[Nn]ext"
    r"|[Tt]ill|[Dd]uring|[Bb]efore|[Aa]fter|[Tt]o)[ -]$"
)
_ZH_DIGITS = {
    "零": "0",
    "一": "1",
    "二": "2",
    "三": "3",
    "四": "4",
    "五": "5",
    "六": "6",
    "七": "7",
    "八": "8",
    "九": "9",
}


def opaque_spans(text: str) -> list[tuple[int, int]]:
    """Stretches of folded text whose digits count nothing: addresses, times, markers."""
    patterns = [_MARK, _LIST_NUMBER] + ([_ADDRESS] if "." in text else [])
    return [match.span() for pattern in patterns for match in pattern.finditer(text)]


def is_version(text: str, start: int, end: int) -> bool:
    """Whether the plain number `text[start:end]` is the version in a name (GPT-4, Llama 3.1)."""
    before = text[max(0, start - 18) : start]
    return bool(_VERSIONED.search(before)) and not _NO_VERSION.match(text, end)


def find_dates(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, iso) of dates in folded text, in no order; spans may overlap, longest first.

    `iso` may be partial: "2024", "2024-07", "2024-07-29", and without a year "--07" or "--07-29".
    """
    for match in _ISO_DAY.finditer(text):
        year, month, day = match.groups()
        yield *match.span(), f"{year}-{int(month):02d}-{int(day):02d}"
    for match in _ZH_DATE.finditer(text):
        yield (
            *match.span(),
            _iso(_year(match["year"]), _small(match["month"]), _small(match["day"])),
        )
    for match in _EN_DATE.finditer(text):
        day = match["day"] or match["before"]
        near = text[max(0, match.start() - 8) : match.start()]
        if match["year"] or day or _MONTH_CONTEXT.search(near):
            month = _MONTHS.index(match["month"][:3].lower()) + 1
            yield *match.span(), _iso(match["year"], month, int(day) if day else None)
    for match in _ISO_MONTH.finditer(text):
        yield *match.span(), f"{match[1]}-{match[2]}"
    for match in _ZH_YEAR.finditer(text):
        yield *match.span(), _year(match[1]) or ""


def _iso(year: str | None, month: int, day: int | None) -> str:
    return f"{year or '-'}-{month:02d}" + (f"-{day:02d}" if day else "")


def _year(text: str | None) -> str | None:
    if text is None:
        return None
    digits = "".join(_ZH_DIGITS.get(char, char) for char in text)
    return digits if len(digits) == 4 else f"20{digits}"


def _small(text: str | None) -> int:
    """A number up to 31 in digits or Chinese; 0 for none."""
    if not text:
        return 0
    if text.isascii():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    value = int(_ZH_DIGITS[ones]) if ones else 0
    return value + (int(_ZH_DIGITS[tens]) * 10 if tens else 10 if ten else 0)
