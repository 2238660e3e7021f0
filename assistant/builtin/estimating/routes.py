"""Where to get the GPUs for a job: every route in one ranked table."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from assistant import cues
from assistant.builtin.estimating import shown
from assistant.builtin.estimating.estimator import Call, Estimator, results_of
from assistant.builtin.estimating.finetuning import FINETUNING
from assistant.builtin.estimating.routes_arguments import TOOL, hours_of, of_the_question
from assistant.builtin.estimating.routes_words import WORDS, RouteWords
from assistant.builtin.estimating.training import TRAINING
from assistant.builtin.figures import dollars, rounded, when
from assistant.builtin.sections import Section, foreign_name
from assistant.builtin.values import asks_plainly, gpu_count
from assistant.evidence import Artifact, ToolEvidence
from assistant.phrases import Phrases
from assistant.question import Ask, Reading

_JOBS = (TRAINING, FINETUNING)
MOST_UNKNOWN = 3
_FEW = 0.5
_ROUTES = cues.cue(
    r"routes?|options|(?:which|what|any|all|every|other|cheapest|best) (?:ways?|possibilities)|"
    r"ways? (?:\w+ ){0,3}(?:to|of) (?:get|obtain|secur|sourc|acquir|find)\w*|"
    r"where (?:should|do|shall|can|could) (?:i|we) (?:get|find|buy|source)|"
    r"how (?:should|do|can|could|would|shall) (?:i|we) (?:best )?(?:get|obtain|source|secure)|"
    r"(?:which|what) (?:way|option|route)|what should we do",
    r"走(?:什么|哪个|基金|云|现货|额度)|还是自己买|[哪几]条路|哪条途径|哪种途径|途径|渠道|管道|路子|门路|路线|"
    r"哪种方式|(?:取得|获取|获得|拿卡|拿到|各种)的?(?:方式|办法|方法|来源)|(?:所有|各种|哪些|什么)(?:方式|办法|方法|来源)|"
    r"哪个方案|方案|从哪(?:里|儿)?拿|怎么(?:拿|弄|搞)|该去哪|该怎么办|"
    r"(?:去|到|上|从)哪(?:里|儿)?(?:弄|找|拿|搞)",
)
_BEST = cues.cue(r"(?:best|cheapest) (?:way|route|option)", r"最划算|最省|最便宜|最合算")
_RANKED = cues.cue(
    r"rank(?:ed|ing)?|sort(?:ed)?|order(?:ed)? by|cheapest first|from cheap\w* to|side by side",
    r"排(?:个|一下|一排)?(?:序|名|列|出来|一下)|从便宜到贵|由便宜到贵|由低到高|从低到高|拍一下",
)
_SEVERAL = 3
_KINDS = (
    cues.cue(r"buy(?:ing)?|own(?:ing)?|purchas(?:e|ing)", r"买|自购|自建"),
    cues.cue(r"rent(?:ing|al)?|on[- ]demand", r"租|按需"),
    cues.cue(r"reserved?|reservations?|contract", r"预留|包年|长约"),
    cues.cue(r"spot|preemptible", r"抢占|竞价"),
    cues.cue(r"credits?", r"额度|代金券"),
    cues.cue(r"(?:fund )?programs?|grants?", r"计[划画]|找基金|资助"),
    cues.cue(r"loans?|borrow(?:ing)?|financ(?:e|ed|ing)", r"贷款|借款|分期"),
)
"""Kinds of routes by their names; a question that names several compares them."""


def _job_is_told(reading: Reading) -> bool:
    """Whether the question tells a job that is estimated first, from which the hours come."""
    return any(job.wants(reading) and not job.missing(reading) for job in _JOBS)


def _wants(reading: Reading) -> bool:
    text = reading.folded
    named = sum(bool(kind.search(text)) for kind in _KINDS) + len(reading.programs)
    ranked = bool(_RANKED.search(text))
    if _borrows_or_rents(reading):
        return True
    if not (_ROUTES.search(text) or named + ranked >= _SEVERAL):
        return False
    counted = gpu_count(reading) is not None
    sized = counted or bool(reading.gpus)
    timed = hours_of(reading) is not None
    if reading.programs:  # what one program offers is told by its terms
        return counted and timed and named + ranked >= _SEVERAL
    if _ROUTES.search(text) and ranked and sized and asks_plainly(reading):
        return True
    if _job_is_told(reading) or (sized and timed):
        return True
    ours = cues.OURS.search(reading.folded) and cues.COMPUTE.search(reading.folded)
    return bool(ours and _BEST.search(reading.folded) and not cues.GIVERS.search(reading.folded))


def _borrows_or_rents(reading: Reading) -> bool:
    """Whether a loan is held against renting for a job: its hours stand beside the loan's"
    " months."""
    text = reading.folded
    compared = cues.COMPARE.search(text) or _RANKED.search(text) or _BEST.search(text)
    both = _KINDS[-1].search(text) and _KINDS[1].search(text) and compared
    return bool(both and gpu_count(reading) is not None and hours_of(reading) is not None)


def _missing(reading: Reading) -> str | None:
    if reading.again(TOOL):
        return None
    words = WORDS(reading.language)
    if gpu_count(reading) is None:
        return words.ask_gpus
    told = hours_of(reading) is not None or _job_is_told(reading)
    return None if told else words.ask_hours


def _arguments(reading: Reading) -> dict[str, Any]:
    """Empty where the hours have to come from a training estimate first."""
    earlier = reading.again(TOOL)
    if not earlier and _job_is_told(reading):
        return {}
    told = of_the_question(reading)
    hours = hours_of(reading)
    if hours is not None:
        earlier = {k: v for k, v in earlier.items() if k not in ("hours_low", "hours_high")}
        told["hours"] = hours
    return {"gpu": "H100"} | earlier | told


def _then(reading: Reading, done: Sequence[Artifact]) -> list[Call]:
    """Once a training or tuning run is estimated, its hours are the job's."""
    runs = [run for job in _JOBS for run in results_of(job.tool, done)]
    if reading.again(TOOL) or not _job_is_told(reading) or not runs or _missing(reading):
        return []
    days = runs[0].result.get("days")
    if not days:
        return []
    hours = {key: round(days[key] * 24, 1) for key in ("low", "likely", "high")}
    args = {"gpu": runs[0].args.get("gpu", "H100")} | of_the_question(reading)
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
