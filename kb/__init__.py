"""The knowledge base of Compute Desk: articles and program terms, kept, indexed and searched."""

from kb.gaps import Gap
from kb.knowledge_base import Added, KnowledgeBase
from kb.programs import Program
from kb.records import Hit, Passage, Source

__all__ = ["Added", "Gap", "Hit", "KnowledgeBase", "Passage", "Program", "Source"]
