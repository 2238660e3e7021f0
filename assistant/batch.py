"""Many questions at once: read from a file, asked several at a time, gone on with after a stop."""

from __future__ import annotations

import asyncio
import json
from collections import Counter, deque
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.answer import Answer
from assistant.errors import InvalidBatch, reason
from assistant.events import Done, Failed, Noted
from kb.home import write_atomically
from kb.texts.cleaning import clean

if TYPE_CHECKING:
    from assistant.assistant import Assistant

Line = dict[str, Any]
"""A line of the output: an answer's JSON, or `question` with `error`, each with its `number`."""


class Item(BaseModel):
    """One question of a file. `number` counts them from 1; questions of one `session` follow up on
    each other, in their order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: int
    question: str
    session: Annotated[str, Field(min_length=1)] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a question, as a line of the output, and what the desk said beside it."""

    line: Line
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether the line is an error."""
        return "error" in self.line


def read_items(path: Path) -> list[Item]:
    """The questions of a file: a list in YAML, JSON Lines (each a text or an object with
    `question` and, if wanted, `session`), or plain text with one in each line. Raises
    `InvalidBatch`, which names the question."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = list(_rows(text, path.suffix.lower()))
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        told = f"cannot read {path}: {reason(error)}"
        raise InvalidBatch(told, "name a file of questions") from error
    return [_item(number, row) for number, row in enumerate(rows, 1)]


def _rows(text: str, suffix: str) -> Iterator[Any]:
    if suffix in (".yaml", ".yml"):
        data = yaml.safe_load(text)
        if not isinstance(data, list):
            raise ValueError("it is no list of questions")
        yield from data
        return
    for line in text.split("\n"):
        if line.strip():
            yield json.loads(line) if suffix in (".jsonl", ".ndjson") else line


def _item(number: int, row: Any) -> Item:
    fields = row if isinstance(row, Mapping) else {"question": row}
    try:
        item = Item.model_validate({**fields, "number": number})
    except (ValidationError, TypeError) as error:
        told = error.errors()[0]["msg"].lower() if isinstance(error, ValidationError) else error
        raise InvalidBatch(
            f"question {number}: {told}", "write a text, or `question` and, if wanted, `session`"
        ) from error
    return item.model_copy(update={"question": clean(item.question).strip()})


def rest(items: Sequence[Item], lines: Iterable[Line]) -> list[Item]:
    """The questions that have no answer among the lines of an earlier run. A question that is
    asked twice needs two."""
    sessions = {item.session for item in items}

    def known(session: object) -> object:
        return session if session in sessions else None

    answered = Counter(
        (line["question"], known(line.get("session"))) for line in lines if "error" not in line
    )
    left = []
    for item in items:
        key = (item.question, item.session)
        if answered[key]:
            answered[key] -= 1
        else:
            left.append(item)
    return left


def earlier_lines(path: Path) -> list[Line]:
    """The answers in a file of an earlier run, which then holds them alone: errors and a line that
    a kill cut short go, to be asked again. Raises `InvalidBatch` where it is another file."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return []
    lines = [(data, _line(data)) for data in raw.split(b"\n") if data.strip()]
    if lines and lines[-1][1] is None and not raw.endswith(b"\n"):
        lines.pop()
    answers = []
    for data, line in lines:
        if line is None:
            raise InvalidBatch(f"{path} holds something else than answers", "name another: --out")
        if "error" not in line:
            answers.append((data, line))
    kept = b"".join(data + b"\n" for data, _ in answers)
    if kept != raw:
        write_atomically(path, kept)
    return [line for _, line in answers]


def _line(data: bytes) -> Line | None:
    try:
        line = json.loads(data)
    except ValueError:
        return None
    ours = isinstance(line, dict) and {"number", "question"} <= line.keys()
    return line if ours and ("error" in line or _is_answer(line)) else None


def _is_answer(line: Line) -> bool:
    try:
        Answer.model_validate(line)
    except ValidationError:
        return False
    return True


async def ask_all(desk: Assistant, items: Sequence[Item], jobs: int) -> AsyncGenerator[Asked]:
    """Ask up to `jobs` questions at a time; each comes when it is done, also where it failed."""
    chains = deque(_chains(items))
    done: asyncio.Queue[Asked] = asyncio.Queue()

    async def work() -> None:
        while chains:
            for item in chains.popleft():
                done.put_nowait(await _ask(desk, item))

    workers = [asyncio.create_task(work()) for _ in range(min(jobs, len(chains)))]
    try:
        for _ in items:
            yield await done.get()
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


def _chains(items: Sequence[Item]) -> list[list[Item]]:
    """Questions that need not wait for each other, in lists of those that must."""
    chains: dict[str, list[Item]] = {}
    for item in items:
        name = f"of {item.session}" if item.session else f"no. {item.number}"
        chains.setdefault(name, []).append(item)
    return list(chains.values())


async def _ask(desk: Assistant, item: Item) -> Asked:
    notes: list[str] = []
    try:
        async for event in desk.stream(item.question, item.session):
            match event:
                case Noted(text):
                    notes.append(text)
                case Done(answer):
                    line = {"number": item.number, **answer.model_dump(mode="json")}
                    return Asked(line, tuple(notes))
                case Failed(code, message, hint):
                    return Asked(_error(item, code, message, hint), tuple(notes))
                case _:
                    pass
    except Exception as error:  # a fault of ours in one question ends no other; it may hold keys
        told = f"an unexpected {type(error).__name__} in compute-desk"
        return Asked(_error(item, "unexpected", told, "please report it"), tuple(notes))
    raise AssertionError("a stream ends with Done or Failed")


def _error(item: Item, code: str, message: str, hint: str) -> Line:
    error = {"code": code, "message": message, "hint": hint}
    line = {"number": item.number, "schema": 1, "question": item.question, "error": error}
    return line | ({"session": item.session} if item.session else {})
