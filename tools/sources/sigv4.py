"""AWS Signature Version 4: the headers that sign one request."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, unquote, urlsplit

_ALGORITHM = "AWS4-HMAC-SHA256"
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class AwsKey:
    """An access key. `token` is for temporary keys only. Secrets stay out of the repr."""

    access: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)


def signed_headers(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    key: AwsKey,
    *,
    region: str,
    service: str,
    now: datetime,
) -> dict[str, str]:
    """`headers` with the date and the signature added; all of them and the host are signed.

    `now` carries a time zone. The path is signed as sent, percent-encoded once.
    """
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    parts = urlsplit(url)
    sent = {**headers, "X-Amz-Date": stamp}
    if key.token:
        sent["X-Amz-Security-Token"] = key.token
    signed = {name.lower(): " ".join(value.split()) for name, value in sent.items()}
    signed["host"] = _host(url)
    names = sorted(signed)
    request = "\n".join(
        [
            method.upper(),
            quote(unquote(parts.path or "/"), safe="/-_.~"),
            _query(parts.query),
            *(f"{name}:{signed[name]}" for name in names),
            "",
            ";".join(names),
            hashlib.sha256(body).hexdigest(),
        ]
    )
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    text = "\n".join([_ALGORITHM, stamp, scope, hashlib.sha256(request.encode()).hexdigest()])
    secret = ("AWS4" + key.secret).encode()
    for part in (stamp[:8], region, service, "aws4_request"):
        secret = _mac(secret, part)
    signature = _mac(secret, text).hex()
    sent["Authorization"] = (
        f"{_ALGORITHM} Credential={key.access}/{scope}, "
        f"SignedHeaders={';'.join(names)}, Signature={signature}"
    )
    return sent


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _host(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.port is None or parts.port == _DEFAULT_PORTS.get(parts.scheme):
        return host
    return f"{host}:{parts.port}"


def _query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    encoded = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)
