"""Saved conversations: one SQLite file, one row a turn, with what its answer was made of."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.answer import Answer
from assistant.desk import SessionInfo
from assistant.errors import StoreUnusable, UnknownAnswer, UnknownSession

if TYPE_CHECKING:
    from assistant.record import Record

FORMAT = 2
_TURNS = """
CREATE TABLE IF NOT EXISTS turns (
    answer_id TEXT PRIMARY KEY,
    session   TEXT NOT NULL,
    created   TEXT NOT NULL,
    question  TEXT NOT NULL,
    answer    TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS turns_by_session ON turns (session, created);
"""
_RECORDS = """
CREATE TABLE IF NOT EXISTS records (answer_id TEXT PRIMARY KEY, record BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS libraries (version TEXT PRIMARY KEY, sources TEXT NOT NULL);
"""
_STEPS = (_TURNS, _RECORDS)
"""What leads from each format to the next. Format 1 kept the answers alone."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved turn: its answer, the answers before it, what it was made of (None for one of
    format 1), and the versions of the sources that its library held, by id."""

    answer: Answer
    earlier: list[Answer]
    record: Record | None
    library: dict[str, str] | None


class SessionStore:
    """Turns on disk. Safe for several processes; a connection is opened for each call."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=10)) as connection:
                self._prepare(connection)
                yield connection
        except (sqlite3.Error, OSError, zlib.error, ValueError) as error:
            raise StoreUnusable(
                f"saved sessions cannot be used: {error}", f"check {self._path}, or move it away"
            ) from error

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Bring the file to this format, in one step that a kill does not halve."""
        found = _format(connection)
        if found > FORMAT:
            raise StoreUnusable(
                f"{self._path} has format {found}, this version knows {FORMAT}",
                "upgrade compute-desk, or move the file away",
            )
        if found < FORMAT:
            steps = "".join(_STEPS[found:])
            connection.executescript(
                f"BEGIN IMMEDIATE; {steps} PRAGMA user_version = {FORMAT}; COMMIT;"
            )

    def save(
        self, answer: Answer, record: Record | None = None, library: Mapping[str, str] | None = None
    ) -> None:
        """Keep one finished turn, what it was made of, and the versions of its library's sources.
        Atomic."""
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        with self._connection() as connection, connection:
            connection.execute(
                "INSERT INTO turns VALUES (?, ?, ?, ?, ?)",
                (answer.id, answer.session, now, answer.question, answer.model_dump_json()),
            )
            if record is not None:
                packed = zlib.compress(record.model_dump_json(exclude_defaults=True).encode())
                connection.execute("INSERT INTO records VALUES (?, ?)", (answer.id, packed))
            if library is not None:
                connection.execute(
                    "INSERT OR IGNORE INTO libraries VALUES (?, ?)",
                    (answer.library_version, json.dumps(dict(library))),
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

    def saved(self, answer_id: str) -> Saved:
        """A turn by the id of its answer. Raises `UnknownAnswer`."""
        from assistant.record import Record

        query = """
            SELECT turns.answer, records.record, libraries.sources
            FROM turns LEFT JOIN records USING (answer_id)
            LEFT JOIN libraries
                ON libraries.version = json_extract(turns.answer, '$.library_version')
            WHERE turns.answer_id = ?
        """
        with self._connection() as connection:
            row = connection.execute(query, (answer_id,)).fetchone()
            if row is None:
                raise UnknownAnswer(
                    f"no saved answer {answer_id!r}", "its id is the `id` of: ask --json"
                )
            answer = Answer.model_validate_json(row[0])
            record = row[1] and Record.model_validate_json(zlib.decompress(row[1]))
            library = row[2] and json.loads(row[2])
        earlier = self.turns(answer.session)[: record.earlier] if record else []
        return Saved(answer, earlier, record or None, library or None)


def _format(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
