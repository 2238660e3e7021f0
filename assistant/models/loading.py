"""From a spec to a chat model: its package, its key, its own connections."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from assistant import keys
from assistant.errors import ModelUnavailable
from assistant.models.limits import Limits
from assistant.models.specs import PROVIDERS, URL, ModelSpec

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

SAYS_END = ("openai", "deepseek", URL)
"""Providers whose streams tell why they end (`finish_reason`)."""


def check_loadable(spec: ModelSpec) -> SecretStr | None:
    """The key of a model, where it needs one. Raises `ModelUnavailable` naming the extra to
    install or the key to set. Nothing is imported or asked."""
    provider = PROVIDERS.get(spec.provider)
    if provider is None:
        return None
    if find_spec(provider.module) is None:
        raise ModelUnavailable(
            f"model {spec.text!r} needs a package that is missing",
            f"pip install 'compute-desk[{provider.extra}]'",
        )
    key = key_of(spec.provider)
    if key is None and provider.keys and spec.provider != URL:
        name = provider.keys[0]
        raise ModelUnavailable(
            f"model {spec.text!r} needs a key",
            f"set {name} in the environment, or: compute-desk config key {spec.provider}",
        )
    return key


def key_of(provider: str) -> SecretStr | None:
    """The key of a provider: from the environment, else from the system's keyring. An address
    has its own (COMPUTE_DESK_MODEL_KEY): no other provider's key is ever sent to it."""
    variables = PROVIDERS[provider].keys
    if not variables:
        return None
    found = keys.from_environment(variables, keys.environment())
    if not found and provider != URL:
        try:
            found = keys.from_keyring(variables)
        except keys.KeyringUnavailable:
            found = {}
    return next((found[name] for name in variables if name in found), None)


@asynccontextmanager
async def opened_model(spec: ModelSpec, limits: Limits) -> AsyncIterator[BaseChatModel]:
    """The chat model of a spec, with connections of its own that are closed at the end: those
    that a package keeps for all event loops break in the second one. Raises `ModelUnavailable`.
    """
    key = check_loadable(spec)
    options: dict[str, Any] = {"timeout": limits.first_token, "max_retries": 0}
    if key is not None:
        options["api_key"] = key
    if spec.provider not in SAYS_END:
        yield _made(spec, _fitting(spec, options))
        return
    import httpx

    async with httpx.AsyncClient(timeout=limits.first_token, trust_env=spec.is_hosted) as client:
        options |= {"stream_usage": True, "http_async_client": client}
        if spec.url is not None:
            options |= {"base_url": spec.url, "api_key": key or SecretStr("none")}
            options["temperature"] = 0
        yield _made(spec, options)


def _fitting(spec: ModelSpec, options: dict[str, Any]) -> dict[str, Any]:
    """The options that a provider's package takes."""
    if spec.provider == "ollama":
        return {"base_url": spec.url, "client_kwargs": {"timeout": options["timeout"]}}
    if spec.provider == "google_genai":
        return options | {"max_retries": 1}  # it counts attempts
    return options


def _made(spec: ModelSpec, options: dict[str, Any]) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    provider = "openai" if spec.provider == URL else spec.provider
    try:
        made: BaseChatModel = init_chat_model(spec.name, model_provider=provider, **options)
        return made
    except ImportError as error:
        raise ModelUnavailable(
            f"model {spec.text!r} needs a package that is missing",
            f"pip install the LangChain package for {provider!r}",
        ) from error
    except Exception as error:  # every provider raises its own kind; keys may be in the text
        raise ModelUnavailable(
            f"model {spec.text!r} cannot be used ({type(error).__name__})",
            f"check its settings and key; the package is LangChain's for {provider!r}",
        ) from None
