"""Quantities in three scripts: a golden table, round trips, offsets and speed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.tools import golden_quantities as golden
from tests.tools.number_words import chinese, english
from tools.quantities import Quantity, Unit, find_quantities

CASES = golden.ENGLISH + golden.SIMPLIFIED + golden.TRADITIONAL


def _check(found: Quantity, expected: str) -> None:
    unit, value, *extras = expected.split(" ", 2)
    rest = extras[0] if extras else ""
    approximate = rest.endswith("~")
    rest = rest.removesuffix("~").strip()
    assert found.unit == unit
    assert found.value == Decimal(value)
    assert found.approximate is approximate
    assert found.gpu == (rest.partition("gpu=")[2] or None)
    if found.unit in (Unit.DATE, Unit.YEAR):
        assert found.iso == rest.removeprefix("iso=")
    else:
        assert found.currency == (rest if rest and "gpu=" not in rest else None)


def test_the_table_is_large_enough() -> None:
    assert len(CASES) >= 150
    assert min(len(golden.SIMPLIFIED), len(golden.TRADITIONAL)) >= 30


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_golden(text: str, expected: str) -> None:
    found = find_quantities(text)
    wanted = [each for each in expected.split("; ") if each]
    assert [str(each.unit) for each in found] == [each.split()[0] for each in wanted]
    for quantity, figure in zip(found, wanted, strict=True):
        _check(quantity, figure)
        assert text[quantity.start : quantity.end] == quantity.text


@pytest.mark.parametrize(("text", "expected"), CASES[:60] + CASES[-80:])
def test_golden_inside_a_sentence(text: str, expected: str) -> None:
    wrapped = f"Note. {text}, and so on" if text.isascii() else f"据报道，{text}，等等"
    found = find_quantities(wrapped)
    assert len(found) == len([each for each in expected.split("; ") if each])
    for quantity in found:
        assert wrapped[quantity.start : quantity.end] == quantity.text


def test_a_question_as_asked() -> None:
    found = find_quantities(
        "We raised $12M (Series A) and want to pre-train a 7B model on 2T tokens on 256 H100s"
        " from January."
    )
    assert [(each.unit, each.value) for each in found[:4]] == [
        (Unit.MONEY, Decimal("12e6")),
        (Unit.PARAMS, Decimal("7e9")),
        (Unit.TOKENS, Decimal("2e12")),
        (Unit.GPUS, Decimal(256)),
    ]
    assert found[3].gpu == "H100"
    assert found[4].iso == "--01"


def test_list_numbers_are_no_figures() -> None:
    assert find_quantities("1. Oxygen\n2. Andromeda\n3、Generate\n") == []


# -- round trips ---------------------------------------------------------------------------------


@given(st.integers(2, 99_999_999))
@settings(max_examples=300, deadline=None)
def test_chinese_numerals_round_trip(number: int) -> None:
    (found,) = find_quantities(f"共{chinese(number)}张H100")
    assert (found.unit, found.value) == (Unit.GPUS, Decimal(number))


@given(st.integers(2, 999_999_999))
@settings(max_examples=300, deadline=None)
def test_english_words_round_trip(number: int) -> None:
    (found,) = find_quantities(f"They own {english(number)} GPUs.")
    assert (found.unit, found.value) == (Unit.GPUS, Decimal(number))


@given(st.integers(1, 99_999), st.sampled_from([("", 0), ("k", 3), ("万", 4), ("亿", 8)]))
@settings(max_examples=200, deadline=None)
def test_digits_with_a_scale_round_trip(number: int, scale: tuple[str, int]) -> None:
    word, power = scale
    for written in (str(number), f"{number:,}"):
        (found,) = find_quantities(f"有{written}{word}块GPU")
        assert found.value == number * 10**power


@given(st.decimals("0.01", "9999", places=2), st.sampled_from(["${}/h", "{}美元每卡时", "USD {}"]))
@settings(max_examples=200, deadline=None)
def test_prices_round_trip(amount: Decimal, form: str) -> None:
    (found,) = find_quantities(form.format(amount))
    assert found.value == amount
    assert isinstance(found.value, Decimal)
    assert found.currency == "USD"


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_without_an_exception(text: str) -> None:
    end = 0
    for found in find_quantities(text):
        assert found.start >= end
        assert text[found.start : found.end] == found.text
        end = found.end


@given(
    st.text(
        "0123456789.,-x×*kKMBT%$¥ 零一二两三十百千万亿年月个半分之多约GPUH张块卡时/", max_size=60
    )
)
@example("0亿一0万")
@example("0亿0二千")
@settings(max_examples=500, deadline=None)
def test_any_mix_of_numerals_is_read_without_an_exception(text: str) -> None:
    for found in find_quantities(text):
        assert found.value.is_finite()


def test_4000_characters_take_no_longer_than_120_passes_of_one_pattern() -> None:
    """About 7 ms on a quiet machine; measured against plain work, since machines are shared."""
    text = (
        "We raised $12M and train a 7B model on 2T tokens with 256 H100s. 该计划动用约3000块GPU，"
        "预计耗资50亿美元，三年半还清，占36%。 No figures here, only words about the market. "
    )
    text = (text * 30)[:4000]

    def plain() -> None:
        for _ in range(120):
            re.findall(r"[A-Za-z]+|\d+(?:\.\d+)?|[一-鿿]", text)

    best = min(_timed(lambda: find_quantities(text)) for _ in range(7))
    assert best < min(_timed(plain) for _ in range(7))


def _timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


@pytest.mark.parametrize(
    ("text", "gpus"),
    [
        ("32台8卡H100，跑两周", 256),
        ("十六台八卡服务器", 128),
        ("8卡机4台", 32),
        ("a dozen nodes of 8, for a week", 96),
        ("16 nodes with 8 H200s each", 128),
        ("two 8-GPU servers", 16),
        ("8 GPUs per node on 32 nodes", 256),
        ("16個節點，每個節點8張H200", 128),
    ],
)
def test_machines_times_cards_are_gpus(text: str, gpus: int) -> None:
    found = [q for q in find_quantities(text) if q.unit is Unit.GPUS]
    assert [int(q.value) for q in found] == [gpus]
    assert text[found[0].start : found[0].end] == found[0].text


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("half a trillion tokens", Unit.TOKENS, 5 * 10**11),
        ("a quarter of a million examples", Unit.EXAMPLES, 250_000),
        ("100B more tokens", Unit.TOKENS, 10**11),
        ("千亿参数的模型", Unit.PARAMS, 10**11),
        ("万亿token", Unit.TOKENS, 10**12),
        ("兩成首付", Unit.PERCENT, 20),
        ("sequences of 4096", Unit.CONTEXT_TOKENS, 4096),
    ],
)
def test_amounts_that_leave_a_number_out(text: str, unit: Unit, value: int) -> None:
    assert [(q.unit, int(q.value)) for q in find_quantities(text)] == [(unit, value)]


def test_machines_of_other_things_are_no_gpus() -> None:
    for text in ("10 machines of 8 different kinds", "2 nodes in 8 days", "上千亿参数"):
        assert not [q for q in find_quantities(text) if q.unit in (Unit.GPUS, Unit.PARAMS)]
