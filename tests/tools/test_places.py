"""Places as people name them, against regions as providers name them."""

from __future__ import annotations

import pytest

from tools.places import find_places, in_place


@pytest.mark.parametrize(
    ("region", "country", "wanted", "lies"),
    [
        ("US-KS-2", None, "US", True),
        ("US-CA-1", None, "Canada", False),  # California
        ("US-DE-1", None, "Germany", False),  # Delaware
        ("CA-MTL-1", None, "加拿大", True),
        ("EU-RO-1", None, "欧洲", True),
        ("EU-RO-1", None, "us", False),
        ("us-east-1", None, "美國", True),
        ("eastus2", None, "United States", True),
        ("westeurope", None, "EU", True),
        ("germanywestcentral", None, "Europe", True),
        ("East US", None, "USA", True),
        ("CANADA-1", "CA", "美国", False),
        ("Iowa (us-central1)", None, "US", True),
        ("Texas, US", "US", "us", True),
        ("FIN-01", None, "芬兰", True),
        ("FIN-01", None, "欧洲", True),
        ("China (Qinghai)", None, "国内", True),
        ("cn-beijing", None, "北京", True),
        ("Washington DC", "US", "us", True),
        ("eu-west-1", None, "west-1", True),  # no place of the table: a part of the name
        ("eu-west-1", None, "us-east", False),
        ("Australia", None, "US", False),
        ("Russia", None, "US", False),
    ],
)
def test_in_place(region: str, country: str | None, wanted: str, lies: bool) -> None:
    assert in_place(region, country, wanted) is lies


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Where can I rent 8 H100s in the US?", ["US"]),
        ("who would give us 256 H100s", []),
        ("美国哪里有8张H100？", ["US"]),
        ("歐洲哪裡可以租到 8 張 H200？", ["EU"]),
        ("H20在国内租一小时多少钱", ["CN"]),
        ("H100 prices in Europe or Canada", ["CA", "EU"]),
        ("an industrial use of GPUs in India", ["IN"]),
        ("H100 in Indiana", []),
        ("cheapest A100", []),
    ],
)
def test_places_in_a_question(text: str, places: list[str]) -> None:
    assert find_places(text) == places
