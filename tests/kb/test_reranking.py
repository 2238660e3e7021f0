"""A tiny cross-encoder, made here: what it says decides the order."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kb.errors import KbError
from kb.knowledge_base import KnowledgeBase
from kb.retrieval.reranking import DEPTH, Reranker

Open = Callable[..., KnowledgeBase]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    torch.manual_seed(1)
    folder = tmp_path_factory.mktemp("model")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "azure", "credit", "price", "who"]
    (folder / "vocab.txt").write_text("\n".join([*words, *"abcdefghijklmnopqrstuvwxyz0123456789"]))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=64, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, num_labels=1,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.mark.filterwarnings("default")
def test_the_best_hits_are_put_in_its_order(open_kb: Open, model: Path) -> None:
    from sentence_transformers import CrossEncoder

    question = "Azure credit"
    plain = open_kb().search(question, DEPTH)
    hits = open_kb(reranker=str(model)).search(question, DEPTH)
    assert {hit.passage for hit in hits} == {hit.passage for hit in plain}
    pairs = [(question, f"{hit.passage.header}\n{hit.passage.text}") for hit in hits]
    read = CrossEncoder(str(model)).predict(pairs, show_progress_bar=False).tolist()
    assert read == pytest.approx(sorted(read, reverse=True), abs=1e-5)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in plain), reverse=True)
    assert [hit.passage for hit in hits] != [hit.passage for hit in plain]
    few = open_kb(reranker=str(model)).search(question, 3)
    assert [hit.passage for hit in few] == [hit.passage for hit in hits[:3]]


@pytest.mark.filterwarnings("default")
def test_a_cross_encoder_that_is_not_here() -> None:
    with pytest.raises(KbError, match="cannot be loaded") as caught:
        Reranker("no-such/cross-encoder")
    assert "HF_HUB_OFFLINE" in caught.value.hint
    assert "\n" not in caught.value.message
