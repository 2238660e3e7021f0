"""When a need counts as met: known now, enough at once, at a known price, twice in a row."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from assistant.watching import Watch, meets
from tools.needs import need
from tools.offers import Availability, Market, Money, Offer, Start, Term

WANTED = need("H100", 8, "us", None, Decimal(3))


def offer(**changed: Any) -> Offer:
    usual: dict[str, Any] = {
        "provider": "Harbor", "gpu": "nvidia-h100-sxm5-80gb", "gpu_raw": "H100", "count": 8,
        "term": Term.ON_DEMAND, "price_per_gpu_hour": Money(amount=Decimal(2), currency="USD"),
        "region": "us-east", "availability": Availability.AVAILABLE, "method": "live",
        "source": "harbor", "standing": "live", "fetched_at": "2026-11-22T12:00:00+00:00",
    }  # fmt: skip
    return Offer(**(usual | changed))


def test_a_live_offer_of_all_that_is_asked_meets_it() -> None:
    assert meets(offer(), WANTED)


@pytest.mark.parametrize(
    "changed",
    [
        {"standing": "recent"},
        {"standing": "suspicious"},
        {"standing": "list", "method": "list"},
        {"method": "operator"},
        {"availability": Availability.UNKNOWN},
        {"availability": Availability.LIMITED},
        {"count": 4},
        {"count": None},
        {"count": 40, "free": 4},
        {"region": None},
        {"price_per_gpu_hour": None},
        {"price_per_gpu_hour": Money(amount=Decimal(2), currency="EUR")},
        {"start": Start(state="window")},
        {"start": Start(state="unknown")},
    ],
    ids=str,
)
def test_what_is_not_known_to_meet_it_does_not(changed: dict[str, Any]) -> None:
    assert not meets(offer(**changed), WANTED)


def look(watch: Watch, *offers: Offer) -> bool:
    return watch.look(Market(offers=list(offers), as_of="2026-11-22")) is not None


def test_stock_that_comes_and_goes_calls_nobody() -> None:
    watch = Watch(WANTED)
    moments = [f"2026-11-22T12:0{n}:00+00:00" for n in range(6)]
    assert not look(watch, offer(fetched_at=moments[0]))
    assert not look(watch)
    assert not look(watch, offer(fetched_at=moments[2]))
    assert not look(watch, offer(fetched_at=moments[2]))  # the same answer, from memory
    assert not look(watch, offer(fetched_at=moments[3], provider="Other"))
    assert not look(watch, offer(fetched_at=moments[4]))
    assert look(watch, offer(fetched_at=moments[5]))
