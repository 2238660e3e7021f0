"""OpenTelemetry spans of a turn, its model calls, tool calls and grounding, where it is set up.

`OTEL_EXPORTER_OTLP_ENDPOINT` turns it on, with the other `OTEL_` variables of the SDK. Spans tell
names, counts and times; the words of questions, answers and arguments only with the setting
`trace_text`.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from assistant.events import Done, Event, Failed, Started, TakenOut, Text

if TYPE_CHECKING:
    from langchain_core.callbacks import BaseCallbackHandler
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span, Tracer

    from assistant.answer import Answer

_SWITCHES = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_TIMEOUTS = ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT")
_PATIENCE_S = 3
"""A collector that is not there holds up the end of a command for so long."""
_lock = threading.Lock()
_tracers: list[Tracer | None] = []  # one for the process, made with the first turn


class TurnSpans:
    """What happens in one turn, as spans; this one keeps none."""

    @property
    def callbacks(self) -> Sequence[BaseCallbackHandler]:
        """What LangChain tells of model and tool calls."""
        return ()

    def asked(self, question: str) -> None:
        """The question, once it is accepted."""

    def hear(self, event: Event) -> None:
        """Take an event of the turn."""

    def end(self) -> None:
        """The turn is over, also where nobody wanted its end."""


class RecordedTurn(TurnSpans):
    """Spans under one of the turn. Ends what is still open."""

    def __init__(self, tracer: Tracer, model: str, *, text: bool) -> None:
        from assistant.tracing_calls import CallSpans

        self._text = text
        self._tracer = tracer
        self._turn = tracer.start_span(
            "invoke_agent compute-desk",
            attributes={
                "gen_ai.operation.name": "invoke_agent",
                "gen_ai.agent.name": "compute-desk",
                "gen_ai.request.model": model,
            },
        )
        self._calls = CallSpans(tracer, self._turn, model, text=text)
        self._first_word: int | None = None
        self._finished = False

    @property
    def callbacks(self) -> Sequence[BaseCallbackHandler]:
        return (self._calls,)

    def asked(self, question: str) -> None:
        if self._text:
            self._turn.set_attribute("compute_desk.question", question)

    def hear(self, event: Event) -> None:
        match event:
            case Started():
                self._turn.set_attribute("compute_desk.answer_id", event.answer_id)
                self._turn.set_attribute("compute_desk.language", event.language)
            case Text() | TakenOut() if self._first_word is None:
                self._first_word = self._calls.first_word or time.time_ns()
            case Done(answer):
                self._finished = True
                self._grounded(answer)
                self._turn.set_attributes(_figures(answer))
                if self._text:
                    self._turn.set_attribute("compute_desk.answer", answer.answer)
            case Failed(code):
                self._finished = True
                failed(self._turn, code)
            case _:
                pass

    def _grounded(self, answer: Answer) -> None:
        """From the first word of the draft to the last one that was checked: it runs beside the
        model that still writes."""
        span = self._tracer.start_span(
            "grounding",
            context=_under(self._turn),
            start_time=self._first_word or time.time_ns(),
            attributes={
                "compute_desk.citations": len(answer.citations),
                "compute_desk.removed": len(answer.removed),
            },
        )
        span.end()

    def end(self) -> None:
        self._calls.close()
        broken = sys.exc_info()[0]
        if broken is not None and issubclass(broken, Exception):
            failed(self._turn, broken.__name__)
        elif not self._finished:
            self._turn.set_attribute("compute_desk.cancelled", True)
        self._turn.end()


NOTHING = TurnSpans()


def begin_turn(model: str, note: Callable[[str], None]) -> TurnSpans:
    """Spans for a turn that begins, `NOTHING` where tracing is off. `note` hears, once, why it
    cannot be on."""
    if not any(os.environ.get(name) for name in _SWITCHES):
        return NOTHING
    with _lock:
        if not _tracers:
            _tracers.append(_tracer(note))
        tracer = _tracers[0]
    if tracer is None:
        return NOTHING
    from assistant.settings import load_settings

    return RecordedTurn(tracer, model, text=load_settings().trace_text)


def failed(span: Span, kind: str) -> None:
    """Mark a span as failed. `kind` is a code or the name of an exception: its text may hold a
    key."""
    from opentelemetry.trace import StatusCode

    span.set_attribute("error.type", kind)
    span.set_status(StatusCode.ERROR)


def _tracer(note: Callable[[str], None]) -> Tracer | None:
    """The tracer of the program that we are in, or one of our own that exports by the variables."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    try:
        from opentelemetry import trace
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        host = trace.get_tracer_provider()
        if isinstance(host, TracerProvider):
            return host.get_tracer("compute-desk")
        exporter = _exporter()
    except ImportError as error:
        note(f"no traces are sent: pip install {_package(error)}")
        return None
    named = {} if "OTEL_SERVICE_NAME" in os.environ else {"service.name": "compute-desk"}
    # Ours alone: what else in the process speaks OpenTelemetry might send words.
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider.get_tracer("compute-desk")


def _exporter() -> SpanExporter:
    """What sends spans, by the protocol that is set; gRPC as the SDK's default."""
    timeout = None if _first(_TIMEOUTS) else _PATIENCE_S
    if _first(_PROTOCOLS).startswith("http"):
        from importlib import import_module

        over_http = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
        made: SpanExporter = over_http.OTLPSpanExporter(timeout=timeout)
        return made
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter(timeout=timeout)


def _package(error: ImportError) -> str:
    kind = "http" if _first(_PROTOCOLS).startswith("http") else "grpc"
    missing = error.name or ""
    return (
        f"opentelemetry-exporter-otlp-proto-{kind}"
        if "exporter" in missing
        else "opentelemetry-sdk"
    )


def _first(names: Sequence[str]) -> str:
    return next((value for name in names if (value := os.environ.get(name, "").strip())), "")


def _under(span: Span) -> Any:
    from opentelemetry.trace import set_span_in_context

    return set_span_in_context(span)


def _figures(answer: Answer) -> Mapping[str, str | int | bool]:
    return {
        "gen_ai.response.model": answer.model,
        "compute_desk.abstained": answer.abstained,
        "compute_desk.asked_back": answer.asked_back,
        "compute_desk.gaps": len(answer.gaps),
        "compute_desk.citations": len(answer.citations),
        "compute_desk.removed": len(answer.removed),
        "compute_desk.tool_calls": len(answer.tool_calls),
        "compute_desk.library_version": answer.library_version,
    }
