"""Offers: first who has it now, or that nobody is known to; prices by evidence; what is unknown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from assistant.builtin.figures import delay_in, moment, plain, price, when
from assistant.builtin.sections import Section, foreign_name
from assistant.evidence import Artifact, ToolEvidence
from assistant.language import in_script
from assistant.phrases import Phrases

ROWS = 8
LIVE_ROWS = 5
"""So many rows are of what was seen, where list prices are known too."""
_MAY_CARRY = ("available", "unknown", "waitlist", "queued")
"""The stock of an offer whose bill for the whole job is worth telling."""
_FILES = ("price_list", "inventory", "live", "history", "rates")

Numbered = tuple[int, dict[str, Any]]


def offer_section(done: Sequence[Artifact], say: Phrases) -> Section:
    """A table of the best offers; a failed or empty search says so."""
    market = next((a.tool for a in done if a.tool.name == "gpu_offers"), None)
    if market is None:
        return Section(answered=False)
    if not market.ok:
        return Section([say.failure(market.error, market.hint)], answered=False)
    offers = list(enumerate(market.result["offers"]))
    sound = [each for each in offers if each[1]["standing"] != "suspicious"]
    if not sound:
        none = [_nobody(market, say), *_suspicious(market, offers, say), *_failed(market, say)]
        none += [*_china(market, say), *_past(market, say)]
        return Section(none, answered=False, gaps=[_wanted(market)])
    section = Section([*_lead(market, sound, say), say.offers_header])
    section.lines.append("|---" * (say.offers_header.count("|") - 1) + "|")
    section.lines += [_row(market, n, offer, say) for n, offer in _shown(sound)]
    section.lines += ["", *_notes(market, sound, say), *_suspicious(market, offers, say)]
    section.lines += [*_failed(market, say), *_china(market, say)]
    return section


def offer_rows(market: ToolEvidence, most: int, say: Phrases) -> list[str]:
    """The best offers of a call as rows of a table, at most `most`."""
    offers = list(enumerate(market.result["offers"]))
    sound = [each for each in offers if each[1]["standing"] != "suspicious"]
    return [_row(market, n, offer, say) for n, offer in _shown(sound)[:most]]


def _wanted(market: ToolEvidence) -> str:
    return ", ".join(f"{key}={value}" for key, value in market.args.items())


def _gpu(market: ToolEvidence) -> str:
    return str(market.args.get("gpu", "GPU"))


def _shown(offers: Sequence[Numbered]) -> list[Numbered]:
    seen = [each for each in offers if each[1]["standing"] in ("live", "recent")]
    others = [each for each in offers if each[1]["standing"] in ("list", "stale")]
    room = max(LIVE_ROWS, ROWS - len(others))
    return seen[:room] + others[: ROWS - len(seen[:room])]


def _lead(market: ToolEvidence, offers: Sequence[Numbered], say: Phrases) -> list[str]:
    """Who has it now, when that was seen; then the range of live and of listed prices."""
    now = list(_now(market, offers, say))
    lines = [] if not now else ["".join(_spaced(now, say)), ""]
    ranges = market.result["price_range"]
    for standing, template in (("live", say.offers_live), ("list", say.offers_lead)):
        spans = [_span(span, say) for span in ranges if span["standing"] == standing]
        if not spans or (standing == "live" and not now):
            continue
        text = template.format(gpu=_gpu(market), spans=say.comma.join(spans))
        text = text.replace("**", "") if now else text
        lines += [f"{text} [{market.id}:price_range]", ""]
    if not lines:
        return [say.offers_old.format(gpu=_gpu(market)), ""]
    return lines


def _spaced(parts: Sequence[str], say: Phrases) -> Iterator[str]:
    between = " " if say.language == "en" else ""
    for n, part in enumerate(parts):
        yield (between if n else "") + part


def _span(span: dict[str, Any], say: Phrases) -> str:
    low, high = (price(span[k], span["currency"], say.language) for k in ("low", "high"))
    template = say.offers_span if low != high else say.offers_single
    return template.format(low=low, high=high, term=say.terms[span["term"]])


def _now(market: ToolEvidence, offers: Sequence[Numbered], say: Phrases) -> Iterator[str]:
    """What is known of this moment; nothing where nobody was asked and nobody told."""
    count = market.args.get("count")
    live = [each for each in offers if each[1]["standing"] == "live"]
    recent = [each for each in offers if each[1]["standing"] == "recent"]
    ready = [each for each in live if _has(each[1], count)]
    if ready:
        n, offer = ready[0]
        template = say.offers_now if offer["price_per_gpu_hour"] else say.offers_now_unpriced
        yield f"{_filled(template, market, offer, say)} [{market.id}:offers.{n}]"
        yield f"{_seen(offer, say)} [{market.id}:offers.{n}]"
        return
    if not (live or recent or _answered(market)):
        if count and not _past(market, say):
            yield say.offers_not_asked.format(gpu=_gpus(_gpu(market), count, say), n=count)
        return
    for n, offer in live:
        if offer["fragmentation"] and offer["fragmentation"]["largest_block"] is not None:
            told = _filled(say.offers_pieces, market, offer, say)
            yield f"{told} [{market.id}:offers.{n}.fragmentation]"
            return
    less = [each for each in live if each[1]["availability"] in ("available", "limited")]
    less = [each for each in less if _most(each[1])]
    if count and less:
        n, offer = max(less, key=lambda each: _most(each[1]))
        yield f"{_filled(say.offers_fewer, market, offer, say)} [{market.id}:offers.{n}]"
        return
    yield _nobody(market, say)
    was = [each for each in recent if _has(each[1], count)]
    if was:
        n, offer = was[0]
        yield f"{_filled(say.offers_was, market, offer, say)} [{market.id}:offers.{n}]"


def _has(offer: dict[str, Any], count: int | None) -> bool:
    """Whether it is known that so many could be had at the time of the row."""
    start = offer["start"]
    if offer["availability"] != "available" or (start and start["state"] != "now"):
        return False
    return _most(offer) >= (count or 1) or bool(count and start)


def _most(offer: dict[str, Any]) -> int:
    """The most GPUs that one row shows to be free: of a cluster the free ones, else the size in
    which it is sold."""
    free: int | None = offer["free"]
    return int(offer["count"] or 0) if free is None else free


def _answered(market: ToolEvidence) -> bool:
    """Whether a live source answered."""
    return (
        "no_live_source" not in market.result["unknowns"]
        and "past_day" not in (market.result["unknowns"])
    )


def _nobody(market: ToolEvidence, say: Phrases) -> str:
    if not _answered(market):
        return say.offers_none
    count = market.args.get("count")
    template = say.offers_nobody_so_many if count else say.offers_nobody
    return template.format(gpu=_gpus(_gpu(market), count, say) if count else _gpu(market), n=count)


def _gpus(name: str, count: int | None, say: Phrases) -> str:
    """What is counted: 8 H100 GPUs. Chinese has its measure word in the sentence."""
    if say.language != "en" or count in (None, 1):
        return name
    return "GPUs" if name == "GPU" else f"{name} GPUs"


def _filled(template: str, market: ToolEvidence, offer: dict[str, Any], say: Phrases) -> str:
    money, pieces = offer["price_per_gpu_hour"], offer["fragmentation"] or {}
    count = market.args.get("count") or _most(offer)
    return template.format(
        gpu=_gpus(market.args.get("gpu") or foreign_name(offer["gpu_raw"]), count, say),
        n=count,
        seller=_seller(offer),
        price=price(money["amount"], money["currency"], say.language) if money else "",
        place=say.offers_place.format(region=foreign_name(offer["region"]))
        if offer["region"]
        else "",
        most=_most(offer),
        free=pieces.get("free"),
        block=pieces.get("largest_block"),
        when=moment(offer["observed_at"], say.language) or say.undated,
    )


def _seller(offer: dict[str, Any]) -> str:
    name, cloud = offer["provider"], offer["reseller_of"]
    if cloud and cloud.lower() != name.lower():
        name = f"{name} ({cloud})"
    return foreign_name(name)


def _seen(offer: dict[str, Any], say: Phrases) -> str:
    seen = moment(offer["observed_at"], say.language) or say.undated
    age = offer.get("age")
    if age:
        return say.offers_seen_ago.format(when=seen, age=delay_in(age, say.language))
    return say.offers_seen.format(when=seen)


def _row(market: ToolEvidence, n: int, offer: dict[str, Any], say: Phrases) -> str:
    money = offer["price_per_gpu_hour"]
    told = price(money["amount"], money["currency"], say.language) if money else say.not_stated
    cells = [
        _seller(offer),
        foreign_name(offer["gpu_raw"]),
        say.terms.get(offer["term"], offer["term"]),
        f"{told} [{market.id}:offers.{n}]",
        moment(offer["observed_at"], say.language) or say.undated,
        say.availability[offer["availability"]],
        say.evidence[offer["standing"]],
    ]
    return f"| {' | '.join(cells)} |"


def _notes(market: ToolEvidence, offers: Sequence[Numbered], say: Phrases) -> Iterator[str]:
    found = market.result["found"]
    if found > ROWS:
        yield f"{say.more_offers.format(n=found)} [{market.id}:found]"
    yield from _bill(market, offers, say)
    if any(offer["method"] == "operator" for _, offer in offers):
        yield say.fund_stock
    past = _past(market, say)
    free = market.result.get("without_key")
    if not _answered(market) and not past:
        if not market.args.get("count"):  # else it was the first thing said
            yield say.no_live
        if free:
            told = say.offers_turn_on.format(names=say.comma.join(free), first=free[0])
            yield f"{told} [{market.id}:without_key]"
    yield from past


def _bill(market: ToolEvidence, offers: Sequence[Numbered], say: Phrases) -> Iterator[str]:
    """What the stated job costs at the first offer that has a total."""
    for n, offer in offers:
        bill = offer["delivered"]
        if not bill or not bill["total"] or offer["availability"] not in _MAY_CARRY:
            continue
        told = say.offers_job.format(
            seller=_seller(offer),
            n=bill["job_gpus"],
            hours=plain(bill["job_hours"], "en"),
            evidence=say.evidence[offer["standing"]],
            total=price(_cents(bill["total"]["amount"]), bill["total"]["currency"], say.language),
        )
        yield f"{told} [{market.id}:offers.{n}.delivered]"
        missing = [say.bill_unknown[code] for code in bill["unknown"] if code in say.bill_unknown]
        if missing:
            yield say.offers_job_without.format(missing=say.comma.join(missing))
        return


def _cents(amount: str) -> str:
    from decimal import Decimal

    return f"{Decimal(amount).quantize(Decimal('0.01')):,f}"


def _suspicious(market: ToolEvidence, offers: Sequence[Numbered], say: Phrases) -> Iterator[str]:
    for n, offer in offers:
        if offer["standing"] != "suspicious":
            continue
        money = offer["price_per_gpu_hour"]
        told = say.offers_suspicious.format(
            seller=_seller(offer),
            gpu=foreign_name(offer["gpu_raw"]),
            price=price(money["amount"], money["currency"], say.language),
        )
        yield f"{told} [{market.id}:offers.{n}]"


def _failed(market: ToolEvidence, say: Phrases) -> Iterator[str]:
    """The sources that did not answer, each with the reason."""
    for n, source in enumerate(market.result["sources"]):
        silent = source["status"] == "failed" or (
            source["status"] == "not_configured" and source["name"] not in _FILES
        )
        if silent:
            error = source["error"] or ""
            # What to export is for the command line; the name of the variable is enough here.
            error = error.partition(";")[0] if source["status"] == "not_configured" else error
            error = foreign_name(error).rstrip(".")
            told = say.queue_source.format(name=foreign_name(source["name"]), error=error)
            yield f"{told} [{market.id}:sources.{n}.error]"


def _china(market: ToolEvidence, say: Phrases) -> Iterator[str]:
    """What dated sources tell of the chip and China."""
    facts = market.result.get("china") or []
    if facts:
        yield from ("", say.china_lead)
    for n, fact in enumerate(facts):
        text = fact["en"] if say.language == "en" else in_script(fact["zh_hans"], say.language)
        basis = say.basis.format(
            grade=say.grades[fact["grade"]],
            publisher=fact["host"],
            date=when(fact["date"], say.language),
        )
        yield f"- {text}{basis} [{market.id}:china.{n}]"


def _past(market: ToolEvidence, say: Phrases) -> list[str]:
    if "past_day" not in market.result["unknowns"]:
        return []
    kept = any(each["name"] == "history" and each["offers"] for each in market.result["sources"])
    return [say.past_seen if kept else say.past_offers]
