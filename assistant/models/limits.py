"""What a turn with a chat model may take: time, calls, money; and what it did take."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from assistant.models.failures import ModelFailed
from assistant.models.prices import Price


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one turn. Times in seconds: until the model's first word, between two of its
    words, for the whole turn, the first wait before a call is tried again, and the longest wait
    that a provider may ask for. `context` and `answer` are tokens sent and characters taken."""

    first_token: float = 60.0
    between_tokens: float = 30.0
    turn: float = 180.0
    retries: int = 2
    backoff: float = 0.5
    longest_wait: float = 20.0
    calls: int = 8
    cost_usd: Decimal | None = None
    context: int = 24_000
    answer: int = 24_000


@dataclass(slots=True)
class Meter:
    """What a turn has used so far. A count stays None where a call did not tell it."""

    limits: Limits
    price: Price | None = None
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    told: bool = True
    notes: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """Count a call that is about to be made. Raises `ModelFailed` where it is one too many."""
        if self.calls >= self.limits.calls:
            raise ModelFailed("calls")
        cost, most = self.cost, self.limits.cost_usd
        if most is not None and self.calls and (cost is None or cost >= most):
            # Without a price nobody knows whether the next call is still within the limit.
            raise ModelFailed("cost")
        self.calls += 1

    def add(self, usage: Any) -> None:
        """Take in what a finished call reported (LangChain's usage, None where it told nothing)."""
        if not usage:
            self.told = False
            return
        self.input_tokens += int(usage.get("input_tokens") or 0)
        self.output_tokens += int(usage.get("output_tokens") or 0)

    @property
    def cost(self) -> Decimal | None:
        """US dollars by list price; None where the price or a count is not known."""
        if self.price is None or not self.told:
            return None
        return self.price.of(self.input_tokens, self.output_tokens)

    def usage(self) -> dict[str, Any]:
        """The record that goes with the answer; what is not known is left out."""
        found: dict[str, Any] = {"calls": self.calls}
        if self.told:
            found |= {"input_tokens": self.input_tokens, "output_tokens": self.output_tokens}
        if self.price is not None and self.cost is not None:
            found |= {"cost_usd": float(self.cost), "price_as_of": self.price.as_of}
        return found
