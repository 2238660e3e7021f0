"""What a question tells about the asker's company: stage, money raised, country, backers, age.

Only what is said of "we", "our startup", "a seed company in France" counts; a country or a fund
that a program belongs to does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from assistant.grounding.names import proper_names
from kb.programs.program import Program
from kb.programs.regions import countries, country_code
from kb.texts.folding import fold
from tools.quantities import Unit, find_quantities

_STAGE = {
    stage: re.compile(  # Chinese words may touch figures: $2M种子轮, A轮1800万
        rf"(?:(?<![a-z0-9])|(?=[\u3400-\u9fff]))(?:{pattern})(?:(?![a-z0-9])|(?<=[\u3400-\u9fff]))"
    )
    for stage, pattern in {
        "pre_seed": r"pre[- ]?seed|种子前轮?",
        "seed": r"(?<!pre[- ])(?:seed|angel)|pre[- ]?(?:series[- ]?)?a|种子(?:轮|期|阶段)"
        r"|天使(?:轮|期)"
        r"|pre-?\s?a\s?轮",
        "series_a": r"(?<!pre[- ])series[- ]a|(?<!pre)(?<!pre[- ])a\s?\+?\s?轮",
        "series_b": r"series[- ]b|b\s?\+?\s?轮",
        "series_c": r"series[- ]c|c\s?\+?\s?轮",
        "growth": r"series[- ][d-h]|late[- ]stage|growth[- ]stage|[d-h]\s?\+?\s?轮|成长期",
        "public": r"publicly listed|listed company|上市公司|已经?上市",
    }.items()
}
_RAISED = re.compile(
    r"\braised?\b|\braising\b|\bfunding\b|\bfunded with\b|\bfrom (?:our |the )?investors\b"
    r"|\b(?:we|just|have|has|['’]ve)(?: just| recently)? (?:closed|landed|secured)\b"
    r"|融[资過过到了]|已融|募|拿了|拿到|筹",
    re.IGNORECASE,
)
_LEAST_RAISED = 50_000
_RAISED_BEHIND = re.compile(r"\s?(?:dollars |in total )?raised\b", re.IGNORECASE)
_OF_CREDITS = re.compile(
    r"(?: of| in| worth of)?(?: [\w’'-]+){0,3}? credits?\b"
    r"|的?[\u3400-\u9fffA-Za-z ]{0,8}(?:额度|額度|抵用|抵扣)",
    re.IGNORECASE,
)
_RAISED_JUST_BEFORE = re.compile(r"\braised (?:about |over |around |some )?$", re.IGNORECASE)
_BEHIND = re.compile(r" from [A-Z]| (?:pre-?seed|seed|series [a-eA-E]|Series [A-E]|round)\b")
_ROUND_OF = re.compile(
    r"(?:\bseries[- ][a-e]|\bseed|\bround|[轮輪])(?: round)?[^\w$]{0,3}(?:of |worth |about |共"
    r"|融)?$",
    re.IGNORECASE,
)
_FOUNDED = re.compile(
    r"\b(?:founded|started|incorporated|set up|established|launched|since)\b|成立|创立|创办|注册于",
    re.IGNORECASE,
)
_OLD = re.compile(r"\b(?:old|ago)\b|成立了?|创立了?", re.IGNORECASE)
_WORD = r"(?:[\w&'’-]|\.(?=\w)){0,30}"
_NAME = rf"(?<![A-Za-z0-9'’.-])(?:[A-Z0-9]|a(?=\d)){_WORD}(?: [A-Z]{_WORD}){{0,3}}"
_LIST = rf"{_NAME}(?:(?:, | and |, and |和|、|与|及){_NAME}){{0,4}}"
_BACKED = (
    re.compile(rf"(?:[Bb]acked|[Ff]unded|financed|owned) by ({_LIST})"),
    re.compile(rf"({_NAME})[- ](?:backed|funded|portfolio)\b"),
    re.compile(r"\b(YC|Y Combinator|Techstars) (?:company|startup|team|alum\w*)\b"),
    re.compile(
        rf"\b[Ww]e(?:['’]re| are) an? (?!Series\b|Seed\b|AI\b)({_NAME}) "
        r"(?:portfolio )?(?:company|startup|team|founder)\b"
    ),
    re.compile(rf"(?:million|[\dkKmM]) from ({_LIST})"),
    re.compile(
        r"(?:拿到|进了|進了|入选|入選|加入)(?:了)?\s?([A-Z][A-Za-z0-9"
        r" &.]{1,24}?)(?=\s?[，,、。！!]|$)"
    ),
    re.compile(rf"({_LIST}) (?:co-?)?(?:led|leads|joined|did|wrote) our\b"),
    re.compile(rf"({_LIST}) (?:backs?|funds|(?:ha(?:s|ve) )?invested in) (?:us|our)\b"),
    re.compile(
        rf"({_NAME}) (?:is|are) (?:one of )?our (?:lead |seed |main |only |existing )*"
        r"(?:investors?|backers?|shareholders?)\b"
    ),
    re.compile(
        rf"[Oo]ur (?:lead |seed |main |only |existing )*(?:investors?|backers?) "
        rf"(?:is|are|includes?) ({_LIST})"
    ),
    re.compile(
        r"([A-Za-z0-9][\w& .]{1,24}?|[一-鿿]{2,8}?)\s?是我[们們]的?(?:领|領)?"
        r"(?:投资人|投資人|投资方|投資方|股东|股東|领投方|領投方)"
    ),
    re.compile(rf"[Ww]e(?:['’]re| are)(?: already)? (?:in|members? of|part of|with) ({_NAME})"),
    re.compile(
        r"我们(?:已经?)?(?:是|在|加入了?)([A-Za-z0-9][\w& .]{1,24}?|[一-鿿]{2,8}?)"
        r"(?:的?成员|里|计划里)"
    ),
    re.compile(r"我们是([A-Za-z][\w& .]{1,24}?)投的"),
    re.compile(
        r"(?:投资方|投資方|投资人|投資人|股东|股東|领投方|領投方)(?:是|为|為|有)([^，。？！,?!]{2,30})"
    ),
    re.compile(r"(?:由|被|获得?|拿到?了?|有)([^，。？！,?!\s]{2,30}?)(?:领投|投了|投资(?!的|机构"
    r"|人|方))"),
    re.compile(r"([A-Za-z0-9][\w& .]{1,24}|[一-鿿]{2,8}?)(?:投了|投资了?)我们"),
    re.compile(r"我们(?:公司)?是([A-Za-z0-9][\w& .]{1,24}|[一-鿿]{2,8}?)(?:投资?的|的?被投)"),
)  # fmt: skip
_NOBODY = re.compile(
    r"\b(?:bootstrapped|self[- ]funded|no investors)\b|没有投资方|没有投资人|自筹资金"
)
_CLAUSE = re.compile(r"[,;:，；：、。?？!！]|\b(?:with|and|on)\b")
_NOTHING = re.compile(
    r"\b(?:have not|haven[’']t|never|not yet) raised\b|\bnothing raised\b|\braised nothing\b"
    r"|\bno (?:outside )?funding\b|\bunfunded\b"
    r"|没(?:有)?(?:拿过|融过|获得过|拿|融)(?:任何)?(?:投资|融资|资)|尚?未融资|没有融资"
)
_LEAST_SUM = 10_000
_LONGEST = 2_000
"""Characters; what a company is stands in a question, not in an article that is pasted below."""
_AND = re.compile(r", and |, | and |和|、|与|及")


def company_in(text: str, programs: Sequence[Program] = ()) -> dict[str, str]:
    """The values that a question states, as `assistant.profile.with_values` takes them.

    `programs` are those that the question is about: their names say nothing about the company.
    """
    text = text[:_LONGEST]
    own = _without_names(text, programs)
    folded = fold(own)
    found = {
        "stage": _stage(folded),
        "raised": _raised(own),
        "country": _country(own, folded),
        "funds": _funds(text, folded),
        "founded": _founded(own),
    }
    return {name: value for name, value in found.items() if value}


def company_again(text: str, before: Mapping[str, object]) -> dict[str, str]:
    """What a shortened question changes of a company told `before`: "and with 8 million?" is money
    raised, where money was told, in the currency that was."""
    found = company_in(text)
    raised = str(before.get("raised", "")).split()
    sums = [
        q
        for q in find_quantities(text)
        if q.unit is Unit.MONEY or (q.unit is Unit.COUNT and q.value >= _LEAST_SUM)
    ]
    if "raised" not in found and len(raised) == 2 and len(sums) == 1:
        value, currency = sums[0].value, sums[0].currency or raised[1]
        found["raised"] = f"{value.normalize():f} {currency}"
    return found


def _without_names(text: str, programs: Sequence[Program]) -> str:
    for program in programs:
        for name in (program.name.en, program.name.zh_hans, *program.aliases):
            whole = rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])"
            text = re.sub(whole, " … ", text, flags=re.IGNORECASE)
    return text


def _stage(folded: str) -> str | None:
    """The one stage that is named; several leave it open."""
    stages = [stage for stage, cue in _STAGE.items() if cue.search(folded)]
    return stages[0] if len(stages) == 1 else None


def _raised(text: str) -> str | None:
    if _NOTHING.search(fold(text)):
        return "none"
    every = find_quantities(text)
    sums = [
        q
        for q in every
        if q.unit is Unit.MONEY and q.currency and not _OF_CREDITS.match(text, q.end)
    ]
    if not sums:  # "raised 12 million", in English: of dollars
        bare = (q for q in every if q.unit is Unit.COUNT and q.value >= _LEAST_RAISED)
        told = (
            q
            for q in bare
            if _RAISED_JUST_BEFORE.search(text[: q.start]) or _RAISED_BEHIND.match(text, q.end)
        )
        sums = [replace(q, unit=Unit.MONEY, currency="USD") for q in told]
    of_a_round = next(
        (q for q in sums if _ROUND_OF.search(text[: q.start]) or _BEHIND.match(text, q.end)), None
    )
    if of_a_round:
        return f"{of_a_round.value.normalize():f} {of_a_round.currency}"
    if len(sums) > 1:  # "we raised $8M, with a budget of $300k": the one behind the word
        sums = [q for q in sums if _RAISED.search(_CLAUSE.split(text[: q.start])[-1])]
    if len(sums) != 1 or not _RAISED.search(text):
        return None
    return f"{sums[0].value.normalize():f} {sums[0].currency}"


def _country(text: str, folded: str) -> str | None:
    latin, chinese = _country_cues()
    if match := latin.search(text):
        return next(word for word in match.groups() if word)
    if match := chinese.search(folded):
        return next(word for word in match.groups() if word)
    return None


@cache
def _country_cues() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Where a country is the company's: "in France", "a French startup", 在新加坡, 法国公司."""
    names = sorted({name for each in countries().values() for name in each}, key=len, reverse=True)
    latin = "|".join(re.escape(name) for name in names if name.isascii())
    han = "|".join(re.escape(fold(name)) for name in names if not name.isascii())
    company = (
        r"(?:AI |tech |seed |early-stage )*(?:startup|start-up|company|team|firm|business|lab"
        r"|founders?|"
        r"(?:university |academic )?spin-?(?:off|out))"
    )
    return (
        re.compile(
            rf"\b(?:in|from|of|based in|out of) (?:the )?({latin})(?![A-Za-z])"
            rf"|\b({latin})(?:-based\b| {company})"
            # "pre-seed, raised $600k, US": a clause of its own
            rf"|(?:^|[,;.(] ?)(?:(?:in|we['’]?re in) )?(?:[A-Z][a-z]+,? )?({latin})(?= ?[,;.?!)]|$)"
        ),
        re.compile(
            rf"(?:在|位于|来自|总部设?在?|注册在|注册地[是为在]|地处)({han})"
            rf"|({han})(?:的|本土)?(?:ai|人工智能|种子轮|早期)?(?:公司|初创|创业|团队|企业|新创)"
            rf"|(?:^|[,;。、，；(（] ?)(?:人?在)?({han})(?= ?[,;。、，；?？!！)）]|$)"
        ),
    )


def _funds(text: str, folded: str) -> str | None:
    if _NOBODY.search(folded) or _NOTHING.search(folded):
        return "none"
    for cue in _BACKED:
        if (match := cue.search(text)) and not _of_another(text[: match.start()], folded):
            names = [name.strip(" .'’") for name in _AND.split(match.group(1))]
            # "We are in France" is a place, "we are in Inception" a program.
            kept = [name for name in names if name and country_code(name) is None]
            if kept:
                return ", ".join(kept)
    return None


_OURS = re.compile(r"(?<![a-z])(?:we|our|us|my|i)(?![a-z])|我|咱们|本公司|团队")


def _of_another(before: str, folded: str) -> bool:
    """Whether somebody else is named whose backers they are: "CoreWeave被谁投资"."""
    said = proper_names(before, initial=True)
    others = [name for name in said if country_code(name) is None and name not in _NO_COMPANY]
    return bool(others) and not _OURS.search(folded)


_NO_COMPANY = frozenset("Can Could Is Are Do Does Did Has Have Which What Who If Series".split())


def _founded(text: str) -> str | None:
    quantities = find_quantities(text)
    for q in quantities:
        around = text[max(0, q.start - 24) : q.end + 12]
        if q.unit in (Unit.YEAR, Unit.DATE) and _FOUNDED.search(around):
            return q.iso
        if q.said_unit in ("year", "month") and _OLD.search(around):
            return q.text
    return None
