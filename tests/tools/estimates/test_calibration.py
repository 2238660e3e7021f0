"""What is learned from published runs: the rows, the rules, and how they do on unseen families."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from subprocess import run

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import InvalidInput, UnreadableRuns
from tools.estimates.training.calibration import (
    CANDIDATES,
    Part,
    Scored,
    leave_out,
    main,
    nested,
    summary,
)
from tools.estimates.training.published_runs import (
    OWN_FAMILY,
    accounting_of,
    published_runs,
    read_own_runs,
    read_runs,
    runs_to_fit,
)
from tools.estimates.training.utilisation import (
    ADOPTED,
    band_from,
    case_of,
    fit,
    fitted_band,
    weighted_quantile,
)

# Its rules are fitted once, in one process.
pytestmark = pytest.mark.xdist_group("calibration")

HEAD = "model,params_total_b,params_active_b,tokens_t,gpu_type,n_gpus,gpu_hours,scope,family"


@pytest.fixture(scope="module")
def scored() -> list[Scored]:
    return leave_out(runs_to_fit())


def _file(folder: Path, *lines: str) -> Path:
    path = folder / "runs.csv"
    path.write_text("\n".join([HEAD, *lines]), encoding="utf-8")
    return path


# -- the rows ------------------------------------------------------------------------------------


def test_every_run_has_a_source_and_a_possible_utilisation() -> None:
    assert len(published_runs()) >= 40
    for each in published_runs():
        assert each.source
        assert 0 < each.plain_utilisation <= 0.65, each.id
        assert each.utilisation > each.plain_utilisation


def test_what_hours_count_follows_the_stated_rule() -> None:
    for each in published_runs():
        assert each.accounting == accounting_of(each.scope), each.id
    assert {each.accounting for each in runs_to_fit()} == {"clean", "final", "whole", "window"}


def test_only_training_from_scratch_fits() -> None:
    assert len(runs_to_fit()) == 45
    assert {each.kind for each in runs_to_fit()} == {"dense", "dense-small", "moe"}
    assert {each.id for each in published_runs() if not each.fit} == {
        "olmo-hybrid-7b",
        "hermes3-405b",
    }


# -- the fit -------------------------------------------------------------------------------------


def test_no_family_dominates_the_band() -> None:
    runs = list(runs_to_fit())
    llama = [each for each in runs if each.id == "llama3-8b"]
    crowded = band_from("dense", [*runs, *llama * 50])
    plain = band_from("dense", runs)
    assert crowded.likely == pytest.approx(plain.likely, abs=0.02)
    assert plain.low < plain.likely < plain.high


def test_mixtures_of_experts_differ_in_the_middle_and_share_the_spread() -> None:
    dense, moe = fitted_band("dense"), fitted_band("moe")
    assert moe.high / moe.low == pytest.approx(dense.high / dense.low)
    assert moe.likely < dense.likely
    assert fitted_band("dense_small").likely == dense.likely


def test_without_a_dense_run_nothing_is_learned() -> None:
    with pytest.raises(InvalidInput):
        fit(ADOPTED, [])


def test_the_fit_never_sees_the_family_left_out() -> None:
    """Making a family's hours absurd changes how well it is estimated, not the estimate."""
    runs = list(runs_to_fit())
    changed = [
        each.model_copy(update={"gpu_hours": each.gpu_hours * 7}) if each.family == "phi" else each
        for each in runs
    ]
    shift = math.log(7)
    for before, after in zip(leave_out(runs), leave_out(changed), strict=True):
        if before.run.family == "phi":
            assert after.log == pytest.approx(before.log - shift)
            assert after.width == before.width


# -- the figures ---------------------------------------------------------------------------------


def test_leaving_one_family_out_beats_the_plain_rule(scored: Sequence[Scored]) -> None:
    parts: tuple[Part, ...] = ("dense", "dense_small", "moe", "all")
    for part in parts:
        found = summary(scored, part)
        assert found
        assert found.error < found.plain_error
        assert found.error_without_accounting < found.plain_error
    dense, all_ = summary(scored, "dense"), summary(scored, "all")
    assert dense
    assert all_
    assert max(dense.error, dense.error_without_accounting) <= 0.30
    for each in (dense, all_):
        assert 0.75 <= each.coverage <= 0.90
        assert each.width <= 3.2


def test_the_choice_of_the_rule_stands_without_the_family_too() -> None:
    found, chosen = nested(runs_to_fit())
    dense = summary(found, "dense")
    assert dense
    assert dense.error_without_accounting < dense.plain_error
    assert dense.coverage >= 0.75
    assert chosen[ADOPTED.name] > sum(chosen.values()) / 2
    assert set(chosen) <= {each.name for each in CANDIDATES}


def test_the_command_prints_every_part_and_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    said = capsys.readouterr().out
    for word in ("dense", "dense_small", "moe", "6ND 40 %", *(each.name for each in CANDIDATES)):
        assert word in said


def test_other_runs_can_be_scored(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        "New 7B,7,,2,H100,256,80000,wall x GPUs,new",
        "New 100B-A10B,100,10,5,H100,,900000,,new",
        "Phi copy,3.8,,4.9,H100 SXM,512,122880,wall x GPUs,phi",
    )
    done = run(
        [sys.executable, "-m", "tools.estimates.training.calibration", "--runs", str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "3 runs of runs.csv" in done.stdout
    row = next(line for line in done.stdout.splitlines() if line.startswith("New 7B"))
    new = read_runs(path)[0]
    likely = fit(ADOPTED, runs_to_fit()).hours_factor(case_of(new)) * new.hours_at_peak
    assert f"{likely:,.0f}" in row
    # A family that the table holds is scored as left out: not with its own rows in the fit.
    copied = next(each for each in leave_out(runs_to_fit()) if each.run.id == "phi3-mini-128k")
    phi = next(line for line in done.stdout.splitlines() if line.startswith("Phi copy"))
    hours = float(phi.split()[3].replace(",", ""))
    assert hours == pytest.approx(
        122880 * math.exp(copied.log_without_accounting), rel=0.05
    )  # the copy states no shape


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("A,7,,2,H9000,,80000,,", "unknown GPU"),
        ("A,7,8,2,H100,,80000,,", "8B active of 7B"),
        ("A,7,,2,H100,,1000,,", "peak cannot be reached"),
        ("A,,,2,H100,,80000,,", "params_total_b"),
        ("A,7,,two,H100,,80000,,", "tokens_t 'two' is not a number"),
        ("A,7,,2,H100,,0,,", "gpu_hours"),
        ("A,7,,2,H100,,80000,,,more", "more cells than columns"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, reason: str) -> None:
    path = _file(tmp_path, "Good,7,,2,H100,256,80000,,", line)
    with pytest.raises(UnreadableRuns) as caught:
        read_runs(path)
    assert "line 3" in caught.value.message
    assert reason in caught.value.message


def test_the_command_says_why_a_file_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--runs", str(tmp_path / "none.csv")]) == 1
    assert "cannot read" in capsys.readouterr().err


# -- the fund's own runs ---------------------------------------------------------------------------


def test_own_runs_weigh_into_the_band(tmp_path: Path) -> None:
    path = _file(tmp_path, *(f"Ours {n},7,,2,H100,128,60000,final run,x" for n in range(8)))
    own = read_own_runs(path)
    assert {each.family for each in own} == {OWN_FAMILY}
    band = fitted_band("dense", own)
    assert band.own_runs == 8
    # Eight runs weigh 24 families of 42: the middle is theirs.
    ours = own[0].utilisation
    assert abs(band.likely - ours) < abs(fitted_band("dense").likely - ours) / 4
    assert band.low < band.likely < band.high


@given(
    st.lists(st.tuples(st.floats(-5, 5), st.floats(0.1, 5)), min_size=1, max_size=12),
    st.floats(0, 1),
)
@settings(max_examples=150, deadline=None)
def test_a_weighted_quantile_lies_within(weighted: list[tuple[float, float]], share: float) -> None:
    found = weighted_quantile(weighted, share)
    values = [value for value, _ in weighted]
    assert min(values) - 1e-9 <= found <= max(values) + 1e-9
    assert found <= weighted_quantile(weighted, min(1.0, share + 0.1)) + 1e-9


def test_amounts_are_absolute() -> None:
    llama = next(each for each in published_runs() if each.id == "llama1-7b")
    assert llama.params == Decimal("6.7") * 10**9
    assert llama.tokens == Decimal(10**12)


def test_rows_that_are_not_for_use_are_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "runs.csv"
    path.write_text(
        "model,params_total_b,tokens_t,gpu_type,gpu_hours,cost_basis,use_in_validation\n"
        "Ours,7,2,A100-SXM-80GB,300000,a guess,yes\n"
        "No hours published,7,2,H100,,,no\n",
        encoding="utf-8",
    )
    assert [run.model for run in read_runs(path)] == ["Ours"]
