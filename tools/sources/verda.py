"""Verda (formerly DataCrunch): machine types with prices, and which are free in which place.

Schema: github.com/verda-cloud/sdk-python verda/authentication, verda/instance_types,
verda/instances (164e09a, 4f08063, 0f22899) and github.com/verda-cloud/verdacloud-sdk-go pkg/verda
(9c5b9be). Prices are texts, in US dollars for the whole machine. The token lives for one round of
asking.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import BaseModel, Field

from tools.errors import SourceFailed
from tools.gpus import known_gpu
from tools.offers import Availability, Money, Offer, Quote, Term
from tools.sources.source import (
    Amount,
    Asking,
    Findings,
    HttpConfig,
    Key,
    Pace,
    Source,
    Whole,
    read_rows,
)

_ID, _SECRET = "VERDA_CLIENT_ID", "VERDA_CLIENT_SECRET"
_CHANGED = "its interface may have changed"


class Config(HttpConfig):
    url: str = "https://api.verda.com/v1"


class _Gpu(BaseModel):
    description: str
    number_of_gpus: Whole


class _Memory(BaseModel):
    size_in_gigabytes: Amount | None = None


class _Cpu(BaseModel):
    number_of_cores: Whole | None = None


class _Type(BaseModel):
    instance_type: str = Field(min_length=1)
    price_per_hour: Amount | None
    spot_price: Amount | None
    currency: str = Field(pattern=r"^[A-Za-z]{3}$")
    gpu: _Gpu
    gpu_memory: _Memory = _Memory()
    memory: _Memory = _Memory()
    cpu: _Cpu = _Cpu()


class _Place(BaseModel):
    location_code: str = Field(min_length=1)
    availabilities: list[str]


async def _fetch(asking: Asking[Config]) -> Findings:
    headers = {"Authorization": f"Bearer {await _token(asking)}"}
    catalog = await asking.http.get("/instance-types", params={"currency": "usd"}, headers=headers)
    types, unread = read_rows(catalog, _Type, "instance types")
    sound = [each for each in types if _counts_agree(each)]
    unread += len(types) - len(sound)
    with_gpus = [each for each in sound if each.gpu.number_of_gpus]
    names = {each.instance_type for each in types}
    offers: list[Offer] = []
    for term, spot in ((Term.ON_DEMAND, "false"), (Term.SPOT, "true")):
        answer = await asking.http.get(
            "/instance-availability", params={"is_spot": spot}, headers=headers
        )
        places, bad = read_rows(answer, _Place, "instance availability")
        # A machine that is free but not in the catalog: nothing is known to show of it.
        unread += bad + len({n for place in places for n in place.availabilities} - names)
        elsewhere = Availability.NONE if places and not bad else Availability.UNKNOWN
        for each in with_gpus:
            offers += _offers(each, term, places, elsewhere)
    return Findings(offers, unread)


async def _token(asking: Asking[Config]) -> str:
    answer = await asking.http.post(
        "/oauth2/token",
        body={
            "grant_type": "client_credentials",
            "client_id": asking.key(_ID),
            "client_secret": asking.key(_SECRET),
        },
    )
    token = answer.get("access_token") if isinstance(answer, dict) else None
    if not isinstance(token, str) or not re.fullmatch(r"[\x21-\x7e]+", token):
        raise SourceFailed("answer", "no access_token came", _CHANGED)
    return token


def _counts_agree(row: _Type) -> bool:
    """Whether the number of GPUs and the one in "8x H100 SXM5 80GB" are the same."""
    said = re.match(r"\s*(\d+)\s*x", row.gpu.description)
    return said is None or int(said[1]) == row.gpu.number_of_gpus


def _offers(
    row: _Type, term: Term, places: list[_Place], elsewhere: Availability
) -> Iterator[Offer]:
    """A type is free where it is listed. Listed nowhere it is free nowhere, if all places could
    be read and there are any: `elsewhere`."""
    listed = sorted({p.location_code for p in places if row.instance_type in p.availabilities})
    if not listed:
        yield _offer(row, term, None, elsewhere)
    for place in listed:
        yield _offer(row, term, place, Availability.AVAILABLE)


def _offer(row: _Type, term: Term, place: str | None, state: Availability) -> Offer:
    gpu, gpus = known_gpu(row.gpu.description), row.gpu.number_of_gpus
    amount = row.spot_price if term is Term.SPOT else row.price_per_hour
    currency = row.currency.upper()
    whole = Money(amount=amount, currency=currency) if amount else None
    memory = row.gpu_memory.size_in_gigabytes
    return Offer(
        provider="Verda",
        gpu=gpu.key if gpu else None,
        gpu_raw=row.gpu.description,
        form_stated=gpu.form_stated if gpu else True,
        count=gpus,
        nodes=1,
        memory_gb=memory / gpus if memory else None,
        vcpus=row.cpu.number_of_cores,
        ram_gb=row.memory.size_in_gigabytes,
        term=term,
        price_per_gpu_hour=Money(amount=whole.amount / gpus, currency=currency) if whole else None,
        quote=Quote(price=whole, unit="instance_hour") if whole else None,
        region=place,
        availability=state,
        method="live",
        source="verda",
    )


SOURCE = Source(
    name="verda",
    title="Verda",
    kind="market",
    config=Config,
    fetch=_fetch,
    keys=(Key(_ID), Key(_SECRET)),
    pace=Pace(requests=2, seconds=1, burst=8),  # none is published
)
