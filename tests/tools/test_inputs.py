"""Command-line arguments: what is taken, and what is refused with a reason."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from tools.errors import InvalidInput
from tools.quantities import (
    parse_count,
    parse_days,
    parse_dollars,
    parse_hours,
    parse_params,
    parse_price,
    parse_share,
    parse_tokens,
)

Parse = Callable[[str], Decimal]
TAKEN: list[tuple[Parse, str, str]] = [
    (parse_dollars, "$150B", "150e9"),
    (parse_dollars, "1500亿美元", "150e9"),
    (parse_dollars, "2.5M", "2.5e6"),
    (parse_dollars, "0", "0"),
    (parse_share, "95%", "0.95"),
    (parse_share, "0.95", "0.95"),
    (parse_share, "１００%", "1"),
    (parse_share, "-20%", "-0.2"),
    (parse_share, "百分之九十五", "0.95"),
    (parse_share, "三成", "0.3"),
    (parse_share, "0", "0"),
    (parse_params, "7B", "7e9"),
    (parse_params, "7b", "7e9"),
    (parse_params, "70 billion", "70e9"),
    (parse_params, "70 billion parameters", "70e9"),
    (parse_params, "130亿", "13e9"),
    (parse_params, "130億參數", "13e9"),
    (parse_params, "７Ｂ", "7e9"),
    (parse_params, "7e9", "7e9"),
    (parse_params, "125m", "125e6"),
    (parse_params, "7_000_000_000", "7e9"),
    (parse_tokens, "2T", "2e12"),
    (parse_tokens, "300B tokens", "3e11"),
    (parse_tokens, "3万亿词元", "3e12"),
    (parse_tokens, "兩萬億", "2e12"),
    (parse_count, "256", "256"),
    (parse_count, "2048", "2048"),
    (parse_count, "20k", "20000"),
    (parse_count, "2万", "20000"),
    (parse_count, "512张", "512"),
    (parse_count, "256 GPUs", "256"),
    (parse_price, "2.35", "2.35"),
    (parse_price, "$2.35/h", "2.35"),
    (parse_price, "2.35/h", "2.35"),
    (parse_price, "2.5美元每卡时", "2.5"),
    (parse_days, "21", "21"),
    (parse_days, "3 weeks", "21"),
    (parse_days, "三个月", "91.25"),
    (parse_days, "半年", "182.5"),
    (parse_days, "三年半", "1277.5"),
]
REFUSED: list[tuple[Parse, str]] = [
    *((parse_dollars, text) for text in ("¥5M", "4M CHF", "-5", "much", "7B params")),
    *((parse_share, text) for text in ("95", "much", "$5", "1.01", "")),
    *((parse_params, text) for text in ("", "7", "0", "-7B", "2T tokens", "about 7B", "7,5B")),
    *((parse_params, text) for text in ("1.000.000", "seven", "7B 8B", "large", "x" * 500, "NaN")),
    *((parse_tokens, text) for text in ("2", "7B params", "0", "-2T", "数万亿")),
    *((parse_count, text) for text in ("0", "-3", "2.5", "256x", "many", "1e400", "$5", "3 weeks")),
    *((parse_price, text) for text in ("0", "-1", "¥18/卡时", "2,35", "free", "7B", "€2/h")),
    *((parse_days, text) for text in ("0 days", "-1 day", "soon", "2T", "5 GPUs")),
]


@pytest.mark.parametrize(("parse", "text", "value"), TAKEN)
def test_taken(parse: Parse, text: str, value: str) -> None:
    assert parse(text) == Decimal(value)


@pytest.mark.parametrize(("parse", "text"), REFUSED)
def test_refused_with_a_hint(parse: Parse, text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(text)
    assert caught.value.message
    assert caught.value.hint
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("72", "72"),
        ("1,000", "1000"),
        ("1_000", "1000"),
        ("１００", "100"),
        ("2万", "20000"),
        ("1.5", "1.5"),
        ("72h", "72"),
        ("72小时", "72"),
        ("3 weeks", "504"),
        ("半天", "12"),
    ],
)
def test_a_bare_number_of_hours_is_hours_however_it_is_written(text: str, hours: str) -> None:
    assert parse_hours(text) == Decimal(hours)


@pytest.mark.parametrize("text", ["0", "-3", "soon", "8 GPUs", ""])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_hours(text)
