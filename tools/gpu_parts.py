"""A GPU named in parts, as provider APIs do it: a type, a form and a memory size in fields."""

from __future__ import annotations

from decimal import Decimal

from tools.gpus import Gpu, known_gpu

_SAME_MEMORY = Decimal("0.07")  # B200 is 180 to 192 GB by source
_FORMS = {
    "sxm": "sxm", "sxm2": "sxm", "sxm3": "sxm", "sxm4": "sxm", "sxm5": "sxm", "sxm6": "sxm",
    "hgx": "sxm", "nvswitch": "sxm", "pcie": "pcie", "pcie4": "pcie", "pcie5": "pcie",
    "pci": "pcie", "nvl": "nvl", "nvl72": "nvl72", "oam": "oam",
}  # fmt: skip


def gpu_of(
    name: str, form: str | None = None, memory_gb: Decimal | int | None = None
) -> Gpu | None:
    """The GPU that a type name with its form ("SXM5", "pcie") and memory in GB per GPU means.

    None where the table of names has no such spelling, and where the name says another form or
    another memory (over 7 % off) than the fields beside it: a contradiction is never resolved by
    guessing. A form that the table does not know is no form.
    """
    base = name.replace("_", " ").strip()
    wanted = _FORMS.get((form or "").strip().lower())
    size = f"{int(memory_gb)}GB" if memory_gb else ""
    spellings = [name, base]
    if wanted:
        spelled = wanted.upper()
        spellings = [f"{base} {spelled} {size}", f"{base} {spelled}", *spellings]
    spellings.append(f"{base} {size}")
    found = [gpu for gpu in map(known_gpu, spellings) if gpu and _agrees(gpu, wanted, memory_gb)]
    return max(found, key=lambda gpu: (gpu.form_stated, gpu.memory_gb is not None), default=None)


def _agrees(gpu: Gpu, form: str | None, memory_gb: Decimal | int | None) -> bool:
    of = _FORMS.get(gpu.form)
    # NVL cards sit in a PCIe slot; superchips and the like have one form only.
    if form and of and of != form and (of, form) != ("nvl", "pcie"):
        return False
    if form and not gpu.form_stated and _has_form(gpu, form):
        return False  # the stated form has a row of its own, which this is not
    if not memory_gb or gpu.memory_gb is None:
        return True
    return abs(gpu.memory_gb - Decimal(memory_gb)) <= _SAME_MEMORY * gpu.memory_gb


def _has_form(gpu: Gpu, form: str) -> bool:
    return known_gpu(f"{gpu.family} {form}") is not None
