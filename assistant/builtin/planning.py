"""From a question as understood to the tool calls that its answer needs.

Planning has no memory: it is done again from the start with all calls that were made so far, and
ends at the first calls that are still to be made.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from assistant import cues
from assistant.builtin.estimating.estimator import Call
from assistant.builtin.estimating.registry import BY_ASK, first_calls, later_calls
from assistant.builtin.values import gpu_count, gpu_of, gpus_of, hours_of, term_of
from assistant.builtin.yes_no.asked import yes_no
from assistant.builtin.yes_no.stated import asks_of_values
from assistant.company import company_again
from assistant.evidence import Artifact
from assistant.question import Ask, Reading, Side
from kb.texts.folding import fold
from tools.places import find_places
from tools.price_list import list_providers
from tools.quantities import Unit

MOST_PROGRAMS = 3
MOST_PRICED = 3


@dataclass(frozen=True)
class Made:
    """A call of this turn, and what came of it: None where the graph refused it."""

    call: Call
    artifact: Artifact | None


@dataclass(frozen=True)
class Part:
    """One question of a message with its own evidence, the search first, the calls that it still
    needs, and all that it asked for so far."""

    reading: Reading
    done: tuple[Artifact, ...]
    calls: tuple[Call, ...] = ()
    wanted: tuple[Call, ...] = ()


def plan(readings: Sequence[Reading], made: Sequence[Made]) -> list[Part]:
    """What each question of a message has and still needs. `made` starts with the search for the
    whole message, which serves a question that stands alone; several search for themselves."""
    if len(readings) == 1:
        return [_followed(readings[0], [each for each in made[:1] if each.artifact], made)]
    parts = []
    for reading in readings:
        search: Call = ("search_knowledge", {"query": reading.search})
        found = [each for each in made if each.call == search]
        if not found:
            parts.append(Part(reading, (), (search,), (search,)))
        else:
            followed = _followed(reading, found[:1], made)
            parts.append(replace(followed, wanted=(search, *followed.wanted)))
    return parts


def made_in(messages: Sequence[BaseMessage]) -> list[Made]:
    """The calls of a turn with their results, in the order in which they were asked for."""
    results = {m.tool_call_id: m.artifact for m in messages if isinstance(m, ToolMessage)}
    made = []
    for message in messages:
        for call in message.tool_calls if isinstance(message, AIMessage) else ():
            found = results.get(str(call["id"]))
            artifact = Artifact.model_validate(found) if found else None
            made.append(Made((call["name"], call["args"]), artifact))
    return made


def _followed(reading: Reading, searched: Sequence[Made], made: Sequence[Made]) -> Part:
    """The part after all calls that it wanted and that were made; each is wanted once."""
    done = [each.artifact for each in searched if each.artifact is not None]
    wanted: list[Call] = []
    while calls := [call for call in next_calls(reading, done) if call not in wanted]:
        wanted += calls
        missing = tuple(call for call in calls if not any(each.call == call for each in made))
        if missing:
            return Part(reading, tuple(done), missing, tuple(wanted))
        done += [each.artifact for each in made if each.call in calls and each.artifact is not None]
    return Part(reading, tuple(done), (), tuple(wanted))


def next_calls(reading: Reading, done: Sequence[Artifact]) -> list[Call]:
    """Calls to make now; empty when all evidence is there. `done` starts with the search."""
    if len(done) <= 1:
        return _first_calls(reading)
    calls = [
        call
        for ask in reading.asks
        if ask in BY_ASK
        for call in later_calls(BY_ASK[ask], reading, done)
    ]
    if calls:
        return calls
    if Ask.MATCH in reading.asks and len(done) == 2 and _knows_nobody(done[1]):
        listed = {"kind": reading.kind, "language": reading.language}
        return [("compare_programs", {k: v for k, v in listed.items() if v})]
    return []


def _knows_nobody(artifact: Artifact) -> bool:
    """Whether programs were to be matched with a company of which nothing is known."""
    tool = artifact.tool
    return tool.ok and "programs" not in tool.args and not tool.result.get("profile")


def _first_calls(reading: Reading) -> list[Call]:
    calls: list[Call] = []
    for ask in reading.asks:
        if ask in BY_ASK:
            calls += first_calls(BY_ASK[ask], reading)
        elif ask is Ask.OFFERS:
            calls += _offers_calls(reading)
        elif ask is Ask.HISTORY:
            calls.append(("gpu_price_history", _history_args(reading)))
        elif ask is Ask.QUEUE:
            calls.append(("cluster_queue", _queue_args(reading)))
        elif ask is Ask.LIST:
            args = {"kind": reading.kind, "language": reading.language}
            calls.append(("compare_programs", {k: v for k, v in args.items() if v}))
        elif ask is Ask.MATCH:
            calls.append(("match_programs", _match_args(reading)))
        elif ask is Ask.REMEMBER and reading.company:
            calls.append(("save_profile", dict(reading.company)))
        elif ask is Ask.COMPARE:
            calls += _compare_calls(reading)
        elif ask is Ask.PROGRAM:
            calls += _program_calls(reading, reading.programs)
        elif ask is Ask.FACT and yes_no(reading) is not None and asks_of_values(reading):
            calls += _program_calls(reading, reading.programs or reading.sponsored)
    return calls


def _program_calls(reading: Reading, programs: Sequence[str]) -> list[Call]:
    return [
        ("get_program", {"program": program, "language": reading.language})
        for program in programs[:MOST_PROGRAMS]
    ]


def _compare_calls(reading: Reading) -> list[Call]:
    """The table of the programs that are compared, and a search for each side."""
    named = {"programs": list(reading.programs), "language": reading.language}
    table: list[Call] = [("compare_programs", named)] if len(reading.programs) > 1 else []
    return table + [search_of(side) for side in reading.sides]


def search_of(side: Side) -> Call:
    """The search for one side of a comparison."""
    return "search_knowledge", {"query": side.reading.search}


def _match_args(reading: Reading) -> dict[str, Any]:
    again = reading.repeat is not None and reading.repeat["name"] == "match_programs"
    if again and reading.repeat:  # the same programs for a company that is told otherwise
        before = reading.repeat["args"]
        told = company_again(reading.text, before)
        return {**before, **told, "language": reading.language}
    args: dict[str, Any] = dict(reading.company)
    if reading.programs:
        args["programs"] = list(reading.programs[:MOST_PROGRAMS])
    elif reading.kind:
        args["kind"] = reading.kind
    return args | {"language": reading.language}


def _offers_calls(reading: Reading) -> list[Call]:
    """One call, or one for each GPU or seller whose prices are to be compared."""
    args = _offers_args(reading)
    if reading.repeat is None:
        for name, values in (("gpu", gpus_of(reading)), ("provider", _providers(reading))):
            if len(values) > 1:
                return [("gpu_offers", args | {name: each}) for each in values[:MOST_PRICED]]
    return [("gpu_offers", args)]


def _providers(reading: Reading) -> list[str]:
    """The sellers of the price list that a question names, in its order."""
    found, rest = [], reading.folded
    for name in list_providers():  # the longest first
        if match := re.search(rf"(?<![a-z0-9]){re.escape(fold(name))}(?![a-z0-9])", rest):
            found.append((match.start(), name))
            rest = f"{rest[: match.start()]}{'_' * len(match[0])}{rest[match.end() :]}"
    return [name for _, name in sorted(found)]


def _offers_args(reading: Reading) -> dict[str, Any]:
    repeat = reading.repeat if reading.repeat and reading.repeat["name"] == "gpu_offers" else None
    args: dict[str, Any] = dict(repeat["args"]) if repeat else {}
    if gpu := gpu_of(reading):
        args["gpu"] = gpu
    if (count := gpu_count(reading)) is not None:
        args["count"] = count
    if reading.provider:
        args["provider"] = reading.provider
    if term := term_of(reading.folded):
        args["term"] = term
    price = reading.first(Unit.PRICE_PER_GPU_HOUR)
    if price is not None and price.currency in (None, "USD"):
        args["max_price"] = float(price.value)
    hours = hours_of(reading)
    if hours is not None and "count" in args:
        args["hours"] = hours
    places = find_places(reading.text)
    if len(places) == 1:
        args["region"] = places[0]
    if cues.CHINA.search(reading.folded):
        args["china"] = True
    return args | _storage(reading.folded)


_GB = r"(\d[\d,.]*) ?(gb|tb|gib|tib|g|t)"
_DISK = re.compile(
    rf"{_GB}(?: of)?(?: nvme| ssd| local| fast)* ?(?:disks?|storage|硬盘|磁盘|存储|盘)"
    rf"|(?:disks?|storage|硬盘|磁盘|存储)(?: of)? ?{_GB}\b"
)
_EGRESS = re.compile(
    rf"{_GB}(?: of)?(?: data)? ?(?:egress|outbound|traffic out|download|出网|出口|流出|流量|外网)"
    rf"|(?:egress|outbound|traffic|出网流量|出口流量|出网|流量)(?: of)? ?{_GB}\b"
)


def _storage(folded: str) -> dict[str, float]:
    """Gigabytes of disk and of traffic that the price of a job is to hold."""
    told = {}
    for name, cue in (("disk_gb", _DISK), ("egress_gb", _EGRESS)):
        if match := cue.search(folded):
            figure, unit = match[1] or match[3], match[2] or match[4]
            size = float(figure.replace(",", "").rstrip("."))
            told[name] = size * 1000 if unit.startswith("t") else size
    return told


def _history_args(reading: Reading) -> dict[str, Any]:
    repeat = reading.repeat
    args: dict[str, Any] = dict(repeat["args"]) if repeat else {}
    if gpu := gpu_of(reading):
        args["gpu"] = gpu
    if reading.provider:
        args["provider"] = reading.provider
    if term := term_of(reading.folded):
        args["term"] = term
    return args | _between(reading)


_UNTIL_BEFORE = re.compile(
    r"(?:\b(?:until|till|through|up to|before|by|to|and)|截至|截止到?|到|至|直到|[-–—~])\s*$"
)
_UNTIL_BEHIND = re.compile(r"^\s*(?:为止|以前|之前|前)")


def _between(reading: Reading) -> dict[str, Any]:
    """From when to when: "since June 2024", "from 2024-03 to 2025-01", 截至2024年12月, 最近90天."""
    text, told = reading.folded, dict[str, Any]()
    stated = [q for q in reading.quantities if q.unit in (Unit.DATE, Unit.YEAR)]
    days = [q for q in stated if q.iso and not q.iso.startswith("-")]
    for day in days:
        before, behind = reading.text[: day.start], reading.text[day.end :]
        ends = _UNTIL_BEFORE.search(fold(before)) or _UNTIL_BEHIND.search(fold(behind))
        told.setdefault("until" if ends else "since", day.iso)
    if len(days) == 1 and "since" in told and cues.WAS.search(text) and not cues.SINCE.search(text):
        told["until"] = told["since"]
    lengths = [q for q in reading.quantities if q.unit is Unit.DURATION_DAYS and q.value >= 1]
    if not days and lengths:  # 一小时 is none
        told["days"] = int(lengths[-1].value)
    return told


def _queue_args(reading: Reading) -> dict[str, Any]:
    again = reading.repeat is not None and reading.repeat["name"] == "cluster_queue"
    args: dict[str, Any] = dict(reading.repeat["args"]) if again and reading.repeat else {}
    if gpu := gpu_of(reading):
        args["gpu"] = gpu
    if (count := gpu_count(reading)) is not None:
        args["count"] = count
    hours = hours_of(reading)
    if hours is not None:
        args["hours"] = hours
    places = find_places(reading.text)
    if len(places) == 1:
        args["region"] = places[0]
    return args
