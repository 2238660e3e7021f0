"""The pages keep their word: commands parse, cheap ones and Python run, links and files exist."""

from __future__ import annotations

import ast
import json
import re
import shlex
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
PAGES = [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md"]
PAGES += sorted((REPOSITORY / "docs").rglob("*.md"))
FOLDERS = "assistant|kb|tools|tui|tests|docs|benchmarks|examples"
CHEAP = {"gpus", "programs", "profile", "estimate", "sessions"}
CHEAP_KB = {"list", "gaps"}
Desk = Callable[..., tuple[int, str, str]]


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", _text(page), re.MULTILINE | re.DOTALL)


def _lines(page: Path) -> Iterator[list[str]]:
    """The words of each line of a page's sh blocks, without settings such as NAME=value."""
    for block in _blocks(page, "sh"):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            while words and re.match(r"[A-Z_]+=", words[0]):
                words = words[1:]
            if words:
                yield words


def _commands() -> list[list[str]]:
    found = [words[1:] for page in PAGES for words in _lines(page) if words[0] == "compute-desk"]
    return sorted({tuple(words): words for words in found}.values())


def _name(page: Path) -> str:
    return page.relative_to(REPOSITORY).as_posix()


def _is_cheap(words: list[str]) -> bool:
    if "--help" in words or "--version" in words:
        return True
    if "--watch" in words:  # waits for a live source
        return False
    if words and words[-1].endswith(".csv"):  # a file that the reader has
        return False
    group, name = [*words, "", ""][:2]
    needs_more = not {"close", "show", "--from"}.isdisjoint(words)
    return group in CHEAP or (group == "kb" and name in CHEAP_KB and not needs_more)


def test_the_pages_show_every_command() -> None:
    shown = {" ".join(words[:2]) for words in _commands()}
    shown |= {words[0] for words in _commands() if words}
    assert {"ask", "gpus", "programs", "programs show", "estimate training", "sessions"} <= shown
    assert {f"sources {name}" for name in "list on off key import rates".split()} <= shown
    assert {f"kb {name}" for name in "add list show search remove rebuild gaps".split()} <= shown


@pytest.mark.parametrize("words", _commands(), ids=" ".join)
def test_a_command_is_one_that_exists(words: list[str]) -> None:
    """Command, options and arguments are parsed as for a run; nothing is run."""
    import typer

    from assistant.cli.root import app

    command, rest = typer.main.get_command(app), list(words)
    try:
        context = command.make_context("compute-desk", rest)
        while isinstance(command, typer.core.TyperGroup) and context._protected_args:
            rest = [*context._protected_args, *context.args]
            name, found, rest = command.resolve_command(context, rest)
            assert found is not None, rest
            command, context = found, found.make_context(name, rest, parent=context)
    except typer.Exit:  # --help and --version end the parsing
        assert {"--help", "-h", "--version"} & set(words)


@pytest.fixture
def home_of_the_pages(home: Path) -> Path:
    """A home with the program record, the inventory and the runs that the pages show."""
    [record] = [b for page in PAGES for b in _blocks(page, "yaml") if b.startswith("schema:")]
    tables = [block for page in PAGES for block in _blocks(page, "csv")]
    [runs] = [block for block in tables if block.startswith("model,")]
    [inventory] = [block for block in tables if block != runs]
    programs = home / "library" / "programs"
    programs.mkdir(parents=True)
    name = re.findall(r"^id: (.+)$", record, re.MULTILINE)[0]
    (programs / f"{name}.yaml").write_text(record, encoding="utf-8")
    (home / "inventory.csv").write_text(inventory, encoding="utf-8")
    (home / "runs.csv").write_text(runs, encoding="utf-8")
    return home


@pytest.mark.usefixtures("home_of_the_pages")
@pytest.mark.parametrize("words", [w for w in _commands() if _is_cheap(w)], ids=" ".join)
def test_a_cheap_command_runs(words: list[str], desk: Desk) -> None:
    status, out, err = desk(*words)
    assert status == 0, err
    assert out or words[0] in ("sessions", "kb")


def test_the_records_of_the_pages_are_taken_as_they_stand(
    home_of_the_pages: Path, desk: Desk
) -> None:
    status, out, err = desk("gpus", "--json")
    assert status == 0, err
    sources = {source["name"]: source for source in json.loads(out)["sources"]}
    assert sources["inventory"]["status"] == "ok"
    assert sources["inventory"]["offers"] == 2
    status, out, err = desk("programs", "show", "harbor-compute", "--json")
    assert status == 0, err
    assert json.loads(out)["not_stated"] == ["price", "apply"]


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_json_on_a_page_is_json(page: Path) -> None:
    decoder = json.JSONDecoder()
    for block in _blocks(page, "json"):
        rest = block.strip()
        while rest:
            _, end = decoder.raw_decode(rest)
            rest = rest[end:].strip()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_python_on_a_page_runs(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A block that needs the package of an extra is only compiled where that is missing."""
    for block in _blocks(page, "python"):
        code = compile(block, _name(page), "exec")
        if all(find_spec(module) for module in _imported(block)):
            exec(code, {"__name__": "__main__"})
            assert capsys.readouterr().out.strip()


def _imported(block: str) -> set[str]:
    """The first parts of the names of the modules that a block imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(block)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", _text(page)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, heading = target.partition("#")
        place = (page.parent / name).resolve() if name else page
        assert place.exists(), f"{_name(page)}: {target}"
        if heading:
            assert heading in _headings(place), f"{_name(page)}: {target}"


def _headings(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", _text(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_files_that_are_named_exist(page: Path) -> None:
    named = re.findall(rf"(?<![\w/.])((?:{FOLDERS})/[\w./<>*-]*)", _text(page))
    for name in {name.rstrip(".") for name in named}:
        pattern = re.sub(r"<\w+>", "*", name).rstrip("/")
        assert list(REPOSITORY.glob(pattern)), f"{_name(page)} names {name}"
