"""Words that say the same or the opposite, in English and in folded Chinese.

A question may ask with one word what a source tells with another: "still expanding?" is answered
by "cut its orders".
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Sense:
    """A thing that can be so or the opposite; `opposite` is None where only a "not" denies it."""

    so: re.Pattern[str]
    opposite: re.Pattern[str] | None = None


def _sense(
    english: str, chinese: str, against: str | None = None, chinese_against: str | None = None
) -> Sense:
    opposite = None
    if against or chinese_against:
        opposite = re.compile(rf"\b(?:{against})\b|{chinese_against}")
    return Sense(re.compile(rf"\b(?:{english})\b|{chinese}"), opposite)


OPPOSED: tuple[Sense, ...] = (
    _sense(
        r"still (?:valid|open|available|active|current|running|on offer|around)|in force|"
        r"open now|available now|current",
        r"现行|[还仍](?:然|在)?(?:有效|开放|能申请|能用|接受)",
        r"ended|closed|expired|no longer|discontinued|stopped",
        r"已结束|停止|关闭|不再|已截止",
    ),
    _sense(
        r"equity|shares?|stakes?|ownership|strings|in return|in exchange|conditions attached",
        r"股权|股份|持股|占股|入股|附带条件|回报|代价|换取",
        r"nothing back|no obligations?",
        r"无附带",
    ),
    _sense(
        r"expand\w*|increas\w*|grow(?:s|ing|n)?|grew|ramp\w*|more (?:gpus|chips|orders|servers)|"
        r"order(?:ing|s)? more|buying more|still (?:buying|ordering|adding)",
        r"扩大|扩张|扩充|扩建|增加|增长|增购|加购|加码|多[订买]|[增加追]订",
        r"cut(?:s|ting)?|reduc\w*|shr[aiu]nk\w*|scal\w* (?:back|down)|slash\w*|trim\w*|decreas\w*|"
        r"pull\w* back|fewer",
        r"减少|削减|缩减|收缩|缩小|减",
    ),
    _sense(
        r"highest|best (?:price|offer|bid|valuation)|most (?:money|generous)|outbid",
        r"最高|最多|最大方",
        r"others?\b[^,;.]{0,50}\b(?:higher|more|better)",
        r"(?:别家|其他|别的|别人)[^，。；]{0,18}(?:更高|较高|更多)",
    ),
    _sense(
        r"rises?|rising|rose|risen|go(?:ing)? up|went up|climb\w*|soar\w*|grew|grow(?:s|n|ing)?|"
        r"increas\w*|"
        r"get (?:more expensive|dearer)",
        r"上涨|上升|涨|走高|攀升|变贵|增长|增加",
        r"falls?|fell|fallen|falling|drop\w*|declin\w*|go(?:ing)? down|went down|sink|sank|"
        r"get(?:ting)? cheaper|crash\w*|come down",
        r"下跌|下降|跌|降价|回落|降|变便宜",
    ),
    _sense(
        r"above (?:the )?market|(?:higher|more) than (?:the )?market|more expensive|dearer|pricier|"
        r"premium|over market",
        r"高于市|比市[^，。]{0,4}[高贵]|更贵|偏高",
        r"below (?:the )?market|(?:lower|less) than (?:the )?market|under (?:the )?market|cheaper|"
        r"discount\w*|below",
        r"低于市|比市[^，。]{0,4}(?:低|便宜)|更低|便宜|折扣|偏低|低于",
    ),
    _sense(
        r"bigger|larger|greater", r"更大|大于|更多|多于", r"smaller|fewer", r"更小|小于|更少|少于"
    ),
    _sense(
        r"cover(?:s|ed|ing)?|includ\w*|contain\w*|pay for|pays for|good for|valid for|"
        r"(?:use|used|spend|spent)\b[^,;.]{0,45}\b(?:on|for|towards?)",
        r"包括|包含|涵盖|覆盖|(?:用|花)[在于到]|可用于|包",
        r"exclud\w*|separate(?:ly)?|except|billed",
        r"不含|排除|除外|另行|另外收",
    ),
    _sense(
        r"accept\w*|admit\w*|let in|welcom\w*|eligible|qualif\w+|open to|"
        r"can(?=[^?.;]{1,50}\b(?:get|join|apply|enter|receive|participate|sign up|take part)\b)",
        r"接受|接纳|可以申请|能申请|能加入|可申请|有资格|能参加",
        r"exclud\w*|turns? away|turned away|rejects?|ineligible|barred|not (?:open|eligible)",
        r"排除|不接受|不接纳|拒收|除外|不能申请|不含",
    ),
    _sense(
        r"(?:existing|current|paying|old|long[- ]?standing|present) (?:[\w-]+ ){0,3}"
        r"(?:customers?|clients?|users?)|already (?:[\w-]+ ){0,4}(?:customers?|clients?|users?)",
        r"(?:老|既有|现有|已有|原有)(?:的)?[^，。？?]{0,6}(?:客户|用户)",
        r"new (?:[\w()-]+ ){0,2}(?:customers?|clients?|users?)|"
        r"not yet (?:[\w()-]+ ){0,4}(?:customers?|clients?|users?)",
        r"新(?:客户|用户)|还?(?:不是|未成为|没成为)[^，。]{0,16}(?:客户|用户)",
    ),
    _sense(
        r"real names?|own names?|actual names?", r"真名|本名|实名",
        r"pseudonym\w*|alias\w*|made[- ]up", r"化名|假名|笔名|匿名",
    ),
    _sense(
        r"free(?: of charge)?|no charge|without charge|at no cost|costs? nothing|gratis",
        r"免费|不收费|不要钱|不花钱|白用",
        r"paid|pay(?:s|ing)?|charg\w*|fees?", r"收费|付费|要钱|花钱|付钱|[交缴]费|"
        r"[交缴][^，。]{0,2}[费钱]|会费|年费",
    ),
    _sense(
        r"(?<!non-)exclusiv\w*|only (?:on|with|to|at|use[sd]?|run[s]?)|solely|alone|bound|"
        r"locked in",
        r"排他|独家|只[用能在跟和]|仅[用能在]|绑定|绑死",
        r"several (?:clouds?|providers?)|(?:clouds?|services) of several|multiple|others too|"
        r"non-exclusive",
        r"多家|好几家|几家|其他厂商",
    ),
    _sense(
        r"buys?|buying|bought|purchas\w*|owns?|owned", r"购买|采购|买|购入|自有|拥有",
        r"rent(?:s|ed|ing)?|leas\w*", r"租用|租赁|租",
    ),
    _sense(
        r"publish\w*|disclos\w*|public(?:ly)?|reveal\w*|known|"
        r"stat(?:e|ed|es)|given|named?",
        r"公布|公开|披露|透露|说明|标明|已知",
        r"undisclosed|secret|unknown", r"未披露|保密|未知",
    ),
    _sense(
        r"profit on|profit from|mak\w+ (?:a |any )?(?:profit|money)|mark[- ]?up|margin",
        r"赚钱|赚差价|加价|盈利|从中获利",
        r"at cost|cost price|below (?:the )?market", r"成本价|按成本|低于市场",
    ),
    _sense(
        r"confirm\w*|verif\w*|proof|proven|evidence|true|second source|backed up|corroborat\w*",
        r"证实|佐证|证据|属实|核实|第二个?来源|确认",
        r"unconfirmed|rumou?r\w*|hearsay", r"未经证实|传闻|谣言",
    ),
    _sense(
        r"manag\w+ to|succeed\w*|pulled? (?:it )?off|in the end",
        r"成功|如愿|最终|最后",
        r"tried to|tries to|attempt\w*|refus\w+|turned (?:\w+ )?down|failed to|in vain",
        r"试图|曾想|遭拒|被拒|拒绝|没能|未能",
    ),
    _sense(
        r"tied|linked|connected|coupled|bound up|hang together|bundled|depend\w* on each other",
        r"挂钩|关联|连在一起|捆绑|绑在一起|相互依赖",
        r"separate(?:ly)?|independent(?:ly)?|unrelated|on (?:its|their) own merits?",
        r"分开|独立|各自|无关|互不",
    ),
    _sense(
        r"easy|easily|easier|simple|effortless\w*|a breeze|relaxed", r"容易|轻松|简单|好拿|省心",
        r"hard(?:er|est)?|difficult|tough|far from easy|struggl\w*|tricky|demanding|gruel\w+|"
        r"(?:late|sleepless) nights|(?:no|without) weekends",
        r"难|不易|困难|吃力|棘手|辛苦|熬夜|无休|不眠",
    ),
    _sense(
        r"early[- ]stage|idea[- ]stage|pre-?seed|very young|newborn|just founded",
        r"早期|刚成立|种子轮|天使轮",
        r"mature|later[- ]stage|past series a|series a|established", r"成熟|中后期|A轮|a轮",
    ),
    _sense(
        r"anyone|anybody|everyone|everybody|any (?:startups?|compan\w+|founders?)|"
        r"every (?:startup|company)|all (?:startups|companies|founders)|non-?portfolio|"
        r"outside (?:the|its|their) portfolio|outsiders?|the public|"
        r"(?:not|n['’]t|without|no) [^,;.]{0,20}(?:portfolio|backed|funded|invest\w*)",
        r"任何|所有(?:初创|公司|人|企业)|谁都|人人|外部|非被投|没被投|不是被投|不是[^，。]{0,12}投|没有?拿过?[^，。]{0,8}投",
        r"portfolio|own companies|only|(?:have|has) (?:invested|backed|picked)|backed(?! by)",
        r"被投|仅限|只[给对限]|投资的",
    ),
    _sense(
        r"the same|alike|similar to|like|one and the same",
        r"一样|相同|类似|(?<!好)像|如同|(?<![两二])一?(?:回事|码事)|同一[个份笔]|一体",
        r"unlike|differ\w*|not like|separate|independent(?:ly)?|unrelated",
        r"不同|不像|不一样|有别|独立|互不|两[回码]事",
    ),
    _sense(
        r"over|enough|ended|past|peaked|peak", r"结束|过去|已过|顶峰|高峰",
        r"still (?:short|scarce|going)|continues?|out of balance", r"仍|依然|持续|失衡",
    ),
    _sense(
        r"good|attractive|useful|reasonable|worth(?:while)?|helps?",
        r"有用|合理|值得|划算|有帮助",
        r"bad|useless|pointless|little use|not worth|coupon", r"没用|没必要|不值|无用",
    ),
    _sense(
        r"legal|legitimate|allowed|permit\w*|fine", r"合法|允许|正当|可以接受",
        r"illegal|forbid\w*|fraud\w*|banned|prohibit\w*", r"违法|非法|禁止|造假|欺诈",
    ),
    _sense(
        r"(?:keeps?|kept|caught|catch\w*) up|enough supply|(?:meets?|met) (?:the |all )?demand|"
        r"plentiful|plenty of|in balance|well supplied",
        r"跟得上|追上|供[求需]平衡|够用|充足|供过于求|满足(?:了)?需求",
        r"exceed(?:s|ed)? [^,;.]{0,30}suppl(?:y|ies)|outstrip\w*|outpac\w*|shortages?|scarce\w*|"
        r"short of|not enough|lags? behind",
        r"超过?[^，。]{0,6}供应|短缺|紧缺|供不应求|跟不上|不够|远超",
    ),
    _sense(
        r"consistent|agree(?: with each other| on)?|in agreement|line up|add up|match(?:es|ing)?",
        r"一致|统一|吻合|对得上",
        r"conflict\w*|disagree\w*|differ\w*|at odds|contradict\w*|inconsistent|"
        r"whereas|while (?:[^,;.]{0,30}) says",
        r"矛盾|冲突|不一|则[写说称]|出入|对不上",
    ),
    _sense(
        r"borrowers?", r"借款[人方]|借[入了]", r"lenders?", r"放贷|出借|贷方|贷款方|借给",
    ),
)  # fmt: skip

ALIKE: tuple[Sense, ...] = (
    _sense(
        r"pick(?:s|ed)?|cho(?:ose|oses|se|sen)|select\w*|went with|go with", r"选择|选了|选中|挑"
    ),
    _sense(r"cash|money", r"现金|发钱|给钱|资金"),
    _sense(
        r"invest\w*|back(?:s|ed|ing|er)?|funded|put (?:money )?into|put", r"投资|投了|入股|注资"
    ),
    _sense(r"lead|leads|led|leading", r"领投"),
    _sense(
        r"founded|founder|launch\w*|start(?:s|ed)?(?! \w+ing\b| to\b)|create[sd]?|set up",
        r"创立|创办|创始|推出|成立|建立",
    ),
    _sense(
        r"runs?(?! out| for| on)|leads?|led|running|operat\w*|manag\w*|head(?:s|ed)?|in charge",
        r"运营|管理|负责|掌管",
    ),
    _sense(r"sell(?:s|ing)?|sold|resell\w*|resold|on the market|for sale", r"出售|卖|转售|转让"),
    _sense(r"collateral|pledg\w*|secured", r"抵押|质押|担保"),
    _sense(r"borrow\w*|loans?|debt|lend\w*|lent", r"借|贷款|债务|债"),
    _sense(r"hurry|rush\w*|scrambl\w*|urgen\w*", r"着急|急着|急于|赶着|抢着|急"),
    _sense(r"expires?|lasts?|valid|runs? (?:out|for)|good for", r"到期|有效期|有效|过期|期限|持续"),
    _sense(
        r"requir\w*|must|need\w*|has to|have to|mandatory|usually|as a rule|"
        r"takes(?= [^.;]{0,80}\bthat\b)|qualify only|(?:is|are) for",
        r"必须|要求|需要?|须|面向",
    ),
    _sense(r"interest rate|interest", r"利率|利息"),
    _sense(r"brother|sibling|related|relative", r"兄弟|弟弟|哥哥|亲戚|亲属"),
    _sense(r"open(?:ly)?|publish\w* results", r"公开|开放|开源"),
    _sense(r"rent(?:s|ed|ing)?|leas\w*", r"租"),
    _sense(r"suspicio\w*|doubt\w*|question(?:s|ed)", r"怀疑|质疑|存疑"),
    _sense(r"cheap(?:er)?|below|discount\w*|less than", r"便宜|低于|优惠|折扣"),
    _sense(
        r"boss(?:es)?|heads?|chief(?: executive)?|ceo|in charge",
        r"老板|老大|掌门|执掌|掌舵|首席执行官",
    ),
    _sense(
        r"referr\w+|refer(?:s|red)?|recommend\w*|introduc\w*|put forward|nominat\w*|vouch\w*|"
        r"(?:come|comes|came|go|get in) (?:through|via)",
        r"推荐|引荐|介绍|保荐|经由?合作",
    ),
    _sense(r"responsible for|account\w* for|came to|made up|makes? up|represent\w*", r"占了?|贡献"),
    _sense(
        r"as (?:many|much|large|big|long) as|about the (?:same )?size|the same (?:size|number)|"
        r"on par|comparable",
        r"差不多|相当(?!大|多|高)|大致相同|一样[多大长]|持平",
    ),
    _sense(r"young|emerging|nascent|fledgling", r"新兴|年轻"),
    _sense(r"(?:main|biggest|real) (?:problem|issue|obstacle)", r"主要(?:问题|障碍)|关键"),
    _sense(r"own(?:s|ed)?|hold(?:s)?|received", r"持有|拿到|拿了|获得|占|拥有"),
)
LIGHT: tuple[Sense, ...] = (
    _sense(
        r"giv(?:e|es|en|ing)|gave|offer\w*|provid\w*|grant\w*|hand\w*|suppl\w*|allocat\w*|issu\w*|"
        r"let(?:s)?|access|get(?:s|ting)?",
        r"提供|给|发放|发|送|供应|分配",
    ),
    _sense(r"wants?|accept\w*|admit\w*|tak(?:e|es|ing)|asks? for|demands?", r"想要|索要|要求|拿"),
)
"""Verbs that stand with nearly anything: what they are about tells."""
