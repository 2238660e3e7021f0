"""How many false statements grounding lets through, and how many true ones it takes out.

    .venv/bin/python benchmarks/grounding.py [--seed N] [--each N] [--show KIND]

True statements: sentences of the starter library, each with the passages that a search for it
finds, and the built-in model's drafts with their passages and results. Each is shown as it stands,
in Traditional Chinese, with its figures written otherwise, and spoilt in every way of
`corruptions.py` and `distortions.py`. A false statement passes if its false piece is shown. Times
are of whole drafts.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1]))

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from assistant import Assistant
from assistant.builtin.model import BuiltinModel
from assistant.evidence import Artifact, ToolEvidence, passage_evidence
from assistant.grounding.grounder import Grounder
from assistant.grounding.segments import cells, is_table_row, is_table_rule, lead_of, sentences
from assistant.knowledge import Knowledge
from assistant.language import in_script
from assistant.phrases import fixed_sentences, phrases
from benchmarks.corruptions import KINDS, rewritten
from benchmarks.distortions import DISTORTIONS
from kb.records import Passage
from kb.texts import splitting
from kb.texts.aliases import AliasTable

QUESTIONS = (
    "How much to pre-train a 7B model on 2T tokens on 256 H100s?",
    "How long would it take to train 70B on 15T tokens with 1,024 H100s?",
    "What would it cost to fine-tune a 70B model on 50,000 examples with LoRA?",
    "What does it cost to serve a 70B model at 200 requests per minute?",
    "Should we buy 64 H100s or rent them for three years?",
    "What does a $10M loan against 400 H100s at 12% over 36 months cost a month?",
    "What are $350,000 of Azure credits worth in H100 hours?",
    "How much AI revenue would Nvidia's $150B a year need?",
    "How many GPUs turn a year of training into a week?",
    "If a cloud invests $4B and gets $3B back in cloud spend, how much flows back?",
    "What does an H100 cost per hour?",
    "Which investors give startups GPU access, and on what terms?",
    "What are the terms of a16z Oxygen?",
    "Compare Andromeda and Conviction",
    "How did H100 prices move since 2023?",
    "用512张H100训练一个130亿参数的模型，3万亿token，要多久？",
    "H100现在租一小时多少钱？",
    "哪些投资机构给初创公司提供算力，条件是什么？",
    "比较Andromeda和Conviction",
    "買64張H100還是租三年划算？",
    "從頭預訓練 7B 模型、2T token 要花多少錢？",
    "Generate計畫給多少額度？",
)


@dataclass(frozen=True)
class Statement:
    """A true sentence with its marks, the evidence of its turn, and what the person had said."""

    text: str
    evidence: tuple[Artifact, ...]
    question: str
    language: str
    kind: str
    aliases: AliasTable


@contextmanager
def recorded() -> Iterator[list[tuple[str, tuple[Artifact, ...]]]]:
    """The drafts that the built-in model writes meanwhile, each with the evidence that it had."""
    drafts: list[tuple[str, tuple[Artifact, ...]]] = []
    respond = BuiltinModel._respond

    def listening(
        self: BuiltinModel, messages: Sequence[BaseMessage], tools: Sequence[str]
    ) -> AIMessage:
        message = respond(self, messages, tools)
        if not message.tool_calls:
            start = max(n for n, m in enumerate(messages) if isinstance(m, HumanMessage))
            made = [m.artifact for m in messages[start:] if isinstance(m, ToolMessage)]
            evidence = tuple(Artifact.model_validate(each) for each in made if each)
            drafts.append((message.text, evidence))
        return message

    with patch.object(BuiltinModel, "_respond", listening):
        yield drafts


def sourced(kb: Knowledge, rng: Random, most: int) -> Iterator[Statement]:
    """Sentences of the library, each with what a search for it finds."""
    passages = list(all_passages(kb))
    rng.shuffle(passages)
    for passage in passages[:most]:
        spans = splitting.sentences(passage.text)
        if not spans:
            continue
        start, end = rng.choice(spans)
        text = passage.text[start:end].replace("\n", " ")
        hits = [hit.passage for hit in kb.search(text, 12)]
        if all((hit.source, hit.start) != (passage.source, passage.start) for hit in hits):
            hits = [*hits[:11], passage]
        number = next(
            n
            for n, hit in enumerate(hits, 1)
            if (hit.source, hit.start) == (passage.source, passage.start)
        )
        found = Artifact(
            tool=ToolEvidence(id="t1", name="search_knowledge"), passages=passage_evidence(1, hits)
        )
        yield Statement(
            f"{text} [p1.{number}]",
            (found,),
            passage.title,
            passage.language,
            "library",
            kb.aliases,
        )


def all_passages(kb: Knowledge) -> Iterator[Passage]:
    """Every passage of the library."""
    for source in kb.sources():
        if source.kind == "program":
            for language in ("en", "zh-Hans"):
                yield from kb.program_passages(source.id, language)
        else:
            yield from splitting.split(source)


def drafted(home: Path) -> Iterator[tuple[str, Statement]]:
    """(question, statement) for each sentence and cell of the built-in model's drafts."""
    with Assistant.open(home, today=date(2026, 11, 22)) as desk, recorded() as drafts:
        for question in QUESTIONS:
            answer = desk.ask(question, kept=False)
            draft, evidence = drafts[-1]
            fixed = set(fixed_sentences(phrases(answer.language)))
            for line in draft.splitlines():
                if is_table_rule(line):
                    continue
                units = cells(line) if is_table_row(line) else sentences(line[len(lead_of(line)) :])
                for unit in units:
                    if not unit.marks or unit.text in fixed:
                        continue
                    marks = " ".join(f"[{mark}]" for mark in unit.marks)
                    text = f"{unit.text} {marks}"
                    kind = "cell" if is_table_row(line) else "draft"
                    yield (
                        draft,
                        Statement(text, evidence, question, answer.language, kind, desk.kb.aliases),
                    )


def shown(statement: Statement, text: str, question: str | None = None) -> Grounder:
    """A grounder that has judged `text` with a statement's evidence."""
    say = phrases(statement.language)  # type: ignore[arg-type]
    fixed = fixed_sentences(say)
    made = Grounder([question or statement.question], say.not_stated, fixed, statement.aliases)
    for artifact in statement.evidence:
        made.learn(artifact)
    removed = [each.removed for each in (*made.feed(text), *made.finish()) if each.removed]
    made.reasons = [each.reason for each in removed]  # type: ignore[attr-defined]
    return made


def passes(statement: Statement, spoilt: str, piece: str) -> bool:
    """Whether the false piece is shown; without a piece, whether most of the sentence is."""
    text = shown(statement, spoilt).text
    if not piece:
        return len(text) > 0.6 * len(re.sub(r"\s*\[[pt][^\]]*\]", "", spoilt))
    return _bare(piece) in _bare(text)


def _bare(text: str) -> str:
    """Without what a terminal does not show."""
    return re.sub(r"[\s\u200b\u2060\u202c\u202e]", "", text)


def tell(line: str) -> None:
    """One line of the report."""
    sys.stdout.write(f"{line}\n")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--each", type=int, default=30, help="false statements of each kind")
    parser.add_argument("--true", type=int, default=400, help="sentences of the library")
    parser.add_argument("--show", help="print the passes of this kind, or 'true' for the losses")
    given = parser.parse_args()
    rng = Random(given.seed)  # noqa: S311
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        statements, drafts = [], []
        for draft, statement in drafted(home):
            statements.append(statement)
            drafts.append((draft, statement))
        with Assistant.open(home) as desk:
            statements += sourced(desk.kb, rng, given.true)
    tell(f"{len(statements)} true statements, seed {given.seed}")
    report_true(statements, given.show)
    report_false(statements, rng, given.each, given.show)
    report_time(drafts)


def report_true(statements: Sequence[Statement], show: str | None) -> None:
    """True statements, as they stand and written otherwise, that were taken out."""
    lost: dict[str, list[bool]] = defaultdict(list)
    for statement in statements:
        bare = re.sub(r"\s*\[[pt]\d[^\]]*\]", "", statement.text)
        forms = [(statement.kind, statement.text), ("figures otherwise", "")]
        forms = [(statement.kind, statement.text), (f"{statement.kind} without marks", bare)]
        if statement.language == "zh-Hans":
            forms.append(("Traditional", in_script(statement.text, "zh-Hant")))
        marks = statement.text[len(bare) :]
        forms += [("figures otherwise", f"{text}{marks}") for text in rewritten(bare)]
        for name, text in forms:
            made = shown(statement, text)
            plain = re.sub(r"\s*\[[pt]\d[^\]]*\]", "", text)
            kept = len(re.sub(r"\s*\[\d+\]", "", made.text)) >= 0.98 * len(plain.strip())
            lost[name].append(not kept)
            if not kept and show == "true":
                tell(f"  lost ({name}): {text}\n    {made.reasons} {made.text[:99]}")
    total = sum(map(len, lost.values()))
    out = sum(map(sum, lost.values()))
    for name, results in lost.items():
        tell(f"  true, {name}: {sum(results)} of {len(results)} taken out")
    tell(f"  true, all: {out} of {total} taken out ({100 * out / total:.2f} %)")


def report_false(statements: Sequence[Statement], rng: Random, each: int, show: str | None) -> None:
    """False statements that passed, by kind and by group."""
    groups: dict[str, list[bool]] = defaultdict(list)
    for kind in (*KINDS, *DISTORTIONS):
        results: list[bool] = []
        order = list(statements)
        rng.shuffle(order)
        for statement in order:
            if len(results) == each:
                break
            bare = re.sub(r"\s*\[[pt]\d[^\]]*\]", "", statement.text)
            spoilt = kind.spoil(bare, rng)
            if spoilt is None:
                continue
            text, piece = spoilt
            passed = passes(statement, f"{text}{statement.text[len(bare) :]}", piece)
            results.append(passed)
            if passed and show in (kind.name, "all"):
                tell(f"  passed ({kind.name}): {text!r} <- {bare!r} {statement.text[len(bare) :]}")
        groups[kind.group] += results
        tell(f"  false, {kind.name}: {sum(results)} of {len(results)} pass")
    for group, results in groups.items():
        tell(f"false {group}: {sum(results)} of {len(results)} pass")


def report_time(drafts: Sequence[tuple[str, Statement]]) -> None:
    """Milliseconds for a draft of about 400 words, its evidence not seen before."""
    each = dict(drafts)
    times: list[Any] = []
    for draft, statement in each.items():
        text = draft
        while len(text.split()) + len(re.findall(r"[一-鿿]", text)) / 2 < 400:
            text += f"\n{draft}"
        begun = time.perf_counter()
        shown(statement, text)
        times.append(1000 * (time.perf_counter() - begun))
    tell(f"400 words: median {statistics.median(times):.1f} ms, longest {max(times):.1f} ms")


if __name__ == "__main__":
    main()
