"""Web pages as bytes: one deadline, one size cap, and no way into private networks."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kb.errors import UnreadableSource
from kb.extraction import SIZE_LIMIT

if TYPE_CHECKING:
    import httpx

DEADLINE = 30.0  # seconds for the whole fetch, redirects included
_REDIRECTS = 5
_CHUNK = 65_536
_GONE = (404, 410)
_NO_HEAD = (400, 403, 404, 405, 501)  # what sites say that know GET only


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page: its bytes, the address that it came from in the end, and a file name for it."""

    data: bytes
    url: str
    name: str


def is_url(text: str) -> bool:
    """Whether an argument names a web page and not a file."""
    return text.lower().startswith(("http://", "https://"))


def fetch(url: str, *, allowed: Collection[str] = (), deadline: float = DEADLINE) -> Fetched:
    """The page at `url`, an http or https address.

    Hosts whose name is not in `allowed` must resolve to public addresses only, and the connection
    goes to the address that was checked; so do the hosts of redirects. Raises `UnreadableSource`
    where that fails, the page is missing or over 50 MB, or `deadline` seconds have passed.
    """
    end = time.monotonic() + deadline
    with _answer("GET", url, allowed, deadline) as (response, place):
        return Fetched(_body(response, place, end), place, _name(place))


def probe(url: str, *, allowed: Collection[str] = (), deadline: float = 10.0) -> str | None:
    """What is wrong with a link, or None where it leads somewhere; hosts are checked as for
    `fetch`, and no page is read. A site that turns programs away counts as alive."""
    try:
        with _answer("HEAD", url, allowed, deadline) as (response, _):
            status = response.status_code
        if status in _NO_HEAD:
            with _answer("GET", url, allowed, deadline) as (response, _):
                status = response.status_code
    except UnreadableSource as error:
        return error.message.removeprefix(_shown(url)).strip()
    return f"answers {status}" if status in _GONE or status >= 500 else None


@contextmanager
def _answer(
    method: str, url: str, allowed: Collection[str], deadline: float
) -> Iterator[tuple[httpx.Response, str]]:
    """The answer at the end of all redirects, and the address that gave it."""
    import httpx

    limits = httpx.Timeout(min(10.0, deadline))
    with httpx.Client(trust_env=False, timeout=limits) as client:
        try:
            for _ in range(_REDIRECTS + 1):
                target, headers, extensions = _pinned(url, allowed)
                with client.stream(
                    method, target, headers=headers, extensions=extensions
                ) as response:
                    if not response.has_redirect_location:
                        yield response, url
                        return
                    url = str(httpx.URL(url).join(response.headers["location"]))
        except httpx.TimeoutException as error:
            raise _failure(url, "did not answer in time") from error
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise _failure(url, f"cannot be fetched: {reason}") from error
    raise _failure(url, f"redirects more than {_REDIRECTS} times")


def _pinned(url: str, allowed: Collection[str]) -> tuple[httpx.URL, dict[str, str], dict[str, str]]:
    """`url` at the very address that was checked, with the headers and TLS name of its host."""
    import httpx

    parts = httpx.URL(url)
    if parts.scheme not in ("http", "https") or not parts.host:
        raise _failure(url, "is no http or https address")
    address = _address(url, parts.host, parts.port, allowed)
    headers = {
        "Host": parts.netloc.decode("ascii"),
        "Accept": "text/html, text/markdown, text/plain;q=0.9, */*;q=0.1",
        "User-Agent": "compute-desk",
    }
    return parts.copy_with(host=address), headers, {"sni_hostname": parts.host}


def _address(url: str, host: str, port: int | None, allowed: Collection[str]) -> str:
    try:
        found = socket.getaddrinfo(host, port or 443, type=socket.SOCK_STREAM)
    except OSError as error:
        raise _failure(url, "has a host that is not known") from error
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if host not in allowed:
        for address in addresses:
            if not ipaddress.ip_address(address).is_global:
                raise _failure(
                    url, f"leads to {address}, an address in a private network",
                    f"if that is meant, allow the host by name: {host}",
                )  # fmt: skip
    return addresses[0]


def _body(response: httpx.Response, url: str, end: float) -> bytes:
    if response.status_code != 200:
        raise _failure(url, f"answered {response.status_code} {response.reason_phrase}".rstrip())
    data = bytearray()
    for chunk in response.iter_bytes(_CHUNK):
        data += chunk
        if len(data) > SIZE_LIMIT:
            raise _failure(url, f"has more than {SIZE_LIMIT / 1e6:.0f} MB")
        if time.monotonic() > end:
            raise _failure(url, "did not end in time")
    if not bytes(data).strip():
        raise _failure(url, "is empty")
    return bytes(data)


def _name(url: str) -> str:
    parts = urlsplit(url)
    last = parts.path.rstrip("/").rpartition("/")[2]
    return last or parts.hostname or "page"


def _failure(url: str, what: str, hint: str = "") -> UnreadableSource:
    return UnreadableSource(
        f"{_shown(url)} {what}", hint or "check the address, or save the page and add the file"
    )


def _shown(url: str) -> str:
    """An address without what may be secret in it."""
    shown = urlsplit(url)._replace(query="", fragment="")
    return shown._replace(netloc=shown.netloc.rpartition("@")[2]).geturl()
