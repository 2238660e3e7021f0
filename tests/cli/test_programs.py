"""Programs on the command line: listed, shown, compared, matched against a profile."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kb import starter
from kb.programs.comparing import ATTRIBUTES
from kb.programs.program import GIVING

Desk = Callable[..., tuple[int, str, str]]
RECORD = """\
schema: 1
id: harbor-compute
name: {en: Harbor Compute, zh-Hans: 海港算力计划}
sponsor: {en: Harbor Fund, zh-Hans: 海港基金}
kind: investor
status: active
terms:
  - field: offer
    en: Harbor Compute lends companies 96 H200 GPUs for 6 months.
    zh-Hans: 海港算力计划向公司出借96块H200，为期6个月。
    grade: official
    publisher: Harbor Fund
    source: https://harbor.example/compute
    as_of: '2026-11'
    offers: [{gpu: H200, count: {exactly: 96}, months: {exactly: 6}}]
  - field: offer
    en: Harbor Compute has 64 H200 GPUs, according to the Gazette.
    zh-Hans: 据《公报》报道，海港算力计划有64块H200。
    grade: reported
    publisher: Gazette
    source: https://gazette.example/harbor
    as_of: '2025-03'
    offers: [{gpu: H200, count: {exactly: 64}}]
  - field: eligibility
    en: Harbor Compute takes seed companies in the EU that have raised up to $5M.
    zh-Hans: 海港算力计划面向欧盟境内融资不超过500万美元的种子轮公司。
    grade: official
    publisher: Harbor Fund
    source: https://harbor.example/compute
    as_of: '2026-11'
    rules:
      - {kind: stage, any_of: [seed]}
      - {kind: region, any_of: [EU]}
      - {kind: raised, raised: {up_to: 5000000, currency: USD}}
not_stated: [price]
"""


@pytest.fixture
def harbor(home: Path) -> str:
    folder = home / "library" / "programs"
    folder.mkdir(parents=True)
    (folder / "harbor-compute.yaml").write_text(RECORD, encoding="utf-8")
    return "harbor-compute"


def _document(desk: Desk, *arguments: object, status: int = 0) -> dict[str, Any]:
    got, out, _ = desk(*arguments, "--json")
    assert got == status, out
    document: dict[str, Any] = json.loads(out)
    return document


def test_the_list_is_narrowed_by_kind_and_status(desk: Desk) -> None:
    everything = _document(desk, "programs", "list")["programs"]
    assert len(everything) == len(starter.programs())
    clouds = _document(desk, "programs", "list", "--kind", "cloud", "--status", "active")
    wanted = [p["id"] for p in everything if (p["kind"], p["status"]) == ("cloud", "active")]
    assert [p["id"] for p in clouds["programs"]] == wanted != []
    assert desk("programs", "list", "--kind", "bank")[0] == 2


def test_a_program_is_shown_with_its_values_and_what_sources_disagree_on(
    desk: Desk, harbor: str
) -> None:
    status, out, _ = desk("programs", "show", harbor)
    assert status == 0
    lines = out.splitlines()
    assert "    duration: 6 months · 6个月" in lines
    at = lines.index("GPUs: sources disagree")
    assert lines[at + 1 : at + 3] == [
        "  96 H200s (official, Harbor Fund, 2026-11)",
        "  64 H200s (reported, Gazette, 2025-03)",
    ]


def test_a_comparison_is_a_grid_in_which_nothing_is_left_out(desk: Desk, harbor: str) -> None:
    grid = _document(desk, "programs", "compare", harbor, "conviction")
    assert [p["id"] for p in grid["programs"]] == [harbor, "conviction"]
    assert tuple(row["attribute"] for row in grid["rows"]) == ATTRIBUTES
    gpus = next(row for row in grid["rows"] if row["attribute"] == "gpus")["cells"][0]["stated"]
    assert [value["disagrees"] for value in gpus] == [True, True]
    cited = gpus[0]["citation"]
    text = _document(desk, "kb", "show", harbor)["text"]
    assert text[cited["spans"]["en"]["start"] : cited["spans"]["en"]["end"]] == cited["quote"]["en"]

    status, out, _ = desk("programs", "compare", harbor, "conviction")
    rows = {line.split("\t")[0]: line.split("\t") for line in out.splitlines()}
    assert status == 0
    assert rows["GPUs"][1].startswith(
        "sources disagree: 96 H200s (official, Harbor Fund, 2026-11);"
    )
    assert rows["region"][1:] == [
        "the EU (official, Harbor Fund, 2026-11)",
        "not stated in sources",
    ]
    assert "price per GPU-hour" in out.splitlines()[-1]


@pytest.mark.parametrize(
    ("language", "empty"), [("zh-Hans", "来源未说明"), ("zh-Hant", "來源未說明")]
)
def test_a_comparison_speaks_the_readers_script(
    desk: Desk, harbor: str, monkeypatch: pytest.MonkeyPatch, language: str, empty: str
) -> None:
    monkeypatch.setenv("COMPUTE_DESK_LANGUAGE", language)
    _, out, _ = desk("programs", "compare", harbor, "conviction")
    assert empty in out
    assert "not stated" not in out


def test_each_value_of_a_grid_stands_once(desk: Desk) -> None:
    _, out, _ = desk("programs", "compare", "andromeda", "a16z-oxygen")
    rows = {line.split("\t")[0]: line.split("\t") for line in out.splitlines()}
    assert rows["GPUs"][1] == "at least 4,000 GPUs (reported, Forbes, 2024)"


def test_only_programs_that_give_compute_are_matched_unless_others_are_named(desk: Desk) -> None:
    everything = _document(desk, "programs", "match")["programs"]
    assert {program["kind"] for program in everything} == set(GIVING)
    loan = _document(desk, "programs", "match", "crusoe-upper90-loan")["programs"]
    assert [program["kind"] for program in loan] == ["loan"]


def test_an_unknown_program_is_named(desk: Desk) -> None:
    answer = _document(desk, "programs", "compare", "conviction", "nosuch", status=1)
    assert answer["error"]["code"] == "unknown_source"
    assert "nosuch" in answer["error"]["message"]


def test_a_profile_is_kept_changed_and_cleared(desk: Desk, home: Path) -> None:
    assert set(_document(desk, "profile", "show")["profile"].values()) == {None}
    given = (
        "stage=A轮",
        "raised=300万美元",
        "country=新加坡",
        "funds=a16z, Index Ventures",
        "founded=2024-03",
    )
    assert _document(desk, "profile", "set", *given)["profile"] == {
        "stage": "series_a",
        "raised": {"amount": "3000000", "currency": "USD"},
        "country": "SG",
        "funds": ["a16z", "Index Ventures"],
        "founded": "2024-03",
        "answers": None,
    }
    changed = _document(desk, "profile", "set", "stage=", "funds=none")["profile"]
    assert (changed["stage"], changed["funds"], changed["country"]) == (None, [], "SG")
    assert _document(desk, "profile", "show")["profile"] == changed
    status, out, _ = desk("profile", "show")
    assert (status, out.splitlines()[:2]) == (0, ["stage: not given", "money raised: $3M"])

    for spoilt in ("{broken", " " * 200_000):
        (home / "profile.json").write_text(spoilt)
        assert _document(desk, "profile", "show", status=1)["error"]["code"] == "invalid_setting"


def test_answers_to_the_questions_of_programs_settle_them(desk: Desk, tmp_path: Path) -> None:
    _, out, _ = desk("programs", "match", "nvidia-inception")
    assert "compute-desk profile set incorporated=yes developer_and_website=yes (or no)" in out
    desk("profile", "set", "founded=2024-03", "incorporated=yes")
    changed = _document(desk, "profile", "set", "developer_and_website=是")["profile"]
    assert changed["answers"] == {"incorporated": True, "developer_and_website": True}
    found = _document(desk, "programs", "match", "nvidia-inception")
    assert found["eligible"] == 1
    assert "incorporated: yes" in desk("profile", "show")[1].splitlines()
    _, printed, _ = desk("profile", "show", "--json")
    (tmp_path / "p.json").write_text(printed, encoding="utf-8")

    desk("profile", "set", "incorporated=no")
    [one] = _document(desk, "programs", "match", "nvidia-inception")["programs"]
    assert (one["verdict"], one["rules"][1]["outcome"]) == ("not_eligible", "fail")
    assert one["rules"][1]["why"]["en"] == "you say no: Is the company incorporated?"
    again = ("programs", "match", "nvidia-inception", "--profile", tmp_path / "p.json")
    assert _document(desk, *again)["eligible"] == 1
    (tmp_path / "p.yaml").write_text("founded: 2024\nincorporated: no\n", encoding="utf-8")
    assert _document(desk, *again[:-1], tmp_path / "p.yaml")["not_eligible"] == 1

    cleared = _document(desk, "profile", "set", "incorporated=", "developer_and_website=")
    assert cleared["profile"]["answers"] is None


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("stage=ninth", "pre_seed"),
        ("raised=lots", "for example"),
        ("raised=3000万", "currency"),
        ("country=Atlantis", "ISO code"),
        ("founded=soon", "2024-03"),
        ("founded=2099-01", "still to come"),
        ("colour=red", "stage, raised, country, funds, founded"),
        ("stage", "stage=seed"),
        ("colour=red", "incorporated"),
        ("incorporated=maybe", "yes nor no"),
        ("answers=yes", "incorporated"),
    ],
)
def test_a_wrong_value_is_explained(desk: Desk, value: str, named: str) -> None:
    status, out, err = desk("profile", "set", value)
    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert named in err


def test_matching_quotes_each_condition(desk: Desk, harbor: str) -> None:
    desk("profile", "set", "stage=seed", "country=France", "raised=2M")
    found = _document(desk, "programs", "match", harbor)
    assert (found["eligible"], found["unknown"], found["not_eligible"]) == (1, 0, 0)
    [one] = found["programs"]
    assert [(r["kind"], r["outcome"]) for r in one["rules"]] == [
        ("stage", "pass"), ("region", "pass"), ("raised", "pass"),
    ]  # fmt: skip
    assert all("seed companies in the EU" in r["citation"]["quote"]["en"] for r in one["rules"])
    _, out, _ = desk("programs", "match", harbor)
    lines = out.splitlines()
    assert lines[0] == "Judged by: stage: seed, money raised: $2M, country: France."
    assert "YES · Harbor Compute · harbor-compute" in lines
    assert "  [pass] region: France is within: the EU" in lines


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("p.yaml", "stage: seed\ncountry: NO\nraised: $9M\nfounded: 2024-03-01\n"),
        (
            "p.json",
            '{"stage": "seed", "country": "NO", "raised": {"amount": 9e6, "currency": "USD"}}',
        ),
        ("bom.yaml", "\ufeffstage: seed\ncountry: NO\nraised: $9M\n"),
        ("q.json", '{"stage": "Seed", "country": "NO", "raised": 9000000.0, "funds": ["a16z"]}'),
        ("p.toml", 'stage = "seed"\ncountry = "Norway"\nraised = "$9M"\nfounded = 2024-03-01\n'),
    ],
)
def test_a_profile_from_a_file_goes_before_the_saved_one(
    desk: Desk, harbor: str, tmp_path: Path, name: str, text: str
) -> None:
    desk("profile", "set", "country=France")
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = _document(desk, "programs", "match", harbor, "--profile", tmp_path / name)
    assert found["profile"]["country"] == "NO"
    outcomes = {r["kind"]: r["outcome"] for r in found["programs"][0]["rules"]}
    assert outcomes == {"stage": "pass", "region": "fail", "raised": "fail"}


def test_what_profile_show_prints_is_a_file_for_match(
    desk: Desk, harbor: str, tmp_path: Path
) -> None:
    desk("profile", "set", "stage=seed", "country=France", "raised=2M")
    _, printed, _ = desk("profile", "show", "--json")
    (tmp_path / "p.json").write_text(printed, encoding="utf-8")
    desk("profile", "set", "country=US")
    assert _document(desk, "programs", "match", harbor)["not_eligible"] == 1
    given = _document(desk, "programs", "match", harbor, "--profile", tmp_path / "p.json")
    assert given["eligible"] == 1


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nstage: *b"


@pytest.mark.parametrize(
    "text",
    [
        "- a\n- b",
        "stage: [",
        "colour: red",
        "",
        BOMB,
        "stage: {a: b}",
        "answers: [x]",
        'answers: {"\\e[31mred": yes}',
        f"stage: 0x{'f' * 5000}",
        f"answers: {{incorporated: 0x{'f' * 5000}}}",
        "x" * 200_000,
    ],
)
def test_a_file_that_is_no_profile_is_named(desk: Desk, tmp_path: Path, text: str) -> None:
    (tmp_path / "p.yaml").write_text(text)
    answer = _document(desk, "programs", "match", "--profile", tmp_path / "p.yaml", status=2)
    assert answer["error"]["code"] == "invalid_profile"


def test_all_programs_that_give_compute_are_matched(desk: Desk) -> None:
    giving = [program for program in starter.programs() if program.kind in GIVING]
    found = _document(desk, "programs", "match")
    assert len(found["programs"]) == len(giving)
    status, out, _ = desk("programs", "match")
    assert status == 0
    assert out.startswith("Nothing about your company is known yet.")
    assert f"Of {len(giving)} programs, none is certainly open to you yet." in out
