"""What every test stands on: an empty home, no keys, no other host, also in child processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.chroma_server import ChromaProcess

if TYPE_CHECKING:
    from kb.retrieval.embedders import Embedder

REPOSITORY = Path(__file__).parents[1]
GUARD = Path(__file__).parent / "offline"
_PROVIDERS = ("COMPUTE_DESK_", "LANGSMITH_", "LANGCHAIN_", "CHROMA_")


_SHARED = "COMPUTE_DESK_SHARED"  # where the folder beside the repository is, for the tests alone


def _is_personal(name: str) -> bool:
    personal = name.startswith(_PROVIDERS) or name.endswith(("_API_KEY", "_API_TOKEN"))
    return personal and name != _SHARED


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of a file that shares a fixture run in one process, so that it is made once."""
    for item in items:
        known = item._fixtureinfo.name2fixturedefs.values()
        shares = any(each[-1].scope == "module" for each in known)
        if shares and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(autouse=True)
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty COMPUTE_DESK_HOME (not yet created), and none of this machine's keys."""
    for name in filter(_is_personal, list(os.environ)):
        monkeypatch.delenv(name)
    place = tmp_path / "home"
    monkeypatch.setenv("COMPUTE_DESK_HOME", str(place))
    monkeypatch.setenv("LANGSMITH_TRACING", "false")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return place


@pytest.fixture
def home(isolated: Path) -> Path:
    """The test's COMPUTE_DESK_HOME."""
    return isolated


@pytest.fixture(scope="session")
def built_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose index is built, to copy from: nothing is ever written to it."""
    from kb.knowledge_base import KnowledgeBase

    place = tmp_path_factory.mktemp("built") / "home"
    kb = KnowledgeBase.open(place)
    kb.search("GPU", 1)
    kb.close()
    return place


@pytest.fixture(scope="session")
def warm_home(new_home: NewHome) -> Path:
    """A home whose index is built, shared by the tests of a process that only ask in it: it has
    their sessions and gaps."""
    return new_home()


NewHome = Callable[[], Path]


@pytest.fixture(scope="session")
def new_home(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> NewHome:
    """Makes a home that was used before: its index stands, so that no test builds it again."""

    def make() -> Path:
        place = tmp_path_factory.mktemp("home") / "home"
        shutil.copytree(built_home, place)
        return place

    return make


@pytest.fixture
def used_home(built_home: Path, home: Path) -> Path:
    """The test's COMPUTE_DESK_HOME, as it is after a first question."""
    shutil.copytree(built_home, home)
    return home


@pytest.fixture(scope="session", autouse=True)
def _one_bundled_embedder() -> Iterator[None]:
    """The bundled models are loaded once a process, and remember the questions they have seen."""
    from kb.retrieval import equipment

    load = equipment.load_embedder
    loaded: list[Embedder] = []

    def once(spec: str | None, note: Callable[[str], None]) -> Embedder:
        if spec is not None:
            return load(spec, note)
        if not loaded:
            loaded.append(load(spec, note))
        return loaded[0]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(equipment, "load_embedder", once)
        yield


@pytest.fixture(scope="session")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaProcess]:
    """A real Chroma server, shared by the tests of a process; each takes a database of its own."""
    server = ChromaProcess(tmp_path_factory.mktemp("chroma"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def shared() -> Path:
    """The folder with source articles and test sets beside the repository; skips without it."""
    place = Path(os.environ.get(_SHARED, REPOSITORY.parent / "shared"))
    if not place.is_dir():
        pytest.skip(f"no folder {place} (name another in {_SHARED})")
    return place


class Offline(Protocol):
    """Runs a program; `python` is the interpreter to use."""

    def __call__(
        self,
        arguments: list[str],
        *,
        stdin: str | bytes | None = None,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture
def offline(tmp_path: Path) -> Offline:
    """Run a program that can reach no other host; fails the test if its Python even tries.

    Arguments starting with "compute-desk" run this environment's command. Input and output are
    UTF-8. The program sees the test's home and a HOME of its own.
    """
    attempts = tmp_path / "network-attempts.log"
    own_home = tmp_path / "user"
    own_home.mkdir()

    def run(
        arguments: list[str],
        *,
        stdin: str | bytes | None = None,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        program = list(arguments)
        if program[0] == "compute-desk":
            program[0] = str(Path(sys.executable).with_name("compute-desk"))
        finished = subprocess.run(
            program,
            input=stdin.encode() if isinstance(stdin, str) else stdin or b"",
            capture_output=True,
            cwd=cwd or tmp_path,
            env=guarded_environment(attempts, own_home) | dict(environment or {}),
            timeout=300,
            check=False,
        )
        assert not attempts.exists(), f"reached for the network: {attempts.read_text()}"
        out, err = finished.stdout.decode(), finished.stderr.decode()
        return subprocess.CompletedProcess(program, finished.returncode, out, err)

    return run


def guarded_environment(attempts: Path, own_home: Path) -> dict[str, str]:
    """This environment with the guard on; `attempts` is written when a process reaches out."""
    return {
        **os.environ,
        "PYTHONPATH": str(GUARD),
        "OFFLINE_GUARD_LOG": str(attempts),
        "HOME": str(own_home),
        "XDG_CACHE_HOME": str(own_home / "cache"),
    }


Desk = Callable[..., tuple[int, str, str]]


@pytest.fixture
def desk(capsys: pytest.CaptureFixture[str]) -> Desk:
    """Run a command in this process: `desk("kb", "list")` gives exit code, stdout, stderr."""
    from assistant.cli import main

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return status, out, err

    return run
