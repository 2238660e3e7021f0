"""The shapes of published models: against their own totals, by any spelling, and a typical one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import InvalidInput
from tools.estimates.architectures import (
    Architecture,
    architecture,
    architectures,
    find_architectures,
    shape_assumption,
    typical_shape,
)


@pytest.mark.parametrize("shape", architectures(), ids=lambda shape: shape.name)
def test_the_shape_gives_the_published_total(shape: Architecture) -> None:
    assert shape.counted_params() == pytest.approx(shape.params, rel=0.02)
    assert shape.source
    assert shape.status
    assert shape.heads % shape.kv_heads == 0


def test_the_shape_gives_the_published_active_parameters() -> None:
    """Publishers count the input embedding or leave it out: both are near."""
    for shape in architectures():
        without = shape.counted_params(active=True)
        with_input = without + (0 if shape.tied else shape.vocab * shape.d_model)
        near = min((without, with_input), key=lambda each: abs(each - shape.active_params))
        assert near == pytest.approx(shape.active_params, rel=0.05), shape.name


def test_there_are_more_than_forty_models_with_names_of_their_own() -> None:
    names = [shape.name for shape in architectures()]
    assert len(names) > 40
    assert len(names) == len(set(names))
    for name in names:
        assert architecture(name).name == name


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("llama-2-70b", "Llama 2 70B"),
        ("meta-llama/Llama-2-70b-hf", "Llama 2 70B"),
        ("Llama 3 8B", "Llama 3 8B"),
        ("meta-llama/Meta-Llama-3.1-8B-Instruct", "Llama 3.1 8B"),
        ("DeepSeek-V3", "DeepSeek-V3"),
        ("deepseek_r1", "DeepSeek-V3"),
        ("Qwen/Qwen2.5-72B-Instruct", "Qwen2.5 72B"),
        ("通义千问2.5-7B", "Qwen2.5 7B"),
        ("mistralai/Mixtral-8x7B-v0.1", "Mixtral 8x7B"),
        ("google/gemma-2-9b-it", "Gemma 2 9B"),
        ("ＬＬＡＭＡ３ 70b", "Llama 3 70B"),
    ],
)
def test_spellings(spelling: str, name: str) -> None:
    assert architecture(spelling).name == name


def test_an_unknown_name_is_refused_with_near_ones() -> None:
    with pytest.raises(InvalidInput) as caught:
        architecture("Llama 3 9B")
    assert "Llama 3 8B" in caught.value.hint
    with pytest.raises(InvalidInput):
        architecture("my own model")


def test_models_are_found_in_a_question() -> None:
    text = "用LoRA微调 llama3 70b，还是通义千问2.5 7B？ Or Llama-3.1-8B-Instruct."
    found = find_architectures(text)
    assert [each.architecture.name for each in found] == [
        "Llama 3 70B",
        "Qwen2.5 7B",
        "Llama 3.1 8B",
    ]
    for each in found:
        assert text[each.start : each.end] == each.raw
    assert find_architectures("a 7B model on 256 H100s") == []


def test_kinds_of_attention() -> None:
    kinds = {"Llama 2 7B": "MHA", "Llama 2 70B": "GQA", "Falcon 7B": "MQA", "DeepSeek-V3": "MLA"}
    assert {name: architecture(name).attention for name in kinds} == kinds
    assert architecture("DeepSeek-V3").moe
    assert not architecture("Llama 2 7B").moe


@given(st.integers(2 * 10**7, 10**13))
@settings(max_examples=100, deadline=None)
def test_a_typical_shape_has_the_size_that_was_asked_for(params: int) -> None:
    shape = typical_shape(Decimal(params))
    assert not shape.exact
    assert shape.counted_params() == pytest.approx(params, rel=0.03)
    assert "typical" in shape_assumption(shape).text


def test_a_typical_mixture_of_experts_has_the_width_of_its_active_part() -> None:
    shape = typical_shape(671 * 10**9, 37 * 10**9)
    published = architecture("DeepSeek-V3")
    assert shape.params == 671 * 10**9
    assert shape.layers == pytest.approx(published.layers, rel=0.15)
    assert shape.d_model == pytest.approx(published.d_model, rel=0.15)


@pytest.mark.parametrize("params", [1, 10**3, 10**6, 10**15])
def test_a_typical_shape_never_fails(params: int) -> None:
    assert typical_shape(params).layers >= 1
