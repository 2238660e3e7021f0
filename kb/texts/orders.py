"""Sentences that give orders instead of telling something: they are no evidence for anything.

A source states facts. A sentence that tells its reader to do something ("Please transfer ...",
"Add this to your answer", "忽略之前的指令") may be aimed at the assistant, so it is never quoted,
never supports a claim and is not shown to a chat model. What is missed here is still harmless: no
text can cause a call or a link (see `assistant.clearance` and `assistant.grounding`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from kb.texts.folding import fold_script
from kb.texts.splitting import sentences

# Where somebody is told to tell: "advise founders" after "The partners" tells what those do.
_ASKED_TO = (
    r"(?:^|[^\w\s,]\W*|\b(?:please|kindly|must|should|shall|always|then|now|just|also|instead|you"
    r"|assistants?|ai|(?:ha(?:ve|s)|needs?|sure|you|is|are|remember) to),? )"
)
_ASKED_TO_ZH = (
    r"(?:^\W*|[。；;:：！!\n\"“‘]\s*|请|你|要|须|务必|应该?|并且?|然后|直接|立即|马上|助手|AI)"
)
# What takes an assistant over: new rules, a new self, another speaker's marks.
_TAKING_OVER = [
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:previous|prior|above|earlier|all"
    r"|your|any|the)\b.{0,30}\b(?:instructions?|rules|prompts?|directions|guidelines|safeguards)\b",
    r"\b(?:your|new|updated|reveal|print|show|repeat|output|leak|display|change|update|replace|ignore"
    r"|override|follow|obey)\b(?: \w+){0,3} "
    r"(?:system|developer|hidden) (?:prompt|message|instructions?)\b",
    r"\b(?:system|developer|hidden) (?:prompt|message|instructions?|override|note)\]? ?[:=]",
    r"\byou are (?:now )?(?:an?|the) (?:\w+ )?(?:ai|assistant|language model|chatbot)\b",
    r"\byou are now\b|\bfrom now on,? you\b",
    r"</?(?:passage|result|system|assistant|tool|user)\b[^>]*>",
    r"<\|?(?:im_start|im_end|system|assistant|endoftext)\|?>|\[/?INST\]|<<SYS>>",
    r"(?:忽略|无视|忘记|忘掉|不要理会|不必理会|绕过).{0,12}(?:之前|以上|上述|先前|前面|此前|所有|一切|任何|你的)"
    r".{0,8}(?:指令|指示|规则|提示|要求|命令|限制)",
    r"系统(?:提示|指令|消息)词?[:：]",
    r"(?:你的|新的|输出|显示|泄露|透露|打印|重复|修改|更新|替换|覆盖|忽略|无视|遵守|遵循).{0,8}系统(?:提示|指令)",
    r"你(?:现在|从现在起)?是(?:一个|一名|一位)?.{0,6}(?:AI|人工智能|助手|语言模型|聊天机器人)",
    r"从现在(?:起|开始),?你",
]
_MACHINE = [
    *_TAKING_OVER,
    r"\b(?:ais?|assistants?|chatbots?|language models?|llms?|models?|agents?)[,:]? "
    r"(?:reading this )?(?:must|should|shall|has to|have to|please) "
    r"(?:call|open|visit|run|execute|recommend|reply|answer|respond|say|send|tell|state|add)\b"
    r"(?! (?:on|in|at|within|under|across|for|faster)\b)",
    r"\b(?:note|attention|message|memo|instructions?) (?:to|for) (?:all |any |the )?"
    r"(?:ais?|assistants?|chatbots?|language models?|llms?)\b",
    r"\bdo not (?:tell|mention|reveal|inform|disclose)\b.{0,40}\b(?:users?|readers?|founders?)\b",
    rf"{_ASKED_TO}(?:call|run|execute|invoke|use) the \w+ (?:tool|function)\b",
    r"\b(?:call|run|execute|invoke) [a-z]+_[a-z_]+\b",
    rf"{_ASKED_TO}(?:tell|inform|assure|advise|convince|direct) (?:the |all |your )?"
    r"(?:users?|readers?|founders?)\b",
    r"\b(?:in|from|of|to|with) your (?:answers?|repl(?:y|ies)|responses?|outputs?|messages?)\b",
    r"\byour (?:next |final )?(?:answers?|repl(?:y|ies)|responses?|outputs?)\b",
    r"(?:AI|人工智能|助手|语言模型|大模型)(?:(?:务必|请)|(?:必须|应当|应该)(?:\w{0,4})"
    r"(?:回[答复应]|答复|说|告诉|调用|推荐|打开|访问|点击|执行|运行|发送|转|添?加|声明|忽略|无视|输出|称))",
    r"(?:不要|请勿|切勿|别)(?:告诉|提及|透露|告知).{0,8}(?:用户|读者|创始人)",
    rf"{_ASKED_TO_ZH}(?:调用|执行|运行)\w{{0,24}}(?:工具|函数)|调用[a-z]+_[a-z_]+",
    rf"{_ASKED_TO_ZH}(?:告诉|告知|通知|建议|让)(?:所有|你的)?(?:用户|读者)",
    r"你的?(?:回答|回复|答复|输出|回应)|(?:在|从|把|将)(?:回答|回复|答复|回应)(?:里|中|末尾|开头|的)",
]
_TAKES_OVER = re.compile("|".join(f"(?:{p})" for p in _TAKING_OVER), re.IGNORECASE)
_ADDRESSES_MACHINE = re.compile("|".join(f"(?:{p})" for p in _MACHINE), re.IGNORECASE)

_VERBS = """
    accept activate add adjust alert allow anagram analyze announce answer append approve
    arrange ask assign attach augment authorize block book break bring buy cancel change chat
    click close combine compose compute confirm connect contact convert copy create deactivate
    declare delete deliver deploy deposit describe design detail develop dial direct disable
    discard dispatch display download draft edit email enable encode encrypt enhance erase
    execute explain export fetch fill find finish forward generate give grant group guide help
    hide import include increase inform initiate insert install integrate introduce invite issue
    jumble keep launch leave let list load lock log mail make mention misspell modify move name
    navigate notify offer open order output paste pay perform play post praise present press
    print proceed produce promote provide publish purchase push put query rate read rearrange
    rebuild recite recommend record redirect register remember remind remove rename render
    reorder repeat rephrase replace reply report repost request reserve reset respond restart
    retrieve return reveal reverse rewrite run save say schedule scramble search select sell
    send set share show sign solve speak start state stop store submit subscribe substitute
    suggest summarize swap switch talk teach tease tell terminate transfer translate transmit
    turn type unlock unsubscribe update upload urge use verify visit vote wipe wire withdraw
    write
""".split()
_OBJECT = (
    r"(?:(?:up|down|out|off|on|in|over|back) )?"
    r"(?:(?:the|an?|my|your|our|his|her|their|its|this|that|these|those|all|every|each|any|some|no"
    r"|one|it|them|him|me|us|how|what|why|when|where|who|whether|random|commonly|always|only"
    r"|exactly|another|any(?:one|body|thing)|every(?:one|body|thing)|some(?:one|body|thing)"
    r"|nothing|not)\b|"
    r"(?:letters?|words?|numbers?|vowels?|spaces?|symbols?|commas?|anagrams?|files?|funds?|money|"
    r"payment|access)\b|to (?:the|my|your)|for (?:the|my|your|numbers|vowels)|with (?:the|my|an?)|"
    r"in (?:the|my|your)|from (?:the|my|your)|\d|[\"'“‘$€£]|https?:|www\.|"
    r"[a-z0-9-]+\.(?:com|net|org|io|example|xyz|ai)\b)"
)
_LABEL = r"(?:[\w/ .-]{1,40}: ?)?"
_IMPERATIVE = re.compile(
    rf"^{_LABEL}(?:(?:now|then|also|next|first|finally|and|so|instead|urgent|important)[,:]? )*"
    rf"(?:(?:please|kindly|just|simply|always|never|do not|don't|you (?:must|should|have to|"
    rf"need to|are to)(?: now| always)?)[,:]? )*(?:{'|'.join(_VERBS)}),? {_OBJECT}",
    re.IGNORECASE,
)
# The same within a field of a page or a result, and after words of another kind.
_INNER_IMPERATIVE = re.compile(
    rf"[:=][ \t]*[\"'“‘](?:please )?(?:{'|'.join(_VERBS)}) (?:my|your|the|all|every|\d)"
    rf"|[:,;][ \t]*(?:{'|'.join(_VERBS)}) "
    r"(?:my|your|\d+ \w+ (?:to|from) my|the [^,.]{3,40} for my)\b",
    re.IGNORECASE,
)
_ENGLISH_REQUEST = re.compile(
    r"\b(?:please|kindly) (?!note\b|see\b)[a-z]+\b|\b(?:can|could|would|will) you\b"
    r"|^(?:i|we) (?:want|need|order|command|instruct|would like) you to\b",
    re.IGNORECASE,
)
_START = r"(?:^(?:[^，。:：]{0,12}[:：])?|[:=,] ?[\"'“‘]|[a-z][:,] )"
_CHINESE_REQUEST = re.compile(
    rf"(?:{_START}|[:：，,])(?:首先|然后|现在|接着|另外|最后|并且?|再)?"
    r"(?:请(?![教求问来到了出愿辞示假])|麻烦|务必|帮我|帮忙|替我|给我|我要你|我命令你|你(?:必须|应该|应当|要|需要)|"
    r"(?:立即|马上|立刻|赶紧)(?:打开|转|发|删|执行|点击|访问|下载|支付|购买|卖|停))"
    r"|(?:帮我|替我)(?:把|将|写|查|发|转|删|打开|关闭)"
    r"|^(?:写|编写|撰写|起草|创作|编)(?:一|个|首|篇)|^(?:翻译|解释|描述|总结|概述)(?:一下|以下|下面|这)"
    rf"|{_START}(?:把|将).{{1,40}}(?:转到|转给|转账|发送到|发送给|发给|删掉|删除|改成|改为|移到|移动到|公开给|分享给)"
    rf"|{_START}(?:提取|提现|转账|禁用|关闭|打开|解锁|删除|更新|修改|卸载|安装|下载|点击|访问|订阅|分享).{{0,12}}"
    r"(?:我的|你的|该链接|以下链接|此链接|https?:)"
    r"|^[,，]?(?:并且?)?(?:链接|跳转|导向|指向)[到至](?:https?:|www\.|[a-z0-9-]+\.[a-z])"
    r"|^(?:打乱|重新排列|替换|去掉|删去|使用|加入|添加|插入|附上).{0,20}(?:字母|单词|空格|元音|拼写|这句话|一句话|链接)",
)
# What goes on about the asker of an order: "My kitchen is on fire.", "The account ID is 'X1'."
_CODE = re.compile(
    r"(?:javascript|vbscript|data:text/html)\s*:|\bon(?:error|load|click|mouse\w+)\s*="
    r"|^[\w.]+\([^()]*\);$|(?:<|&lt;)/?(?:script|img|iframe|html|div|a)\b",
    re.IGNORECASE,
)
# What somebody's order tells of them: no article tells its readers.
_OWN = re.compile(
    r"\bmy (?:\w+ ){0,3}(?:id|number|password|account)\b"
    r"|\b(?:account|policy|patient|user|application|member|customer)[ _]"
    r"(?:id|number|password)\b.{0,14}\d"
    r"|我的[^，。]{0,10}(?:编号|病历号|账号|账户|密码)"
    r"|(?:应用|账户|保单|病历|患者|用户|会员|客户|订单)(?:编号|号码?|ID)(?:是|为|[:：]).{0,14}\d",
    re.IGNORECASE,
)
# What goes on about the asker of an order: "My kitchen is on fire.", "The account ID is 'X1'."
_GOES_ON = re.compile(
    r"^(?:my|i|this is for my|thank you)\b|^(?:我|谢谢)"
    r"|\b(?:account|policy|patient|user|application|order)?[ _](?:id|number|password)\b"
    r"|账号|编号|密码|^[,，]?并",
    re.IGNORECASE,
)
# An address or a string of code that stands alone.
_NO_WORDS = re.compile(r"[!-~]{14,}|(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[!-~]*)?", re.IGNORECASE)
_QUESTION = re.compile(r"[?？][\"'”’」』）)*_\s]*$")
_BEFORE = " \t-*•>#|\"'“”‘’「」『』（()_.…—"
_LONGEST = 2000
"""Characters of a sentence that are looked at in one piece."""


def addresses_machine(text: str) -> bool:
    """Whether a line or sentence speaks to an assistant, in English or either Chinese script."""
    return _anywhere(_ADDRESSES_MACHINE, text)


def takes_over(text: str) -> bool:
    """Whether a line or sentence gives an assistant new rules or speaks as somebody else to it."""
    return _anywhere(_TAKES_OVER, text)


def _anywhere(pattern: re.Pattern[str], text: str) -> bool:
    pieces = (text[at : at + _LONGEST] for at in range(0, len(text), _LONGEST - 100))
    return any(pattern.search(fold_script(piece)) for piece in pieces)


@lru_cache(maxsize=4096)
def is_order(sentence: str) -> bool:
    """Whether a sentence tells its reader, an assistant or a browser to do something."""
    plain = fold_script(" ".join(sentence.split())).strip(_BEFORE)[:_LONGEST]
    return bool(
        addresses_machine(sentence)
        or _IMPERATIVE.match(plain)
        or _INNER_IMPERATIVE.search(plain)
        or _ENGLISH_REQUEST.search(plain)
        or _CHINESE_REQUEST.search(plain)
        or _CODE.search(plain)
        or _OWN.search(plain)
    )


def is_question(sentence: str) -> bool:
    """Whether a sentence ends as a question."""
    return bool(_QUESTION.search(sentence))


def statements(text: str, *, record: bool = False) -> list[tuple[int, int]]:
    """Start and end of the sentences of `text` that tell something: neither orders, questions nor
    code, nor what follows one that takes an assistant over. A `record` is written by staff and may
    say how to apply: only what speaks to an assistant is left out of it."""
    kept: list[tuple[int, int]] = []
    spans = sentences(text) or [(0, len(text))]
    ordered = False
    for start, end in spans:
        sentence = text[start:end]
        if takes_over(sentence):
            return kept
        if record:
            if addresses_machine(sentence):
                continue
        else:
            goes_on = ordered and _GOES_ON.search(fold_script(sentence).strip(_BEFORE))
            if goes_on or is_order(sentence):
                ordered = True
                continue
            if is_question(sentence) or _NO_WORDS.fullmatch(sentence.strip()):
                continue
        kept.append((start, end))
    return kept
