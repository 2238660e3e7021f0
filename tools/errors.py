"""Errors of the tools: what happened in one line, and what to do."""


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


class UnknownGpu(ToolError):
    """A GPU name that is not in the table of names."""

    code = "unknown_gpu"


class UnreadableInventory(ToolError):
    """The fund's inventory file cannot be read or has a bad row."""

    code = "unreadable_inventory"
