"""The KV cache: exact for published models, with grouped heads, latent attention and windows."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import InvalidInput
from tools.estimates.architectures import Architecture, architecture, architectures
from tools.estimates.kv_cache import GIB, kv_cache_bytes, kv_cache_step


@pytest.mark.parametrize(
    ("name", "tokens", "gib"),
    [
        ("Llama 2 70B", 4096, "1.25"),
        ("Llama 2 7B", 4096, "2"),
        ("Llama 3 8B", 8192, "1"),
        ("Llama 3 8B", 131_072, "16"),
        # 61 x 576 x 2 bytes a token.
        ("DeepSeek-V3", 131_072, "8.578125"),
        ("Mixtral 8x7B", 32_768, "4"),
    ],
)
def test_published_models(name: str, tokens: int, gib: str) -> None:
    assert kv_cache_bytes(architecture(name), tokens) == Decimal(gib) * GIB


def test_bytes_a_token() -> None:
    assert kv_cache_bytes(architecture("Llama 2 70B"), 1) == 327_680
    assert kv_cache_bytes(architecture("Llama 3 8B"), 1) == 131_072
    assert kv_cache_bytes(architecture("DeepSeek-V3"), 1) == 70_272
    assert kv_cache_bytes(architecture("DeepSeek-V3"), 1, 1) == 35_136


def test_layers_with_a_window_keep_no_more_than_it() -> None:
    shape = architecture("Gemma 3 27B")
    short, long = (kv_cache_bytes(shape, tokens) for tokens in (1024, 131_072))
    assert short == 1024 * kv_cache_bytes(shape, 1)
    full_layers = shape.layers - shape.window_layers
    values = 2 * shape.kv_heads * shape.head_dim
    assert long == 2 * values * (full_layers * 131_072 + shape.window_layers * 1024)


def test_the_step_shows_the_numbers() -> None:
    line = kv_cache_step(architecture("Llama 2 70B"), 4096)
    assert line.text == (
        "KV cache = 80 layers x 2 x 8 x 128 values x 2 bytes x 4,096 tokens = 1.250 GiB"
    )
    assert "2405.04434" in kv_cache_step(architecture("DeepSeek-V3"), 1).source
    assert "at most 1,024" in kv_cache_step(architecture("Gemma 3 27B"), 4096).text


@given(st.sampled_from(architectures()), st.integers(0, 10**6), st.sampled_from([1, 2, 4]))
@settings(max_examples=100, deadline=None)
def test_more_tokens_never_take_less(shape: Architecture, tokens: int, width: int) -> None:
    total = kv_cache_bytes(shape, tokens, width)
    assert total >= 0
    assert kv_cache_bytes(shape, tokens + 1, width) >= total
    assert kv_cache_bytes(shape, tokens, 2 * width) == 2 * total
    assert total <= tokens * kv_cache_bytes(shape, 1, width)


def test_what_cannot_be_is_refused() -> None:
    shape = architecture("Llama 3 8B")
    for tokens, width in ((-1, 2), (1, 0), (1, 9)):
        with pytest.raises(InvalidInput):
            kv_cache_bytes(shape, tokens, width)
