"""`compute-desk ask`: one question, answered on stdout as it is written."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.failure import WrongUsage
from assistant.cli.library import AsOf
from assistant.cli.output import aside, write

if TYPE_CHECKING:
    from assistant.answer import Answer
    from assistant.assistant import Assistant
    from assistant.cli.rendering import Page


def ask(
    question: Annotated[
        str | None,
        typer.Argument(help="The question, in quotes; - or nothing reads standard input."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document, with quotes and tool results.")
    ] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="Plain text: no colour, no Markdown.")
    ] = False,
    session: Annotated[
        str | None, typer.Option(metavar="ID", help="Go on with this conversation, or start it.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="SPEC", help="Chat model, such as openai:gpt-5-mini or builtin."),
    ] = None,
    as_of: AsOf = None,
) -> None:
    """Answer one question. Each figure carries a marker; the sources with their quotes follow."""
    if as_json and plain:
        raise WrongUsage("--json and --plain exclude each other", "give one of them")
    text = _from_stdin() if question in (None, "-") else str(question)

    import asyncio

    from assistant.assistant import Assistant
    from assistant.cli.agreeing import agree
    from assistant.cli.rendering import page_for

    agree(model)
    with Assistant.open(model=model, as_of=as_of) as desk:
        if as_json:
            write(asyncio.run(_answer(desk, text, session, None)).model_dump_json())
            return
        page = page_for(sys.stdout, plain=plain)
        answer = asyncio.run(_answer(desk, text, session, page))
        page.finish(answer)
        aside(f"Answer {answer.id}")


def _from_stdin() -> str:
    if sys.stdin is None or sys.stdin.isatty():
        raise WrongUsage("no question given", 'write: compute-desk ask "your question"')
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongUsage(
            "the question on standard input is not UTF-8 text", "convert it"
        ) from error


async def _answer(desk: Assistant, question: str, session: str | None, page: Page | None) -> Answer:
    """Fold the events of one turn: text to `page`, what happens meanwhile to stderr."""
    from assistant import events
    from assistant.errors import AssistantError

    answer = None
    gone: BrokenPipeError | None = None
    async for event in desk.stream(question, session):
        match event:
            case events.Text(delta) if page is not None and gone is None:
                try:
                    page.add(delta)
                except BrokenPipeError as broken:  # nobody reads on; the turn is saved all the same
                    gone = broken
            case events.ToolFinished() if page is not None:
                sign = "✓" if event.ok else "✗"
                aside(f"{sign} {event.name}: {event.summary} ({event.elapsed_ms} ms)")
            case events.Restarted() if page is not None and gone is None:
                page.begin_anew()
            case events.Noted(text):
                aside(text)
            case events.Done():
                answer = event.answer
                if page is not None and answer.usage.get("calls"):
                    aside(_usage_line(answer))
            case events.Failed(code, message, hint):
                error = AssistantError(message, hint)
                error.code = code
                raise error
            case _:
                pass
    if gone is not None:
        raise gone
    assert answer is not None, "a stream ends with Done or Failed"
    return answer


def _usage_line(answer: Answer) -> str:
    """What the chat model took: calls, tokens where it told them, cost where a price is known."""
    usage = answer.usage
    calls = usage["calls"]
    parts = ["1 call" if calls == 1 else f"{calls} calls"]
    if "input_tokens" in usage:
        parts.append(f"{usage['input_tokens']:,} tokens in, {usage['output_tokens']:,} out")
    if "cost_usd" in usage:
        dated = f" of {usage['price_as_of']}" if usage["price_as_of"] else ""
        parts.append(f"about ${usage['cost_usd']:.4f} by list prices{dated}")
    return f"{usage.get('failed_model', answer.model)}: {', '.join(parts)}"
