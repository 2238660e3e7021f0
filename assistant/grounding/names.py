"""Proper names, quotations and links in a sentence: what must be found in the evidence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

_NAME = re.compile(
    r"(?<![A-Za-z0-9_$])(?:[A-Z][A-Za-z0-9&’'-]*|[a-z]+\d+[a-z]*)"
    r"(?:[ ](?:of |and |& )?[A-Z][A-Za-z0-9&’'-]*)*"
)
_HAN_NEXT = re.compile(r"\s?[一-鿿]")
_PLAIN = frozenset(
    [
        "I",
        "A",
        "An",
        "The",
        "GPU",
        "GPUs",
        "AI",
        "VC",
        "VCs",
        "CPU",
        "API",
        "USD",
        "US",
        "EU",
        "UK",
        "CEO",
        "LLM",
        "LLMs",
        "OK",
        "PS",
        "Q",
        "A",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "Jan",
        "Feb",
        "Mar",
        "Apr",
        "Jun",
        "Jul",
        "Aug",
        "Sep",
        "Sept",
        "Oct",
        "Nov",
        "Dec",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ]
)
_QUOTE = re.compile(r"[“「『]([^”」』]{6,})[”」』]|\"([^\"]{12,})\"")
_LINK = re.compile(r"!?\[([^\]]*)\]\((\s*<?[^)\s]*>?[^)]*)\)")
_URL = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,15}://|(?:data|javascript|vbscript|mailto|tel):)[^\s)>\]]+",
    re.IGNORECASE,
)
# A host or an e-mail address without a scheme: many a terminal makes a link of it.
_ADDRESS = re.compile(
    r"(?<![\w./@-])(?:[\w.+-]+@)?(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[!-(*-\\^-~]*)?(?![\w-])",
    re.IGNORECASE | re.ASCII,  # Chinese text runs on without a space
)


def proper_names(sentence: str, *, initial: bool = False) -> list[str]:
    """Words that look like names: capitalised inside a sentence, or with digits in them.

    A capitalised word at the start says nothing and is left out unless `initial` is set.
    """
    found = []
    plain = sentence.replace("*", "").replace("_", " ")
    for match in _NAME.finditer(plain):
        said = match.group().split()
        words = [_stem(word) for word in said if word not in ("of", "and", "&")]
        at_start = not initial and _starts_sentence(plain, match.start(), match.end())
        if at_start and words and not _is_marked(words[0]):
            words = words[1:]
        found += [word for word in words if word and word not in _PLAIN]
    return list(dict.fromkeys(found))


def strange_names(
    sentence: str, known: Callable[[str], bool], together: Callable[[str, str], bool]
) -> Iterator[str]:
    """Names in a sentence that are not `known`. At the start of a sentence only what is no ordinary
    word is a name. `together` tells whether two words may stand next to each other in a name."""
    plain = sentence.replace("*", " ").replace("_", " ")
    for match in _NAME.finditer(plain):
        if known(match.group()):
            continue
        words = [_stem(word) for word in match.group().split() if word not in ("of", "and", "&")]
        if _starts_sentence(plain, match.start(), match.end()) and is_ordinary(words[0]):
            words = words[1:]
        words = [word for word in words if word and word not in _PLAIN]
        for word in words:
            if not known(word):
                yield word
        for first, second in pairwise(words):
            if not together(first, second):
                yield f"{first} {second}"


@cache
def _ordinary() -> frozenset[str]:
    """Words that general English text writes small (three times or more, and mostly)."""
    text = Path(__file__).with_name("words_en.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


_ENDING = re.compile(r"(?:ly|ing|tions?|ments?|ness|ities|ity|ances?|ences?|able|ible|less|wise)$")


def is_ordinary(word: str) -> bool:
    """Whether a word at the start of a sentence may be written big for that reason only."""
    small = word.lower()
    if _is_marked(word):
        return False
    parts = small.replace("’", "'").split("'")[0].split("-")
    return word in _PLAIN or all(
        part in _ordinary() or (len(part) > 5 and _ENDING.search(part)) for part in parts
    )


def _stem(word: str) -> str:
    word = re.sub(r"[’']s?$", "", word.rstrip("-&"))
    word = re.sub(r"(?:-[a-z]+)+$", "", word)  # H100-hours
    return word[:-1] if re.search(r"[A-Z0-9]s$", word) else word


def _is_marked(word: str) -> bool:
    """Whether a word is a name wherever it stands: inner capitals or digits."""
    return bool(re.search(r"[A-Z0-9]", word[1:]))


def _starts_sentence(text: str, start: int, end: int) -> bool:
    """Whether a capital at `start` may only open a sentence; a Chinese one needs none."""
    if _HAN_NEXT.match(text, end):
        return False
    before = text[:start].rstrip(" \t“\"'(「『")
    return not before or before[-1] in ".!?:;。！？：；—|·-"


def quotations(sentence: str) -> list[str]:
    """Stretches in quotation marks that are long enough to claim somebody's words."""
    return [a or b for a, b in _QUOTE.findall(sentence)]


def urls(text: str) -> list[str]:
    """Every address in the text, whatever its scheme."""
    return _URL.findall(text)


def without_urls(text: str) -> str:
    """The text with nothing in place of its addresses."""
    return _URL.sub("", text)


def without_scheme(text: str) -> str:
    """Web addresses in the text as hosts and paths, which are names and no links."""
    return re.sub(r"https?://", "", text)


def addresses(text: str) -> list[str]:
    """Hosts and e-mail addresses that stand without a scheme."""
    return [match.rstrip(".*_,;:!?") for match in _ADDRESS.findall(text)]


def without_links(text: str) -> str:
    """Markdown links and images reduced to their words: an answer links to evidence only."""
    return _LINK.sub(lambda match: "" if match.group().startswith("!") else match.group(1), text)
