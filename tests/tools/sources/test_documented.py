"""docs/sources.md tells of every source: its name, its keys, its address."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.sources.all import ALL
from tools.sources.source import HttpConfig

PAGE = (Path(__file__).parents[3] / "docs" / "sources.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [each.name for each in ALL])
def test_the_page_tells_of_it(name: str) -> None:
    source = next(each for each in ALL if each.name == name)
    place = "\n## {}\n" if source.kind == "market" else "\n| {} |"
    assert place.format(source.title) in PAGE
    assert [key.env for key in source.keys if f"`{key.env}`" not in PAGE] == []
    if source.kind == "market" and issubclass(source.config, HttpConfig):
        assert f"`{source.config().url}`" in PAGE
