"""Errors of the tools: what happened in one line, and what to do."""

from __future__ import annotations

from collections.abc import Sequence


class ToolError(Exception):
    """Base of all errors of `tools`. `code` is stable for scripts; `hint` says what to do."""

    code = "tool"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InvalidInput(ToolError):
    """An input that cannot be (negative, zero GPUs, more active than total parameters)."""

    code = "invalid_input"


class AmbiguousInput(InvalidInput):
    """An input that may mean several things; `readings` are these, as a person would write them.

    The message names them: ask which one is meant.
    """

    code = "ambiguous_input"

    def __init__(self, text: str, readings: Sequence[str]) -> None:
        named = " or ".join(readings)
        super().__init__(f"{text!r} may mean {named}", "write the one that you mean")
        self.text = text
        self.readings = tuple(readings)


class UnknownGpu(ToolError):
    """A GPU name that is not in the table of names."""

    code = "unknown_gpu"


class UnreadableInventory(ToolError):
    """The fund's inventory file cannot be read or has a bad row."""

    code = "unreadable_inventory"


class UnreadablePrices(ToolError):
    """A price list or a file of exchange rates that staff keep cannot be read or has a bad row."""

    code = "unreadable_prices"


class UnreadableRuns(ToolError):
    """A file of training runs cannot be read or has a bad row."""

    code = "unreadable_runs"


class SourceFailed(ToolError):
    """A live source did not answer with what can be trusted.

    `kind` is "key" (refused or missing), "address", "rate", "pace" (our own limit on asking),
    "server", "deadline", "network", "answer" (not what its schema says), "configuration".
    `retry_after` is in seconds, where the source said when to come back, `status` is that of its
    HTTP answer. No text of the answer is ever in the message: it may hold a key.
    """

    code = "source_failed"

    def __init__(
        self,
        kind: str,
        message: str,
        hint: str = "",
        *,
        retry_after: float | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message, hint)
        self.kind = kind
        self.retry_after = retry_after
        self.status = status
