"""Mirrors and spun copies of one story count once, and what one of them adds is still found."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from opencc import OpenCC

from kb.knowledge_base import KnowledgeBase
from kb.retrieval.copies import Copies
from tests.kb.conftest import Open

STORY = [
    "The Zephyr fund lends 512 accelerators to the companies in its portfolio for up to six weeks.",
    "It charges them 2.10 dollars an hour, about a third below what the large clouds ask for.",
    "Partners of the firm say that founders used to wait nine months before a cluster came free.",
    "The machines stand in two halls near Reykjavik and run on power from geothermal wells.",
    "Companies apply by writing to the platform team, which answers within ten working days.",
    "No equity is asked in return, but the fund wants to lead the next round of financing.",
]
WORDS = "harbor north delta quick maple orbit cedar falcon stone river amber violet".split()
QUESTION = "What does Zephyr charge an hour?"


def text_of(sentences: list[str], published: str, title: str = "Zephyr cluster") -> str:
    head = f"---\ntitle: {title}\npublished: {published}\n---\n\n"
    return head + "\n\n".join(sentences) + "\n"


def spun(seed: int) -> list[str]:
    chance = random.Random(seed)

    def other(match: re.Match[str]) -> str:
        return chance.choice(WORDS) if chance.random() < 1 / 9 else match.group()

    return [re.sub(r"[a-z]{4,}", other, sentence) for sentence in STORY]


@pytest.fixture
def mirrors(tmp_path: Path) -> dict[str, Path]:
    """Five copies of one story: the first one said it in 2024."""
    texts = {
        "first": text_of(STORY, "2024-05-01"),
        "mirror": text_of(["Read more on our front page.", *STORY], "2024-05-03"),
        "shuffled": text_of(STORY[::-1], "2024-06"),
        "spun": text_of(spun(1), "2024-07"),
        "more": text_of([*STORY, "Its queue was 77 days long in March."], "2024-08"),
    }
    paths = {name: tmp_path / "in" / f"{name}.md" for name in texts}
    (tmp_path / "in").mkdir()
    for name, path in paths.items():
        path.write_text(texts[name])
    return paths


def add_all(kb: KnowledgeBase, paths: dict[str, Path]) -> dict[str, str]:
    outcomes = kb.add_all(list(paths.values()))
    return {
        name: outcome.added.source.id
        for name, outcome in zip(paths, outcomes, strict=True)
        if outcome.added
    }


def test_five_mirrors_are_one_hit(open_kb: Open, mirrors: dict[str, Path]) -> None:
    kb = open_kb()
    ids = add_all(kb, mirrors)
    first, *rest = kb.search(QUESTION, 5)
    assert first.passage.source == ids["first"], "the earliest stands for all"
    assert set(first.also) == set(ids.values()) - {ids["first"]}
    assert not [hit for hit in rest if "2.10 dollars" in hit.passage.text]
    assert first.score > max(hit.score for hit in rest)
    assert len({(hit.passage.source, hit.passage.start) for hit in (first, *rest)}) == 5
    [group] = kb.copies()
    assert (group[0], set(group)) == (ids["first"], set(ids.values()))


def test_what_a_copy_adds_is_found(open_kb: Open, mirrors: dict[str, Path]) -> None:
    kb = open_kb()
    ids = add_all(kb, mirrors)
    hit = kb.search("How long was the queue in March?", 1)[0]
    assert (hit.passage.source, hit.also) == (ids["more"], ())
    mirrors["more"].write_text(mirrors["more"].read_text().replace("2.10 dollars", "9.90 dollars"))
    kb.add(mirrors["more"], replace=ids["more"])
    hits = kb.search(QUESTION, 5)
    prices = {"2.10" in hit.passage.text: hit.passage.source for hit in hits if "dollars an" in
              hit.passage.text}  # fmt: skip
    assert prices == {True: ids["first"], False: ids["more"]}, "another figure is no copy"


def test_a_filter_that_leaves_the_first_out_shows_a_copy(
    open_kb: Open, mirrors: dict[str, Path], tmp_path: Path
) -> None:
    chinese = [
        "泽风基金向被投公司出借512块加速器，最长六周，不收取任何股权。",
        "每小时收费2.10美元，大约比大型云厂商的标价便宜三分之一。",
        "合伙人表示，创始人过去要等九个月才能等到一个空闲的集群。",
        "机器放在雷克雅未克附近的两座机房里，用地热井发的电运行。",
    ]
    to_taiwan = OpenCC("s2twp").convert
    for name, lines in (("hans", chinese), ("hant", [to_taiwan(line) for line in chinese])):
        (tmp_path / f"{name}.md").write_text(text_of(lines, "2024-05", name))
    kb = open_kb()
    ids = add_all(kb, {name: tmp_path / f"{name}.md" for name in ("hans", "hant")})
    both = kb.search("泽风基金每小时收费多少", 4)
    assert both[0].also == (ids["hant"],)
    [only] = kb.search("泽风基金每小时收费多少", 1, language="zh-Hant")
    assert (only.passage.source, only.also) == (ids["hant"], (ids["hans"],))


def test_groups_follow_what_comes_and_goes(
    open_kb: Open, mirrors: dict[str, Path], tmp_path: Path
) -> None:
    kb = open_kb()
    ids = add_all(kb, mirrors)
    at_once = kb.copies()
    one_by_one = open_kb()
    for name, source in ids.items():
        kb.remove(source)
        one_by_one.add(mirrors[name])
    assert open_kb().copies() == at_once
    kb.remove(ids["first"])
    [group] = kb.copies()
    assert group[0] == ids["mirror"]
    assert kb.search(QUESTION, 1)[0].passage.source == ids["mirror"]

    for name in ("copies.json", "sketches.npz"):
        (tmp_path / "home" / "index" / name).write_bytes(b"damaged")
    assert Copies(tmp_path / "home" / "index").groups() == []
    assert kb.search(QUESTION, 1)[0].also == ()
    kb.sync()
    assert kb.copies() == [group]
    assert kb.search(QUESTION, 1)[0].also
