"""Azure retail prices: what machines with GPUs cost in each region, on demand and spot. No stock.

Schema: learn.microsoft.com rest/api/cost-management/retail-prices/azure-retail-prices (version
2023-01-01-preview); which rows are machines on Linux: github.com/dstackai/gpuhunt
src/gpuhunt/providers/azure.py (137c3a9). `retailPrice` is for the whole machine; only US dollars
are Microsoft's own prices. The rows are list prices of today: availability stays unknown.
"""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from tools.errors import SourceFailed
from tools.gpus import Gpu, known_instance, same_gpu
from tools.needs import Need
from tools.offers import Availability, Money, Offer, Quote, Term
from tools.sources.source import Amount, Asking, Findings, HttpConfig, Pace, Source, read_rows

_PATH = "/api/retail/prices"
_MOST_PAGES = 8  # of 1,000 rows: all sizes in all regions are about two
_CHANGED = "its interface may have changed"
_NOT_OURS = ("Windows", "Low Priority", "Dedicated", "DevTest", "CloudServices")


class Config(HttpConfig):
    """`sizes`: the machines asked for, by their exact ARM names."""

    url: str = "https://prices.azure.com"
    sizes: tuple[str, ...] = (
        "Standard_NC24ads_A100_v4",
        "Standard_NC48ads_A100_v4",
        "Standard_NC96ads_A100_v4",
        "Standard_ND96asr_v4",
        "Standard_ND96amsr_A100_v4",
        "Standard_NC40ads_H100_v5",
        "Standard_NC80adis_H100_v5",
        "Standard_ND96isr_H100_v5",
        "Standard_ND96isr_H200_v5",
        "Standard_ND96isr_MI300X_v5",
        "Standard_ND128isr_NDR_GB200_v6",
        "Standard_ND128isr_GB300_v6",
    )


class _Price(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)

    currency_code: str = Field(pattern=r"^[A-Z]{3}$")
    tier_minimum_units: Decimal
    retail_price: Amount | None
    arm_region_name: str = Field(min_length=1)
    effective_start_date: AwareDatetime
    meter_name: str
    product_name: str
    sku_name: str
    unit_of_measure: str
    type: str
    is_primary_meter_region: bool
    arm_sku_name: str

    @property
    def names(self) -> str:
        return f"{self.product_name} {self.meter_name} {self.sku_name}"

    @property
    def spot(self) -> bool:
        return "Spot" in self.names


Machine = tuple[Gpu, int]


async def _fetch(asking: Asking[Config]) -> Findings:
    machines = _machines(asking.config, asking.need)
    if not machines:
        return Findings([])
    rows, unread = read_rows([row async for row in _rows(asking, machines)], _Price, "Items")
    ours = [row for row in rows if _is_ours(row, machines)]
    hourly = [row for row in ours if row.unit_of_measure == "1 Hour"]
    held = [row for row in hourly if row.effective_start_date <= asking.now()]
    offers = [_offer(group, machines) for group in _groups(held)]
    return Findings(offers, unread + len(ours) - len(hourly))


def _machines(config: Config, need: Need) -> dict[str, Machine]:
    """The sizes whose GPU is known and may answer the need."""
    found = {}
    for size in config.sizes:
        machine = known_instance(size) or known_instance(size.removeprefix("Standard_"))
        if machine and (need.gpu is None or same_gpu(need.gpu, machine[0])):
            found[size] = machine
    return found


async def _rows(asking: Asking[Config], machines: dict[str, Machine]) -> Any:
    """The rows of all pages. A page that fails takes the others with it: a part of the prices
    would look like all of them."""
    names = " or ".join(f"armSkuName eq '{size}'" for size in machines)
    params = {
        "api-version": "2023-01-01-preview",
        "$filter": "serviceName eq 'Virtual Machines' and priceType eq 'Consumption' and "
        f"contains(productName, 'Windows') eq false and ({names})",
    }
    for _ in range(_MOST_PAGES):
        page = await asking.http.get(_PATH, params=params)
        items = page.get("Items") if isinstance(page, dict) else None
        if not isinstance(items, list):
            raise SourceFailed("answer", "Items is not a list", _CHANGED)
        for item in items:
            yield item
        link = page.get("NextPageLink")
        if not link:
            return
        params = _next_page(link, asking.config)
    raise SourceFailed("answer", f"over {_MOST_PAGES} pages of prices", "ask for one GPU")


def _next_page(link: object, config: Config) -> dict[str, str]:
    """The parameters of the next page; a link to anywhere else is not followed."""
    parts, home = urlsplit(link if isinstance(link, str) else ""), urlsplit(config.url)
    if (parts.scheme, parts.hostname, parts.path) != (
        home.scheme,
        home.hostname,
        home.path + _PATH,
    ):
        raise SourceFailed("answer", "the next page is somewhere else", _CHANGED)
    return dict(parse_qsl(parts.query))


def _is_ours(row: _Price, machines: dict[str, Machine]) -> bool:
    return (
        row.arm_sku_name in machines
        and row.type == "Consumption"
        and row.is_primary_meter_region
        and row.tier_minimum_units == 0
        and not any(word in row.names for word in _NOT_OURS)
    )


def _groups(rows: list[_Price]) -> list[list[_Price]]:
    """The rows of each size, region, term and currency: one, unless they contradict each other."""
    groups: dict[tuple[str, str, bool, str], list[_Price]] = {}
    for row in rows:
        key = (row.arm_sku_name, row.arm_region_name, row.spot, row.currency_code)
        groups.setdefault(key, []).append(row)
    return list(groups.values())


def _offer(rows: list[_Price], machines: dict[str, Machine]) -> Offer:
    """One offer; rows that contradict each other leave its price unknown."""
    row, amounts = rows[0], {each.retail_price for each in rows}
    gpu, gpus = machines[row.arm_sku_name]
    amount = amounts.pop() if len(amounts) == 1 else None
    whole = Money(amount=amount, currency=row.currency_code) if amount else None
    return Offer(
        provider="Azure",
        gpu=gpu.key,
        gpu_raw=row.arm_sku_name,
        form_stated=gpu.form_stated,
        count=gpus,
        nodes=1,
        term=Term.SPOT if row.spot else Term.ON_DEMAND,
        price_per_gpu_hour=Money(amount=whole.amount / gpus, currency=whole.currency)
        if whole
        else None,
        quote=Quote(price=whole, unit="instance_hour") if whole else None,
        basis="list",
        region=row.arm_region_name,
        availability=Availability.UNKNOWN,
        list_as_of=row.effective_start_date.astimezone(UTC).date().isoformat(),
        method="live",
        source="azure",
    )


def _asked(need: Need) -> str:
    return need.gpu.key if need.gpu else ""


SOURCE = Source(
    name="azure",
    title="Azure retail prices",
    kind="market",
    config=Config,
    fetch=_fetch,
    pace=Pace(requests=5, seconds=1, burst=8),  # none is published
    ttl_s=24 * 3600,
    asked=_asked,
)
