"""What estimators refuse in common."""

from __future__ import annotations

import pytest

from tools.errors import InvalidInput, UnknownGpu
from tools.estimates.checks import gpu_kind


@pytest.mark.parametrize("counted", ["8x H100", "256 H100s", "8 x A100 80GB"])
def test_a_number_in_the_name_of_a_gpu_is_not_dropped(counted: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        gpu_kind(counted)
    assert counted in caught.value.message


@pytest.mark.parametrize(
    "name", ["H100", "4090", "RTX 4090 D", "nvidia-h100-sxm5-80gb", "A100 80GB"]
)
def test_a_number_that_is_the_name_stays(name: str) -> None:
    assert gpu_kind(name).key


def test_an_unknown_name_is_unknown_with_a_number_too() -> None:
    with pytest.raises(UnknownGpu):
        gpu_kind("8x Z9000")
