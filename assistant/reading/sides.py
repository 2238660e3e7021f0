"""The sides of a comparison, and the question that each of them is asked.

"How do X's terms differ from Y's?" is asked of X's terms and of Y's: the stretch of the message in
which the sides stand is replaced by one of them, and the words that only compare are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant import cues
from kb.texts.folding import fold

Known = Callable[[str], bool]
"""Whether a stretch of text names somebody or something that is known."""
MOST = 4
"""So many sides are set side by side."""
_LONGEST_WORDS = 8
_LONGEST_CHARACTERS = 26
_NOUNS = 2
"""So many words behind a name belong to it."""
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_TABLE = re.compile(
    r"[,，;；.。]?\s*(?:(?:a|in a|as a|make (?:me )?a|give me a|put (?:it|them) in a) table"
    r"(?: would (?:help|be \w+))?(?:,? please| for me)*"
    r"|(?:(?:please )?(?:lay|put|set) (?:them|both|these|it all)(?: out)?)?"
    r"(?: side by side|,? next to (?:each other|one another))?(?: for me)?(?: please)?"
    r"|(?:请|請|麻烦|麻煩|帮我|幫我)?(?:[列做画畫出用给給](?:我)?(?:一?[个個张張])?)?(?:对照|對照|对比|對比|比较"
    r"|比較)?表格?(?:[列给給]{1,2}我)?(?:看看|一下)?[吧呢哦]?)[.。!！~\s]*$",
    re.IGNORECASE,
)
_EACH = cues.cue(r"each|respectively", r"各(?=[自是要拿投给花用付收占筹融有得能可多])|分别")
_OF_BOTH = cues.cue(
    r"which (?:of (?:the two|these|them) )?(?:is|gives|has|offers|wins)\b[^?]*\bor"
    r"|who (?:put|puts|gave|gives|paid|pays|invest\w*)\b[^?]{0,24}\b(?:how much|more)",
    r"[这那][两三](?:家|个|者|档|种|笔)|哪[个家](?:更|比较)?(?:划算|合适|好)|分歧|比一?下"
    r"|(?:哪[个家边种方]|谁)[^，。；？?]{0,8}[更较](?!早)",
)


@dataclass(frozen=True)
class Sides:
    """What is compared, as the person calls it, and the question asked of each; `aspect` is what
    that question asks beside the name."""

    names: tuple[str, ...]
    questions: tuple[str, ...]
    aspect: str


def only_wants_table(text: str) -> bool:
    """Whether a stretch of a message asks for nothing but a table."""
    said = text.strip(" ,，.。!！~")
    return bool(said) and _TABLE.fullmatch(said) is not None


def compares(text: str) -> bool:
    """Whether words of a question set several things side by side, or ask which of them is more."""
    folded = fold(text)
    words = (cues.COMPARE, cues.BESIDE, _EACH, _OF_BOTH)
    if any(cue.search(folded) for cue in words) or _without_table(text) != text:
        return True
    return bool(cues.CONTEST.search(folded) and (_CHINESE.search(text) or " or " in folded))


def find_sides(text: str, known: Known) -> Sides | None:
    """The sides of a comparison in `text`; None where it names no two of them. `known` helps to
    tell where a name ends."""
    bare = _without_table(text)
    found = _chinese(bare, known) if _CHINESE.search(bare) else _english(bare, known)
    if found is None:
        return None
    start, end, names = found
    if not 1 < len(names) <= MOST or len({fold(name) for name in names}) < len(names):
        return None
    if any(_NO_SIDE.search(fold(name)) for name in names):
        return None
    before, behind = bare[:start], bare[end:]
    rest = _asked(f"{before} … {behind}").replace("…", " ").strip(" ?？.。,，:：")
    sides = _completed(names)
    return Sides(sides, tuple(_asked(f"{before}{each}{behind}") for each in sides), rest)


def _without_table(text: str) -> str:
    return _TABLE.sub("", text) or text


# Words of a comparison that nothing in a source answers.
_COMPARING = re.compile(
    r"\b(?:(?:please|can you|could you|i(?:['’]d| would) like to(?: know| see)?) )?"
    r"(?:compare[sd]?|comparison|comparing|versus|vs)\b\.?"
    r"|\b(?:what(?:['’]?s| is| are) the |any |main )?differences?\b|\bdiffer(?:s|ent|ently)?\b"
    r"|\bhow (?:do|does|did|are|is)(?: (?:the )?(?:two|both|they))?\b"
    r"|\bstacks? up\b|\bwhen it comes to"
    r"|\bside by side\b|\b(?:next to|against) (?:each other|one another)\b|\btorn between\b"
    r"|\bin terms of\b|\b(?:each|respectively|between|please)\b"
    r"|\bcan'?t make up my mind[^,.;]*[,.;]"
    r"|\b(?:can|could) (?:you|u)\b|帮忙|幫忙"
    r"|\b(?:the )?(?:two|both) of (?:them|these)\b|\blay(?:ing)? (?:them|both) out\b"
    r"|(?:帮我|幫我|请|請|麻烦|麻煩|想请教一下|想請教一下)?\s*(?:compare|[做来來]?[个個]?(?:[对對]比|比[较較]|[对對]照|比一比|比一?下|比比))"
    r"(?:一下|看看|一?[个個]表)?"
    r"|有?(?:[什甚]?[么麼]|何|啥|哪些|多大)?(?:不一样|不一樣|不同|区别|區別|差别|差別|差异|差異)(?:的地方|之处)?"
    r"|差(?:在哪[里裡儿兒]?|哪[儿兒里裡]?)|(?:[这這])?[两兩三](?:者|家|个|個|档|檔|笔|筆)?(?:之间|之間)?(?=[，,。？?]|$)"
    r"|一下|[这這]?[两兩三](?:[家个個档檔]|者)的?(?=[\u3400-\u9fff])|各自?(?=[\u3400-\u9fff])|分[别別]|摆?放?在?一[起块]看?",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"差多少|相差(?:多少|几何)|哪[个個家][更最比較较]?[大多高]|谁[更最]?[多大高]|誰[更最]?[多大高]"
)
_BEGINS = re.compile(
    r"^(?:(?:so|hey|hi|well|ok(?:ay)?|put|hmm+)\b[\s.,…]*|(?:i|we) keep hearing (?:about|of)\s)+",
    re.I,
)
_NO_SIDE = cues.cue(
    r"i|we|us|our|my|you|your|how (?:much|many|long)|which|whether|estimate|does|did|is|are",
    r"什么|多少|哪|几[张块个]|谁|怎|我们|^(?:第.{1,3}|首|次|[\d一二三四]+)[年月轮期季天]$",
)
_ENDS = re.compile(r"^[\s,，:：;；.。、…—–-]+|[\s,，:：;；、…—–-]+$")


def _asked(text: str) -> str:
    """A question without the words that only compare."""
    left = _COMPARING.sub(" ", _MORE.sub("是多少", text))
    left = re.sub(r"\s+([,.:;?，。：；？])", r"\1", re.sub(r"\s{2,}", " ", left))
    left = re.sub(r"([,，])\s*[,，]+", r"\1", left)
    return _ENDS.sub("", _BEGINS.sub("", left))


# --- English ---

_STRONG = re.compile(
    r",? (?:vs\.?|versus|compared? (?:with|to)|as opposed to|next to|beside|against|differs? from"
    r"|different from|stacks? up (?:against|to)|compares? (?:with|to)) ",
    re.IGNORECASE,
)
_WEAK = re.compile(r" (?:and|or|&|with) ")
_LEFT_END = re.compile(
    r"(?:^|(?<=\s))(?:how|do|does|did|is|are|was|were|has|have|had|what|who|which|between|compare|"
    r"comparing|comparison of|put|set|lay|place|about|hearing|like|see|know|whether|please|me|us|"
    r"so|can|could|should|would|will|of both)\s(?!of\b)|[,;:?!]\s|\.\s|\s[-–—]\s|\(",
    re.IGNORECASE,
)
_RIGHT_END = re.compile(
    r"\s(?:each|both|compare[sd]?|differ|stack|side by side|think|thinks|say|says|said|view|see"
    r"|make|want|hold|do|does|did|has|have|had|get|gets|give|gives|gave|offer|offers|raise[sd]?"
    r"|borrow\w*|pay|pays|paid|spend|spent|invest\w*|charge|charges|grow|grew|let|take|takes|when|while|where|as"
    r"|how|what|who|which|whose|please|on|in|at|by|over|go|respectively|look|looks|worth|cheaper"
    r"|better|best|more|bigger|larger|smaller|higher|lower|longer|shorter|easier|stricter)(?=[\s?.,]|$)"
    r"|\s(?:for|to|with|about|of)\s(?=[a-z])"
    r"|[,;:?!(]|\.(?=\s|$)|\s[-–—]\s",
)
_STOP = re.compile(r"[,;:?!(]|\.(?=\s|$)|\s[-–—]\s")
_NAMES = re.compile(
    r"(?:the )?(?:[A-Z\d][\w.&’'-]*|[a-z]+\d+\w*)"
    r"(?: (?:for |of |& )?(?:[A-Z\d][\w.&’'-]*|[a-z]+\d+\w*))*"
)
_ARTICLE = re.compile(r"^(?:the|a|an|both)\s+", re.IGNORECASE)
_OWNER = re.compile(r"^(?P<owner>.+?(?:['’]s|s['’]))\s+(?P<thing>.+)$")
_OWNS = re.compile(r"(?:['’]s|s['’])$")
_POINTS = re.compile(r"\b(?:its|their|his|her)\b", re.IGNORECASE)
_IT = re.compile(r"\b(?:it|this|that|them)$", re.IGNORECASE)
# "X's money in A", "Y's in B"
_TOWARD = re.compile(rf"^(?P<head>.+?) (?P<to>in|into|for|with|at|on) (?P<whom>{_NAMES.pattern})$")


def _english(text: str, known: Known) -> tuple[int, int, list[str]] | None:
    strong = list(_STRONG.finditer(text))
    for match in (*strong, *_WEAK.finditer(text)):
        found = _around(text, match, known)
        if found is None:
            continue
        names = found[2]
        named = [bool(_NAMES.search(name)) or known(name) for name in names]
        if all(named) or (match in strong and all(len(n.split()) < 4 for n in names)):
            return found
    return None


def _around(text: str, match: re.Match[str], known: Known) -> tuple[int, int, list[str]] | None:
    """What stands left and right of a word that joins two sides."""
    ends = [m.end() for m in _LEFT_END.finditer(text, 0, match.start() + 1)]
    start = max(ends, default=0)
    left = text[start : match.start()]
    names = [_ARTICLE.sub("", left.strip())]
    listed = re.search(r"(?:^|[:.?!] |\b(?:compare|between|of) )((?:[^,;:.?!]+, )+)$", text[:start])
    weak = match.group().strip() in ("and", "or", "&")
    if weak and listed:  # "A, B and C"
        heading, *others = [each.strip() for each in listed[1].split(",") if each.strip()]
        start, counted = listed.start(1), _COUNTED.search(heading)
        if counted and not others:  # "the two of them, A and B"
            start = listed.end(1)
        else:
            names = [heading, *others, *names]
    behind = text[match.end() :]
    clause = re.match(r"(?:what|how|where|who)\b", behind, re.IGNORECASE)
    ended = (_STOP if clause else _RIGHT_END).search(behind)
    right = behind[: ended.start() if ended else len(behind)].rstrip(" ?.")
    right = _with_its_own(right, behind[len(right) :], names[-1])
    plain = _NAMES.match(right)
    if weak and plain and _NAMES.fullmatch(names[-1]) and not _OWNS.search(plain.group()):
        if len(right[plain.end() :].split()) > _NOUNS:
            right = plain.group()
    elif weak and known(names[-1]) and not known(right) and known(right.split(" ")[0]):
        right = right.split(" ")[0]
    end = match.end() + len(right)
    names.append(_ARTICLE.sub("", right.strip()))
    if not all(0 < len(name.split()) <= _LONGEST_WORDS for name in names):
        return None
    return start, end, names


_COUNTED = re.compile(r"\b(?:two|three|four|both|these|those|following)\b", re.IGNORECASE)


def _with_its_own(right: str, behind: str, left: str) -> str:
    """The second side with what stands behind it in the way of the first: "X's money in A against
    Y's in B"."""
    toward = _TOWARD.match(left)
    own = re.match(rf" {toward['to']} (?:{_NAMES.pattern})", behind) if toward else None
    return f"{right}{own.group()}" if own else right


def _completed(names: Sequence[str]) -> tuple[str, ...]:
    """Sides that leave out what another says: "X's loans next to Y's", "X's one tier and its
    other tier"."""
    owned = [match for name in names if (match := _OWNER.match(name))]
    if not owned:
        return tuple(names)
    thing, owner = owned[0]["thing"], owned[0]["owner"]
    made = []
    for name in names:
        toward = _TOWARD.match(name)
        if toward and _OWNS.search(toward["head"]):
            what = _TOWARD.match(f"x {thing}")
            head = what["head"].removeprefix("x ") if what else thing
            name = f"{toward['head']} {head} {toward['to']} {toward['whom']}"
        elif _OWNS.search(name):
            name = f"{name} {thing}"
        elif (points := _POINTS.match(name)) is not None:
            name = f"{owner}{name[points.end() :]}"
        elif _IT.search(name):
            name = f"{_IT.sub('', name)}{re.split(r' (?:of|on|about) ', thing)[-1]}"
        made.append(_OWNS.sub("", name))
    return tuple(made)


# --- Chinese, with or without English names ---

_JOINS = re.compile(
    r"\s*(?:以及|[还還]有|还是|還是|或者?(?![许許])|[和跟与與同及])\s*|\s*(?:vs\.?|versus|and)\s+|(?<=[\u3400-\u9fff])vs\.?",
    re.I,
)
_COMMA = re.compile("、")
_ZH_CLAUSE = re.compile(r"[^，,。？?！!；;：:]+")
_ZH_LEAD = re.compile(
    r"^.*(?:[对對]比|比[较較]|[对對]照|比一比|比比|想[问問]下?|[请請][问問]|[问問](?:一)?下|[请請]教一下|看看|看一下|把|[将將]"
    r"|compare|列一下|[说說][说說]|[讲講][讲講]|告[诉訴]我|想知道|了解)\s*(?:一?下)?\s*",
    re.IGNORECASE,
)
_ZH_END = re.compile(
    r"\s*(?:[这這]?[两兩三四](?:家|[个個]|者|[档檔]|[笔筆]|位|[种種]|[边邊]|$)|之[间間]|各|分[别別]|都|[对對]|在|的|[给給]|有(?:[什甚]|何|啥|哪)"
    r"|差|哪|[谁誰]|比|相比|怎|如何|放|[摆擺]|做|[为為]|靠|拿|投|收|借|[筹籌囤买買花]|融|占|[认認][为為]|[说說]|[会會]|能|要|到底|[区區][别別])"
)
_RUN = re.compile(r"[A-Za-z\d][A-Za-z\d.&’'-]*(?: [A-Za-z\d][A-Za-z\d.&’'-]*)*")


def _chinese(text: str, known: Known) -> tuple[int, int, list[str]] | None:
    for clause in _ZH_CLAUSE.finditer(text):
        said = clause.group()
        matches = (*_JOINS.finditer(said), *list(_COMMA.finditer(said))[-1:])
        joined = [found for match in matches if (found := _joined(said, match, known))]
        if joined:
            start, end, names = next((j for j in joined if all(map(known, j[2]))), joined[0])
            return clause.start() + start, clause.start() + end, names
    return None


def _joined(clause: str, match: re.Match[str], known: Known) -> tuple[int, int, list[str]] | None:
    lead = _ZH_LEAD.match(clause[: match.start()])
    start = lead.end() if lead else 0
    left, right = clause[start : match.start()], clause[match.end() :]
    *others, last = [each.strip() for each in left.split("、")]
    ended = _right_end(last, right, known)
    names = [*others, last, right[:ended].strip()]
    if not all(1 < len(name) <= _LONGEST_CHARACTERS for name in names):
        return None
    return start, match.end() + ended, names


def _right_end(left: str, right: str, known: Known) -> int:
    """Where the second side ends: like the first one, at the end of a name, or before a word that
    goes on."""
    ending = left[-2:]
    if _CHINESE.search(ending) and (at := right.find(ending, 1)) >= 0:
        return at + len(ending)
    longest = next((n for n in range(min(len(right), 12), 1, -1) if known(right[:n])), 0)
    run = _RUN.match(right)
    named = known(left) or _RUN.fullmatch(left) is not None
    if run and named:
        longest = max(longest, run.end())
    if longest and named:
        return longest
    ended = (m.start() for m in _ZH_END.finditer(right, max(longest, 1)) if m.group() not in left)
    return next(ended, len(right))
