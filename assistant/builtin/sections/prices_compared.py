"""Prices of two or more GPUs, or of two or more sellers, side by side: the lowest first."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from assistant.builtin.contest import contest
from assistant.builtin.figures import price
from assistant.builtin.sections import Section
from assistant.builtin.sections.offers import offer_rows
from assistant.builtin.yes_no.asked import yes_no
from assistant.evidence import ToolEvidence
from assistant.language import in_script
from assistant.phrases import Phrases
from assistant.question import Reading

ROWS = 4
"""So many offers of each are shown."""

Numbered = tuple[int, dict[str, Any]]


def prices_compared(markets: Sequence[ToolEvidence], reading: Reading, say: Phrases) -> Section:
    """One table of ranges and one of offers for several calls of `gpu_offers` that differ in their
    GPU or their seller; first which of them has the lowest price of the same kind of contract."""
    names = _names(markets)
    ranges = [_ranges(market) for market in markets]
    shared = [key for key in ranges[0] if all(key in each for each in ranges)]
    section = Section()
    if shared:
        section.lines += [_lead(markets, names, ranges, _fair(shared), reading, say), ""]
    else:
        section.lines += [say.versus_open.format(names=say.comma.join(names)), ""]
        section.unsettled = True
    section.lines += [f"| {say.versus_term} | {' | '.join(names)} |"]
    section.lines.append("|---" * (len(markets) + 1) + "|")
    for key in dict.fromkeys(key for each in ranges for key in each):
        cells = [
            _cell(market, found.get(key), say)
            for market, found in zip(markets, ranges, strict=True)
        ]
        foreign = "" if key[2] == "USD" else f"{say.comma}{key[2]}"
        marks = f"{say.evidence[key[0]]}{foreign}"
        kind = say.about_rule.format(kind=say.terms[key[1]], marks=marks)
        section.lines.append(f"| {kind} | {' | '.join(cells)} |")
    section.lines += ["", say.offers_header]
    section.lines.append("|---" * (say.offers_header.count("|") - 1) + "|")
    for market in markets:
        section.lines += offer_rows(market, ROWS, say)
    section.lines += ["", say.list_warning]
    return section


def _names(markets: Sequence[ToolEvidence]) -> list[str]:
    """What tells the calls apart: the GPUs, else the sellers."""
    gpus = [str(market.args.get("gpu", "")) for market in markets]
    if len(set(gpus)) == len(gpus):
        return gpus
    return [str(market.args.get("provider", "")) for market in markets]


Key = tuple[str, str, str]


def _ranges(market: ToolEvidence) -> dict[Key, Numbered]:
    """The price ranges of a call by standing, term and currency."""
    return {
        (span["standing"], span["term"], span["currency"]): (n, span)
        for n, span in enumerate(market.result["price_range"])
    }


def _fair(shared: Sequence[Key]) -> Key:
    """The kind of contract to compare: what is on demand in dollars, where there is such."""
    return min(shared, key=lambda key: (key[1] != "on_demand", key[2] != "USD", shared.index(key)))


def _lead(
    markets: Sequence[ToolEvidence],
    names: Sequence[str],
    ranges: Sequence[dict[Key, Numbered]],
    key: Key,
    reading: Reading,
    say: Phrases,
) -> str:
    asked = contest(reading.folded)
    dearest = asked is not None and asked.attributes == ("price_per_gpu_hour",) and asked.most
    places = sorted(range(len(markets)), key=lambda n: Decimal(ranges[n][key][1]["low"]))
    places = places[::-1] if dearest else places
    told = [
        say.versus_from.format(
            name=names[n], low=price(ranges[n][key][1]["low"], key[2], say.language)
        )
        for n in places
    ]
    marks = "".join(f" [{markets[n].id}:price_range.{ranges[n][key][0]}]" for n in places)
    lead = say.versus_lead.format(
        word=_verdict(places[0] == 0, reading, say),
        term=say.terms[key[1]],
        evidence=say.evidence[key[0]],
        prices=say.comma.join(told),
    )
    return f"{lead}{marks}"


def _verdict(holds: bool, reading: Reading, say: Phrases) -> str:
    """Yes or no, where it is asked whether the first that is named is the one."""
    asked = yes_no(reading)
    if asked is None or contest(reading.folded) is None:
        return ""
    word = in_script(asked.yes if holds else asked.no, say.language)
    return f"{word}: " if say.language == "en" else f"{word}："


def _cell(market: ToolEvidence, found: Numbered | None, say: Phrases) -> str:
    if found is None:
        return say.not_known
    n, span = found
    low, high = (price(span[k], span["currency"], say.language) for k in ("low", "high"))
    told = low if low == high else say.history_span.format(low=low, high=high)
    return f"{told} [{market.id}:price_range.{n}]"
