"""Settings as a person sees and changes them: each with where it comes from, kept in
HOME/settings.toml with its comments. No secret is a setting."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from assistant.errors import InvalidSetting
from assistant.keys import without_secret
from assistant.settings import FILE, PREFIX, Settings, load_settings
from assistant.toml_file import changed

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


class SettingState(BaseModel):
    """A setting as it holds now. `origin` is environment, settings.toml or default."""

    name: str
    value: Any
    origin: str
    variable: str
    description: str


def setting_states(home: Path) -> list[SettingState]:
    """Every setting with where it comes from. Raises `InvalidSetting`."""
    settings = load_settings()
    kept = _kept(home)
    states = []
    for name, field in Settings.model_fields.items():
        variable = f"{PREFIX}{name.upper()}"
        origin = "settings.toml" if name in kept else "default"
        value = settings.model_dump(mode="json")[name]
        states.append(
            SettingState(
                name=name,
                value=without_secret(value),
                origin="environment" if _is_set(variable) else origin,
                variable=variable,
                description=field.description or "",
            )
        )
    return states


def change_settings(home: Path, given: Mapping[str, str]) -> None:
    """Keep settings, all or none; an empty value takes one out again. Raises `InvalidSetting`."""
    values = {name: _checked(name, text) for name, text in given.items()}

    def change(document: TOMLDocument) -> None:
        for name, value in values.items():
            if value is None:
                document.pop(name, None)
            else:
                document[name] = value

    changed(home / FILE, change)


def _checked(name: str, text: str) -> Any:
    """The value as its setting reads it, ready for TOML; None for an empty text."""
    if name not in Settings.model_fields:
        near = difflib.get_close_matches(name, list(Settings.model_fields), n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(Settings.model_fields)}"
        raise InvalidSetting(f"there is no setting {name[:40]!r}", hint)
    if not text:
        return None
    try:
        read = Settings.__pydantic_validator__.validate_assignment(
            Settings.model_construct(), name, text
        )
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        description = Settings.model_fields[name].description or ""
        raise InvalidSetting(f"setting {name!r}: {first['msg']}", description) from None
    if name == "model":
        from assistant.models.specs import parse_spec

        parse_spec(text)
    value = getattr(read, name)
    return value if isinstance(value, bool | int | float | str) else str(value)


def _kept(home: Path) -> dict[str, Any]:
    try:
        return tomllib.loads((home / FILE).read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        return {}


def _is_set(variable: str) -> bool:
    return any(name.upper() == variable for name in os.environ)
