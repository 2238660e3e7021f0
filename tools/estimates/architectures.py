"""Shapes of published models, and a stated guess for a size without a name.

One row a model in `tools/data/architectures.csv`, from its published configuration. Parameters are
those of the publisher; `counted_params` computes them from the shape, which checks the row.
"""

from __future__ import annotations

import csv
import difflib
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

from tools._numerals import fold
from tools.errors import InvalidInput
from tools.estimates.records import Assumption, Record, unit
from tools.estimates.shown import short


class Architecture(Record):
    """The shape of a decoder (or BERT-like) transformer.

    `d_ff` is the inner width of a dense layer, `d_expert` that of one expert. `dense_layers` of the
    `layers` have no experts. `kv_rank` and `rope_dim` are set for latent attention (MLA), where
    `head_dim` is that of the values and of the keys without position. `window_layers` of the layers
    look back `window` tokens only. `tied`: input and output embedding are one. `gated`: the MLP has
    three matrices (SwiGLU), not two. `exact` is False for a shape made by `typical_shape`.
    """

    name: str
    params: int = unit("parameters")
    active_params: int = unit("parameters")
    layers: int = unit("layers")
    d_model: int = unit("values")
    d_ff: int = unit("values")
    heads: int = unit("heads")
    kv_heads: int = unit("heads")
    head_dim: int = unit("values")
    vocab: int = unit("tokens")
    tied: bool = False
    gated: bool = True
    experts: int = unit("experts", 0)
    experts_per_token: int = unit("experts", 0)
    shared_experts: int = unit("experts", 0)
    d_expert: int = unit("values", 0)
    dense_layers: int = unit("layers", 0)
    kv_rank: int = unit("values", 0)
    rope_dim: int = unit("values", 0)
    q_rank: int = unit("values", 0)
    window: int = unit("tokens", 0)
    window_layers: int = unit("layers", 0)
    max_context: int = unit("tokens", 0)
    exact: bool = True
    status: str = ""
    source: str = ""

    @property
    def moe(self) -> bool:
        """Whether it is a mixture of experts."""
        return self.experts > 0

    @property
    def attention(self) -> str:
        """How keys and values are kept: "MLA", "MHA", "MQA" or "GQA"."""
        if self.kv_rank:
            return "MLA"
        if self.kv_heads == self.heads:
            return "MHA"
        return "MQA" if self.kv_heads == 1 else "GQA"

    @property
    def embedding_params(self) -> int:
        """Parameters of the input and the output embedding together."""
        return self.vocab * self.d_model * (1 if self.tied else 2)

    @property
    def attention_params(self) -> int:
        """Parameters of the attention of one layer."""
        if self.kv_rank:
            key = self.head_dim + self.rope_dim
            query = (
                self.q_rank * (self.d_model + self.heads * key)
                if self.q_rank
                else self.d_model * self.heads * key
            )
            down = self.d_model * (self.kv_rank + self.rope_dim)
            up = self.kv_rank * self.heads * 2 * self.head_dim
            return query + down + up + self.heads * self.head_dim * self.d_model
        return 2 * self.d_model * self.head_dim * (self.heads + self.kv_heads)

    def mlp_params(self, width: int) -> int:
        """Parameters of one MLP (or one expert) of the inner width `width`."""
        return (3 if self.gated else 2) * self.d_model * width

    def counted_params(self, *, active: bool = False) -> int:
        """Parameters computed from the shape: all, or those that work on one token."""
        routed = self.experts_per_token if active else self.experts
        expert_layers = self.layers - self.dense_layers if self.moe else 0
        dense = (self.layers - expert_layers) * self.mlp_params(self.d_ff)
        per_layer = (routed + self.shared_experts) * self.mlp_params(self.d_expert)
        experts = expert_layers * (per_layer + self.d_model * self.experts)
        norms = (2 * self.layers + 1) * self.d_model
        body = self.layers * self.attention_params + dense + experts + norms
        # A token reads one row of the input embedding, but all of the output one.
        head = self.vocab * self.d_model
        return body + (head if active else self.embedding_params)


@dataclass(frozen=True, slots=True)
class ModelMention:
    """A model named in a text: `text[start:end] == raw`, offsets in code points."""

    start: int
    end: int
    raw: str
    architecture: Architecture


@cache
def _rows() -> tuple[dict[str, str], ...]:
    text = files("tools").joinpath("data", "architectures.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def architectures() -> tuple[Architecture, ...]:
    """Every model of the table, in its order."""
    return tuple(
        Architecture.model_validate({name: value for name, value in row.items() if value})
        for row in _rows()
    )


_OWNER = re.compile(r"^[\w.-]+/")
_VARIANT = re.compile(
    r"(?<![a-z])(?:meta|instruct|chat|base|hf|it|model|preview|thinking|deduped|v1\.0|2507)(?![a-z])"
)
_RELEASE = re.compile(r"v0\.\d$")
_LETTERS_DIGITS = re.compile(r"[^a-z0-9.]+")


def _spelling(name: str) -> str:
    """The form in which names are compared: owner, variant words and separators dropped."""
    plain = _OWNER.sub("", fold(name).strip().lower()).replace("_", " ").replace("-", " ")
    plain = plain.replace("通义千问", "qwen").replace("千问", "qwen")
    plain = plain.replace("深度求索", "deepseek")
    return _LETTERS_DIGITS.sub("", _VARIANT.sub(" ", plain)).strip(".")


@cache
def _by_spelling() -> dict[str, Architecture]:
    found: dict[str, Architecture] = {}
    for row, shape in zip(_rows(), architectures(), strict=True):
        for name in (row["name"], *filter(None, row["aliases"].split(";"))):
            found.setdefault(_spelling(name), shape)
    return found


def known_architecture(name: str) -> Architecture | None:
    """Like `architecture`, but None for a name that is not in the table."""
    said, known = _spelling(name), _by_spelling()
    # A release of a model that the table has once: Mixtral-8x7B-v0.1.
    return known.get(said) or known.get(_RELEASE.sub("", said))


def architecture(name: str) -> Architecture:
    """The published shape of the model `name`: "Llama-2-70b-hf", "meta-llama/Llama-3.1-8B".

    Owner, case, separators and words such as instruct or chat do not matter. Raises `InvalidInput`
    with close names.
    """
    found = known_architecture(name)
    if found is None:
        near = difflib.get_close_matches(
            _spelling(name)[:40], list(_by_spelling()), n=3, cutoff=0.5
        )
        shown = dict.fromkeys(_by_spelling()[each].name for each in near)
        raise InvalidInput(
            f"unknown model: {name.strip()[:60]!r}",
            f"did you mean {', '.join(shown)}?" if shown else "give its size instead, such as 7B",
        )
    return found


@cache
def _mention_pattern() -> re.Pattern[str]:
    names = {row["name"] for row in _rows()}
    names |= {alias for row in _rows() for alias in row["aliases"].split(";") if alias}
    parts = []
    for name in sorted(names, key=len, reverse=True):
        pieces = re.findall(r"[a-z]+|\d+(?:\.\d+)?", name.lower())
        parts.append(r"[\s_-]?(?:v(?=\d))?".join(re.escape(piece) for piece in pieces))
    said = "|".join(parts)
    return re.compile(rf"(?<![a-z0-9.])(?:{said})(?![a-z0-9]|\.\d)", re.IGNORECASE)


def find_architectures(text: str) -> list[ModelMention]:
    """Models of the table named in `text`, left to right, not overlapping."""
    mentions = []
    folded = fold(text)
    for chinese in ("通义千问", "千问"):
        folded = folded.replace(chinese, "qwen".rjust(len(chinese)))
    for match in _mention_pattern().finditer(folded):
        start, end = match.span()
        found = known_architecture(match.group())
        if found:
            mentions.append(ModelMention(start, end, text[start:end], found))
    return mentions


# -- a size without a name -----------------------------------------------------------------------

_HEAD_DIM, _KV_HEADS, _ASPECT, _WIDTH_STEP = 128, 8, 128, 128
_LLAMA3_VOCAB, _SMALL_VOCAB = 128_256, 32_000
_SMALL, _TIED_BELOW = 1_000_000_000, 4_000_000_000
# MLP width over model width of Llama 3; what rounding leaves over goes into it.
_FF_RATIO, _FF_STEP = 3.5, 64
_TYPICAL_CONTEXT = 8192


def typical_shape(
    params: Decimal | int, active_params: Decimal | int | None = None
) -> Architecture:
    """A shape for a size without a name: that of Llama 3, scaled.

    Width 128 times the layers, heads of 128 values, 8 heads for keys and values (GQA), a gated MLP
    about 3.5 times as wide, 128,256 tokens in the vocabulary (32,000 below 1B parameters), one
    embedding for input and output below 4B. A mixture of experts gets the layers and width of a
    dense model of its active parameters; its experts stay unknown (0). `shape_assumption` says so.
    """
    total, active = int(params), int(active_params or params)
    vocab = _SMALL_VOCAB if active < _SMALL else _LLAMA3_VOCAB
    tied = active < _TIED_BELOW
    width = _width(active, vocab * (1 if tied else 2))
    heads = width // _HEAD_DIM
    kv_heads = min(_KV_HEADS, heads)
    layers = max(1, round(width / _ASPECT))
    shape = Architecture(
        name=f"typical {short(Decimal(total))}",
        params=total,
        active_params=active,
        layers=layers,
        d_model=width,
        d_ff=_FF_STEP,
        heads=heads,
        kv_heads=kv_heads,
        head_dim=_HEAD_DIM,
        vocab=vocab,
        tied=tied,
        max_context=_TYPICAL_CONTEXT,
        exact=False,
        status="a typical shape",
        source="the shapes of Llama 3, arXiv:2407.21783 table 3, scaled",
    )
    left = active - shape.counted_params()
    d_ff = shape.d_ff + left // (3 * width * layers)
    return shape.model_copy(update={"d_ff": max(_FF_STEP, d_ff // _FF_STEP * _FF_STEP)})


def _width(params: int, embeddings: int) -> int:
    """The multiple of 128 whose model (layers = width / 128) is nearest to `params`."""

    def size(width: int) -> float:
        layer = (2 + 3 * _FF_RATIO) * width**2 + 2 * _KV_HEADS * _HEAD_DIM * width
        return width / _ASPECT * layer + embeddings * width

    low, high = 1, 1
    while size(high * _WIDTH_STEP) < params:
        high *= 2
    while low < high:
        middle = (low + high) // 2
        if size(middle * _WIDTH_STEP) < params:
            low = middle + 1
        else:
            high = middle
    above, below = low * _WIDTH_STEP, max(1, low - 1) * _WIDTH_STEP
    return min(above, below, key=lambda width: abs(size(width) - params))


def shape_assumption(shape: Architecture) -> Assumption:
    """What an estimate says when its shape is a typical one, or whose published shape it is."""
    kind = f"{shape.layers} layers of width {shape.d_model:,}, {shape.attention}"
    if shape.exact:
        text = f"shape of {shape.name}: {kind} ({shape.kv_heads} heads for keys and values)"
        return Assumption(name="shape", value=shape.name, text=text, source=shape.source)
    return Assumption(
        name="typical_shape",
        value=f"{shape.layers} x {shape.d_model:,}, {shape.attention}",
        text=f"no model was named, so a typical shape is taken: {kind} with {shape.kv_heads} heads"
        f" for keys and values and a vocabulary of {shape.vocab:,}",
        source=shape.source,
    )
