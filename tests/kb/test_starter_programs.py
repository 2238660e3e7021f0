"""The starter library's program records: their form, both languages, and their sources."""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from kb.programs.program import Program, Term
from tools.quantities import equivalent, find_quantities

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "kb" / "starter" / "programs"
FACTS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "program_facts.yaml").read_text(encoding="utf-8")
)
PROGRAM_IDS = sorted(path.stem for path in FOLDER.glob("*.yaml"))
# What a founder compares; each is stated by a term or listed as not stated.
COMPARED = {"offer", "price", "duration", "eligibility", "strings", "investment", "apply"}
CELLS = COMPARED - {"apply"}  # these stand in the cells of a comparison

ARRANGEMENTS = {
    "a16z-oxygen",
    "andromeda",
    "index-oracle",
    "conviction",
    "generate",
    "cloud-trial-credits",
    "china-fund-brokers",
    "microsoft-openai",
    "google-anthropic",
    "amazon-anthropic",
    "nvidia-coreweave",
    "crusoe-upper90-loan",
}
ROWS = {
    "a16z Oxygen": "a16z-oxygen",
    "Andromeda (Friedman & Gross)": "andromeda",
    "Index Ventures + Oracle": "index-oracle",
    "Conviction": "conviction",
    "Microsoft M12 / YC / other funds": "microsoft-fund-reserve",
    "Alt Capital Generate": "generate",
    "South Park Commons Founder Fellowship": "south-park-commons",
    "Google for Startups Cloud - Scale / AI-first": "google-for-startups-cloud",
    "Google Start tier": "google-cloud-start",
    "AWS Activate Founders / Portfolio": "aws-activate",
    "AWS Generative AI Accelerator": "aws-generative-ai-accelerator",
    "Microsoft for Startups (Founders Hub)": "microsoft-for-startups",
    "NVIDIA Inception": "nvidia-inception",
    "NVIDIA revenue-share (2026)": "nvidia-revenue-share",
    "Nebius for Startups / AI Lift": "nebius-for-startups",
    "Together AI Startup Accelerator": "together-accelerator",
    "Modal for Startups": "modal-for-startups",
    "DigitalOcean Hatch": "digitalocean-hatch",
    "Lambda": "lambda-credits",
    "Oracle for Startups": "oracle-for-startups",
    "OVHcloud Startup": "ovhcloud-startup",
    "CoreWeave accelerator": "coreweave-accelerator",
    "YC": "y-combinator",
    "NAIRR Pilot": "nairr-pilot",
    "EuroHPC AI Factories (Playground / Fast Lane / Large Scale)": "eurohpc-ai-factories",
    "China compute vouchers": "china-compute-vouchers",
    "SF Compute (origin 2023)": "sf-compute",
}
UNCONFIRMED = {
    "generate",
    "coreweave-accelerator",
    "y-combinator",
    "oracle-for-startups",
    "aws-generative-ai-accelerator",
}


@cache
def load(program_id: str) -> Program:
    text = (FOLDER / f"{program_id}.yaml").read_text(encoding="utf-8")
    return Program.model_validate(yaml.safe_load(text))


def all_terms() -> list[tuple[str, Term]]:
    return [(name, term) for name in PROGRAM_IDS for term in load(name).terms]


# Figures: the digits of a text, normalised, so that 350,000 = 35万 and $13 billion = 130亿美元.

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
SCALES = {
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "千": 10**3,
    "万": 10**4,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
    "万亿": 10**12,
}
CJK_DIGITS = {digit: number for number, digit in enumerate("零一二三四五六七八九十")} | {"两": 2}
DATE = re.compile(rf"({'|'.join(MONTHS)}) (?:\d{{1,2}}, )?(\d{{4}})|(\d{{4}})年(\d{{1,2}})月")
CJK_NUMERAL = re.compile(r"(?<!第)([一二两三四五六七八九十])(?=年|周|个月|倍|星期)(年半)?")
FIGURE = re.compile(
    r"(?<![A-Za-z0-9.])(?P<prefix>[$€])?(?P<number>\d+(?:,\d{3})*(?:\.\d+)?)\s?[多余]?"
    r"\s?(?P<scale>thousand|million|billion|trillion|百万|千万|万亿|千|万|亿)?"
    r"\s?(?P<suffix>美元|欧元|%)?"
)
UNITS = {"$": "USD", "美元": "USD", "€": "EUR", "欧元": "EUR", "%": "percent", None: ""}


def figures(text: str) -> Counter[tuple[Decimal | str, str]]:
    """Each figure as (value, unit); a month with its year is one date, as in 2024-07."""
    found: Counter[tuple[Decimal | str, str]] = Counter()

    def take_date(match: re.Match[str]) -> str:
        month_name, year_en, year_zh, month_zh = match.groups()
        month = MONTHS.index(month_name) + 1 if month_name else int(month_zh)
        found[f"{year_en or year_zh}-{month:02}", "date"] += 1
        return " "

    def spell_digit(match: re.Match[str]) -> str:
        half = ".5" if match[2] else ""
        return f"{CJK_DIGITS[match[1]]}{half}"

    text = DATE.sub(take_date, text)
    text = CJK_NUMERAL.sub(spell_digit, text)
    for match in FIGURE.finditer(text):
        value = Decimal(match["number"].replace(",", "")) * SCALES.get(match["scale"] or "", 1)
        unit = UNITS[match["prefix"] or match["suffix"]]
        found[value.normalize(), unit] += 1
    return found


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("$350,000", "35万美元"),
        ("4,000 GPUs", "4000块GPU"),
        ("$13 billion in 2019", "2019年130亿美元"),
        ("mid-July 2024", "2024年7月中旬"),
        ("29% and $1.75", "29%和1.75美元"),
        ("3.5 years, 2 weeks", "三年半、两周"),
        ("more than $3 billion", "30 多亿美元"),
        ("H100, M12 and a16z", "H100、M12与a16z"),
    ],
)
def test_figures_agree_across_languages(english: str, chinese: str) -> None:
    assert figures(english) == figures(chinese)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [("$350,000", "3.5万美元"), ("$5 billion", "50亿欧元"), ("49%", "49"), ("2 GPUs", "GPU")],
)
def test_figures_that_differ_are_told_apart(english: str, chinese: str) -> None:
    assert figures(english) != figures(chinese)


# Form


@pytest.mark.parametrize("program_id", PROGRAM_IDS)
def test_program_is_valid_and_complete(program_id: str) -> None:
    program = load(program_id)
    fields = {term.field for term in program.terms}
    assert program.id == program_id
    assert not fields & set(program.not_stated)
    assert fields | set(program.not_stated) >= COMPARED
    assert "status" in fields, "each program says how recent its sources are"


def test_names_lead_to_one_program() -> None:
    owners = Counter(
        name.casefold()
        for program in map(load, PROGRAM_IDS)
        for name in {program.name.en, program.name.zh_hans, *program.aliases}
    )
    assert [name for name, count in owners.items() if count > 1] == []


@pytest.mark.parametrize(("program_id", "term"), all_terms())
def test_term_is_dated_sourced_and_short(program_id: str, term: Term) -> None:
    assert len(term.en) <= 300
    assert len(term.zh_hans) <= 200
    assert len(sentences(term.en)) <= 2
    assert len(sentences(term.zh_hans)) <= 2
    assert term.publisher
    assert term.source
    if term.as_of is None:
        assert program_id == "coreweave-accelerator", "only a record without any source is undated"
    else:
        assert re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", term.as_of)


@pytest.mark.parametrize(("program_id", "term"), all_terms())
def test_cell_wording_adds_nothing(program_id: str, term: Term) -> None:
    if term.short is None:
        assert term.field not in CELLS, program_id
        return
    en, chinese = term.short.en, term.short.zh_hans
    assert len(en) <= 70
    assert len(chinese) <= 40
    assert figures(en) == figures(chinese)
    assert figures(en) <= figures(term.en)
    assert figures(chinese) <= figures(term.zh_hans)
    for name in re.findall(r"[A-Z]\w+", en):
        assert name.casefold() in term.en.casefold()
    for name in re.findall(r"[A-Z][A-Za-z0-9]+", chinese):
        assert name in term.zh_hans


@pytest.mark.parametrize(("program_id", "term"), all_terms())
def test_both_languages_carry_the_same_figures(program_id: str, term: Term) -> None:
    assert figures(term.en) == figures(term.zh_hans), program_id


@pytest.mark.parametrize(("program_id", "term"), all_terms())
def test_figures_are_readable_to_grounding(program_id: str, term: Term) -> None:
    """What `tools.quantities` reads in one language it must find in the other one too."""
    pairs = [(term.en, term.zh_hans), (term.zh_hans, term.en)]
    if term.short is not None:
        pairs += [(term.short.en, term.en), (term.short.zh_hans, term.zh_hans)]
    for stated, backing in pairs:
        found = find_quantities(backing)
        for quantity in find_quantities(stated):
            assert any(equivalent(quantity, other) for other in found), (program_id, quantity)


def sentences(text: str) -> list[str]:
    # A full stop after a lone capital is an initial ("E. Cheah"), not an end.
    return [part for part in re.split(r"(?<=[\w)%'][\w)%'][.?!])\s+|(?<=[。！？])", text) if part]


def handles(program: Program) -> set[str]:
    """The words by which a sentence can name a program or its sponsor."""
    names = [
        program.name.en,
        program.name.zh_hans,
        program.sponsor.en,
        program.sponsor.zh_hans,
        *program.aliases,
    ]
    parts = {part for name in names for part in re.split(r"[\s·与和的（）()：:+]+", name)}
    return {part for part in {*names, *parts} if re.match(r"[A-Z][\w-]+|\w\d+\w|[一-鿿]{2}", part)}


@pytest.mark.parametrize(("program_id", "term"), all_terms())
def test_each_sentence_names_the_program_or_its_sponsor(program_id: str, term: Term) -> None:
    known = {handle.removesuffix("'s") for handle in handles(load(program_id))}
    for sentence in sentences(term.en) + sentences(term.zh_hans):
        assert any(handle in sentence for handle in known), sentence


@pytest.mark.parametrize("program_id", PROGRAM_IDS)
def test_chinese_is_simplified(program_id: str) -> None:
    from opencc import OpenCC

    convert = OpenCC("t2s").convert
    program = load(program_id)
    for text in (program.name.zh_hans, *(term.zh_hans for term in program.terms)):
        assert re.search(r"[一-鿿A-Z]", text)
        assert convert(text) == text


# Coverage


def test_all_twelve_arrangements_are_there() -> None:
    assert len(ARRANGEMENTS) == 12
    assert set(PROGRAM_IDS) >= ARRANGEMENTS


def test_library_holds_nothing_unaccounted_for() -> None:
    assert set(PROGRAM_IDS) == ARRANGEMENTS | set(ROWS.values())


def test_what_is_unconfirmed_says_so() -> None:
    marked = {name for name in PROGRAM_IDS if load(name).status == "unconfirmed"}
    assert marked == UNCONFIRMED
    for name in marked:
        status = next(term for term in load(name).terms if term.field == "status")
        assert re.search(r"unconfirmed|confirmed|confirms", status.en)
        assert "证实" in status.zh_hans


def test_oxygen_figure_is_flagged() -> None:
    cautions = [term for term in load("a16z-oxygen").terms if term.field == "caution"]
    assert any("$250,000 a GPU" in term.en and "每块25万美元" in term.zh_hans for term in cautions)


# Against the sources


@cache
def shared() -> Path:
    folder = Path(os.environ.get("COMPUTE_DESK_SHARED", ROOT.parent / "shared"))
    if not (folder / "seeds").is_dir():
        pytest.skip(f"the source articles are not here: {folder}")
    return folder


@cache
def seed(number: str) -> str:
    path = next((shared() / "seeds").glob(f"{number}_*.txt"))
    return re.sub(r"<[^>]*>", "", path.read_text(encoding="utf-8"))


def test_every_row_of_the_programs_table_is_covered() -> None:
    with (shared() / "data" / "cost" / "programmes.csv").open(encoding="utf-8") as file:
        rows = [row["programme"] for row in csv.DictReader(file)]
    assert rows == list(ROWS)


@pytest.mark.parametrize("fact", FACTS, ids=lambda f: f"{f['program']}-{f['field']}-{f['start']}")
def test_fact_stands_in_its_span_and_in_the_term(fact: dict[str, Any]) -> None:
    terms = [term for term in load(fact["program"]).terms if term.field == fact["field"]]
    assert terms
    span = seed(fact["seed"])[fact["start"] : fact["end"]]
    assert 0 < len(span) <= 300
    for wording in [*fact["figures"], *fact["names"]]:
        assert wording in span
    for name in fact["names"]:
        told = [f"{term.en} {term.zh_hans}".casefold() for term in terms]
        assert any(simplified(name).casefold() in text for text in told), name
    for wording in fact["figures"]:
        values = {value for value, _ in figures(simplified(wording))}
        # The articles write "this January" or "last September"; the terms resolve the year.
        values -= {value for value, _ in figures(wording)} if "月" in wording else set()
        assert any(
            values <= {value for value, _ in figures(term.en)}
            and values <= {value for value, _ in figures(term.zh_hans)}
            for term in terms
        ), wording


def simplified(text: str) -> str:
    from opencc import OpenCC

    return str(OpenCC("t2s").convert(text))


def test_every_figure_of_an_article_has_its_span() -> None:
    """The terms about the articles may hold no figure that no recorded span backs."""
    backed: dict[str, set[Decimal | str]] = {}
    for fact in FACTS:
        values = {value for text in fact["figures"] for value, _ in figures(simplified(text))}
        backed.setdefault(fact["program"], set()).update(values)
    # Own arithmetic, spelled-out halves, counts of our own and dates resolved from the context.
    derived = {Decimal(n) for n in (1, 2, 2019, 2023, 2024, 2025)}
    other = {
        # The last one is the date in the path of an image of the article.
        "a16z-oxygen": {Decimal(n) for n in (250_000, 5, 45_000, 52_000, 20240729)},
        "andromeda": {Decimal(52), Decimal(100_000_000)},
        "conviction": {Decimal(150_000)},
        "microsoft-openai": {Decimal(4), Decimal(365)},
    }
    for name in sorted(ARRANGEMENTS):
        allowed = {value.normalize() for value in derived | other.get(name, set())}
        for term in load(name).terms:
            stated = {value for value, unit in figures(term.en) if unit != "date"}
            assert stated <= backed.get(name, set()) | allowed, (name, term.en)


def runs(text: str, pattern: str, size: int) -> set[tuple[str, ...]]:
    words = [match[0] for match in re.finditer(pattern, text)]
    return {tuple(words[start : start + size]) for start in range(len(words) - size + 1)}


def test_no_sentence_is_copied_from_a_source() -> None:
    articles = simplified(seed("000") + "\n" + seed("002"))
    chinese = {run for part in cjk_parts(articles) for run in runs(part, ".", 12)}
    english = runs(articles.lower(), r"[a-z0-9$,.'%-]+", 8)
    for program_id, term in all_terms():
        for part in cjk_parts(term.zh_hans):
            assert not runs(part, ".", 12) & chinese, (program_id, part)
        assert not runs(term.en.lower(), r"[a-z0-9$,.'%-]+", 8) & english, (program_id, term.en)


def cjk_parts(text: str) -> list[str]:
    return re.findall(r"[一-鿿]+", text)
