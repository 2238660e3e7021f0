"""What of somebody or something a question asks for, where it has a word of its own (its revenue,
its founder, its customers), and what must hold of it (so far, last year, in total): a sentence
about the same party that has no such word tells of something else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.texts.folding import fold

Cue = re.Pattern[str]


def _cues(*pairs: tuple[str, str]) -> tuple[tuple[Cue, Cue], ...]:
    """Words that ask, and words that tell; where none of these are given, the same."""
    return tuple((re.compile(asked), re.compile(told or asked)) for asked, told in pairs)


_ATTRIBUTES = _cues(
    (r"\brevenues?\b|\bsales\b|\bturnover\b|营收|收入(?!分成)|销售额",
     r"\brevenues?\b|\bsales\b|\bturnover\b|\bincome\b|\bearn|营收|收入|销售|[月年]入|进账"),
    (r"\bvaluations?\b|\bvalued at\b|\bworth\b|估值|身价",
     r"\bvaluations?\b|\bvalued?\b|\bworth\b|估值"),
    (r"\bprofits?\b|\bearn(?:ed|ings|s)?\b|\bnet income\b|\bloss(?:es)?\b|\blose\b|利润|净利|亏|赚",
     r"\bprofits?\b|\bearn|\bincome\b|\brevenue|\bma[kd]es?\b|\bloss(?:es)?\b|\blos[et]\b"
     r"|利润|净利|亏|赚|收入|营收|收益|[月年]入"),
    (r"\bfound(?:ed|ers?|ing)\b|\bco-?found|\bstarted\b|\blaunch|\bset up\b|\bestablish|\bborn\b"
     r"|成立|创立|创始|创办|创建|开创|建立|推出|上线|出生|发起|谁做的",
     r"\bfound(?:ed|ers?|ing)\b|\bco-?found|\bstart(?:s|ed)\b|\blaunch|\bset up\b|\bestablish"
     r"|\bsince\b|\bbegan\b|\bborn\b|成立|创立|创始|创办|创建|开创|建立|推出|上线|出生|发起|自\d"),
    (r"\bceo\b|chief executive|\bboss\b|\bheads?\b|\bruns?\b|\bin charge\b|\bleads?\b"
     r"|\bexecutive\b|首席执行官|执行长|老板|负责人|掌门|掌舵|领导",
     r"\bceo\b|chief executive|\bboss\b|\bhead(?:s|ed)?\b|\bruns?\b|\bleads?\b|\bled\b|\bpartner\b"
     r"|首席执行官|执行长|老板|负责|掌门|执掌|合伙人|董事"),
    (r"\bemployees?\b|\bstaff\b|\bheadcount\b|\bworkforce\b|员工|雇员|人手|多少工程师",
     r"\bemploy|\bstaff\b|\bpeople\b|\bteam\b|\bengineers?\b|员工|雇|人手|团队|工程师|人"),
    (r"\bcustomers?\b|\bclients?\b|\busers?\b|\btenants?\b|\bmembers\b|客户|用户|会员|租户", ""),
    (r"\binterest\b|利率|利息|年息", ""),
    (r"share price|stock price|\bshares? (?:move|price)|股价", r"\bshares?\b|\bstock\b|股价|股票"),
    (r"\bstake\b|\bequity\b|\bown(?:s|ership)?\b|股份|股权|持股|占股",
     r"\bstake|\bequity\b|\bshares?\b|\bown|股"),
    (r"\bstud(?:y|ied)\b|\buniversity\b|\bdegree\b|\bcollege\b|大学|学位|毕业|读书|专业",
     r"\bstud(?:y|ied)\b|\buniversity\b|\bdegree\b|\bcollege\b|\bprofessor\b"
     r"|大学|学位|毕业|读书|教授"),
    (r"\be-?mail\b|\bphone\b|\bcontact\b|邮箱|电话|联系|客服", ""),
    (r"\bboard\b|董事会|席位", ""),
    (r"\bdividends?\b|分红|股息", ""),
    (r"\bdeadline\b|\bwindow\b|\bclos(?:e|es|ing)\b|截止|窗口",
     r"\bdeadline\b|\bwindow\b|\bclos|\buntil\b|\bby day\b|\brolling\b|\bany time\b|\bdate"
     r"|截止|窗口|随时|滚动|日期"),
    (r"\baccept(?:ed|ance)\b|\breject|\bturned (?:down|away)\b|\brefus|\bdeclin|\bgets? in(?:to)?\b"
     r"|录取|通过率|批准|核准|入选|拒",
     r"\baccept|\breject|\bturn|\brefus|\bdeclin|\bexclu|\bapprov|\badmit|\bselect"
     r"|录取|通过|批|核准|入选|拒|排除|不接受"),
    (r"\bpower\b|\belectric|\bkilowatt|\bmegawatt|\benergy\b|电费|用电|电价|电力", ""),
    (r"\blaw(?:yers?| firm)\b|\blegal\b|\baudit|\binsur|律所|律师|法务|审计|保险",
     r"\blaw|\blegal|\baudit|\binsur|律|法务|审计|保险"),
    (r"\bbudget\b|预算", ""),
    (r"\bdefault rate\b|\bchurn\b|\bdowntime\b|违约|流失",
     r"\bdefault|\bchurn|\bdowntime|\bfail|违约|流失|还不"),
    (r"\bspen[dt]\b|花(?:了|掉|费)?(?:多少|几)|掏",
     r"\bspen[dt]|\bcosts?\b|\bpa(?:y|id|ys)\b|\bprice|\binvest|花|付|掏|成本|价|投"),
    (r"\bwhere\b.*\b(?:located|based|sits?|sitting|built|office|headquarters?)\b|\bhosts?\b|\blocat"
     r"|\bheadquarter|总部|地点|位于|放在|建在|设在|盖在|办公",
     r"\blocat|\bheadquarter|\bbased\b|\bsits?\b|\bdata cent|\boffice|\bbay area"
     r"|总部|位于|机房|数据中心|放在|建在|设在|盖在|办公|湾区"),
)  # fmt: skip
_QUALIFIERS = _cues(
    (r"每年|一年(?:的|要|能|给|多)|\b(?:a|per|each|every) year\b|\bannual|\byearly",
     r"每年|一年|年度|\b(?:a|per|each|every) year\b|\bannual|\byearly"),
    (r"每个?月|月租|包月|月薪|\b(?:a|per|each|every) month\b|\bmonthly", r"每个?月|月|\bmonth"),
    (r"去年|前一年|\b(?:last|previous) year\b", r"去年|前一年|\b(?:last|previous) year\b|20\d\d"),
    (r"目前|现在|手上|手里|\bright now\b|\bso far\b|\bcurrently\b|\bto date\b|至今",
     r"目前|现在|手上|手里|\bnow\b|\bso far\b|\bcurrently\b|\bto date\b|\balready|至今|已|现有"
     r"|持有"),
    (r"总共|一共|总计|\bin total\b|\baltogether\b|\boverall\b",
     r"总|共|累计|\btotal|\baltogether|\boverall|\ball\b"),
)  # fmt: skip


@dataclass(frozen=True)
class Attributes:
    """The words by which a sentence tells what a question asks for, and what must hold of it."""

    attributes: Sequence[Cue]
    qualifiers: Sequence[Cue]

    def untold(self, sentence: str) -> float:
        """1 where a sentence has no word for something that is asked for."""
        return _lacks(self.attributes, sentence)

    def unqualified(self, sentence: str) -> float:
        """1 where a sentence has no word for how often, since when or how far it is asked for."""
        return _lacks(self.qualifiers, sentence)


def read_attributes(question: str) -> Attributes:
    """What a question asks for of somebody, in words that it uses."""
    folded = fold(question)
    return Attributes(_asked(_ATTRIBUTES, folded), _asked(_QUALIFIERS, folded))


def _asked(cues: Sequence[tuple[Cue, Cue]], folded: str) -> list[Cue]:
    return [told for asked, told in cues if asked.search(folded)]


def _lacks(cues: Sequence[Cue], sentence: str) -> float:
    folded = fold(sentence)
    return float(any(not told.search(folded) for told in cues))
