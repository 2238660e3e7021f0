"""Which sources a desk asks: what sources.toml says, whose keys go where, what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant import keys
from assistant.errors import InvalidSetting, InvalidSource
from assistant.source_file import mark_keyring, turn_off, turn_on
from assistant.sources import (
    FILE,
    NAME,
    load_sources,
    read_tables,
    url_variable,
    variables_of,
    without_key,
)
from tests.keyrings import InMemory, Locked, using
from tools.sources.all import all_sources
from tools.sources.shadeform import SOURCE as SHADEFORM
from tools.sources.source import HttpConfig

KEY = "SHADEFORM_API_KEY"


def written(home: Path, text: str) -> Path:
    home.mkdir(exist_ok=True)
    (home / FILE).write_text(text, encoding="utf-8")
    return home


def test_a_new_desk_asks_nobody(home: Path) -> None:
    assert load_sources(home).live == ()
    assert load_sources(home).broken == ()
    assert not home.exists()


def test_an_empty_table_turns_a_source_on_with_its_defaults(home: Path) -> None:
    [lium] = load_sources(written(home, "[lium]\n")).live
    assert (lium.name, lium.source.name) == ("lium", "lium")
    assert isinstance(lium.config, HttpConfig)
    assert lium.config.url.startswith("https://")


def test_off_is_off(home: Path) -> None:
    assert load_sources(written(home, "[lium]\non = false\n")).live == ()


def test_several_of_a_kind_have_keys_of_their_own(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '[shadeform]\n[other-desk]\nkind = "shadeform"\nurl = "https://b.example"\n'
    monkeypatch.setenv(KEY, "of the first")
    first, second = load_sources(written(home, text)).live
    assert first.keys[KEY].get_secret_value() == "of the first"
    assert second.keys == {}  # never sent another's key
    assert second.variables == {KEY: f"OTHER_DESK_{KEY}"}
    monkeypatch.setenv(f"OTHER_DESK_{KEY}", " of the second\n")
    first, second = load_sources(home).live
    assert second.keys[KEY].get_secret_value() == "of the second"


def test_the_environment_goes_before_the_url_of_a_table(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(url_variable("lium"), "http://127.0.0.1:9")
    [lium] = load_sources(written(home, '[lium]\nurl = "https://a.example"\n')).live
    assert isinstance(lium.config, HttpConfig)
    assert lium.config.url == "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ('[lium]\nurl = "http://far.example"', "[lium] url: an https address"),
        ('[lium]\nurl = "https://me:secret@a.example"', "[lium] url: an address without user"),
        ('[lium]\napi_key = "secret"', "[lium] api_key: no such setting"),
        ("[lium]\ndeadline_s = 0", "[lium] deadline_s: "),
        ('[lium]\non = "yes"', "[lium] on: "),
        ("[limu]", "[limu]: there is no source called 'limu' (did you mean lium"),
        ('[mine]\nkind = "nothing-like-it"', "[mine]: there is no source called 'nothing-like-it'"),
        ("lium = 3", "'lium' is no table"),
        ("[Lium]", "[Lium] is no name"),
    ],
)
def test_what_is_wrong_is_named_and_the_others_go_on(home: Path, table: str, told: str) -> None:
    found = load_sources(written(home, f"{table}\n[shadeform]\n"))
    [broken] = found.broken
    assert broken.status == "failed"
    assert told in (broken.error or "")
    assert "secret" not in (broken.error or "")
    assert "\n" not in (broken.error or "")
    assert [each.name for each in found.live] == ["shadeform"]


@pytest.mark.parametrize("text", ["[lium\n", "[lium]\n[lium]\n", "\x00"])
def test_a_file_that_is_no_toml_is_one_line_with_where(home: Path, text: str) -> None:
    found = load_sources(written(home, text))
    assert found.live == ()
    [broken] = found.broken
    assert broken.name == FILE
    assert "line" in (broken.error or "")
    with pytest.raises(InvalidSetting):
        read_tables(home)


def test_keys_in_the_keyring_are_read_where_the_table_says_so(home: Path) -> None:
    with using(InMemory()):
        keys.keep(KEY, "from the keyring")
        [plain] = load_sources(written(home, "[shadeform]\n")).live
        assert plain.keys == {}
        [marked] = load_sources(written(home, "[shadeform]\nkeyring = true\n")).live
        assert marked.keys[KEY].get_secret_value() == "from the keyring"
        assert "from the keyring" not in repr(marked)
        assert keys.forget(KEY)
        assert not keys.forget(KEY)


def test_no_keyring_is_one_line_and_the_others_go_on(home: Path) -> None:
    found = load_sources(written(home, "[shadeform]\nkeyring = true\n[lium]\nkeyring = true\n"))
    [broken] = found.broken
    assert broken.name == "shadeform"
    assert "keyring cannot be used (NoKeyringError)" in (broken.error or "")
    assert [each.name for each in found.live] == ["lium"]  # it needs no key


def test_a_locked_keyring_holds_nobody_up(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_WAIT_S", 0.05)
    locked = Locked()
    with using(locked):
        found = load_sources(written(home, "[shadeform]\nkeyring = true\n"))
        locked.let_go.set()
    assert "did not answer" in (found.broken[0].error or "")


def test_the_environment_goes_before_the_keyring(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "set")
    [found] = load_sources(written(home, "[shadeform]\nkeyring = true\n")).live
    assert found.keys[KEY].get_secret_value() == "set"


def test_changes_keep_comments_and_the_rest(home: Path) -> None:
    written(home, "# ours\n[lium]  # the public one\ndeadline_s = 4\n\n[odd]\nkind = 7\n")
    turn_on(home, ["lium", "shadeform"], None, {})
    turn_on(home, ["lium"], None, {"deadline_s": "8"})
    text = (home / FILE).read_text(encoding="utf-8")
    assert text.startswith("# ours\n[lium]  # the public one\ndeadline_s = 8")
    assert "[odd]\nkind = 7" in text
    assert [table.name for table in read_tables(home) if table.config] == ["lium", "shadeform"]
    assert turn_off(home, ["lium", "shadeform"]) == ["lium", "shadeform"]
    assert turn_off(home, ["lium"]) == []
    assert "# the public one" in (home / FILE).read_text(encoding="utf-8")
    assert load_sources(home).live == ()
    [lium] = turn_on(home, ["lium"], None, {"deadline_s": ""})
    assert lium.config is not None
    assert lium.config.deadline_s == 5
    assert [each.name for each in load_sources(home).live] == ["lium"]


@pytest.mark.parametrize(
    ("name", "kind", "settings"),
    [
        ("limu", None, {}),
        ("mine", "limu", {}),
        ("No Name", "lium", {}),
        ("lium", None, {"api_key": "x"}),
        ("lium", None, {"url": "http://far.example"}),
        ("lium", None, {"deadline_s": "soon"}),
        ("lium", None, {"deadline_s": "[1"}),
    ],
)
def test_what_is_not_valid_is_not_written(
    home: Path, name: str, kind: str | None, settings: dict[str, str]
) -> None:
    written(home, "[shadeform]\n")
    with pytest.raises(InvalidSource):
        turn_on(home, [name], kind, settings)
    assert (home / FILE).read_text(encoding="utf-8") == "[shadeform]\n"


def test_a_mark_alone_turns_nothing_on(home: Path) -> None:
    mark_keyring(home, "shadeform", stored=True)
    [table] = read_tables(home)
    assert (table.on, table.keyring) == (False, True)
    mark_keyring(home, "shadeform", stored=False)
    assert not read_tables(home)[0].keyring


def test_every_source_has_a_name_that_a_table_can_have(home: Path) -> None:
    for source in all_sources():
        assert NAME.fullmatch(source.name), source.name
        assert list(variables_of(source.name, source)) == [key.env for key in source.keys]
    assert "lium" in without_key()
    assert SHADEFORM.name not in without_key()


@pytest.mark.parametrize("text", ["", "  \n", "two\nlines", "ключ", "x" * 20_000, "a\x1b[0m"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidSource):
        keys.checked_secret(text)
