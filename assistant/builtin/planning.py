"""From a question as understood to the tool calls that its answer needs."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from assistant import cues
from assistant.evidence import Artifact
from assistant.reading import Ask, Reading
from tools.places import find_places
from tools.quantities import Quantity, Unit

Call = tuple[str, dict[str, Any]]
MOST_PROGRAMS = 3
ASKED = "the question"
"""Source of a price that the person gave."""
PRICED = 2
"""With how many prices an estimate without a price is repeated: the lowest and the highest."""


def missing_for_estimate(reading: Reading) -> list[Unit]:
    """What an estimate needs that the question does not tell."""
    if reading.repeat is not None:
        return []
    return [unit for unit in (Unit.PARAMS, Unit.TOKENS) if reading.first(unit) is None]


def next_calls(reading: Reading, done: Sequence[Artifact]) -> list[Call]:
    """Calls to make now; empty when all evidence is there. `done` starts with the search."""
    if len(done) <= 1:
        return _first_calls(reading)
    if Ask.ESTIMATE in reading.asks and not any(_is_priced(artifact) for artifact in done):
        return _priced_estimates(done)
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
        if ask is Ask.ESTIMATE and not missing_for_estimate(reading):
            estimate = _estimate_args(reading)
            calls.append(("estimate_training", estimate))
            if "price" not in estimate and Ask.OFFERS not in reading.asks:
                calls.append(("gpu_offers", {"gpu": estimate["gpu"]}))
        elif ask is Ask.OFFERS:
            calls.append(("gpu_offers", _offers_args(reading)))
        elif ask is Ask.HISTORY:
            calls.append(("gpu_price_history", _history_args(reading)))
        elif ask is Ask.QUEUE:
            calls.append(("cluster_queue", _queue_args(reading)))
        elif ask is Ask.LIST:
            args = {"kind": reading.kind, "language": reading.language}
            calls.append(("compare_programs", {k: v for k, v in args.items() if v}))
        elif ask is Ask.MATCH:
            calls.append(("match_programs", _match_args(reading)))
        elif ask is Ask.COMPARE:
            named = {"programs": list(reading.programs), "language": reading.language}
            calls.append(("compare_programs", named))
        elif ask is Ask.PROGRAM:
            calls += [
                ("get_program", {"program": program, "language": reading.language})
                for program in reading.programs[:MOST_PROGRAMS]
            ]
    return calls


def _match_args(reading: Reading) -> dict[str, Any]:
    args: dict[str, Any] = dict(reading.company)
    if reading.programs:
        args["programs"] = list(reading.programs[:MOST_PROGRAMS])
    elif reading.kind:
        args["kind"] = reading.kind
    return args | {"language": reading.language}


def _estimate_args(reading: Reading) -> dict[str, Any]:
    args: dict[str, Any] = {}
    if reading.repeat is not None and reading.repeat["name"] == "estimate_training":
        args = {k: v for k, v in reading.repeat["args"].items() if not k.startswith("price")}
    if params := reading.first(Unit.PARAMS):
        args["params"] = in_short(params.value)
    if tokens := reading.first(Unit.TOKENS):
        args["tokens"] = in_short(tokens.value)
    if gpu := _gpu(reading):
        args["gpu"] = gpu
    if count := _gpu_count(reading):
        args["gpus"] = count
    if price := reading.first(Unit.PRICE_PER_GPU_HOUR):
        args |= {"price": str(price.value), "price_source": ASKED}
    return {"gpu": "H100"} | args


def _offers_args(reading: Reading) -> dict[str, Any]:
    repeat = reading.repeat if reading.repeat and reading.repeat["name"] == "gpu_offers" else None
    args: dict[str, Any] = dict(repeat["args"]) if repeat else {}
    if gpu := _gpu(reading):
        args["gpu"] = gpu
    if count := _gpu_count(reading):
        args["count"] = count
    if reading.provider:
        args["provider"] = reading.provider
    if term := _term(reading.folded):
        args["term"] = term
    if price := reading.first(Unit.PRICE_PER_GPU_HOUR):
        args["max_price"] = float(price.value)
    length = reading.first(Unit.DURATION_DAYS)
    if length and length.value > 0 and "count" in args:
        args["hours"] = float(round(length.value * 24, 2))
    places = find_places(reading.text)
    if len(places) == 1:
        args["region"] = places[0]
    if cues.CHINA.search(reading.folded):
        args["china"] = True
    return args


def _history_args(reading: Reading) -> dict[str, Any]:
    repeat = reading.repeat
    args: dict[str, Any] = dict(repeat["args"]) if repeat else {}
    if gpu := _gpu(reading):
        args["gpu"] = gpu
    if reading.provider:
        args["provider"] = reading.provider
    if term := _term(reading.folded):
        args["term"] = term
    day = reading.first(Unit.DATE) or reading.first(Unit.YEAR)
    span = reading.first(Unit.DURATION_DAYS)
    if day and day.iso and not day.iso.startswith("-"):
        args["since"] = day.iso
        if cues.WAS.search(reading.folded) and not cues.SINCE.search(reading.folded):
            args["until"] = day.iso
    elif span:
        args["days"] = int(span.value)
    return args


def _queue_args(reading: Reading) -> dict[str, Any]:
    again = reading.repeat is not None and reading.repeat["name"] == "cluster_queue"
    args: dict[str, Any] = dict(reading.repeat["args"]) if again and reading.repeat else {}
    if gpu := _gpu(reading):
        args["gpu"] = gpu
    if count := _gpu_count(reading):
        args["count"] = count
    length = reading.first(Unit.DURATION_DAYS)
    if length and length.value > 0:
        args["hours"] = float(round(length.value * 24, 2))
    return args


def _term(folded: str) -> str | None:
    words = {
        "spot": ("spot", "抢占", "竞价", "preemptible"),
        "reserved": ("reserved", "reservation", "contract", "包年", "预留", "长约"),
        "on_demand": ("on-demand", "on demand", "按需"),
    }
    return next((term for term, cues in words.items() if any(c in folded for c in cues)), None)


def _gpu(reading: Reading) -> str | None:
    if reading.gpus:
        raw = reading.gpus[0].raw
        return raw.upper() if raw.islower() else raw
    return next((q.gpu for q in reading.quantities if q.gpu), reading.strange_gpu)


def _gpu_count(reading: Reading) -> int | None:
    counted: Quantity | None = reading.first(Unit.GPUS)
    if counted is None and (reading.repeat is not None or reading.strange_gpu):
        counted = reading.first(Unit.COUNT)
    return int(counted.value) if counted and counted.value == int(counted.value) else None


def _is_priced(artifact: Artifact) -> bool:
    tool = artifact.tool
    return tool.name == "estimate_training" and ("price" in tool.args or not tool.ok)


def _priced_estimates(done: Sequence[Artifact]) -> list[Call]:
    """The same estimate at the lowest and the highest current price that the offers hold."""
    estimate = next((a.tool for a in done if a.tool.name == "estimate_training"), None)
    market = next((a.tool for a in done if a.tool.name == "gpu_offers" and a.tool.ok), None)
    if estimate is None or market is None:
        return []
    offers = [offer for offer in market.result["offers"] if _is_current(offer)]
    # The estimate takes an SXM part's peak where the form is not stated; so do the prices.
    offers = [o for o in offers if "-pcie-" not in o["gpu"]] or offers
    offers.sort(key=lambda offer: Decimal(offer["price_per_gpu_hour"]["amount"]))
    chosen = offers[:1] + offers[-1:] if len(offers) > 1 else offers
    return [
        (
            "estimate_training",
            estimate.args
            | {
                "price": offer["price_per_gpu_hour"]["amount"],
                "price_source": _price_source(offer),
            },
        )
        for offer in chosen[:PRICED]
    ]


def same_offer(offer: dict[str, Any], args: dict[str, Any]) -> bool:
    """Whether the arguments of an estimate took their price from this offer."""
    price = offer.get("price_per_gpu_hour") or {}
    return price.get("amount") == args.get("price") and _price_source(offer) == args.get(
        "price_source"
    )


def _price_source(offer: dict[str, Any]) -> str:
    return f"{offer['provider']}, {offer['term'].replace('_', ' ')}, {offer['observed_at']}"


def _is_current(offer: dict[str, Any]) -> bool:
    price = offer.get("price_per_gpu_hour")
    return bool(
        price
        and price["currency"] == "USD"
        and offer.get("observed_at")
        and not offer.get("stale")
        and not offer.get("suspicious")
        and offer["term"] in ("on_demand", "reserved")
    )


def in_short(value: Decimal) -> str:
    """7000000000 as "7B": a count with the largest suffix that loses nothing."""
    for suffix, size in (("T", 10**12), ("B", 10**9), ("M", 10**6)):
        if value >= size and (value / size) == (value / size).quantize(Decimal("0.001")):
            return f"{(value / size).normalize():f}{suffix}"
    return f"{value.normalize():f}"
