"""GPU names: traps typed from the places where they were seen, and what they must not become."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.gpus import all_gpus, gpu_names, known_gpu, known_instance, same_gpu

# What a provider writes, the GPU it means (None: shown raw), and a GPU it is often taken for.
TRAPS: list[tuple[str, str | None, str]] = [
    # Hyperstack's NVLink cards are PCIe cards with bridges.
    ("NVIDIA H100 NVLink", "nvidia-h100-pcie-80gb", "nvidia-h100-sxm5-80gb"),
    ("H100-80G-PCIe-NVLink", "nvidia-h100-pcie-80gb", "nvidia-h100-sxm5-80gb"),
    ("H100-80G-PCIe", "nvidia-h100-pcie-80gb", "nvidia-h100-any-80gb"),
    ("H100-80G-SXM5", "nvidia-h100-sxm5-80gb", "nvidia-h100-pcie-80gb"),
    ("A100-80G-PCIe-NVLink", "nvidia-a100-pcie-80gb", "nvidia-a100-sxm4-80gb"),
    ("NVIDIA A100 NVLink", "nvidia-a100-pcie-any", "nvidia-a100-sxm4-any"),
    # NVL is a card of its own with 94 GB, NVLink is not NVL.
    ("NVIDIA H100 NVL", "nvidia-h100-nvl-94gb", "nvidia-h100-pcie-80gb"),
    ("H100NVL", "nvidia-h100-nvl-94gb", "nvidia-h100-any-80gb"),
    ("NC40ads_H100_v5", "nvidia-h100-nvl-94gb", "nvidia-h100-any-80gb"),
    ("H200 NVL", "nvidia-h200-nvl-141gb", "nvidia-h200-sxm5-141gb"),
    # The form is not stated: its own value.
    ("H100_80GB", "nvidia-h100-any-80gb", "nvidia-h100-sxm5-80gb"),
    ("nvidia-h100-80gb", "nvidia-h100-any-80gb", "nvidia-h100-sxm5-80gb"),
    ("h100", "nvidia-h100-any-80gb", "nvidia-h100-sxm5-80gb"),
    ("A100_80GB", "nvidia-a100-any-80gb", "nvidia-a100-sxm4-80gb"),
    ("A100_80G", "nvidia-a100-any-80gb", "nvidia-a100-any-40gb"),
    ("nvidia-a100-80gb", "nvidia-a100-any-80gb", "nvidia-a100-sxm4-80gb"),
    ("H200_141GB", "nvidia-h200-any-141gb", "nvidia-h200-sxm5-141gb"),
    ("Tesla V100", "nvidia-v100-any", "nvidia-v100-sxm2-32gb"),
    ("V100_16GB", "nvidia-v100-any-16gb", "nvidia-v100-sxm2-16gb"),
    # The memory is not stated.
    ("A100 SXM4", "nvidia-a100-sxm4-any", "nvidia-a100-sxm4-80gb"),
    ("A100 PCIE", "nvidia-a100-pcie-any", "nvidia-a100-pcie-80gb"),
    ("A800 PCIE", "nvidia-a800-pcie-any", "nvidia-a100-pcie-any"),
    # nvidia-smi says HBM3 for SXM5, and PCIe only where it is PCIe.
    ("NVIDIA H100 80GB HBM3", "nvidia-h100-sxm5-80gb", "nvidia-h100-any-80gb"),
    ("nvidia_h100_80gb_hbm3", "nvidia-h100-sxm5-80gb", "nvidia-h100-any-80gb"),
    ("NVIDIA A100 80GB PCIe", "nvidia-a100-pcie-80gb", "nvidia-a100-sxm4-80gb"),
    ("NVIDIA A100-PCIE-40GB", "nvidia-a100-pcie-40gb", "nvidia-a100-any-40gb"),
    ("NVIDIA A800-SXM4-80GB", "nvidia-a800-sxm4-80gb", "nvidia-a100-sxm4-80gb"),
    ("NVIDIA H800 PCIe", "nvidia-h800-pcie-80gb", "nvidia-h800-sxm5-80gb"),
    # 480 GB is the memory of the CPU beside it.
    ("NVIDIA GH200 480GB", "nvidia-gh200-96gb", "nvidia-gh200-144gb"),
    ("GH200 144G HBM3e", "nvidia-gh200-144gb", "nvidia-gh200-96gb"),
    ("GH200_624GB", None, "nvidia-gh200-144gb"),
    # One letter more is another card.
    ("A10g", "nvidia-a10g-pcie-24gb", "nvidia-a10-pcie-24gb"),
    ("A10_24GB", "nvidia-a10-pcie-24gb", "nvidia-a10g-pcie-24gb"),
    ("L40S_48GB", "nvidia-l40s-pcie-48gb", "nvidia-l40-pcie-48gb"),
    ("L40_48GB", "nvidia-l40-pcie-48gb", "nvidia-l40s-pcie-48gb"),
    ("v100s-pcie", "nvidia-v100s-pcie-32gb", "nvidia-v100-pcie-32gb"),
    ("RTX 4080S", "nvidia-rtx4080super-pcie-16gb", "nvidia-rtx4080-pcie-16gb"),
    ("RTX 4090D", "nvidia-rtx4090d-pcie", "nvidia-rtx4090-pcie-24gb"),
    ("NVIDIA GeForce RTX 4090 D", "nvidia-rtx4090d-pcie", "nvidia-rtx4090-pcie-24gb"),
    ("RTX3080Ti_12GB", "nvidia-rtx3080ti-pcie-12gb", "nvidia-rtx3080-pcie-10gb"),
    ("MI308X", "amd-mi308x-oam", "amd-mi300x-oam-192gb"),
    ("MI250", "amd-mi250-oam-128gb", "amd-mi250x-oam-128gb"),
    # Five cards are called 6000.
    ("RTX6000_24GB", "nvidia-quadrortx6000-pcie-24gb", "nvidia-rtx6000ada-pcie-48gb"),
    ("Q RTX 6000", "nvidia-quadrortx6000-pcie-24gb", "nvidia-rtxa6000-pcie-48gb"),
    ("RTX 6000Ada", "nvidia-rtx6000ada-pcie-48gb", "nvidia-rtxa6000-pcie-48gb"),
    ("A6000_48GB", "nvidia-rtxa6000-pcie-48gb", "nvidia-rtx6000ada-pcie-48gb"),
    ("RTX_PRO_6000B_96GB", "nvidia-rtxpro6000-any-96gb", "nvidia-rtxpro6000-server-96gb"),
    ("RTX PRO 6000 S", "nvidia-rtxpro6000-server-96gb", "nvidia-rtxpro6000-workstation-96gb"),
    ("RTX-PRO6000-SE", "nvidia-rtxpro6000-server-96gb", "nvidia-rtxpro6000-any-96gb"),
    ("RTX PRO 6000 Max-Q", "nvidia-rtxpro6000-maxq-96gb", "nvidia-rtxpro6000-server-96gb"),
    ("RTX 6000", None, "nvidia-rtx6000ada-pcie-48gb"),
    # A leading count is not part of the name; its memory differs by source.
    ("8x H100 (80 GB SXM5)", "nvidia-h100-sxm5-80gb", "nvidia-h100-any-80gb"),
    ("1x B300 SXM6 268GB", "nvidia-b300-sxm6-288gb", "nvidia-b200-sxm6-180gb"),
    ("B300_262GB", "nvidia-b300-sxm6-288gb", "nvidia-gb300-any"),
    ("4x B200 CC SXM6 180GB", "nvidia-b200-sxm6-180gb", "nvidia-gb200-any"),
    ("GB200", "nvidia-gb200-any", "nvidia-b200-sxm6-180gb"),
    # A slice is not the GPU.
    ("A100-SXM4-40GB-MIG-1g.5gb", "nvidia-a100-sxm4-40gb-mig-1g.5gb", "nvidia-a100-sxm4-40gb"),
    ("a100_3g.20gb", "nvidia-a100-any-40gb-mig-3g.20gb", "nvidia-a100-any"),
    ("NVIDIA-H100-80GB-HBM3-MIG-1g.10gb", "nvidia-h100-sxm5-80gb-mig-1g.10gb", "H100"),
    ("h100_1g.10gb", "nvidia-h100-any-80gb-mig-1g.10gb", "nvidia-h100-any-80gb"),
    ("a100_1g.10gb", None, "nvidia-a100-any"),
    # Names in Chinese, in both scripts.
    ("昇腾910C", "huawei-ascend910c", "huawei-ascend910b-any"),
    ("华为升腾 910B", "huawei-ascend910b-any", "huawei-ascend910b3-64gb"),
    ("昇騰910B", "huawei-ascend910b-any", "huawei-ascend910c"),
    ("Ascend910B4", "huawei-ascend910b4-32gb", "huawei-ascend910b-any"),
    ("思元370-X8", "cambricon-mlu370x8-48gb", "cambricon-mlu370"),
    ("MLU-370", "cambricon-mlu370", "cambricon-mlu370x8-48gb"),
    ("曦云C500", "metax-c500-64gb", "metax-c550-64gb"),
    # Real strings of catalogues that no source explains: shown raw.
    ("B300 PC", None, "nvidia-b300-sxm6-288gb"),
    ("RTX4080Ti_16GB", None, "nvidia-rtx4080-pcie-16gb"),
    ("H200_96GB", None, "nvidia-h200-any-141gb"),
    ("GB10", None, "nvidia-gb200-any"),
    ("CMP 170HX", None, "nvidia-a100-any"),
    ("CPU_NODE", None, "nvidia-h100-any-80gb"),
    # Near misses that nobody sells.
    ("H100 SXM7", None, "nvidia-h100-sxm5-80gb"),
    ("H1000", None, "nvidia-h100-any-80gb"),
    ("RTX 4090 Ti", None, "nvidia-rtx4090-pcie-24gb"),
    ("A100 48GB", None, "nvidia-a100-any-40gb"),
    ("H100S", None, "nvidia-h100-any-80gb"),
    ("MI300Y", None, "amd-mi300x-oam-192gb"),
    ("370", None, "cambricon-mlu370"),
]


@pytest.mark.parametrize(("raw", "key", "not_this"), TRAPS)
def test_traps(raw: str, key: str | None, not_this: str) -> None:
    found = known_gpu(raw)
    assert (found.key if found else None) == key
    taken_for = known_gpu(not_this)
    assert taken_for is not None, "the card it is taken for must be in the table"
    assert found != taken_for


def test_there_are_names_enough_and_each_says_where_it_was_seen() -> None:
    assert len(TRAPS) >= 60
    rows = gpu_names()
    assert len({name for name, _, _ in rows}) == len(rows) >= 220
    for name, _, source in rows:
        assert re.search(r"github:\S+/\S+ |https?://|docs\b|Epoch AI", source), name
        assert "common spelling" not in source


def test_one_spelling_never_means_two_gpus() -> None:
    keys: dict[str, set[str]] = defaultdict(set)
    for name, key, _ in gpu_names():
        keys[re.sub(r"[\s_-]+", "", name).lower()].add(key)
    assert not {name: found for name, found in keys.items() if len(found) > 1}


ANY_NAME = st.sampled_from(sorted({name for name, _, _ in gpu_names()}))


def _squeezed(name: str) -> str:
    """Letters and digits; the three ways to write Ascend in Chinese are one."""
    name = re.sub(r"昇腾|昇騰|升腾", "ascend", name.lower())
    return re.sub(r"[^a-z0-9\u4e00-\u9fff]", "", name)


@given(ANY_NAME, st.sampled_from("0123456789xyzq"))
def test_a_name_with_a_sign_more_is_that_name_or_another_known_one(name: str, sign: str) -> None:
    """A1000 is not A100: what is appended must itself have been seen, or nothing is found."""
    found = known_gpu(name + sign)
    if found is not None:
        squeezed = _squeezed(name + sign)
        known = {_squeezed(n) for n, _, _ in gpu_names()}
        composed = {each.family.lower().replace(" ", "") for each in all_gpus()}
        assert squeezed in known or any(family in squeezed for family in composed)
        # "A100 SXM" and "A100 SXM4" are one: the sign only ends the form.
        ends_form = found.form_stated and squeezed.endswith(found.form)
        assert ends_form or found.key != getattr(known_gpu(name), "key", None)


@given(ANY_NAME)
def test_case_and_separators_do_not_matter(name: str) -> None:
    here = known_gpu(name)
    assert here is not None
    assert known_gpu(name.upper()) == here or name.rstrip().endswith("s")
    assert known_gpu(name.replace("_", "-").replace(" ", "_")) == here


def test_a_slice_never_answers_a_wish_for_the_gpu() -> None:
    by_key = {each.key: each for each in all_gpus()}
    for each in all_gpus():
        if "-mig-" in each.key:
            for whole in ("nvidia-a100-any", "nvidia-h100-any-80gb", "nvidia-a100-any-40gb"):
                assert not same_gpu(by_key[whole], each)
                assert not same_gpu(each, by_key[whole])


def test_peaks_are_dense() -> None:
    """A sparse figure is twice the dense one: no chip gives 8 bits at more than twice 16 bits."""
    for each in all_gpus():
        if each.fp8_dense_tflops and each.bf16_dense_tflops and each.vendor == "nvidia":
            assert each.fp8_dense_tflops <= each.bf16_dense_tflops * 2 + 10, each.key
    by_key = {each.key: each for each in all_gpus()}
    assert by_key["nvidia-h100-sxm5-80gb"].bf16_dense_tflops == 989
    assert by_key["nvidia-a100-sxm4-80gb"].bf16_dense_tflops == 312
    assert by_key["aws-trainium2"].bf16_dense_tflops == 667
    assert by_key["aws-trainium3"].bf16_dense_tflops == 671
    assert by_key["nvidia-v100-pcie-16gb"].fp16_dense_tflops == 112
    assert by_key["huawei-ascend910b-any"].training_tflops is None


INSTANCES = [
    ("p5.48xlarge", "nvidia-h100-sxm5-80gb", 8),
    ("p5.4xlarge", "nvidia-h100-sxm5-80gb", 1),
    ("p5en.48xlarge", "nvidia-h200-any-141gb", 8),
    ("p4d.24xlarge", "nvidia-a100-sxm4-40gb", 8),
    ("p4de.24xlarge", "nvidia-a100-any-80gb", 8),
    ("p6-b200.48xlarge", "nvidia-b200-sxm6-180gb", 8),
    ("trn1.32xlarge", "aws-trainium1", 16),
    ("Standard_NC40ads_H100_v5", "nvidia-h100-nvl-94gb", 1),
    ("NC80adis_H100_v5", "nvidia-h100-nvl-94gb", 2),
    ("Standard_ND96isr_H100_v5", "nvidia-h100-any-80gb", 8),  # once listed with 12
    ("standard_nd128isr_gb300_v6", "nvidia-gb300-any", 4),
    ("a2-highgpu-8g", "nvidia-a100-any-40gb", 8),
    ("a2-ultragpu-8g", "nvidia-a100-any-80gb", 8),
    ("a2-megagpu-16g", "nvidia-a100-any-40gb", 16),
    ("a3-highgpu-8g", "nvidia-h100-any-80gb", 8),
    ("a3-ultragpu-8g", "nvidia-h200-any-141gb", 8),
    ("g2-standard-32", "nvidia-l4-pcie-24gb", 1),
    ("g2-standard-24", "nvidia-l4-pcie-24gb", 2),
    ("v5p-8", "google-tpu-v5p", 4),  # cores, not chips
    ("v6e-8", "google-tpu-v6e", 8),
    ("BM.GPU4.8", "nvidia-a100-any-40gb", 8),
    ("BM.GPU.A100-v2.8", "nvidia-a100-any-80gb", 8),
    ("n3-H100x8-NVLink", "nvidia-h100-pcie-80gb", 8),
    ("n3-H100-SXM5x8", "nvidia-h100-sxm5-80gb", 8),
    ("gpu_1x_rtx6000", "nvidia-quadrortx6000-pcie-24gb", 1),
    ("1H100.80S.30V", "nvidia-h100-sxm5-80gb", 1),
    ("a100-80gb-sxm-ib.8x", "nvidia-a100-sxm4-80gb", 8),
]


@pytest.mark.parametrize(("name", "key", "count"), INSTANCES)
def test_machines_of_clouds(name: str, key: str, count: int) -> None:
    found = known_instance(name)
    assert found is not None
    assert (found[0].key, found[1]) == (key, count)


@pytest.mark.parametrize("name", ["p5.24xlarge", "", "H100", "ND96isr_H100", "m5.2xlarge"])
def test_a_machine_that_is_not_in_the_table_is_unknown(name: str) -> None:
    assert known_instance(name) is None


def test_every_machine_has_a_known_gpu_a_count_and_a_source() -> None:
    keys = {each.key for each in all_gpus()}
    text = files("tools").joinpath("data", "instance_types.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) >= 100
    for row in rows:
        assert row["key"] in keys, row["name"]
        assert row["source"]
        assert row["provider"]
        assert int(row["gpus"]) >= 1
