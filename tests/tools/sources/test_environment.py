"""What stands in the environment and cannot be used is a named failure that holds no secret."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from tests.tools.sources.fakes.shadeform import FAKE
from tests.tools.sources.loopback import serving
from tools.market import Access, gpu_offers
from tools.needs import need
from tools.offers import SourceStatus
from tools.sources.asking import Configured

SECRET = "planted-5b1d"


def asked(key: str) -> SourceStatus:
    with serving(lambda request: FAKE.publish(request, "normal")) as server:
        sound = FAKE.configured(server.url)
        keys = dict.fromkeys(sound.keys, SecretStr(key))
        configured = Configured("shadeform", sound.source, sound.config, keys)
        access = Access(live=(configured,), clock=lambda: datetime(2026, 11, 22, tzinfo=UTC))
        market = gpu_offers(need("H100", 8), access)
    assert not [each for each in market.offers if each.source == "shadeform"]
    return next(each for each in market.sources if each.name == "shadeform")


@pytest.mark.parametrize("proxy", ["socks5://u:{}@127.0.0.1:9", "gopher://u:{}@127.0.0.1:9"])
def test_a_proxy_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv("ALL_PROXY", proxy.format(SECRET))
    status = asked("key")
    assert status.status == "failed"
    assert "the proxy that the environment names cannot be used" in (status.error or "")
    assert SECRET not in (status.error or "")


@pytest.mark.parametrize("key", [f"{SECRET}\nX-More: 1", f"{SECRET}é密"])
def test_a_key_that_cannot_be_sent_is_named_and_not_told(key: str) -> None:
    status = asked(key)
    assert "a key or an address cannot be sent" in (status.error or "")
    assert SECRET not in (status.error or "")
