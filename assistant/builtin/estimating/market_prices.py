"""An estimate for which no price was told, made again at the prices that the market has."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from assistant.builtin.estimating.estimator import Call
from assistant.evidence import Artifact

PRICED = 2
"""With how many prices an estimate without a price is repeated: the lowest and the highest."""


def priced_calls(tool: str, done: Sequence[Artifact]) -> list[Call]:
    """The estimate of `tool` at the lowest and the highest current price that the offers hold;
    empty once it has a price, or where there is none."""
    made = [artifact.tool for artifact in done if artifact.tool.name == tool]
    market = next((a.tool for a in done if a.tool.name == "gpu_offers" and a.tool.ok), None)
    if not made or market is None or any("price" in each.args or not each.ok for each in made):
        return []
    offers = [offer for offer in market.result["offers"] if _is_current(offer)]
    # The estimate takes an SXM part's peak where the form is not stated; so do the prices.
    offers = [o for o in offers if "-pcie-" not in o["gpu"]] or offers
    offers.sort(key=lambda offer: Decimal(offer["price_per_gpu_hour"]["amount"]))
    chosen = offers[:1] + offers[-1:] if len(offers) > 1 else offers
    return [
        (
            tool,
            made[0].args
            | {
                "price": offer["price_per_gpu_hour"]["amount"],
                "price_source": _price_source(offer),
            },
        )
        for offer in chosen[:PRICED]
    ]


def same_offer(offer: dict[str, Any], args: dict[str, Any]) -> bool:
    """Whether the arguments of an estimate took their price from this offer."""
    price = offer.get("price_per_gpu_hour") or {}
    return price.get("amount") == args.get("price") and _price_source(offer) == args.get(
        "price_source"
    )


def _price_source(offer: dict[str, Any]) -> str:
    return f"{offer['provider']}, {offer['term'].replace('_', ' ')}, {offer['observed_at']}"


def _is_current(offer: dict[str, Any]) -> bool:
    price = offer.get("price_per_gpu_hour")
    return bool(
        price
        and price["currency"] == "USD"
        and offer.get("observed_at")
        and not offer.get("stale")
        and not offer.get("suspicious")
        and offer["term"] in ("on_demand", "reserved")
    )


def offers_call(gpu: str, done: Sequence[Artifact]) -> list[Call]:
    """The market of a GPU, where it was not asked yet."""
    asked = any(each.tool.name == "gpu_offers" for each in done)
    return [] if asked else [("gpu_offers", {"gpu": gpu})]


def lowest_prices(done: Sequence[Artifact], term: str, most: int) -> list[tuple[str, str]]:
    """The lowest current prices of a term, each of another seller: name with date, and amount."""
    market = next((a.tool for a in done if a.tool.name == "gpu_offers" and a.tool.ok), None)
    offers = market.result["offers"] if market else []
    current = [each for each in offers if _is_current(each) and each["term"] == term]
    current = [each for each in current if "-pcie-" not in each["gpu"]] or current
    current.sort(key=lambda offer: Decimal(offer["price_per_gpu_hour"]["amount"]))
    by_seller: dict[str, tuple[str, str]] = {}
    for offer in current:
        told = (_price_source(offer), offer["price_per_gpu_hour"]["amount"])
        by_seller.setdefault(offer["provider"], told)
    return list(by_seller.values())[:most]
