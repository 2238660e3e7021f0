"""AWS capacity blocks: machines with GPUs that can be bought for days, with their start dates.

Schema: docs.aws.amazon.com AWSEC2/latest/APIReference/API_DescribeCapacityBlockOfferings and
API_CapacityBlockOffering (version 2016-11-15). `upfrontFee` is the total for the block. One region
a source: a second region is the same source under another name.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from math import ceil
from typing import Any
from urllib.parse import urlencode

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel

from tools.errors import SourceFailed
from tools.gpus import known_instance, same_gpu
from tools.needs import Need
from tools.offers import Availability, Commitment, Money, Offer, Quote, Start, Term
from tools.sources.sigv4 import AwsKey, signed_headers
from tools.sources.source import (
    Amount,
    Asking,
    Findings,
    HttpConfig,
    Key,
    Pace,
    Source,
    read_rows,
)

_ACCESS, _SECRET, _TOKEN = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
_ACTION = "DescribeCapacityBlockOfferings"
_VERSION = "2016-11-15"
_MOST_MACHINES = 64  # in one block
_LARGEST_IN_DAYS, _LONGEST_DAYS = 14, 182
_MOST_PAGES = 3
_SAME_LENGTH = timedelta(hours=1)
_CHANGED = "its interface may have changed"


class Config(HttpConfig):
    """`url` follows `region` where it is not given. `instance_types`: those asked for."""

    region: str = Field(default="us-east-1", pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")
    url: str = ""
    instance_types: tuple[str, ...] = (
        "p4d.24xlarge",
        "p4de.24xlarge",
        "p5.48xlarge",
        "p5e.48xlarge",
        "p5en.48xlarge",
        "p6-b200.48xlarge",
    )

    @model_validator(mode="before")
    @classmethod
    def _address(cls, values: Any) -> Any:
        if isinstance(values, dict) and not values.get("url"):
            region = values.get("region", cls.model_fields["region"].default)
            return {**values, "url": f"https://ec2.{region}.amazonaws.com"}
        return values


class _Block(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)

    instance_type: str
    availability_zone: str = Field(min_length=1)
    instance_count: int = Field(ge=1, le=1024)
    start_date: AwareDatetime
    end_date: AwareDatetime
    capacity_block_duration_hours: int = Field(ge=0, le=10_000)
    capacity_block_duration_minutes: int = Field(default=0, ge=0, le=59)
    upfront_fee: Amount | None
    currency_code: str = Field(pattern=r"^[A-Z]{3}$")

    @field_validator("upfront_fee", mode="before")
    @classmethod
    def _empty_is_unknown(cls, value: Any) -> Any:
        return value or None

    @property
    def length(self) -> timedelta:
        return self.end_date - self.start_date

    @property
    def lengths_agree(self) -> bool:
        """Whether its dates and its stated hours and minutes mean the same length."""
        stated = timedelta(
            hours=self.capacity_block_duration_hours, minutes=self.capacity_block_duration_minutes
        )
        return self.length > timedelta(0) and abs(self.length - stated) <= _SAME_LENGTH


async def _fetch(asking: Asking[Config]) -> Findings:
    asked, sold, found = 0, 0, []
    for name in asking.config.instance_types:
        machine = known_instance(name)
        if machine is None or not (
            asking.need.gpu is None or same_gpu(asking.need.gpu, machine[0])
        ):
            continue
        asked += 1
        blocks = await _blocks(asking, name, machine[1])
        if blocks is not None:
            sold += 1
            found += blocks
    if asked and not sold:
        raise SourceFailed(
            "answer",
            f"every request was refused in {asking.config.region} (400)",
            "check region and instance_types, and how many machines are asked for",
        )
    rows, unread = read_rows(found, _Block, "capacityBlockOfferingSet")
    good = [row for row in rows if row.lengths_agree and known_instance(row.instance_type)]
    return Findings([_offer(row) for row in good], unread + len(rows) - len(good))


async def _blocks(asking: Asking[Config], name: str, gpus: int) -> list[object] | None:
    """The blocks of one instance type; None where the region refuses to sell it."""
    exact = _machines(asking.need, gpus)
    # The guide once listed sizes of 1, 2, 4 ... 64; today it says "up to 64".
    for machines in dict.fromkeys((exact, 1 << (exact - 1).bit_length())):
        query = {
            "Action": _ACTION,
            "CapacityDurationHours": str(_hours(asking.need)),
            "InstanceCount": str(machines),
            "InstanceType": name,
            "Version": _VERSION,
        }
        try:
            first = await _ask(asking, query)
        except SourceFailed as failure:
            if failure.status != 400:
                raise
            continue
        return await _pages(asking, query, first)
    return None


async def _pages(asking: Asking[Config], query: dict[str, str], first: str) -> list[object]:
    items, token = _read(first)
    for _ in range(_MOST_PAGES - 1):
        if not token:
            break
        more, token = _read(await _ask(asking, query | {"NextToken": token}))
        items += more
    return items


async def _ask(asking: Asking[Config], query: dict[str, str]) -> str:
    token = asking.key(_TOKEN) if _TOKEN in asking.keys else ""
    headers = signed_headers(
        "GET",
        f"{asking.config.url}/?{urlencode(query)}",
        {},
        b"",
        AwsKey(asking.key(_ACCESS), asking.key(_SECRET), token),
        region=asking.config.region,
        service="ec2",
        now=asking.now(),
    )
    return await asking.http.text("GET", "/", params=query, headers=headers)


def _read(text: str) -> tuple[list[object], str]:
    """The items of an answer as fields, and the token of the next page. No entity is resolved and
    no document type is taken."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError:
        raise SourceFailed("answer", "the answer is not whole XML", _CHANGED) from None
    offered = root.find("{*}capacityBlockOfferingSet")
    if root.getroottree().docinfo.doctype or offered is None:
        raise SourceFailed("answer", "capacityBlockOfferingSet is not there", _CHANGED)
    items: list[object] = [
        {etree.QName(field).localname: field.text for field in item.iterchildren("*")}
        for item in offered.iterchildren("{*}item")
    ]
    return items, root.findtext("{*}nextToken") or ""


def _machines(need: Need, gpus: int) -> int:
    return min(ceil((need.count or 1) / gpus), _MOST_MACHINES)


def _hours(need: Need) -> int:
    """Blocks are sold for whole days up to 14, then for whole weeks up to 182 days."""
    days = max(ceil((need.hours or Decimal(24)) / 24), 1)
    if days > _LARGEST_IN_DAYS:
        days = min(ceil(days / 7) * 7, _LONGEST_DAYS)
    return days * 24


def _offer(row: _Block) -> Offer:
    machine = known_instance(row.instance_type)
    assert machine is not None  # asked for by name
    gpu, gpus = machine[0], machine[1] * row.instance_count
    seconds = Decimal(int(row.length.total_seconds()))
    fee = row.upfront_fee
    whole = Money(amount=fee, currency=row.currency_code) if fee is not None else None
    return Offer(
        provider="AWS",
        gpu=gpu.key,
        gpu_raw=row.instance_type,
        form_stated=gpu.form_stated,
        count=gpus,
        nodes=row.instance_count,
        term=Term.CAPACITY_BLOCK,
        price_per_gpu_hour=Money(
            amount=whole.amount * 3600 / (gpus * seconds), currency=whole.currency
        )
        if whole
        else None,
        quote=Quote(price=whole, unit="block") if whole else None,
        commitment=Commitment(hours=seconds / 3600, gpus=gpus),
        upfront=whole,
        region=row.availability_zone,
        availability=Availability.AVAILABLE,
        start=Start(
            state="window",
            at=row.start_date,
            until=row.end_date,
            bound="exact",
            method="capacity block",
        ),
        method="live",
        source="aws",
    )


def _asked(need: Need) -> str:
    gpu = need.gpu.key if need.gpu else ""
    return f"{gpu} {need.count or 1} {_hours(need)}"


SOURCE = Source(
    name="aws",
    title="AWS capacity blocks",
    kind="market",
    config=Config,
    fetch=_fetch,
    keys=(Key(_ACCESS), Key(_SECRET), Key(_TOKEN, required=False)),
    pace=Pace(requests=5, seconds=1, burst=10),  # request buckets of the account; none is published
    asked=_asked,
)
