"""Countries and the unions they belong to, by ISO 3166 code, with names in two languages.

Names: `regions.csv` (ISO 3166-1 codes, CLDR short names, and words by which people say them).
"""

from __future__ import annotations

import csv
from collections.abc import Collection
from functools import cache
from pathlib import Path

from kb.texts.folding import fold

TABLE = Path(__file__).with_name("regions.csv")
_EU = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()
)
UNIONS: dict[str, frozenset[str]] = {
    "EU": _EU,
    "EEA": _EU | {"IS", "LI", "NO"},
}
"""Members of the European Union (27) and of the European Economic Area (with Iceland,
Liechtenstein and Norway), as of 2026."""
_UNION_NAMES = {
    "EU": ("the EU", "欧盟"),
    "EEA": ("the European Economic Area", "欧洲经济区"),
}


def is_region(code: str) -> bool:
    """Whether `code` is a country's ISO code, "EU" or "EEA"."""
    return code in UNIONS or code in countries()


def lies_in(country: str, regions: Collection[str]) -> bool:
    """Whether a country (ISO code) is one of `regions` or a member of one of them."""
    return any(country in UNIONS.get(region, (region,)) for region in regions)


def region_name(code: str) -> tuple[str, str]:
    """A country or union in English and Simplified Chinese; an unknown code as it is."""
    if code in _UNION_NAMES:
        return _UNION_NAMES[code]
    names = countries().get(code, (code, code))
    return names[0], names[1]


@cache
def countries() -> dict[str, tuple[str, ...]]:
    """By code: English name, Chinese name, and other words for the country or its people."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: (row["en"], row["zh-Hans"], *filter(None, row["other_names"].split("|")))
            for row in csv.DictReader(file)
        }


@cache
def country_words() -> dict[str, str]:
    """Every folded name of a country, with its code; longer names first."""
    words = {fold(name): code for code, names in countries().items() for name in names}
    return dict(sorted(words.items(), key=lambda item: -len(item[0])))


def country_code(name: str) -> str | None:
    """The ISO code of a country given by code or name, in any script; None where it is unknown."""
    code = name.strip().upper()
    return code if code in countries() else country_words().get(fold(name).strip())
