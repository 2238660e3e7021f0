"""Mirrors and reworded copies of one story, found among all texts at once.

A text becomes the set of its runs of four tokens: a token is a Chinese character in Simplified
form with mainland words, or a word or number in lower case; a run is kept as a 64-bit hash. The
likeness of two texts is the share of the smaller set that the larger one holds (the containment
of Broder 1997, which a shortened copy does not lower as it does the Jaccard index).

Candidates are found through a sorted index: of each set the least hashes are kept, one in sixteen,
and texts that share enough of them are compared in full. So the work grows with the number of
texts and not with its square. `benchmarks/duplicates.py` measures both.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from kb.texts.detect import HAN

Hashes = npt.NDArray[np.uint64]
Pairs = npt.NDArray[np.int64]

LIKENESS = 0.25  # between what unrelated texts reach and what reworded copies keep

_RUN = 4  # tokens
_SIZE_RATIO = 6  # a text of less than a sixth of the other's length is an excerpt, no copy
_LEAST_SHARED = 6  # runs; short texts share a phrase by accident
_SAMPLE = 16  # one hash in sixteen is kept for the index
_LEAST_SAMPLE = 48  # hashes of a short text
_CROWD = 48  # texts with a run in common: in larger groups each is paired with its neighbours only
_NEIGHBOURS = 6
_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, from the golden ratio
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))  # of splitmix64


@dataclass(frozen=True, slots=True)
class Sketch:
    """The least hashes of a fingerprint, and how many it has in all."""

    sample: Hashes
    size: int


def near_duplicates(
    texts: Mapping[str, str], *, likeness: float = LIKENESS
) -> list[tuple[str, str, float]]:
    """Pairs of ids whose texts are copies of one story, each with its likeness (0 to 1), the
    most alike first.

    Found across Simplified and Traditional script, light rewording, changed order and shortening,
    not across languages. Copies of one story are linked to each other, but where they are many
    not every pair of them is listed. A page whose figures alone changed is a near-duplicate too.
    """
    ids = list(texts)
    prints = [fingerprint(texts[source]) for source in ids]
    pairs = []
    for first, second in candidates([sketch(one) for one in prints], likeness):
        alike = similarity(prints[first], prints[second])
        if alike >= likeness:
            pairs.append((ids[first], ids[second], alike))
    return sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1]))


def fingerprint(text: str) -> Hashes:
    """The sorted hashes of the runs of four tokens in `text`, each once; the same for the same
    text on every machine, so that it can be stored. Empty where there is no letter or digit."""
    tokens = _tokens(_folded(text))
    if len(tokens) == 0:
        return tokens
    starts = max(1, len(tokens) - _RUN + 1)
    runs = np.zeros(starts, dtype=np.uint64)
    for at in range(min(_RUN, len(tokens))):
        runs = runs * _BASE + tokens[at : at + starts]
    return np.unique(_mixed(runs))


def similarity(one: Hashes, other: Hashes) -> float:
    """The share of the smaller fingerprint that the larger one holds; 0 where one text is less
    than a sixth of the other, or both have too little in common to tell."""
    small, large = sorted((one, other), key=len)
    if len(small) == 0 or len(large) > _SIZE_RATIO * len(small):
        return 0.0
    shared = len(np.intersect1d(small, large, assume_unique=True))
    if shared < min(_LEAST_SHARED, len(large)):
        return 0.0
    return shared / len(small)


def sketch(hashes: Hashes) -> Sketch:
    """What of a fingerprint is enough to find copies by."""
    return Sketch(hashes[: max(_LEAST_SAMPLE, len(hashes) // _SAMPLE)], len(hashes))


def candidates(sketches: Sequence[Sketch], likeness: float = LIKENESS) -> Iterator[tuple[int, int]]:
    """Pairs of positions, the smaller first, that share enough of their least hashes to be worth
    comparing in full."""
    kept = [one.sample for one in sketches]
    if not any(len(one) for one in kept):
        return
    owners = np.repeat(np.arange(len(kept)), [len(one) for one in kept])
    hashes = np.concatenate(kept)
    order = np.lexsort((owners, hashes))
    owners, hashes = owners[order], hashes[order]
    bounds = np.flatnonzero(np.diff(hashes, prepend=~hashes[:1], append=~hashes[-1:]))
    shared = np.flatnonzero(np.diff(bounds) > 1)
    found = [_paired(owners[bounds[at] : bounds[at + 1]]) for at in shared]
    if not found:
        return
    pairs, counts = np.unique(np.concatenate(found), axis=0, return_counts=True)
    sizes = np.array([one.size for one in sketches])[pairs]
    shares = np.array([len(one.sample) / max(1, one.size) for one in sketches])
    # What two copies at the limit would share of their samples; chance may take two thirds of it.
    expected = likeness * sizes.min(axis=1) * shares[pairs].min(axis=1)
    yield from map(tuple, pairs[counts >= np.maximum(1, expected / 3)].tolist())


def _paired(group: Pairs) -> Pairs:
    if len(group) <= _CROWD:
        first, second = np.triu_indices(len(group), 1)
    else:
        first = np.repeat(np.arange(len(group)), _NEIGHBOURS)
        second = first + np.tile(np.arange(1, _NEIGHBOURS + 1), len(group))
        inside = second < len(group)
        first, second = first[inside], second[inside]
    return np.stack((group[first], group[second]), axis=1)


@cache
def _to_mainland() -> Callable[[str], str]:
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("tw2sp").convert
    return convert


def _folded(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    return (text if text.isascii() else _to_mainland()(text)).casefold()


@cache
def _kinds() -> npt.NDArray[np.uint8]:
    """Of each code point: 0 between tokens, 1 part of a word, 2 a token by itself."""
    points = (chr(point) for point in range(0x32000))
    return np.array(
        [2 if HAN.match(c) else int(c.isalnum()) for c in points],
        dtype=np.uint8,
    )


def _tokens(text: str) -> Hashes:
    """A hash for each Chinese character and each word, in order."""
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32)
    kinds = _kinds()[np.minimum(codes, 0x31FFF)]
    before = np.concatenate(([np.uint8(0)], kinds[:-1])) if len(kinds) else kinds
    begins = (kinds == 2) | ((kinds == 1) & (before != 1))
    inside = kinds > 0
    letters, begins = codes[inside].astype(np.uint64), begins[inside]
    starts = np.flatnonzero(begins)
    if len(starts) == 0:
        return np.zeros(0, dtype=np.uint64)
    place = np.arange(len(letters)) - np.repeat(starts, np.diff(np.append(starts, len(letters))))
    # A letter counts by its place in the word: "on" and "no" differ.
    weighted = _mixed(letters + (place.astype(np.uint64) << np.uint64(32)))
    return np.asarray(np.add.reduceat(weighted, starts), dtype=np.uint64)


def _mixed(values: Hashes) -> Hashes:
    """The finalizer of splitmix64 (Steele, Lea, Flood 2014): every bit depends on every bit."""
    values = (values ^ (values >> np.uint64(30))) * _MIX[0]
    values = (values ^ (values >> np.uint64(27))) * _MIX[1]
    return values ^ (values >> np.uint64(31))
