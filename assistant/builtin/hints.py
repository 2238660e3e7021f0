"""Wordings that a question's kind of answer goes with, and those that only seem to answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant import cues
from assistant.evidence import PassageEvidence
from kb.texts.folding import fold

_CURRENCIES = (
    (
        re.compile(r"\bin (?:us )?dollars\b|how many (?:us )?dollars|[多几][少万亿]*(?:美元|美金)"),
        re.compile(r"\$|dollar|usd|美元|美金"),
    ),
    (
        re.compile(
            r"\bin (?:yuan|rmb|renminbi)\b|how many (?:yuan|rmb)|[多几][少万亿]*(?:人民币|元)"
        ),
        re.compile(r"¥|yuan|rmb|cny|renminbi|人民币|(?<!美)元"),
    ),
    (
        re.compile(r"\bin (?:euros?|eur)\b|how many euros|[多几][少万亿]*欧元"),
        re.compile(r"€|euro|eur\b|欧元"),
    ),
)


def currency_told(folded: str) -> re.Pattern[str] | None:
    """How sums in the currency that a question names are written; None where it names none."""
    return next((told for asked, told in _CURRENCIES if asked.search(folded)), None)


# A sentence that opens so is about what the one before it names.
PRONOUN = re.compile(
    r"(?:It|He|She|They|This|These|Those|Its|His|Her|Their|The (?:deal|company|firm|program|round"
    r"|cluster|fund|service|loan))\b|[它他她其][们的]?|[该這这此](?:公司|计划|交易|项目|基金|集群|公司|笔)?"
)
DENIAL = re.compile(
    r"\bno\b[^.,;]{0,60}\b(?:stated|published|given|disclosed|named|known|told|found)\b"
    r"|\bno figure\b|(?:没有|未|均未)(?:公布|说明|给出|披露|写明|透露|找到)[^，。；]{0,12}"
    r"|[^，。；]{0,10}(?:没有|并未|均未|未)(?:公布|说明|给出|披露|写明|透露|证实)"
)
NOTHING_KNOWN = re.compile(
    r"\bno (?:terms|details|information) (?:of|on|about)\b[^.;]{0,80}\bfound\b|\bnothing about it\b"
    r"|(?:没有|未能?)(?:找到|查到|发现)[^。；]{0,30}(?:条款|信息|资料|内容)"
)
NOTE = re.compile(r"[Ee]ditors' notes?|\bis undated\b|编者|编辑笔记|未标日期|推定写于")


ADDRESS = re.compile(
    r"https?://|(?<![a-z0-9])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|eu|cn|io|ai|dev|gov|edu|tw)"
    r"(?![a-z0-9])"
)
PAGE = cues.cue(
    r"apply|application|sign up|register|where|web ?(?:site|page)s?|site|page|link|url|address",
    r"申请|申請|报名|報名|注册|註冊|哪里|哪裡|哪儿|网站|網站|网页|網頁|链接|連結|网址|網址|官网|官網|页面|頁面",
)


# What a question asks for, and the words with which a sentence tells it.
HINTS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (
        re.compile(r"\bwhy\b|\breasons?\b|为什么|为何|原因|理由"),
        re.compile(
            r"\b(?:because|since|so|therefore|for its|counted|reason|needs?|value[ds]?|said)\b"
            r"|因为|由于|因此|所以|看重|原因|才|出于"
        ),
    ),
    (
        re.compile(r"\bprices?\b|\bcharges?\b|\bfees?\b|价格|什么价|收费|费用"),
        re.compile(r"at cost|free|below|less than|\$|price|成本价|免费|低于|高于|美元"),
    ),
    (
        re.compile(
            r"\bhow (?:does|do|did|is|was)\b.*\b(?:arrive|get to|calculat|deriv)|怎么.*算|算法"
        ),
        re.compile(r"doubl|times|half|50%|multipl|乘|倍|50%|一半"),
    ),
)
HINTS += tuple(
    (re.compile(year), re.compile(rf"{year}|{other}"))
    for year, other in (
        (r"第[一1]年|首年|\b(?:first year|year (?:1|one))\b", r"\b1st year\b"),
        (r"第[二2]年|次年|\b(?:second year|year (?:2|two))\b", r"\b2nd year\b"),
        (r"第[三3]年|\b(?:third year|year (?:3|three))\b", r"\b3rd year\b"),
    )
)


ASKS_NAME = cues.cue(
    r"who|whom|whose|which|what (?:company|firm|fund|cloud|provider|model|bank|name|other)",
    r"谁|哪家|哪个|哪位|哪些|哪款|哪几家|哪一家|叫什么|什么名字|什么型号",
)
NAMED = re.compile(r"[A-Z][\w’'&.-]*|[\u4e00-\u9fff]{2,6}·[\u4e00-\u9fff]{1,8}")


# What only the desk's own field speaks of: 卡 alone is in many a name.
FIELD = cues.cue(
    r"gpus?|[abh]\d00s?|(?:cloud|ai|training) compute|(?:gpu|cloud|azure|aws) credits",
    r"算力|显卡|芯片|(?<![a-z])gpu|[张块]卡|卡时",
)


def is_field(passages: Sequence[PassageEvidence]) -> bool:
    """Whether most of the best passages speak of compute."""
    best = sorted(passages, key=lambda p: -(p.score or 0.0))[:3]
    told = [FIELD.search(fold(f"{p.title} {p.header} {p.text}")) for p in best]
    return sum(map(bool, told)) > 1
