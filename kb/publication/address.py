"""The address of a Chroma server, and the key that goes with each request."""

from __future__ import annotations

import base64
import ipaddress
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlsplit

from kb.errors import ServerRefused

_FORM = "write it as https://HOST[:PORT][/PATH][?tenant=T&database=D]"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is: `base` ends before /api/v2, `shown` is fit for messages and for names."""

    base: str
    tenant: str = "default_tenant"
    database: str = "default_database"

    @classmethod
    def parse(cls, url: str) -> Address:
        """The address that a person wrote. Raises `ServerRefused` where it is none.

        A name or password inside is refused: addresses end up in settings, messages and logs.
        """
        try:
            parts = urlsplit(url.strip())
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise ServerRefused("the address of the knowledge base is no address", _FORM) from error
        if parts.scheme not in ("http", "https") or not host or parts.fragment:
            raise ServerRefused("the address of the knowledge base is no address", _FORM)
        if parts.username is not None or parts.password is not None:
            raise ServerRefused(
                "the address of the knowledge base holds a name or password",
                "take it out and put it into COMPUTE_DESK_KB_KEY as name:password",
            )
        query = parse_qs(parts.query)
        unknown = query.keys() - {"tenant", "database"}
        if unknown:
            raise ServerRefused(f"{min(unknown)!r} is no part of such an address", _FORM)
        named = f"[{host}]" if ":" in host else host
        where = f"{parts.scheme}://{named}{f':{port}' if port else ''}"
        path = parts.path.rstrip("/").removesuffix("/api/v2")
        return cls(
            where + path,
            query.get("tenant", ["default_tenant"])[0],
            query.get("database", ["default_database"])[0],
        )

    @property
    def shown(self) -> str:
        """The address on one line; two libraries on one server show differently."""
        if (self.tenant, self.database) == ("default_tenant", "default_database"):
            return self.base
        return f"{self.base}?tenant={self.tenant}&database={self.database}"

    @property
    def api(self) -> str:
        """What every path that needs no tenant begins with."""
        return f"{self.base}/api/v2"

    @property
    def collections(self) -> str:
        """What every path to collections begins with."""
        tenant, database = quote(self.tenant, safe=""), quote(self.database, safe="")
        return f"{self.api}/tenants/{tenant}/databases/{database}/collections"

    def headers(self, key: str | None) -> dict[str, str]:
        """The headers that carry the key: for a proxy, and as Chroma Cloud wants it.

        `name:password` goes as Basic, anything else as Bearer. Raises `ServerRefused` where a key
        would cross a network in the clear, or is no text for a header.
        """
        if not key:
            return {}
        if not key.isascii() or not key.isprintable() or key != key.strip():
            raise ServerRefused(
                "COMPUTE_DESK_KB_KEY holds characters that no key has", "copy the key again"
            )
        if self.base.startswith("http://") and not self._is_here():
            raise ServerRefused(
                f"the key would go to {self.shown} unencrypted", "use https, or unset the key"
            )
        if ":" in key:
            return {"Authorization": f"Basic {base64.b64encode(key.encode()).decode()}"}
        return {"Authorization": f"Bearer {key}", "x-chroma-token": key}

    def _is_here(self) -> bool:
        host = urlsplit(self.base).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"
