"""AWS capacity blocks by the EC2 reference: signed GET, answers in XML."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from tests.tools.sources.fakes.fake import SECRET, Fake
from tests.tools.sources.loopback import Reply, Request
from tools.needs import need
from tools.sources import aws
from tools.sources.sigv4 import AwsKey, signed_headers

_ID = "AKIDEXAMPLE"
_NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"


def _signed(request: Request) -> bool:
    stamp = request.headers.get("x-amz-date", "")
    if not stamp:
        return False
    mine = signed_headers(
        "GET", f"http://{request.headers['host']}/?{urlencode(request.query)}", {}, b"",
        AwsKey(_ID, SECRET), region="us-east-1", service="ec2",
        now=datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC),
    )  # fmt: skip
    return request.headers.get("authorization") == mine["Authorization"]


def _error(status: int, code: str) -> Reply:
    text = (
        f"<Response><Errors><Error><Code>{code}</Code><Message>no</Message></Error></Errors>"
        "<RequestID>ea966190</RequestID></Response>"
    )
    return Reply(text.encode(), status)


def _block(**fields: Any) -> dict[str, Any]:
    return {
        "capacityBlockOfferingId": "cb-0123456789abcdefg", "instanceType": "p5.48xlarge",
        "availabilityZone": "us-east-1a", "instanceCount": 2,
        "startDate": "2026-11-25T11:30:00.000Z", "endDate": "2026-11-27T11:30:00.000Z",
        "capacityBlockDurationHours": 48, "upfrontFee": "3041.28", "currencyCode": "USD",
        "tenancy": "default",
    } | fields  # fmt: skip


def _xml(blocks: list[dict[str, Any]], token: str = "") -> Reply:
    items = "".join(
        "<item>" + "".join(f"<{k}>{v}</{k}>" for k, v in block.items()) + "</item>"
        for block in blocks
    )
    more = f"<nextToken>{token}</nextToken>" if token else ""
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{aws._ACTION}Response xmlns="{_NAMESPACE}">'
        f"<requestId>7a62c49f</requestId><capacityBlockOfferingSet>{items}"
        f"</capacityBlockOfferingSet>{more}</{aws._ACTION}Response>"
    )
    return Reply(text.encode())


# 2 machines of 8 GPUs for 48 hours: 3041.28 dollars are 3.96 a GPU-hour.
_SHORT = _block(
    startDate="2026-12-01T04:55:00.000Z", endDate="2026-12-02T11:30:00.000Z",
    capacityBlockDurationHours=30, capacityBlockDurationMinutes=35, upfrontFee="1937.76",
    availabilityZone="us-east-1b",
)  # fmt: skip
_WRONG = _block(capacityBlockDurationHours=24)  # its dates say two days: not read


def _publish(request: Request, variant: str) -> Reply:
    if not _signed(request):
        return _error(401, "AuthFailure")
    asked = dict(request.query)
    token = asked.pop("NextToken", "")
    if (request.method, request.path, asked.get("Action")) != ("GET", "/", aws._ACTION):
        return _error(404, "InvalidAction")
    if asked.get("InstanceType") != "p5.48xlarge":
        return _error(400, "Unsupported")
    sizes = (asked.get("InstanceCount"), asked.get("CapacityDurationHours"), asked.get("Version"))
    if sizes != ("2", "48", "2016-11-15"):
        return _error(400, "InvalidParameterValue")
    if variant == "renamed":
        fee = "upfrontFee"
        return _xml([{("fee" if k == fee else k): v for k, v in _block().items()}])
    if variant == "null_price":
        return _xml([_block(upfrontFee="")])
    if variant == "empty":
        return _xml([])
    return _xml([_SHORT]) if token == "page-2" else _xml([_block(), _WRONG], "page-2")


_P5 = {"provider": "AWS", "gpu": "nvidia-h100-sxm5-80gb", "gpu_raw": "p5.48xlarge", "count": 16,
       "nodes": 2, "term": "capacity_block", "availability": "available"}  # fmt: skip
FAKE = Fake(
    source=aws.SOURCE,
    publish=_publish,
    keys={"AWS_ACCESS_KEY_ID": _ID, "AWS_SECRET_ACCESS_KEY": SECRET},
    # The first type is refused in this region; that harms no other.
    config={"instance_types": ("p4d.24xlarge", "p5.48xlarge")},
    need=need(count=16, hours=Decimal(40)),
    expected={
        "normal": [
            _P5 | {"price": "3.96", "region": "us-east-1a",
                   "upfront": {"amount": Decimal("3041.28"), "currency": "USD"},
                   "quote": {"price": {"amount": Decimal("3041.28"), "currency": "USD"},
                             "unit": "block"},
                   "commitment": {"hours": Decimal(48), "gpus": 16, "amount": None},
                   "start": {"state": "window", "bound": "exact", "method": "capacity block",
                             "at": datetime(2026, 11, 25, 11, 30, tzinfo=UTC),
                             "until": datetime(2026, 11, 27, 11, 30, tzinfo=UTC)}},
            _P5 | {"price": "3.96", "region": "us-east-1b"},
        ],
        "null_price": [_P5 | {"price": None, "quote": None, "upfront": None}],
        "empty": [],
    },
    impossible={"two_terms": "a block has one term"},
)  # fmt: skip
