"""Serving a model: GPUs for a rate of requests, their speed, the cost at prices of their dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from assistant import cues
from assistant.builtin.estimating import shown
from assistant.builtin.estimating.estimator import Estimator, results_of
from assistant.builtin.estimating.inference_arguments import (
    ASSUMED,
    TOOL,
    arguments,
    lengths_of,
    rate_of,
)
from assistant.builtin.estimating.inference_words import WORDS, InferenceWords
from assistant.builtin.figures import dollars, family, number, plain, price
from assistant.builtin.sections import Section
from assistant.builtin.values import asks_plainly, model_of
from assistant.evidence import Artifact, ToolEvidence
from assistant.grounding.names import proper_names
from assistant.phrases import Phrases
from assistant.question import Ask, Reading

_TIMES = ("first_token_seconds", "token_seconds", "answer_seconds")
_SERVE = re.compile(
    r"(?<![a-z])(?:serv(?:e|es|ed|ing)|inference|deploy(?:ed|ing|ment)?|host(?:ed|ing)?"
    r"|run(?:ning)? (?:an? |our |the )?(?:llm|chatbot|api|assistant)|chatbot|api)(?![a-z])"
    r"|推理|部署|上线|线上|在线服务|推论|对外服务|提供服务"
)
_MILLION = re.compile(
    r"\b(?:per|an?|each) (?:million|1m|m) (?:tok|output|input)|每百?万个?\s?(?:token|词元)"
)


def _wants(reading: Reading) -> bool:
    if reading.programs:
        return False
    serves = _SERVE.search(reading.folded)
    if rate_of(reading) is not None and (serves or model_of(reading)):
        return True
    if not serves:
        return False
    if reading.provider:
        return False
    if not model_of(reading):
        return _asks_of_our_service(reading)
    asked = cues.COST.search(reading.folded) or cues.TIME.search(reading.folded)
    how_many = re.search(r"how many|多少[张张張块块]|几张", reading.folded)
    ours = cues.OURS.search(reading.folded) or reading.gpus
    return bool(ours and (asked or how_many))


def _asks_of_our_service(reading: Reading) -> bool:
    """Whether somebody asks what a service of their own takes, without a word of its model."""
    text = reading.folded
    asked = cues.COUNTED.search(text) or cues.COST.search(text)
    other = cues.RENT.search(text) or cues.GIVERS.search(text) or cues.WHY.search(text)
    told = reading.gpus or reading.sponsored or cues.COMPARE.search(text)
    named = proper_names(reading.text, initial=reading.language != "en")
    if asked and not other and asks_plainly(reading):
        return True
    return bool(asked and cues.OURS.search(text) and not (other or told or named))


def _missing(reading: Reading) -> str | None:
    if reading.again(TOOL):
        return None
    words, rate = WORDS(reading.language), rate_of(reading)
    if not model_of(reading):
        return words.ask_model
    lengths = lengths_of(reading)
    return None if reading.accepted or (rate and len(lengths) == len(ASSUMED) - 1) else words.ask


def _section(reading: Reading, done: Sequence[Artifact], say: Phrases) -> Section:
    estimates = results_of(TOOL, done)
    words, main = WORDS(say.language), estimates[0]
    priced = [tool for tool in estimates if tool.result.get("cost_usd_per_month")]
    return Section(
        [
            *_million(reading, priced, words, say),
            _lead(main, words, say),
            "",
            *_table(main, priced, words, say),
            "",
            *shown.costs(priced, done, "cost_usd_per_month", say),
            *shown.assumed(main, words, say),
            *_runs(main, words, say),
            *shown.changes_most((priced or estimates)[0], words, say),
        ]
    )


def _million(
    reading: Reading, priced: Sequence[ToolEvidence], words: InferenceWords, say: Phrases
) -> list[str]:
    """The cost per million tokens at the lowest price, where that is what was asked for."""
    if not priced or not _MILLION.search(reading.folded):
        return []
    tool = priced[0]
    lead = words.lead_million.format(
        cost=dollars(tool.result["cost_usd_per_million_tokens"]["likely"], say.language),
        price=price(tool.args["price"], "USD", say.language),
    )
    marks = f"[{tool.id}:cost_usd_per_million_tokens] [{tool.id}:inputs.price_per_gpu_hour]"
    return [f"**{lead}{say.stop}** {marks}", ""]


def _lead(tool: ToolEvidence, words: InferenceWords, say: Phrases) -> str:
    result, language = tool.result, say.language
    gpus = {key: plain(value, language) for key, value in result["gpus"].items()}
    sentence = words.lead
    if gpus["low"] == gpus["high"]:
        sentence = words.lead_one if gpus["likely"] == "1" else words.lead_even
    lead = sentence.format(gpu=family(result["inputs"]["gpu"]), **gpus)
    load = f"{Decimal(str(result['mean_load'])) * 100:.0f}%"
    busy = words.busy.format(
        copies=plain(result["copies"]["likely"], language),
        each=plain(result["gpus_per_copy"], language),
        load=load,
    )
    step = [each["name"] for each in result["steps"]].index("load")
    marks = f"[{tool.id}:copies] [{tool.id}:gpus_per_copy] [{tool.id}:steps.{step}]"
    timed = any(result["inputs"][name] is not None for name in _TIMES)
    told = "" if timed else f"\n\n{words.no_target} [{tool.id}:inputs]"
    return f"**{lead}{say.stop}** [{tool.id}:gpus]\n\n{busy}{say.stop} {marks}{told}"


def _table(
    main: ToolEvidence, priced: Sequence[ToolEvidence], words: InferenceWords, say: Phrases
) -> list[str]:
    rows = [
        shown.range_row(words.row_gpus, main, "gpus", say, plain),
        shown.range_row(words.row_speed, main, "output_tokens_per_second_per_gpu", say),
        shown.range_row(words.row_first, main, "first_token_seconds", say),
        shown.range_row(words.row_between, main, "token_seconds", say),
        shown.range_row(words.row_answer, main, "answer_seconds", say),
    ]
    for tool in priced:
        told = price(tool.args["price"], "USD", say.language)
        mark = f" [{tool.id}:inputs.price_per_gpu_hour]"
        for label, path in (
            (words.row_month, "cost_usd_per_month"),
            (words.row_million, "cost_usd_per_million_tokens"),
        ):
            rows.append(shown.range_row(label.format(price=told) + mark, tool, path, say, dollars))
    return shown.range_rows(rows, say)


def _runs(tool: ToolEvidence, words: InferenceWords, say: Phrases) -> list[str]:
    runs: list[dict[str, Any]] = tool.result["nearest_runs"]
    lines = []
    for n, run in enumerate(runs):
        text = words.nearest_run.format(
            model=run["model"],
            gpus=plain(run["gpus"], "en"),
            gpu=family(run["gpu"]),
            weights=run["weights"],
            into=plain(run["input_tokens"], say.language),
            out=plain(run["output_tokens"], say.language),
            speed=number(run["output_tokens_per_second"], say.language),
        )
        lines.append(f"- {text} [{tool.id}:nearest_runs.{n}]")
    return ["", words.nearest, *lines] if lines else []


INFERENCE = Estimator(
    tool=TOOL,
    ask=Ask.INFERENCE,
    words=WORDS,
    wants=_wants,
    arguments=arguments,
    missing=_missing,
    section=_section,
    job=True,
)
