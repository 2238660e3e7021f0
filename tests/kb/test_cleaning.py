import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.texts.cleaning import clean


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ("a\x1b[31mred\x1b[0m b", "ared b"),
        ("x\x1b]0;title\x07y", "xy"),
        ("x\x1b]8;;http://evil\x1b\\link", "xlink"),
        ("x\x9b31my", "xy"),
        ("pay\u202eoad\u2066x", "payoadx"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a \n\n\n\n b", "a\n\nb"),
        ("nul\x00\x07 bell", "nul bell"),
        ("tab\tstays", "tab\tstays"),
        ("e\u0301", "é"),
        ("lone\ud800 surrogate", "lone surrogate"),
        ("hidden\U000e0041\U000e0042", "hidden"),
    ],
)
def test_what_steers_a_terminal_is_gone(dirty: str, expected: str) -> None:
    assert clean(dirty) == expected


def test_width_is_kept_for_quotes() -> None:
    assert clean("ＧＰＵ①２０００") == "ＧＰＵ①２０００"


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in once)
