"""What the answers of all estimators share: tables of ranges, assumptions, what changes most."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from assistant.answer import Language
from assistant.builtin.estimating.estimator import Words
from assistant.builtin.estimating.market_prices import same_offer
from assistant.builtin.figures import (
    dollars,
    family,
    moment,
    number,
    percent,
    plain,
    price,
    short_dollars,
    when,
)
from assistant.builtin.sections import foreign_name
from assistant.evidence import Artifact, ToolEvidence
from assistant.language import in_script
from assistant.phrases import Phrases
from assistant.question import ASKED

Told = Callable[[Any, Language], str]
MOST_CHANGES = 3
_KEY = re.compile(r"\b(?:nvidia|amd)-[a-z0-9]+-[a-z0-9-]*[a-z0-9]")
_DOLLARS = re.compile(r"\$(\d[\d,]*(?:\.\d+)?)([BMT]?)")
_TIMES = re.compile(r"^(?:x )?(\d[\d.]*)x?$")  # "x 0.5" and "4x", and no plain number
_SUFFIXES = {"M": 10**6, "B": 10**9, "T": 10**12}
# How the figures of a unit are told.
_TOLD: tuple[tuple[str, Told], ...] = (("USD", short_dollars), ("share", percent))
_FIGURE = re.compile(r"\$?\d+(?:,\d{3})*(?:\.\d+)?(?:\s?%|[BTMx](?![A-Za-z]))?")
# What stands beside the figure of an input that a tornado varies.
_INPUT_WORDS = (
    ("tokens of context", " token"),
    ("tokens per request", " token/请求"),
    ("GPU-hours", "卡时"),
    ("parameters", "参数"),
    ("tokens", " token"),
    ("examples", "条样本"),
    ("epochs", "轮"),
    ("GPUs", "张GPU"),
    ("GPU", "张GPU"),
    ("months", "个月"),
    ("years", "年"),
    ("days", "天"),
    ("a year", "每年"),
    ("a month", "每月"),
    ("/h", "/卡时"),
    ("USD", "美元"),
    ("final run", "只算最终一次训练"),
    ("with experiments", "含实验"),
)


def value_at(result: dict[str, Any], path: str) -> Any:
    """The value of a result at a dotted path; None where it has none."""
    value: Any = result
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def with_families(text: str) -> str:
    """A tool's English with its keys of GPUs as people write them: H100."""
    return _KEY.sub(lambda match: family(match.group()), text)


def range_rows(rows: Sequence[str], say: Phrases) -> list[str]:
    """Rows of `range_row` under their header."""
    return [say.range_header, "|---|---:|---:|---:|", *rows]


def range_row(label: str, tool: ToolEvidence, path: str, say: Phrases, told: Told = number) -> str:
    """Low, likely and high of the range at `path`, with its evidence."""
    value = value_at(tool.result, path)
    cells = " | ".join(told(value[key], say.language) for key in ("low", "likely", "high"))
    return f"| {label} | {cells} [{tool.id}:{path}] |"


def cost_rows(priced: Sequence[ToolEvidence], say: Phrases) -> list[str]:
    """What a job costs, a row for each price it was estimated at."""
    rows = []
    for tool in priced:
        label = say.row_cost.format(price=price(tool.args["price"], "USD", say.language))
        label += f" [{tool.id}:inputs.price_per_gpu_hour]"
        rows.append(range_row(label, tool, "cost_usd", say, dollars))
    return rows


def figure_row(label: str, tool: ToolEvidence, path: str, say: Phrases, told: Told = plain) -> str:
    """A table's row of one figure, with its evidence."""
    return f"| {label} | {told(value_at(tool.result, path), say.language)} [{tool.id}:{path}] |"


def assumed(tool: ToolEvidence, words: Words, say: Phrases) -> list[str]:
    """What the estimate takes as given, a line each."""
    stated = [
        f"- {_assumption(item, words)} [{tool.id}:assumptions.{n}]"
        for n, item in enumerate(tool.result["assumptions"])
    ]
    return ["", say.assumed.strip(), *stated] if stated else []


def _assumption(item: dict[str, Any], words: Words) -> str:
    known, item = words.assumptions, item | {"text": with_families(item["text"])}
    sentence = known.get(f"{item['name']}={item['value']}", known.get(item["name"], "{text}"))
    figures = _FIGURE.findall(item["text"])
    try:
        return sentence.format(*figures, **item)
    except IndexError:  # the text holds fewer figures than the sentence needs
        return str(item["text"])


def changes_most(tool: ToolEvidence, words: Words, say: Phrases) -> list[str]:
    """The inputs that would change the estimate most, and how far."""
    lines = []
    for n, bar in enumerate(tool.result["sensitivity"][:MOST_CHANGES]):
        unit = tool.result["units"].get(bar["of"], "")
        told = next((how for kind, how in _TOLD if unit.startswith(kind)), number)
        line = say.changes.format(
            name=words.inputs.get(bar["name"], bar["name"].replace("_", " ")),
            low_input=_input(bar["low_input"], say.language),
            high_input=_input(bar["high_input"], say.language),
            at_low=told(bar["at_low"], say.language),
            at_high=told(bar["at_high"], say.language),
        )
        lines.append(f"- {line} [{tool.id}:sensitivity.{n}]")
    return ["", say.changes_most, *lines] if lines else []


def _input(text: str, language: Language) -> str:
    """The value of an input with its unit in the reader's language."""
    if language == "en":
        return text
    if "x" in text:
        text = _TIMES.sub(in_script(r"\1倍", language), text)
    text = _DOLLARS.sub(lambda each: _in_dollars(each[1], each[2], language), text)
    for english, chinese in _INPUT_WORDS:
        text = re.sub(rf"\s?{re.escape(english)}(?![A-Za-z])", in_script(chinese, language), text)
    return text


def _in_dollars(amount: str, suffix: str, language: Language) -> str:
    if not suffix:
        return f"{amount}美元"
    return dollars(Decimal(amount.replace(",", "")) * _SUFFIXES[suffix], language)


def priced(name: str, as_of: str | None, amount: str, say: Phrases) -> str:
    """A price with its seller, term and day in the reader's words; alone where it was told."""
    seller, comma, term = name.rpartition(", ")
    if not comma:
        return amount
    day = when(as_of, say.language) or say.undated
    kind = say.terms.get(term.replace(" ", "_"), term)
    told = say.comma.join((foreign_name(seller), kind, day))
    return f"{told}{': ' if say.language == 'en' else '：'}{amount}"


def costs(
    priced: Sequence[ToolEvidence], done: Sequence[Artifact], path: str, say: Phrases
) -> list[str]:
    """The likely cost at each price with the offer that has it; or that there is no price."""
    if not priced:
        return [say.estimate_no_price]
    market = next((a.tool for a in done if a.tool.name == "gpu_offers" and a.tool.ok), None)
    lines = [_cost(tool, market, path, say) for tool in priced]
    asked = all(tool.args.get("price_source") == ASKED for tool in priced)
    if not asked and not all(_is_live(tool, market) for tool in priced):
        lines.append(say.list_warning)
    return lines


def _cost(tool: ToolEvidence, market: ToolEvidence | None, path: str, say: Phrases) -> str:
    offers = market.result["offers"] if market else []
    quoted = [n for n, offer in enumerate(offers) if same_offer(offer, tool.args)]
    sentence = say.estimate_cost.format(
        cost=dollars(value_at(tool.result, path)["likely"], say.language),
        price=price(tool.args["price"], "USD", say.language),
        source=_price_source(tool, [offers[n] for n in quoted], say),
    )
    mark = f" [{market.id}:offers.{quoted[0]}]" if market and quoted else ""
    return f"- {sentence} [{tool.id}:{path}]{mark}"


def _price_source(tool: ToolEvidence, offers: Sequence[dict[str, Any]], say: Phrases) -> str:
    """Where a price comes from, in the reader's words: the question, or seller, term and day."""
    if tool.args.get("price_source") == ASKED:
        return say.asked
    for offer in offers:
        day = moment(offer["observed_at"], say.language) or say.undated
        return say.comma.join((foreign_name(offer["provider"]), say.terms[offer["term"]], day))
    return str(tool.args.get("price_source", say.not_known))


def _is_live(tool: ToolEvidence, market: ToolEvidence | None) -> bool:
    """Whether the price of an estimate is what a source says now."""
    offers = market.result["offers"] if market else []
    return any(same_offer(each, tool.args) and each["standing"] == "live" for each in offers)
