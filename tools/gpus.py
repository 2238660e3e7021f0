"""GPU names as people and providers write them, and what each GPU can do.

Three tables in `tools/data`: `gpu_specs.csv` (one row a GPU: dense peaks, memory, power, source),
`gpu_names.csv` (one row a spelling and where it was seen) and `instance_types.csv` (a cloud's name
for a machine, the GPU in it and how many). A name is known if it was seen, or if it says nothing
but family, form and memory of one row ("H100 SXM5 80GB"). Any other is unknown: never guessed.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from tools._numerals import fold
from tools.errors import UnknownGpu

ANY_FORM = "any"
# B200 is 180, 183, 186 or 192 GB by source: forms that are stated agree within this share.
_SAME_FORM_MEMORY = Decimal("0.07")
# Where the form is not stated, the memory of its forms differs (H100: 80 and 94 GB).
_ANY_FORM_MEMORY = Decimal("0.20")


class Gpu(BaseModel):
    """One kind of GPU. Peaks are dense (no sparsity) in TFLOPS, bandwidth in TB/s, power in W.

    `form` is "any" and `memory_gb` may be None where a name does not state them; `note` then says
    whose figures are shown. A figure that is not in the table is None, never estimated.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    vendor: str
    family: str
    form: str
    memory_gb: Decimal | None
    bf16_dense_tflops: Decimal | None
    fp16_dense_tflops: Decimal | None
    fp8_dense_tflops: Decimal | None
    bandwidth_tb_s: Decimal | None
    tdp_w: Decimal | None
    generation: str
    status: str
    source: str
    note: str = ""

    @property
    def form_stated(self) -> bool:
        """False where the name did not say which form (SXM, PCIe, NVL) is meant."""
        return self.form != ANY_FORM

    @property
    def training_tflops(self) -> Decimal | None:
        """Dense 16-bit peak in TFLOPS: bf16, or fp16 on chips without bf16 (V100, T4)."""
        return self.bf16_dense_tflops or self.fp16_dense_tflops


@dataclass(frozen=True, slots=True)
class GpuMention:
    """A GPU named in a text: `text[start:end] == raw`, offsets in code points."""

    start: int
    end: int
    raw: str
    gpu: Gpu


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("tools").joinpath("data", name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())


@cache
def _specs() -> dict[str, Gpu]:
    return {
        row["key"]: Gpu.model_validate(
            {name: value or None for name, value in row.items()} | {"note": row["note"]}
        )
        for row in _rows("gpu_specs.csv")
    }


def all_gpus() -> list[Gpu]:
    """Every GPU of the table, in its order."""
    return list(_specs().values())


_NOISE = re.compile(
    r"\bper gpu\b|\b2 gcd\b|\(chip\)|\b(?:nvidia|geforce|tesla|amd|instinct|radeon|google|aws"
    r"|intel|habana|huawei|cambricon|gpus?)\b|英伟达|辉达|英偉达|超威|华为|谷歌|寒武纪|沐曦|显卡"
    r"|芯片|晶片|加速卡|计算卡"
)
_ASCEND = re.compile(r"昇[腾騰]|升腾")
_MEMORY = re.compile(r"(?<![a-z\d])(\d+)\s*(?:gib|gb|g)\b")
_COUNT = re.compile(r"^\s*\d+\s*[x×*]?\s+(?=[^\d\s])|^\s*\d+\s*[x×*]\s*", re.IGNORECASE)


def _spelling(name: str) -> str:
    """The form in which spellings are compared: vendor words, case and separators dropped."""
    plain = _ASCEND.sub("ascend", fold(name).lower()).replace("_", " ").replace("-", " ")
    plain = _MEMORY.sub(r"\1gb", _NOISE.sub(" ", plain))
    # Chinese stays: 思元370 is a card, 370 alone is a number.
    return re.sub(r"[^a-z0-9\u4e00-\u9fff]+", "", plain)


@cache
def _keys_by_spelling() -> dict[str, str]:
    seen = {_spelling(_COUNT.sub("", row["name"])): row["key"] for row in _rows("gpu_names.csv")}
    return _composed() | {_spelling(key): key for key in _specs()} | seen


def _composed() -> dict[str, str]:
    """The spellings that say only the family, form and memory of one row, in either order.

    What a name leaves out must not matter: a family alone is known where the table has one row of
    it, or a row for "form and memory not stated".
    """
    rows = [each for each in all_gpus() if "-mig-" not in each.key]
    families = Counter(each.family for each in rows)
    forms_of = Counter((each.family, each.form) for each in rows)
    keys: dict[str, set[str]] = {}
    for each in rows:
        memory = f"{each.memory_gb}gb" if each.memory_gb is not None else ""
        forms = {each.form, re.sub(r"^sxm\d$", "sxm", each.form)} if each.form_stated else {""}
        said = {part for form in forms for part in (form + memory, memory + form)}
        if forms_of[each.family, each.form] == 1:
            said |= forms
        if families[each.family] == 1:
            said |= {memory, ""}
        for part in said:
            keys.setdefault(_spelling(f"{each.family} {part}"), set()).add(each.key)
    return {spelling: found.pop() for spelling, found in keys.items() if len(found) == 1}


@cache
def gpu_names() -> tuple[tuple[str, str, str], ...]:
    """Every known spelling as (name, key, where it was seen)."""
    return tuple((row["name"], row["key"], row["source"]) for row in _rows("gpu_names.csv"))


def gpu(name: str) -> Gpu:
    """The GPU that `name` means: a key ("nvidia-h100-sxm5-80gb") or a spelling of the table.

    A leading count ("8x H100") and vendor words are ignored. Raises `UnknownGpu` with close names.
    """
    found = known_gpu(name)
    if found is None:
        raise UnknownGpu(f"unknown GPU: {name.strip()[:60]!r}", _closest(name))
    return found


@lru_cache(maxsize=4096)
def known_gpu(name: str) -> Gpu | None:
    """Like `gpu`, but None for a name that is not in the table."""
    specs, keys = _specs(), _keys_by_spelling()
    if name in specs:
        return specs[name]
    spelling = _spelling(_COUNT.sub("", name))
    key = keys.get(spelling)
    # H100s are several H100; a capital S makes another card of it (V100S, RTX 4070S).
    if key is None and name.rstrip().endswith("s"):
        key = keys.get(spelling.removesuffix("s"))
    return specs[key] if key else None


def has_count(name: str) -> bool:
    """Whether a name that `gpu` reads says how many there are ("8x H100"), which `gpu` ignores."""
    return bool(_COUNT.match(name)) and _spelling(name) not in _keys_by_spelling()


@cache
def _instances() -> dict[str, tuple[str, int]]:
    return {
        row["name"].lower(): (row["key"], int(row["gpus"])) for row in _rows("instance_types.csv")
    }


def known_instance(name: str) -> tuple[Gpu, int] | None:
    """The GPU of a cloud's machine and how many it has: "p5.48xlarge" is eight H100 SXM.

    Case and Azure's `Standard_` do not matter; TPU slices count chips. None for a name that is not
    in the table.
    """
    found = _instances().get(name.strip().lower().removeprefix("standard_"))
    return (_specs()[found[0]], found[1]) if found else None


def _closest(name: str) -> str:
    families = {_spelling(each.family): each.family for each in all_gpus()}
    near = difflib.get_close_matches(_spelling(name)[:40], list(families), n=3, cutoff=0.4)
    shown = [families[each] for each in near] or ["H100", "H200", "A100"]
    return f"did you mean {', '.join(shown)}? `H100 SXM` or `A100 80GB` say form and memory"


# The head of a name (a family), then what may follow it (memory, form, system).
_VENDOR = (
    r"(?:(?:nvidia|geforce|tesla|amd|instinct|radeon|google|aws|英伟达|辉达|英偉达)[\s_-]*)"
    r"{0,2}"
)
_SYSTEM = r"(?:(?:hgx|dgx)[\s_-]*)?"
_TAIL = (
    r"(?:[\s_/-]*\(?\s*(?:\d{2,3}\s?-?(?:gib|gb|g)(?![a-z0-9])|sxm[2456]?|pcie|nvl72|nvlink|nvl"
    r"|oam|hbm\d[a-z]?|hgx|superchip|2 gcd|per gpu|chip)(?![a-z0-9])\s*\)?)"
)


@cache
def _mention_pattern() -> re.Pattern[str]:
    heads = {each.family for each in all_gpus() if "-mig-" not in each.key}
    heads |= {"Grace Hopper", "Trillium", "Trn1", "Trn2", "Trn3"}
    heads |= {head.replace("Ascend ", zh) for head in heads for zh in ("昇腾", "昇騰")}
    heads |= {name for name, _, _ in gpu_names() if not name.isascii()}
    longest_first = sorted(heads, key=len, reverse=True)
    # Names begin with a letter, a Chinese character of these heads, or a bare 4090.
    first = "".join(sorted({head[0] for head in heads if not head[0].isascii()}))
    names = "|".join(re.escape(head).replace(r"\ ", r"[\s_-]?") for head in longest_first)
    # "8 4090s", "4090显卡", "a single 4090" and 4张4090 name a card; a bare 4090 is a number.
    one = r"(?:(?<=\bsingle )|(?<=\bone )|(?<=\ba )|(?<=\bmy )|(?<=[张块]))"
    used = r"(?:(?<=\bon )|(?<=\bwith )|(?<=\busing )|(?<=[用租买])|(?<=[用租买] ))"
    counts = r"(?![a-z\d.,%])(?!\s?(?:token|[个条次万亿元美块张份道]|[a-z]+s\b))"
    asked = r"(?=\s?(?:要|需要|得|够|夠|能|可以|行不|几张|多少张))"
    bare = (
        rf"(?:[45]090(?=s\b|\s*(?:显卡|卡|gpu))|{one}[45]090(?![a-z\d]| token| [a-z]+s\b)"
        rf"|{used}[45]090{counts}|[45]090{asked})"
    )
    return re.compile(
        rf"(?=[a-z英辉45{first}])(?:(?<![a-z0-9])|(?<=[0-9]x)){_VENDOR}{_SYSTEM}(?:{names}"
        rf"|{bare})(?![0-9])"
        rf"(?=s?(?:[^a-z0-9]|$)|x[0-9]){_TAIL}{{0,4}}",
        re.IGNORECASE,
    )


# In a text on renting or running, a 4090 that counts nothing is the card.
_BARE = re.compile(
    r"(?<![\d.,$¥€£#a-z-])(?<!\b(?:of|in) )([45]090)(?![\d.,%a-z-])"
    r"(?!\s?(?:tokens?|gb|hours?|days?|people|staff|[个個条條次万萬亿億元美块塊张張份道名人篇]|[a-z]+s\b))"
)
_ON_CARDS = re.compile(
    r"\b(?:rent(?:al|als|ing)?|rates?|pric(?:e|es|ing)|spot|hourly|hour|hr|gpus?|cards?|v?ram"
    r"|q?lora|fine-?tun\w*|stock)\b|租|价|價|多少[钱錢]|显[卡存]|顯[卡存]|竞价|競價|按需|小时|小時|[钟鐘][头頭]|现货|現貨|微[调調]"
)


def find_gpus(text: str) -> list[GpuMention]:
    """GPUs named in `text`, left to right, not overlapping. The plural s is not part of `raw`."""
    mentions = []
    folded = fold(text)
    for match in _mention_pattern().finditer(folded):
        named = _longest_known(match.group())
        if named:
            start, end = match.start(), match.start() + len(named[0])
            mentions.append(GpuMention(start, end, text[start:end], named[1]))
    if "090" in text and not any(each.raw[-4:].isdigit() for each in mentions):
        mentions += _bare_mentions(text, folded)
    return sorted(mentions, key=lambda each: each.start)


def _bare_mentions(text: str, folded: str) -> list[GpuMention]:
    """Cards that go by their number alone: "4090 rental"."""
    if not _ON_CARDS.search(folded.lower()):
        return []
    found = [(match.start(1), known_gpu(match[1])) for match in _BARE.finditer(folded.lower())]
    return [GpuMention(at, at + 4, text[at : at + 4], card) for at, card in found if card]


@lru_cache(maxsize=1024)
def _longest_known(raw: str) -> tuple[str, Gpu] | None:
    ends = [len(raw)] + [m.start() for m in reversed(list(re.finditer(r"[\s_/(-]+", raw)))]
    for end in ends:
        found = known_gpu(raw[:end])
        if found:
            return raw[:end].rstrip(), found
    return None


def same_gpu(wanted: Gpu, have: Gpu) -> bool:
    """Whether `have` may answer a wish for `wanted`.

    Families agree; forms agree or one is not stated; memory agrees within 7 % (20 % where a form
    is not stated) or is not stated.
    """
    if wanted.family != have.family:
        return False
    stated = wanted.form_stated and have.form_stated
    if stated and wanted.form != have.form:
        return False
    if wanted.memory_gb is None or have.memory_gb is None:
        return True
    limit = _SAME_FORM_MEMORY if stated else _ANY_FORM_MEMORY
    return abs(wanted.memory_gb - have.memory_gb) <= limit * wanted.memory_gb
