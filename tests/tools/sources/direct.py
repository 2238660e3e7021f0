"""A fake in place of HTTP, without a network."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Self

from tests.tools.sources.fakes.fake import Fake
from tests.tools.sources.loopback import Request
from tools.errors import SourceFailed
from tools.sources import http

Change = Callable[[int, Any], Any]


class Direct:
    """The answers of a fake, read like any other. `change` makes another answer of the nth, from 0;
    `told` holds them as they were read."""

    def __init__(self, fake: Fake, change: Change = lambda _, answer: answer) -> None:
        self._fake, self._change = fake, change
        self.told: list[Any] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def get(self, path: str, **sent: Any) -> Any:
        return self._answer("GET", path, **sent)

    async def post(self, path: str, **sent: Any) -> Any:
        return self._answer("POST", path, **sent)

    def _answer(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Any:
        query = {name: str(value) for name, value in (params or {}).items()}
        sent = {"host": "127.0.0.1:1"} | {k.lower(): v for k, v in (headers or {}).items()}
        request = Request(method, self._fake.path + path, query, sent, json.dumps(body).encode())
        reply = self._fake.publish(request, "normal")
        if reply.status != 200:
            raise SourceFailed("answer", f"refused ({reply.status})")
        changed = self._change(len(self.told), json.loads(reply.raw()))
        answer = http._parsed(json.dumps(changed))
        self.told.append(answer)
        return answer
