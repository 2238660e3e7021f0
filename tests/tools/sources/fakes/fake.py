"""What a fake of a provider consists of: its published answers, and the offers that follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import SecretStr

from tests.tools.sources.loopback import Reply, Request
from tools.needs import Need
from tools.offers import Offer
from tools.sources.asking import Configured
from tools.sources.source import Source

SECRET = "s3cret-" + "k" * 12  # in every key, so that a search finds it wherever it leaks
# What every fake can publish beside "normal".
VARIANTS = ("normal", "renamed", "null_price", "two_terms", "empty")


@dataclass(frozen=True)
class Fake:
    """A provider behind a loopback server.

    `publish(request, variant)` answers as the provider's schema says. `expected[variant]` holds a
    row (a mapping of fields of `Offer` to their values; `price` is the amount per GPU-hour as
    text) for each offer that must come of it, in any order; a variant that must be a named failure
    is left out of it. "renamed": a field that the adapter cannot do without has another name.
    "null_price": a price is null, where the schema has prices. "two_terms": spot and on-demand in
    one region. A variant that the schema cannot express is in `impossible` with the reason.
    `path`: added to the server's address. `need`: what the rounds ask for.
    """

    source: Source[Any]
    publish: Callable[[Request, str], Reply]
    expected: Mapping[str, list[dict[str, Any]]]
    keys: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    impossible: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    need: Need = field(default_factory=Need)

    def configured(
        self, url: str, *, deadline_s: float = 5.0, name: str | None = None
    ) -> Configured:
        """The source pointed at the server."""
        settings = {"url": url + self.path, "deadline_s": deadline_s, **self.config}
        return Configured(
            name or self.source.name,
            self.source,
            self.source.config.model_validate(settings),
            {env: SecretStr(value) for env, value in self.keys.items()},
        )


def shown(offer: Offer, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an offer that an expectation names."""
    price = offer.price_per_gpu_hour
    values = offer.model_dump() | {"price": None if price is None else f"{price.amount:f}"}
    return {name: values[name] for name in fields}


def json_exact(text: str) -> Any:
    """JSON with exact numbers, as a provider's example is written."""
    import json

    return json.loads(text, parse_float=Decimal)
