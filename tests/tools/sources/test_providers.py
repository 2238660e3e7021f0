"""What single providers say that is easily misread, beside the faults that all of them share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from tests.tools.sources.fakes import aws as aws_fake
from tests.tools.sources.fakes import azure as azure_fake
from tests.tools.sources.fakes import crusoe as crusoe_fake
from tests.tools.sources.fakes import hyperstack as hyperstack_fake
from tests.tools.sources.fakes import sfcompute_quotes as quotes_fake
from tests.tools.sources.fakes import verda as verda_fake
from tests.tools.sources.fakes.fake import SECRET, Fake
from tests.tools.sources.loopback import Reply, Request, serving
from tools.needs import Need, need
from tools.sources import aws, azure, crusoe
from tools.sources.asking import Configured, SourceAnswer, ask
from tools.sources.memory import Memory

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
Answerer = Callable[[Request], Reply]


def answer_of(
    fake: Fake, publish: Answerer | None = None, wanted: Need | None = None, **keys: str
) -> tuple[SourceAnswer, list[Request]]:
    """One round with the fake's own answers or others, and what was asked."""
    memory = Memory(None)
    with serving(publish or (lambda request: fake.publish(request, "normal"))) as server:
        made = fake.configured(server.url)
        held = dict(made.keys) | {env: SecretStr(value) for env, value in keys.items()}
        configured = Configured(made.name, made.source, made.config, held)
        answer = asyncio.run(ask(configured, wanted or fake.need, memory, lambda: NOW))
    memory.close()
    return answer, server.seen


# AWS


@pytest.mark.parametrize(
    ("hours", "asked"),
    [(None, 24), (1, 24), (24, 24), (25, 48), (14 * 24, 336), (14 * 24 + 1, 21 * 24),
     (21 * 24, 504), (182 * 24, 4368), (5000, 4368)],
)  # fmt: skip
def test_aws_sells_days_to_14_then_weeks_to_182_days(hours: int | None, asked: int) -> None:
    assert aws._hours(need(hours=Decimal(hours) if hours else None)) == asked


@pytest.mark.parametrize(("count", "machines"), [(None, 1), (1, 1), (8, 1), (9, 2), (10_000, 64)])
def test_aws_is_asked_for_whole_machines_up_to_64(count: int | None, machines: int) -> None:
    assert aws._machines(need(count=count), 8) == machines


def test_aws_that_refuses_three_machines_is_asked_for_four() -> None:
    def publish(request: Request) -> Reply:
        if request.query["InstanceCount"] != "4":
            return aws_fake._error(400, "InvalidParameterValue")
        return aws_fake._xml([aws_fake._block(instanceCount=4, upfrontFee="6082.56")])

    answer, seen = answer_of(aws_fake.FAKE, publish, need("H100 SXM", 20, hours=Decimal(48)))
    assert [each.query["InstanceCount"] for each in seen] == ["3", "4"]
    assert [(each.count, each.nodes) for each in answer.offers] == [(32, 4)]


@pytest.mark.parametrize("broken", [aws_fake._error(400, "InvalidNextToken"), Reply(b"\xff")])
def test_aws_page_that_fails_is_no_type_that_is_not_sold(broken: Reply) -> None:
    def publish(request: Request) -> Reply:
        later = "NextToken" in request.query
        return broken if later else aws_fake.FAKE.publish(request, "normal")

    def odd(request: Request) -> Reply:
        other = request.query["InstanceType"] != "p5.48xlarge"
        return Reply(b"\xff") if other else aws_fake.FAKE.publish(request, "normal")

    for each in (publish, odd):
        answer, _ = answer_of(aws_fake.FAKE, each)
        assert (answer.status.status, answer.offers) == ("failed", [])


def test_aws_address_follows_the_region() -> None:
    assert aws.Config().url == "https://ec2.us-east-1.amazonaws.com"
    assert aws.Config(region="ap-northeast-1").url == "https://ec2.ap-northeast-1.amazonaws.com"
    for region in ("evil.example/", "us-east-1.evil.example", "US-EAST-1", ""):
        with pytest.raises(ValidationError):
            aws.Config(region=region)


def test_aws_temporary_keys_send_their_token() -> None:
    _, seen = answer_of(aws_fake.FAKE, AWS_SESSION_TOKEN="token-" + SECRET)
    assert {each.headers.get("x-amz-security-token") for each in seen} == {"token-" + SECRET}
    assert all("x-amz-security-token" in each.headers["authorization"] for each in seen)


def test_aws_that_refuses_every_type_is_a_failure_and_says_where() -> None:
    answer, _ = answer_of(aws_fake.FAKE, lambda _: aws_fake._error(400, "Unsupported"))
    assert answer.status.status == "failed"
    assert "us-east-1" in (answer.status.error or "")


@pytest.mark.parametrize(
    "text",
    [
        "<html><body>ok</body></html>",
        "<DescribeCapacityBlockOfferingsResponse/>",
        '<!DOCTYPE x [<!ENTITY a "9">]><r><capacityBlockOfferingSet/></r>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><r><capacityBlockOfferingSet><item>'
        "<upfrontFee>&a;</upfrontFee></item></capacityBlockOfferingSet></r>",
    ],
    ids=["html", "no set", "doctype", "entity"],
)
def test_aws_xml_of_another_kind_is_a_failure(text: str) -> None:
    answer, _ = answer_of(aws_fake.FAKE, lambda _: Reply(text.encode()))
    assert (answer.status.status, answer.offers) == ("failed", [])


@pytest.mark.parametrize("field", [*aws_fake._block(), "capacityBlockDurationMinutes"])
@pytest.mark.parametrize("value", [None, "", "-1", "NaN", "1e400", "x"])
def test_aws_block_with_a_lost_value_is_true_or_not_shown(field: str, value: str | None) -> None:
    whole, _ = answer_of(aws_fake.FAKE, lambda _: aws_fake._xml([aws_fake._block()]))
    block = aws_fake._block()
    if value is None:
        block.pop(field, None)
    else:
        block[field] = value
    answer, _ = answer_of(aws_fake.FAKE, lambda _: aws_fake._xml([block]))
    for offer in answer.offers:
        same = offer.model_copy(update={"region": whole.offers[0].region})
        if offer.price_per_gpu_hour is None:
            known = {"price_per_gpu_hour", "quote", "upfront"}
            same = same.model_copy(update={k: getattr(whole.offers[0], k) for k in known})
        assert same == whole.offers[0]
        assert offer.region in (whole.offers[0].region, value)


def test_aws_asks_only_for_types_with_the_wanted_gpu() -> None:
    _, seen = answer_of(aws_fake.FAKE, wanted=need("H100 SXM", 16, hours=Decimal(48)))
    assert {each.query["InstanceType"] for each in seen} == {"p5.48xlarge"}
    answer, seen = answer_of(aws_fake.FAKE, wanted=need("RTX 4090"))
    assert (seen, answer.offers, answer.status.status) == ([], [], "ok")


# Azure


@pytest.mark.parametrize(
    "link",
    ["https://evil.example/api/retail/prices?$skip=1000", "http://127.0.0.1/other?$skip=1000",
     "//evil.example/api/retail/prices", 7, ["x"]],
)  # fmt: skip
def test_azure_follows_no_link_to_elsewhere(link: Any) -> None:
    page = Reply({"Items": azure_fake._FIRST, "NextPageLink": link})
    answer, seen = answer_of(azure_fake.FAKE, lambda _: page)
    assert (answer.status.status, answer.offers, len(seen)) == ("failed", [], 1)


def test_azure_half_of_the_pages_is_no_answer() -> None:
    def publish(request: Request) -> Reply:
        return (
            Reply({}, 404) if "$skip" in request.query else azure_fake._publish(request, "normal")
        )

    answer, _ = answer_of(azure_fake.FAKE, publish)
    assert (answer.status.status, answer.offers) == ("failed", [])


def test_azure_prices_that_contradict_each_other_are_unknown() -> None:
    size = "Standard_NC40ads_H100_v5"
    items = [azure_fake._price(size, amount, "uksouth") for amount in (7.0, 8.0, 7.0)]
    page = Reply({"Items": items, "NextPageLink": None})
    answer, _ = answer_of(azure_fake.FAKE, lambda _: page)
    assert [(each.region, each.price_per_gpu_hour) for each in answer.offers] == [("uksouth", None)]


def test_azure_pages_without_end_are_a_failure() -> None:
    def publish(request: Request) -> Reply:
        link = f"http://{request.headers['host']}{request.path}?$skip=1000"
        return Reply({"Items": [], "NextPageLink": link})

    answer, seen = answer_of(azure_fake.FAKE, publish)
    assert answer.status.status == "failed"
    assert len(seen) == azure._MOST_PAGES


def test_azure_asks_only_for_sizes_with_the_wanted_gpu() -> None:
    _, seen = answer_of(azure_fake.FAKE, wanted=need("H100 SXM"))
    assert "Standard_ND96isr_H100_v5" in seen[0].query["$filter"]
    assert "Standard_NC40ads_H100_v5" not in seen[0].query["$filter"]
    answer, seen = answer_of(azure_fake.FAKE, wanted=need("RTX 4090"))
    assert (seen, answer.offers, answer.status.status) == ([], [], "ok")


# Crusoe


def test_crusoe_signs_path_sorted_query_method_and_time() -> None:
    # The key is base64url of 0x00..0x1f; the expected value is computed from the published text of
    # the signature with another tool (openssl dgst -sha256 -mac HMAC).
    secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
    headers = crusoe.signed_headers(
        "GET", "https://api.cloud.crusoe.ai/v1/capacities?location=b&location=a&a=1", "id", secret,
        datetime(2026, 11, 22, 12, tzinfo=UTC),
    )  # fmt: skip
    assert headers["X-Crusoe-Timestamp"] == "2026-11-22T12:00:00Z"
    assert headers["Authorization"] == "Bearer 1.0:id:3QMAP2zQDcnuXaKzRpCqxmRT3z8WS8_t5Lae_d4MByQ"


def test_crusoe_secret_that_is_none_is_named_without_it() -> None:
    answer, seen = answer_of(crusoe_fake.FAKE, CRUSOE_SECRET_KEY="not base64! " + SECRET)
    assert seen == []
    assert answer.status.status == "failed"
    assert "CRUSOE_SECRET_KEY" in (answer.status.error or "")
    assert SECRET not in answer.status.model_dump_json()


# Verda


@pytest.mark.parametrize("token", [None, "", 7, "two\nlines", "a b", {"a": 1}])
def test_verda_token_that_cannot_be_one_is_not_sent(token: Any) -> None:
    answer, seen = answer_of(verda_fake.FAKE, lambda _: Reply({"access_token": token}))
    assert answer.status.status == "failed"
    assert [each.path for each in seen] == ["/oauth2/token"]


def test_verda_asks_for_spot_and_on_demand_apart() -> None:
    _, seen = answer_of(verda_fake.FAKE)
    asked = [each.query["is_spot"] for each in seen if each.path == "/instance-availability"]
    assert asked == ["false", "true"]


# Hyperstack


def test_hyperstack_forecast_is_never_stock() -> None:
    stocks = [{"region": "CANADA-1", "stock-type": "GPU", "models": [
        hyperstack_fake._model("H100-80G-SXM5", "0", week="200+")]}]  # fmt: skip

    def publish(request: Request) -> Reply:
        return Reply({"stocks": stocks} if request.path == "/core/stocks" else [])

    answer, _ = answer_of(hyperstack_fake.FAKE, publish)
    (offer,) = answer.offers
    assert (offer.availability, offer.free, offer.start) == ("none", 0, None)


@pytest.mark.parametrize("available", ["200+", "9"])
def test_hyperstack_stock_without_a_size_is_not_called_available(available: str) -> None:
    stocks = [{"region": "US-1", "stock-type": "GPU", "models": [
        hyperstack_fake._model("H100-80G-SXM5", available)]}]  # fmt: skip

    def publish(request: Request) -> Reply:
        return Reply({"stocks": stocks} if request.path == "/core/stocks" else [])

    answer, _ = answer_of(hyperstack_fake.FAKE, publish)
    assert [(each.availability, each.free) for each in answer.offers] == [("unknown", None)]


# SF Compute


def test_sfcompute_null_quote_is_no_offer_and_no_failure() -> None:
    answer, _ = answer_of(
        quotes_fake.FAKE, lambda _: Reply({"object": "quote", "side": "buy", "quote": None})
    )
    assert (answer.status.status, answer.offers) == ("ok", [])


def test_sfcompute_is_asked_only_for_nodes_with_the_wanted_gpu() -> None:
    answer, seen = answer_of(quotes_fake.FAKE, wanted=need("B200"))
    assert (seen, answer.offers, answer.status.status) == ([], [], "ok")


def test_sfcompute_answers_for_selling_are_a_failure() -> None:
    sell = {"object": "quote", "side": "sell", "quote": quotes_fake._quote("h100i", 100)}
    answer, _ = answer_of(quotes_fake.FAKE, lambda _: Reply(sell))
    assert (answer.status.status, answer.offers) == ("failed", [])
