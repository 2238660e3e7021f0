"""The same hardware through several sellers, shown once; and free GPUs that do not fit together."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

from tools.needs import Need
from tools.offers import Availability, Fragmentation, Offer, Seller, Term
from tools.ranking import STOCK

_PEERS = {"vast", "lium", "tensordock"}
"""Marketplaces of many owners: two rows alike are most likely two machines."""
_NODE = 8


def merged(offers: Iterable[Offer]) -> list[Offer]:
    """The offers, each piece of hardware once, where several sell it: of those that have it the
    cheapest, on a tie the cloud itself; the others stand in its `also` with their own prices.

    One hardware is: one cloud, GPU, number, region, term, start and fabric, told with the same
    standing by sellers that each offer it once. Counts of free GPUs are never added up. Live rows
    and list prices are never merged, nor clusters and prices of the fund's own, nor machines of
    marketplaces of many owners. Each row keeps the place of its best one.
    """
    rows = list(offers)
    groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for place, offer in enumerate(rows):
        hardware = _hardware(offer)
        if hardware is not None:
            groups[hardware].append(place)
    shown: dict[int, Offer] = dict(enumerate(rows))
    for places in groups.values():
        together = [rows[place] for place in places]
        if not _are_one(together):
            continue
        best = min(together, key=_preference)
        others = [each for each in together if each is not best]
        told = [*best.also, *map(_seller, others), *(s for each in others for s in each.also)]
        also = [each for each in told if not _is_itself(each, best)]
        for place in places:
            del shown[place]
        shown[min(places)] = best.model_copy(update={"also": also})
    return [shown[place] for place in sorted(shown)]


def _is_itself(seller: Seller, offer: Offer) -> bool:
    """Whether it is the seller of the offer, asked in another way, with the same price."""
    same_name = _spelling(seller.provider) == _spelling(offer.provider)
    return same_name and seller.price_per_gpu_hour == offer.price_per_gpu_hour


def cloud_of(offer: Offer) -> str:
    """The cloud whose hardware it is, under one name for all spellings of the table."""
    name = _spelling(offer.reseller_of or offer.provider)
    return _clouds().get(name, name)


@cache
def _clouds() -> dict[str, str]:
    text = files("tools").joinpath("data", "cloud_names.csv").read_text(encoding="utf-8")
    return {_spelling(row["name"]): row["cloud"] for row in csv.DictReader(text.splitlines())}


def _spelling(name: str) -> str:
    return re.sub(r"[^\w]+|_", "", name.casefold())


def _hardware(offer: Offer) -> tuple[object, ...] | None:
    """What must agree for two rows to be one hardware; None where a row stands for itself."""
    own = offer.term in (Term.FUND, Term.CREDITS) or offer.method == "operator" or offer.queue
    cloud = cloud_of(offer)
    if own or offer.gpu is None or offer.count is None or cloud in _PEERS:
        return None
    region = _spelling(offer.region or "")
    start = offer.start
    return (
        cloud, offer.gpu, offer.count, offer.nodes or 1, region,
        # Without a region only the price tells that two rows may be one.
        None if region else repr(offer.price_per_gpu_hour),
        offer.term, offer.term_months, start and (start.at, start.until),
        offer.method == "list", offer.standing, offer.superseded,
    )  # fmt: skip


def _are_one(together: Sequence[Offer]) -> bool:
    sellers = {_way(each) for each in together}
    if len(together) < 2 or len(sellers) < len(together):
        return False
    for known in (
        {each.intra for each in together} - {"unknown"},
        {each.inter for each in together} - {"unknown"},
        {each.inter_gbps for each in together} - {None},
        # Prices in two currencies cannot be compared here.
        {each.price_per_gpu_hour.currency for each in together if each.price_per_gpu_hour},
    ):
        if len(known) > 1:
            return False
    return True


def _way(offer: Offer) -> tuple[str, str]:
    """Who sells it and which way we know. One seller may be asked live in two ways, with a key and
    without; two rows of one answer are two machines, and two of one list two dates."""
    return _seller_name(offer), "" if offer.method == "list" else offer.source


def _seller_name(offer: Offer) -> str:
    name = _spelling(offer.provider)
    return _clouds().get(name, name)


def _preference(offer: Offer) -> tuple[object, ...]:
    price = offer.price_per_gpu_hour
    bill = offer.delivered.total if offer.delivered else None
    return (
        STOCK[offer.availability],
        price is None,
        (bill is None, bill.amount if bill else 0) if offer.delivered else (False, 0),
        price.amount if price else 0,
        _seller_name(offer) != cloud_of(offer),
        offer.provider,
        offer.source,
    )


def _seller(offer: Offer) -> Seller:
    return Seller(
        provider=offer.provider,
        source=offer.source,
        price_per_gpu_hour=offer.price_per_gpu_hour,
        total=offer.delivered.total if offer.delivered else None,
        availability=offer.availability,
        free=offer.free,
        region=offer.region,
        observed_at=offer.observed_at,
        url=offer.url,
    )


def fragmentation(offer: Offer, need: Need) -> Fragmentation | None:
    """Why enough free GPUs are still not enough; None where they are, or it is not known.

    Up to the size of a node the GPUs must be on one; above it as many whole nodes are needed as
    the number fills. A node has eight GPUs where the offer does not tell that it has more or less.
    """
    wanted, free, block = need.count, offer.free, offer.largest_block
    if wanted is None or free is None or free < wanted:
        return None
    node = _node(offer)
    nodes, rest = divmod(wanted, node)
    # In sizes below a node, "whole" ones are not whole nodes.
    small = offer.nodes == 1 and (offer.count or node) < node
    whole = None if small else offer.whole_nodes
    if whole is None and nodes and block is not None and block < node:
        whole = 0
    short = (nodes and whole is not None and whole < nodes) or (
        rest and block is not None and block < rest
    )
    if not short:
        return None
    return Fragmentation(
        wanted=wanted, node=node, free=free, largest_block=block, whole_nodes=whole
    )


def _node(offer: Offer) -> int:
    """GPUs of one node."""
    if not offer.count or not offer.nodes or offer.count % offer.nodes:
        return _NODE
    each = offer.count // offer.nodes
    return max(each, _NODE) if offer.nodes == 1 else each


def fitted(offer: Offer, need: Need) -> Offer:
    """The offer; where its free GPUs do not fit together it says so and is limited at best."""
    pieces = fragmentation(offer, need)
    if pieces is None:
        return offer
    known = offer.availability
    limited = Availability.LIMITED if known is Availability.AVAILABLE else known
    return offer.model_copy(update={"fragmentation": pieces, "availability": limited})
