"""HTTP as every live source is asked: paced, retried once, bounded in time and size."""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from tools.errors import SourceFailed

_LARGEST_ANSWER = 20_000_000
_RETRY_AFTER_S = 0.25
_TIMEOUT_S = 60.0
_USER_AGENT = "compute-desk"
_JSON_HINT = "its interface may have changed, or something stands between"


class Http:
    """Requests to one source at `base`, until `deadline` (the loop's clock).

    `take` waits for the source's pace before each request. `ca_file` holds the certificates that
    the server is checked against; without it the public authorities are trusted. Redirects are
    not followed: a key must not travel on. Errors are `SourceFailed` and hold nothing of the answer
    or of the headers.
    """

    def __init__(
        self,
        base: str,
        deadline: float,
        take: Callable[[], Awaitable[None]],
        ca_file: Path | None = None,
    ) -> None:
        self._base = base
        self._deadline = deadline
        self._take = take
        self._ca_file = ca_file
        self._client: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def get(
        self,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """The JSON at `base + path`, numbers with a point as Decimal."""
        return _parsed(await self.text("GET", path, params=params, headers=headers))

    async def post(
        self,
        path: str,
        *,
        body: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """The JSON that answers `body` (sent as JSON) or `form`."""
        return _parsed(await self.text("POST", path, body=body, form=form, headers=headers))

    async def text(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """The body of a 2xx answer as text. One retry after a lost connection, a 5xx, or a 429
        that names a time within the deadline."""
        await self._take()
        try:
            return await self._once(method, path, params, body, form, headers)
        except SourceFailed as failure:
            wait = self._before_retry(failure)
            if wait is None:
                raise
            await asyncio.sleep(wait)
            try:
                await self._take()
            except SourceFailed:
                raise failure from None  # no time for a second one: the first tells more
            return await self._once(method, path, params, body, form, headers)

    def _before_retry(self, failure: SourceFailed) -> float | None:
        if failure.kind in ("server", "network"):
            wait = _RETRY_AFTER_S
        elif failure.kind == "rate" and failure.retry_after is not None:
            wait = failure.retry_after
        else:
            return None
        left = self._deadline - asyncio.get_running_loop().time()
        return wait if wait < left else None

    async def _sent(self, request: httpx.Request) -> httpx.Response:
        assert self._client is not None
        mark = _OURS.set(True)
        try:
            return await self._client.send(request, stream=True)
        finally:
            _OURS.reset(mark)

    async def _once(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | int] | None,
        body: Any,
        form: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
    ) -> str:
        if self._client is None:
            self._client = _client(self._ca_file)
        try:
            request = self._client.build_request(
                method, self._base + path, params=params, json=body, data=form, headers=headers
            )
            answer = await self._sent(request)
            try:
                _check_status(answer)
                return await _body(answer)
            finally:
                await answer.aclose()
        except (UnicodeError, TypeError, httpx.LocalProtocolError) as error:
            raise SourceFailed(
                "key", f"a key or an address cannot be sent ({type(error).__name__})",
                "look for spaces or line ends in the key",
            ) from None  # fmt: skip
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            # Without a cause: httpx's errors carry the request and with it the key.
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise SourceFailed(
                    "configuration", "its certificate is not trusted",
                    "for a server of the fund's own set ca_file",
                ) from None  # fmt: skip
            raise SourceFailed("network", _network(error), "check the network") from None


class _Unlogged(logging.Filter):
    """Keeps our own requests out of httpx's log, which writes whole addresses: the mark of a
    cluster's next page holds the name of a pod."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not _OURS.get()


_OURS: ContextVar[bool] = ContextVar("ours", default=False)
logging.getLogger("httpx").addFilter(_Unlogged())


def _client(ca_file: Path | None) -> httpx.AsyncClient:
    trusted = _trusted(ca_file)
    try:
        # The caller's deadline bounds the whole of it; this only ends a dead connection.
        return httpx.AsyncClient(
            follow_redirects=False,
            headers={"user-agent": _USER_AGENT},
            timeout=_TIMEOUT_S,
            verify=trusted,
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        # Not its text: a proxy's address may hold a password.
        hint = "HTTPS_PROXY and ALL_PROXY take an http:// address"
        if isinstance(error, ImportError):
            hint = f"{hint}; a socks5:// one needs: pip install socksio"
        raise SourceFailed(
            "configuration", "the proxy that the environment names cannot be used", hint
        ) from None


def _trusted(ca_file: Path | None) -> ssl.SSLContext | bool:
    if ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise SourceFailed(
            "configuration", f"ca_file cannot be used ({type(error).__name__})",
            f"is {ca_file} a PEM file of certificates?",
        ) from None  # fmt: skip


def _network(error: Exception) -> str:
    if isinstance(error, httpx.ConnectError):
        return "no connection"
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
        return "the connection was cut off"
    return f"no answer ({type(error).__name__})"


def _check_status(answer: httpx.Response) -> None:
    status, after = answer.status_code, None
    if 200 <= status < 300:
        return
    if status in (401, 403):
        kind, told, hint = "key", "the key was refused", "check the key and its rights"
    elif status in (404, 405, 410):
        kind, told, hint = "address", "no such address", "check the source's url"
    elif status == 429:
        kind, told, hint = "rate", "asked too often", "it is left alone for a while"
        after = _seconds(answer.headers.get("retry-after", ""))
    elif status >= 500:
        kind, told, hint = "server", "the server failed", "try again later"
    else:
        kind, told, hint = "answer", "the request was refused", _JSON_HINT
    raise SourceFailed(kind, f"{told} ({status})", hint, retry_after=after, status=status)


def _seconds(text: str) -> float | None:
    """Retry-After in seconds; a date is read against our own clock."""
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:9]), 86_400))
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return min(max((when - datetime.now(UTC)).total_seconds(), 0.0), 86_400.0)


async def _body(answer: httpx.Response) -> str:
    parts = bytearray()
    async for part in answer.aiter_bytes():
        parts += part
        if len(parts) > _LARGEST_ANSWER:
            raise SourceFailed("answer", "the answer is over 20 MB", _JSON_HINT)
    try:
        return bytes(parts).decode("utf-8")
    except UnicodeDecodeError:
        raise SourceFailed("answer", "the answer is not UTF-8 text", _JSON_HINT) from None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise SourceFailed("answer", "the answer is not whole JSON", _JSON_HINT) from None


def _no_number(name: str) -> Any:
    raise ValueError(name)
