"""A follow-up that makes a figure of the last estimate larger or smaller: "and half the cards?"."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from assistant import cues
from assistant.builtin.values import in_short
from assistant.question import Reading
from tools.quantities import find_quantities

_LONGEST = 70
"""Characters; a longer question says itself what it is about."""
_FACTORS = (
    (Decimal(2), cues.cue(r"doubl(?:e|es|ed|ing)|twice|two times|2x", r"翻[一1]?倍|翻番|翻一番"
        r"|加倍|两倍|2倍")),
    (Decimal(3), cues.cue(r"tripl(?:e|es|ed|ing)|three times|3x", r"三倍|3倍|翻两倍")),
    (Decimal(4), cues.cue(r"quadrupl(?:e|es|ed|ing)|four times|4x", r"四倍|4倍")),
    (Decimal(10), cues.cue(r"ten times|tenfold|10x", r"十倍|10倍")),
    (Decimal("0.5"), cues.cue(r"halve[sd]?|halving|half", r"减半|砍半|对半|一半|折半")),
)  # fmt: skip
_SCALED: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (cues.cue(r"tokens?|data", r"token|词元|数据|语料"), ("tokens",)),
    (cues.cue(r"time|hours|duration|long", r"时间|时长|小时"), ("hours", "target_days")),
    (cues.cue(r"gpus?|cards?|[a-z]{1,2}\d{2,3}s?", r"卡|显卡|gpu"), ("gpus", "count")),
    (cues.cue(r"budget", r"预算"), ("budget",)),
    (cues.cue(r"commitment", r"承诺"), ("commitment",)),
    (cues.cue(r"investment", r"投资"), ("investment",)),
    (cues.cue(r"spend(?:ing)?|run[- ]rate", r"支出|开支"), ("gpu_run_rate", "spend_per_month")),
    (cues.cue(r"credits?", r"额度"), ("credit",)),
    (cues.cue(r"epochs?", r"轮|epoch"), ("epochs",)),
)  # fmt: skip


def scaled(reading: Reading, call: dict[str, Any]) -> dict[str, Any] | None:
    """The earlier call with an argument made larger or smaller: "and half the cards?",
    预算砍一半呢."""
    text = reading.folded
    factor = next((value for value, cue in _FACTORS if cue.search(text)), None)
    if factor is None or len(reading.text) > _LONGEST:
        return None
    for cue, names in _SCALED:
        name = next((each for each in names if each in call["args"]), None)
        if name and cue.search(text) and (value := _times(call["args"][name], factor)) is not None:
            return {**call, "args": {**call["args"], name: value}}
    return None


def _times(value: Any, factor: Decimal) -> Any:
    """An argument, as a number or as it is written, times a factor; None where it is no amount."""
    if isinstance(value, int | float):
        scaled = Decimal(str(value)) * factor
        return int(scaled) if isinstance(value, int) else float(scaled)
    found = find_quantities(str(value))
    if len(found) != 1:
        plain = re.fullmatch(r"[\d.]+", str(value))
        return f"{(Decimal(str(value)) * factor).normalize():f}" if plain else None
    amount = in_short(found[0].value * factor)
    return f"${amount}" if found[0].currency == "USD" else amount
