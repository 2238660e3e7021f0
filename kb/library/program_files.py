"""Programs of the staff layer: one YAML file for each, laid over the bundled one of that id."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from kb.errors import InvalidProgram, UnknownSource
from kb.home import Mark, file_mark, sync_folder, unusable, write_atomically
from kb.library.archive import Files
from kb.programs.program import Program
from kb.programs.rendering import render
from kb.records import Kind, Source
from kb.texts.cleaning import clean
from kb.texts.documents import Document, is_name

SCHEMA = Path(__file__).parents[1] / "program.schema.json"
SUFFIX = ".yaml"
_COMMENT = f"# yaml-language-server: $schema={SCHEMA.name}\n"
_CORRECT = f"correct the record; its fields are in {SCHEMA.name}"


class ProgramFiles:
    """The program records in HOME/library/programs. Every change is a rename."""

    kind: Kind = "program"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, tuple[Mark, Program, Document]] = {}

    def ids(self) -> list[str]:
        """The ids of the records, sorted: the names of the files without `.yaml`."""
        try:
            with os.scandir(self._folder) as entries:
                names = [e.name for e in entries if e.name.endswith(SUFFIX) and e.is_file()]
        except OSError as error:
            raise unusable(self._folder, error) from error
        return sorted(name.removesuffix(SUFFIX) for name in names if name[0] != ".")

    def strangers(self) -> list[str]:
        """The names of files beside the records that nothing reads."""
        try:
            names = [p.name for p in self._folder.iterdir() if not p.name.startswith(".")]
        except OSError as error:
            raise unusable(self._folder, error) from error
        known = {SCHEMA.name, *(f"{source_id}{SUFFIX}" for source_id in self.ids())}
        return sorted(set(names) - known)

    def has(self, source_id: str) -> bool:
        """Whether there is a record of this id, readable or not."""
        return is_name(source_id) and self._path(source_id).is_file()

    def source(self, source_id: str) -> Source:
        """A program as text. Raises `UnknownSource` or `InvalidProgram`."""
        return self._known(source_id)[1].source

    def document(self, source_id: str) -> Document:
        """A program as text with a passage for each term. Raises as `source` does."""
        return self._known(source_id)[1]

    def program(self, source_id: str) -> Program:
        """A program record. Raises `UnknownSource` or `InvalidProgram`."""
        return self._known(source_id)[0]

    def read(self, source_id: str, files: Files) -> Document:
        """The program that these files make up. Raises `InvalidProgram`."""
        return render(self.record(source_id, files), "staff")

    def record(self, source_id: str, files: Files) -> Program:
        """The record that these files make up. Raises `InvalidProgram`."""
        name = f"{source_id}{SUFFIX}"
        if name not in files:
            raise InvalidProgram(f"{name} is missing", _CORRECT)
        program = parse_program(files[name], name)
        if program.id != source_id:
            raise InvalidProgram(
                f"{name}: id: is {program.id}, and the file is called {source_id}",
                "make them the same",
            )
        return program

    def files(self, source_id: str) -> dict[str, bytes]:
        """The file of a record. Raises `InvalidProgram`."""
        path = self._path(source_id)
        try:
            return {path.name: path.read_bytes()}
        except OSError as error:
            raise _unreadable(path.name, error) from error

    def replace(self, source_id: str, files: Files) -> None:
        """Write a record anew. Raises `HomeUnusable`."""
        path = self._path(source_id)
        try:
            self.lay_schema()
            write_atomically(path, files[path.name])
            path.chmod(0o644)
        except OSError as error:
            raise unusable(path, error) from error

    def remove(self, source_id: str) -> None:
        """Remove a record that is there."""
        try:
            self._path(source_id).unlink()
            sync_folder(self._folder)
        except OSError as error:
            raise unusable(self._path(source_id), error) from error

    def sweep(self) -> None:
        """Remove what an interrupted change left; the caller keeps other writers out."""
        for pattern in (f".*{SUFFIX}.*", f".{SCHEMA.name}.*"):
            for path in self._folder.glob(pattern):
                path.unlink(missing_ok=True)

    def lay_schema(self) -> None:
        """Put the schema beside the records, for editors that complete and check."""
        data = SCHEMA.read_bytes()
        path = self._folder / SCHEMA.name
        if not path.is_file() or path.read_bytes() != data:
            write_atomically(path, data)
            path.chmod(0o644)

    def _path(self, source_id: str) -> Path:
        return self._folder / f"{source_id}{SUFFIX}"

    def _known(self, source_id: str) -> tuple[Program, Document]:
        path = self._path(source_id)
        if not is_name(source_id):
            raise UnknownSource(f"there is no source {source_id}", "compute-desk kb list")
        try:
            mark = file_mark(path)
            known = self._read.get(source_id)
            if known is not None and known[0] == mark:
                return known[1], known[2]
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise UnknownSource(
                f"there is no source {source_id}", "compute-desk kb list"
            ) from error
        except OSError as error:
            raise _unreadable(path.name, error) from error
        program = self.record(source_id, {path.name: data})
        document = render(program, "staff")
        self._read[source_id] = (mark, program, document)
        return program, document


def is_program(name: str, data: bytes) -> bool:
    """Whether a file is meant as a program record: YAML with a program's fields."""
    if Path(name).suffix.lower() not in (SUFFIX, ".yml"):
        return False
    return re.search(rb"^(?:terms|sponsor|schema)[ \t]*:", data, re.MULTILINE) is not None


def with_schema(data: bytes) -> bytes:
    """A record's bytes with the comment that tells editors its schema."""
    return data if b"yaml-language-server" in data else _COMMENT.encode() + data


def for_the_fund(data: bytes, name: str) -> bytes:
    """A record's bytes with the line that makes it fund-only. Raises `InvalidProgram`."""
    if parse_program(data, name).visibility == "fund":
        return data
    marked = data.rstrip() + b"\nvisibility: fund\n"
    if b"\nvisibility:" in data or parse_program(marked, name).visibility != "fund":
        raise InvalidProgram(
            f"{name} says of itself that it is public", "write `visibility: fund` in it"
        )
    return marked


def parse_program(data: bytes, name: str) -> Program:
    """The program record in the bytes of the YAML file `name`.

    Raises `InvalidProgram` with the file, the field and the reason, on one line.
    """
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        found = yaml.load(data.decode("utf-8"), Loader=loader)  # noqa: S506  # safe loader
    except (UnicodeDecodeError, yaml.YAMLError, ValueError, RecursionError) as error:
        raise _unreadable(name, error) from error
    if not isinstance(found, dict):
        raise InvalidProgram(f"{name} holds no `field: value` lines", _CORRECT)
    try:
        return Program.model_validate(_cleaned(found))
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        first = problems[0]
        place = ".".join(str(part) for part in first["loc"])
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        reason = first["msg"].removeprefix("Value error, ")
        raise InvalidProgram(f"{name}: {place}: {reason}{more}", _CORRECT) from error


def _unreadable(name: str, error: Exception) -> InvalidProgram:
    reason = getattr(error, "strerror", None) or _line(str(error))
    return InvalidProgram(f"{name} cannot be read: {reason}", "correct the file")


def _cleaned(value: object) -> object:
    """A record comes from a file: its text is cleaned like any other, and kept on one line."""
    if isinstance(value, dict):
        return {key: _cleaned(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    return _line(value) if isinstance(value, str) else value


def _line(text: str) -> str:
    return " ".join(clean(text).split())
