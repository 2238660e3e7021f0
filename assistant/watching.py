"""Waiting until a stated need can be met, and telling it once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tools.needs import Need
from tools.offers import Availability, Market, Offer, SourceStatus

ANSWERS = 2
"""So many answers of a source in a row must say it: stock that comes and goes calls nobody."""


@dataclass
class Watch:
    """What rounds of asking have shown so far of a need.

    An answer that is shown again from memory is no second one.
    """

    need: Need
    rounds: int = 0
    seen: dict[str, set[str]] = field(default_factory=dict)

    def look(self, market: Market) -> Offer | None:
        """Take one round; the offer that meets the need, once it has done so twice in a row."""
        self.rounds += 1
        meeting = {offer.offer_id: offer for offer in market.offers if meets(offer, self.need)}
        times: dict[str, set[str]] = {}
        for key, offer in meeting.items():
            times[key] = self.seen.get(key, set()) | {offer.fetched_at or ""}
        self.seen = times
        return next((meeting[key] for key in meeting if len(times[key]) >= ANSWERS), None)


def meets(offer: Offer, need: Need) -> bool:
    """Whether an offer is known, by a live source and now, to be what is needed: as many at once,
    at a known price under the limit, in a stated region, starting now."""
    if offer.standing != "live" or offer.method not in ("live", "cached"):
        return False
    if offer.availability is not Availability.AVAILABLE:
        return False
    if offer.start is not None and offer.start.state != "now":
        return False
    if need.region and not offer.region:
        return False
    price = offer.price_per_gpu_hour
    if need.max_price is not None and (price is None or price.currency != "USD"):
        return False
    known = offer.count if offer.free is None else offer.free  # a cluster's count is all it has
    return (known or 0) >= (need.count or 1)


def watch(
    need: Need,
    ask: Callable[[], Market],
    wait: Callable[[], None],
    say: Callable[[Sequence[SourceStatus], int], None],
) -> Offer:
    """Ask, tell `say` how the sources stand and in which round, and wait, until the need is met."""
    state = Watch(need)
    while True:
        market = ask()
        found = state.look(market)
        say(market.sources, state.rounds)
        if found is not None:
            return found
        wait()
