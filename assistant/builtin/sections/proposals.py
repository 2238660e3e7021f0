"""What the person wants to be kept: shown, and saved only when they approve it."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.builtin.sections import Section
from assistant.evidence import Artifact
from assistant.phrases import Phrases


def proposal_section(done: Sequence[Artifact], say: Phrases) -> Section:
    """The values as they would be saved, and how to agree; or what could be kept."""
    proposed = next((each.tool for each in done if each.tool.name == "save_profile"), None)
    if proposed is None:
        return Section([say.remember_ask], asked_back=True)
    if not proposed.ok:
        return Section([say.failure(proposed.error, proposed.hint)], answered=False)
    values = proposed.result["proposed"]
    lines = [f"- {key}: {value} [{proposed.id}:proposed.{key}]" for key, value in values.items()]
    return Section([say.proposed, "", *lines, "", say.approve_how])
