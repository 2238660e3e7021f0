"""The few settings there are: environment over HOME/settings.toml over defaults."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from assistant.errors import InvalidSetting

if TYPE_CHECKING:
    from assistant.models.limits import Limits


FILE = "settings.toml"
PREFIX = "COMPUTE_DESK_"


def default_home() -> Path:
    """Where state lives: COMPUTE_DESK_HOME, else the platform's user data folder."""
    from platformdirs import user_data_path

    named = os.environ.get("COMPUTE_DESK_HOME")
    return Path(named).expanduser() if named else user_data_path("compute-desk", appauthor=False)


class Settings(BaseSettings):
    """Settings of one desk. Each is also an environment variable, COMPUTE_DESK_<NAME>."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    model: str = Field(
        default="builtin",
        description="Chat model: builtin, openai:gpt-5-mini, http://127.0.0.1:8080/v1#NAME ...",
    )
    agreed_hosted: str = Field(
        default="",
        description="Who may be sent questions: providers or hosts, with commas between them.",
    )
    max_cost_per_turn: Decimal | None = Field(
        default=None, ge=0, description="US dollars that a turn may cost by list price."
    )
    max_calls_per_turn: int = Field(
        default=8, ge=1, le=50, description="Calls of the chat model that a turn may make."
    )
    turn_timeout: float = Field(
        default=180.0, gt=0, description="Seconds that a chat model may take for a turn."
    )
    model_context: int = Field(
        default=24_000, ge=500, description="Tokens that a chat model is sent at most."
    )
    embedder: str | None = Field(
        default=None,
        description="A sentence-transformers model, local path or name; default: the bundled one.",
    )
    reranker: str | None = Field(
        default=None,
        description="A sentence-transformers cross-encoder that reads the best hits once more.",
    )
    language: Literal["en", "zh-Hans", "zh-Hant"] | None = Field(
        default=None, description="Language of the interface; default: that of the terminal."
    )
    kb_url: str | None = Field(
        default=None,
        description="A Chroma server with a published library, read in place of one in the home.",
    )
    send_gaps: bool | None = Field(
        default=None,
        description="Whether questions that the published library did not answer go to the fund.",
    )
    trace_text: bool = Field(
        default=False,
        description="Whether OpenTelemetry spans carry questions, answers and arguments.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = default_home() / FILE
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=file)


def turn_limits(settings: Settings) -> Limits:
    """What a turn with a chat model may take."""
    from assistant.models.limits import Limits

    return Limits(
        turn=settings.turn_timeout,
        calls=settings.max_calls_per_turn,
        cost_usd=settings.max_cost_per_turn,
        context=settings.model_context,
    )


def kb_key() -> str | None:
    """The key for `kb_url`, from COMPUTE_DESK_KB_KEY only: it stands in no file and no option."""
    return os.environ.get("COMPUTE_DESK_KB_KEY") or None


def load_settings() -> Settings:
    """Read the settings. Raises `InvalidSetting` naming the one that is not understood."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise InvalidSetting(
            f"setting {name!r}: {first['msg']}", f"check {default_home() / 'settings.toml'}"
        ) from error
    except (OSError, ValueError) as error:  # ValueError: TOML that does not parse
        raise InvalidSetting(
            f"settings.toml cannot be read: {error}", f"mend {default_home() / 'settings.toml'}"
        ) from error
