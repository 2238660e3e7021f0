"""One publisher at a time: leases at a real Chroma server."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from kb.errors import PublishBusy
from kb.publication.lease import Lease
from kb.publication.published_format import LEASE
from tests.kb.conftest import Open, server_of

pytestmark = pytest.mark.xdist_group("chroma")


HOLDER = "a-home-elsewhere"


def test_two_publishers_go_one_after_the_other(
    open_kb: Open, article: Path, url: str, tmp_path: Path, notes: list[str]
) -> None:
    server = server_of(url)
    held = Lease(server, HOLDER, notes.append)
    finished: list[str] = []

    def later() -> None:
        finished.append(open_kb().publish(url, None).outcome)

    other = threading.Thread(target=later)
    other.start()
    end = time.monotonic() + 30
    while not any("waiting for them" in note for note in notes):
        assert time.monotonic() < end
        time.sleep(0.01)
    assert finished == []
    held.release()
    other.join(60)
    assert finished == ["published"]
    server.close()


def test_a_lease_that_ran_out_is_taken_over_and_its_holder_stops(
    url: str, notes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = server_of(url)
    first = Lease(server, HOLDER, notes.append)
    place = server.collection(LEASE)
    assert place is not None
    server.describe(place, {"holder": HOLDER, "until": server.now() - 1})
    second = Lease(server, "another", notes.append)
    second.hold()
    monkeypatch.setattr(first, "_end", time.monotonic() + 60)  # it is time to renew
    with pytest.raises(PublishBusy, match="still stands"):
        first.hold()
    monkeypatch.setattr(first, "_end", time.monotonic() + 10)
    with pytest.raises(PublishBusy):
        first.hold()
    first.release()
    assert server.collection(LEASE) is not None
    second.release()
    assert server.collection(LEASE) is None
    assert [name for name in server.names() if name.startswith(LEASE)] == []
    server.close()


def test_a_lease_that_this_home_left_behind_is_not_waited_for(url: str, notes: list[str]) -> None:
    server = server_of(url)
    Lease(server, HOLDER, notes.append)
    Lease(server, HOLDER, notes.append).release()
    assert notes == []
    server.close()
