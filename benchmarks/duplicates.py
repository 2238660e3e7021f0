"""How surely copies of a story are told from other stories, and how fast among 10,000 texts.

    .venv/bin/python benchmarks/duplicates.py [--speed 10000]

The stories are the bundled articles, the two articles in ../shared/seeds and, from the corpora in
../shared/eval/retrieval (or COMPUTE_DESK_SHARED), groups of paragraphs that stand together, so
that some stories share their subject. From each, copies are made by script: words exchanged (one
in eight, as a count of the marked words in seeds/000 gives for a spun article, or one in five),
sentences shuffled, the text shortened to 40 or 70 percent, the script changed, lines of a mirror
put around it, and all of it together. A story belongs to the tuning or the checking half by a hash
of its id; no pair crosses the halves.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from itertools import combinations
from pathlib import Path

from opencc import OpenCC

from kb import starter
from kb.retrieval.duplicates import LIKENESS, fingerprint, near_duplicates, similarity
from kb.texts.detect import detect
from kb.texts.splitting import sentences

PARAGRAPHS = 3  # of a corpus in one story
MOST = 120  # stories of one corpus
CORPORA = (
    "retrieval/xquad_zh/corpus.jsonl",
    "abstention/xquad_holdout/corpus_en.jsonl",
    "retrieval/drcd_hans2hant/corpus.jsonl",
)
MIRROR = (
    "首页 新闻 科技 登录 注册\n\n{}\n\n"
    "免责声明：本文转载自网络，版权归原作者所有，如有侵权请联系删除。上一篇 下一篇 相关推荐"
)
_WORD = re.compile(r"[A-Za-z]{3,}|[\u4e00-\u9fff]{2}")

Change = Callable[[str, random.Random], str]


def shared() -> Path:
    """The folder with the seeds and corpora, beside the repository unless named."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    return Path(os.environ.get("COMPUTE_DESK_SHARED", beside))


def stories(folder: Path) -> dict[str, str]:
    """Texts of a few hundred characters and more, by id."""
    bundled = [document.source for document in starter.documents().values()]
    # Programs are records, compared by their fields: their texts are one template filled in.
    found = {source.id: source.text for source in bundled if source.kind == "article"}
    for path in sorted((folder / "seeds").glob("*.txt")):
        found[path.stem] = re.sub(r"<[^>]+>", "", path.read_text(encoding="utf-8"))
    for corpus in CORPORA:
        lines = (folder / "eval" / corpus).read_text(encoding="utf-8").strip().split("\n")
        texts = [json.loads(line)["text"] for line in lines[: MOST * PARAGRAPHS]]
        for at in range(0, len(texts), PARAGRAPHS):
            found[f"{corpus}:{at}"] = "\n\n".join(texts[at : at + PARAGRAPHS])
    return found


def exchanged(share: float, words: Mapping[str, list[str]]) -> Change:
    """A change that puts another word of the language in the place of one word in 1 / `share`."""

    def change(text: str, chance: random.Random) -> str:
        def other(match: re.Match[str]) -> str:
            if chance.random() >= share:
                return match.group()
            return chance.choice(words["en" if match.group().isascii() else "zh"])

        return _WORD.sub(other, text)

    return change


def shuffled(text: str, chance: random.Random) -> str:
    """The sentences in another order."""
    parts = [text[start:end] for start, end in sentences(text)]
    chance.shuffle(parts)
    return "\n".join(parts)


def shortened(share: float) -> Change:
    """A change that keeps the beginning."""
    return lambda text, _: text[: int(len(text) * share)]


def other_script(text: str, _: random.Random) -> str:
    """Traditional characters and Taiwan's words, or the other way round."""
    return str(OpenCC("tw2sp" if detect(text) == "zh-Hant" else "s2twp").convert(text))


def changes(words: Mapping[str, list[str]]) -> dict[str, tuple[Change, ...]]:
    """What is done to a story, by name."""
    mirror: Change = lambda text, _: MIRROR.format(text)  # noqa: E731
    light, heavy = exchanged(1 / 8, words), exchanged(1 / 5, words)
    return {
        "mirror": (mirror,),
        "1 word in 8": (light,),
        "1 word in 5": (heavy,),
        "shuffled": (shuffled,),
        "first 70 %": (shortened(0.7),),
        "first 40 %": (shortened(0.4),),
        "other script": (other_script,),
        "all, light": (light, shuffled, other_script, mirror),
        "all, short": (light, shortened(0.4), shuffled, other_script, mirror),
        "all, heavy": (heavy, shuffled, other_script, mirror),
    }


def tuned(story: str) -> bool:
    """Whether a story belongs to the half that the limits were chosen on."""
    return int(sha256(story.encode()).hexdigest(), 16) % 2 == 0


def measure(texts: Mapping[str, str]) -> None:
    """Print how alike copies are, how alike other stories are, and what the whole way finds."""
    out = sys.stdout.write
    words = vocabulary(texts)
    prints = {story: fingerprint(text) for story, text in texts.items()}
    for half, stories_of in (
        ("tuned", [story for story in texts if tuned(story)]),
        ("checked", [story for story in texts if not tuned(story)]),
    ):
        others = sorted(
            ((similarity(prints[a], prints[b]), a, b) for a, b in combinations(stories_of, 2)),
            reverse=True,
        )
        wrong = sum(alike >= LIKENESS for alike, _, _ in others)
        out(f"{half}: {len(stories_of)} stories, {len(others)} pairs of different ones\n")
        out(f"  different stories at or over {LIKENESS}: {wrong}; the most alike:\n")
        for alike, a, b in others[:3]:
            out(f"    {alike:.3f} {a} {b}\n")
        for name, steps in changes(words).items():
            copies = {}
            for story in stories_of:
                chance = random.Random(f"{name}{story}")  # noqa: S311  # the same in every run
                text = texts[story]
                for step in steps:
                    text = step(text, chance)
                copies[story] = text
            kept = sorted(similarity(prints[s], fingerprint(copies[s])) for s in stories_of)
            both = {s: texts[s] for s in stories_of} | {f"copy {s}": copies[s] for s in stories_of}
            pairs = {(a, b) for a, b, _ in near_duplicates(both)}
            hits = sum((s, f"copy {s}") in pairs for s in stories_of)
            out(
                f"  {name:12} found {hits / len(stories_of):6.1%}  likeness: least {kept[0]:.2f}"
                f"  one in twenty under {kept[len(kept) // 20]:.2f}\n"
            )


def vocabulary(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """The words that exchanged ones are taken from."""
    words = sorted({word for text in texts.values() for word in _WORD.findall(text)})
    return {
        "en": [word for word in words if word.isascii()],
        "zh": [word for word in words if not word.isascii()],
    }


def speed(texts: Mapping[str, str], count: int) -> None:
    """Print the time for `count` texts of about 2,000 characters, one in ten a reworded copy."""
    words = vocabulary(texts)
    light = exchanged(1 / 8, words)
    chance = random.Random(0)  # noqa: S311  # the same in every run
    lines = [text[a:b] for text in texts.values() for a, b in sentences(text)]
    many: dict[str, str] = {}
    while len(many) < count:
        text = ""
        while len(text) < 2000:
            text += light(chance.choice(lines), chance) + "\n"
        many[f"{len(many)}"] = text
        if len(many) % 10 == 0:
            many[f"{len(many)}"] = light(text, chance)
    started = time.monotonic()
    pairs = near_duplicates(many)
    size = sum(map(len, many.values()))
    sys.stdout.write(
        f"{len(many)} texts, {size / 1e6:.0f} million characters:"
        f" {time.monotonic() - started:.1f} s, {len(pairs)} pairs\n"
    )


def main() -> None:
    """Print the figures of both halves, then the speed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--speed", type=int, default=0, metavar="N", help="time N texts as well")
    given = parser.parse_args()
    texts = stories(shared())
    measure(texts)
    if given.speed:
        speed(texts, given.speed)


if __name__ == "__main__":
    main()
