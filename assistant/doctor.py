"""What this machine has for the desk: keys, servers of models, extras, the home; and what to set.

Nothing but this machine is asked, and of a key only its name is ever told.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from pydantic import BaseModel, Field

from assistant import keys
from assistant.errors import DESK_ERRORS
from assistant.models.agreement import require_agreement
from assistant.models.loading import check_loadable
from assistant.models.specs import PROVIDERS, URL, is_loopback, ollama_address, parse_spec
from assistant.settings import load_settings

PORTS = {1234: "LM Studio", 8000: "vLLM", 8080: "llama.cpp"}
"""Where servers of models usually listen on this machine; Ollama says itself where it does."""
WAIT_S = 1.0
_MOST_MODELS = 50
_LONGEST_NAME = 200
_LARGEST = 1_000_000


class Key(BaseModel):
    """A provider's key; `held` says where it is (environment, keyring), None where it is not."""

    provider: str
    variable: str
    held: str | None = None


class Server(BaseModel):
    """A server of models on this machine, with the models that it names."""

    name: str
    url: str
    models: list[str] = Field(default_factory=list)


class Extra(BaseModel):
    """An optional part of the desk."""

    name: str
    installed: bool


class Model(BaseModel):
    """The chat model of the settings; `trouble` says why it cannot be asked, if so."""

    spec: str
    trouble: str | None = None
    hint: str | None = None


class Home(BaseModel):
    """The folder of the desk's state; `index` is ready, or not built yet."""

    path: str
    exists: bool
    library: str | None = None
    sources: int | None = None
    index: str = "not built yet"
    free_gb: float = 0.0
    trouble: str | None = None


class Report(BaseModel):
    """All that was found; `proposals` are commands that a person may run."""

    version: str
    python: str
    home: Home
    model: Model
    keys: list[Key]
    keyring: str | None = None
    servers: list[Server]
    not_asked: list[str]
    extras: list[Extra]
    live_sources: list[str]
    live_trouble: list[str] = Field(default_factory=list)
    proposals: list[str]


def examine(home: Path, ports: Sequence[int] = tuple(PORTS)) -> Report:
    """Look at this machine; about a second. `ports` are asked beside Ollama's. Raises
    `InvalidSetting` where the settings cannot be read."""
    with ThreadPoolExecutor(1) as aside:
        finding_keys = aside.submit(_keys)
        ollama = ollama_address()
        asked = {f"http://127.0.0.1:{port}": PORTS.get(port, "a server") for port in ports}
        if is_loopback(ollama):
            asked[ollama] = "Ollama"
        servers = _servers(asked)
        found, keyring = finding_keys.result()
    extras = [
        Extra(name=name, installed=find_spec(module) is not None)
        for name, module in {p.extra: p.module for p in PROVIDERS.values()}.items()
    ]
    on, broken = _live(home)
    return Report(
        version=version("compute-desk"),
        python=sys.version.split()[0],
        home=_home(home),
        model=_model(),
        keys=found,
        keyring=keyring,
        servers=servers,
        not_asked=[] if is_loopback(ollama) else [f"{ollama}: OLLAMA_HOST is not this machine"],
        extras=extras,
        live_sources=on,
        live_trouble=broken,
        proposals=_proposals(found, servers, extras, on),
    )


def _keys() -> tuple[list[Key], str | None]:
    """Which keys there are, and why the keyring could not be asked."""
    wanted = [(name, v) for name, p in PROVIDERS.items() for v in p.keys]
    names = [variable for _, variable in wanted]
    here = keys.from_environment(names, keys.environment())
    trouble = None
    kept: set[str] = set()
    try:
        kept = set(keys.from_keyring([name for name in names if name not in here]))
    except keys.KeyringUnavailable as error:
        trouble = error.message
    held = dict.fromkeys(here, "environment") | dict.fromkeys(kept, "keyring")
    return [Key(provider=p, variable=v, held=held.get(v)) for p, v in wanted], trouble


def _servers(asked: dict[str, str]) -> list[Server]:
    with ThreadPoolExecutor(len(asked) or 1) as pool:
        models = list(pool.map(_models_at, asked))
    return [
        Server(name=name, url=f"{url}/v1", models=found)
        for (url, name), found in zip(asked.items(), models, strict=True)
        if found is not None
    ]


def _models_at(url: str) -> list[str] | None:
    """The models that a server names; None where none answers as one does."""
    import httpx

    from kb.texts.cleaning import clean

    try:
        with (
            httpx.Client(timeout=WAIT_S, trust_env=False) as client,
            client.stream("GET", f"{url}/v1/models") as answer,
        ):
            if answer.status_code != 200:
                return None
            data = b""
            for piece in answer.iter_bytes():
                data += piece
                if len(data) > _LARGEST:
                    return None
        rows = _Models.model_validate_json(data).data
    except (httpx.HTTPError, ValueError):
        return None
    # Names come from another program: one plain line each, or left out.
    named = [row.id for row in rows[:_MOST_MODELS] if row.id == clean(row.id).strip()]
    return [name for name in named if name and len(name) <= _LONGEST_NAME and name.isprintable()]


class _ModelRow(BaseModel):
    id: str


class _Models(BaseModel):
    data: list[_ModelRow]


def _model() -> Model:
    settings = load_settings()
    shown = keys.without_secret(settings.model)
    try:
        spec = parse_spec(settings.model)
        check_loadable(spec)
        require_agreement(spec, settings.agreed_hosted)
    except DESK_ERRORS as error:
        return Model(spec=shown, trouble=error.message, hint=error.hint)
    return Model(spec=shown)


def _home(home: Path) -> Home:
    place = next(p for p in (home, *home.parents) if p.exists())
    report = Home(
        path=str(home), exists=home.exists(), free_gb=round(shutil.disk_usage(place).free / 1e9, 1)
    )
    if (home / "index" / "manifest.json").exists():
        report.index = "ready"
    if not report.exists:
        return report
    from assistant.knowledge import open_knowledge

    try:
        kb = open_knowledge(home, load_settings().embedder, lambda _: None, None)
        try:
            report.library, report.sources = kb.library_version, len(kb.sources())
        finally:
            kb.close()
    except DESK_ERRORS as error:
        report.trouble = error.message
    return report


def _live(home: Path) -> tuple[list[str], list[str]]:
    from assistant.sources import read_tables

    try:
        tables = [table for table in read_tables(home) if table.on]
    except DESK_ERRORS as error:
        return [], [error.message]
    return [t.name for t in tables if t.config], [t.trouble for t in tables if t.trouble]


def _proposals(
    found: Sequence[Key], servers: Sequence[Server], extras: Sequence[Extra], on: Sequence[str]
) -> list[str]:
    """Commands that use what is there: what runs on this machine before what does not."""
    made = []
    absent = {extra.name for extra in extras if not extra.installed}
    for server in servers:
        if "openai" in absent and server.models:
            made.append("pip install 'compute-desk[openai]'")
        made += [f"compute-desk config set 'model={server.url}#{n}'" for n in server.models[:3]]
    for key in found:
        if key.held and key.provider != URL:
            extra = PROVIDERS[key.provider].extra
            if extra in absent:
                made.append(f"pip install 'compute-desk[{extra}]'")
            made.append(f"compute-desk config set model={key.provider}:{_NAMES[key.provider]}")
    if not on:
        made.append("compute-desk sources list")
    return list(dict.fromkeys(made))


_NAMES = {
    "openai": "gpt-5-mini",
    "anthropic": "claude-haiku-4-5",
    "google_genai": "gemini-2.5-flash",
    "deepseek": "deepseek-v4-flash",
}
