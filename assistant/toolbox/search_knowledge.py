"""The agent's tool `search_knowledge`: passages of articles and programs."""

from __future__ import annotations

from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool, StructuredTool

from assistant.evidence import passage_evidence
from assistant.toolbox.calls import Found, Output, run
from kb.knowledge_base import KnowledgeBase

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


def search_knowledge_tool(kb: KnowledgeBase) -> BaseTool:
    """A tool that returns up to `PASSAGES` passages for a question, best first."""

    def search_knowledge(query: str, runtime: ToolRuntime[Any, Any]) -> Output:
        """Search articles and program terms. Use the question's own words, in any language."""

        def work(number: int) -> Found:
            hits = kb.search(query, PASSAGES)
            scores = [
                {"score": hit.score, "dense": hit.dense, "keyword": hit.keyword} for hit in hits
            ]
            passages = passage_evidence(number, [hit.passage for hit in hits], scores)
            return Found(passages=passages, terms=kb.question_weights(query))

        return run(runtime, NAME, {"query": query}, work)

    return StructuredTool.from_function(
        search_knowledge, name=NAME, response_format="content_and_artifact"
    )
