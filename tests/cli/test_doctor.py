"""`doctor` finds what this machine has, `config` shows and changes settings; no key is shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant
from tests.assistant.faulty_server import MODEL, faulty

Desk = Callable[..., tuple[int, str, str]]


def _document(desk: Desk, *arguments: str) -> dict[str, Any]:
    status, out, err = desk(*arguments, "--json")
    assert status == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


def _nothing(*_: Any) -> None:
    raise AssertionError("not to be called")


def test_a_server_of_models_is_found_and_proposed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant import doctor

    with faulty(_nothing) as server:
        port = server.url.removesuffix("/v1").rpartition(":")[2]
        monkeypatch.setenv("OLLAMA_HOST", f"127.0.0.1:{port}")
        monkeypatch.setattr(doctor.examine, "__defaults__", ((),))
        found = _document(desk, "doctor")
        assert found["servers"] == [{"name": "Ollama", "url": server.url, "models": [MODEL]}]
        proposal = f"compute-desk config set 'model={server.url}#{MODEL}'"
        assert proposal in found["proposals"]
        status, out, _ = desk("doctor")
        assert status == 0
        assert proposal in out
        assert desk("config", "set", f"model={server.spec}")[0] == 0
        assert _document(desk, "doctor")["model"] == {
            "spec": server.spec, "trouble": None, "hint": None,
        }  # fmt: skip
    assert found["home"]["index"] == "not built yet"


def test_only_this_machine_is_asked_and_no_key_is_shown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant import doctor

    monkeypatch.setattr(doctor.examine, "__defaults__", ((),))
    monkeypatch.setenv("OLLAMA_HOST", "gpu-box.example")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret")
    monkeypatch.setattr(doctor, "_models_at", lambda url: [] if "127." in url else _nothing())
    found = _document(desk, "doctor")
    assert found["servers"] == []
    assert "gpu-box.example" in found["not_asked"][0]
    held = {key["variable"]: key["held"] for key in found["keys"]}
    assert held["ANTHROPIC_API_KEY"] == "environment"
    assert held["OPENAI_API_KEY"] is None
    assert any("model=anthropic:" in line for line in found["proposals"])
    assert "sk-secret" not in json.dumps(found) + "".join(map(str, desk("doctor")))


@pytest.mark.parametrize(
    "address", ["http://me:sk-hidden@127.0.0.1:9/v1#m", "http://127.0.0.1:9/v1?key=sk-hidden#m"]
)
def test_a_secret_in_an_address_is_not_shown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("COMPUTE_DESK_MODEL", address)
    told = [*map(str, desk("doctor", "--json")), *map(str, desk("config", "--json"))]
    assert "sk-hidden" not in "".join(told)
    with Assistant.open(model=address) as opened:
        assert "sk-hidden" not in opened.model_name


def test_a_setting_tells_where_it_comes_from(
    desk: Desk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.mkdir()
    (home / "settings.toml").write_text("# ours\nlanguage = 'en'\n", encoding="utf-8")
    assert desk("config", "set", "max_cost_per_turn=0.05", "agreed_hosted=openai")[0] == 0
    monkeypatch.setenv("COMPUTE_DESK_MODEL", "ollama:qwen3")
    states = {s["name"]: s for s in _document(desk, "config")["settings"]}
    assert (states["model"]["value"], states["model"]["origin"]) == ("ollama:qwen3", "environment")
    assert states["language"]["origin"] == "settings.toml"
    assert states["max_cost_per_turn"]["value"] == "0.05"
    assert states["reranker"]["origin"] == "default"
    assert "# ours" in (home / "settings.toml").read_text(encoding="utf-8")
    assert desk("config", "set", "agreed_hosted=")[0] == 0
    assert "agreed_hosted" not in (home / "settings.toml").read_text(encoding="utf-8")
    status, out, _ = desk("config")
    assert status == 0
    assert "ollama:qwen3" in out


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ("modle=builtin", "did you mean model?"),
        ("model=gpt-5", "openai:gpt-5"),
        ("max_calls_per_turn=many", "max_calls_per_turn"),
        ("language=fr", "language"),
        ("model", "NAME=VALUE"),
    ],
)
def test_a_setting_that_is_not_understood_is_not_kept(
    desk: Desk, home: Path, change: str, hint: str
) -> None:
    status, out, err = desk("config", "set", "turn_timeout=5", change)
    assert status in (1, 2)
    assert hint in err
    assert not out
    assert not (home / "settings.toml").exists()


def test_a_key_goes_into_the_keyring_and_is_not_an_argument(desk: Desk) -> None:
    status, _, err = desk("config", "key", "ollama")
    assert status == 2
    assert "openai" in err


def test_asking_a_hosted_model_without_a_yes_says_how_to_agree(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    status, out, err = desk("ask", "--model", "openai:gpt-5-mini", "Who runs Andromeda?")
    assert status == 1
    assert not out
    assert "compute-desk config set agreed_hosted=openai" in err
    assert "sk-secret" not in err
