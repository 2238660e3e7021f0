"""Proper names, quotations and links in a sentence: what must be found in the evidence."""

from __future__ import annotations

import re

_NAME = re.compile(
    r"(?<![A-Za-z0-9_$])(?:[A-Z][A-Za-z0-9&’'-]*|[a-z]+\d+[a-z]*)"
    r"(?:[ ](?:of |and |& )?[A-Z][A-Za-z0-9&’'-]*)*"
)
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
    r"(?<![\w./@-])(?:[\w.+-]+@)?(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[^\s)\]]*)?(?![\w-])",
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
        at_start = not initial and _starts_sentence(plain, match.start())
        if at_start and words and not _is_marked(words[0]):
            words = words[1:]
        found += [word for word in words if word and word not in _PLAIN]
    return list(dict.fromkeys(found))


def _stem(word: str) -> str:
    word = re.sub(r"[’']s?$", "", word.rstrip("-&"))
    word = re.sub(r"(?:-[a-z]+)+$", "", word)  # H100-hours
    return word[:-1] if re.search(r"[A-Z0-9]s$", word) else word


def _is_marked(word: str) -> bool:
    """Whether a word is a name wherever it stands: inner capitals or digits."""
    return bool(re.search(r"[A-Z0-9]", word[1:]))


def _starts_sentence(text: str, position: int) -> bool:
    before = text[:position].rstrip(" \t“\"'(「『")
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
    return [match.rstrip(".") for match in _ADDRESS.findall(text)]


def without_links(text: str) -> str:
    """Markdown links and images reduced to their words: an answer links to evidence only."""
    return _LINK.sub(lambda match: "" if match.group().startswith("!") else match.group(1), text)
