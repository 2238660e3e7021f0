"""Which tool calls the built-in model plans for what people type: tests/gold/utterances.yaml.

    .venv/bin/python benchmarks/utterances.py [--failures] [--cues] [--file PATH]

Prints the share of utterances whose calls are planned with every name and argument exact, for the
half `tune` and the half `check`, by the tool that is expected; `--failures` lists those of `tune`.
No tool runs: an estimate is taken to have succeeded, where another call waits for its result. An
argument that the file does not name must be the tool's default, or one that the desk looks up.
"""

from __future__ import annotations

import argparse
import atexit
import hashlib
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from assistant.builtin.estimating.registry import BY_ASK, BY_TOOL, asked_back
from assistant.builtin.planning import Made, plan
from assistant.context import Past
from assistant.evidence import Artifact, ToolEvidence
from assistant.question import Ask, Reading
from assistant.reading import read_parts
from assistant.reading.meaning import Meaning
from kb.knowledge_base import KnowledgeBase
from kb.programs.names import find_program
from kb.programs.program import Program
from kb.programs.regions import country_code
from kb.starter import programs as starter_programs
from kb.texts.aliases import AliasTable
from kb.texts.folding import fold
from tools.estimates.architectures import find_architectures
from tools.gpus import known_gpu
from tools.places import find_places
from tools.quantities import Unit, find_quantities

ROOT = Path(__file__).resolve().parents[1]
GOLD = ROOT / "tests" / "gold" / "utterances.yaml"
LOOKED_UP = {
    "price", "price_source", "rents", "rents_source", "market", "market_source", "purchase",
    "purchase_source", "list_price", "hours", "hours_low", "hours_high", "language",
}  # fmt: skip
_ALWAYS_IN = {"gpu": "H100"}
"""What an estimate says although it is the default."""
_STEPS = 6
_MODEL_SIZE = 0.06
"""A model called 8B has 8.03 billion parameters."""
_DAYS = {"low": 5.0, "likely": 10.0, "high": 20.0}


@dataclass(frozen=True)
class Planned:
    """What a message leads to before any tool has run."""

    readings: tuple[Reading, ...]
    calls: tuple[tuple[str, dict[str, Any]], ...]
    asked_back: bool


@dataclass(frozen=True)
class Utterance:
    """One line of the file."""

    ask: str
    after: tuple[str, ...]
    ways: tuple[dict[str, dict[str, Any]], ...]
    asked_back: bool

    @property
    def half(self) -> str:
        """`tune` or `check`, by a hash of the words."""
        words = "\n".join([*self.after, self.ask])
        return "check" if hashlib.sha256(words.encode()).digest()[-1] % 2 else "tune"

    @property
    def kind(self) -> str:
        """The tools expected, for the summary."""
        if self.asked_back:
            return "asked back"
        if self.after:
            return "follow-up"
        return " + ".join(sorted(self.ways[0])) or "no tool"


def utterances(path: Path = GOLD) -> list[Utterance]:
    """The lines of the file."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [
        Utterance(
            row["ask"],
            tuple(row.get("after", ())),
            tuple(row.get("any") or [row["calls"]]),
            bool(row.get("asked_back")),
        )
        for row in rows
    ]


def planned(
    text: str, past: Sequence[Past], records: Sequence[Program], meaning: Meaning | None
) -> Planned:
    """The calls of a message in their order, each taken to succeed."""
    readings = read_parts(text, past, records, meaning)
    made = [Made(("search_knowledge", {"query": text}), _result("search_knowledge", {}))]
    for _ in range(_STEPS):
        wanted = [call for part in plan(readings, made) for call in part.calls]
        if not wanted:
            break
        made += [Made(call, _result(*call)) for call in wanted]
    calls = tuple(each.call for each in made if each.call[0] != "search_knowledge")
    return Planned(readings, calls, any(map(_asks_back, readings)))


def _result(name: str, args: dict[str, Any]) -> Artifact:
    """A result that holds what a later call may need."""
    result: dict[str, Any] = {"offers": [], "profile": {"stage": "seed"}, "programs": []}
    if name in BY_TOOL:
        result |= {"days": _DAYS, "fewest_gpus": 1, "inputs": {"gpu": args.get("gpu", "H100")}}
    return Artifact(tool=ToolEvidence(id="t1", name=name, args=args, result=result))


def _asks_back(reading: Reading) -> bool:
    return any(
        ask is Ask.CLARIFY or (ask in BY_ASK and asked_back(BY_ASK[ask], reading) is not None)
        for ask in reading.asks
    )


def talk(utterance: Utterance, records: Sequence[Program], meaning: Meaning | None) -> Planned:
    """The plan of an utterance after those before it."""
    past: list[Past] = []
    for text in utterance.after:
        done = planned(text, past, records, meaning)
        past.append(
            Past(
                question=text,
                language=done.readings[-1].language,
                asked_back=done.asked_back,
                sources=[p for reading in done.readings for p in reading.programs],
                calls=[{"name": name, "args": args} for name, args in done.calls],
            )
        )
    return planned(utterance.ask, past, records, meaning)


def faults(
    utterance: Utterance, records: Sequence[Program], meaning: Meaning | None = None
) -> list[str]:
    """What is not as the file says, of the way that comes nearest; [] where all is."""
    found = talk(utterance, records, meaning)
    if utterance.asked_back:
        told = [] if found.asked_back else ["not asked back"]
        return told + [f"called {name} {args}" for name, args in found.calls]
    if found.asked_back and not any(found.calls):
        if any(utterance.ways):
            return [f"asked back: {[ask.value for r in found.readings for ask in r.asks]}"]
        return ["asked back"]
    return min((_against(way, found, records) for way in utterance.ways), key=len)


def _against(
    way: Mapping[str, dict[str, Any]], found: Planned, records: Sequence[Program]
) -> list[str]:
    wrong = []
    for name, wanted in way.items():
        made = [args for tool, args in found.calls if tool == name]
        told = [_wrong_args(name, wanted, args, records) for args in made]
        wrong += min(told, key=len) if told else [f"no {name}"]
    estimated = any(name in BY_TOOL for name in way)
    for name, args in found.calls:
        looked_up = name == "gpu_offers" and estimated and set(args) <= {"gpu"}
        if name not in way and not looked_up:
            wrong.append(f"extra {name} {args}")
    return wrong


def _wrong_args(
    tool: str, wanted: Mapping[str, Any], told: Mapping[str, Any], records: Sequence[Program]
) -> list[str]:
    wrong = []
    for name, value in wanted.items():
        have = told.get(name, _defaults(tool).get(name))
        if not same(name, value, have, records):
            wrong.append(f"{tool}.{name}: {told.get(name)!r}, not {value!r}")
    for name, value in told.items():
        if name in wanted or name in LOOKED_UP or value == _defaults(tool).get(name):
            continue
        if name in ("params", "active_params") and "model" in wanted:
            continue
        if name == "model" and "params" in wanted and _near_size(value, wanted["params"]):
            continue
        if name in _ALWAYS_IN and value == _ALWAYS_IN[name]:
            continue
        wrong.append(f"{tool}.{name}: {value!r}, not named")
    return wrong


@cache
def _defaults(tool: str) -> dict[str, Any]:
    """The defaults of a tool's arguments."""
    from assistant.toolbox import agent_tools

    tools = agent_tools(None, home=Path("/nonexistent"), today=date(2026, 11, 22))  # type: ignore[arg-type]
    return {
        name: field.get("default")
        for each in tools
        if each.name == tool
        for name, field in each.args.items()
    }


def same(name: str, wanted: Any, have: Any, records: Sequence[Program]) -> bool:
    """Whether two values of an argument mean the same."""
    if wanted is None or have is None:
        return wanted is have
    if isinstance(wanted, list) or isinstance(have, list):
        ours, theirs = _as_list(wanted), _as_list(have)
        if len(ours) != len(theirs):
            return False
        if name == "programs":
            return {_program(p, records) for p in ours} == {_program(p, records) for p in theirs}
        return all(same("", a, b, records) for a, b in zip(ours, theirs, strict=True))
    if isinstance(wanted, bool) or isinstance(have, bool):
        return wanted is have
    if name == "program":
        return _program(wanted, records) == _program(have, records)
    if name == "gpu":
        return _gpu(str(wanted)) == _gpu(str(have))
    if name in ("region", "country"):
        return _place(str(wanted)) == _place(str(have))
    if name == "provider":
        ours, theirs = fold(str(wanted)), fold(str(have))
        return ours.startswith(theirs) or theirs.startswith(ours)
    if name == "model":
        return _word(str(wanted)) in _word(str(have)) or _word(str(have)) in _word(str(wanted))
    ours, theirs = _number(wanted), _number(have)
    if ours is not None and theirs is not None:
        return abs(ours - theirs) <= 0.005 * abs(ours)
    return _word(str(wanted)) == _word(str(have))


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _near_size(model: Any, params: Any) -> bool:
    """Whether a published model has about so many parameters."""
    known, size = find_architectures(str(model)), _number(params)
    if not known or size is None:
        return False
    return abs(known[0].architecture.params - size) <= _MODEL_SIZE * size


def _word(text: str) -> str:
    return re.sub(r"[\s_.-]+", "", fold(text))


def _gpu(name: str) -> str:
    known = known_gpu(name)
    return known.key if known else _word(name)


def _place(name: str) -> str:
    codes = find_places(name)
    return codes[0] if codes else country_code(name) or _word(name)


@cache
def _aliases() -> AliasTable:
    return AliasTable.load(ROOT / "kb" / "starter" / "aliases.yaml")


def _program(name: str, records: Sequence[Program]) -> str:
    found = find_program(str(name), records, _aliases())
    return found.id if found else _word(str(name))


def _number(value: Any) -> float | None:
    """A value as a number: "7B", "95%", "$2M", "21 days", "name: 2.99"."""
    if isinstance(value, int | float):
        return float(value)
    text = str(value)
    if ": " in text and not re.fullmatch(r"[\d.%: $]+", text):
        text = text.rpartition(": ")[2]
    try:
        return float(Decimal(text))
    except InvalidOperation:
        pass
    found = find_quantities(text)
    if len(found) != 1 or found[0].start != 0 or found[0].unit in (Unit.DATE, Unit.YEAR):
        return None
    return float(found[0].value) * (0.01 if found[0].unit is Unit.PERCENT else 1.0)


def results(
    lines: Sequence[Utterance], records: Sequence[Program], meaning: Meaning | None
) -> Iterator[tuple[Utterance, list[str]]]:
    """Each utterance with what is wrong with its plan."""
    for line in lines:
        try:
            yield line, faults(line, records, meaning)
        except Exception as error:  # one that breaks counts as wrong, and is named
            yield line, [f"{type(error).__name__}: {error}"]


def _library() -> KnowledgeBase:
    """A library whose embedder tells what a question means; nothing is indexed."""
    scratch = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    return KnowledgeBase.open(Path(scratch))


def main() -> None:
    """Print the shares, and the failures of the half `tune` where asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--failures", action="store_true", help="list those of the half tune")
    parser.add_argument("--cues", action="store_true", help="by words only, not by meaning")
    parser.add_argument("--file", type=Path, default=GOLD)
    options = parser.parse_args()
    records, out = list(starter_programs()), sys.stdout.write
    asked: Counter[tuple[str, str]] = Counter()
    right: Counter[tuple[str, str]] = Counter()
    meaning = None if options.cues else Meaning(_library())
    for line, wrong in results(utterances(options.file), records, meaning):
        for key in ((line.kind, line.half), ("all", line.half)):
            asked[key] += 1
            right[key] += not wrong
        if wrong and options.failures and line.half == "tune":
            out(f"{' | '.join([*line.after, line.ask])}\n    " + "\n    ".join(wrong) + "\n")
    for kind in sorted({kind for kind, _ in asked}, key=lambda kind: (kind == "all", kind)):
        halves = [(right[kind, half], asked[kind, half]) for half in ("tune", "check")]
        told = [f"{a:>4}/{b:<4}" + (f"{a / b:6.1%}" if b else " " * 6) for a, b in halves]
        out(f"{kind:<42} tune {told[0]}   check {told[1]}\n")


if __name__ == "__main__":
    main()
