"""The profile of the founder's company: read from words, kept in HOME/profile.json."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from assistant.errors import InvalidProfile, InvalidSetting
from kb.home import write_atomically
from kb.programs.conditions import Stage
from kb.programs.partial_dates import bounds, months_before
from kb.programs.profile import Profile, ProfileField
from kb.programs.regions import country_code
from kb.texts.cleaning import clean
from kb.texts.folding import fold
from tools.errors import InvalidInput
from tools.quantities import Unit, find_quantities, parse_money

FIELDS: tuple[ProfileField, ...] = get_args(ProfileField)
STAGE_WORDS: dict[Stage, str] = {
    "pre_seed": r"pre[-_ ]?seed|种子前轮?|种子轮前",
    "seed": r"seed|angel|pre[-_ ]?a|种子轮?|天使轮?|pre[-_ ]?a轮",
    "series_a": r"(?:series[-_ ]?)?a\+?|a\+?轮",
    "series_b": r"(?:series[-_ ]?)?b\+?|b\+?轮",
    "series_c": r"(?:series[-_ ]?)?c\+?|c\+?轮",
    "growth": r"growth|late[-_ ]?stage|(?:series[-_ ]?)?[d-h]\+?|[d-h]\+?轮|成长期?|后期",
    "public": r"public|listed|ipo|已?上市(?:公司)?",
}
"""How people write a stage, folded (see `kb.texts.folding`). An angel round counts as seed."""
_YES = re.compile(r"yes|y|true|1|是的?|有|对|已")
_NO = re.compile(r"no|n|false|0|否|不|不是|没有?|无|未")
_NONE = re.compile(r"none|nobody|no|nil|无|没有|暂无")
_BETWEEN = re.compile(r"[,，、;；]")
_LARGEST = 100_000  # bytes of a file that can be a profile
_HIGHEST = 10**18  # YAML writes numbers (0xfff...) that Python will not print


def profile_path(home: Path) -> Path:
    """Where the profile of a home lies."""
    return home / "profile.json"


def load_profile(home: Path) -> Profile:
    """The saved profile; an empty one where none was saved. Raises `InvalidSetting`."""
    path = profile_path(home)
    try:
        return Profile.model_validate_json(_read(path))
    except FileNotFoundError:
        return Profile()
    except (OSError, ValueError) as error:
        raise InvalidSetting(
            f"{path.name} cannot be read: {_reason(error)}",
            f"mend or remove {path}, then compute-desk profile set KEY=VALUE",
        ) from error


def save_profile(home: Path, profile: Profile) -> None:
    """Keep a profile: the old one or the new one is there, also after a kill."""
    home.mkdir(parents=True, exist_ok=True)
    text = json.dumps(profile.model_dump(mode="json"), ensure_ascii=False, indent=2)
    write_atomically(profile_path(home), f"{text}\n".encode())


def read_profile(path: Path, today: date, keys: Collection[str] = ()) -> Profile:
    """The profile in a YAML, JSON or TOML file; `keys` as in `with_values`. Raises
    `InvalidProfile`."""
    try:
        values = _parsed(path.suffix.lower(), _read(path).decode("utf-8-sig"))
    except OSError as error:
        raise InvalidProfile(f"{path} cannot be read: {error.strerror}", "name a file") from error
    except Exception as error:  # each format raises its own kind
        raise InvalidProfile(
            f"{path.name} cannot be read: {_reason(error)}", "write YAML, JSON or TOML"
        ) from error
    if isinstance(values, dict) and list(values) == ["profile"]:
        values = values["profile"]  # as `profile show --json` prints it
    if not isinstance(values, dict):
        raise InvalidProfile(f"{path.name} holds no values", "write, for example, stage: seed")
    values = {str(key): value for key, value in values.items()}
    answers = values.pop("answers", None)
    if answers is not None and not isinstance(answers, dict):
        raise InvalidProfile("answers: holds no values", "write, for example, incorporated: yes")
    given = {str(key): value for key, value in (answers or {}).items()}
    return with_values(Profile(), values | given, today, {*keys, *given})


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise ValueError("it is too large for a profile")
    return data


def with_values(
    profile: Profile, values: Mapping[str, Any], today: date, keys: Collection[str] = ()
) -> Profile:
    """A profile with some values changed, as people write them; an empty one clears its field.

    `keys` are those of answers that programs ask for, yes or no (`matching.questions`). Raises
    `InvalidProfile` that names what is allowed.
    """
    found: dict[str, Any] = {}
    answers = dict(profile.answers or {})
    for key, value in values.items():
        name = str(key).strip().lower()
        if name in keys or name in answers:
            answers.pop(name, None)
            if not _is_empty(value):
                answers[name] = _answer(name, value)
            continue
        if name not in FIELDS:
            known = ", ".join([*FIELDS, *sorted(keys)])
            raise InvalidProfile(f"a profile has no {name[:40]!r}", f"keys: {known}")
        parts = value if name == "funds" and isinstance(value, list) else [value]
        if not (name == "raised" and isinstance(value, dict)) and not all(map(_is_plain, parts)):
            raise InvalidProfile(f"{name}: is no single value", "write, for example, stage: seed")
        found[name] = None if _is_empty(value) else _READERS[name](value, today)
    found["answers"] = answers or None
    try:
        return Profile.model_validate(profile.model_dump() | found)
    except ValidationError as error:
        raise InvalidProfile(_reason(error), f"keys: {', '.join(FIELDS)}") from error


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _answer(name: str, value: Any) -> bool:
    if not _is_plain(value):
        raise InvalidProfile(f"{name}: is no single value", f"write {name}=yes")
    said = fold(str(value)).strip()  # YAML and JSON give true and false
    if _YES.fullmatch(said):
        return True
    if _NO.fullmatch(said):
        return False
    raise InvalidProfile(f"{name}: {_shown(value)} is neither yes nor no", f"write {name}=yes")


def stage_of(text: str) -> Stage | None:
    """The stage that a word names, or None."""
    word = re.sub(r"\s*(?:round|stage|融资|阶段)$", "", fold(text).strip())
    return next((s for s, pattern in STAGE_WORDS.items() if re.fullmatch(pattern, word)), None)


def _stage(value: Any, _today: date) -> Stage:
    stage = stage_of(str(value))
    if stage is None:
        allowed = ", ".join(get_args(Stage))
        raise InvalidProfile(f"stage: {_shown(value)} is no stage", f"one of {allowed}")
    return stage


def _raised(value: Any, _today: date) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    if isinstance(value, float):
        value = Decimal(str(value)).normalize()
    text = f"{value:f}" if isinstance(value, Decimal) else str(value).strip()
    if _NONE.fullmatch(fold(text)):
        return {"amount": 0, "currency": "USD"}
    try:
        amount, currency = parse_money(text)
    except InvalidInput as error:
        raise InvalidProfile(f"raised: {error.message}", error.hint) from error
    if currency is None and amount and re.search(r"[万亿萬億千]", text):
        raise InvalidProfile(
            f"raised: {_shown(value)} names no currency", "write 3000万人民币 or 300万美元"
        )
    return {"amount": amount, "currency": currency or "USD"}


def _country(value: Any, _today: date) -> str:
    # YAML reads the code of Norway, NO, as false.
    code = "NO" if value is False else country_code(str(value))
    if code is None:
        raise InvalidProfile(
            f"country: {_shown(value)} is no country", "a name or ISO code: US, France, 新加坡"
        )
    return code


def _funds(value: Any, _today: date) -> list[str]:
    parts = value if isinstance(value, list) else _BETWEEN.split(str(value))
    names = [" ".join(clean(str(part)).split()).strip("\"'“”") for part in parts]
    names = [name for name in dict.fromkeys(names) if name]
    return [] if len(names) == 1 and _NONE.fullmatch(fold(names[0])) else names


def _founded(value: Any, today: date) -> str:
    text = str(value).strip()
    try:
        iso = _date_of(text, today)
        first = bounds(iso)[0]
    except (ValueError, IndexError) as error:
        raise InvalidProfile(
            f"founded: {_shown(value)} is no date",
            "write 2024, 2024-03, 2024-03-15 or 2 years ago",
        ) from error
    if first > today:
        raise InvalidProfile(f"founded: {iso} is still to come", "give the day of founding")
    return iso


def _date_of(text: str, today: date) -> str:
    """The ISO date, or interval of months, that a date or an age names; else empty."""
    found = find_quantities(text)
    if len(found) == 1 and found[0].said_unit in ("year", "month"):
        return _born(int(found[0].said_value), found[0].said_unit, today)
    if "/" in text:
        return text
    whole = len(found) == 1 and found[0].text == text
    return (found[0].iso or "") if whole and found[0].unit in (Unit.YEAR, Unit.DATE) else ""


def _born(age: int, unit: str, today: date) -> str:
    """The months in which a company was founded that is so many whole years or months old."""
    step = 12 if unit == "year" else 1
    first = months_before(today, (age + 1) * step).isoformat()[:7]
    return f"{first}/{months_before(today, age * step).isoformat()[:7]}"


_READERS: dict[str, Callable[[Any, date], Any]] = {
    "stage": _stage,
    "raised": _raised,
    "country": _country,
    "funds": _funds,
    "founded": _founded,
}


def _parsed(suffix: str, text: str) -> Any:
    if suffix == ".toml":
        import tomllib

        return tomllib.loads(text)
    if suffix == ".json":
        return json.loads(text)
    import yaml

    return yaml.safe_load(text)


def _is_plain(value: Any) -> bool:
    if isinstance(value, int) and abs(value) > _HIGHEST:
        return False
    return value is None or isinstance(value, str | int | float | date)


def _shown(value: Any) -> str:
    return repr(str(value).strip()[:40])


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        return f"{place}: {reason}" if place else reason
    return " ".join(str(error).split()) or type(error).__name__
