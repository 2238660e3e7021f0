"""The examples run, and print what the functions give."""

from __future__ import annotations

import re
import runpy
from decimal import Decimal
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "examples"
SAID = {
    "train.py": ("256 GPUs: ", "GPU-hours at full peak = ", "The nearest published runs:"),
    "finetune.py": ("full ", "lora ", "qlora ", "weights = "),
    "serve.py": ("bf16: ", "fp8: ", "a million tokens", "KV cache = "),
    "buy_or_rent.py": ("Owning costs $", "one-year contract", "break-even use"),
    "loan.py": ("at 10 %: $906,138 a month", "at 12 %: $936,820", "at 15 %: $983,970"),
    "credits.py": ("Usable before it expires: $288,000; lost: $62,000", "year 2: "),
    "routes.py": ("Our fund's cluster", " 1. ", "not known: "),
    "chinese_input.py": (
        "130亿参数: 13000000000 params",
        "三周: 21 duration_days",
        "300,002,000 还是",
    ),
}


def output_of(name: str, capsys: pytest.CaptureFixture[str]) -> str:
    runpy.run_path(str(FOLDER / name), run_name="__main__")
    out, err = capsys.readouterr()
    assert err == ""
    return str(out)


def test_every_example_is_known() -> None:
    assert {path.name for path in FOLDER.glob("*.py")} == {*SAID}


@pytest.mark.parametrize("name", SAID)
def test_an_example_runs_and_prints_its_figures(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = output_of(name, capsys)
    for words in SAID[name]:
        assert words in out, out
    assert f"python examples/{name}" in (FOLDER / name).read_text(encoding="utf-8")


def test_training_on_twice_the_gpus_takes_no_fewer_gpu_hours(
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = output_of("train.py", capsys)
    few, many = (
        Decimal(hours.replace(",", "")) for hours in re.findall(r"GPUs: ([\d,]+) GPU-hours", out)
    )
    assert 45_000 < few <= many < 150_000


def test_a_smaller_method_trains_fewer_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    out = output_of("finetune.py", capsys)
    trained = [int(each.replace(",", "")) for each in re.findall(r"([\d,]+) trained par", out)]
    assert trained[0] > 8_000_000_000 > trained[1] == trained[2]
