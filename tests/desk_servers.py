"""A desk whose live sources are servers on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.tools.sources.fakes import lium as _lium
from tests.tools.sources.fakes import shadeform as _shadeform
from tests.tools.sources.fakes.fake import SECRET
from tests.tools.sources.loopback import Loopback, Reply, Request, serving

KEYS = ("SHADEFORM_API_KEY", "KUBERNETES_TOKEN")
Publish = Callable[[Request], Reply]


def shadeform(request: Request) -> Reply:
    """Shadeform's published answer: eight H100 SXM at 2.99 in us-east-1, and others."""
    return _shadeform.FAKE.publish(request, "normal")


def lium(request: Request) -> Reply:
    """Lium's published answer."""
    return _lium.FAKE.publish(request, "normal")


@contextmanager
def live_desk(
    home: Path, monkeypatch: pytest.MonkeyPatch, **sources: Publish
) -> Iterator[dict[str, Loopback]]:
    """A home in which `sources` are on, each answered by a server; the servers by name."""
    home.mkdir(exist_ok=True)
    text = "".join(f"[{name}]\n" for name in sources)
    (home / "sources.toml").write_text(text, encoding="utf-8")
    for key in KEYS:
        monkeypatch.setenv(key, SECRET)
    with ExitStack() as running:
        servers = {name: running.enter_context(serving(say)) for name, say in sources.items()}
        for name, server in servers.items():
            monkeypatch.setenv(f"COMPUTE_DESK_{name.upper()}_URL", server.url)
        yield servers
