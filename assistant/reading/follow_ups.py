"""What a question takes over from the turns before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from assistant import cues
from assistant.builtin.estimating.registry import BY_TOOL, wanted
from assistant.context import Past
from assistant.question import Reading
from assistant.reading.asks import REPEATABLE
from assistant.reading.names import mentioned
from kb.programs.program import Program
from kb.texts.folding import fold


def carried_over(past: Sequence[Past], programs: Sequence[Program]) -> list[str]:
    """The program that the last turns were about."""
    ids = {program.id for program in programs}
    for turn in reversed(past):
        named, _ = mentioned(fold(turn.question), programs)
        if named:
            return named[:1]
        cited = [source for source in turn.sources if source in ids]
        if cited:
            return cited[:1]
    return []


def repeated_call(reading: Reading, past: Sequence[Past]) -> dict[str, Any] | None:
    """The earlier call that "and with 512?" or "那用LoRA呢？" changes."""
    if reading.programs or not past:
        return None
    values = bool(reading.quantities or reading.gpus)
    leads = bool(cues.AND_WITH.search(reading.folded.strip()))
    if not (leads or (values and _only_values(reading))):
        return None
    if any(each.missing(reading) is None for each in wanted(reading)):
        return None  # a whole question of its own, which only begins like a follow-up
    call = _last_call(past)
    if call is None or values:
        return call
    return call if call["name"] in BY_TOOL and _changes(reading, call) else None


def _last_call(past: Sequence[Past]) -> dict[str, Any] | None:
    """What the latest turn that called anything repeatable was about: its estimate, if any."""
    for turn in reversed(past):
        calls = [call for call in turn.calls if call["name"] in (*BY_TOOL, *REPEATABLE)]
        estimates = [call for call in calls if call["name"] in BY_TOOL]
        main = [call for call in estimates if not BY_TOOL[call["name"]].joins]
        if calls:
            return dict((main or estimates or calls)[-1])
    return None


def _changes(reading: Reading, call: dict[str, Any]) -> bool:
    """Whether words without figures ("with LoRA") change the arguments of an estimate."""
    repeated = replace(reading, repeat=call)
    name = call["name"]
    earlier = repeated.again(name)
    return any(
        earlier.get(key) != value for key, value in BY_TOOL[name].arguments(repeated).items()
    )


def _only_values(reading: Reading) -> bool:
    """Whether a question is little more than a changed value: "512 H200s?", "that at $2/h?"."""
    rest = reading.folded
    for value in [*(q.text for q in reading.quantities), *(gpu.raw for gpu in reading.gpus)]:
        rest = rest.replace(fold(value), " ")
    return not cues.VALUE_ONLY.sub(" ", rest).strip(" ?？。.!！,，、")
