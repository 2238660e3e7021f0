"""`compute-desk gpus`: what can be had, from whom, at what price, as of when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.output import about, aside, document, one_line, table, write

if TYPE_CHECKING:
    from tools.offers import Market, Offer


def gpus(
    gpu: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this GPU, such as H100 or A100 80GB.")
    ] = None,
    count: Annotated[
        str | None, typer.Option(metavar="N", help="How many are needed at once.")
    ] = None,
    region: Annotated[
        str | None, typer.Option(metavar="R", help="Only where the region holds this text.")
    ] = None,
    term: Annotated[
        str | None,
        typer.Option(
            metavar="T",
            help="on_demand, spot, capacity_block, reserved, fund or credits.",
        ),
    ] = None,
    max_price: Annotated[
        str | None, typer.Option(metavar="USD", help="At most this much per GPU-hour.")
    ] = None,
    chart: Annotated[
        bool, typer.Option("--chart", help="Draw how prices of --gpu moved, by all that is kept.")
    ] = False,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="With --chart: from this date on.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show GPU offers: dated list prices, and the fund's own inventory where it keeps one.

    A list price says nothing about stock: its availability is unknown.
    """
    if since is not None and not chart:
        raise typer.BadParameter("--since goes with --chart")
    if chart:
        if any(each is not None for each in (count, region, max_price)):
            raise typer.BadParameter("--chart goes with --gpu, --term and --since only")
        _draw(gpu, term, since, as_json=as_json)
        return
    from assistant.settings import default_home
    from tools.market import Access, gpu_offers
    from tools.needs import need
    from tools.quantities import parse_price

    wanted = need(
        gpu,
        None if count is None else whole_number(count, "--count"),
        region,
        term,
        None if max_price is None else parse_price(max_price),
    )
    market = gpu_offers(wanted, Access(inventory=default_home() / "inventory.csv"))
    if as_json:
        document(market.model_dump(mode="json"))
    else:
        _show(market)


def _draw(gpu: str | None, term: str | None, since: str | None, *, as_json: bool) -> None:
    """Prices over time of what this desk has kept and has lists of; nobody is asked."""
    from assistant.cli.price_chart import show_prices
    from assistant.settings import default_home
    from assistant.source_states import MEMORY
    from assistant.sources import price_lists
    from tools.market import Access, price_history
    from tools.price_history import first_day

    if gpu is None:
        raise typer.BadParameter("--chart needs --gpu, such as --gpu H100")
    home = default_home()
    access = Access(memory=home / MEMORY, price_lists=price_lists(home))
    history = price_history(gpu, term, None, first_day(since) if since else None, access=access)
    show_prices(history, as_json=as_json)


def whole_number(text: str, option: str) -> int:
    """A count from the command line. Raises `InvalidInput` for a part, zero or less."""
    from tools.errors import InvalidInput
    from tools.quantities import parse_count

    value = parse_count(text)
    if value != int(value):
        raise InvalidInput(f"{option} must be a whole number, not {text!r}", "for example 64")
    return int(value)


def _show(market: Market) -> None:
    sources = list(dict.fromkeys(offer.source for offer in market.offers))
    if market.offers:
        headers = ("Provider", "GPU", "Count", "Term", "Per GPU-hour", "Region", "Stock", "As of")
        rows = [(*_row(offer), f"[{sources.index(offer.source) + 1}]") for offer in market.offers]
        table((*headers, "Source"), rows)
        write()
        for number, source in enumerate(sources, 1):
            write(f"[{number}] {one_line(source)}")
    else:
        aside("No offer fits. Ask for less: fewer flags, a higher --max-price.")
    for status in market.sources:
        aside(about(status.name, status.status, status.observed_at, status.error))


def _row(offer: Offer) -> tuple[object, ...]:
    price = offer.price_per_gpu_hour
    return (
        offer.provider,
        offer.gpu_raw,
        offer.count,
        offer.term,
        None if price is None else f"{price.amount} {price.currency}",
        offer.region,
        offer.availability,
        offer.observed_at or "undated",
    )
