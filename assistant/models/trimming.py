"""What of a conversation a chat model is sent, by one rule, within a budget of tokens.

The system's rules and the last question always go whole. Calls and their results stay together, a
question and its answer too. What there is no room for goes the oldest first: earlier turns before
anything of this turn; then results are shortened from their end, where search puts its weakest
passages; at last a whole call goes with its results. A result without its call is never sent.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

Group = list[BaseMessage]
_LEAST = 120
"""Tokens that a result is never shortened below; with less room its call goes too."""
_PART = re.compile(r"\n(?=<(?:passage|result) )")
_OPENING = re.compile(r"<(passage|result)\b[^>]*>")


def tokens_of(text: str) -> int:
    """About how many tokens a text takes, rather too many: tokenizers differ."""
    plain = sum(character.isascii() for character in text)
    return math.ceil(plain / 3 + 2 * (len(text) - plain))


def fit(messages: Sequence[BaseMessage], budget: int) -> list[BaseMessage]:
    """The messages that are sent, in order, within `budget` tokens where that can be."""
    system = [m for m in messages if isinstance(m, SystemMessage)]
    rest = [m for m in messages if not isinstance(m, SystemMessage)]
    asked = max((n for n, m in enumerate(rest) if isinstance(m, HumanMessage)), default=0)
    question = rest[asked : asked + 1]
    room = budget - sum(map(_size, [*system, *question]))
    made = _shortened(_groups(rest[asked + 1 :]), room)
    room -= sum(map(_weight, made))
    return [*system, *_flat(_latest(_exchanges(rest[:asked]), room)), *question, *_flat(made)]


def _groups(messages: Sequence[BaseMessage]) -> list[Group]:
    """Each message of the model with the results of its calls; a result without a call is left
    out, and a call that has no result yet is kept with none."""
    groups: list[Group] = []
    for message in messages:
        if isinstance(message, ToolMessage):
            owner = next((g for g in reversed(groups) if _called(g[0], message)), None)
            if owner is not None:
                owner.append(message)
        else:
            groups.append([message])
    return groups


def _called(message: BaseMessage, result: ToolMessage) -> bool:
    calls = message.tool_calls if isinstance(message, AIMessage) else []
    return any(call["id"] == result.tool_call_id for call in calls)


def _exchanges(messages: Sequence[BaseMessage]) -> list[Group]:
    """Earlier turns, each from its question on; what stands before the first question is left."""
    turns: list[Group] = []
    for message in messages:
        if isinstance(message, HumanMessage):
            turns.append([message])
        elif turns:
            turns[-1].append(message)
    return turns


def _latest(turns: list[Group], room: int) -> list[Group]:
    kept: list[Group] = []
    for turn in reversed(turns):
        room -= _weight(turn)
        if room < 0:
            break
        kept.insert(0, turn)
    return kept


def _shortened(groups: list[Group], room: int) -> list[Group]:
    """The groups of this turn within `room`: the newest get what they need first."""
    kept: list[Group] = []
    for at in range(len(groups) - 1, -1, -1):
        group = groups[at]
        results = [m for m in group if isinstance(m, ToolMessage)]
        fixed = sum(_size(m) for m in group if not isinstance(m, ToolMessage))
        # Older groups keep their least, so that what the model asked for first does not vanish.
        older = sum(min(_weight(each), _LEAST) for each in groups[:at])
        mine = room - fixed - older
        if kept and (room - fixed) < min(_LEAST, _weight(group) - fixed) * len(results):
            continue  # no room: it goes with its results
        share = max(mine, _LEAST) // max(len(results), 1)
        whole = sum(map(_size, results)) <= max(mine, 0)
        made = [
            m if whole or not isinstance(m, ToolMessage) else _cut(m, max(share, _LEAST))
            for m in group
        ]
        kept.insert(0, made)
        room -= _weight(made)
    return kept


def _cut(message: ToolMessage, tokens: int) -> ToolMessage:
    """A result's text within `tokens`: whole passages first, then the start of the next one."""
    text = message.text
    if tokens_of(text) <= tokens:
        return message
    parts = _PART.split(text)
    kept: list[str] = []
    left = tokens - 10  # for the line that says that something is left out
    for part in parts:
        if tokens_of(part) <= left:
            kept.append(part)
            left -= tokens_of(part)
            continue
        if not kept or left > _LEAST // 2:
            kept.append(_beginning(part, left))
        break
    if len(kept) < len(parts):
        kept.append(f"({len(parts) - len(kept)} more not shown)")
    return message.model_copy(update={"content": "\n".join(kept), "artifact": None})


def _beginning(part: str, tokens: int) -> str:
    opening = _OPENING.match(part)
    closing = f" …</{opening.group(1)}>" if opening else " …"
    low, high = opening.end() if opening else 0, len(part)
    while low < high:
        middle = (low + high + 1) // 2
        if tokens_of(part[:middle]) + 8 <= tokens:
            low = middle
        else:
            high = middle - 1
    return part[:low] + closing


def _size(message: BaseMessage) -> int:
    calls = str(message.tool_calls) if isinstance(message, AIMessage) and message.tool_calls else ""
    return tokens_of(message.text) + tokens_of(calls) + 4


def _weight(group: Group) -> int:
    return sum(map(_size, group))


def _flat(groups: Sequence[Group]) -> list[BaseMessage]:
    return [message for group in groups for message in group]
