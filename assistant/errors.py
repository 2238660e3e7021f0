"""Errors of the assistant, and the one place that knows every kind of desk error."""

from __future__ import annotations

from kb.errors import KbError
from tools.errors import ToolError


class AssistantError(Exception):
    """Base of all errors of `assistant`. `code` is stable for scripts; `hint` says what to do."""

    code = "assistant"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InvalidQuestion(AssistantError):
    """A question that is empty or too long."""

    code = "invalid_question"


class ModelUnavailable(AssistantError):
    """The chosen chat model cannot be loaded or reached."""

    code = "model_unavailable"


class UnknownSession(AssistantError):
    """No saved session has this id."""

    code = "unknown_session"


class UnknownAnswer(AssistantError):
    """No saved answer has this id."""

    code = "unknown_answer"


class NotProposed(AssistantError):
    """What should be saved is not what the answer proposed."""

    code = "not_proposed"


class InvalidSetting(AssistantError):
    """A setting that is not understood."""

    code = "invalid_setting"


class InvalidSource(AssistantError):
    """A live source, or a setting of one, that is not understood."""

    code = "invalid_source"


class InvalidProfile(AssistantError):
    """A value of the profile that is not understood."""

    code = "invalid_profile"


class InvalidGold(AssistantError):
    """A file of gold questions that is not understood."""

    code = "invalid_gold"


class InvalidBatch(AssistantError):
    """A file of questions to ask, or of their answers, that is not understood."""

    code = "invalid_batch"


class StoreUnusable(AssistantError):
    """The file of saved sessions cannot be opened or written."""

    code = "store_unusable"


DESK_ERRORS = (AssistantError, KbError, ToolError)
"""Every error that is reported to a person as one line and a hint."""


def reason(error: Exception) -> str:
    """Why a file could not be read, on one line and without its name."""
    own = error.strerror if isinstance(error, OSError) else None
    return own or str(error).splitlines()[0]
