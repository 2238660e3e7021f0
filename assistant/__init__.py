"""Compute Desk's agent. `from assistant import Assistant` is all that a script needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.answer import Answer, Citation
    from assistant.assistant import Assistant

__all__ = ["Answer", "Assistant", "Citation"]


def __getattr__(name: str) -> Any:
    """Load the public names when they are asked for: `import assistant` stays cheap."""
    if name == "Assistant":
        from assistant.assistant import Assistant

        return Assistant
    if name in ("Answer", "Citation"):
        from assistant import answer

        return getattr(answer, name)
    raise AttributeError(f"module 'assistant' has no attribute {name!r}")
