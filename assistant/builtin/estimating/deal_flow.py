"""What flows back in a deal that ties an investment to a cloud commitment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

from assistant import cues
from assistant.builtin.estimating import shown
from assistant.builtin.estimating.estimator import Estimator, Words, catalogue, results_of
from assistant.builtin.estimating.money import near, told_by, with_sums
from assistant.builtin.figures import plain, rounded, short_dollars
from assistant.builtin.sections import Section
from assistant.builtin.values import money_text, share_text
from assistant.evidence import Artifact, ToolEvidence
from assistant.phrases import Phrases
from assistant.question import Ask, Reading
from tools.quantities import Quantity, Unit

TOOL = "deal_flow_back"
_YEAR_DAYS = 365
_LEAST_SUM = 1_000_000
_NOWHERE = 60  # characters, where no word tells what a sum is
_INVESTS = cues.cue(
    r"invest(?:s|ed|ment|ments|ing)?|put(?:s|ting)?|"
    r"in(?=[,;] )|gives? us|gave us|from (?:the |an? |our |its )?(?:cloud|investor|hyperscaler"
    r"|vendor)\w*|receiv(?:e|es|ed)|(?:takes?"
    r"|taking|raise[sd]?|gets?)\b[^.;]{0,20}\bfrom",
    r"投资|投了?|注资|入股|拿了|拿到|获得|融到|出资",
)
_COMMITS = cues.cue(
    r"commit(?:s|ted|ment|ments|ting)?|promis(?:e|es|ed)|spend(?:s|ing)?|owe[sd]?|"
    r"(?:use|buy)\b[^.;]{0,20}\bcloud|cloud (?:deal|contract|spend|bill)|pledg(?:e|es|ed)"
    r"|contract(?:s|ed)?",
    r"承诺|花|采购|消费|用掉",
)
_STAKE = re.compile(
    r"^ of (?:us|our|the company)\b|equity|stake|shares?\b|股|占比|(?:拿|占|换|取得|换取|\bfor)\s?$"
)
_GROWTH = re.compile(r"grow|more each year|增长|递增")
_DISCOUNT = re.compile(r"discount(?:ed)?[ -]?(?:rate|at|by)|present value|npv|折现|贴现|折價|现值")
_MARGIN = re.compile(r"margin|毛利|利润率")
_PAID = re.compile(
    r"\bpaid\b|tranches?|instal|paid out|disburs|到位|到账|打款|付清|分批|分期|支付"
    r"|[分][^，,。]{0,6}年(?:投|付|给)|分\s?$|^\s?(?:给|付|到位)"
)
_CLOUD = re.compile(r"(?<![a-z])cloud|云")
_BACK = cues.cue(
    r"(?:flows?|comes?|goes|going|gets?)(?: straight| right)? back|round[- ]trip\w*|net cash|"
    r"back each year|discount|break[- ]even|returns? to|(?:really |actually )?(?:stays?|remains?"
    r"|left|keeps?)\b|"
    r"net (?:of|for|to)|circular",
    r"回流|流回|绕回|回头|流了?回|转回|回到|净现金|到手|到账|循环|折扣|回本|返还|循环|剩下|留下|留给|净拿"
    r"|净得",
)


@dataclass(frozen=True, kw_only=True)
class DealWords(Words):
    """Words of a deal's flow."""

    ask: str
    lead: str
    lead_even: str
    lead_open: str
    header: str
    left: str
    short: str
    margin: str
    valuation: str


_WORDS = catalogue(
    DealWords(
        finished="what flows back worked out",
        ask=(
            "**I need the investment, the cloud commitment and the years; for example “$4B "
            "invested, $5B committed over 5 years”.** I take no deal's figures on my own."
        ),
        lead="{share} of the investment flows back through the cloud",
        lead_even=", and by the end of year {year} the cloud has had all of it",
        lead_open=", not all of it within the deal",
        header="| Year | Invested | Spent on the cloud | Back | Back so far | Company's cash |",
        left="Of the deal the company keeps {net} of cash.",
        short="The company spends {net} more than it gets.",
        margin=(
            "At that margin the cloud earns {earned}, a discount of {discount} on the investment: "
            "the investor is out {net}."
        ),
        valuation="The stake values the company at {before}, and at {after} after that margin.",
        assumptions={"growth": "{text}"},
        inputs={"commitment_usd": "what is spent", "cloud_margin": "the cloud's margin"},
    ),
    DealWords(
        finished="已估算资金回流",
        ask=(
            "**请告诉我投资额、云消费承诺额和年限，例如“投资40亿美元，5年承诺50亿美元”。**"
            "我不会自行套用某笔交易的数字。"
        ),
        lead="投资额的{share}会通过云消费回流",
        lead_even="，到第{year}年末投资方已全部收回",
        lead_open="，在承诺期内投资方收不回全部投资",
        header="| 年份 | 投入 | 云消费 | 当年回流 | 累计回流 | 公司账上净现金 |",
        left="这笔交易给公司净留下{net}现金。",
        short="公司花出去的比拿到的多{net}。",
        margin="按这个毛利率，云厂商赚{earned}，相当于投资打了{discount}的折扣，净投入{net}。",
        valuation="按所占股权，公司估值{before}；扣掉这部分毛利后是{after}。",
        assumptions={
            "growth": "承诺额在期限内全部花完，每年增长{value}",
            "growth=0.0%": "承诺额在期限内全部花完，每年花得一样多",
            "paid_over_years=1": "投资在期初一次付清",
            "paid_over_years": "投资分{value}年付清，每年年初付一份",
            "no_discounting": "不折现：以后年份的一美元与今天的一美元等值",
        },
        inputs={"commitment_usd": "实际花掉的承诺额", "cloud_margin": "云厂商毛利率"},
    ),
)


def _named_sums(reading: Reading) -> list[Quantity]:
    """The sums that are named; without two with a currency, millions alone are sums: "12亿" is in
    the currency of the one beside it, "fifty million" in dollars."""
    reading = with_sums(reading, letters=not cues.TRAIN.search(reading.folded))
    sums = [q for q in reading.quantities if q.unit is Unit.MONEY]
    if len(sums) > 1:
        return sums
    bare = [q for q in reading.quantities if q.unit is Unit.COUNT and q.value >= _LEAST_SUM]
    told = [replace(q, currency=sums[0].currency if sums else None) for q in bare]
    return sorted([*sums, *told], key=lambda q: q.start)


def _wants(reading: Reading) -> bool:
    text = reading.folded
    sums = _named_sums(reading)
    if not (_INVESTS.search(text) and _BACK.search(text)):
        return False
    if not _COMMITS.search(text):  # what is promised is then asked back
        return bool(_CLOUD.search(text) and cues.OURS.search(text) and sums)
    return len(sums) > 1 or (not reading.programs and bool(sums or cues.OURS.search(text)))


def _missing(reading: Reading) -> str | None:
    sums = _named_sums(reading)
    told = reading.again(TOOL) or (len(sums) > 1 and reading.first(Unit.DURATION_DAYS))
    return None if told else _WORDS(reading.language).ask


def _sides(reading: Reading) -> dict[str, Quantity]:
    """The investment and the commitment: the pair of sums that stands nearest to the words of
    either, the first sum the investment where that leaves it open; in a follow-up one alone."""
    sums = _named_sums(reading)
    if len(sums) > 1:
        first, second = min(
            permutations(sums, 2),
            key=lambda pair: _far(reading, pair[0], _INVESTS) + _far(reading, pair[1], _COMMITS),
        )
        return {"investment": first, "commitment": second}
    if not sums or not reading.again(TOOL):
        return {}
    invests = _far(reading, sums[0], _INVESTS) < _far(reading, sums[0], _COMMITS)
    return {"investment" if invests else "commitment": sums[0]}


def _far(reading: Reading, sum_: Quantity, cue: re.Pattern[str]) -> int:
    """How many characters lie between a sum and a word, within the clause."""
    before, behind = near(reading, sum_)
    found = [len(before) - match.end() for match in cue.finditer(before)]
    found += [match.start() for match in cue.finditer(behind)]
    return min(found, default=_NOWHERE)


def _arguments(reading: Reading) -> dict[str, Any]:
    told: dict[str, Any] = {name: money_text(sum_) for name, sum_ in _sides(reading).items()}
    paid = told_by(reading, Unit.DURATION_DAYS, _PAID)
    lengths = (q for q in reading.quantities if q.unit is Unit.DURATION_DAYS and q is not paid)
    if length := next(lengths, None):
        told["years"] = max(1, round(length.value / _YEAR_DAYS))
    parts = None if paid else told_by(reading, Unit.COUNT, _PAID)
    if paid:
        told["paid_over_years"] = max(1, round(paid.value / _YEAR_DAYS))
    elif parts:
        told["paid_over_years"] = int(parts.value)
    taken: list[Quantity] = []
    for name, cue in (
        ("equity_share", _STAKE),
        ("growth", _GROWTH),
        ("discount_rate", _DISCOUNT),
        ("cloud_margin", _MARGIN),
    ):
        if share := told_by(reading, Unit.PERCENT, cue, taken):
            taken.append(share)
            told[name] = share_text(share)
    left = next((q for q in reading.quantities if q.unit is Unit.PERCENT and q not in taken), None)
    if left and "cloud_margin" not in told and _MARGIN.search(reading.folded):
        told["cloud_margin"] = share_text(left)
    return reading.again(TOOL) | told


def _section(reading: Reading, done: Sequence[Artifact], say: Phrases) -> Section:
    tool, words = results_of(TOOL, done)[-1], _WORDS(say.language)
    rows = [_row(tool, n, year, say) for n, year in enumerate(tool.result["flow"])]
    return Section(
        [
            _lead(tool, words, say),
            "",
            words.header,
            "|---:|---:|---:|---:|---:|---:|",
            *rows,
            "",
            *_sums(tool, words, say),
            *shown.assumed(tool, words, say),
            *shown.changes_most(tool, words, say),
        ]
    )


def _lead(tool: ToolEvidence, words: DealWords, say: Phrases) -> str:
    year = tool.result["break_even_year"]
    lead = words.lead.format(share=_percent(tool.result["share_back"]))
    marks = f"[{tool.id}:share_back]"
    if year is None:
        lead += words.lead_open
    else:
        lead += words.lead_even.format(year=year)
        marks += f" [{tool.id}:break_even_year]"
    return f"**{lead}{say.stop}** {marks}"


def _row(tool: ToolEvidence, n: int, year: dict[str, Any], say: Phrases) -> str:
    cells = [
        plain(year["year"], "en"),
        *(short_dollars(year[name], say.language) for name in ("invested_usd", "spent_usd")),
        *(_percent(year[name]) for name in ("share_back", "total_share_back")),
        short_dollars(year["company_net_usd"], say.language),
    ]
    return f"| {' | '.join(cells)} [{tool.id}:flow.{n}] |"


def _sums(tool: ToolEvidence, words: DealWords, say: Phrases) -> list[str]:
    result, language = tool.result, say.language
    net = result["company_net_usd"]
    kept = (words.left if net >= 0 else words.short).format(net=short_dollars(abs(net), language))
    lines = [f"{kept} {_marks(tool, 'company_net_usd', 'steps.1')}"]
    if result["implied_discount"] is not None:
        text = words.margin.format(
            earned=short_dollars(result["cloud_margin_usd"], language),
            discount=_percent(result["implied_discount"]),
            net=short_dollars(result["net_investment_usd"], language),
        )
        marks = _marks(tool, "cloud_margin_usd", "implied_discount", "net_investment_usd")
        lines.append(f"{text} {marks}")
    if result["effective_valuation_usd"] is not None:
        text = words.valuation.format(
            before=short_dollars(result["stated_valuation_usd"], language),
            after=short_dollars(result["effective_valuation_usd"], language),
        )
        lines.append(f"{text} {_marks(tool, 'stated_valuation_usd', 'effective_valuation_usd')}")
    return lines


def _marks(tool: ToolEvidence, *paths: str) -> str:
    return " ".join(f"[{tool.id}:{path}]" for path in paths)


def _percent(share: float) -> str:
    return f"{rounded(share * 100, 3).normalize():f}%"


DEAL_FLOW = Estimator(
    tool=TOOL,
    ask=Ask.DEAL_FLOW,
    words=_WORDS,
    wants=_wants,
    arguments=_arguments,
    missing=_missing,
    section=_section,
)
