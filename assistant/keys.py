"""Secrets of live sources: from the environment, or from the system's keyring.

They stand in no file of the home and in no argument of a command. `keyring` is imported only for
sources that are marked as having their key there.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar, cast

from pydantic import SecretStr

from assistant.errors import AssistantError

SERVICE = "compute-desk"
"""Under this name the keyring holds them, each as the user called like its variable."""
_WAIT_S = 5.0
_LONGEST = 16_384
T = TypeVar("T")


class KeyringUnavailable(AssistantError):
    """There is no keyring, or it is locked."""

    code = "keyring"


def from_environment(variables: Sequence[str], environ: Mapping[str, str]) -> dict[str, SecretStr]:
    """The secrets that are set, by variable; an empty one is not set."""
    found = {name: environ.get(name, "").strip() for name in variables}
    return {name: SecretStr(value) for name, value in found.items() if value}


def from_keyring(variables: Sequence[str]) -> dict[str, SecretStr]:
    """The secrets that the keyring holds, by variable. Raises `KeyringUnavailable`."""

    def read() -> dict[str, str | None]:
        import keyring

        return {name: keyring.get_password(SERVICE, name) for name in variables}

    return {name: SecretStr(value) for name, value in _reach(read).items() if value}


def keep(variable: str, secret: str) -> None:
    """Put a secret into the keyring. Raises `KeyringUnavailable`."""

    def write() -> None:
        import keyring

        keyring.set_password(SERVICE, variable, secret)

    _reach(write)


def forget(variable: str) -> bool:
    """Take a secret out of the keyring; whether one was there. Raises `KeyringUnavailable`."""

    def remove() -> bool:
        import keyring

        if keyring.get_password(SERVICE, variable) is None:
            return False
        keyring.delete_password(SERVICE, variable)
        return True

    return _reach(remove)


def checked_secret(text: str) -> str:
    """A secret as typed or piped, without the line's end. Raises `InvalidSource`."""
    from assistant.errors import InvalidSource

    secret = text.strip()
    if not secret:
        raise InvalidSource("no key was given", "type it, or pipe it: ... < file")
    if len(secret) > _LONGEST or not secret.isascii() or not secret.isprintable():
        raise InvalidSource("this is no key", "one line of plain characters")
    return secret


def without_secret(value: T) -> T:
    """A setting without what somebody wrote into an address: a user, a password, a query."""
    if not isinstance(value, str):
        return value
    bare = re.sub(r"(?<=://)[^/@\s]*@", "***@", value)
    return cast("T", re.sub(r"(?<=[?&])([\w.-]+=)[^&#\s]+", r"\1***", bare))


def _reach(work: Callable[[], T]) -> T:
    """What the keyring answers. A locked one may wait for a person for ever: this does not."""
    done: list[T] = []
    failed: list[Exception] = []

    def run() -> None:
        try:
            done.append(work())
        except Exception as error:  # each backend raises its own kind
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True, name="keyring")
    thread.start()
    thread.join(_WAIT_S)
    if thread.is_alive():
        raise KeyringUnavailable(
            f"the system keyring did not answer within {_WAIT_S:g} s", "unlock it, or use variables"
        )
    if failed:
        # Not its text: it may hold what was asked for.
        raise KeyringUnavailable(
            f"the system keyring cannot be used ({type(failed[0]).__name__})",
            "unlock it, or set the variable in the environment",
        ) from None
    return done[0]


def environment() -> Mapping[str, str]:
    """The variables of this process."""
    return os.environ
