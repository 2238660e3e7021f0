"""Image and video models: ranges from published runs alone, carried over by peaks."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import InvalidInput, UnknownGpu
from tools.estimates.training.media import (
    MediaTrainingEstimate,
    estimate_media_training,
    media_runs,
)
from tools.gpus import gpu

B = Decimal(10**9)


def test_every_row_is_read_and_names_a_known_gpu_and_a_source() -> None:
    runs = media_runs()
    assert {run.kind for run in runs} == {"image", "video"}
    assert len({run.id for run in runs}) == len(runs) >= 12
    for run in runs:
        assert gpu(run.gpu).training_tflops
        assert run.gpu_hours > 0
        assert run.source


def test_the_range_is_that_of_the_runs_on_the_wanted_gpu() -> None:
    found = estimate_media_training("image", gpu="A100 SXM 80GB", gpus=64)
    hours = {each.run.id: each.gpu_hours_here for each in found.like_runs}
    assert hours["sd-v1"] == 150_000
    assert hours["microdit"] == pytest.approx(499 * 989 / 312)
    assert found.gpu_hours.low == min(hours.values())
    assert found.gpu_hours.high == max(hours.values())
    assert found.days
    assert found.days.high == pytest.approx(found.gpu_hours.high / 24 / 64)
    assert found.cost_usd is None


def test_it_says_that_the_formula_of_language_models_does_not_apply() -> None:
    found = estimate_media_training("video", price_per_gpu_hour=Decimal("2.5"))
    said = {each.name: each.text for each in found.assumptions}
    assert "does not apply to diffusion models" in said["not_6nd"]
    assert found.cost_usd
    assert found.cost_usd.high == Decimal("665000.0") * Decimal("2.5")
    assert len(found.nearest_runs) == 3


def test_hours_that_outsiders_guessed_are_in_no_range() -> None:
    assert any(run.confirmed == "estimate" for run in media_runs())
    for kind in ("image", "video"):
        found = estimate_media_training(kind)  # type: ignore[arg-type]
        assert all(each.run.confirmed != "estimate" for each in found.like_runs)


def test_start_and_size_narrow_only_where_enough_runs_are_left() -> None:
    adapted = estimate_media_training("video", start="pretrained")
    assert {each.run.start for each in adapted.like_runs} == {"pretrained"}
    scratch = estimate_media_training("video", start="scratch")
    assert {each.run.start for each in scratch.like_runs} == {"pretrained", "scratch"}
    assert any(each.name == "too_few_runs" for each in scratch.assumptions)
    sized = estimate_media_training("image", params=B)
    assert all(each.run.params for each in sized.like_runs)


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "audio"}, {"start": "maybe"}, {"params": Decimal(-1)}, {"gpus": 0}],
)
def test_impossible_input_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        estimate_media_training(**{"kind": "image"} | wrong)  # type: ignore[arg-type]


def test_an_unknown_gpu_is_refused() -> None:
    with pytest.raises(UnknownGpu):
        estimate_media_training("image", gpu="Z9000")


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["image", "video"]),
    st.none() | st.integers(10**8, 10**11),
    st.sampled_from([None, "scratch", "pretrained"]),
    st.sampled_from(["H100", "A100", "B200", "L40S"]),
    st.decimals("0.1", "20", places=2),
)
def test_ranges_are_ordered_and_follow_the_price(
    kind: str, params: int | None, start: str | None, name: str, price: Decimal
) -> None:
    size = None if params is None else Decimal(params)
    found = estimate_media_training(kind, size, start, name, 8, price)  # type: ignore[arg-type]
    dearer = estimate_media_training(kind, size, start, name, 8, 2 * price)  # type: ignore[arg-type]
    assert found.gpu_hours.low <= found.gpu_hours.likely <= found.gpu_hours.high
    assert found.cost_usd
    assert dearer.cost_usd
    assert dearer.cost_usd.likely == 2 * found.cost_usd.likely
    assert MediaTrainingEstimate.model_validate(found.model_dump(exclude={"units", "sources"}))
