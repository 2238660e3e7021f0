"""Writes ONNX models: the few protobuf fields that a graph of known operators needs.

Field numbers are those of onnx.proto3 (https://github.com/onnx/onnx, Apache-2.0), IR version 8.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

OPSET = 17
CONTRIBUTED = "com.microsoft"  # onnxruntime's own operators

_IR_VERSION = 8
_TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int64": 7}
_INT, _FLOAT, _INTS = 2, 1, 7

Attribute = int | float | list[int]


class Graph:
    """Collects operators and constants; `model` gives the bytes that onnxruntime loads."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: dict[str, bytes] = {}

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """A named constant, kept once."""
        if name not in self._constants:
            shape = b"".join(_number(1, size) for size in values.shape)
            kind = _number(2, _TYPES[values.dtype.name])
            self._constants[name] = shape + kind + _block(8, name) + _block(9, values.tobytes())
        return name

    def apply(self, operator: str, inputs: Sequence[str], output: str, **given: Attribute) -> str:
        """A standard operator with one output, whose name is returned."""
        self._node(operator, inputs, [output], "", given)
        return output

    def contributed(
        self, operator: str, inputs: Sequence[str], output: str, **given: Attribute
    ) -> str:
        """One of onnxruntime's own operators with one output, whose name is returned."""
        self._node(operator, inputs, [output], CONTRIBUTED, given)
        return output

    def split(self, source: str, outputs: Sequence[str], axis: int) -> None:
        """Cut a tensor into equal parts."""
        self._node("Split", [source], outputs, "", {"axis": axis})

    def model(
        self, takes: tuple[str, list[str | int]], gives: tuple[str, list[str | int]]
    ) -> bytes:
        """The model, with one float32 input and one float32 output: names and shapes."""
        graph = b"".join(_block(1, node) for node in self._nodes) + _block(2, "graph")
        graph += b"".join(_block(5, constant) for constant in self._constants.values())
        graph += _block(11, _float_tensor(*takes)) + _block(12, _float_tensor(*gives))
        opsets = _block(8, _block(1, "") + _number(2, OPSET))
        opsets += _block(8, _block(1, CONTRIBUTED) + _number(2, 1))
        return _number(1, _IR_VERSION) + _block(7, graph) + opsets

    def _node(
        self,
        operator: str,
        inputs: Sequence[str],
        outputs: Sequence[str],
        domain: str,
        attributes: dict[str, Attribute],
    ) -> None:
        node = b"".join(_block(1, name) for name in inputs)
        node += b"".join(_block(2, name) for name in outputs)
        node += _block(3, outputs[0]) + _block(4, operator)
        node += b"".join(_block(5, _attribute(name, value)) for name, value in attributes.items())
        self._nodes.append(node + _block(7, domain))


def _float_tensor(name: str, shape: list[str | int]) -> bytes:
    sizes = b"".join(
        _block(1, _block(2, size) if isinstance(size, str) else _number(1, size)) for size in shape
    )
    return _block(1, name) + _block(2, _block(1, _number(1, _TYPES["float32"]) + _block(2, sizes)))


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, list):
        return _block(1, name) + b"".join(_number(8, one) for one in value) + _number(20, _INTS)
    if isinstance(value, int):
        return _block(1, name) + _number(3, value) + _number(20, _INT)
    single = _varint(2 << 3 | 5) + np.float32(value).tobytes()
    return _block(1, name) + single + _number(20, _FLOAT)


def _block(field: int, content: bytes | str) -> bytes:
    raw = content.encode() if isinstance(content, str) else content
    return _varint(field << 3 | 2) + _varint(len(raw)) + raw


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1  # a negative number is its two's complement in 64 bits
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
