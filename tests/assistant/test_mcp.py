"""The desk over the Model Context Protocol, asked by the protocol's own client."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, TextContent

from assistant import Answer, Assistant
from assistant.mcp.resources import PAGE, listed
from assistant.mcp.server import build_server
from assistant.toolbox import agent_tools
from tests.conftest import GUARD, REPOSITORY, guarded_environment

TODAY = date(2026, 11, 22)
QUESTION = "How many GPUs did Luma AI plan to use?"
_CALL = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18", "capabilities": {},
        "clientInfo": {"name": "t", "version": "1"},
    },
}  # fmt: skip
_COMMAND = str(Path(sys.executable).with_name("compute-desk"))


@pytest.fixture(scope="module")
def open_desk(warm_home: Path) -> Iterator[Assistant]:
    with Assistant.open(warm_home, today=TODAY) as opened:
        yield opened


def _text(result: CallToolResult) -> str:
    [block] = result.content
    assert isinstance(block, TextContent)
    return block.text


def _answered(result: CallToolResult) -> Answer:
    assert not result.is_error, _text(result)
    return Answer.model_validate(result.structured_content)


async def test_it_offers_ask_and_the_tools_of_the_agent(open_desk: Assistant) -> None:
    async with Client(build_server(open_desk)) as client:
        tools = (await client.list_tools()).tools
    agents = agent_tools(open_desk.kb, home=Path("/"), today=TODAY)
    reading = [tool.name for tool in agents if tool.name != "save_profile"]
    assert [tool.name for tool in tools] == ["ask", *reading]
    for tool in tools:
        assert tool.description
        assert "\n" not in tool.description
        assert "runtime" not in tool.input_schema["properties"]
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is (tool.name != "ask")


async def test_ask_answers_with_citations_and_goes_on_in_a_session(open_desk: Assistant) -> None:
    told: list[str | None] = []

    async def hear(_done: float, _total: float | None, message: str | None) -> None:
        told.append(message)

    async with Client(build_server(open_desk)) as client:
        result = await client.call_tool("ask", {"question": QUESTION}, progress_callback=hear)
        first = _answered(result)
        again = await client.call_tool(
            "ask", {"question": "And who led its round?", "session": first.session}
        )
    assert told
    assert (told[0] or "").startswith("search_knowledge: ")
    [citation, *_] = first.citations
    assert f"[{citation.marker}]" in _text(result)
    assert citation.quote in _text(result)
    assert open_desk.turns(first.session) == [first, _answered(again)]


async def test_a_tool_gives_what_the_agent_gets(open_desk: Assistant) -> None:
    async with Client(build_server(open_desk)) as client:
        found = await client.call_tool("search_knowledge", {"query": "Luma AI"})
        args = {"params": "7B", "tokens": "2T", "gpus": 256}
        estimate = await client.call_tool("estimate_training", args)
    assert found.structured_content is not None
    passage = found.structured_content["passages"][0]
    source = open_desk.source(passage["source"], passage["version"])
    assert source.text[passage["start"] : passage["end"]] == passage["text"]
    assert not {"score", "dense", "keyword"} & set(passage)
    assert _text(found).startswith('<passage id="p1.1"')
    assert estimate.structured_content is not None
    assert estimate.structured_content["result"]["gpu_hours"]["likely"]


@pytest.mark.parametrize(
    ("name", "args", "said"),
    [
        ("search_knowledge", {}, "query: Field required"),
        ("search_knowledge", {"query": "x", "runtime": {}}, "unknown 'runtime'; it takes query"),
        ("get_program", {"program": "numbat-xyzzy"}, "no program 'numbat-xyzzy'"),
        ("estimate_training", {"params": "7B", "tokens": "2T", "gpus": 0}, "0 GPUs cannot be"),
        ("ask", {}, "ask takes a question"),
        ("ask", {"question": "  "}, "the question is empty"),
        ("ask", {"question": "Why?", "model": "openai:x"}, "not model"),
    ],
)
async def test_what_does_not_fit_is_a_result_that_says_so(
    open_desk: Assistant, name: str, args: dict[str, Any], said: str
) -> None:
    async with Client(build_server(open_desk)) as client:
        result = await client.call_tool(name, args)
    assert result.is_error
    assert said in _text(result)
    assert "\n" not in _text(result)


async def test_there_is_no_other_tool(open_desk: Assistant) -> None:
    async with Client(build_server(open_desk)) as client:
        with pytest.raises(MCPError, match="there is no tool 'add'"):
            await client.call_tool("add", {"path": "/etc/passwd"})


async def test_a_fault_of_ours_tells_nothing_of_its_text(
    open_desk: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError("sk-secret")

    async with Client(build_server(open_desk)) as client:
        monkeypatch.setattr(type(open_desk.kb), "search", fail)
        result = await client.call_tool("search_knowledge", {"query": "H100"})
    assert result.is_error
    assert _text(result) == "Error: an unexpected RuntimeError in compute-desk"


async def test_the_library_can_be_read(open_desk: Assistant) -> None:
    async with Client(build_server(open_desk)) as client:
        resources = (await client.list_resources()).resources
        [template] = (await client.list_resource_templates()).resource_templates
        cited = _answered(await client.call_tool("ask", {"question": QUESTION})).citations[0]
        address = f"compute-desk://article/{cited.source}?version={cited.version}"
        [content] = (await client.read_resource(address)).contents
    assert {r.name for r in resources} == {source.id for source in open_desk.kb.sources()}
    assert {r.uri.split("/")[2] for r in resources} == {"article", "program"}
    assert template.uri_template == "compute-desk://{kind}/{id}{?version}"
    assert content.model_dump()["text"][cited.start : cited.end] == cited.quote


@pytest.mark.parametrize(
    "address",
    [
        "compute-desk://article/numbat-xyzzy",
        "compute-desk://article/a16z-oxygen",  # a program
        "compute-desk://program/a16z-oxygen?version=000000000000",
        "compute-desk://article/../../settings.toml",
        "file:///etc/passwd",
    ],
)
async def test_nothing_else_can_be_read(open_desk: Assistant, address: str) -> None:
    async with Client(build_server(open_desk)) as client:
        with pytest.raises(MCPError):
            await client.read_resource(address)


def test_a_long_library_comes_in_pages(
    open_desk: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(open_desk.kb.sources()) < PAGE
    monkeypatch.setattr("assistant.mcp.resources.PAGE", 20)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = listed(open_desk.kb, cursor)
        seen += [resource.name for resource in page.resources]
        cursor = page.next_cursor
        if cursor is None:
            break
        assert len(page.resources) == 20
    assert seen == [source.id for source in open_desk.kb.sources()]


def _environment(place: Path, home: Path) -> dict[str, str]:
    """That of a process over `home` which reaches no other host."""
    own = {"PYTHONPATH": f"{GUARD}{os.pathsep}{REPOSITORY}", "COMPUTE_DESK_HOME": str(home)}
    return guarded_environment(place / "attempts", place) | own


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_it_speaks_on_standard_input_and_output(
    warm_home: Path, tmp_path: Path, mode: str
) -> None:
    server = StdioServerParameters(
        command=_COMMAND, args=["mcp"], env=_environment(tmp_path, warm_home)
    )
    async with Client(server, mode=mode) as client:
        assert client.server_info.name == "compute-desk"
        args = {"params": "7B", "tokens": "2T", "gpus": 256}
        result = await client.call_tool("estimate_training", args)
        assert not result.is_error
        if mode == "auto":
            assert _answered(await client.call_tool("ask", {"question": QUESTION})).citations
    assert not (tmp_path / "attempts").exists()


def test_ctrl_c_ends_it_also_while_it_waits(warm_home: Path, tmp_path: Path) -> None:
    with subprocess.Popen(
        [_COMMAND, "mcp"],
        env=_environment(tmp_path, warm_home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{json.dumps(_CALL)}\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["result"]["serverInfo"]
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == -signal.SIGINT
        assert process.stderr is not None
        assert process.stderr.read() == ""


@dataclass(frozen=True)
class Listening:
    """A server of a process of its own."""

    address: str
    token: str
    process: subprocess.Popen[str]


@pytest.fixture(scope="module")
def listening(warm_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    place = tmp_path_factory.mktemp("mcp")
    process = subprocess.Popen(
        [_COMMAND, "mcp", "--http", "--port", "0"],
        env=_environment(place, warm_home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    address = process.stderr.readline().removeprefix("Listening on ").strip()
    token = process.stderr.readline().rpartition(" ")[2].strip()
    yield Listening(address, token, process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "")
    assert not (place / "attempts").exists()


@asynccontextmanager
async def _connected(server: Listening) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {server.token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(streamable_http_client(server.address, http_client=http)) as client,
    ):
        yield client


async def test_it_serves_over_http_on_loopback(listening: Listening) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/mcp", listening.address)
    assert len(listening.token) >= 43
    async with _connected(listening) as client, _connected(listening) as other:
        assert _answered(await client.call_tool("ask", {"question": QUESTION})).citations
        assert (await other.list_resources()).resources


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "HERE"}, 200),
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer TOKENx"}, 401),
        ({"Authorization": "Basic TOKEN"}, 401),
        ({"Host": "desk.example"}, 421),
        ({"Host": "127.0.0.1"}, 421),
        ({"Origin": "https://desk.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Content-Type": "text/plain"}, 400),
    ],
)
def test_a_request_needs_the_token_and_comes_from_no_web_page(
    listening: Listening, headers: dict[str, str], status: int
) -> None:
    here = listening.address.removesuffix("/mcp")
    usual = {
        "Authorization": f"Bearer {listening.token}",
        "Accept": "application/json, text/event-stream",
    }
    told = {
        n: v.replace("TOKEN", listening.token).replace("HERE", here) for n, v in headers.items()
    }
    got = httpx2.post(listening.address, headers=usual | told, json=_CALL, timeout=30)
    assert got.status_code == status
    assert listening.token not in got.text


def test_other_ways_in_are_closed(listening: Listening) -> None:
    for method in ("GET", "DELETE", "OPTIONS"):
        assert httpx2.request(method, listening.address).status_code == 401
    assert httpx2.get(f"{listening.address}/../x").status_code == 401
    usual = {"Authorization": f"Bearer {listening.token}", "Content-Type": "application/json"}
    long = httpx2.post(listening.address, headers=usual, content=b" " * 300_000)
    assert long.status_code == 413


def test_a_port_that_is_taken_is_one_line(
    listening: Listening, warm_home: Path, monkeypatch: pytest.MonkeyPatch, desk: Any
) -> None:
    monkeypatch.setenv("COMPUTE_DESK_HOME", str(warm_home))
    port = listening.address.rpartition(":")[2].removesuffix("/mcp")
    status, out, err = desk("mcp", "--http", "--port", port)
    assert (status, out) == (1, "")
    assert err.startswith(f"Error: port {port} cannot be used")
    assert os.linesep not in err.rstrip()
    assert desk("mcp", "--port", "8763")[0] == 2
