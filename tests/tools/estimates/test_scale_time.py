"""A year in a week: ideally, with a stated efficiency, and what a batch limit makes impossible."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import InvalidInput
from tools.estimates.training.scale_time import scale_time

D = Decimal


def test_a_year_in_a_week_on_64_gpus() -> None:
    found = scale_time(64)
    assert found.ideal_gpus == found.gpus_needed == 3340
    assert round(found.speed_up, 2) == 52.18
    assert found.reached
    assert found.impossible == ()
    assert found.shortest_days is None
    assert "95 and 98 %" in found.assumptions[0].text
    assert found.cost_usd is None


def test_efficiency_costs_gpus_and_gpu_hours() -> None:
    found = scale_time(64, efficiency_per_doubling=D("0.95"), price_per_gpu_hour=D(2))
    assert found.ideal_gpus == 3340
    assert found.gpus_needed == 4581
    # By hand: 64 x 52.18 ^ (1 / (1 + log2 0.95)).
    speed = (4581 / 64) * 0.95 ** math.log2(4581 / 64)
    assert speed == pytest.approx(365.25 / 7, rel=1e-3)
    assert found.days == pytest.approx(7, rel=1e-3)
    assert found.extra_gpu_hours == pytest.approx(found.gpu_hours - 64 * 365.25 * 24)
    assert found.extra_cost_usd is not None
    assert float(found.extra_cost_usd) == pytest.approx(2 * found.extra_gpu_hours)


def test_the_batch_limit_is_named_and_gives_the_shortest_time() -> None:
    found = scale_time(64, batch_tokens=D(4 * 2**20), tokens_per_gpu=D(4096))
    assert found.inputs.most_gpus == found.gpus_used == 1024
    assert found.impossible == ("batch",)
    assert not found.reached
    assert found.gpus_needed is None
    assert found.days == found.shortest_days == pytest.approx(365.25 / 16)
    assert any("1,024 GPUs at most" in line for line in found.explain())
    assert scale_time(64, most_gpus=4000).reached


def test_a_doubling_that_gains_nothing_reaches_nothing() -> None:
    found = scale_time(64, efficiency_per_doubling=D("0.5"))
    assert found.impossible == ("efficiency",)
    assert found.gpus_needed is None
    assert found.gpus_used == 64
    assert found.shortest_days == pytest.approx(365.25)
    assert any("no number of GPUs" in line for line in found.explain())


@pytest.mark.parametrize(
    "wrong",
    [
        {"gpus": 0},
        {"gpus": 64, "target_days": D(400)},
        {"gpus": 64, "target_days": D(0)},
        {"gpus": 64, "efficiency_per_doubling": D("1.01")},
        {"gpus": 64, "efficiency_per_doubling": D(0)},
        {"gpus": 64, "batch_tokens": D(4096)},
        {"gpus": 64, "most_gpus": 32},
        {"gpus": 64, "price_per_gpu_hour": D(0)},
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, Decimal]) -> None:
    with pytest.raises(InvalidInput):
        scale_time(**wrong)  # type: ignore[arg-type]


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 100_000),
    st.decimals(D(2), D(4000), places=1),
    st.decimals(D("0.1"), D("1.9"), places=1),
    st.decimals(D("0.3"), D(1), places=3),
    st.integers(1, 64),
)
def test_more_gpus_never_take_fewer_gpu_hours(
    gpus: int, days: Decimal, wanted: Decimal, kept: Decimal, room: int
) -> None:
    found = scale_time(gpus, days, wanted, kept, most_gpus=gpus * room)
    ideal = scale_time(gpus, days, wanted)
    # Rounding up to whole GPUs can finish a moment early.
    assert found.gpu_hours >= found.ideal_gpu_hours * (1 - 1e-9)
    assert found.gpus_used <= gpus * room
    assert ideal.gpus_needed == found.ideal_gpus
    if found.gpus_needed is not None:
        assert found.gpus_needed >= found.ideal_gpus
        assert found.days <= float(wanted) * (1 + 1e-9)
    else:
        assert found.impossible
