"""Azure's retail prices by their documentation: GET /api/retail/prices, in pages."""

from __future__ import annotations

from typing import Any

from tests.tools.sources.fakes.fake import Fake
from tests.tools.sources.loopback import Reply, Request
from tools.sources import azure

_ND = "Standard_ND96isr_H100_v5"
_NC = "Standard_NC40ads_H100_v5"


def _price(size: str, amount: Any, region: str = "eastus", **more: Any) -> dict[str, Any]:
    short = size.removeprefix("Standard_").replace("_", " ")
    return {
        "currencyCode": "USD", "tierMinimumUnits": 0.0, "retailPrice": amount,
        "unitPrice": amount, "armRegionName": region, "location": "US East",
        "effectiveStartDate": "2025-06-01T00:00:00Z", "meterId": "m", "meterName": short,
        "productId": "DZH318Z0", "skuId": "DZH318Z0/1", "availabilityId": None,
        "productName": "Virtual Machines NDsr H100 v5 Series", "skuName": short,
        "serviceName": "Virtual Machines", "serviceId": "DZH313Z7MMC8",
        "serviceFamily": "Compute", "unitOfMeasure": "1 Hour", "type": "Consumption",
        "isPrimaryMeterRegion": True, "armSkuName": size,
    } | more  # fmt: skip


def _spot(size: str, amount: Any) -> dict[str, Any]:
    name = size.removeprefix("Standard_").replace("_", " ") + " Spot"
    return _price(size, amount, meterName=name, skuName=name)


_FIRST = [
    _price(_ND, 98.32),
    _price(_ND, 10.0, effectiveStartDate="2030-01-01T00:00:00Z"),  # not yet
    _spot(_ND, 39.328),
    _price(_ND, 102.7, productName="Virtual Machines NDsr H100 v5 Series Windows"),
    _price(_ND, 9.8, meterName="ND96isr H100 v5 Low Priority"),
    _price(_ND, 1.0, type="DevTestConsumption"),
    _price(_ND, 2.0, isPrimaryMeterRegion=False),
    _price(_ND, 3.0, unitOfMeasure="1 GB"),  # ours, and not by the hour: not read
    _price("Standard_ND128isr_NDR_GB200_v6x", 108.16),  # a size nobody asked for
]
_SECOND = [_price(_NC, 6.98, "westeurope")]


def _publish(request: Request, variant: str) -> Reply:
    if (request.method, request.path) != ("GET", "/api/retail/prices"):
        return Reply({"error": "not found"}, 404)
    asked = request.query.get("$filter", "")
    if "priceType eq 'Consumption'" not in asked or f"armSkuName eq '{_ND}'" not in asked:
        return Reply({"Error": {"Code": "BadRequest"}}, 400)
    second = request.query.get("$skip") == "1000"
    items = _SECOND if second else _FIRST
    if variant == "renamed":
        name = "retailPrice"
        items = [{("price" if k == name else k): v for k, v in each.items()} for each in items]
    elif variant != "normal":
        only = {
            "null_price": [_price(_ND, None)],
            "two_terms": [_price(_ND, 98.32), _spot(_ND, 40)],
        }
        items = [] if second else only.get(variant, [])
    host = request.headers["host"]
    link = f"http://{host}{request.path}?$filter={asked}&api-version=2023-01-01-preview&$skip=1000"
    return Reply(
        {"BillingCurrency": "USD", "CustomerEntityId": "Default", "Items": items,
         "NextPageLink": None if second else link.replace(" ", "%20"), "Count": len(items)}
    )  # fmt: skip


_H100 = {"provider": "Azure", "gpu": "nvidia-h100-any-80gb", "gpu_raw": _ND, "count": 8,
         "region": "eastus", "availability": "unknown", "basis": "list"}  # fmt: skip
_NVL = {"gpu": "nvidia-h100-nvl-94gb", "count": 1, "availability": "unknown"}
FAKE = Fake(
    source=azure.SOURCE,
    publish=_publish,
    config={"sizes": (_ND, _NC)},
    expected={
        "normal": [
            _H100 | {"price": "12.29", "term": "on_demand", "list_as_of": "2025-06-01"},
            _H100 | {"price": "4.916", "term": "spot"},
            _NVL | {"price": "6.98", "region": "westeurope"},
        ],
        "null_price": [_H100 | {"price": None, "quote": None}],
        "two_terms": [
            _H100 | {"price": "12.29", "term": "on_demand"},
            _H100 | {"price": "5", "term": "spot"},
        ],
        "empty": [],
    },
)  # fmt: skip
