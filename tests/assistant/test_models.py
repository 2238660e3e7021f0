"""Specs of chat models, what they need, who agreed to them, and what they are sent."""

from __future__ import annotations

import asyncio
import importlib.util
import random
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from assistant import Assistant
from assistant.errors import AssistantError, ModelUnavailable
from assistant.models import loading
from assistant.models.agreement import NotAgreed, require_agreement
from assistant.models.failures import failure_of
from assistant.models.limits import Limits, Meter
from assistant.models.loading import check_loadable, key_of, opened_model
from assistant.models.prices import price_of
from assistant.models.specs import PROVIDERS, URL, parse_spec
from assistant.models.trimming import fit, tokens_of
from assistant.models.words import ENGLISH, SIMPLIFIED, model_words

HOSTED = ("openai", "anthropic", "google_genai", "deepseek")


@pytest.mark.parametrize(
    ("text", "provider", "name", "hosted", "receiver"),
    [
        ("builtin", "builtin", "builtin", False, "builtin"),
        ("openai:gpt-5-mini", "openai", "gpt-5-mini", True, "openai"),
        ("anthropic:claude-haiku-4-5", "anthropic", "claude-haiku-4-5", True, "anthropic"),
        ("google_genai:gemini-2.5-flash", "google_genai", "gemini-2.5-flash", True, "google_genai"),
        ("deepseek:deepseek-v4-flash", "deepseek", "deepseek-v4-flash", True, "deepseek"),
        ("ollama:qwen3:8b", "ollama", "qwen3:8b", False, "127.0.0.1"),
        ("http://127.0.0.1:8080/v1#a/b:c", URL, "a/b:c", False, "127.0.0.1"),
        ("http://localhost:1234/v1#m", URL, "m", False, "localhost"),
        ("http://[::1]:8000/v1/#m", URL, "m", False, "::1"),
        ("https://models.example.com/v1#m", URL, "m", True, "models.example.com"),
        ("http://192.168.0.7:8000/v1#m", URL, "m", True, "192.168.0.7"),
        ("http://127.0.0.1.example.com/v1#m", URL, "m", True, "127.0.0.1.example.com"),
        ("groq:llama-4", "groq", "llama-4", True, "groq"),
    ],
)
def test_specs(text: str, provider: str, name: str, hosted: bool, receiver: str) -> None:
    spec = parse_spec(text)
    assert (spec.provider, spec.name, spec.is_hosted) == (provider, name, hosted)
    assert spec.receiver == receiver


def test_ollama_on_another_machine_is_hosted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "gpu-box.example:9999")
    assert parse_spec("ollama:qwen3").receiver == "gpu-box.example"
    assert parse_spec("ollama:qwen3").is_hosted
    monkeypatch.setenv("OLLAMA_HOST", "0.0.0.0")
    assert parse_spec("ollama:qwen3").url == "http://127.0.0.1:11434"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("gpt-5-mini", "openai:gpt-5-mini"),
        ("claude-haiku-4-5", "anthropic:claude-haiku-4-5"),
        ("gemini-2.5-flash", "google_genai:gemini-2.5-flash"),
        ("opnai:gpt-5", "openai:gpt-5"),
        ("bultin", "builtin"),
        ("", "ollama:"),
        ("openai:", "openai:MODEL"),
        ("nonsense:x", "http://127.0.0.1:8080/v1#model-name"),
        ("http://127.0.0.1:8080/v1", "#MODEL"),
        ("http://127.0.0.1:port/v1#m", "#MODEL"),
        ("ftp://127.0.0.1/v1#m", "#MODEL"),
        ("http://user:secret@127.0.0.1/v1#m", "COMPUTE_DESK_MODEL_KEY"),
        ("http://127.0.0.1/v1?key=secret#m", "COMPUTE_DESK_MODEL_KEY"),
    ],
)
def test_a_spec_that_is_not_understood_says_what_is_right(text: str, hint: str) -> None:
    with pytest.raises(ModelUnavailable) as failure:
        parse_spec(text)
    assert hint in failure.value.hint
    assert "secret" not in failure.value.message + failure.value.hint


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_missing_package_is_named_with_its_extra(
    provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "find_spec", lambda name: None)
    text = "http://127.0.0.1:9/v1#m" if provider == URL else f"{provider}:m"
    with pytest.raises(ModelUnavailable) as failure:
        check_loadable(parse_spec(text))
    assert failure.value.hint == f"pip install 'compute-desk[{PROVIDERS[provider].extra}]'"


@pytest.mark.parametrize("provider", HOSTED)
def test_a_missing_key_is_named_with_its_variable(
    provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "find_spec", lambda name: object())
    variable = PROVIDERS[provider].keys[0]
    with pytest.raises(ModelUnavailable) as failure:
        check_loadable(parse_spec(f"{provider}:m"))
    assert variable in failure.value.hint
    monkeypatch.setenv(variable, "sk-1")
    found = check_loadable(parse_spec(f"{provider}:m"))
    assert found is not None
    assert found.get_secret_value() == "sk-1"


def test_a_key_may_be_in_the_keyring_but_not_for_an_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from pydantic import SecretStr

    from assistant import keys

    monkeypatch.setattr(keys, "from_keyring", lambda names: {n: SecretStr("kept") for n in names})
    kept = key_of("openai")
    assert kept is not None
    assert kept.get_secret_value() == "kept"
    assert key_of(URL) is None


def test_extras_of_the_project_are_those_that_errors_name() -> None:
    import tomllib

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    for provider in PROVIDERS.values():
        package = provider.module.replace("_", "-")
        assert any(line.startswith(package) for line in extras[provider.extra])


def test_openai_is_made_with_its_key_and_ours_are_its_limits() -> None:
    if importlib.util.find_spec("langchain_openai") is None:
        pytest.skip("langchain-openai is not installed")

    async def made() -> Any:
        async with opened_model(parse_spec("http://127.0.0.1:9/v1#m"), Limits()) as chat:
            return chat

    chat = asyncio.run(made())
    assert chat.max_retries == 0
    assert chat.model_name == "m"
    assert chat.openai_api_key.get_secret_value() == "none"


def test_a_hosted_model_is_asked_only_after_a_yes(
    warm_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = parse_spec("openai:gpt-5-mini")
    with pytest.raises(NotAgreed) as failure:
        require_agreement(spec, "anthropic")
    assert "compute-desk config set agreed_hosted=anthropic,openai" in failure.value.hint
    for left in ("your words", "passages", "profile", "keys"):
        assert left in failure.value.message
    require_agreement(spec, "anthropic, OpenAI")
    require_agreement(parse_spec("http://127.0.0.1:8080/v1#m"), "")
    require_agreement(parse_spec("builtin"), "")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    with (
        Assistant.open(warm_home, "openai:gpt-5-mini", today=date(2026, 11, 22)) as desk,
        pytest.raises(AssistantError) as refused,
    ):
        desk.ask("Who runs Andromeda?")
    assert refused.value.code == "not_agreed"


def test_prices_are_dated_or_say_that_they_are_not_and_have_a_source() -> None:
    from assistant.models.prices import _table

    for (provider, _), price in _table().items():
        assert provider in HOSTED
        assert price.input_usd > 0
        assert price.output_usd >= price.input_usd
        assert price.source.startswith("https://")
        assert price.as_of == "" or date.fromisoformat(price.as_of) < date(2026, 11, 23)
    assert price_of("openai", "gpt-9") is None


def test_an_unknown_count_or_price_is_no_cost() -> None:
    meter = Meter(Limits(cost_usd=Decimal(1)), price_of("openai", "gpt-5-mini"))
    meter.begin()
    meter.add(None)
    assert meter.usage() == {"calls": 1}
    assert Meter(Limits(), None).cost is None


def test_every_kind_of_failure_has_words_in_three_scripts() -> None:
    assert set(ENGLISH.reasons) == set(SIMPLIFIED.reasons)
    assert "內置" in model_words("zh-Hant").fell_back or "內建" in model_words("zh-Hant").fell_back
    for error in (TimeoutError(), ConnectionError(), ValueError("x"), RuntimeError("x")):
        assert failure_of(error).kind in ENGLISH.reasons


def _turn(rng: random.Random) -> list[BaseMessage]:
    """A conversation with earlier turns, a question, and calls with results."""
    messages: list[BaseMessage] = [SystemMessage("rules " * 20)]
    for n in range(rng.randrange(4)):
        messages += [
            HumanMessage(f"earlier {n} " * rng.randrange(1, 40)),
            AIMessage("said " * rng.randrange(1, 200)),
        ]
    messages.append(HumanMessage("the question 问题 " * rng.randrange(1, 9)))
    for n in range(rng.randrange(5)):
        calls = [
            {"name": "t", "args": {"q": "w" * rng.randrange(200)}, "id": f"{n}-{k}"}
            for k in range(rng.randrange(1, 4))
        ]
        messages.append(AIMessage("", tool_calls=[{**c, "type": "tool_call"} for c in calls]))
        for call in calls:
            parts = [
                f'<passage id="p{n}.{k}">{"text 文字 " * rng.randrange(1, 60)}</passage>'
                for k in range(rng.randrange(9))
            ]
            messages.append(ToolMessage("\n".join(parts), tool_call_id=str(call["id"])))
    return messages


@pytest.mark.parametrize("seed", range(60))
def test_calls_and_results_stay_together_within_the_budget(seed: int) -> None:
    rng = random.Random(seed)
    messages = _turn(rng)
    budget = rng.choice([500, 1_000, 3_000, 50_000])
    sent = fit(messages, budget)
    open_calls: list[str] = []
    for message in sent:
        if isinstance(message, ToolMessage):
            open_calls.remove(message.tool_call_id)
            continue
        assert not open_calls
        if isinstance(message, AIMessage):
            open_calls = [str(call["id"]) for call in message.tool_calls]
    assert not open_calls
    asked = [m for m in messages if isinstance(m, HumanMessage)]
    assert asked[-1] in sent
    assert sent[0] == messages[0]
    kept = [m for m in asked if m in sent]
    assert kept == asked[len(asked) - len(kept) :]  # the oldest go first
    if sum(tokens_of(str(m)) for m in messages) * 2 < budget:
        assert sent == messages


def test_a_result_keeps_its_best_passages_whole() -> None:
    passages = [f'<passage id="p1.{n}">{"word " * 60}</passage>' for n in range(1, 9)]
    call = {"name": "search_knowledge", "args": {}, "id": "c", "type": "tool_call"}
    messages: list[BaseMessage] = [
        SystemMessage("rules"),
        HumanMessage("question"),
        AIMessage("", tool_calls=[call]),
        ToolMessage("\n".join(passages), tool_call_id="c", artifact={"tool": 1}),
    ]
    sent = fit(messages, 600)
    assert passages[0] in sent[-1].text
    assert passages[-1] not in sent[-1].text
    assert "more not shown" in sent[-1].text
    assert sum(tokens_of(message.text) for message in sent) <= 600
    assert messages[-1].text.count("<passage") == 8  # what the grounding reads stays whole
