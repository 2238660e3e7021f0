"""Errors of the knowledge base: what happened in one line, and what to do."""


class KbError(Exception):
    """Base of all errors of `kb`. `code` is stable for scripts; `hint` says what to do."""

    code = "kb"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UnreadableSource(KbError):
    """A file that cannot be taken in: missing, empty, binary, too large, no text."""

    code = "unreadable_source"


class UnknownSource(KbError):
    """No article or program has this id, or not in this version."""

    code = "unknown_source"


class UnknownGap(KbError):
    """No gap goes by this id."""

    code = "unknown_gap"


class ReadOnlySource(KbError):
    """The starter layer cannot be changed or removed."""

    code = "read_only_source"


class InvalidProgram(KbError):
    """A program record that does not fit the schema."""

    code = "invalid_program"


class InvalidDate(KbError):
    """What was given as a date is none, or is still to come."""

    code = "invalid_date"


class HomeUnusable(KbError):
    """The home folder cannot be written, or carries a format this version does not know."""

    code = "home_unusable"


class BackupFailed(KbError):
    """The library could not be written into one file."""

    code = "backup_failed"


class EmbedderMismatch(KbError):
    """The index was built with another embedder."""

    code = "embedder_mismatch"


class IndexDamaged(KbError):
    """The index cannot be read; it is always rebuildable from the library."""

    code = "index_damaged"


class ServerUnreachable(KbError):
    """The Chroma server did not answer."""

    code = "kb_server_unreachable"


class ServerSlow(ServerUnreachable):
    """The Chroma server did not answer in time."""


class ServerRefused(KbError):
    """The Chroma server answered, and not with what was asked: no key, no right, no Chroma."""

    code = "kb_server_refused"


class PublishedUnusable(KbError):
    """What is published cannot be used: nothing there, another format, or not as it was sent."""

    code = "published_unusable"


class PublishBusy(KbError):
    """Somebody else is publishing to the same server."""

    code = "publish_busy"
