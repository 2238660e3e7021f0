"""Countries and parts of the world as people name them, and the codes that regions' names hold.

Only places where GPUs are rented are in the table; codes are ISO 3166. A word that is no place of
it is compared with a region's name as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from tools._numerals import fold

_EUROPE = (
    "AT BE BG CH CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LT LU LV NL NO PL PT RO SE SI SK UA"
)
# Code, countries (empty: the code itself), words of people, words within names of regions.
_TABLE = (
    ("US", "", "United States|USA|U.S.A.|U.S.|US|America|the States|美国|美國",
     "us|usa|united states|iowa|virginia|texas|oregon|ohio|california|utah|kansas"
     "|eastus|westus|centralus|northcentralus|southcentralus|westcentralus"
     "|houston|dallas|chicago|desmoines|culpeper|wichita"),
    ("CA", "", "Canada|加拿大", "ca|canada|montreal|toronto|quebec|canadacentral|canadaeast"),
    ("GB", "", "United Kingdom|UK|U.K.|Britain|England|英国|英國", "gb|uk|london|uksouth|ukwest"),
    ("DE", "", "Germany|德国|德國", "de|germany|frankfurt|germanywestcentral"),
    ("FR", "", "France|法国|法國", "fr|france|paris|francecentral"),
    ("NL", "", "Netherlands|Holland|荷兰|荷蘭", "nl|netherlands|amsterdam"),
    ("NO", "", "Norway|挪威", "norway|norwayeast|oslo"),
    ("SE", "", "Sweden|瑞典", "sweden|swedencentral|stockholm"),
    ("FI", "", "Finland|芬兰|芬蘭", "fi|fin|finland|helsinki"),
    ("IS", "", "Iceland|冰岛|冰島", "iceland|ice"),
    ("JP", "", "Japan|日本|东京|東京", "jp|japan|tokyo|osaka|japaneast|japanwest"),
    ("KR", "", "Korea|South Korea|韩国|韓國", "kr|korea|seoul|koreacentral"),
    ("SG", "", "Singapore|新加坡", "sg|singapore"),
    ("IN", "", "India|印度", "india|mumbai|centralindia|southindia"),
    ("AU", "", "Australia|澳大利亚|澳洲|澳大利亞", "au|australia|sydney|melbourne|australiaeast"),
    ("TW", "", "Taiwan|台湾|台灣|臺灣", "tw|taiwan|taipei"),
    ("HK", "", "Hong Kong|香港", "hk|hongkong|hong kong|eastasia"),
    ("CN", "", "China|mainland China|PRC|中国|国内|大陆|内地|中國|國內|大陸|內地|北京|上海|深圳",
     "cn|china|beijing|shanghai|shenzhen|guangzhou|hangzhou"),
    ("ASIA", "JP KR SG IN TW HK CN MY ID TH", "Asia|APAC|亚洲|亞洲|亚太|亞太", "asia|apac"),
    ("EU", _EUROPE, "Europe|European Union|EU|欧洲|欧盟|歐洲|歐盟",
     "eu|eur|europe|northeurope|westeurope"),
)  # fmt: skip
# Written in small letters these are words, not places.
_ONLY_CAPITALS = {"US", "UK", "EU", "USA", "U.S.", "U.K.", "U.S.A.", "PRC"}


@dataclass(frozen=True, slots=True)
class Place:
    """A country or a part of the world. `code` is how the desk names it."""

    code: str
    countries: frozenset[str]
    words: tuple[str, ...]
    tokens: frozenset[str]


@cache
def _places() -> tuple[Place, ...]:
    return tuple(
        Place(
            code,
            frozenset(countries.split() or [code]),
            tuple(words.split("|")),
            frozenset(tokens.split("|")),
        )
        for code, countries, words, tokens in _TABLE
    )


def place_named(name: str) -> Place | None:
    """The place that a whole `name` means, in any case and script."""
    wanted = fold(name).strip().lower()
    return next(
        (
            each
            for each in _places()
            if wanted == each.code.lower() or wanted in (word.lower() for word in each.words)
        ),
        None,
    )


def find_places(text: str) -> list[str]:
    """The codes of the places that a text names, each once, in the order of the table."""
    return [each.code for each in _places() if any(_names(text, word) for word in each.words)]


def _names(text: str, word: str) -> bool:
    if not word.isascii():
        return word in fold(text)
    flags = re.NOFLAG if word in _ONLY_CAPITALS else re.IGNORECASE
    return bool(re.search(rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])", text, flags))


def in_place(region: str, country: str | None, wanted: str) -> bool:
    """Whether a region, and the country that is stated of it, lies in what is `wanted`: a place of
    the table, else a part of the region's name."""
    place = place_named(wanted)
    if place is None:
        return fold(wanted).strip().lower() in fold(f"{region} {country or ''}").lower()
    if country:
        return country.upper() in place.countries
    told = list(_tokens(region))
    if told[:1] == ["us"]:  # the next part is a state: US-CA-1 is not in Canada
        return "US" in place.countries
    inner = [each for each in _places() if each.code in place.countries]
    return any(each.tokens.intersection(told) for each in (place, *inner))


def _tokens(region: str) -> Iterator[str]:
    words = re.findall(r"[a-z]+", fold(region).lower())
    yield from words
    yield from (f"{one} {two}" for one, two in pairwise(words))
