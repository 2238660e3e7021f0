"""When two figures say the same thing."""

from __future__ import annotations

import pytest

from tools.quantities import Quantity, equivalent, find_quantities

SAME = [
    ("about 73,000", "73,214"),
    ("$43M", "4300万美元"),
    ("$43M", "$43.2M"),
    ("3.5 years", "42 months"),
    ("三年半", "42个月"),
    ("12 months", "一年"),
    ("三分之二", "67%"),
    ("two thirds", "66.7%"),
    ("half", "50%"),
    ("五倍", "5x"),
    ("about five times", "5.2x"),
    ("July 2024", "2024-07-29"),
    ("7月", "2024-07-29"),
    ("2024年7月", "in 2024"),
    ("$2.35", "$2.35/h"),
    ("12 days", "11.92 days"),
    ("256 H100s", "256"),
    ("256 H100s", "256 H100 SXM GPUs"),
    ("12", "12 months"),
    ("7B", "70亿参数"),
    ("2T tokens", "兩萬億 token"),
    ("more than 20,000", "2万块以上"),
    ("近 200 億美元", "nearly $20B"),
    ("36%", "36.4%"),
    ("percent: 36%", "36"),
    ("12 days", "about 11.6 days"),
    ("$2.35", "2.35"),
]
DIFFERENT = [
    ("20,000", "20,001"),
    ("2万块", "24,000 GPUs"),
    ("$5", "¥5"),
    ("256 H100s", "256 A100s"),
    ("7B", "7B tokens"),
    ("-5", "5"),
    ("36%", "36.6%"),
    ("2023年", "July 2024"),
    ("July 2024", "August 2024"),
    ("$172,000", "$172,001"),
    ("about 73,000", "80,000"),
    ("$5B", "$5M"),
    ("20%", "20x"),
    ("2024-07-29", "20240729"),
    ("3 weeks", "3 months"),
    ("$43M", "$46M"),
]


def one(text: str) -> Quantity:
    (found,) = find_quantities(text)
    return found


@pytest.mark.parametrize(("a", "b"), SAME)
def test_the_same(a: str, b: str) -> None:
    assert equivalent(one(a), one(b))
    assert equivalent(one(b), one(a))


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_different(a: str, b: str) -> None:
    assert not equivalent(one(a), one(b))
    assert not equivalent(one(b), one(a))
