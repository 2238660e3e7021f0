"""Saved conversations: one SQLite file, one row a turn."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from assistant.answer import Answer
from assistant.desk import SessionInfo
from assistant.errors import StoreUnusable, UnknownSession

_SCHEMA = """
CREATE TABLE IF NOT EXISTS turns (
    answer_id TEXT PRIMARY KEY,
    session   TEXT NOT NULL,
    created   TEXT NOT NULL,
    question  TEXT NOT NULL,
    answer    TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS turns_by_session ON turns (session, created);
PRAGMA user_version = 1;
"""


class SessionStore:
    """Turns on disk. Safe for several processes; a connection is opened for each call."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=10)) as connection:
                version = connection.execute("PRAGMA user_version").fetchone()[0]
                if version == 0:
                    connection.executescript(_SCHEMA)
                elif version != 1:
                    raise StoreUnusable(
                        f"{self._path} has format {version}, this version knows 1",
                        "upgrade compute-desk, or move the file away",
                    )
                yield connection
        except (sqlite3.Error, OSError) as error:
            raise StoreUnusable(
                f"saved sessions cannot be used: {error}", f"check {self._path}, or move it away"
            ) from error

    def save(self, answer: Answer) -> None:
        """Keep one finished turn. Atomic."""
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        with self._connection() as connection, connection:
            connection.execute(
                "INSERT INTO turns VALUES (?, ?, ?, ?, ?)",
                (answer.id, answer.session, now, answer.question, answer.model_dump_json()),
            )

    def sessions(self) -> list[SessionInfo]:
        """All sessions, the latest first."""
        query = """
            SELECT session, MAX(created), COUNT(*),
                   (SELECT question FROM turns AS first WHERE first.session = turns.session
                    ORDER BY created LIMIT 1)
            FROM turns GROUP BY session ORDER BY MAX(created) DESC
        """
        with self._connection() as connection:
            rows = connection.execute(query).fetchall()
        return [
            SessionInfo(
                id=row[0], updated=row[1], turns=row[2], title=" ".join(row[3].split())[:80]
            )
            for row in rows
        ]

    def turns(self, session: str) -> list[Answer]:
        """The answers of a session, oldest first; empty for a session without turns."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT answer FROM turns WHERE session = ? ORDER BY created", (session,)
            ).fetchall()
        return [Answer.model_validate_json(row[0]) for row in rows]

    def require(self, session: str) -> list[Answer]:
        """Like `turns`, but raises `UnknownSession` where there are none."""
        found = self.turns(session)
        if not found:
            raise UnknownSession(f"no session {session!r}", "list them with: compute-desk sessions")
        return found
