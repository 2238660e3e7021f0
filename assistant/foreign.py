"""A turn with a chat model other than the built-in one: its deadline, and whether it came to an
answer. Where it did not, the built-in model answers the question whole."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from dataclasses import replace
from typing import Any, cast

from langchain_core.language_models import BaseChatModel

from assistant.answer import Answer, Language, Removed
from assistant.errors import DESK_ERRORS
from assistant.events import Event, Noted, Restarted
from assistant.models.agreement import require_agreement
from assistant.models.failures import failure_of
from assistant.models.guarded import GuardedModel
from assistant.models.limits import Limits, Meter
from assistant.models.loading import SAYS_END, check_loadable, opened_model
from assistant.models.prices import price_of
from assistant.models.specs import ModelSpec, parse_spec
from assistant.models.words import model_words
from assistant.settings import load_settings, turn_limits
from assistant.turn import Turn

Parts = AsyncGenerator[dict[str, Any]]


def checked_spec(model: str) -> ModelSpec:
    """The spec of a model that may be asked. Raises `ModelUnavailable`, or `NotAgreed` before
    anything would leave this machine."""
    spec = parse_spec(model)
    check_loadable(spec)
    require_agreement(spec, load_settings().agreed_hosted)
    return spec


class ForeignTurn:
    """One turn of `model` as events; `failure` says why it came to no answer, if so.

    `limits` go before those of the settings. Raises what `checked_spec` raises.
    """

    def __init__(
        self, model: str | BaseChatModel, turn: Turn, language: Language, limits: Limits | None
    ) -> None:
        self._model, self._turn, self._words = model, turn, model_words(language)
        self._spec = checked_spec(model) if isinstance(model, str) else None
        self._name = model if isinstance(model, str) else model._llm_type
        price = price_of(self._spec.provider, self._spec.name) if self._spec else None
        limits = limits or turn_limits(load_settings())
        if self._spec and not self._spec.is_hosted:
            limits = replace(limits, cost_usd=None)  # this machine's own time has no price
        self._meter = Meter(limits, price)
        self._begun = time.perf_counter()
        self.failure: str | None = None

    @property
    def limits(self) -> Limits:
        """What the turn may take."""
        return self._meter.limits

    def _opened(self) -> AbstractAsyncContextManager[BaseChatModel]:
        if self._spec is not None:
            return opened_model(self._spec, self._meter.limits)
        return nullcontext(cast("BaseChatModel", self._model))

    async def events(self, run: Callable[[BaseChatModel], Parts]) -> AsyncIterator[Event]:
        """What happens while `run` takes the model through the graph. After a failure the last
        events are `Restarted`, where something was shown, and `Noted`. Errors of the desk itself
        are raised."""
        deadline = asyncio.get_running_loop().time() + self._meter.limits.turn
        says_end = self._spec is not None and self._spec.provider in SAYS_END
        try:
            async with self._opened() as chat:
                guarded = GuardedModel(inner=chat, meter=self._meter, says_end=says_end)
                async with aclosing(run(guarded)) as parts:
                    while (part := await _before(deadline, parts)) is not None:
                        for event in self._turn.fold(part):
                            yield event
        except DESK_ERRORS:
            raise
        except TimeoutError:
            self.failure = "deadline"
        except Exception as error:  # every provider raises its own kind; keys may be in the text
            self.failure = failure_of(error).kind
        if self.failure is None:
            for event in self._turn.flush():
                yield event
            self.failure = None if self._turn.rests_on_evidence else "empty"
        if self.failure is None:
            for event in self._turn.finish():
                yield event
            if "cut" in self._meter.notes:
                yield Noted(self._words.cut.format(model=self._name))
            return
        reason = self._words.reasons[self.failure]
        told = self._words.fell_back if self._turn.is_empty else self._words.fell_back_after_text
        if not self._turn.is_empty:
            yield Restarted(self._turn.text)
        yield Noted(told.format(model=self._name, reason=reason))

    def complete(self, answer: Answer) -> Answer:
        """The answer with what the model took, and what it had written where it failed."""
        answer.usage = {**answer.usage, **self._meter.usage()}
        if self.failure is not None:
            answer.usage |= {"failed_model": self._name, "failure": self.failure}
            taken = list(self._turn.removed)
            if not self._turn.is_empty:
                reason = f"{self._name} {self._words.reasons[self.failure]}"
                taken.append(Removed(text=self._turn.text, reason=reason))
            answer.removed = [*taken, *answer.removed]
            before = round((time.perf_counter() - self._begun) * 1000) - answer.elapsed_ms.total
            answer.elapsed_ms.total += before
            answer.elapsed_ms.first_text += before
        return answer


async def _before(deadline: float, parts: Parts) -> dict[str, Any] | None:
    async with asyncio.timeout_at(deadline):
        return await anext(parts, None)
