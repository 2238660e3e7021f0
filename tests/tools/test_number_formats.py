"""Every way in which people write the numbers of a job: written, read, and the same again.

Each format has a generator of its values; what is Chinese is also read in Traditional.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from tests.tools.number_words import chinese, english
from tools import quantities
from tools.errors import AmbiguousInput, InvalidInput
from tools.quantities import Unit, find_quantities

Value = Decimal | int
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@dataclass(frozen=True)
class Format:
    """A way to write values: `text` writes one, `by` is what its unit multiplies it by."""

    read: Callable[[str], Value]
    values: st.SearchStrategy[Any]
    text: Callable[[Any], str]
    by: Decimal = Decimal(1)


def decimals(low: str, high: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(low, high, places=places)


def form(template: str) -> Callable[[Any], str]:
    return template.format


def words(template: str, write: Callable[[int], str] = chinese) -> Callable[[int], str]:
    return lambda number: template.format(write(number))


B, T, YI = Decimal(10**9), Decimal(10**12), Decimal(10**8)
TENTHS = decimals("0.1", "999", 1)
WHOLE = st.integers(2, 9999)
PERCENTS = decimals("0.1", "100", 1)
PRICES = decimals("0.01", "99", 2)
q = quantities

FORMATS: dict[str, Format] = {
    **{
        f"params {text}": Format(q.parse_params, TENTHS, form(text), by)
        for text, by in (
            ("{}B", B), ("{}b", B), ("{} B", B), ("{} billion", B), ("{} billion parameters", B),
            ("{}B params", B), ("{}亿", YI), ("{}亿参数", YI), ("参数量{}亿", YI), ("{}e9", B),
            ("{}万亿参数", T), ("{}M", Decimal(10**6)), ("{} million", Decimal(10**6)),
        )
    },
    "params in words": Format(q.parse_params, WHOLE, words("{}亿"), YI),
    "params in English words": Format(
        q.parse_params, st.integers(2, 999), words("{} billion", english), B
    ),
    "params full width": Format(q.parse_params, WHOLE, lambda n: f"{n}B".translate(FULL_WIDTH), B),
    **{
        f"tokens {text}": Format(q.parse_tokens, TENTHS, form(text), by)
        for text, by in (
            ("{}T", T), ("{} T", T), ("{}T tokens", T), ("{} trillion tokens", T), ("{}万亿", T),
            ("{}万亿 token", T), ("{}万亿词元", T), ("{}万亿个token", T), ("{}兆词元", T),
            ("{}B tokens", B), ("{}亿词元", YI), ("{}e12", T),
        )
    },
    "tokens in words": Format(q.parse_tokens, WHOLE, words("{}万亿词元"), T),
    **{
        f"count {text}": Format(q.parse_count, st.integers(1, 999_999), form(text))
        for text in ("{}", "{:,}", "{} GPUs", "{}张", "{}块", "{}卡", "{}k", "{}万", "{:_}")
        if text not in ("{}k", "{}万")
    },
    "count k": Format(q.parse_count, WHOLE, form("{}k"), Decimal(1000)),
    "count 万": Format(q.parse_count, WHOLE, form("{}万"), Decimal(10_000)),
    "count in words": Format(q.parse_count, WHOLE, words("{}张")),
    "count grid": Format(
        q.parse_count, st.tuples(WHOLE, WHOLE), lambda two: f"{two[0]}x{two[1]}"
    ),
    **{
        f"price {text}": Format(q.parse_price, PRICES, form(text))
        for text in (
            "{}", "${}", "${}/h", "US${} per GPU-hour", "{} USD/hr", "${} an hour", "{}美元每卡时",
            "每卡每小时{}美元", "{}刀", "{}美元/小时", "每小时{}美元", "{}美金一卡时", "${}/GPU/hr",
        )
    },
    **{
        f"days {text}": Format(q.parse_days, WHOLE, form(text), Decimal(by))
        for text, by in (
            ("{}", 1), ("{} days", 1), ("{}天", 1), ("{} weeks", 7), ("{}周", 7), ("{}个星期", 7),
            ("{}个礼拜", 7), ("{} years", 365), ("{}年", 365),
        )
        if text != "{}年"
    },
    "weeks in words": Format(q.parse_days, WHOLE, words("{}周"), Decimal(7)),
    "礼拜 in words": Format(q.parse_days, WHOLE, words("{}个礼拜"), Decimal(7)),
    **{
        f"months {text}": Format(q.parse_months, st.integers(2, 240), form(text), Decimal(by))
        for text, by in (("{}", 1), ("{} months", 1), ("{}个月", 1), ("{} years", 12))
    },
    **{
        f"rate {text}": Format(q.parse_per_minute, WHOLE, form(text), Decimal(by))
        for text, by in (
            ("{}", 1), ("{:,} requests per minute", 1), ("{} requests/min", 1), ("{} rpm", 1),
            ("{}次/分钟", 1), ("每分钟{}次请求", 1), ("每分钟{}个请求", 1), ("{} QPS", 60),
            ("{} requests a second", 60), ("每秒{}次请求", 60), ("{}次请求/秒", 60),
        )
    },
    **{
        f"seconds {text}": Format(q.parse_seconds, decimals("0.1", "90", 1), form(text))
        for text in ("{}", "{}s", "{} s", "{} seconds", "{}秒")
    },
    "milliseconds": Format(q.parse_seconds, WHOLE, form("{} ms"), Decimal("0.001")),
    "毫秒": Format(q.parse_seconds, WHOLE, form("{}毫秒"), Decimal("0.001")),
    **{
        f"context {text}": Format(q.parse_context, st.integers(256, 10**6), form(text))
        for text in ("{}", "{:,}", "{} tokens", "上下文长度{}", "{} token上下文", "context of {}")
    },
    **{
        f"context {text}": Format(
            q.parse_context, st.sampled_from([4, 8, 32, 64, 128, 256]), form(text), Decimal(1024)
        )
        for text in ("{}k", "{}K", "{}k context", "{}K上下文")
    },
    **{
        f"share {text}": Format(q.parse_share, PERCENTS, form(text), Decimal("0.01"))
        for text in ("{}%", "{} %", "{} percent", "{}％", "百分之{}")
    },
    "share bare": Format(q.parse_share, decimals("0.01", "1", 2), form("{}")),
    "成": Format(
        q.parse_share, st.integers(11, 99).filter(lambda n: n % 10),
        lambda n: f"{chinese(n // 10)}成{chinese(n % 10)}", Decimal("0.01"),
    ),
    **{
        f"dollars {text}": Format(q.parse_dollars, TENTHS, form(text), Decimal(by))
        for text, by in (
            ("${}M", 10**6), ("${} million", 10**6), ("{}M USD", 10**6), ("{}百万美元", 10**6),
            ("{}万美元", 10**4), ("{}亿美元", 10**8), ("US${}B", 10**9), ("${}k", 1000),
        )
    },
    **{
        f"power {text}": Format(q.parse_kw, TENTHS, form(text), Decimal(by))
        for text, by in (("{}", 1), ("{} kW", 1), ("{}千瓦", 1), ("{} MW", 1000), ("{}兆瓦", 1000))
    },
    **{
        f"power price {text}": Format(q.parse_price_per_kwh, PRICES, form(text))
        for text in ("{}", "${}/kWh", "{}美元/度", "每度{}美元", "{}美元每千瓦时", "每度电{}美元")
    },
}  # fmt: skip


def expected(form_: Format, value: Any) -> Decimal:
    number = value[0] * value[1] if isinstance(value, tuple) else value
    return Decimal(number) * form_.by


@cache
def traditional() -> OpenCC:
    return OpenCC("s2t")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_round_trips_in_its_scripts(name: str) -> None:
    form_ = FORMATS[name]

    @settings(max_examples=25, deadline=None)
    @given(form_.values)
    def round_trips(value: Any) -> None:
        text = form_.text(value)
        assert form_.read(text) == expected(form_, value), text
        other = traditional().convert(text)
        assert form_.read(other) == expected(form_, value), other

    round_trips()


IN_A_QUESTION = {
    "{}x H100": ("H100", 1), "{} x H100": ("H100", 1), "{}张H100": ("H100", 1),
    "H100×{}": ("H100", 1), "{}块A100": ("A100", 1), "{:,} H100 GPUs": ("H100", 1),
    "{}卡H800": ("H800", 1), "8x{} H100": ("H100", 8), "{}张英伟达H100": ("H100", 1),
}  # fmt: skip


@pytest.mark.parametrize("template", IN_A_QUESTION)
def test_gpus_are_found_with_their_count(template: str) -> None:
    gpu, by = IN_A_QUESTION[template]

    @settings(max_examples=25, deadline=None)
    @given(st.integers(2, 9999))
    def found(number: int) -> None:
        written = template.format(number)
        for text in (written, traditional().convert(written)):
            for question in (text, f"用{text}训练要多久？", f"How long on {text}?"):
                [one] = find_quantities(question)
                assert (one.unit, one.value) == (Unit.GPUS, number * by), question
                assert one.gpu is not None
                assert one.gpu.endswith(gpu)

    found()


SEVERAL = [
    (q.parse_params, "3亿2千", ("300,002,000", "320 million")),
    (q.parse_params, "三億二千參數", ("300,002,000", "320 million")),
    (q.parse_tokens, "3万亿5千", ("3,000,000,005,000", "3.5 trillion")),
    (q.parse_params, "1,5B", ("1.5 billion", "15 billion")),
    (q.parse_count, "1.000", ("1", "1,000")),
    (q.parse_dollars, "32.000", ("32", "32,000")),
    (q.parse_dollars, "$32.500", ("32.5", "32,500")),
    (q.parse_per_minute, "1.200", ("1.2", "1,200")),
    (q.parse_context, "8.192", ("8.192", "8,192")),
    (q.parse_count, "2.500", ("2.5", "2,500")),
]


@pytest.mark.parametrize(("read", "text", "readings"), SEVERAL)
def test_what_may_mean_two_things_names_both(
    read: Callable[[str], Value], text: str, readings: tuple[str, ...]
) -> None:
    with pytest.raises(AmbiguousInput) as caught:
        read(text)
    assert caught.value.readings == readings
    assert all(each in caught.value.message for each in readings)
    assert caught.value.code == "ambiguous_input"


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 99), st.integers(1, 9), st.sampled_from("亿億"))
def test_a_unit_that_was_skipped_is_never_guessed(many: int, few: int, hundred: str) -> None:
    for text in (f"{many}{hundred}{few}千", f"{chinese(many)}{hundred}{chinese(few)}千"):
        with pytest.raises(AmbiguousInput):
            q.parse_params(text)
        [found] = find_quantities(f"训练{text}参数的模型")
        assert found.readings == (many * YI + few * 1000, many * YI + few * 10**7)
    for text, rest in ((f"{many}{hundred}{few}千万", few * 10**7), (f"{many}{hundred}", 0)):
        assert q.parse_params(text) == many * YI + rest
        assert not find_quantities(f"训练{text}参数的模型")[0].readings


REFUSED = [
    (q.parse_count, ("0", "-8", "2.5", "10-20", "many", "256 TB")),
    (q.parse_params, ("-7B", "0B", "7B-13B", "7B to 13B", "large")),
    (q.parse_price, ("17块一卡时", "¥18/卡时", "$0/h", "-$2/h", "$2-3/h")),
    (q.parse_days, ("20 hours a week", "3 days per month", "January", "1月", "0天")),
    (q.parse_per_minute, ("0", "-5 rpm", "5 GPUs", "some")),
    (q.parse_months, ("2 weeks", "2.5", "January", "0")),
    (q.parse_context, ("0", "-4k", "4.5", "$4k")),
    (q.parse_price_per_kwh, ("0.6元/度", "$2/h", "0")),
    (q.parse_seconds, ("0 ms", "-2s", "3 GPUs")),
    (q.parse_share, ("150", "five")),
]


@pytest.mark.parametrize(
    ("read", "text"), [(read, text) for read, texts in REFUSED for text in texts]
)
def test_what_cannot_be_is_refused_with_a_reason(read: Callable[[str], Value], text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(text)
    assert repr(text)[1:-1] in caught.value.message
    assert caught.value.hint


PIECES = "0123456789.,-~ x×kKMBTbs%$¥每卡时小分钟秒度千瓦万亿兆半年月成请求次上下文长度GPUH"


@settings(max_examples=300, deadline=None)
@given(st.text(PIECES, max_size=24))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in {each.read for each in FORMATS.values()}:
        try:
            value = read(text)
        except InvalidInput:
            continue
        assert Decimal(value).is_finite()


@pytest.mark.parametrize("read", [q.parse_money, q.parse_share, q.parse_count, q.parse_price])
@pytest.mark.parametrize("part", ["9", "一", "1 "])
def test_a_long_text_is_refused_at_once(read: Callable[[str], object], part: str) -> None:
    started = time.process_time()
    with pytest.raises(InvalidInput) as caught:
        read(part * 20_000)
    assert len(caught.value.message) < 200
    assert time.process_time() - started < 0.5
