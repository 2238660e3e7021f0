"""AWS request signing, against the vectors that AWS publishes.

The first group is the example of the signing guide (IAM ListUsers); the others are cases of the
signature test suite ("get-vanilla", ...), both with AWS's own example keys.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tools.sources.sigv4 import AwsKey, signed_headers

KEY = AwsKey("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
NOW = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
SITE = "https://example.amazonaws.com"


def _authorization(
    method: str = "GET",
    url: str = SITE + "/",
    headers: dict[str, str] | None = None,
    key: AwsKey = KEY,
    service: str = "service",
    now: datetime = NOW,
) -> str:
    sent = signed_headers(
        method, url, headers or {}, b"", key, region="us-east-1", service=service, now=now
    )
    return sent["Authorization"]


def test_the_example_of_the_guide() -> None:
    text = _authorization(
        url="https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
        headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
        service="iam",
    )
    assert text == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )


@pytest.mark.parametrize(
    ("method", "url", "headers", "signature"),
    [
        (
            "GET",
            SITE + "/",
            {},
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        ),
        (
            "POST",
            SITE + "/",
            {},
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
        ),
        (
            "GET",
            SITE + "/?Param2=value2&Param1=value1",
            {},
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        (
            "GET",
            SITE + "/ሴ",
            {},
            "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
        ),
        (
            "GET",
            SITE + "/?ሴ=bar",
            {},
            "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
        ),
        (
            "GET",
            SITE + "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
            {},
            "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
        ),
        (
            "POST",
            SITE + "/",
            {"My-Header1": "value1"},
            "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
        ),
    ],
    ids=["vanilla", "post", "query-order", "utf8-path", "utf8-query", "unreserved", "header"],
)
def test_cases_of_the_suite(method: str, url: str, headers: dict[str, str], signature: str) -> None:
    assert _authorization(method, url, headers).endswith(f"Signature={signature}")


def test_a_time_zone_does_not_change_the_signature() -> None:
    taipei = NOW.astimezone(timezone(timedelta(hours=8)))
    assert _authorization(now=taipei) == _authorization()


def test_a_default_port_is_not_part_of_the_host_and_another_is() -> None:
    assert _authorization(url=SITE + ":443/") == _authorization()
    assert _authorization(url=SITE + ":8443/") != _authorization()


def test_a_temporary_key_sends_and_signs_its_token() -> None:
    key = AwsKey(KEY.access, KEY.secret, "a-token")
    sent = signed_headers(
        "GET", SITE + "/", {}, b"", key, region="us-east-1", service="service", now=NOW
    )
    assert sent["X-Amz-Security-Token"] == "a-token"
    assert "SignedHeaders=host;x-amz-date;x-amz-security-token," in sent["Authorization"]


def test_secrets_are_in_no_repr() -> None:
    key = AwsKey("AKID", "very-secret", "token-secret")
    assert "secret" not in repr(key)
    assert "very-secret" not in _authorization(key=key)
