"""Nothing leaves this machine before the person was told what would, and agreed: per receiver."""

from __future__ import annotations

from assistant.answer import Language
from assistant.context import TURNS
from assistant.errors import AssistantError
from assistant.models.specs import ModelSpec
from assistant.models.words import model_words

SETTING = "agreed_hosted"


class NotAgreed(AssistantError):
    """A hosted model was chosen, and nobody has agreed to send questions to it."""

    code = "not_agreed"


def require_agreement(spec: ModelSpec, agreed: str) -> None:
    """Raises `NotAgreed` where a model is not on this machine and its receiver is not among
    `agreed`, names with commas between them."""
    if spec.is_hosted and spec.receiver not in names_in(agreed):
        command = f"compute-desk config set {SETTING}={with_name(agreed, spec.receiver)}"
        raise NotAgreed(notice(spec, "en").rstrip("."), f"if you agree: {command}")


def notice(spec: ModelSpec, language: Language) -> str:
    """What leaves this machine when a model is asked."""
    words = model_words(language)
    return words.leaves.format(model=spec.text, receiver=spec.receiver, turns=TURNS)


def names_in(agreed: str) -> list[str]:
    """The receivers that a person agreed to."""
    return [name.strip().lower() for name in agreed.split(",") if name.strip()]


def with_name(agreed: str, name: str) -> str:
    """The setting with one more receiver."""
    return ",".join(dict.fromkeys([*names_in(agreed), name]))
