"""What leaves with a publication, and what a founder's desk takes from a server: nothing that is
fund-only, and nothing on trust."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from kb import starter
from kb.errors import PublishedUnusable, UnknownSource
from kb.knowledge_base import KnowledgeBase
from kb.publication.address import Address
from kb.publication.published import PublishedKnowledge
from kb.publication.publishing import Part, Snapshot, publish
from kb.publication.server import ChromaServer
from kb.records import Passage, Source
from kb.retrieval.chroma import Stored
from kb.retrieval.upkeep import RECIPE
from tests.chroma_server import ChromaProcess
from tests.kb.conftest import WordEmbedder

pytestmark = pytest.mark.xdist_group("chroma")

Open = Callable[..., KnowledgeBase]
SECRET = "Quokkafish"
COPIES = '{"recipe": 1, "versions": {}, "pairs": [], "groups": []}'


def holds(folder: Path, word: str) -> bool:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return any(word.lower().encode() in path.read_bytes().lower() for path in files)


def plant(kb: KnowledgeBase, folder: Path) -> None:
    """A fund-only article, a fund-only program and a fund-only term of a public one."""
    memo = folder / "memo.md"
    memo.write_text(f"# The {SECRET} memo\n\nThe {SECRET} cluster has 768 accelerators.\n")
    kb.add(memo, fund=True)
    data = yaml.safe_load(starter.files("generate")["generate.yaml"])
    term = data["terms"][0] | {"en": f"{SECRET} pays nothing.", "zh-Hans": f"{SECRET}不付钱。"}
    data["terms"].append(term | {"visibility": "fund", "publisher": f"{SECRET} desk"})
    public = folder / "generate.yaml"
    public.write_text(yaml.safe_dump(data, allow_unicode=True))
    kb.add(public)
    hidden = folder / "quokka.yaml"
    data |= {"id": "quokka", "visibility": "fund", "aliases": [f"{SECRET} plan"]}
    hidden.write_text(yaml.safe_dump(data, allow_unicode=True))
    kb.add(hidden)


@pytest.mark.parametrize("fund", [False, True])
def test_nothing_that_is_fund_only_reaches_the_server(
    open_kb: Open, embedder: WordEmbedder, tmp_path: Path, fund: bool
) -> None:
    server = ChromaProcess(tmp_path / "chroma")
    server.start()
    try:
        kb = open_kb(fund=fund)
        plant(kb, tmp_path)
        assert any(SECRET in hit.passage.text for hit in open_kb(fund=True).search(SECRET, 5))
        kb.record_gap(f"Where is {SECRET}?", "en", [SECRET])
        done = kb.publish(server.root, None)
        assert SECRET not in repr(done)
        assert "quokka" not in repr(done).lower()
        assert done.library_version == open_kb().library_version
        desk = PublishedKnowledge.open(tmp_path / "founder", server.root, embedder=embedder)
        assert all(SECRET not in hit.passage.text for hit in desk.search(SECRET, 50))
        assert desk.sources() == open_kb().sources()
        assert desk.programs() == [
            p for p in open_kb().programs() if p.id in {s.id for s in desk.sources()}
        ]
        assert desk.find_program("quokka") is None
        desk.close()
    finally:
        server.kill()
    assert holds(tmp_path / "chroma", "generate")
    assert not holds(tmp_path / "chroma", SECRET)
    assert not holds(tmp_path / "founder", SECRET)


def test_what_is_taken_back_is_gone_with_the_next_publication(
    open_kb: Open, embedder: WordEmbedder, tmp_path: Path, chroma: ChromaProcess
) -> None:
    url = chroma.database()
    kb = open_kb(fund=True)
    memo = tmp_path / "memo.md"
    memo.write_text(f"# The {SECRET} memo\n\nThe {SECRET} cluster has 768 accelerators.\n")
    old = kb.add(memo).source
    kb.publish(url, None)
    desk = PublishedKnowledge.open(tmp_path / "founder", url, embedder=embedder)
    assert SECRET in desk.search(SECRET, 1)[0].passage.text
    kb.add(memo, fund=True, replace=old.id)
    kb.publish(url, None)
    assert all(SECRET not in hit.passage.text for hit in desk.search(SECRET, 50))
    for version in (None, old.version):
        with pytest.raises(UnknownSource):
            desk.source(old.id, version)
    desk.close()
    server = ChromaServer(Address.parse(url), None)
    for name in server.names():
        place = server.collection(name)
        assert place is not None
        assert all(SECRET not in row.document for row in server.first(place, 5_000))
    server.close()


# What follows is a publisher who means harm: every hash fits, the content does not.


def source(**fields: Any) -> Source:
    base = Source("memo", "0123456789ab", "article", "Memo", "en", "The fund lends 512 GPUs.")
    return replace(base, **fields)


def part(of: Source, key: str = "", **fields: Any) -> Part:
    place = Passage(of.id, of.version, 0, len(of.text), of.text, of.language, of.title)
    vector = np.full(1024, 1 / 32, dtype=np.float32)
    return Part(
        of, None, [Stored(key or f"{of.id}@{of.version}#0", replace(place, **fields), "", vector)]
    )


def snapshot(*parts: Part, **fields: Any) -> Snapshot:
    base = Snapshot(
        "0123456789ab", "words:1", f"{RECIPE}:x", {"nvidia": ["nvidia"]}, COPIES, parts, ()
    )
    return replace(base, **fields)


def program(**fields: Any) -> Part:
    record = starter.programs()[0]
    made = part(source(id=record.id, kind="program"))
    return replace(made, program=record.model_copy(update=fields))


HOSTILE = {
    "a program that steers": snapshot(program(aliases=["\x1b[2J"])),
    "a program for the fund": snapshot(program(visibility="fund")),
    "a program under another name": snapshot(program(id="somebody-else")),
    "escape in a text": snapshot(part(source(text="\x1b]0;owned\x07 GPUs"))),
    "bidi in a title": snapshot(part(source(title="\u202eMemo"))),
    "a path for an id": snapshot(part(source(id="../../../etc/passwd"))),
    "an absolute path": snapshot(part(source(id="/tmp/owned"))),
    "an endless id": snapshot(part(source(id="m" * 900))),
    "another kind": snapshot(part(source(kind="virus"))),
    "a quote that is not there": snapshot(part(source(), text="The fund lends 9,999 GPUs.")),
    "an offset outside": snapshot(part(source(), start=-3)),
    "a parent outside": snapshot(part(source(), parent_end=999)),
    "a passage of another source": snapshot(part(source(), source="other")),
    "a key of another source": snapshot(part(source(), key="other@0123456789ab#0")),
    "a control character in an alias": snapshot(part(source()), aliases={"a": ["x\x1b[31m"]}),
    "an endless alias": snapshot(part(source()), aliases={"a": ["x" * 1500]}),
    "too many aliases": snapshot(part(source()), aliases={"a": [str(n) for n in range(60_000)]}),
    "copies of no shape": snapshot(
        part(source()),
        copies='{"recipe": 1, "versions": {}, "pairs": [], "groups": [[["memo"], "1", {}]]}',
    ),
    "copies without end": snapshot(part(source()), copies="[" * 100_000),
    "an embedder that steers": snapshot(part(source()), embedder="\x1b[2J"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_content_that_means_harm_is_refused(
    chroma: ChromaProcess, tmp_path: Path, embedder: WordEmbedder, name: str
) -> None:
    url = chroma.database()
    server = ChromaServer(Address.parse(url), None)
    publish(server, lambda: HOSTILE[name], holder="x")
    server.close()
    desk = PublishedKnowledge.open(tmp_path / "founder", url, embedder=embedder)
    before = {path for path in tmp_path.rglob("*") if "founder" not in path.parts}
    with pytest.raises(PublishedUnusable) as caught:
        desk.search("GPUs", 5)
    assert caught.value.message.isprintable()
    assert {path for path in tmp_path.rglob("*") if "founder" not in path.parts} == before
    desk.close()


def test_a_harmless_one_of_the_same_make_is_read(
    chroma: ChromaProcess, tmp_path: Path, embedder: WordEmbedder
) -> None:
    url = chroma.database()
    server = ChromaServer(Address.parse(url), None)
    publish(server, lambda: snapshot(part(source())), holder="x")
    server.close()
    with PublishedKnowledge.open(tmp_path / "founder", url, embedder=embedder) as desk:
        assert desk.search("GPUs", 5)[0].passage.text == "The fund lends 512 GPUs."
