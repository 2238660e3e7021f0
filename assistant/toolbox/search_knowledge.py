"""The agent's tool `search_knowledge`: passages of articles and programs."""

from __future__ import annotations

from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool

from assistant.answer import Language
from assistant.evidence import Scores, passage_evidence
from assistant.knowledge import Knowledge
from assistant.language import detect, same_language
from assistant.toolbox.calls import Found, Output, as_tool, run
from kb.records import Passage
from kb.texts.splitting import sentences

NAME = "search_knowledge"
PASSAGES = 12
EXAMPLES = (
    "Why did Luma AI choose a16z?",
    "What does Sequoia say about AI revenue?",
    "How much did Amazon invest in Anthropic?",
    "红杉怎么算出6000亿美元？",
    "谁警告过这种循环交易？",
    "微軟總共向 OpenAI 投資了多少？",
)
WORDINGS = (
    "Who founded CoreWeave's rival?",
    "Why are investors buying chips for their startups?",
    "What did the Microsoft CEO say about OpenAI?",
    "How much did Crusoe borrow, and from whom?",
    "How many H100s did that startup rent?",
    "When did the partnership between Google and Anthropic begin?",
    "What happened to Inflection?",
    "Is it true that Nvidia invests in its own customers?",
    "How did AI chips become collateral?",
    "What risks do critics see in these deals?",
    "how did prices of GPUs come to fall?",
    "what is the difference between SXM and PCIe?",
    "how do round-trip deals work?",
    "What stake does Amazon hold?",
    "Which banks lent against GPUs?",
    "Who wrote that AI needs more revenue, and why?",
    "他为什么离开那家公司？",
    "这些巨头的投资有什么附加条件？",
    "初创公司为什么拿股权换算力？",
    "英伟达投资了哪些公司？",
    "谁批评了循环融资？",
    "这家公司一年收入增长多少？",
    "GPU价格为什么下跌？",
    "大股东占多少股份？",
    "这笔交易什么时候宣布的？",
    "那個基金一共花了多少錢買晶片？",
    "為什麼說 GPU 不像鐵路？",
    "誰是這家公司的創辦人？",
    "微軟與 OpenAI 的合作附帶什麼條件？",
    "這筆投資什麼時候完成？",
)


def search_knowledge_tool(kb: Knowledge) -> BaseTool:
    """A tool that returns up to `PASSAGES` passages for a question, best first."""

    def search_knowledge(query: str, runtime: ToolRuntime[Any, Any]) -> Output:
        """Search articles and program terms. Use the question's own words, in any language."""

        def work(number: int) -> Found:
            hits = kb.search(query, 2 * PASSAGES)  # a term and its translation are one
            language = detect(query)
            found: dict[tuple[str, int], tuple[Passage, Scores]] = {}
            for hit in hits:
                passage = _in_language(kb, hit.passage, language)
                scores: Scores = {
                    "score": hit.score,
                    "dense": hit.dense,
                    "keyword": hit.keyword,
                    "meaning": hit.meaning,
                    "likeness": _of_each(hit.likeness, passage),
                }
                found.setdefault((passage.source, passage.start), (passage, scores))
                if len(found) == PASSAGES:
                    break
            passages = passage_evidence(
                number, [p for p, _ in found.values()], [s for _, s in found.values()]
            )
            return Found(passages=passages, terms=kb.question_weights(query))

        return run(runtime, NAME, {"query": query}, work)

    return as_tool(search_knowledge)


def _of_each(found: tuple[float, ...] | None, shown: Passage) -> tuple[float, ...]:
    """What a search found for each sentence of the passage that is shown for a hit: in another
    language what it found for the sentence in the same place."""
    return found if found and len(found) == len(sentences(shown.text)) else ()


def _in_language(kb: Knowledge, passage: Passage, language: Language) -> Passage:
    """The same term of a program in the reader's language; articles stay as they are."""
    if passage.program is None or same_language(passage.language, language):
        return passage
    starts = [p.start for p in kb.program_passages(passage.program, passage.language)]
    if passage.start not in starts:
        return passage
    return kb.program_passages(passage.program, language)[starts.index(passage.start)]
