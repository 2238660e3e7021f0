"""What a message says before and beside its question: greetings, thanks, a change of subject, and
asides about the asker or the day. None of it is asked, and no source tells of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant import cues
from assistant.company import company_in
from assistant.context import Past
from assistant.grounding.names import is_ordinary, proper_names
from assistant.reading.names import full_names, mentions
from assistant.reading.parts import asks
from kb.programs.program import Program
from kb.texts.folding import fold
from tools.gpus import find_gpus
from tools.quantities import find_quantities

# Words that only open a message. Matched in the folded text; what is behind them is the question.
_OPENS = re.compile(
    r"(?:(?:(?:hi|hey|hello)(?: (?:there|all|everyone|again))?"
    r"|(?:good )?(?:morning|afternoon|evening)|thx|thanks?(?: you)?(?: (?:a lot|so much))?|cheers"
    r"|great|cool|nice|perfect|awesome|right(?! now)|alright|got it|i see|makes sense|lol|haha"
    r"|hm+|um+|uh+|oh|ah|wow|ok(?:ay)?|well|sorry|pardon(?: me)?|excuse me|by the way|btw|also"
    r"|(?:just )?(?:one |a )?(?:quick|last|more|final) (?:one|question|thing)"
    r"(?: (?:while|before|as|since) [^,:;.?]{1,30}(?=[,:;.]))?"
    r")(?![\w’'-])[\s,.!:;~…–—-]*)+"
    r"|(?:(?:你好呀?|您好|[哈嗨][罗啰喽咯喂]|嗨|大家好|早(?:上好|安)|晚上好|谢{2}[你您]?[啦了哦]?|多谢|感谢"
    r"|不好意思|打扰(?:了|一下)?|请[问教](?:一?下)?|顺[便带]问(?:一?下|个)?|我?还?想请?(?:问|了解)(?:一?下)?"
    r"|[嗯恩喔哦噢欸诶哎唉啊呃蛤]+|对了(?!吗)|(?:好[的喔哦啊吧]*|行[吧啊]?|了解|明白了?|懂了|知道了"
    r"|收到|那个)(?=[,，。.!！~\s]))[\s，,。.！!～~：:、；;…—-]*)+"
)
# Stands at the beginning of a clause; what is before it belongs to what is left.
_NEW_SUBJECT = re.compile(
    r"(?:^|(?<=[,.!;:–—…] ))(?:(?:ok(?:ay)?|so|but|and|now)[, ]+)?"
    r"(?:moving on|on (?:a|another) (?:\w+ )?note"
    r"|(?:\w+ )?(?:different|another|new|unrelated|separate) (?:question|topic|subject|matter)"
    r"|(?:change of|changing the|to change the|let['’]?s (?:change|switch)(?: the)?)"
    r" (?:subject|topic)s?|(?:forget|leave|skip) (?:that|it|this)|never ?mind(?: that)?"
    r"|something (?:else|different))(?: (?:now|then|entirely|completely))?[,.!:;?–—-]+\s*"
    r"|(?:^|(?<=[,，。.!！;；~～]))[^,，。.!！]{0,6}?"
    r"(?:换一?个(?:话题|问题|别的)|题外话|(?:别管|不管|不谈|不聊|不说|放下|抛开|撇开)[这那][个些]?"
    r"|问(?:一?个|点)(?:不相[关干]|无关|别的|其[他它])的?|不相[关干]的|另[一外]一?个(?:话题|问题))"
    r"[^,，。.!！:：?？]{0,6}[,，。.!！:：\s]+"
)
_CLOSES = re.compile(
    r"(?<=[\s,.!?;，。！？；~～])(?:(?:(?:many )?(?:thanks|thx|cheers)|thank you|please|lol|haha)"
    r"(?: (?:a lot|so much))?|[谢謝]{2}[你您]?[啦了哦喔]?|多[谢謝]|感[谢謝]|拜[托託]|哈哈+)"
    r"[\s,.!~，。！～]*$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"(?:[^,，.。;；!！~～:：?？…—–]|[.,:](?=\S))*[,，.。;；!！~～:：?？…—–]*\s*")
# What opens a clause that the question hangs on.
_HANGS = re.compile(
    r"\s*(?:if|when|while|unless|because|since|after|before|until|as|although|though|given|with"
    r"|without|for|in|on|at|of|by|from|to|about|regarding|under|per|assuming|suppose|than|not"
    r"|instead|which|that|where|who|whose|or|and)\b"
    r"|\s*(?:如果|要是|假如|假设|当|在|对于|关于|至于|从|按|根据|以|为了|由于|因为|除了|随着|等到|一旦"
    r"|无论|虽然|尽管|而|但|或|和|与|跟|比)"
)
# Asks no more than whether the clause before it is so.
_ONLY_WHETHER = re.compile(
    r"(?:(?:is|was|are) )?(?:(?:that|this|it|they) )?(?:really |actually |even )?"
    r"(?:right|true|correct|so|real|a fact|the case|accurate)\W*"
    r"|这?(?:是真的|真的假的|真的|属实|是这样|没错|对|是)(?:的)?[吗么吧嘛]?\W*|(?:对不对|是不是)\W*"
)
_FIELD = (cues.COMPUTE, cues.GIVERS, cues.STARTUPS, cues.COST, cues.RENT, cues.TRAIN, cues.TERMS)
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def opened(text: str) -> tuple[str, bool]:
    """The message without greetings, thanks and the like before it, the whole where nothing else
    is left; and whether it says of itself that it leaves what was spoken of before."""
    folded = fold(text)
    if len(folded) != len(text):
        return text, False
    leaves = _NEW_SUBJECT.search(folded)
    at = leaves.end() if leaves else 0
    while (match := _OPENS.match(folded, at)) and match.end() > at:
        at = match.end()
    rest = text[at:]
    return (rest if re.search(r"\w{2}", rest) else text), leaves is not None


# "Back to the loan: how long ...?", 说回刚才的氧气计划，...: an earlier subject, and what is asked.
_RETURNS = re.compile(
    r"^(?:(?:ok(?:ay)?|so|but|and|now)[, ]+)*(?:(?:going|coming|getting|go|get) )?"
    r"(?:back|returning) to (?:the |that |this |your |my )?(?:(?:earlier|first|previous) )?"
    r"(?P<latin>[^,:;?]{2,40}?)(?: (?:then|again|for a (?:second|moment)))?[,:;–—-]+\s+(?=\S)"
    r"|^(?:那|我们|再|还是)*[回说聊谈讲问过头来到]{0,3}(?:回到|[说聊谈讲问]回|回头|回过头)[说聊谈讲看问来]?"
    r"(?:一下)?(?:刚才|刚刚|前面|之前|先前|开头|最初)*(?:[说讲聊谈提]到?)?的?(?:[那这][个家笔款])?"
    r"(?P<han>[^，,：:？?]{2,16})[，,：:]\s*"
)


def returned(text: str, past: Sequence[Past]) -> tuple[str, Sequence[Past]]:
    """The question and the turns up to the one that it returns to: of "back to the loan, how long
    does it run?" those up to the last that spoke of the loan. As they are where it returns to none;
    the subject stays in the question where it is called by a name."""
    folded = fold(text)
    match = _RETURNS.search(folded) if len(folded) == len(text) else None
    if match is None:
        return text, past
    span = match.span("latin" if match["latin"] else "han")
    topic = folded[slice(*span)].strip()
    for n in range(len(past), 0, -1):
        if topic in fold(f"{past[n - 1].question} {past[n - 1].lead}"):
            named = proper_names(text[slice(*span)], initial=True) or not topic.isascii()
            rest = text[match.end() :]
            return (f"{text[slice(*span)]}: {rest}" if named else rest), past[:n]
    return text, past


def without_asides(text: str, programs: Sequence[Program]) -> str:
    """The question without thanks behind it and without the clauses before it that name nothing
    and ask nothing; the whole where the question needs them."""
    whole = _CLOSES.sub("", text) or text
    clauses = [clause for clause in _CLAUSE.findall(whole) if clause.strip()]
    kept = list(clauses)
    while len(kept) > 1 and _is_aside(kept[0], programs):
        del kept[0]
    rest = "".join(kept).strip()
    if len(kept) == len(clauses) or not asks(rest) or cues.FOLLOW_UP.search(fold(rest)):
        return whole
    if _ONLY_WHETHER.fullmatch(fold(rest).strip()):
        return whole
    return rest


def _is_aside(clause: str, programs: Sequence[Program]) -> bool:
    folded = fold(clause)
    return not (
        asks(clause)
        or _HANGS.match(folded)
        or _is_of_the_field(clause)
        or _names(clause, programs)
        or find_gpus(clause)
        or find_quantities(clause)
        or company_in(clause)
    )


def _is_of_the_field(clause: str) -> bool:
    folded = fold(clause)
    return any(cue.search(folded) for cue in _FIELD)


def _names(clause: str, programs: Sequence[Program]) -> bool:
    """Whether a clause names anything; at its beginning a capital counts where no ordinary word
    is written with one."""
    if _CHINESE.search(clause):
        found = proper_names(clause, initial=True)
    else:
        first = clause.split()[0].strip(",.:;!?'’\"")
        found = proper_names(clause, initial=not is_ordinary(first))
    return bool(found or full_names(clause) or mentions(clause, programs))
