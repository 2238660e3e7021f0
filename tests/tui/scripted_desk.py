"""A desk that plays scripts: deterministic events, pinned times, gates instead of sleeps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from assistant.answer import Answer, Citation, Removed, ToolCall
from assistant.desk import SessionInfo, SourceView
from assistant.events import (
    Cited,
    Done,
    Event,
    GapFound,
    Started,
    TakenOut,
    Text,
    ToolFinished,
    ToolStarted,
)


class DeskError(Exception):
    """An error as the assistant raises them."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Gate:
    """A place in a script where the desk waits until the test opens it."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()


Step = Event | Gate | Exception
FILLER = "Filler that stands before the sentence which is quoted, long enough to wrap. " * 40
QUOTE = "a16z plans a cluster of more than 20,000 GPUs"
ARTICLE = f"{FILLER}\n\nIn July 2024 it was reported that {QUOTE}, H100s among them.\n\n{FILLER}"
QUOTE_ZH = "租金低于市场价，并以股权作为交换的一部分"
ARTICLE_ZH = "这是一段用来占位的文字，没有别的意思。" * 60 + QUOTE_ZH + "。后面还有一些文字。" * 40


def citation(marker: str, source: str, text: str, quote: str, **more: object) -> Citation:
    """A citation of a passage."""
    start = text.index(quote)
    fields: dict[str, object] = {
        "marker": marker,
        "kind": "passage",
        "source": source,
        "version": "v1",
        "title": f"The article {source}",
        "quote": quote,
        "start": start,
        "end": start + len(quote),
        "answer_start": 0,
        "answer_end": 10,
    }
    return Citation.model_validate(fields | more)


OXYGEN = citation(
    "1",
    "oxygen",
    ARTICLE,
    QUOTE,
    title="Venture firms stockpile GPUs",
    publisher="The Information",
    published="2024-07",
    grade="reported",
    url="https://example.com/oxygen",
)
PRICE = citation(
    "2",
    "oxygen-zh",
    ARTICLE_ZH,
    QUOTE_ZH,
    title="a16z的氧气计划",
    publisher="福布斯",
    published="2024-07-29",
    grade="on_record",
)
HOURS = Citation(
    marker="3",
    kind="tool",
    source="estimate_training",
    version="1",
    title="estimate_training",
    quote="73000",
    field="gpu_hours.likely",
    answer_start=0,
    answer_end=10,
)
ESTIMATE = ToolCall(
    name="estimate_training",
    args={"params": "7B", "tokens": "2T", "gpu": "H100"},
    result={"gpu_hours": {"low": 49000, "likely": 73000, "high": 118000}, "assumptions": ["x"]},
)
TEXT = (
    "**Two are on record**, and one estimate.\n\n"
    "| Program | What you get | GPUs |\n|---|---|--:|\n"
    "| a16z Oxygen | H100s from private clusters | 20,000 [1] |\n"
    "| 氧气计划 | 低于市场价 [2] | — |\n\n"
    "About 73,000 H100-hours [3]. Code stays code: `x[1]`.\n\n- one\n- two [1]\n"
)


def chunks(text: str, size: int = 7) -> list[Step]:
    """Text as it streams."""
    return [Text(text[at : at + size]) for at in range(0, len(text), size)]


def answer(question: str, text: str = TEXT, **more: object) -> Answer:
    """A finished answer."""
    fields: dict[str, object] = {
        "id": "a1",
        "question": question,
        "answer": text,
        "language": "en",
        "citations": [OXYGEN, PRICE, HOURS],
        "tool_calls": [
            ToolCall(name="search_knowledge", args={"query": "oxygen"}),
            ESTIMATE,
        ],
        "removed": [Removed(text="x", reason="no support")] * 2,
        "gaps": ["the price per hour of Oxygen"],
    }
    return Answer.model_validate(fields | more)


def full_script(question: str, text: str = TEXT) -> list[Step]:
    """A turn with two tools, a table, three citations, two removed parts and a gap."""
    return [
        Started("a1", "s1", question, "en", "builtin"),
        ToolStarted("c1", "search_knowledge", {"query": "oxygen"}),
        ToolFinished("c1", "search_knowledge", True, "6 passages for “oxygen”", 42),
        ToolStarted("c2", "estimate_training", {"params": "7B"}),
        ToolFinished("c2", "estimate_training", True, "73,000 H100-hours", 8),
        *chunks(text),
        *[Cited(one) for one in (OXYGEN, PRICE, HOURS)],
        TakenOut(Removed(text="x", reason="no support")),
        TakenOut(Removed(text="x", reason="no support")),
        GapFound("the price per hour of Oxygen"),
        Done(answer(question, text)),
    ]


def source(id_: str, text: str, title: str, **more: object) -> SourceView:
    """A source of the library."""
    fields: dict[str, object] = {
        "id": id_,
        "version": "v1",
        "kind": "article",
        "title": title,
        "language": "en",
        "text": text,
    }
    return SourceView.model_validate(fields | more)


SOURCES = {
    "oxygen": source("oxygen", ARTICLE, "Venture firms stockpile GPUs"),
    "oxygen-zh": source("oxygen-zh", ARTICLE_ZH, "a16z的氧气计划"),
}


@dataclass
class ScriptedDesk:
    """Plays one script a question, in order; the last one again and again."""

    scripts: Sequence[Sequence[Step]] = ()
    sources: dict[str, SourceView] = field(default_factory=lambda: dict(SOURCES))
    saved: dict[str, tuple[SessionInfo, list[Answer]]] = field(default_factory=dict)
    status_line: str = "builtin · library of 29 Jul 2024 · no live source"
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    cancelled: int = 0
    closed: bool = False

    async def stream(self, text: str, session: str | None = None) -> AsyncIterator[Event]:
        self.asked.append((text, session))
        number = min(len(self.asked), len(self.scripts)) - 1
        script = self.scripts[number] if self.scripts else full_script(text)
        try:
            for step in script:
                if isinstance(step, Gate):
                    step.reached.set()
                    await step.opened.wait()
                elif isinstance(step, Exception):
                    raise step
                else:
                    yield step
        except (asyncio.CancelledError, GeneratorExit):
            self.cancelled += 1
            raise

    def new_session(self) -> str:
        return f"s{len(self.saved) + 1}"

    def sessions(self) -> list[SessionInfo]:
        return [info for info, _ in self.saved.values()]

    def turns(self, session: str) -> list[Answer]:
        if session not in self.saved:
            raise DeskError(f"There is no conversation {session}.", "compute-desk sessions")
        return self.saved[session][1]

    def source(self, source: str, version: str | None = None) -> SourceView:
        if source not in self.sources:
            raise DeskError(f"{source} is not in the library.")
        return self.sources[source]

    def status(self) -> str:
        return self.status_line

    def close(self) -> None:
        self.closed = True


def saved_session(
    id_: str, title: str, answers: list[Answer], updated: str = "2024-07-29T08:00:00+00:00"
) -> tuple[SessionInfo, list[Answer]]:
    """A session as the desk keeps it."""
    return SessionInfo(id=id_, title=title, updated=updated, turns=len(answers)), answers
