"""OpenTelemetry: spans where it is set up, without anybody's words; nothing where it is not."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from concurrent import futures
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from assistant import Assistant, tracing
from benchmarks.scripted_model import ScriptedModel
from tests.conftest import GUARD, REPOSITORY

QUESTION = "How many GPUs did Luma AI plan to use?"
ESTIMATE = "How long would training a 7B model on 2T tokens with 256 H100 take?"
Offline = Callable[..., CompletedProcess[str]]


class Spans:
    """What was exported."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()

    def taken(self) -> dict[str, ReadableSpan]:
        """The spans by name, flushed."""
        [tracer] = tracing._tracers
        provider = tracer.span_processor  # type: ignore[union-attr]
        provider.force_flush()
        return {span.name: span for span in self.exporter.get_finished_spans()}


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[Spans]:
    kept = Spans()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(tracing, "_tracers", [])
    monkeypatch.setattr(tracing, "_exporter", lambda: kept.exporter)
    yield kept
    for tracer in tracing._tracers:
        tracer.span_processor.shutdown()  # type: ignore[union-attr]


def _told(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def test_nothing_is_set_up_unless_it_is_wanted(
    warm_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object) -> None:
        raise AssertionError("off is off")

    monkeypatch.setattr(tracing, "_tracer", fail)
    assert tracing.begin_turn("builtin", fail) is tracing.NOTHING
    assert tracing.NOTHING.callbacks == ()
    with Assistant.open(warm_home) as desk:
        assert desk.ask(QUESTION).citations


def test_a_turn_is_a_tree_of_spans_without_words(warm_home: Path, spans: Spans) -> None:
    with Assistant.open(warm_home) as desk:
        answer = desk.ask(ESTIMATE)
    found = spans.taken()
    turn = found["invoke_agent compute-desk"]
    tools = {name for name in found if name.startswith("execute_tool ")}
    assert {f"execute_tool {call.name}" for call in answer.tool_calls} == tools
    models = [name for name in found if name.startswith("chat ")]
    assert models
    for name in (*tools, *models, "grounding"):
        span = found[name]
        assert span.parent is not None
        assert turn.context is not None
        assert span.parent.span_id == turn.context.span_id
        assert (turn.start_time or 0) <= (span.start_time or 0) <= (span.end_time or 0)
        assert (span.end_time or 0) <= (turn.end_time or 0)
    told = _told(turn)
    assert told["compute_desk.answer_id"] == answer.id
    assert told["compute_desk.citations"] == len(answer.citations)
    assert told["compute_desk.tool_calls"] == len(answer.tool_calls)
    assert told["compute_desk.library_version"] == answer.library_version
    assert _told(found["grounding"])["compute_desk.removed"] == len(answer.removed)
    assert _told(found["execute_tool search_knowledge"])["compute_desk.passages"] > 0
    everything = json.dumps([_told(span) for span in found.values()])
    for words in ("7B", "2T", "training a", answer.answer[:40]):
        assert words not in everything
    assert turn.resource.attributes["service.name"] == "compute-desk"


def test_words_come_with_the_setting(
    warm_home: Path, spans: Spans, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPUTE_DESK_TRACE_TEXT", "true")
    with Assistant.open(warm_home) as desk:
        answer = desk.ask(ESTIMATE)
    found = spans.taken()
    told = _told(found["invoke_agent compute-desk"])
    assert told["compute_desk.question"] == ESTIMATE
    assert told["compute_desk.answer"] == answer.answer
    arguments = _told(found["execute_tool estimate_training"])["gen_ai.tool.call.arguments"]
    assert json.loads(arguments)["gpus"] == 256


def _fails(_: list[BaseMessage]) -> AIMessage:
    raise PermissionError("sk-secret")


def test_a_model_that_fails_is_told_by_its_kind(warm_home: Path, spans: Spans) -> None:
    with Assistant.open(warm_home, model=ScriptedModel(reply=_fails)) as desk:
        desk.ask(QUESTION)
    spans.taken()
    found = spans.exporter.get_finished_spans()
    [failed] = [span for span in found if "error.type" in _told(span)]
    assert failed.name == "chat scripted"
    assert len(_told(failed)["error.type"]) < 20
    assert "chat builtin" in {span.name for span in found}
    for span in found:
        assert "sk-secret" not in json.dumps(_told(span)) + str(span.status.description)
        assert not span.events


def test_an_empty_question_is_a_turn_that_failed(warm_home: Path, spans: Spans) -> None:
    with Assistant.open(warm_home) as desk, pytest.raises(Exception, match="empty"):
        desk.ask("  ")
    [turn] = spans.taken().values()
    assert _told(turn)["error.type"] == "invalid_question"
    assert not turn.status.is_ok


async def test_a_turn_that_is_cut_off_ends_its_spans(warm_home: Path, spans: Spans) -> None:
    with Assistant.open(warm_home) as desk:
        events = desk.stream(ESTIMATE)
        async for event in events:
            if type(event).__name__ == "ToolFinished":
                break
        await events.aclose()  # type: ignore[attr-defined]
    found = spans.taken()
    assert _told(found["invoke_agent compute-desk"])["compute_desk.cancelled"] is True


def test_a_program_with_its_own_tracing_gets_the_spans(
    warm_home: Path, spans: Spans, monkeypatch: pytest.MonkeyPatch
) -> None:
    from opentelemetry import trace
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    own = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(own))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    with Assistant.open(warm_home) as desk:
        desk.ask(QUESTION)
    assert "grounding" in {span.name for span in own.get_finished_spans()}
    assert not spans.exporter.get_finished_spans()


def test_what_is_missing_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "_tracers", [])
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    said: list[str] = []
    for _ in range(2):
        assert tracing.begin_turn("builtin", said.append) is tracing.NOTHING
    assert said == ["no traces are sent: pip install opentelemetry-exporter-otlp-proto-http"]
    monkeypatch.setattr(tracing, "_tracers", [])
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert tracing.begin_turn("builtin", said.append) is tracing.NOTHING
    assert len(said) == 1


class Collector:
    """An OTLP collector on loopback, as the protocol's own definitions have it."""

    def __init__(self) -> None:
        import grpc
        from opentelemetry.proto.collector.trace.v1 import (
            trace_service_pb2 as messages,
        )
        from opentelemetry.proto.collector.trace.v1 import (
            trace_service_pb2_grpc as service,
        )

        self.names: list[str] = []
        outer = self

        class Taking(service.TraceServiceServicer):
            def Export(self, request: Any, context: Any) -> Any:  # noqa: N802
                outer.names += [
                    span.name
                    for resource in request.resource_spans
                    for scope in resource.scope_spans
                    for span in scope.spans
                ]
                return messages.ExportTraceServiceResponse()

        self.server = grpc.server(futures.ThreadPoolExecutor(2))
        service.add_TraceServiceServicer_to_server(Taking(), self.server)
        self.port = self.server.add_insecure_port("127.0.0.1:0")
        self.server.start()


def test_a_command_sends_its_spans_to_a_collector(offline: Offline, warm_home: Path) -> None:
    collector = Collector()
    done = offline(
        ["compute-desk", "ask", QUESTION, "--json"],
        environment={
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.port}",
            "COMPUTE_DESK_HOME": str(warm_home),
            "PYTHONPATH": f"{GUARD}{os.pathsep}{REPOSITORY}",
        },
    )
    collector.server.stop(None).wait()
    assert (done.returncode, done.stderr) == (0, "")
    assert {"invoke_agent compute-desk", "grounding"} <= set(collector.names)
