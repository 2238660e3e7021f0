"""`compute-desk gpus`: what can be had, from whom, at what price, as of when."""

from __future__ import annotations

import shutil
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.failure import WrongUsage
from assistant.cli.output import about, aside, document, on_terminal, write

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.access import DeskAccess
    from tools.needs import Need
    from tools.offers import Market, SourceStatus

Text = str | None
_LEAST_EVERY = 5


def gpus(
    gpu: Annotated[
        Text, typer.Option(metavar="NAME", help="Only this GPU, such as H100 or A100 80GB.")
    ] = None,
    count: Annotated[Text, typer.Option(metavar="N", help="How many are needed at once.")] = None,
    region: Annotated[
        Text, typer.Option(metavar="R", help="Only where the region holds this text.")
    ] = None,
    term: Annotated[
        Text,
        typer.Option(
            metavar="T",
            help="on_demand, spot, capacity_block, reserved, fund or credits.",
        ),
    ] = None,
    max_price: Annotated[
        Text, typer.Option(metavar="USD", help="At most this much per GPU-hour.")
    ] = None,
    hours: Annotated[
        Text,
        typer.Option(metavar="H", help="Length of the job (72, 3 weeks): with --count, its price."),
    ] = None,
    disk_gb: Annotated[Text, typer.Option(metavar="GB", help="Disk that the job needs.")] = None,
    egress_gb: Annotated[
        Text, typer.Option(metavar="GB", help="Data that leaves the provider.")
    ] = None,
    checkpoint_hours: Annotated[
        Text, typer.Option(metavar="H", help="Of spot GPUs: from one checkpoint to the next.")
    ] = None,
    restart_hours: Annotated[
        Text, typer.Option(metavar="H", help="Of spot GPUs: what a restart takes.")
    ] = None,
    interruptions_per_day: Annotated[
        Text, typer.Option(metavar="N", help="Of spot GPUs: how often they are taken away.")
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Wait until this can be had, say so once, and end.")
    ] = False,
    every: Annotated[
        int, typer.Option(metavar="S", help="With --watch: seconds from one look to the next.")
    ] = 60,
    chart: Annotated[
        bool, typer.Option("--chart", help="Draw how prices of --gpu moved, by all that is kept.")
    ] = False,
    since: Annotated[
        Text, typer.Option(metavar="DATE", help="With --chart: from this date on.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show GPU offers: of the live sources that are on, the fund's inventory, dated price lists.

    A list price says nothing about stock: its availability is unknown. Live sources are turned on
    with `compute-desk sources`; each that was asked has a line of its own on stderr.
    """
    if since is not None and not chart:
        raise typer.BadParameter("--since goes with --chart")
    if chart:
        given = (count, region, max_price, hours, disk_gb, egress_gb, checkpoint_hours)
        if watch or any(each is not None for each in given):
            raise typer.BadParameter("--chart goes with --gpu, --term and --since only")
        _draw(gpu, term, since, as_json=as_json)
        return
    from assistant.access import desk_access
    from assistant.settings import default_home
    from tools.needs import need
    from tools.quantities import parse_hours, parse_price

    wanted = need(
        gpu,
        None if count is None else whole_number(count, "--count"),
        region,
        term,
        None if max_price is None else parse_price(max_price),
        hours=None if hours is None else parse_hours(hours),
        disk_gb=_amount(disk_gb, "--disk-gb"),
        egress_gb=_amount(egress_gb, "--egress-gb"),
        checkpoint_hours=_amount(checkpoint_hours, "--checkpoint-hours"),
        restart_hours=_amount(restart_hours, "--restart-hours"),
        interruptions_per_day=_amount(interruptions_per_day, "--interruptions-per-day"),
    )
    desk = desk_access(default_home())
    if watch:
        _wait_for(wanted, desk, every, as_json=as_json)
        return
    market = _asked(wanted, desk, drawn=not as_json and on_terminal(sys.stdout))
    if as_json:
        document(market.model_dump(mode="json"))
        return
    from assistant.cli.market_table import show_market

    show_market(market)
    if not desk.access.live:
        _say_what_could_be_asked()


def _asked(wanted: Need, desk: DeskAccess, *, drawn: bool) -> Market:
    """The market; on a terminal it is redrawn while sources answer."""
    from assistant.access import ask_market

    if not (drawn and desk.access.live):
        return ask_market(wanted, desk)
    from rich.live import Live

    from assistant.cli.market_table import while_asking

    with Live(transient=True, auto_refresh=False) as screen:

        def update(market: Market) -> None:
            screen.update(while_asking(market), refresh=True)

        market = ask_market(wanted, desk, on_update=update)
        # What is higher than the screen could not be taken off it again.
        screen.update("", refresh=True)
        return market


def _say_what_could_be_asked() -> None:
    from assistant.sources import with_key, without_key

    free, keyed = ", ".join(without_key()), ", ".join(with_key())
    aside(f"Live sources that need no key: {free}. With a key: {keyed}.")
    aside(
        f"Turn one on, and it learns what you look for: compute-desk sources on {without_key()[0]}"
    )


def _wait_for(wanted: Need, desk: DeskAccess, every: int, *, as_json: bool) -> None:
    """Ask until the need can be met. Ctrl-C ends it as any command."""
    if wanted.count is None:
        raise WrongUsage("--watch needs --count", "for example: --gpu H100 --count 8 --watch")
    if every < _LEAST_EVERY:
        raise WrongUsage(f"--every {every} is too often", f"{_LEAST_EVERY} seconds or more")
    if not desk.access.live:
        raise WrongUsage("--watch needs a live source", "turn one on: compute-desk sources list")
    import time

    from assistant.access import ask_market
    from assistant.cli.market_table import shown_price, status_line
    from assistant.watching import watch

    def ask() -> Market:
        market = ask_market(wanted, desk)
        names = {each.name for each in desk.access.live}
        asked = [each for each in market.sources if each.name in names]
        if all(each.status == "not_configured" for each in asked):
            raise WrongUsage(
                f"no live source can be asked: {asked[0].error}", "see: compute-desk sources list"
            )
        return market

    offer = watch(wanted, ask, lambda: time.sleep(every), _progress(status_line))
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    if as_json:
        document({"schema": 1, "met": offer.model_dump(mode="json")})
        return
    price = offer.price_per_gpu_hour
    told = f"{shown_price(price)} per GPU-hour" if price else None
    seen = f"seen {offer.observed_at}"
    many = f"{wanted.count} {offer.gpu_raw}" + (" GPUs" if (wanted.count or 0) > 1 else "")
    what = f"{many} can be had from {offer.provider}"
    write(about(what, told, offer.term, offer.region, seen, f"[{offer.source}]"))


def _progress(
    line: Callable[[SourceStatus], str],
) -> Callable[[Sequence[SourceStatus], int], None]:
    """A line on stderr that is redrawn on a terminal, and elsewhere written when it changes."""
    last: list[str] = []

    def say(sources: Sequence[SourceStatus], rounds: int) -> None:
        asked = [each for each in sources if each.status not in ("not_configured", "absent")]
        short = about(
            *(f"{each.name} {each.status}" for each in asked if each.offers or each.error)
        )
        if sys.stderr.isatty():
            # Only a line that is not wrapped can be drawn over.
            told = f"look {rounds}: {short}"[: shutil.get_terminal_size().columns - 1]
            sys.stderr.write(f"\r\x1b[K{told}")
            sys.stderr.flush()
        elif [short] != last:
            last[:] = [short]
            for each in asked:
                aside(line(each))

    return say


def _draw(gpu: str | None, term: str | None, since: str | None, *, as_json: bool) -> None:
    """Prices over time of what this desk has kept and has lists of; nobody is asked."""
    from assistant.access import kept_access
    from assistant.cli.price_chart import show_prices
    from assistant.settings import default_home
    from tools.market import price_history
    from tools.price_history import first_day

    if gpu is None:
        raise typer.BadParameter("--chart needs --gpu, such as --gpu H100")
    first = first_day(since) if since else None
    history = price_history(gpu, term, None, first, access=kept_access(default_home()))
    show_prices(history, as_json=as_json)


def whole_number(text: str, option: str) -> int:
    """A count from the command line. Raises `InvalidInput` for a part, zero or less."""
    from tools.errors import InvalidInput
    from tools.quantities import parse_count

    value = parse_count(text)
    if value != int(value):
        raise InvalidInput(f"{option} must be a whole number, not {text!r}", "for example 64")
    return int(value)


def _amount(text: str | None, option: str) -> Decimal | None:
    return None if text is None else plain_number(text, option)


def plain_number(text: str, option: str) -> Decimal:
    """A plain number, zero or more. Raises `InvalidInput`."""
    from tools.errors import InvalidInput

    plain = text.strip().replace(",", "")
    digits = plain.replace(".", "", 1)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 15):
        raise InvalidInput(f"{option} {text[:40]!r} is not a number", "for example 500")
    return Decimal(plain)
