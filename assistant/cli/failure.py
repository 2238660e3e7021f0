"""How a command fails: one line that says what to do, an exit code, and with `--json` a record."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import typer

from assistant.cli.output import document, one_line
from assistant.errors import (
    DESK_ERRORS,
    AssistantError,
    InvalidProfile,
    InvalidQuestion,
    InvalidSource,
)
from kb.errors import InvalidDate
from tools.errors import AmbiguousInput, InvalidInput, UnknownGpu

FAILED, WRONG_USAGE, INTERRUPTED = 1, 2, 130
_LONGEST = 300  # of a message that repeats what was typed


class WrongUsage(AssistantError):
    """Arguments that do not go together."""

    code = "usage"


_USAGE = (
    WrongUsage,
    InvalidInput,
    AmbiguousInput,
    UnknownGpu,
    InvalidQuestion,
    InvalidProfile,
    InvalidSource,
    InvalidDate,
)
_WRONG_USAGE = {error.code for error in _USAGE}


def guarded(command: Callable[[], None], *, as_json: bool) -> int:
    """Run `command` and return the exit code. Every way to fail ends in one line at most."""
    try:
        command()
        sys.stdout.flush()
    except typer.Exit as stop:
        return _flushed(stop.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except BrokenPipeError:  # the reader has seen enough, as with `| head`
        return _hang_up()
    except typer.TyperException as error:
        message = _shortened(error.format_message())
        return _report("usage", message, _help_hint(error), error.exit_code, as_json)
    except DESK_ERRORS as error:
        status = WRONG_USAGE if error.code in _WRONG_USAGE else FAILED
        return _report(error.code, _shortened(error.message), error.hint, status, as_json)
    except OSError as error:
        place = f": {error.filename}" if error.filename else ""
        return _report("system", f"{error.strerror or error}{place}", "", FAILED, as_json)
    except Exception as error:  # anything else is a fault of ours; it may hold keys: name its type
        if os.environ.get("COMPUTE_DESK_DEBUG") == "1":
            raise
        hint = "please report it with what you typed and what COMPUTE_DESK_DEBUG=1 then prints"
        message = f"an unexpected {type(error).__name__} in compute-desk"
        return _report("unexpected", message, hint, FAILED, as_json)
    return 0


def failure_line(message: str, hint: str) -> str:
    """`Error: message. hint`, on one line."""
    return one_line(f"Error: {message.rstrip('. ')}. {hint}")


def _report(code: str, message: str, hint: str, status: int, as_json: bool) -> int:
    try:
        if as_json:
            error = {"code": code, "message": one_line(message), "hint": one_line(hint)}
            document({"schema": 1, "error": error})
        sys.stdout.flush()
    except BrokenPipeError:
        return _hang_up()
    sys.stderr.write(failure_line(message, hint) + "\n")
    return status


def _shortened(message: str) -> str:
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}..."


def _help_hint(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    return f"See: {context.command_path if context else 'compute-desk'} --help"


def _flushed(status: int) -> int:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return _hang_up()
    return status


def _hang_up() -> int:
    """Nobody reads stdout any more: say nothing, also not when Python closes it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILED
