"""What only the fund may see reaches no founder: on no command, in no answer, through no tool."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from langchain_core.tools import BaseTool

from assistant import Assistant
from assistant.events import Done
from assistant.mcp.tools import call_alone
from assistant.toolbox import agent_tools
from kb import starter
from kb.knowledge_base import KnowledgeBase

Desk = Callable[..., tuple[int, str, str]]
TODAY = date(2026, 11, 22)
SECRETS = ("Wombatonia", "77.13", "袋熊")
HIDDEN = ("quokka-note", "quokka-program", "quokka-broken", "quokka-once")
MISSING = "numbat-xyzzy"
QUESTIONS = (
    "What does the quokka program give?",
    "What are the terms of Generate?",
    "哪些投資機構提供算力？",
    "How many GPUs does the marsupial cluster have?",
    "Compare quokka-program and Generate",
    "Which programs is a seed company eligible for?",
)


def _program(**fields: object) -> bytes:
    data = yaml.safe_load(starter.files("generate")["generate.yaml"]) | fields
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False).encode()


@pytest.fixture(scope="module")
def planted(new_home: Callable[[], Path]) -> tuple[Path, str]:
    """A home with secrets in every place, and the version of an article that was public once."""
    home = new_home()
    folder = home.parent
    term = {
        "field": "price",
        "en": "The marsupial cluster of Wombatonia costs 77.13 dollars an hour.",
        "zh-Hans": "袋熊集群每小时 77.13 美元。",
        "short": {"en": "77.13 dollars", "zh-Hans": "77.13 美元"},
        "grade": "official",
        "publisher": "Wombatonia",
        "source": "https://wombatonia.example/77.13",
        "visibility": "fund",
    }
    generate = yaml.safe_load(starter.files("generate")["generate.yaml"])
    open_term = {**term, "visibility": "public"}
    with KnowledgeBase.open(home, fund=True) as kb:
        note = folder / "note.md"
        note.write_text("# Wombatonia note\n\nThe marsupial cluster has 77.13 GPUs (袋熊).\n")
        id_of_note = kb.add(note, fund=True).source.id
        once = folder / "once.md"
        once.write_text("# Once public\n\nWombatonia lends 7713 GPUs at 77.13 dollars.\n")
        public = kb.add(once).source
        kb.add(once, fund=True)
        path = folder / "quokka-program.yaml"
        aliases = ["Wombatonia alias"]
        whole = {"id": "quokka-program", "visibility": "fund", "terms": [open_term]}
        path.write_bytes(_program(**whole, aliases=aliases))
        kb.add(path)
        path = folder / "generate.yaml"
        path.write_bytes(_program(terms=[*generate["terms"], term]))
        kb.add(path)
        broken = home / "library" / "programs" / "quokka-broken.yaml"
        broken.write_bytes(_program(**{**whole, "id": "quokka-broken"}))
        kb.sync()
        broken.write_text("id: quokka-broken\nWombatonia: [77.13\n")
        for name, old in (("quokka-note", id_of_note), ("quokka-once", public.id)):
            (home / "library" / "articles" / old).rename(home / "library" / "articles" / name)
        kb.sync()
        assert {s.id for s in kb.sources()} >= set(HIDDEN)
        assert "77.13" in kb.search("marsupial cluster", 1)[0].passage.text
    return home, public.version


def _clean(text: str) -> None:
    for secret in SECRETS:
        assert secret.lower() not in text.lower()


COMMANDS = (
    ["kb", "list"],
    ["kb", "show", "ID"],
    ["kb", "show", "ID", "--version", "VERSION"],
    ["kb", "show", "ID", "--as-of", "2026-11-21"],
    ["kb", "history", "ID"],
    ["kb", "search", "marsupial cluster dollars an hour", "-k", "50"],
    ["kb", "search", "ID"],
    ["kb", "search", "marsupial cluster", "--as-of", "2026-11-21"],
    ["kb", "gaps"],
    ["programs"],
    ["programs", "--as-of", "2026-11-21"],
    ["programs", "show", "ID"],
    ["programs", "show", "generate"],
    ["programs", "compare", "generate", "ID"],
    ["programs", "compare", "generate", "a16z-oxygen"],
    ["programs", "match"],
    ["programs", "match", "ID"],
    ["gpus", "--gpu", "H100"],
)


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_no_command_tells(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    planted: tuple[Path, str],
    arguments: list[str],
) -> None:
    home, version = planted
    monkeypatch.setenv("COMPUTE_DESK_HOME", str(home))
    said = {}
    for name in [*HIDDEN, MISSING] if "ID" in arguments else [""]:
        filled = [{"ID": name, "VERSION": version}.get(word, word) for word in arguments]
        for flags in ([], ["--json"]):
            status, out, err = desk(*filled, *flags)
            _clean(out + err)
            # What is hidden is told as what is missing, but for its name.
            told = f"{status} {out} {err}".replace(name, "ID") if name else out + err
            said.setdefault(len(flags), set()).add(told)
    if arguments[:2] != ["kb", "search"]:
        assert all(len(each) == 1 for each in said.values())


@pytest.mark.parametrize("as_of", [None, "2026-11-21"])
def test_the_builtin_model_tells_nothing(planted: tuple[Path, str], as_of: str | None) -> None:
    home, _ = planted
    with Assistant.open(home, today=TODAY, as_of=as_of) as desk:
        for question in QUESTIONS:
            _clean(desk.ask(question).model_dump_json())
        _clean(desk.status())
        for turn in desk.sessions():
            _clean(str(turn) + "".join(a.model_dump_json() for a in desk.turns(turn.id)))


def _probe(tool: BaseTool, word: str) -> dict[str, Any]:
    """Arguments of a tool with `word` wherever it takes words, and a number where it needs one."""
    schema = tool.tool_call_schema
    assert isinstance(schema, type)
    needed = schema.model_json_schema().get("required", ())
    args: dict[str, Any] = {}
    for name, about in tool.args.items():
        kinds = [about, *about.get("anyOf", ())]
        if any(kind.get("type") == "array" for kind in kinds):
            args[name] = [word]
        elif any(kind.get("type") == "string" and "enum" not in kind for kind in kinds):
            args[name] = word
        elif name in needed:
            args[name] = 8
    return args


def test_no_tool_tells_any_model(planted: tuple[Path, str]) -> None:
    """Each tool with each hidden id, also those calls that no person's words would call for."""
    home, version = planted
    with Assistant.open(home, today=TODAY) as desk:
        for tool in agent_tools(desk.kb, home=home, today=TODAY):
            for name in (*HIDDEN, "marsupial cluster", "77"):
                message = call_alone(tool, _probe(tool, name))
                _clean(f"{message.content} {json.dumps(message.artifact, default=str)}")
        for name in (*HIDDEN, MISSING):
            for wanted in (None, version):
                with pytest.raises(Exception, match=name) as error:
                    desk.source(name, wanted)
                _clean(str(error.value))


def test_no_event_tells(planted: tuple[Path, str]) -> None:
    import asyncio

    home, _ = planted

    async def told(desk: Assistant) -> list[str]:
        seen = []
        async for event in desk.stream("What are the terms of Generate and of quokka-program?"):
            seen.append(event.answer.model_dump_json() if isinstance(event, Done) else repr(event))
        return seen

    with Assistant.open(home, today=TODAY) as desk:
        _clean("\n".join(asyncio.run(told(desk))))


async def test_no_other_program_is_told(planted: tuple[Path, str]) -> None:
    from mcp import Client, MCPError

    from assistant.mcp.server import build_server

    home, version = planted
    with Assistant.open(home, today=TODAY) as desk:
        async with Client(build_server(desk)) as client:
            for name in (*HIDDEN, "generate"):
                _clean((await client.call_tool("get_program", {"program": name})).model_dump_json())
            found = await client.call_tool("search_knowledge", {"query": "marsupial cluster"})
            _clean(found.model_dump_json())
            listed = await client.list_resources()
            _clean(listed.model_dump_json())
            assert not set(HIDDEN) & {resource.name for resource in listed.resources}
            [generate] = (await client.read_resource("compute-desk://program/generate")).contents
            _clean(generate.model_dump_json())
            for kind in ("article", "program"):
                said = set()
                for name in (*HIDDEN, MISSING):
                    for wanted in ("", f"?version={version}"):
                        with pytest.raises(MCPError) as error:
                            await client.read_resource(f"compute-desk://{kind}/{name}{wanted}")
                        said.add((wanted, error.value.message.replace(name, "ID")))
                assert len(said) == 2


def test_no_file_of_the_founders_index_tells(planted: tuple[Path, str]) -> None:
    home, _ = planted
    checked = 0
    for path in (home / "index").rglob("*"):
        if path.is_file() and "fund" not in path.relative_to(home).parts:
            data = path.read_bytes().lower()
            assert b"wombatonia" not in data
            assert "袋熊".encode() not in data
            assert not [name for name in HIDDEN if name.encode() in data]
            checked += 1
    assert checked > 5
    assert not (home / "gaps.jsonl").exists() or "Wombat" not in (home / "gaps.jsonl").read_text()
