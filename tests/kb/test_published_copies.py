"""A founder's copy of what is published: damaged, out of date, or without a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.errors import PublishedUnusable, ServerUnreachable
from kb.publication.published import PublishedKnowledge
from kb.publication.published_format import HEAD, OBJECTS
from kb.publication.publishing import read_generation
from tests.chroma_server import ChromaProcess
from tests.kb.conftest import Founder, Open, WordEmbedder, server_of

pytestmark = pytest.mark.xdist_group("chroma")


def test_a_desk_goes_on_when_the_server_is_gone(
    open_kb: Open,
    embedder: WordEmbedder,
    notes: list[str],
    tmp_path: Path,
    article: Path,
) -> None:
    server = ChromaProcess(tmp_path / "chroma")
    server.start()
    try:
        kb = open_kb()
        source = kb.add(article).source
        kb.publish(server.root, None)
        desk = PublishedKnowledge.open(
            tmp_path / "founder", server.root, embedder=embedder, note=notes.append
        )
        there = desk.search("Zephyr accelerators", 10)
        server.kill()
        notes.clear()
        assert desk.search("Zephyr accelerators", 10) == there
        assert "not reachable" in desk.state()
        assert any("this is from generation 1" in note for note in notes)
        # Also a desk that is opened only now.
        second = PublishedKnowledge.open(tmp_path / "founder", server.root, embedder=embedder)
        assert second.search("Zephyr accelerators", 10) == there
        second.close()
        nobody = PublishedKnowledge.open(tmp_path / "other", server.root, embedder=embedder)
        with pytest.raises(ServerUnreachable, match="cannot be reached"):
            nobody.search("Zephyr", 1)
        nobody.close()
        with pytest.raises(ServerUnreachable):
            kb.publish(server.root, None)

        server.start()
        article.write_text(article.read_text().replace("512", "640"))
        kb.add(article, replace=source.id)
        kb.publish(server.root, None)
        assert "640" in desk.search("Zephyr accelerators", 1)[0].passage.text
        assert "not reachable" not in desk.state()
        desk.close()
    finally:
        server.kill()


def test_a_newer_format_and_a_strange_head_are_refused(
    open_kb: Open, founder: Founder, url: str
) -> None:
    kb = open_kb()
    kb.publish(url, None)
    server = server_of(url)
    place = server.collection(HEAD)
    assert place is not None
    server.describe(place, {"head": '{"format": 2, "generation": 9, "manifest": "x"}'})
    for read in (founder().sources, lambda: kb.publish(url, None)):
        with pytest.raises(PublishedUnusable, match="has format 2") as caught:
            read()
        assert "upgrade" in caught.value.hint
    for head in ("{", "[]", '{"format": 1, "generation": -1, "manifest": "../x:1"}'):
        server.describe(place, {"head": head})
        with pytest.raises(PublishedUnusable, match="head that makes no sense"):
            founder("other").sources()
    server.close()


def test_missing_rows_are_noticed_and_sent_again(
    open_kb: Open, founder: Founder, url: str, notes: list[str]
) -> None:
    kb = open_kb()
    kb.publish(url, None)
    server = server_of(url)
    found = read_generation(server)
    assert found is not None
    for name in (OBJECTS, *(n for n in server.names() if "_passages_" in n)):
        place = server.collection(name)
        assert place is not None
        server.delete(place, sorted(server.ids(place))[:20])
    with pytest.raises(PublishedUnusable, match="not all there"):
        founder("broken").search("GPU", 1)
    kb.publish(url, None)
    assert founder("mended").search("GPU", 3)
    server.close()


@pytest.mark.parametrize("part", ["content.db", "keywords/meta.json", "head.json"])
def test_a_damaged_copy_is_fetched_again(
    open_kb: Open, founder: Founder, url: str, tmp_path: Path, part: str
) -> None:
    open_kb().publish(url, None)
    desk = founder()
    before = desk.search("GPUs for startups", 5)
    desk.close()
    [victim] = (tmp_path / "founder/published").rglob(part)
    data = bytearray(victim.read_bytes())
    for place in range(0, len(data), 7):
        data[place] ^= 0x5A
    victim.write_bytes(data)
    assert founder().search("GPUs for startups", 5) == before


def test_a_full_disk_and_a_spoilt_publication_leave_the_last_good_one(
    open_kb: Open,
    founder: Founder,
    article: Path,
    url: str,
    notes: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kb = open_kb()
    source = kb.add(article).source.id
    kb.publish(url, None)
    desk = founder()
    before = desk.search("Zephyr accelerators", 10)
    article.write_text(article.read_text().replace("512", "640"))
    kb.add(article, replace=source)
    kb.publish(url, None)
    with monkeypatch.context() as full:

        def no_space(*_arguments: object) -> None:
            raise OSError(28, "No space left on device")

        full.setattr("kb.publication.copying.shutil.copy2", no_space)
        assert desk.search("Zephyr accelerators", 10) == before
        assert any("No space left" in n and "this is from generation 1" in n for n in notes)
    assert "640" in desk.search("Zephyr accelerators", 1)[0].passage.text

    after = desk.search("Zephyr accelerators", 10)
    kb.remove(source)
    kb.publish(url, None)
    server = server_of(url)
    place = server.collection(OBJECTS)
    assert place is not None
    server.delete(place, sorted(server.ids(place))[:50])
    assert desk.search("Zephyr accelerators", 10) == after
    assert any("not all there" in n and "this is from generation 2" in n for n in notes)
    kb.publish(url, None)
    assert desk.search("Zephyr accelerators", 10) != after
    server.close()


def test_a_copy_that_is_damaged_is_not_built_upon(
    open_kb: Open, founder: Founder, article: Path, url: str
) -> None:
    kb = open_kb()
    kb.publish(url, None)
    desk = founder()
    desk.search("GPU", 1)
    kb.add(article)
    kb.publish(url, None)
    [content] = desk._follower._folder.glob("*/content.db")
    content.write_bytes(b"\0" * content.stat().st_size)
    assert "512" in desk.search("Zephyr accelerators", 1)[0].passage.text


def test_old_copies_are_swept(open_kb: Open, founder: Founder, article: Path, url: str) -> None:
    kb = open_kb()
    source = kb.add(article).source.id
    desk = founder()
    for number in range(4):
        if number == 2:  # as a kill in the middle of fetching leaves it
            (desk._follower._folder / "new-0123" / "keywords").mkdir(parents=True)
        article.write_text(f"# Zephyr\n\nThe Zephyr fund lends {number}000 accelerators.\n")
        kb.add(article, replace=source)
        kb.publish(url, None)
        assert f"{number}000" in desk.search("Zephyr accelerators", 1)[0].passage.text
    [folder] = (desk._follower._folder,)
    assert len([one for one in folder.iterdir() if one.is_dir()]) <= 2
