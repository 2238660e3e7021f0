"""A real Chroma server for tests: the process that `chroma run` starts, on a loopback port."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

import httpx

DEADLINE = 60.0


class ChromaProcess:
    """A server over a folder. It can be killed and started again on the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = int(one.getsockname()[1])
        self.root = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it answers when this returns."""
        program = [str(Path(sys.executable).with_name("chroma")), "run"]
        place = ["--path", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(
            program + place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + DEADLINE
        while True:
            assert self._process.poll() is None, "chroma run ended"
            try:
                httpx.get(f"{self.root}/api/v2/heartbeat", timeout=1).raise_for_status()
                return
            except httpx.HTTPError:
                assert time.monotonic() < end, "chroma run does not answer"
                time.sleep(0.02)

    def kill(self) -> None:
        """End it as a power cut would (SIGKILL)."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def database(self) -> str:
        """The address of a new, empty database on it."""
        name = f"d{uuid.uuid4().hex[:12]}"
        place = f"{self.root}/api/v2/tenants/default_tenant/databases"
        httpx.post(place, json={"name": name}, timeout=30).raise_for_status()
        return f"{self.root}?database={name}"
