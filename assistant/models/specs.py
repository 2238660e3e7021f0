"""How a chat model is named in a setting, an option or Python.

builtin                                the desk's own model
openai:gpt-5-mini                      a provider that LangChain knows, and its model
http://127.0.0.1:8080/v1#model-name    a server that speaks OpenAI's chat completions
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from assistant.errors import ModelUnavailable
from assistant.keys import environment

BUILTIN = "builtin"
URL = "url"
"""The provider of a spec that is an address."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider with an extra of ours: what it needs. `keys`: variables, the first is preferred;
    `module` is what has to be importable."""

    title: str
    extra: str
    module: str
    keys: tuple[str, ...] = ()


PROVIDERS = {
    "openai": Provider("OpenAI", "openai", "langchain_openai", ("OPENAI_API_KEY",)),
    "anthropic": Provider("Anthropic", "anthropic", "langchain_anthropic", ("ANTHROPIC_API_KEY",)),
    "google_genai": Provider(
        "Google", "google", "langchain_google_genai", ("GOOGLE_API_KEY", "GEMINI_API_KEY")
    ),
    "ollama": Provider("Ollama", "ollama", "langchain_ollama"),
    "deepseek": Provider("DeepSeek", "deepseek", "langchain_deepseek", ("DEEPSEEK_API_KEY",)),
    URL: Provider("OpenAI-compatible", "openai", "langchain_openai", ("COMPUTE_DESK_MODEL_KEY",)),
}
EXAMPLES = "builtin, openai:gpt-5-mini, ollama:qwen3 or http://127.0.0.1:8080/v1#model-name"


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model as it was named. `url` is set for a server's address, and for Ollama's."""

    text: str
    provider: str
    name: str
    url: str | None = None

    @property
    def is_hosted(self) -> bool:
        """Whether what it is asked leaves this machine."""
        if self.provider == BUILTIN:
            return False
        return self.url is None or not is_loopback(self.url)

    @property
    def receiver(self) -> str:
        """Who is sent the question: the provider's name, or the host of an address."""
        return host_of(self.url) if self.url else self.provider


def parse_spec(text: str) -> ModelSpec:
    """Read a spec. Raises `ModelUnavailable` saying what would be right."""
    text = text.strip()
    if text == BUILTIN:
        return ModelSpec(text, BUILTIN, BUILTIN)
    if "://" in text:
        return _at_address(text)
    provider, colon, name = text.partition(":")
    if not (colon and name and provider.isidentifier()):
        raise _not_understood(text)
    if provider not in PROVIDERS and not _langchain_knows(provider):
        raise _not_understood(text)
    url = ollama_address() if provider == "ollama" else None
    return ModelSpec(text, provider, name, url)


def ollama_address() -> str:
    """Where Ollama is asked: OLLAMA_HOST as Ollama itself reads it, else its usual address."""
    named = environment().get("OLLAMA_HOST", "").strip()
    if not named:
        return "http://127.0.0.1:11434"
    address = named if "://" in named else f"http://{named}"
    parts = urlsplit(address)
    host = parts.hostname or "127.0.0.1"
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # it listens there
    try:
        port = parts.port or 11434
    except ValueError:
        port = 11434
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def host_of(url: str) -> str:
    """The host of an address, as a person agrees to it."""
    return (urlsplit(url).hostname or "").lower()


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine."""
    host = host_of(url)
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _at_address(text: str) -> ModelSpec:
    url, _, name = text.partition("#")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        usable = False
    if not usable or not name:
        raise ModelUnavailable(
            "the model's address is not understood",
            "write http://HOST:PORT/v1#MODEL, such as http://127.0.0.1:8080/v1#model-name",
        )
    if parts.username or parts.password or parts.query:
        raise ModelUnavailable(
            "a model's address holds no user, password or key",
            "put the key into COMPUTE_DESK_MODEL_KEY",
        )
    return ModelSpec(text, URL, name, url.rstrip("/"))


def _not_understood(text: str) -> ModelUnavailable:
    shown = text[:60]
    provider, colon, name = text.partition(":")
    near = difflib.get_close_matches(provider, [BUILTIN, *PROVIDERS], n=1, cutoff=0.6)
    if near and near[0] == BUILTIN and not name:
        hint = "did you mean builtin?"
    elif near and near[0] in PROVIDERS and near[0] != URL:
        hint = f"did you mean {near[0]}:{name or 'MODEL'}?"
    elif not colon and provider.startswith(("gpt-", "o3", "o4")):
        hint = f"did you mean openai:{shown}?"
    elif not colon and provider.startswith("claude"):
        hint = f"did you mean anthropic:{shown}?"
    elif not colon and provider.startswith("gemini"):
        hint = f"did you mean google_genai:{shown}?"
    else:
        hint = f"use {EXAMPLES}"
    return ModelUnavailable(f"model {shown!r} is not understood", hint)


def _langchain_knows(provider: str) -> bool:
    """Whether LangChain has a package of its own for a provider without an extra of ours."""
    from langchain.chat_models import base

    return provider in getattr(base, "_BUILTIN_PROVIDERS", ())
