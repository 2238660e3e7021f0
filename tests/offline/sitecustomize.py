"""Put this folder on PYTHONPATH and a Python process can reach no host but this machine.

Python runs this module when it starts. An audit hook then refuses every connection, datagram and
name look-up that leaves the loopback, and notes it in the file OFFLINE_GUARD_LOG, so that a test
also sees the attempts that a library swallows.
"""

from __future__ import annotations

import ipaddress
import os
import sys
from typing import Any

_ADDRESSED = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_NAMED = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}


def _is_here(host: object) -> bool:
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    try:
        name = host.decode() if isinstance(host, bytes) else str(host)
        return ipaddress.ip_address(name.split("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse_other_hosts(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _ADDRESSED:
        address = arguments[1]
        if not isinstance(address, tuple) or _is_here(address[0]):  # others are local paths
            return
        host = address[0]
    elif event in _NAMED:
        host = arguments[0]
        if _is_here(host):
            return
    else:
        return
    log = os.environ.get("OFFLINE_GUARD_LOG")
    if log:
        handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(handle, f"{event} {host!r}\n".encode())
        os.close(handle)
    raise OSError(f"offline guard: {event} {host!r}")


sys.addaudithook(_refuse_other_hosts)
