"""The language of the interface: a setting, else what the terminal says. Cheap to import."""

from __future__ import annotations

import os
from typing import Literal

Language = Literal["en", "zh-Hans", "zh-Hant"]


def language_of(tag: str | None) -> Language:
    """The interface language for a language tag or locale ("zh-Hant", "zh_TW.UTF-8", "de")."""
    parts = (tag or "").replace("_", "-").split(".")[0].split("@")[0].lower().split("-")
    if parts[0] != "zh":
        return "en"
    if "hans" in parts:
        return "zh-Hans"
    return "zh-Hant" if {"hant", "tw", "hk", "mo"} & set(parts[1:]) else "zh-Hans"


def language_of_environment() -> Language:
    """The interface language of this terminal: the first locale variable that is set."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if tag := os.environ.get(name):
            return language_of(tag)
    return "en"


def interface_language() -> Language:
    """The language of the settings, else of the terminal. Raises `InvalidSetting`."""
    from assistant.settings import load_settings

    return load_settings().language or language_of_environment()
