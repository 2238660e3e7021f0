"""What an answer may say on the strength of a source: never more than the source."""

from __future__ import annotations

import pytest

from tools.quantities import find_quantities, supports


@pytest.mark.parametrize(
    ("evidence", "figure", "holds"),
    [
        ("4300万美元", "$43M", True),
        ("$43,214,000", "$43M", True),
        ("$43M", "$43,214,000", False),
        ("2 partners", "$2.40 per GPU-hour", False),
        ("2.72", "$3.20 per GPU-hour", False),
        ("$2.99 per GPU-hour", "$3 per GPU-hour", True),
        ("2万块", "20,000 GPUs", True),
        ("20,000 GPUs", "20,001 GPUs", False),
        ("about 73,000 GPU-hours", "73,214 GPU-hours", False),
        ("73,214 GPU-hours", "about 73,000 GPU-hours", True),
        ("三年半", "42 months", True),
        ("3.5 years", "42 months", True),
        ("三分之二", "67%", True),
        ("67%", "two thirds", True),
        ("2024-07-29", "July 2024", True),
        ("July 2024", "29 July 2024", False),
        ("2024年7月", "2024", True),
        ("36%", "36.5%", False),
        ("36.5%", "37%", True),
    ],
)
def test_supports(evidence: str, figure: str, holds: bool) -> None:
    (source,), (said,) = find_quantities(evidence), find_quantities(figure)
    assert supports(source, said) is holds
