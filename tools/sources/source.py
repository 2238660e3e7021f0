"""What a source of offers is: a name, its settings, the keys that it needs, one function that asks.

A new source is one file with a `SOURCE` beside this one, and one line in `tools/sources/all.py`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Generic, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)

from tools.errors import SourceFailed
from tools.needs import Need
from tools.offers import Offer

if TYPE_CHECKING:
    from tools.sources.http import Http

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""This machine."""


class SourceConfig(BaseModel):
    """Settings of one source. `deadline_s` bounds one round of asking, retries included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    deadline_s: float = Field(default=5, gt=0, le=60, allow_inf_nan=False)


class HttpConfig(SourceConfig):
    """Settings of a source that is asked over HTTP. Each source gives `url` its default."""

    url: str

    @field_validator("url")
    @classmethod
    def _safe(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("an address without user, password or query; keys are set apart")
        local = parts.scheme == "http" and parts.hostname in LOOPBACK
        if not parts.hostname or not (parts.scheme == "https" or local):
            raise ValueError("an https address (http only on this machine)")
        return url.rstrip("/")


class OwnHttpConfig(HttpConfig):
    """Settings of a server of the fund's own. `ca_file`: the certificates (PEM) of the authority
    that it is checked against, where that is none of the public ones."""

    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a source may be asked: `requests` per `seconds`, at most `burst` at once; after a
    429 that names no time it is left alone for `hold_s` seconds."""

    requests: float
    seconds: float
    burst: int = 1
    hold_s: float = 60


@dataclass(frozen=True, slots=True)
class Key:
    """A secret (or an account name beside one) by the environment variable that holds it."""

    env: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class PendingStart:
    """A waiting job of a cluster, under a hash of its number, and when it is predicted to start."""

    job: str
    predicted: datetime


@dataclass(frozen=True, slots=True)
class Started:
    """A job that has started, under the same hash, and when it did."""

    job: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Findings:
    """What a source answered: offers, how many rows could not be read, and (clusters) what is
    predicted for waiting jobs and which jobs have started."""

    offers: Sequence[Offer]
    unread: int = 0
    pending: Sequence[PendingStart] = ()
    started: Sequence[Started] = ()


C = TypeVar("C", bound=SourceConfig)
Row = TypeVar("Row", bound=BaseModel)

# Values as schemas have them: what is beyond is no price, count or flag, and its row is not read.
# (1e-9999999 is a number too, and takes ten megabytes to write.)
Amount = Annotated[
    Decimal,
    Field(ge=0, le=10_000_000, decimal_places=30),
    AfterValidator(lambda at: at or Decimal(0)),
]
Whole = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
GpuCount = Annotated[int, Field(strict=True, ge=1, le=100_000)]
Flag = Annotated[bool, Field(strict=True)]


@dataclass(frozen=True, slots=True)
class Asking(Generic[C]):
    """One round of asking: what for, with which settings and keys, over what. The keys are not
    in its repr."""

    need: Need
    config: C
    keys: Mapping[str, SecretStr] = field(repr=False)
    http: Http
    now: Callable[[], datetime]

    def key(self, env: str) -> str:
        """The secret. Raises `SourceFailed` where it is not set."""
        if env not in self.keys:
            raise SourceFailed("key", f"{env} is not set", f"export {env}=...")
        return self.keys[env].get_secret_value()


def _nothing(need: Need) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Source(Generic[C]):
    """A kind of source. `fetch` asks it and returns offers (their `source`, `method` and
    `fetched_at` are filled in by the caller) or raises `SourceFailed`; it may let any other
    error through, which counts as an answer that is not understood. `asked` names the part of a
    need that changes the request: answers are kept apart by it. An answer is live for `ttl_s`
    seconds. "cluster" is the fund's own; "market" is anybody's."""

    name: str
    title: str
    kind: Literal["market", "cluster"]
    config: type[C]
    fetch: Callable[[Asking[C]], Awaitable[Findings]]
    pace: Pace
    keys: tuple[Key, ...] = ()
    ttl_s: int = 120
    asked: Callable[[Need], str] = _nothing


def read_rows(rows: object, model: type[Row], what: str) -> tuple[list[Row], int]:
    """The rows of an answer by the schema `model`, and how many did not fit it.

    Raises `SourceFailed` where `rows` is no list, or no row of it fits: then the answer is not
    what its schema says, and the message names the field.
    """
    if not isinstance(rows, list):
        raise SourceFailed("answer", f"{what} is not a list", "its interface may have changed")
    good: list[Row] = []
    trouble = ""
    for row in rows:
        try:
            good.append(model.model_validate(row))
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"]) or what
            trouble = trouble or f"{place}: {first['msg'].lower()}"
    if rows and not good:
        raise SourceFailed(
            "answer", f"no row of {what} can be read ({trouble})", "its interface may have changed"
        )
    return good, len(rows) - len(good)
