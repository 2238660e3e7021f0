"""Which parts of an answer a question asks for, by its words."""

from __future__ import annotations

import re

from assistant import cues
from assistant.builtin.estimating.registry import BY_TOOL, wanted
from assistant.eligibility import asks_fit, asks_match
from assistant.grounding.names import proper_names
from assistant.question import Ask, Reading
from assistant.reading.names import names_another
from kb.texts.folding import fold
from tools.quantities import Unit

REPEATABLE = {
    "gpu_offers": Ask.OFFERS,
    "gpu_price_history": Ask.HISTORY,
    "cluster_queue": Ask.QUEUE,
    "match_programs": Ask.MATCH,
}
"""Tools beside the estimators whose last call a follow-up may change."""
# "does Groq charge", "from CoreWeave": who is asked about, if not one of the price list.
_SELLER = re.compile(
    r"\b(?:does|do|did|has|from|at|on|by|via|through) "
    r"(?!Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[A-Z][a-z]\w*"
)

_OF_AN_HOUR = re.compile(r"[每一](?:[张块]?卡)?\s?[每一]?个?小?时(?:\s?[每一][张块]?卡)?")


def asks_of(reading: Reading) -> tuple[tuple[Ask, ...], str | None]:
    text = reading.folded
    if cues.REMEMBER.search(text) and (reading.company or cues.OURS.search(text)):
        return (Ask.REMEMBER,), None
    rents = bool(cues.RENT.search(text))
    rest = cues.OUR_BACKERS.sub(" ", cues.WAY_IN.sub(" ", text))
    kind = next((name for name, cue in cues.KINDS if cue.search(rest)), None)
    if reading.repeat is not None:
        name = reading.repeat["name"]
        return (BY_TOOL[name].ask if name in BY_TOOL else REPEATABLE[name],), None
    estimators = wanted(reading)
    found = [each.ask for each in estimators]
    if any(not each.job and not each.joins for each in estimators):
        return tuple(found), kind
    if _asks_history(reading):
        return (Ask.HISTORY,), None
    if _asks_queue(reading):
        return (Ask.QUEUE,), None
    if asks_match(reading) and Ask.ROUTES not in found:  # which rank the programs
        return (Ask.MATCH,), kind
    if asks_fit(reading):
        return (Ask.MATCH, *found), kind
    compares = cues.COMPARE.search(text) or cues.CONTEST.search(text)
    if compares and len(reading.programs) > 1 and not _prices_of_sellers(reading):
        return (*found, Ask.COMPARE), kind
    if _asks_members(reading, kind, bool(found) or not rents):
        if found and reading.company:
            found.append(Ask.MATCH)
        elif Ask.ROUTES not in found:  # which rank the programs
            found.append(Ask.LIST)
    if (
        kind not in ("deal", "loan")
        and Ask.ROUTES not in found  # which rank the offers
        and _asks_offers(reading)
        and (not found or _rents_beside(reading))
    ):
        members = sum(ask in (Ask.LIST, Ask.MATCH) for ask in found)
        found.insert(len(found) - members, Ask.OFFERS)
        if found == [Ask.OFFERS] and _SELLER.search(reading.text) and not reading.provider:
            found.insert(0, Ask.FACT)
    if not found and not reading.programs and _points_nowhere(reading):
        return (Ask.CLARIFY,), None
    if reading.programs and not found and cues.WHY.search(text):
        return (Ask.FACT,), kind
    if reading.programs and not found:
        found.append(Ask.PROGRAM)
        if cues.HOURLY.search(text) and reading.gpus:
            found.append(Ask.OFFERS)
    return tuple(found or [Ask.FACT]), kind


def _prices_of_sellers(reading: Reading) -> bool:
    """Whether those that are named are meant as sellers of GPUs: "CoreWeave or Lambda for H100s,
    what do they charge?"."""
    text = reading.folded
    priced = reading.gpus and reading.provider and cues.CHARGE.search(text)
    return bool(priced) and not (cues.CREDITS.search(text) or cues.PROGRAMS.search(text))


def _asks_members(reading: Reading, kind: str | None, anybody: bool) -> bool:
    """Whether several programs are wanted: those of a kind, those for us, or all."""
    text = reading.folded
    if reading.programs or not cues.WHICH.search(text) or cues.WHY.search(text):
        return False
    sold = reading.gpus and cues.RENT.search(text) and not cues.CREDITS.search(text)
    if sold and not (kind or cues.GIVE.search(text) or cues.STARTUPS.search(text)):
        return False  # "has anybody B200s for sale?"
    if cues.PROGRAMS.search(text) and not reading.sponsored:
        return True
    if kind and _asks_terms(reading):
        return True
    gives = cues.GIVE.search(text) and cues.COMPUTE.search(text)
    ours = cues.OURS.search(text) and (anybody or cues.WHO.search(text))
    if kind == "investor" and cues.OWNS.search(text) and not _tells_one(reading):
        return bool(cues.COMPUTE.search(text))
    startups = cues.STARTUPS.search(text) and cues.WHO.search(text)
    return bool(gives and (kind or ours or startups))


def _asks_terms(reading: Reading) -> bool:
    """Whether programs are looked for by what they ask or give: "which clouds take no equity?"."""
    text = reading.folded
    terms = (cues.NO_EQUITY, cues.FOR_EQUITY, cues.FREE_OF_CHARGE, cues.BELOW_MARKET)
    of_size = cues.CREDITS.search(text) and reading.first(Unit.MONEY)
    named = proper_names(reading.text, initial=reading.language != "en")
    return bool(of_size or any(cue.search(text) for cue in terms)) and not named


def _tells_one(reading: Reading) -> bool:
    """Whether one holder is looked for: by a figure, a comparison or a name."""
    named = reading.sponsored or proper_names(reading.text, initial=reading.language != "en")
    gpus = " ".join(mention.raw for mention in reading.gpus)
    others = [name for name in named if name not in gpus]
    contest = cues.CONTEST.search(reading.folded) or cues.WHY.search(reading.folded)
    return bool(others or reading.quantities or contest or cues.MOVED.search(reading.folded))


def _asks_offers(reading: Reading) -> bool:
    """Whether prices or stock of hardware are wanted, and not those of a program."""
    text = reading.folded
    costs = bool(cues.COST.search(text) or reading.first(Unit.PRICE_PER_GPU_HOUR))
    rents = bool(cues.RENT.search(text))
    hardware = reading.gpus or reading.strange_gpu or "gpu" in text
    if not hardware or not (costs or rents) or (cues.WHY.search(text) and not reading.gpus):
        return False
    if cues.COUNTED.search(text) and not cues.OURS.search(text):
        return False
    named = reading.gpus or reading.strange_gpu
    if not named and cues.GIVERS.search(text) and not cues.OURS.search(text):
        return False
    if not named and (cues.MOVED.search(text) or names_another(reading)):
        return False  # what became of the prices of all GPUs is told by sources
    charged = bool(reading.gpus) and bool(cues.CHARGE.search(text))
    if reading.provider and charged:
        return not cues.CREDITS.search(text)
    return not reading.programs and (charged or not reading.sponsored)


def _rents_beside(reading: Reading) -> bool:
    """Whether offers are wanted beside an estimate: "at $2/h" alone only prices the estimate."""
    rest = reading.folded
    for quantity in reading.quantities:
        if quantity.unit is Unit.PRICE_PER_GPU_HOUR:
            rest = _OF_AN_HOUR.sub(" ", rest.replace(fold(quantity.text), " "))
    return bool(cues.RENT.search(cues.LENGTH_OF_WORK.sub(" ", rest)))


_UP_TO_NOW = cues.cue(r"since|(?:to|until|till) (?:now|today)", r"以来|自从|至今|到现在|到今天")


def _asks_history(reading: Reading) -> bool:
    """Whether it is asked how prices of a GPU moved, not why, nor how they will."""
    text = reading.folded
    if not (reading.gpus or reading.strange_gpu) or (reading.programs and not reading.provider):
        return False
    if cues.WHY.search(text) or cues.TO_COME.search(text) or cues.TRAIN.search(text):
        return False
    dearer, moved = cues.DEARER.search(text), cues.MOVED.search(text)
    if moved and moved.group() == "行情":
        moved = None  # what the market asks now, but for the months that are named
    if dearer or (moved and moved.group().isascii()):
        return True  # these speak of prices themselves
    dated = reading.first(Unit.DATE) or reading.first(Unit.YEAR)
    then = cues.WAS.search(text) or _UP_TO_NOW.search(text)
    was = dated and not (dated.iso or "-").startswith("-") and then
    priced = cues.COST.search(text) or cues.RENT.search(text)
    recent = cues.RECENT.search(text) and not cues.COUNTED.search(text)
    return bool(priced and (moved or was or recent))


def _asks_queue(reading: Reading) -> bool:
    """Whether the fund's own clusters are asked about: what is free there, and when a job starts;
    not what a source tells of somebody's cluster."""
    text = reading.folded
    if reading.programs or reading.sponsored or cues.CAME_TO_BE.search(text):
        return False
    sized = reading.first(Unit.PARAMS) or reading.first(Unit.TOKENS)
    if sized or cues.TRAIN.search(text):  # a run to be estimated
        return False
    hardware = {mention.raw for mention in reading.gpus}
    names = [n for n in proper_names(reading.text) if fold(n) not in cues.SCHEDULERS]
    if any(not any(name in raw for raw in hardware) for name in names):
        return False
    if cues.OWN_CLUSTER.search(text):
        return bool(cues.QUEUED.search(text))
    return bool(cues.QUEUE.search(text) and (hardware or "gpu" in text))


# "How much will it cost us?", "is it worth it?": what is meant was never said.
_VAGUE = re.compile(
    r"(?:so |and |but |well,? )*"
    r"(?:how much|how long|how many (?:gpus|cards)|what|can|could|is|would|will)"
    r" (?:(?:will|would|does|do|can|could|should|is|are|it|this|"
    r"that|we|i|us|me|our|to|need|cost|take|"
    r"run|be|pay|afford|really|all|worth|money|time|doing|the|"
    r"price|expensive|worth it|for|have) ?)+"
    r"|(?:我们|我|这|那|它|这样|这个|那个|到底|究竟|做|要|得|会|需要|"
    r"大概|一共|总共|真的|就|能|花|是|的话)*"
    r"(?:多少钱|多久|贵不贵|贵吗|划不划算|划算吗|值不值得?|值得吗|几张卡|多少张卡|多少卡)"
    r"(?:啊|呢|呀|吧|嘛|吗)?"
)


def _points_nowhere(reading: Reading) -> bool:
    """Whether the question names nothing: a greeting, or an "it" that no earlier one explains."""
    if cues.GREETING.fullmatch(reading.folded.strip()):
        return True
    if _VAGUE.fullmatch(reading.folded.strip(" ?？。.!！~")):
        return True
    it = re.match(
        r"(?:it|它|该计划|这个计划|那个计划)(?![a-z])"
        r"|(?:.* )?(?:does|is|did) it\b(?! (?:cost|take)(?: \w+)? to\b)"
        r"(?! [a-z]+(?: [a-z]+){0,6} (?:to|that|for|when|if)\b)",
        reading.folded,
    )
    named = reading.sponsored or proper_names(reading.text, initial=reading.language != "en")
    return bool(it) and len(reading.folded) < 60 and not named and not reading.quantities
