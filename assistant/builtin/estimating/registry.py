"""All estimators of the conversation: which one a question wants, its calls, its part."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer import Language
from assistant.builtin.estimating.credits import CREDITS
from assistant.builtin.estimating.deal_flow import DEAL_FLOW
from assistant.builtin.estimating.estimator import Call, Estimator
from assistant.builtin.estimating.finetuning import FINETUNING
from assistant.builtin.estimating.inference import INFERENCE
from assistant.builtin.estimating.loan import LOAN
from assistant.builtin.estimating.market_prices import priced_calls
from assistant.builtin.estimating.ownership import OWNERSHIP
from assistant.builtin.estimating.revenue import REVENUE
from assistant.builtin.estimating.routes import ROUTES
from assistant.builtin.estimating.scale_time import SCALE_TIME
from assistant.builtin.estimating.shown import with_families
from assistant.builtin.estimating.training import TRAINING
from assistant.builtin.sections import Section
from assistant.evidence import Artifact
from assistant.phrases import Phrases, fixed_sentences, phrases
from assistant.question import Ask, Reading

ESTIMATORS: tuple[Estimator, ...] = (
    ROUTES,
    CREDITS,
    LOAN,
    OWNERSHIP,
    REVENUE,
    DEAL_FLOW,
    SCALE_TIME,
    FINETUNING,
    INFERENCE,
    TRAINING,
)
"""The first that wants a question answers it."""

BY_ASK: dict[Ask, Estimator] = {each.ask: each for each in ESTIMATORS}
BY_TOOL: dict[str, Estimator] = {each.tool: each for each in ESTIMATORS}


def wanted(reading: Reading) -> list[Estimator]:
    """The estimator that a question asks for, and those that join it."""
    found: list[Estimator] = []
    for each in ESTIMATORS:
        beside = each.joins or not found or (each.job and all(other.joins for other in found))
        if beside and each.wants(reading):  # a comparison of routes has loans and buying in it
            found.append(each)
    return sorted(found, key=lambda each: each.joins)


def asked_back(estimator: Estimator, reading: Reading) -> str | None:
    """The one question to ask back: which of two numbers is meant, or what is missing."""
    unclear = next((each for each in reading.quantities if each.readings), None)
    if unclear is None:
        return estimator.missing(reading)
    first, second = (f"{value:,f}" for value in unclear.readings)
    words = phrases(reading.language).which_is_meant
    return words.format(text=unclear.text, first=first, second=second)


def first_calls(estimator: Estimator, reading: Reading) -> list[Call]:
    """The estimate itself, and for a job without a price the market; empty where something is
    missing or another result has to come first."""
    if asked_back(estimator, reading) is not None:
        return []
    arguments = estimator.arguments(reading)
    calls: list[Call] = [(estimator.tool, arguments)] if arguments else []
    if estimator.job and "price" not in arguments and Ask.OFFERS not in reading.asks:
        calls.append(("gpu_offers", {"gpu": arguments["gpu"]}))
    return calls


def later_calls(estimator: Estimator, reading: Reading, done: Sequence[Artifact]) -> list[Call]:
    """What follows from results; never a call that was made already."""
    calls = estimator.then(reading, done)
    if estimator.job:
        calls += priced_calls(estimator.tool, done)
    made = [(each.tool.name, each.tool.args) for each in done]
    return [call for call in calls if call not in made]


def estimate_section(
    estimator: Estimator, reading: Reading, done: Sequence[Artifact], say: Phrases
) -> Section:
    """The estimator's part of an answer, the one question to ask back, or why it was refused."""
    question = asked_back(estimator, reading)
    if question is not None:
        return Section([question], asked_back=True)
    calls = [each.tool for each in done if each.tool.name == estimator.tool]
    failed = next((tool for tool in calls if not tool.ok), None)
    if failed is not None and (lacking := estimator.refused(reading, failed)):
        return Section([lacking], asked_back=True)
    if failed is not None:
        refused = (
            f"{say.failure(with_families(failed.error or ''), failed.hint)} [{failed.id}:error]"
        )
        return Section([refused], answered=False)
    if not calls:
        return Section(answered=False)
    section = estimator.section(reading, done, say)
    if reading.accepted:
        section.lines[1:1] = ["", say.accepted]
    return section


def fixed_words(language: Language) -> list[str]:
    """The sentences of all estimators that have no blanks to fill."""
    return [sentence for each in ESTIMATORS for sentence in fixed_sentences(each.words(language))]
