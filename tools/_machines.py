"""GPUs told as machines times cards: 32台8卡, "a dozen nodes of 8 H100s", "two 8-GPU servers"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from tools._numerals import find_numerals
from tools._quantity import Quantity, is_approximate
from tools._reading import Unit
from tools.gpus import GpuMention

_MOST_CARDS = 72  # of one machine: NVL72
_NAME = "\x01"  # stands for each character of a GPU's name
_EN = (
    r"two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|sixteen|twenty|thirty-two|thirty"
    r"|forty|fifty|sixty-four|a\ hundred|(?:half\ a|an?|two|three|four|five)\ dozen"
)
_NUMBER = (
    r"(?:(?<![A-Za-z0-9.,])[0-9]{1,5}(?![0-9]|[.,][0-9])|[一二两三四五六七八九十百千]{1,6}"
    rf"|\b(?:{_EN})\b)"
)
_CUE = re.compile(r"node|server|machine|box|instance|host|台|节点|[卡张]机|套", re.IGNORECASE)
_NODE = r"(?:nodes?|servers?|machines?|box(?:es)?|instances?|hosts?)(?![a-z])"
_ZH_NODE = r"(?:机器|服务器|节点|主机|整机|机)"
_CARD = r"(?:GPUs?(?![a-z])|cards?(?![a-z])|accelerators?(?![a-z])|显卡|卡)"
_PATTERNS = tuple(
    re.compile(pattern, re.VERBOSE | re.IGNORECASE)
    for pattern in (
        # 32 nodes with 8 GPUs each, a dozen nodes of 8
        rf"(?P<nodes>{_NUMBER})\ (?:{_NAME}+\ )?{_NODE},?\s?(?:of|with|having|x|×|at|\()?"
        rf"(?:\ ?each(?:\ with|\ having|\ has)?)?\s?"
        rf"(?P<cards>{_NUMBER})(?:\s?[x×*]\s?|[ -])?"
        rf"(?:(?P<gpu>{_NAME}+)s?(?:\ {_CARD})?|{_CARD}"
        rf"|(?:(?<=of\ 8)|(?<=of\ 4)|(?<=of\ eight))"
        rf"(?=$|[,.;?!)、。]|\ (?:for|on|to|at|in|with|and|training)\b))"
        rf"(?:\ (?:each|apiece|per\ {_NODE}))?",
        # two 8-GPU servers, 4 8xH100 nodes
        rf"(?P<nodes>{_NUMBER})(?:\s?[x×*]\s?|\ )(?P<cards>{_NUMBER})(?:\s?[x×*]\s?|[ -])?"
        rf"(?:(?P<gpu>{_NAME}+)s?|{_CARD}(?:[ ](?P<its>{_NAME}+))?)[ -]{_NODE}",
        # 8 GPUs per node on 32 nodes
        rf"(?P<cards>{_NUMBER})[ -](?:(?P<gpu>{_NAME}+)s?|{_CARD})\ "
        rf"(?:per|an?|to\ an?|in\ each|on\ each)\ {_NODE},?\ "
        rf"(?:(?:and|on|across|over|with|times|x)\ )?(?P<nodes>{_NUMBER})\ {_NODE}",
        # 32台8卡H100, 16个节点，每个节点8张H200
        rf"(?P<nodes>{_NUMBER})\s?(?:[台套]\s?{_ZH_NODE}?|个\s?{_ZH_NODE})\s?[、,]?\s?"
        rf"(?:每[台个]?\s?{_ZH_NODE}?)?\s?(?:有|是|装|带|配)?\s?(?P<cards>{_NUMBER})\s?"
        rf"(?:[张块]\s?{_CARD}?|[x×*]|{_CARD})\s?(?:的\s?)?(?P<gpu>{_NAME}+)?(?:\s?{_CARD})?",
        rf"(?P<nodes>{_NUMBER})\s?个\s?(?P<cards>{_NUMBER})\s?卡的?\s?(?P<gpu>{_NAME}+)?\s?的?{_ZH_NODE}",
        # 8卡机32台
        rf"(?P<cards>{_NUMBER})\s?卡的?\s?(?P<gpu>{_NAME}+)?\s?的?{_ZH_NODE}?\s?[x×*、,]?\s?"
        rf"(?P<nodes>{_NUMBER})\s?台",
    )
)


def find_machines(text: str, folded: str, mentions: Sequence[GpuMention]) -> Iterator[Quantity]:
    """The GPUs of all machines, where a text tells how many machines and how many cards each.

    `folded` is the folded `text`, `mentions` the GPUs named in it.
    """
    if not _CUE.search(folded):
        return
    masked = folded
    for each in mentions:
        masked = masked[: each.start] + _NAME * (each.end - each.start) + masked[each.end :]
    for pattern in _PATTERNS:
        for match in pattern.finditer(masked):
            nodes, cards = _value(match["nodes"]), _value(match["cards"])
            if not nodes or not cards or cards > _MOST_CARDS:
                continue
            start, end = match.span()
            named = [each for each in ("gpu", "its") if match.groupdict().get(each)]
            gpu = text[slice(*match.span(named[0]))] if named else None
            about = is_approximate(folded, start, end)
            yield Quantity(
                nodes * cards, Unit.GPUS, start, end, text[start:end], nodes * cards,
                gpu=gpu, approximate=about,
            )  # fmt: skip


def _value(written: str) -> Decimal | None:
    """The value of a whole number as it is written; None where it is none."""
    found = [each for each in find_numerals(written) if each.end - each.start == len(written)]
    return found[0].value if found else None
