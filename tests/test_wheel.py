"""The built wheel carries everything, and answers from an empty environment without a network."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from importlib.metadata import Distribution, PathDistribution, distribution
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[1]
Offline = Callable[..., CompletedProcess[str]]

pytestmark = pytest.mark.xdist_group("wheel")  # built and installed once, in one process


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    done = subprocess.run([*build, str(REPOSITORY)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel and what it says it needs, and nothing else of this one.

    The packages are links to those of this environment: they were installed from the pins, and
    fetching them again takes a minute. One that the wheel needs but does not name is missing.
    """
    place = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    python = str(place / "bin" / "python")
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(subprocess.check_output([python, "-c", where], text=True).strip())
    for name in _needed(wheel):
        _link(distribution(name), packages)
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index"]
    subprocess.run([*install, "--no-deps", str(wheel)], check=True)
    return place


def _needed(wheel: Path) -> set[str]:
    """The distributions that a wheel asks for here, and those that these ask for."""
    [metadata] = [each for each in zipfile.Path(wheel).iterdir() if each.name.endswith("dist-info")]
    asked: list[tuple[Distribution, str]] = [(PathDistribution(metadata), "")]
    needed: set[tuple[str, str]] = set()
    while asked:
        package, extra = asked.pop()
        for line in package.requires or ():
            wanted = Requirement(line)
            if wanted.marker is None or wanted.marker.evaluate({"extra": extra}):
                name = canonicalize_name(wanted.name)
                more = {(name, each) for each in {"", *wanted.extras}} - needed
                asked += [(distribution(name), each) for _, each in more]
                needed |= more
    return {name for name, _ in needed}


def _link(package: Distribution, target: Path) -> None:
    """Link the files of a distribution, but no command of its own."""
    for file in package.files or ():
        if ".." not in file.parts:
            link = target.joinpath(*file.parts)
            link.parent.mkdir(parents=True, exist_ok=True)
            if not link.exists():
                link.symlink_to(Path(str(package.locate_file(file))))


def test_the_wheel_carries_code_data_and_styles(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    tracked = subprocess.run(
        ["git", "ls-files", "assistant", "kb", "tools", "tui"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert not set(tracked) - inside
    packages = {name.split("/")[0] for name in inside if ".dist-info/" not in name}
    assert packages == {"assistant", "kb", "tools", "tui"}
    for folder, ending in [
        ("kb/starter/programs/", ".yaml"),
        ("kb/starter/articles/", ".md"),
        ("kb/starter/", "vectors.npz"),
        ("kb/starter/", "aliases.yaml"),
        ("tools/data/", ".csv"),
        ("tui/", ".tcss"),
    ]:
        assert any(n.startswith(folder) and n.endswith(ending) for n in inside), folder + ending


def test_installed_into_an_empty_environment_it_answers_offline(
    environment: Path, offline: Offline, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    command = str(environment / "bin" / "compute-desk")
    question = "How much to pre-train a 7B model on 2T tokens on 256 H100s?"
    done = offline([command, "ask", question, "--json"], cwd=elsewhere)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert not answer["abstained"]
    assert answer["citations"]
    assert "estimate_training" in {call["name"] for call in answer["tool_calls"]}

    done = offline([command, "ask", "Who runs the Andromeda cluster?", "--json"], cwd=elsewhere)
    assert done.returncode == 0, done.stderr
    citations = [c for c in json.loads(done.stdout)["citations"] if c["kind"] == "passage"]
    assert citations
    shown = offline([command, "kb", "show", citations[0]["source"], "--json"], cwd=elsewhere)
    text = json.loads(shown.stdout)["text"]
    assert text[citations[0]["start"] : citations[0]["end"]] == citations[0]["quote"]

    python = str(environment / "bin" / "python")
    where = offline([python, "-c", "import assistant; print(assistant.__file__)"], cwd=elsewhere)
    assert str(environment) in where.stdout
