"""A Chroma server over HTTP: the few calls that publishing and reading need.

Chroma's own client waits without end, reads answers of any size and takes about a second to
import; this one has a deadline and a limit for each call. The paths are those of Chroma's API,
version 2, which `chroma run` and Chroma Cloud share.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from kb.errors import KbError, ServerRefused, ServerSlow, ServerUnreachable
from kb.publication.address import Address
from kb.retrieval.embedders import Vectors

if TYPE_CHECKING:
    import httpx

BATCH = 250
"""Rows in one call; Chroma Cloud takes at most 300."""
_CONNECT = 4.0  # seconds
DEADLINE = 30.0  # seconds for one call, reading included
_LIMIT = 64_000_000  # bytes of an answer
_TRY = "check the address and the network, or whether the server runs"
_COSINE = {"hnsw": {"space": "cosine", "ef_search": 200}}


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection of the server: its id, name and metadata."""

    id: str
    name: str
    metadata: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a collection; a text without a meaning to search by has a vector of no meaning."""

    id: str
    document: str
    metadata: Mapping[str, str | int | float | bool]
    vector: Vectors


class ChromaServer:
    """A server at an address. Raises `ServerUnreachable` where it does not answer, `ServerRefused`
    where it answers something else. Safe to share between threads."""

    def __init__(self, address: Address, key: str | None, *, deadline: float = DEADLINE) -> None:
        self.address = address
        self._deadline = deadline
        self._headers = address.headers(key)
        self._client: httpx.Client | None = None
        self._opening = Lock()

    def now(self) -> float:
        """The server's clock, in seconds: one clock for all who publish."""
        data = self._call("GET", f"{self.address.api}/heartbeat")
        try:
            return int(data["nanosecond heartbeat"]) / 1e9
        except (TypeError, KeyError, ValueError) as error:
            raise self._strange("is no Chroma server") from error

    def collection(self, name: str) -> Collection | None:
        """The collection of a name, or None where there is none."""
        data = self._call("GET", f"{self.address.collections}/{name}", missing=True)
        return None if data is None else self._collection(data)

    def create(self, name: str, metadata: dict[str, Any] | None = None) -> Collection | None:
        """Make a collection, or None where one of that name is there: only one caller wins."""
        body = {"name": name, "metadata": metadata, "configuration": _COSINE}
        data = self._call("POST", self.address.collections, body, taken=True, again=False)
        return None if data is None else self._collection(data)

    def require(self, name: str) -> Collection:
        """The collection of a name, which is made where there is none."""
        found = self.collection(name) or self.create(name) or self.collection(name)
        if found is None:
            raise self._strange(f"neither has nor makes the collection {name}")
        return found

    def names(self) -> list[str]:
        """The names of all collections, a thousand at most."""
        data = self._call("GET", f"{self.address.collections}?limit=1000")
        try:
            return [str(one["name"]) for one in data]
        except (TypeError, KeyError) as error:
            raise self._strange("is no Chroma server") from error

    def describe(self, collection: Collection, metadata: dict[str, Any]) -> None:
        """Put other metadata in place of a collection's, in one step."""
        self._call("PUT", f"{self.address.collections}/{collection.id}", {"new_metadata": metadata})

    def rename(self, collection: Collection, name: str) -> None:
        """Give a collection, known by its id, another name."""
        self._call("PUT", f"{self.address.collections}/{collection.id}", {"new_name": name})

    def drop(self, name: str) -> None:
        """Remove a collection where it is there."""
        self._call("DELETE", f"{self.address.collections}/{name}", missing=True)

    def put(self, collection: Collection, rows: Sequence[Row]) -> None:
        """Insert rows, at most `BATCH`; a row that is there already is written again."""
        body = {
            "ids": [row.id for row in rows],
            "documents": [row.document for row in rows],
            "metadatas": [dict(row.metadata) or None for row in rows],
            "embeddings": [[float(value) for value in row.vector] for row in rows],
        }
        self._call("POST", f"{self._path(collection)}/upsert", body)

    def delete(self, collection: Collection, ids: Sequence[str]) -> None:
        """Remove rows, at most `BATCH`; unknown ids are ignored."""
        self._call("POST", f"{self._path(collection)}/delete", {"ids": list(ids)})

    def ids(self, collection: Collection) -> set[str]:
        """The ids of all rows."""
        found: set[str] = set()
        while True:
            body = {"limit": BATCH, "offset": len(found), "include": []}
            page = self._columns(self._call("POST", f"{self._path(collection)}/get", body))["ids"]
            fresh = set(page) - found
            if not fresh:  # also a server that repeats itself for ever
                return found
            found |= fresh

    def get(
        self, collection: Collection, ids: Sequence[str], *, vectors: bool = False
    ) -> list[Row]:
        """The rows of these ids, at most `BATCH`, in no particular order; unknown ids are left
        out. Without `vectors` the vectors are empty."""
        body = {"ids": list(ids), "include": ["documents", "metadatas"]}
        if vectors:
            body["include"].append("embeddings")
        return self._rows(self._call("POST", f"{self._path(collection)}/get", body), vectors)

    def first(self, collection: Collection, most: int) -> list[Row]:
        """The first rows of a collection, without vectors."""
        found: dict[str, Row] = {}
        while len(found) < most:
            body = {"limit": BATCH, "offset": len(found), "include": ["documents", "metadatas"]}
            page = self._rows(self._call("POST", f"{self._path(collection)}/get", body), False)
            fresh = {row.id: row for row in page if row.id not in found}
            if not fresh:
                break
            found |= fresh
        return list(found.values())[:most]

    def nearest(self, collection: Collection, vector: Vectors, count: int) -> list[str] | None:
        """The ids of the rows nearest to `vector`, nearest first; None where the collection is
        gone."""
        body = {
            "query_embeddings": [[float(value) for value in vector]],
            "n_results": count,
            "include": [],
        }
        data = self._call("POST", f"{self._path(collection)}/query", body, missing=True)
        if data is None:
            return None
        try:
            return [str(one) for one in data["ids"][0]]
        except (TypeError, KeyError, IndexError) as error:
            raise self._strange("answers a search with something else") from error

    def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _path(self, collection: Collection) -> str:
        return f"{self.address.collections}/{collection.id}"

    def _collection(self, data: Any) -> Collection:
        try:
            name, metadata = data["name"], data.get("metadata") or {}
            identity = str(data["id"])
            if not identity.replace("-", "").isalnum() or not isinstance(metadata, dict):
                raise ValueError
            return Collection(identity, str(name), metadata)
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            raise self._strange("is no Chroma server") from error

    def _columns(self, data: Any) -> dict[str, list[Any]]:
        try:
            columns = {name: value for name, value in data.items() if isinstance(value, list)}
            if not all(isinstance(one, str) for one in columns["ids"]):
                raise TypeError
            return columns
        except (AttributeError, KeyError, TypeError) as error:
            raise self._strange("answers with something else than rows") from error

    def _rows(self, data: Any, vectors: bool) -> list[Row]:
        columns = self._columns(data)
        ids = columns["ids"]
        none = np.zeros(0, dtype=np.float32)
        try:
            found = [
                np.asarray(one, dtype=np.float32) if vectors else none
                for one in (columns["embeddings"] if vectors else ids)
            ]
            rows = zip(ids, columns["documents"], columns["metadatas"], found, strict=True)
            return [Row(one, str(text), dict(data or {}), v) for one, text, data, v in rows]
        except (KeyError, TypeError, ValueError) as error:
            raise self._strange("answers with something else than rows") from error

    def _call(
        self,
        method: str,
        url: str,
        body: dict[str, Any] | None = None,
        *,
        missing: bool = False,
        taken: bool = False,
        again: bool = True,
    ) -> Any:
        """The JSON answer of a call; None for 404 with `missing` and 409 with `taken`. A
        connection that broke is tried once more: all calls but `create` can be repeated."""
        import httpx

        try:
            status, data = self._answer(method, url, body)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as error:
            if not again:
                raise self._down(error) from error
            return self._call(method, url, body, missing=missing, taken=taken, again=False)
        except httpx.TimeoutException as error:
            raise ServerSlow(
                f"the knowledge base at {self.address.shown} did not answer in time", _TRY
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise self._down(error) from error
        if (status == 404 and missing and self._is_chroma(data)) or (status == 409 and taken):
            return None
        if status != 200 and status != 201:
            raise self._refusal(status, data)
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as error:
            raise self._strange("is no Chroma server") from error

    def _answer(self, method: str, url: str, body: dict[str, Any] | None) -> tuple[int, bytes]:
        import httpx

        client = self._opened()
        end = time.monotonic() + self._deadline
        with client.stream(method, url, json=body) as response:
            data = bytearray()
            for chunk in response.iter_bytes():
                data += chunk
                if len(data) > _LIMIT:
                    raise self._strange(f"answers with more than {_LIMIT / 1e6:.0f} MB")
                if time.monotonic() > end:
                    raise httpx.ReadTimeout("the answer did not end in time")
            return response.status_code, bytes(data)

    def _opened(self) -> httpx.Client:
        import httpx

        with self._opening:
            if self._client is None:
                waits = httpx.Timeout(self._deadline, connect=min(_CONNECT, self._deadline))
                headers = self._headers | {"User-Agent": "compute-desk"}
                # Redirects are not followed: the key would follow them.
                self._client = httpx.Client(headers=headers, timeout=waits)
            return self._client

    def _is_chroma(self, data: bytes) -> bool:
        """Whether a 404 is Chroma's own: another server's says nothing of collections."""
        return b"NotFoundError" in data

    def _down(self, error: Exception) -> ServerUnreachable:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        if "CERTIFICATE" in reason.upper():
            return ServerUnreachable(
                f"the certificate of {self.address.shown} is not trusted: {reason}",
                "ask who runs it; for an authority of your own, name its file in SSL_CERT_FILE",
            )
        return ServerUnreachable(
            f"the knowledge base at {self.address.shown} cannot be reached: {reason}", _TRY
        )

    def _refusal(self, status: int, data: bytes) -> KbError:
        if status in (401, 403):
            return ServerRefused(
                f"{self.address.shown} wants a key or does not accept this one ({status})",
                "set COMPUTE_DESK_KB_KEY to the key that you were given",
            )
        if status in (408, 429, 502, 503, 504):
            return ServerUnreachable(
                f"the knowledge base at {self.address.shown} is not ready ({status})", "try later"
            )
        if 300 <= status < 400:
            return self._strange(f"redirects ({status})", "give the address that it leads to")
        said = " ".join(data[:300].decode(errors="replace").split())
        if self._is_chroma(data) or b'"error"' in data:
            return self._strange(f"refuses ({status}): {said}", "check tenant and database")
        return self._strange(f"is no Chroma server (it answers {status})")

    def _strange(self, what: str, hint: str = "check the address") -> ServerRefused:
        return ServerRefused(f"{self.address.shown} {what}", hint)
