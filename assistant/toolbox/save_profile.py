"""The agent's tool `save_profile`: proposes what to keep of the person's company.

It writes nothing. A turn holds text of the library, so what it proposes is saved only when the
person agrees to exactly these values (`Assistant.approve`, `compute-desk approve`).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool

from assistant.profile import load_profile, with_values
from assistant.toolbox.calls import Found, Output, as_tool, run

NAME = "save_profile"
EXAMPLES = (
    "Remember that we are a seed-stage company in France",
    "Please save that we raised $12M in a Series A",
    "Keep in mind that our investor is Index Ventures",
    "记住我们是A轮公司，融了1200万美元",
    "帮我记一下：我们在新加坡，种子轮",
    "請記住我們的投資方是Index Ventures",
)


def save_profile_tool(home: Path, today: date) -> BaseTool:
    """A tool that checks the values and proposes them; saving waits for the person."""

    def save_profile(
        runtime: ToolRuntime[Any, Any],
        stage: str | None = None,
        raised: str | None = None,
        country: str | None = None,
        funds: str | None = None,
        founded: str | None = None,
    ) -> Output:
        """Propose to keep what the person told of the company: stage, raised (with its currency),
        country, funds (comma-separated), founded (a date). Saved only when the person approves."""
        told = {
            "stage": stage, "raised": raised, "country": country, "funds": funds,
            "founded": founded,
        }  # fmt: skip
        given = {key: value for key, value in told.items() if value}

        def work(number: int) -> Found:
            with_values(load_profile(home), given, today)
            return Found({"proposed": given, "saved": False})

        return run(runtime, NAME, told, work)

    return as_tool(save_profile, proposes=True)
