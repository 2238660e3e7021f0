"""docs/sources.md tells of every source: its name, its keys, its address."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.sources import all as all_module
from tools.sources.all import KNOWN, Known, all_sources, source_named
from tools.sources.source import HttpConfig

PAGE = (Path(__file__).parents[3] / "docs" / "sources.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [each.name for each in all_sources()])
def test_the_page_tells_of_it(name: str) -> None:
    source = next(each for each in all_sources() if each.name == name)
    place = "\n## {}\n" if source.kind == "market" else "\n| {} |"
    assert place.format(source.title) in PAGE
    assert [key.env for key in source.keys if f"`{key.env}`" not in PAGE] == []
    if source.kind == "market" and issubclass(source.config, HttpConfig):
        assert f"`{source.config().url}`" in PAGE


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_what_is_told_without_loading_it_is_so(known: Known) -> None:
    source = source_named(known.name)
    assert source is not None
    assert source.name == known.name
    assert source.kind == known.kind
    assert any(key.required for key in source.keys) == known.needs_key


def test_no_file_of_a_source_is_left_out() -> None:
    folder = Path(all_module.__file__).parent
    files = {path.stem for path in folder.glob("*.py")
             if "\nSOURCE = " in path.read_text(encoding="utf-8")}  # fmt: skip
    assert files == {known.module for known in KNOWN}
