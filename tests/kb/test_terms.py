import re
from collections import Counter

import pytest
import yaml

from kb import starter
from kb.errors import UnreadableSource
from kb.texts.aliases import AliasTable
from kb.texts.detect import detect
from kb.texts.folding import fold
from kb.texts.terms import question_terms, terms

NONE = AliasTable({})


@pytest.fixture(scope="module")
def table() -> AliasTable:
    return AliasTable.load(starter.ALIASES)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("輝達", "英伟达"),
        ("辉达", "英伟达"),
        ("軟體", "软件"),
        ("ＧＰＵ", "gpu"),
        ("雲平台", "云平台"),
    ],
)
def test_scripts_and_regions_fold_together(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_terms() -> None:
    assert terms("20,000 GPUs at 3.5%", NONE) == ["20000", "gpu", "at", "3.5"]
    assert terms("companies, company; status", NONE) == ["company", "company", "status"]
    assert terms("算力計畫 卡", NONE) == ["算力", "力计", "计划", "卡"]
    assert terms("512张H100", NONE) == ["512", "张", "h100"]


def test_question_words_are_left_out() -> None:
    assert question_terms("What is the price of an H100?", NONE) == ["price", "h100"]
    assert question_terms("Does this tell us whose GPUs those are?", NONE) == ["us", "gpu"]
    assert question_terms("氧气计划多少钱？", NONE) == ["氧气", "气计", "计划"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nvidia", "輝達"),
        ("Nvidia", "英伟达"),
        ("a16z", "Andreessen Horowitz"),
        ("安德森·霍洛维茨", "a16z"),
        ("Oxygen", "氧气计划"),
        ("Sequoia", "紅杉"),
        ("GPUs", "显卡"),
        ("credits", "代金券"),
        ("venture capital", "創投"),
        ("collateral", "抵押"),
        ("Oracle", "甲骨文"),
        ("startups", "新創公司"),
        ("Jensen Huang", "黃仁勳"),
        ("Sam Altman", "山姆·阿特曼"),
        ("Daniel Gross", "丹尼爾·葛羅斯"),
        ("Databricks", "阿里·戈德斯"),  # no Alibaba
        ("Forbes", "富比士"),
        ("AWS", "亞馬遜網路服務"),
        ("cloud credits", "AWS點數"),
        ("on demand", "隨需"),
        ("pay as you go", "按需付费"),
        ("spot instance", "競價"),
        ("convertible note", "可轉換公司債"),
        ("revenue share", "營收分潤"),
    ],
)
def test_names_of_one_thing_meet(table: AliasTable, one: str, other: str) -> None:
    assert set(table.groups(fold(one))) & set(table.groups(fold(other)))


def test_longest_alias_wins_and_words_are_whole(table: AliasTable) -> None:
    assert table.groups(fold("Google Cloud")) == ["google-cloud"]
    assert table.groups("metadata") == []
    assert table.group("NVDA") == "nvidia"


def test_table_is_well_formed(table: AliasTable) -> None:
    assert len(table.digest) == 12
    assert AliasTable({}).groups("anything") == []


def test_the_bundled_table_names_each_word_and_each_group_once() -> None:
    text = starter.ALIASES.read_text(encoding="utf-8")
    groups = yaml.safe_load(text)["groups"]
    assert len(re.findall(r"^  [\w-]+:", text, re.MULTILINE)) == len(groups)
    owners = Counter(
        word for words in groups.values() for word in {fold(str(word)) for word in words}
    )
    assert [word for word, count in owners.items() if count > 1] == []


def test_a_home_adds_words(tmp_path) -> None:
    own = tmp_path / "aliases.yaml"
    own.write_text("groups:\n  zephyr: [Zephyr, 西风]\n", encoding="utf-8")
    table = AliasTable.load(starter.ALIASES, own)
    assert table.groups("西风") == table.groups("zephyr") == ["zephyr"]


@pytest.mark.parametrize(
    "text", ["groups: [a]", "- x", "groups: {a: b}", "groups: {a: ['']}", ": :"]
)
def test_a_malformed_table_is_refused(tmp_path, text: str) -> None:
    path = tmp_path / "aliases.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableSource, match="alias table"):
        AliasTable.load(path)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Which funds give GPUs?", "en"),
        ("谁给初创公司GPU？", "zh-Hans"),
        ("誰給初創公司GPU？", "zh-Hant"),
        ("a16z Oxygen计划 H100 GPU price 多少钱", "zh-Hans"),
        ("中文", "zh-Hans"),
        ("", "en"),
    ],
)
def test_detect(text: str, language: str) -> None:
    assert detect(text) == language
