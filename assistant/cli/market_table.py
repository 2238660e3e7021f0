"""The market as a person or a pipe reads it: groups by evidence, what is not known, each source."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from assistant.cli.output import about, aside, one_line, write

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Column

    from tools.offers import Delivered, Market, Money, Offer, Seller, SourceStatus, Standing

_HEADERS = ("Provider", "GPU", "Count", "Term", "Per GPU-hour", "Region", "Stock", "As of")
_STOCK, _AS_OF = _HEADERS.index("Stock"), _HEADERS.index("As of")
_WHOLE = {"Count", "Term", "Per GPU-hour", "As of", "Whole job", ""}
"""Columns whose cells are never broken."""
_LEAST = 9
"""Columns that the others have at least: room for the word "available"."""
_WIDE = 100
_GROUPS: dict[Standing, str] = {
    "live": "Live: what sources say now",
    "recent": "Recent: seen some time ago, may have changed",
    "list": "List prices of their dates: stock unknown",
    "stale": "Old: not to be relied on",
    "suspicious": "Suspicious: a price outside what is paid for this GPU, not ranked",
}
_UNKNOWN = {
    "no_live_source": "What is free right now is not known: no live source answered.",
    "stock_unknown": "List prices say nothing about stock: it is unknown.",
    "count_not_checked": "Whether so many can be had at once is not known for every row.",
    "only_stale_prices": "Every price is old.",
    "undated_prices": "Some prices carry no date.",
    "region_not_stated": "Some rows do not state their region; they may be elsewhere.",
    "form_not_stated": "Some rows do not say whether SXM, PCIe or NVL is meant.",
    "price_unknown": "Some rows have no price: it is not known.",
    "other_currency_not_compared": "Prices in other currencies were not held against the limit.",
    "source_failed": "A source failed: what it would say is missing.",
    "history_not_kept": "What was seen could not be kept: market.sqlite in the desk's home is in "
    "use, damaged or cannot be written. A damaged one can be moved away.",
    "past_day": "Of a past day only dated list prices and what was seen then are known.",
}
_CENT = Decimal("0.01")
_LIVE_ROWS = 12
"""So many rows are shown while sources still answer."""


_LONGEST_NAME = 80


def show_market(market: Market) -> None:
    """The offers on stdout; what is not known, and each source, on stderr. A terminal shows no old
    row of a GPU that has a better one; a pipe gets all."""
    shown = market.offers
    if not shown:
        aside("No offer fits. Ask for less: fewer flags, a higher --max-price.")
    elif sys.stdout.isatty():
        from rich.console import Console

        console = Console(file=sys.stdout)
        shown = _without_old(market.offers)
        for part in _groups(shown, market.as_of):
            console.print(part)
        left_out = len(market.offers) - len(shown)
        if left_out:
            rows = "1 older row is" if left_out == 1 else f"{left_out} older rows are"
            write(f"{rows} left out; --json and a pipe have all.")
    else:
        _write_lines(shown)
    _show_sources_of_rows(shown)
    _show_bill(market.offers)
    for code in market.unknowns:
        if code in _UNKNOWN:
            aside(_UNKNOWN[code])
    for status in market.sources:
        aside(status_line(status))


def status_line(status: SourceStatus) -> str:
    """One source: how it answered, how many offers, of when, why not."""
    unread = f"{status.unread} rows unread" if status.unread else None
    took = f"{status.elapsed_ms} ms" if status.elapsed_ms is not None else None
    count = f"{status.offers} offers" if status.offers else None
    held = f"not asked before {_moment(status.held_until)}" if status.held_until else None
    times = f"failed {status.failures} times" if status.failures > 1 else None
    when = _moment(status.observed_at) if status.observed_at else None
    ok = None
    if status.status == "failed" and status.last_ok:
        ok = f"last answered {_moment(status.last_ok)}"
    return about(
        status.name, status.status, count, when, unread, took, status.error, times, held, ok
    )


def shown_price(price: Money) -> str:
    """An amount with two decimals, up to four where it has them: 2.00 USD, 0.1625 USD."""
    amount = price.amount.quantize(Decimal("0.0001")).normalize()
    if int(amount.as_tuple().exponent) > -2:
        amount = amount.quantize(_CENT)
    return f"{amount:,f} {price.currency}"


def while_asking(market: Market) -> RenderableType:
    """What is known so far, for a terminal that is redrawn."""
    from rich.console import Group
    from rich.text import Text

    lines = [
        Text(status_line(each), style="dim" if each.status != "failed" else "yellow")
        for each in market.sources
    ]
    live = [each for each in market.offers if each.standing in ("live", "recent")][:_LIVE_ROWS]
    return Group(*_groups(live, market.as_of), *lines)


def _without_old(offers: Sequence[Offer]) -> list[Offer]:
    """The offers without those that are stale or superseded, but for GPUs that have no other."""
    from tools.gpus import known_gpu

    def gpu(offer: Offer) -> str:
        known = known_gpu(offer.gpu) if offer.gpu else None
        return known.family if known else offer.gpu_raw

    def is_old(offer: Offer) -> bool:
        return offer.stale or offer.superseded

    better = {gpu(each) for each in offers if not (is_old(each) or each.suspicious)}
    return [each for each in offers if not is_old(each) or gpu(each) not in better]


def _groups(offers: Sequence[Offer], today: str) -> Iterator[RenderableType]:
    """A heading and a table for each standing; what is old or suspicious is dim. A column in which
    nothing stands is left out, so that the others have room."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    gap = (0, 1, 0, 0) if shutil.get_terminal_size().columns >= _WIDE else 0
    sources = list(dict.fromkeys(offer.source for offer in offers))
    headers = [*_HEADERS, *(["Whole job"] if _has_bills(offers) else []), ""]
    for standing, title in _GROUPS.items():
        rows = [offer for offer in offers if offer.standing == standing]
        if not rows:
            continue
        dim = "dim" if standing in ("stale", "suspicious") else ""
        lines = []
        for offer in rows:
            cells = [*_cells(offer, offers), f"[{sources.index(offer.source) + 1}]"]
            lines.append([one_line("" if cell is None else cell) for cell in cells])
            if standing == "live":  # minutes ago at most
                lines[-1][_AS_OF] = lines[-1][_AS_OF].removeprefix(f"{today} ")
        kept = [n for n in range(len(headers)) if any(line[n] for line in lines)]
        if standing == "list" and {line[_STOCK] for line in lines} == {"unknown"}:
            kept.remove(_STOCK)  # the heading says it
        columns = [_column(headers[n]) for n in kept]
        drawn = Table(
            *columns, box=box.SIMPLE_HEAD, pad_edge=False, padding=gap, header_style="bold"
        )
        for line in lines:
            drawn.add_row(*(Text(line[n]) for n in kept), style=dim)
        yield Text(title, style=dim or "bold")
        yield drawn


def _column(header: str) -> Column:
    from rich.table import Column

    whole = header in _WHOLE
    return Column(
        header.replace("Per ", "Per\n"), overflow="fold", no_wrap=whole,
        min_width=None if whole else _LEAST,
    )  # fmt: skip


def _write_lines(offers: Sequence[Offer]) -> None:
    """Lines with tabs between the cells; the standing stands in one of them."""
    sources = list(dict.fromkeys(offer.source for offer in offers))
    extra = ["Whole job"] if _has_bills(offers) else []
    write("\t".join(["Evidence", *_HEADERS, *extra, "Source"]))
    for offer in offers:
        place = f"[{sources.index(offer.source) + 1}]"
        cells = [offer.standing, *_cells(offer, offers), place]
        write("\t".join("" if cell is None else one_line(cell) for cell in cells))


def _cells(offer: Offer, offers: Sequence[Offer]) -> list[object]:
    price = offer.price_per_gpu_hour
    cells: list[object] = [
        _seller(offer),
        offer.gpu_raw,
        offer.count,
        offer.term,
        None if price is None else shown_price(price),
        offer.region,
        _stock(offer),
        _moment(offer.observed_at) if offer.observed_at else "undated",
    ]
    if _has_bills(offers):
        cells.append(_whole_job(offer.delivered))
    return cells


def _seller(offer: Offer) -> str:
    name = _short(offer.provider)
    if offer.reseller_of and offer.reseller_of.lower() != name.lower():
        name = f"{name} ({_short(offer.reseller_of)})"
    return "; ".join([name, *map(_also, offer.also)])


def _short(name: str) -> str:
    """A name that a source gave: a seller may call himself anything."""
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"


def _also(seller: Seller) -> str:
    """Another seller of the same hardware, with its own price."""
    price = seller.price_per_gpu_hour
    return f"also {_short(seller.provider)} {shown_price(price) if price else 'without a price'}"


def _stock(offer: Offer) -> str:
    """What is known of stock, and what of it fits together."""
    pieces = offer.fragmentation
    if pieces:
        block = (
            "" if pieces.largest_block is None else f", at most {pieces.largest_block} on a node"
        )
        return f"{pieces.free} free in pieces{block}"
    free = f", {offer.free} free" if offer.free else ""
    start = offer.start
    later = ""
    if start and start.state in ("not_later_than", "window") and start.at:
        by = "by" if start.state == "not_later_than" else "from"
        later = f", {by} {start.at:%Y-%m-%d %H:%M}"
    return f"{offer.availability}{free}{later}"


def _whole_job(bill: Delivered | None) -> str | None:
    """The total; "from" where something that the job needs has no price."""
    if bill is None or bill.total is None:
        return None
    told = f"{bill.total.amount.quantize(_CENT):,f} {bill.total.currency}"
    return f"from {told}" if bill.unknown else told


def _has_bills(offers: Sequence[Offer]) -> bool:
    return any(offer.delivered for offer in offers)


def _show_sources_of_rows(offers: Sequence[Offer]) -> None:
    sources = list(dict.fromkeys(offer.source for offer in offers))
    if sources:
        write()
    for number, source in enumerate(sources, 1):
        write(f"[{number}] {one_line(source)}")


def _show_bill(offers: Sequence[Offer]) -> None:
    """The lines of the first bill that has a total."""
    offer = next((each for each in offers if each.delivered and each.delivered.total), None)
    if offer is None or offer.delivered is None or offer.delivered.total is None:
        return
    bill, total = offer.delivered, offer.delivered.total
    write(f"\nThe job at {one_line(_seller(offer))} ({offer.standing}):")
    for line in bill.lines:
        told = f"{line.price.amount.quantize(_CENT):,f} {line.price.currency}"
        write("  " + one_line(f"{line.what}: {line.formula} = {told}"))
    more = f"; not in it: {', '.join(bill.unknown)}" if bill.unknown else ""
    write("  " + one_line(f"total: {total.amount.quantize(_CENT):,f} {total.currency}{more}"))


def _moment(iso: str) -> str:
    """A date as it is; a moment to the minute, in UTC."""
    from datetime import UTC, datetime

    if len(iso) <= len("2026-11-22"):
        return iso
    return f"{datetime.fromisoformat(iso).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
