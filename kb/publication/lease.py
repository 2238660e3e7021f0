"""One publisher at a time on a Chroma server, which has no locks: a collection that only one
caller can create, and that counts for two minutes unless its holder renews it.

Within one home a file lock keeps publishers apart. So a lease that this home left behind, killed
or cut off, is nobody's, and is taken over at once; that of another home is waited for.
"""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Callable

from kb.errors import PublishBusy, ServerRefused
from kb.publication.published_format import LEASE
from kb.publication.server import DEADLINE, ChromaServer, Collection

_SPAN = 120.0  # seconds
_RENEW = 75.0  # seconds left, from which on it is renewed
_PATIENCE = 600.0  # seconds to wait for another publisher
_PAUSE = 0.25


class Lease:
    """The right to publish. Times are the server's, so that no two clocks need agree."""

    def __init__(self, server: ChromaServer, holder: str, note: Callable[[str], None]) -> None:
        self._server = server
        self._holder = holder
        self._end = 0.0  # by this process's monotonic clock
        self._held = self._take(note)

    def hold(self) -> None:
        """To be called before each write: renews in time. Raises `PublishBusy` where the lease may
        have run out: no write of ours may then meet those of the next publisher."""
        left = self._end - time.monotonic()
        if left < DEADLINE:
            raise self._lost()
        if left < _RENEW:
            self._renew()

    def release(self) -> None:
        """Let the next one publish; a lease that may have run out is left to do so."""
        if self._end - time.monotonic() > DEADLINE:
            self._server.drop(LEASE)

    def _take(self, note: Callable[[str], None]) -> Collection:
        patience = time.monotonic() + _PATIENCE
        waiting = False
        while True:
            begun = time.monotonic()
            now = self._server.now()
            made = self._server.create(LEASE, self._terms(now))
            if made is not None:
                self._end = begun + _SPAN
                return made
            other = self._server.collection(LEASE)
            if other is not None and not self._counts(other, now):
                # By its id, and never by its name: of two who find it, neither takes the other's.
                gone = f"{LEASE}_{uuid.uuid4().hex}"
                self._server.rename(other, gone)
                self._server.drop(gone)
                continue
            if time.monotonic() > patience:
                raise PublishBusy(
                    f"somebody else has been publishing to {self._server.address.shown} for "
                    "ten minutes", "try again later",
                )  # fmt: skip
            if not waiting:
                waiting = True
                note("Somebody else is publishing there; waiting for them to finish.")
            time.sleep(_PAUSE)

    def _renew(self) -> None:
        begun = time.monotonic()
        now = self._server.now()
        found = self._server.collection(LEASE)
        if found is None or found.id != self._held.id:
            raise self._lost()
        try:
            self._server.describe(self._held, self._terms(now))
        except ServerRefused as error:
            raise self._lost() from error
        self._end = begun + _SPAN

    def _terms(self, now: float) -> dict[str, str | float]:
        return {"holder": self._holder, "until": now + _SPAN}

    def _counts(self, lease: Collection, now: float) -> bool:
        until = lease.metadata.get("until")
        if lease.metadata.get("holder") == self._holder or not isinstance(until, int | float):
            return False
        return math.isfinite(until) and now < until < now + 10 * _SPAN

    def _lost(self) -> PublishBusy:
        return PublishBusy(
            "publishing took too long between two writes; what was published before still stands",
            "publish again",
        )
