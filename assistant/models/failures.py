"""How a chat model fails, in a few kinds that a person can be told and the desk can act on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

AGAIN = ("busy", "server", "slow", "unreachable", "broken", "stopped")
"""Kinds that may pass when the call is made once more."""


class ModelFailed(Exception):
    """A chat model did not do its part. `kind` is a key of `assistant.models.words.REASONS`."""

    def __init__(self, kind: str, wait: float | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.wait = wait


@dataclass(frozen=True, slots=True)
class _Told:
    """What an error of some provider's package says about itself."""

    status: int | None
    wait: float | None


def failure_of(error: BaseException) -> ModelFailed:
    """Any error of a chat model as one of our kinds. Its text is never passed on: it may hold
    keys, or words of the prompt."""
    if isinstance(error, ModelFailed):
        return error
    told = _told(error)
    names = " ".join(kind.__name__ for kind in type(error).__mro__)
    if told.status is not None:
        return ModelFailed(_kind_of_status(told.status), told.wait)
    if isinstance(error, TimeoutError) or "Timeout" in names:
        return ModelFailed("slow")
    if isinstance(error, OSError) or re.search("Connect|Network|Protocol", names):
        return ModelFailed("unreachable")
    if isinstance(error, RuntimeError) and "loop is closed" in str(error):
        return ModelFailed("unreachable")  # a connection of an earlier event loop
    if isinstance(error, ValueError):  # the stream held no JSON, or no answer at all
        return ModelFailed("broken")
    return ModelFailed("error")


def _kind_of_status(status: int) -> str:
    if status == 429:
        return "busy"
    if status in (401, 403):
        return "refused"
    if status == 404:
        return "unknown_model"
    if status in (408, 409):
        return "slow"
    return "server" if status >= 500 else "rejected"


def _told(error: BaseException) -> _Told:
    response = getattr(error, "response", None)
    for holder in (error, response):
        for name in ("status_code", "code", "status"):
            status = getattr(holder, name, None)
            if isinstance(status, int) and 400 <= status < 600:
                return _Told(status, _retry_after(getattr(response, "headers", None)))
    return _Told(None, None)


def _retry_after(headers: object) -> float | None:
    """Seconds to wait, from a number or a date."""
    get = getattr(headers, "get", None)
    text = str(get("retry-after") or "").strip() if get else ""
    if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)
