"""Offers: the price range, the best rows, and what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.builtin.figures import price, when
from assistant.builtin.sections import Section
from assistant.evidence import Artifact, ToolEvidence
from assistant.phrases import Phrases

ROWS = 8


def offer_section(done: Sequence[Artifact], say: Phrases) -> Section:
    """A table of the best offers; a failed or empty search says so."""
    market = next((a.tool for a in done if a.tool.name == "gpu_offers"), None)
    if market is None:
        return Section(answered=False)
    if not market.ok:
        return Section([say.failure(market.error, market.hint)], answered=False)
    offers = market.result["offers"]
    if not offers:
        none = [say.offers_none, *_past(market, say)]
        return Section(none, answered=False, gaps=[_wanted(market)])
    section = Section([*_lead(market, say), say.offers_header])
    section.lines.append("|---" * (say.offers_header.count("|") - 1) + "|")
    section.lines += [_row(market, n, offer, say) for n, offer in enumerate(offers[:ROWS])]
    section.lines += ["", *_unknowns(market, offers, say)]
    return section


def _wanted(market: ToolEvidence) -> str:
    return ", ".join(f"{key}={value}" for key, value in market.args.items())


def _lead(market: ToolEvidence, say: Phrases) -> list[str]:
    """The range of current prices of each term, as the market states it."""
    spans = []
    for span in market.result["price_range"]:
        low, high = (price(span[k], span["currency"], say.language) for k in ("low", "high"))
        template = say.offers_span if low != high else say.offers_single
        spans.append(template.format(low=low, high=high, term=say.terms[span["term"]]))
    if not spans:
        return [say.offers_old.format(gpu=market.args.get("gpu", "GPU")), ""]
    text = say.offers_lead.format(gpu=market.args.get("gpu", "GPU"), spans=say.comma.join(spans))
    return [f"{text} [{market.id}:price_range]", ""]


def _row(market: ToolEvidence, n: int, offer: dict[str, Any], say: Phrases) -> str:
    money = offer["price_per_gpu_hour"]
    told = price(money["amount"], money["currency"], say.language) if money else say.not_stated
    cells = [
        offer["provider"],
        offer["gpu_raw"],
        say.terms.get(offer["term"], offer["term"]),
        told,
        when(offer["observed_at"], say.language) or say.undated,
        say.availability[offer["availability"]],
    ]
    marked = [f"{cell}" for cell in cells]
    marked[3] += f" [{market.id}:offers.{n}]"
    return f"| {' | '.join(marked)} |"


def _unknowns(market: ToolEvidence, offers: Sequence[dict[str, Any]], say: Phrases) -> list[str]:
    notes = []
    found = market.result["found"]
    if found > ROWS:
        notes.append(f"{say.more_offers.format(n=found)} [{market.id}:found]")
    methods = {offer["method"] for offer in offers}
    if "operator" in methods:
        notes.append(say.fund_stock)
    past = _past(market, say)
    if "live" not in methods and not past:
        notes.append(say.no_live)
    return [*notes, *past]


def _past(market: ToolEvidence, say: Phrases) -> list[str]:
    return [say.past_offers] if "past_day" in market.result["unknowns"] else []
