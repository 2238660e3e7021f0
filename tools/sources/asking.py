"""One round of asking one source: from memory while that is fresh, else live, within its deadline.

Whatever a source does ends here: in rows, or in a named failure with the rows of its last good
answer, whose times are never touched. Its texts are made harmless here too, and only here: from
every string of an offer the characters are dropped that steer a terminal or hide text (controls,
formats, lone surrogates, line and paragraph separators; the first and the last two leave a
space), spaces are joined, and what is over 300 characters is cut.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from pydantic import BaseModel, SecretStr

from tools.errors import SourceFailed
from tools.needs import Need
from tools.offers import Offer, SourceStatus
from tools.sources.memory import Memory, Remembered
from tools.sources.source import Asking, Findings, HttpConfig, OwnHttpConfig, Source, SourceConfig

Clock = Callable[[], datetime]
_POLL_S = 0.05
_STEERING = {"Cc": " ", "Zl": " ", "Zp": " ", "Cf": "", "Cs": ""}
_LONGEST_TEXT = 300
_MOST_OFFERS = 4000  # twice what the largest of them lists; the rest counts as unread
_OWN_FAULT = {"key", "configuration"}


@dataclass(frozen=True, slots=True)
class Configured:
    """A source as this desk uses it: under a name, with settings and keys. A fund may have several
    clusters of one kind, and then `variables` says where the key of each is looked for."""

    name: str
    source: Source[Any]
    config: SourceConfig
    keys: Mapping[str, SecretStr] = field(default_factory=dict, repr=False)
    variables: Mapping[str, str] = field(default_factory=dict)

    def request(self, need: Need) -> str:
        """What tells this request from others to the same source; holds no key."""
        settings = self.config.model_dump_json(exclude={"deadline_s"})
        text = f"{self.source.name}\n{settings}\n{self.source.asked(need)}"
        return sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class SourceAnswer:
    """Offers and state of one source after a round; `findings` only where it was asked just now."""

    offers: list[Offer]
    status: SourceStatus
    findings: Findings | None = None


async def ask(configured: Configured, need: Need, memory: Memory, clock: Clock) -> SourceAnswer:
    """Ask one source. Never raises for what the source does, and ends within its deadline."""
    loop = asyncio.get_running_loop()
    began, request = loop.time(), configured.request(need)
    held = memory.answer(configured.name, request)
    if held and _fresh(held, configured.source, clock()):
        return _remembered(configured, held, memory, clock, None)
    missing = [configured.variables.get(key.env, key.env) for key in configured.source.keys
               if key.required and key.env not in configured.keys]  # fmt: skip
    if missing:
        failure = SourceFailed("key", f"{missing[0]} is not set", f"export {missing[0]}=...")
        return _remembered(configured, held, memory, clock, failure)
    health = memory.health(configured.name, clock())
    if health.held_until:
        until = health.held_until.strftime("%H:%M:%S UTC")
        failure = SourceFailed("rate", f"left alone until {until}: {health.last_error}")
        return _remembered(configured, held, memory, clock, failure)
    ours = False
    try:
        async with asyncio.timeout(configured.config.deadline_s):
            other = await _wait_for_other(configured, request, memory, clock)
            if other:
                return _remembered(configured, other, memory, clock, None)
            ours = True
            findings = await _fetch(configured, need, memory, clock)
            told = findings.offers[:_MOST_OFFERS]
            offers = [_stamped(offer, configured, clock()) for offer in told]
            unread = findings.unread + len(findings.offers) - len(offers)
    except Exception as error:
        failure = _named(error, configured)
        hold = _hold(failure, configured)
        counts = failure.kind not in _OWN_FAULT
        if failure.kind != "pace":  # ours, and no word of the source
            memory.fail(configured.name, failure.message, clock(), hold_s=hold, counts=counts)
        return _remembered(configured, held, memory, clock, failure)
    else:
        memory.keep(configured.name, request, offers, unread, clock())
    finally:
        if ours:
            memory.release(configured.name, request)
    status = _status(configured, offers, "ok", unread, memory, clock)
    status.elapsed_ms = round((loop.time() - began) * 1000)
    return SourceAnswer(offers, status, findings)


async def _wait_for_other(
    configured: Configured, request: str, memory: Memory, clock: Clock
) -> Remembered | None:
    """The answer of another thread or process that asks the same just now; None once it is ours
    to ask."""
    while True:
        ours = memory.claim(configured.name, request, clock(), configured.config.deadline_s)
        # Looked up after the claim: the other may have answered just before it.
        held = memory.answer(configured.name, request)
        if held and _fresh(held, configured.source, clock()):
            if ours:
                memory.release(configured.name, request)
            return held
        if ours:
            return None
        await asyncio.sleep(_POLL_S)


async def _fetch(configured: Configured, need: Need, memory: Memory, clock: Clock) -> Findings:
    from tools.sources.http import Http

    async def take() -> None:
        wait = memory.take(configured.name, configured.source.pace, clock())
        left = deadline - loop.time()
        if wait >= left:
            memory.give_back(configured.name)
            raise SourceFailed("pace", f"its pace allows the next request in {wait:.0f} s")
        if wait:
            await asyncio.sleep(wait)

    loop = asyncio.get_running_loop()
    deadline = loop.time() + configured.config.deadline_s
    base = configured.config.url if isinstance(configured.config, HttpConfig) else ""
    own = configured.config.ca_file if isinstance(configured.config, OwnHttpConfig) else None
    async with Http(base, deadline, take, own) as http:
        asking = Asking(need, configured.config, configured.keys, http, clock)
        return await configured.source.fetch(asking)


def _named(error: Exception, configured: Configured) -> SourceFailed:
    if isinstance(error, SourceFailed):
        return error
    if isinstance(error, TimeoutError):
        seconds = f"{configured.config.deadline_s:g}"
        return SourceFailed("deadline", f"no whole answer within {seconds} s", "try again later")
    # Not the error's text: it may hold a part of the answer.
    kind = type(error).__name__
    return SourceFailed("answer", f"the answer is not understood ({kind})", "report this")


def _hold(failure: SourceFailed, configured: Configured) -> float | None:
    if failure.kind != "rate":
        return None
    return failure.retry_after or configured.source.pace.hold_s


def _fresh(held: Remembered, source: Source[Any], now: datetime) -> bool:
    # An answer from the future is of a clock that was wrong: not fresh.
    return timedelta(0) <= now - held.fetched_at <= timedelta(seconds=source.ttl_s)


def remembered(
    configured: Configured, need: Need, memory: Memory, clock: Clock, failure: SourceFailed
) -> SourceAnswer:
    """The last good answer of a source that failed, as it was."""
    held = memory.answer(configured.name, configured.request(need))
    return _remembered(configured, held, memory, clock, failure)


def _remembered(
    configured: Configured,
    held: Remembered | None,
    memory: Memory,
    clock: Clock,
    failure: SourceFailed | None,
) -> SourceAnswer:
    """The last good answer as it was, with why it is not a new one."""
    offers = (
        [offer.model_copy(update={"method": "cached"}) for offer in held.offers] if held else []
    )
    state = "cached" if failure is None else "failed"
    if failure and failure.kind == "key" and "not set" in failure.message:
        state = "not_configured"
    status = _status(configured, offers, state, held.unread if held else 0, memory, clock)
    if failure:
        status.error = "; ".join(part for part in (failure.message, failure.hint) if part)
    return SourceAnswer(offers, status)


def _stamped(offer: Offer, configured: Configured, now: datetime) -> Offer:
    fetched = now.isoformat(timespec="seconds")
    measured = _measured(offer.effective_at)
    harmless: Offer = _harmless(offer)
    return harmless.model_copy(
        update={
            "source": configured.name,
            "method": "live",
            "effective_at": measured.isoformat(timespec="seconds") if measured else None,
            "fetched_at": fetched,
            # A provider whose clock is ahead of ours has measured nothing after we asked.
            "observed_at": measured.isoformat(timespec="seconds")
            if measured and measured <= now
            else fetched,
        }
    )


def _measured(effective_at: str | None) -> datetime | None:
    """The provider's own time in UTC; None where it is no moment, or has no zone."""
    try:
        when = datetime.fromisoformat(effective_at) if effective_at else None
        return when.astimezone(UTC) if when and when.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _harmless(value: Any) -> Any:
    """A value with each text in it made one line that does nothing but be read."""
    if isinstance(value, str):
        if not value.isprintable():  # most are, and need no look at each character
            value = "".join(_STEERING.get(unicodedata.category(c), c) for c in value)
        return " ".join(value.split())[:_LONGEST_TEXT]
    if isinstance(value, BaseModel):
        changed = {name: new for name, old in value if (new := _harmless(old)) != old}
        return value.model_copy(update=changed) if changed else value
    if isinstance(value, list | tuple):
        return type(value)(_harmless(each) for each in value)
    return value


def _status(
    configured: Configured,
    offers: list[Offer],
    state: Any,
    unread: int,
    memory: Memory,
    clock: Clock,
) -> SourceStatus:
    health = memory.health(configured.name, clock())
    return SourceStatus(
        name=configured.name,
        status=state,
        observed_at=max((each.observed_at for each in offers if each.observed_at), default=None),
        offers=len(offers),
        unread=unread,
        last_ok=health.last_ok.isoformat(timespec="seconds") if health.last_ok else None,
        failures=health.failures,
        held_until=health.held_until.isoformat(timespec="seconds") if health.held_until else None,
    )
