"""GPU names and specifications."""

from __future__ import annotations

import csv
import os
from decimal import Decimal
from pathlib import Path

import pytest

from tools.errors import UnknownGpu
from tools.gpus import all_gpus, find_gpus, gpu, gpu_names, known_gpu, same_gpu

NAMES = [
    ("H100", "nvidia-h100-any-80gb"),
    ("h100", "nvidia-h100-any-80gb"),
    ("H100s", "nvidia-h100-any-80gb"),
    ("NVIDIA H100", "nvidia-h100-any-80gb"),
    ("英伟达H100", "nvidia-h100-any-80gb"),
    ("輝達 H100", "nvidia-h100-any-80gb"),
    ("H100显卡", "nvidia-h100-any-80gb"),
    ("Ｈ１００", "nvidia-h100-any-80gb"),
    ("NVIDIA H100 80GB HBM3", "nvidia-h100-sxm5-80gb"),
    ("nvidia_h100_80gb_hbm3", "nvidia-h100-sxm5-80gb"),
    ("H100 80GB SXM", "nvidia-h100-sxm5-80gb"),
    ("H100 SXM", "nvidia-h100-sxm5-80gb"),
    ("gpu-h100-sxm", "nvidia-h100-sxm5-80gb"),
    ("H100-80G-SXM5", "nvidia-h100-sxm5-80gb"),
    ("8x H100 (80 GB SXM5)", "nvidia-h100-sxm5-80gb"),
    ("H100 NVLink", "nvidia-h100-pcie-80gb"),
    ("H100-80G-PCIe-NVLink", "nvidia-h100-pcie-80gb"),
    ("NC40ads_H100_v5", "nvidia-h100-nvl-94gb"),
    ("H100 NVL", "nvidia-h100-nvl-94gb"),
    ("NVIDIA A100 SXM4 80 GB", "nvidia-a100-sxm4-80gb"),
    ("A100", "nvidia-a100-any"),
    ("A100 80GB", "nvidia-a100-any-80gb"),
    ("B200", "nvidia-b200-sxm6-180gb"),
    ("B200 192GB", "nvidia-b200-sxm6-180gb"),
    ("GB200 NVL72", "nvidia-gb200-nvl72"),
    ("Grace Hopper", "nvidia-gh200-any"),
    ("RTX 4090", "nvidia-rtx4090-pcie-24gb"),
    ("AMD Instinct MI300X", "amd-mi300x-oam-192gb"),
    ("TPU v5e", "google-tpu-v5e"),
    ("nvidia-h100-nvl-94gb", "nvidia-h100-nvl-94gb"),
]


@pytest.mark.parametrize(("name", "key"), NAMES)
def test_names(name: str, key: str) -> None:
    assert gpu(name).key == key


@pytest.mark.parametrize(("name", "key", "source"), gpu_names())
def test_every_spelling_of_the_table(name: str, key: str, source: str) -> None:
    assert gpu(name).key == key
    assert source


@pytest.mark.parametrize("name", ["H1000", "H10", "", "FX 5200", "H100 SXM9", "GPU", "x" * 5000])
def test_an_unknown_name_is_refused_with_close_ones(name: str) -> None:
    assert known_gpu(name) is None
    with pytest.raises(UnknownGpu) as caught:
        gpu(name)
    assert "did you mean" in caught.value.hint
    assert len(caught.value.message) < 100


MENTIONS = [
    ("the H100, A100 and B200", ["H100", "A100", "B200"]),
    ("256 H100s", ["H100"]),
    ("H100x8", ["H100"]),
    ("8xH100", ["H100"]),
    ("H100 80GB SXM cluster", ["H100 80GB SXM"]),
    ("8x H100 (80 GB SXM5)", ["H100 (80 GB SXM5)"]),
    ("数千块英伟达H100芯片", ["英伟达H100"]),
    ("512張輝達H100", ["輝達H100"]),
    ("512张Ｈ１００", ["Ｈ１００"]),
    ("8 4090s and 4090显卡", ["4090", "4090"]),
    ("4090 people", []),
    ("H1000, AH100, a100x", []),
    ("no GPU named", []),
]


@pytest.mark.parametrize(("text", "raw"), MENTIONS)
def test_mentions(text: str, raw: list[str]) -> None:
    found = find_gpus(text)
    assert [each.raw for each in found] == raw
    assert all(text[each.start : each.end] == each.raw for each in found)


def test_a_form_that_is_not_stated_matches_and_says_so() -> None:
    h100 = gpu("H100")
    assert not h100.form_stated
    assert "not stated" in h100.note
    assert same_gpu(h100, gpu("H100 PCIe"))
    assert same_gpu(h100, gpu("H100 NVL"))
    assert same_gpu(gpu("H100 SXM"), h100)
    assert not same_gpu(gpu("H100 SXM"), gpu("H100 PCIe"))
    assert not same_gpu(gpu("A100 40GB"), gpu("A100 80GB"))
    assert same_gpu(gpu("A100"), gpu("A100 40GB"))
    assert not same_gpu(h100, gpu("H200"))


def test_peaks_are_dense_and_sourced() -> None:
    assert gpu("H100 SXM").bf16_dense_tflops == 989
    assert gpu("V100").training_tflops == 125
    for each in all_gpus():
        assert each.source
        assert each.training_tflops is None or isinstance(each.training_tflops, Decimal)


def test_peaks_agree_with_the_collected_table() -> None:
    shared = Path(os.environ.get("COMPUTE_DESK_SHARED", Path(__file__).parents[2] / "../shared"))
    table = shared / "data/cost/hardware_peaks.csv"
    if not table.exists():
        pytest.skip(f"{table} is not here: nothing to compare the peaks with")
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found = gpu(row["name"])
            assert str(found.bf16_dense_tflops or "") == row["bf16_dense_tflops"], row["name"]
            if found.memory_gb is not None:  # None: the name does not state it
                assert str(found.memory_gb) == row["mem_gb"], row["name"]
