import random
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from kb import starter
from kb.retrieval.duplicates import LIKENESS, fingerprint, near_duplicates, similarity
from kb.texts.splitting import sentences

PINNED = [11685546053993257487, 16207870075116354206, 16909295883936954767]
WORD = re.compile(r"[A-Za-z]{3,}|[\u4e00-\u9fff]{2}")


@pytest.fixture(scope="module")
def stories() -> dict[str, str]:
    bundled = [document.source for document in starter.documents().values()]
    return {source.id: source.text for source in bundled if source.kind == "article"}


def reworded(text: str, words: list[str], seed: int = 1) -> str:
    chance = random.Random(seed)
    return WORD.sub(
        lambda match: chance.choice(words) if chance.random() < 1 / 8 else match.group(), text
    )


def shuffled(text: str, seed: int = 1) -> str:
    parts = [text[start:end] for start, end in sentences(text)]
    random.Random(seed).shuffle(parts)
    return "\n".join(parts)


def test_different_stories_on_one_subject_are_no_copies(stories: dict[str, str]) -> None:
    assert near_duplicates(stories) == []


def test_spun_copies_are_found_whatever_the_script(stories: dict[str, str]) -> None:
    words = sorted({word for text in stories.values() for word in WORD.findall(text)})
    to_taiwan = OpenCC("s2twp").convert
    copies = {
        f"copy-{source}": "转载 首页 登录\n" + to_taiwan(shuffled(reworded(text, words)))
        for source, text in stories.items()
    }
    pairs = near_duplicates(stories | copies)
    found = {frozenset(pair[:2]) for pair in pairs}
    assert found == {frozenset((source, f"copy-{source}")) for source in stories}
    assert all(LIKENESS <= alike <= 1 for *_, alike in pairs)
    assert [alike for *_, alike in pairs] == sorted((p[2] for p in pairs), reverse=True)


def test_a_shortened_copy_is_found_and_an_excerpt_is_not(stories: dict[str, str]) -> None:
    text = max(stories.values(), key=len)
    half, quote = text[: len(text) // 2], text[: len(text) // 20]
    assert near_duplicates({"a": text, "b": half}) == [("a", "b", pytest.approx(1, abs=0.02))]
    assert near_duplicates({"a": text, "b": quote}) == []


def test_taiwan_and_mainland_words_are_the_same() -> None:
    one = "輝達的軟體開發商說，人工智慧晶片的記憶體不夠用，價格又上漲了百分之二十。"
    other = "英伟达的软件开发商说，人工智能芯片的内存不够用，价格又上涨了百分之二十。"
    assert near_duplicates({"tw": one, "cn": other})[0][2] > 0.9


def test_many_copies_stay_linked(stories: dict[str, str]) -> None:
    text = max(stories.values(), key=len)
    copies = {f"{at:03}": f"{text} {at}" for at in range(200)}
    pairs = near_duplicates(copies)
    assert len(pairs) < 2000  # not the 19,900 that there are
    linked = {"000"}
    for _ in range(200):
        linked |= {one for pair in pairs for one in pair[:2] if linked & set(pair[:2])}
    assert linked == set(copies)


@pytest.mark.parametrize(
    "texts", [{}, {"a": ""}, {"a": "", "b": "。。"}, {"a": "GPU", "b": "TPU"}, {"a": "x" * 9}]
)
def test_nothing_to_compare(texts: dict[str, str]) -> None:
    assert near_duplicates(texts) == []


def test_short_texts_that_are_the_same() -> None:
    assert near_duplicates({"a": "H100 ready", "b": "h100, ready!"}) == [("a", "b", 1.0)]


def test_fingerprints_can_be_stored() -> None:
    first = fingerprint("GPU prices fell by ten percent")
    assert (first.dtype, len(first)) == (np.uint64, 3)
    # Pinned: a stored fingerprint must mean the same in the next version.
    assert first.tolist() == fingerprint("gpu  PRICES fell, by ten percent.").tolist()
    assert first.tolist() == PINNED


@given(st.text(max_size=200), st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_likeness_is_symmetric_and_a_share(one: str, other: str) -> None:
    first, second = fingerprint(one), fingerprint(other)
    assert similarity(first, second) == similarity(second, first)
    assert 0 <= similarity(first, second) <= 1
    assert similarity(first, first) == (1.0 if len(first) else 0.0)
