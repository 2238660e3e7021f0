"""Where to get the GPUs for a job: every route in one ranked table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from assistant import cues
from assistant.builtin.estimating import shown
from assistant.builtin.estimating.estimator import Call, Estimator, results_of
from assistant.builtin.estimating.finetuning import FINETUNING
from assistant.builtin.estimating.routes_words import WORDS, RouteWords
from assistant.builtin.estimating.training import TRAINING
from assistant.builtin.figures import dollars, rounded, when
from assistant.builtin.sections import Section, foreign_name
from assistant.builtin.values import gpu_count, gpu_of, lengths_of, money_text
from assistant.company import company_in
from assistant.evidence import Artifact, ToolEvidence
from assistant.phrases import Phrases
from assistant.question import Ask, Reading
from kb.texts.folding import fold
from tools.places import find_places
from tools.quantities import Quantity, Unit

TOOL = "compare_routes"
_JOBS = (TRAINING, FINETUNING)
MOST_UNKNOWN = 3
_FEW = 0.5
_ROUTES = cues.cue(
    r"routes?|options|ways? (?:for (?:us|me) )?(?:to|of) get\w*|"
    r"where (?:should|do|shall) (?:i|we) (?:get|find|buy)|"
    r"how should (?:i|we) get|(?:which|what) (?:way|option|route)|what should we do",
    r"走(?:什么|哪个|基金|云|现货|额度)|还是自己买|[哪几]条路|哪条途径|哪种途径|途径|渠道|哪种方式|哪个方案|方案|从哪(?:里|儿)?拿|怎么拿|该去哪|该怎么办|"
    r"(?:去|到|上)哪(?:里|儿)?(?:弄|找|拿)",
)
_BEST = cues.cue(r"(?:best|cheapest) (?:way|route|option)", r"最划算|最省钱|最便宜的途径")
_SEVERAL = 3
_KINDS = (
    cues.cue(r"buy(?:ing)?|own(?:ing)?|purchas(?:e|ing)", r"买|自购|自建"),
    cues.cue(r"rent(?:ing|al)?|on[- ]demand", r"租|按需"),
    cues.cue(r"reserved?|reservations?|contract", r"预留|包年|长约"),
    cues.cue(r"spot|preemptible", r"抢占|竞价"),
    cues.cue(r"credits?", r"额度|代金券"),
    cues.cue(r"(?:fund )?programs?", r"基金计划|算力计划"),
)
"""Kinds of routes by their names; a question that names several compares them."""
_BUDGET = cues.cue(r"budget|at most|spend up to|afford", r"预算|最多花|不超过")
_VALUATION = cues.cue(r"valuation|valued|worth|post-money", r"估值")
_CASH = cues.cue(r"cash|in the bank|up front", r"现金|账上|预付")


def _job_is_told(reading: Reading) -> bool:
    """Whether the question tells a job that is estimated first, from which the hours come."""
    return any(job.wants(reading) and not job.missing(reading) for job in _JOBS)


def _hours(reading: Reading) -> float | None:
    lengths = [each for each in lengths_of(reading) if each > 0]
    return float(round(lengths[0] * 24, 2)) if lengths else None


def _wants(reading: Reading) -> bool:
    named = sum(bool(kind.search(reading.folded)) for kind in _KINDS)
    if reading.programs or not (_ROUTES.search(reading.folded) or named >= _SEVERAL):
        return False
    sized = gpu_count(reading) is not None or bool(reading.gpus)
    if _job_is_told(reading) or (sized and _hours(reading) is not None):
        return True
    ours = cues.OURS.search(reading.folded) and cues.COMPUTE.search(reading.folded)
    return bool(ours and _BEST.search(reading.folded) and not cues.GIVERS.search(reading.folded))


def _missing(reading: Reading) -> str | None:
    if reading.again(TOOL):
        return None
    words = WORDS(reading.language)
    if gpu_count(reading) is None:
        return words.ask_gpus
    told = _hours(reading) is not None or _job_is_told(reading)
    return None if told else words.ask_hours


def _arguments(reading: Reading) -> dict[str, Any]:
    """Empty where the hours have to come from a training estimate first."""
    earlier = reading.again(TOOL)
    if not earlier and _job_is_told(reading):
        return {}
    told = _of_the_question(reading)
    hours = _hours(reading)
    if hours is not None:
        earlier = {k: v for k, v in earlier.items() if k not in ("hours_low", "hours_high")}
        told["hours"] = hours
    return {"gpu": "H100"} | earlier | told


def _of_the_question(reading: Reading) -> dict[str, Any]:
    told: dict[str, Any] = {"language": reading.language}
    if gpu := gpu_of(reading):
        told["gpu"] = gpu
    if (count := gpu_count(reading)) is not None:
        told["gpus"] = count
    places = find_places(reading.text)
    if len(places) == 1:
        told["region"] = places[0]
    for name, cue in (("budget", _BUDGET), ("valuation", _VALUATION), ("cash", _CASH)):
        sum_ = _sum_called(cue, reading)
        if sum_ is not None:
            told[name] = money_text(sum_)
    day = reading.first(Unit.DATE)
    if day and day.iso and len(day.iso) == len("2026-11-22") and not day.iso.startswith("-"):
        told["start_by"] = day.iso
    return told | {name: value for name, value in _company(reading).items() if value}


def _company(reading: Reading) -> dict[str, str]:
    """What is told of the company, also where only a route is asked for: A轮，融了800万美元."""
    return reading.company or company_in(reading.text)


def _sum_called(cue: re.Pattern[str], reading: Reading) -> Quantity | None:
    """The sum of money to which a word stands nearest: "a budget of $2M", "$2M in cash"."""
    sums = [q for q in reading.quantities if q.unit is Unit.MONEY]
    ends = [0, *(q.end for q in sums)]
    starts = [*(q.start for q in sums), len(reading.text)]
    near: list[tuple[int, int, Quantity]] = []
    for n, sum_ in enumerate(sums):
        before = fold(reading.text[ends[n] : sum_.start])
        behind = fold(reading.text[sum_.end : starts[n + 1]])
        near += [(len(before) - match.end(), n, sum_) for match in cue.finditer(before)]
        near += [(match.start(), n, sum_) for match in cue.finditer(behind)]
    return min(near, key=lambda each: each[:2])[2] if near else None


def _then(reading: Reading, done: Sequence[Artifact]) -> list[Call]:
    """Once a training or tuning run is estimated, its hours are the job's."""
    runs = [run for job in _JOBS for run in results_of(job.tool, done)]
    if reading.again(TOOL) or not _job_is_told(reading) or not runs or _missing(reading):
        return []
    days = runs[0].result.get("days")
    if not days:
        return []
    hours = {key: round(days[key] * 24, 1) for key in ("low", "likely", "high")}
    args = {"gpu": runs[0].args.get("gpu", "H100")} | _of_the_question(reading)
    return [
        (
            TOOL,
            args
            | {
                "hours": hours["likely"],
                "hours_low": hours["low"],
                "hours_high": hours["high"],
            },
        )
    ]


def _section(reading: Reading, done: Sequence[Artifact], say: Phrases) -> Section:
    tool, words = results_of(TOOL, done)[-1], WORDS(say.language)
    routes = list(enumerate(tool.result["routes"]))
    if not routes:
        return Section([words.none], answered=False)
    fit = [(n, route) for n, route in routes if route["tier"] != "out"]
    out = [(n, route) for n, route in routes if route["tier"] == "out"]
    lines = [
        _lead(tool, fit, words, say),
        "",
        words.header,
        "|---:|---|---|---:|---:|---|---|",
        *(_row(tool, n, route, words, say) for n, route in fit),
        "",
    ]
    lines += [_ruled_out(tool, out, words, say)] if out else []
    if tool.result["left_out"]:
        lines.append(f"{words.left.format(n=tool.result['left_out'])} [{tool.id}:left_out]")
    if not tool.result["live_sources"]:
        lines.append(say.no_live)
    lines += shown.assumed(tool, words, say)
    lines += shown.changes_most(tool, words, say)
    return Section(lines)


def _lead(
    tool: ToolEvidence, fit: Sequence[tuple[int, dict[str, Any]]], words: RouteWords, say: Phrases
) -> str:
    n, first = fit[0] if fit else (0, tool.result["routes"][0])
    if first["tier"] not in ("ready", "stock_unknown"):
        return f"**{words.lead_none}{say.stop}** [{tool.id}:routes.0.unknown]"
    total = first["with_dilution_usd"] or first["total_usd"]
    sentence = (words.lead if first["tier"] == "ready" else words.lead_listed).format(
        kind=_kind(first, words),
        name=foreign_name(first["name"]),
        total=_between(total, words, say),
    )
    return f"**{sentence}{say.stop}** {_marks(tool, n, first)}"


def _row(tool: ToolEvidence, n: int, route: dict[str, Any], words: RouteWords, say: Phrases) -> str:
    total = route["with_dilution_usd"] or route["total_usd"]
    cost = words.not_known if total is None else _between(total, words, say)
    if total is not None and not total["high"]:
        cost = words.free
    elif total is not None and route["lower_bound"]:
        cost = words.least.format(total=dollars(total["likely"], say.language))
    upfront = route["cash_upfront_usd"]
    cells = [
        str(route["rank"]),
        _kind(route, words),
        foreign_name(route["name"]),
        cost,
        words.not_known if upfront is None else dollars(upfront, say.language),
        when(route["start"], say.language) or words.not_known,
        f"{_to_know(route, words, say)} {_marks(tool, n, route)}",
    ]
    return f"| {' | '.join(cells)} |"


def _between(total: dict[str, Any], words: RouteWords, say: Phrases) -> str:
    told = {key: dollars(total[key], say.language) for key in ("low", "likely", "high")}
    one = told["low"] == told["high"]
    return told["likely"] if one else words.between.format(**told)


def _kind(route: dict[str, Any], words: RouteWords) -> str:
    kind = words.kinds[route["kind"]]
    months = route["term_months"]
    return words.months.format(kind=kind, months=months) if months else kind


def _to_know(route: dict[str, Any], words: RouteWords, say: Phrases) -> str:
    """Strings and dilution, what speaks against it, what is not known, the day of its price."""
    parts = [words.problems[code] for code in route["problems"]]
    parts += [foreign_name(text) for text in route["strings"][:1]]
    if route["dilution_share"]:
        parts.append(words.dilution.format(share=_percent(route["dilution_share"])))
    if _leaves_much(route):
        parts.append(words.uses.format(share=_percent(route["used_share"])))
    codes = [words.unknown[code] for code in route["unknown"] if code in words.unknown]
    shown_codes = [code for code in codes if code != words.unknown["start"]][:MOST_UNKNOWN]
    if shown_codes:
        comma = ", " if say.language == "en" else "、"
        parts.append(words.more_to_pay.format(codes=comma.join(shown_codes)))
    if day := when(route["price_as_of"], say.language):
        parts.append(day)
    return ("; " if say.language == "en" else "，").join(parts)


def _leaves_much(route: dict[str, Any]) -> bool:
    return route["used_share"] is not None and route["used_share"] < _FEW


def _percent(share: float) -> str:
    return f"{rounded(Decimal(str(share)) * 100, 2).normalize():f}%"


def _marks(tool: ToolEvidence, n: int, route: dict[str, Any]) -> str:
    total = "with_dilution_usd" if route["dilution_share"] else "total_usd"
    figures = [total, "cash_upfront_usd", "start", "term_months", "dilution_share"]
    figures += ["used_share"] if _leaves_much(route) else []
    paths = [name for name in figures if route.get(name) is not None]
    marks = [f"[{tool.id}:routes.{n}.{name}]" for name in (*paths, "price_as_of", "rank")]
    for cite in dict.fromkeys(each["cite"] for each in route["evidence"] if each["cite"]):
        marks.append(f"[{tool.id}:{cite}]" if cite.startswith("offers.") else f"[{cite}]")
    return " ".join(marks)


def _ruled_out(
    tool: ToolEvidence, out: Sequence[tuple[int, dict[str, Any]]], words: RouteWords, say: Phrases
) -> str:
    comma, why = (", ", "{} ({})") if say.language == "en" else ("、", "{}（{}）")
    told = comma.join(
        why.format(foreign_name(route["name"]), words.problems[route["problems"][0]])
        for _, route in out
    )
    marks = " ".join(f"[{tool.id}:routes.{n}.problems]" for n, _ in out)
    return f"{words.out.format(routes=told)} {marks}"


ROUTES = Estimator(
    tool=TOOL,
    ask=Ask.ROUTES,
    words=WORDS,
    wants=_wants,
    arguments=_arguments,
    missing=_missing,
    section=_section,
    then=_then,
    joins=True,
)
