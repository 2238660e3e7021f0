"""Names in a question: programs by name or sponsor, sellers of GPUs, GPUs that no table has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant import cues
from assistant.grounding.names import proper_names
from assistant.question import Reading
from kb.programs.program import Program
from kb.texts.folding import fold
from tools.places import find_places
from tools.price_list import list_providers

_MODEL_NAME = re.compile(r"(?<![\w-])([A-Z]{1,3}\d{2,4}[A-Z]{0,3})s?(?![\w-])")


# No character of a transcribed name, but one of the words around it.
_WORDS = (
    "是的说說问問谁誰么麼怎叫了对對和与與由被据稱称给給跟而在有会會认認觉覺为為想去做到来來要把也都"
)
_FULL = re.compile(
    r"(?<![A-Za-z0-9])[A-Z][a-z]+(?:[-’'][A-Z][a-z]+)?(?: [A-Z]\.)?"
    r"(?: [A-Z][a-z]+(?:[-’'][A-Z][a-z]+)?)+"
    rf"|(?:[A-Z][A-Za-z0-9’'-]*|(?:(?![{_WORDS}])[\u3400-\u9fff]){{1,5}})"
    rf"(?:[·-](?:(?![{_WORDS}])[\u3400-\u9fff]){{1,5}})+"
)


def full_names(text: str) -> list[str]:
    """Names of two words or more, as persons have them: Ada Lovelace, 阿达·洛芙莱斯."""
    return [match.group() for match in _FULL.finditer(text)]


_POSSESSIVE = re.compile(r"(?<=[a-z0-9])['’]s(?![a-z])")


def without_possessives(folded: str) -> str:
    """Google's AI-first credits as they are called: google ai-first credits."""
    return _POSSESSIVE.sub("", folded)


def names_anything(reading: Reading) -> bool:
    """Whether a question names a program, a company or a person: anything but a GPU, a model of
    the desk's tables and a seller of GPUs."""
    known = [mention.raw for mention in reading.gpus]
    known += [mention.architecture.name for mention in reading.models]
    held = fold(" ".join([*known, reading.provider or ""]))
    found = proper_names(reading.text, initial=reading.language != "en")
    names = [
        name
        for name in found
        if fold(name).removesuffix("s") not in held
        and name not in _NO_NAMES
        and not find_places(name)
    ]
    return bool(names or reading.programs or reading.sponsored)


def names_another(reading: Reading) -> bool:
    """Whether a question names anybody beside the seller of GPUs whose prices it may ask for."""
    if reading.provider is None:
        return names_anything(reading)
    return names_anything(replace(reading, programs=(), sponsored=()))


_NO_NAMES = frozenset(
    "Any Looking Need Price Quote Quotes GPU GPUs API TTFT RPM QPS TCO B T M K LoRA QLoRA MoE"
    " RL SFT DPO GRPO Series TB GB SXM PCIe NVL RTX Llama Qwen".split()
)


# Sellers of GPUs by their names and what else they are called; the desk's sources and price lists
# write them as the first does.
_SELLERS = (
    ("AWS", "amazon web services", "亚马逊云", "ec2"), ("Azure", "微软云"),
    ("Google Cloud", "gcp", "谷歌云"), ("Oracle", "oci", "甲骨文云"), ("Alibaba Cloud", "阿里云"),
    ("Tencent Cloud", "腾讯云"), ("Volcano Engine", "火山引擎"), ("Huawei Cloud", "华为云"),
    ("Baidu", "百度云", "百度智能云"), ("Vast", "vast.ai"), ("Lambda", "lambda labs"), ("RunPod",),
    ("CoreWeave",), ("Together", "together ai"), ("Crusoe",), ("Nebius",), ("Hyperstack",),
    ("Prime Intellect",), ("SF Compute", "sfcompute"), ("Shadeform",), ("Verda",), ("DataCrunch",),
    ("Lium",), ("TensorDock",), ("Paperspace",), ("DigitalOcean",), ("Vultr",), ("Scaleway",),
    ("OVHcloud", "ovh"), ("FluidStack",), ("Hyperbolic",), ("Salad",), ("Genesis Cloud",),
    ("Voltage Park",), ("Thunder Compute",), ("JarvisLabs",), ("AutoDL",), ("Modal",), ("Oblivus",),
)  # fmt: skip


def seller(folded: str) -> str | None:
    """The seller of GPUs that a folded text names first, as sources and price lists write it."""
    listed = [(name, fold(name)) for name in list_providers()]
    called = [(names[0], fold(name)) for names in _SELLERS for name in names]
    found = [
        (at, -len(words), name)
        for name, words in (*listed, *called)
        if (at := find(folded, words)) is not None
    ]
    return min(found)[2] if found else None


def strange_gpu(text: str) -> str | None:
    """A word like X900 where a known GPU could stand."""
    match = _MODEL_NAME.search(text)
    return match.group(1) if match else None


@dataclass(frozen=True)
class Mention:
    """A program named in a text: `text[start:end]` is its name there."""

    start: int
    end: int
    program: str


def mentions(text: str, programs: Sequence[Program]) -> list[Mention]:
    """Where a text names programs, by name, alias or sponsor; the longest name at each place, in
    their order. Empty where the folded text has another length than the text."""
    folded = fold(text)
    if len(folded) != len(text):
        return []
    found: list[Mention] = []
    for program in programs:
        sponsor = (program.sponsor.en, program.sponsor.zh_hans)
        for name in (*_own_names(program), *sponsor):
            if (at := find(folded, fold(name))) is not None:
                found.append(Mention(at, at + len(fold(name)), program.id))
    found.sort(key=lambda m: (m.start, -m.end))
    kept: list[Mention] = []
    for mention in found:
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept


def mentioned(folded: str, programs: Sequence[Program]) -> tuple[list[str], list[str]]:
    """Programs named by name or alias, and those of which only the sponsor is named."""
    named: list[tuple[int, str]] = []
    sponsored: list[tuple[int, str]] = []
    rest = folded
    # The longest name first: AWS in "AWS Generative AI Accelerator" names no other program.
    for *_, program in sorted(_spans(folded, programs), key=lambda each: each[:2]):
        own = _own_names(program)
        if (still := _first_at(rest, own)) is not None:
            named.append((still, program.id))
            rest = _blanked(rest, own)
    found = {program for _, program in named}
    for program in programs:
        at = _first_at(rest, [program.sponsor.en, program.sponsor.zh_hans])
        if at is not None and program.id not in found:
            sponsored.append((at, program.id))
    if not named and len(sponsored) > 1 and _FOR_STARTUPS.search(folded):
        kinds = {program.id: program.kind for program in programs}
        clouds = [each for each in sponsored if kinds[each[1]] == "cloud"]
        if len(clouds) == 1:  # "the Microsoft startup program"
            named, sponsored = clouds, []
    return [p for _, p in sorted(named)], [p for _, p in sorted(sponsored)]


def _spans(folded: str, programs: Sequence[Program]) -> Iterator[tuple[int, int, Program]]:
    """Each program that a text names, with the longest of its names there, as a negative length,
    and where it stands."""
    for program in programs:
        found = [
            (-len(fold(name)), at)
            for name in _own_names(program)
            if (at := find(folded, fold(name))) is not None
        ]
        if found:
            yield (*min(found), program)


_FOR_STARTUPS = cues.cue(
    r"(?:startups?|founders?)(?:['’]s?)? (?:program(?:me)?|scheme|credits?|plan|hub)",
    r"(?:创业|初创|新创)(?:公司|企业|者)?的?(?:计划|计画|方案|项目|额度)",
)
_KIND_WORD = re.compile(r"(?:\s(?:tier|program(?:me)?|credits)|档|计划)$")


def _own_names(program: Program) -> list[str]:
    """Names and aliases of a program, also without the word that tells what it is."""
    names = [program.name.en, program.name.zh_hans, *program.aliases]
    short = [_KIND_WORD.sub("", name) for name in names if _KIND_WORD.search(name)]
    sponsors = {fold(program.sponsor.en), fold(program.sponsor.zh_hans)}
    # A single word may be anything else: "Start", 氧气.
    able = [name for name in short if " " in name or re.match(r"[一-鿿]+[A-Z]", name)]
    return [*names, *(name for name in able if fold(name) not in sponsors)]


_OF_A_PROGRAM = cues.cue(
    r"credits?|grants?|accelerators?|startups?|programs?|programmes?|schemes?|offer(?:s|ed|ing)?|"
    r"gives?|terms?|conditions?|strings|benefits?|perks|appl(?:y|ies)|eligib\w*|qualif\w*|join|"
    r"about|portfolio|activate",
    r"额度|资助|代金券|加速器|计划|创业|初创|新创|给|送|条款|条件|门槛|好处|福利|优惠|申请|资格|扶[植持]|介绍|方案|合作",
)


def only_companies(text: str, programs: Sequence[Program], named: Sequence[str]) -> list[str]:
    """Those of the named programs that a question calls by nothing but the name of who gives them,
    as "AWS" or "a16z", beside somebody else and without a word of a program."""
    folded = fold(text)
    others = proper_names(text, initial=not text.isascii())
    if _OF_A_PROGRAM.search(folded):
        return []
    found = []
    for program in programs:
        if program.id not in named:
            continue
        sponsor = fold(f"{program.sponsor.en} {program.sponsor.zh_hans}")
        said = [name for name in _own_names(program) if find(folded, fold(name)) is not None]
        own = {program.name.en, program.name.zh_hans}
        alone = program.kind == "investor" and all(
            any(find(fold(name), fold(other)) is not None for name in said) for other in others
        )
        if (
            said
            and not alone
            and all(
                name not in own and (find(sponsor, fold(name)) is not None or seller(fold(name)))
                for name in said
            )
        ):
            found.append(program.id)
    return found


def shortened(folded: str, programs: Sequence[Program]) -> list[str]:
    """Programs that a text calls by their own name without their sponsor before it."""
    found = []
    for program in programs:
        names = (program.name.en, program.name.zh_hans, *program.aliases)
        first = fold(program.sponsor.en).split()[0], fold(program.sponsor.zh_hans)[:2]
        short = re.search(r"\(([a-z]+)\)", fold(program.sponsor.en))  # "Amazon Web Services (AWS)"
        prefixes = (*first, *([short[1]] if short else []))
        rests = {
            fold(name).removeprefix(prefix).strip()
            for name in names
            for prefix in prefixes
            if fold(name).startswith(prefix)
        }
        long = [rest for rest in rests if " " in rest or (not rest.isascii() and len(rest) > 4)]
        if (at := _first_at(folded, long)) is not None:
            found.append((at, program.id))
    return [p for _, p in sorted(found)]


def _blanked(folded: str, names: Sequence[str]) -> str:
    """The text without the names of a program: the sponsor in them is not named by itself."""
    for name in sorted(map(fold, names), key=len, reverse=True):
        while (at := find(folded, name)) is not None:
            folded = f"{folded[:at]}{'_' * len(name)}{folded[at + len(name) :]}"
    return folded


def deals_between(folded: str, programs: Sequence[Program]) -> list[str]:
    """Deals of which both parties are named: "Google or Amazon, who put more into Anthropic?"."""
    found: list[tuple[int, str]] = []
    for program in programs:
        if program.kind != "deal":
            continue
        name, sponsor = program.name, program.sponsor
        at = _first_at(folded, [sponsor.en, sponsor.zh_hans])
        # A deal is named after both: "Microsoft with OpenAI".
        partner = [
            name.en.removeprefix(f"{sponsor.en} with "),
            name.zh_hans.removeprefix(f"{sponsor.zh_hans}与"),
        ]
        if at is not None and _first_at(folded, partner) is not None:
            found.append((at, program.id))
    return [p for _, p in sorted(found)]


def _first_at(folded: str, names: Sequence[str]) -> int | None:
    places = [place for name in names if (place := find(folded, fold(name))) is not None]
    return min(places, default=None)


def find(folded: str, name: str) -> int | None:
    """Where a folded name stands in a folded text: a Latin one as whole words."""
    match = _pattern(name).search(folded)
    return match.start() if match else None


@lru_cache(maxsize=4096)  # more names than the module re keeps patterns for
def _pattern(name: str) -> re.Pattern[str]:
    latin = name.isascii()
    return re.compile(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])" if latin else re.escape(name))
