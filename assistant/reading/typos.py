"""Misspelled words of the desk's own closed vocabulary, put right before a message is read.

Only words that tell what is asked for, and names of programs; never a figure or a GPU's name. An
English word is mended where it is one slip (two in a long word) from a word of the vocabulary and
is no other word; a Chinese one where a single character stands for another that sounds alike.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from kb.programs.program import Program
from kb.texts.folding import fold

_SHORTEST, _LONG = 5, 9
_WORDS = """
train training trained pretrain pretraining finetune finetuning inference serving deploy deployment
price prices pricing cheapest cheaper available availability rental reserved demand cluster clusters
queue program programs programme compare comparison difference eligible eligibility qualify credit
credits accelerator startup startups tokens parameters requests minute minutes million billion
trillion hours weeks months terms conditions offers interest collateral utilization utilisation
revenue investment commitment history trend right doubled tripled accept raised founded invested
founder capacity residual bootstrapped purchase electricity ownership checkpoint checkpoints
interruption interruptions preemptible portfolio latency generative milestones
amount which would really against experiments examples tickets
estimate provider providers Europe Germany hourly monthly budget payment lease investor investors
Nvidia Microsoft Anthropic Sequoia Azure Amazon Google OpenAI Andreessen Horowitz Combinator Capital
""".split()
_IN_SMALL_LETTERS = """
accepted activated active adapter adapters afford annual annually answer answers attention backed
balloon benefits borrow borrowing budgeted buying center chance charge charges colocation company
compared completion completions compute context continued continuing contract counting current
currently customer customers deadline default deposit depreciation discount discounted dollar
dollars dropped enough epoch epochs equity estimates experts expire expires factor failed fallen
government governments growing headquartered hyperscaler included including incorporated increased
input installment installments instruction internal lately leasing machines margin market mixture
moved neocloud neoclouds nodes option options output overnight owning packed payments peak percent
percentage pledged precision preempted preemptions prefix problems projections promise promised
prompt prompts purchases quantized quarter questions quota quotes renting replicas response
responses restart restarts returns rollout rollouts route routes sample samples scratch second
seconds sequence sequences series server servers shared single sixteen spending storage supplier
throughput tranche upfront valuation valued vendor weekend within yearly
""".split()
"""More of what is typed in small letters; with a capital it may be a name."""
# Other English words that are as near to one of the vocabulary as a slip would be.
_OTHERS = frozenset(
    """
abstention accelerate accelerated accelerates acceleration accelerators accent accented accepts
activate activated activates actuated adapted adaptor adaptors alford amazons amounts anneal annul
anthropoid apure assailable attentive attenuation attrition avoidable azures backer baked balked
banked barked barrow basked baying benefit billions billiton billon blacked bucked budge budged
budges budgets bullion buoying burrow burrowing burying busing busying canter caparison capita
capitals capitol censer chancel chancy change changes charger chargers charles cheapen cheater
cheeper clutter clutters clyster clysters coalitions coitions collaterally collation collocation
collocations coloration combination comminatory commitments common commute compaction compadre
companion compared comparer compares comparisons compassion compete compilation compilations
completing complexion complexions compote computer concoction condition conditional conditionals
conditioned conditioner conditioners conduction confection confined confining connection
conniption conniptions contact contained containing contended contending content contented
contenting contest continua continual continue continues continuity continuum contrast convection
convention convicting convictions convinced convincing convocation coronation correctly courting
cruse currant currency custer customary customs deference demands deployments deploys deprecation
depreciating depredation differences different diffidence discoursed disjointed dismount
dismounted double doubler doubles doublet doubted dripped drooped dropper electrician eligibly
empire empires enoch estates estimated estimates estimator estimators estivate europa example
exampled exerts exigible expects expedients experiment experimental experimented experimenter
experimenters expert expiry exports fabled factoids factored factorial factorials factoring
factorize factorized factorizes factors factory fellowships filed flailed flounder foiled fonder
founders funded generalize generate generated generates generating generation german germane
germans glowing goggle googly governmental groping growling hath headquarter headquarters hitch
hoars hoers horus hour houri houris hutch incensed inceptions inceptive inclining inclosing
include includes incorporate incorporates increase increases incretion indention infection
inferences inferencex infernal infested influence ingested ingestion inherence inherences
inherency injection injectors insertion instalment instalments instructing instructional
instructive instructor intention interception interceptions interests interrupting interval
intruding invented invention inventor inventors inventory inverted inverters investments invests
lambada lambdas lamely lase lasing leading leafing leaking leaning leaping leas leased leaser
leases leash leashing least leave leaving machine machined margie marin marked marker marlin
martin marvin medal microdont microdot microsome microvolt milestone millions millstone millstones
minuet minuets minuses minuted minuter minutest modals model molal montes month mooed moped moral
moths mouths mover moves mowed mullion noses notes noyes nudes offer openapi oracles oversight
oversights overweight owing paced packer packet parameter parentage parked payments pecked
percentile perimeters pertaining pice picked pledge pledges pocked preclusion preempt preempting
preemption preemptive preempts premise premised preordaining presumptions priced pricey prick
pricking pricks pricy pride prides priding pries prime primes priming prince princes prize prizes
prizing problem productions programed programer programmed programmer programmers projectiles
projecting projection projectionist projectors promisers prosecutions protection protections
provers provide provided provident provides provision provokers purchaser purchasers pyrometers
quality quantified quartet questing question questioned questioner questioners queued queues quote
quoted quoth raided railed rained raise raiser raises rally ranting rased realty rectal regally
reilly renal rending rentals replica reposes request reserve reserves responded responds resting
return revenge revenuer revenues righto rights rouge rouges rouse rouses router routs sampler
samplers scared scot scratchy seared sending sentences sequencer sequencers sequoias sequoya sere
serer serge serve served server serves servings servo sever severs shaded shamed shaped shard
share shares sharked sharped shaved sheared shingle shored shot shred simple singe singly slot
snared snot soared soot sot spared spat speeding spit sport spots spout stared suppler supplied
supplies swerve swerving swot tain teams teems tend term terns therms thickets throughout tickers
ticket token tokes trail trailed trailing trainee trainer trainings trains trait tran trance tread
treed trends trendy trent trialed trifled trilled trillions triple triples triplet triplex tripped
twain vacation validation value values valved variation vender weeds week weens weeps wees whish
woald wold world woulds wound
""".split()
)
_WORD = re.compile(r"(?<![A-Za-z0-9@./_-])[A-Za-z]{4,}(?![A-Za-z0-9@/_-])")

# What a company is called by its letters; behind a number MS is a time.
_SHORT_FORMS = {"MS": "Microsoft", "MSFT": "Microsoft", "GOOG": "Google", "AMZN": "Amazon"}
_SHORT_FORM = re.compile(
    r"(?<![A-Za-z0-9./_-])(?<!\d )(?:MSFT|MS|GOOG|AMZN)(?![A-Za-z0-9_]|[/.-][A-Za-z0-9])"
)
# Spellings of chats; "n" joins two questions.
_CHAT = {
    "wat": "what", "wats": "what's", "whats": "what's", "hows": "how's", "whos": "who's",
    "ppl": "people", "yr": "year", "yrs": "years", "abt": "about", "pls": "please", "plz": "please",
    "rn": "right now", "bc": "because", "cos": "because", "cuz": "because", "ur": "your",
}  # fmt: skip
_CHATTED = re.compile(rf"(?<![\w.'’/@-])(?:{'|'.join(_CHAT)})(?![\w'’/@-])", re.IGNORECASE)
_N = re.compile(
    r"(?<=\w )n(?= (?:how|what|who|when|where|why|which|is|are|does|do|did|can)\b)", re.IGNORECASE
)
_ONE_WORD = re.compile(r"[A-Z][A-Za-z]+")

# Characters that sound alike and are typed for one another; the first stands in the vocabulary.
_ALIKE = (
    "氧养样", "气器汽弃", "座坐作", "群裙", "调条掉", "微威薇维", "久旧酒", "钱前", "钟种",
    "练炼链恋", "训讯驯", "理里力", "价架嫁", "格隔", "额鹅", "度渡", "划化画", "计记技", "条调",
    "件建见", "申伸审", "请情清", "贷代袋", "款宽", "算蒜", "部布步", "署暑", "参餐", "数树",
    "比必笔", "排拍牌", "型形行", "伟维", "达大", "显险", "卡咔", "创闯", "预予", "利历", "率律",
    "竞竟", "抢枪", "按安", "需须", "排拍", "队对", "闲贤", "仙先", "女吕", "推退", "券卷",
    "投头", "资姿", "租组", "赁任", "融容", "求球", "输书", "模磨", "购够", "买卖", "换还",
)  # fmt: skip
_TERMS = """
氧气计划 仙女座 集群 微调 多久 多少钱 每分钟 训练 推理 价格 额度 计划 条件 申请 贷款 算力 部署 参数
对比 排一下 模型 英伟达 显卡 初创 预算 利率 竞价 抢占 按需 排队 空闲 算力券 投资 租金 租赁 融资 请求
输入 输出
""".split()
_NO_SLIPS = frozenset("货款 计画 计化 推力 推退 对必 租任 数数 参树 投姿".split())


def mended(text: str, programs: Sequence[Program]) -> str:
    """The text with the words of the vocabulary spelled as they are, and short forms of
    companies' names in full."""
    names = tuple(sorted({name for program in programs for name in _latin_names(program)}))
    text = _SHORT_FORM.sub(lambda match: _SHORT_FORMS[match.group()], text)
    text = _N.sub("and", _CHATTED.sub(lambda match: _CHAT[match.group().lower()], text))
    text = _WORD.sub(lambda match: _right_word(match.group(), names), text)
    return text if text.isascii() else _right_characters(text)


def _latin_names(program: Program) -> list[str]:
    """The names of a program that are one English word; more words are no slips of one another."""
    names = (program.name.en, program.sponsor.en, *program.aliases)
    return [name for name in names if len(name) >= _SHORTEST and _ONE_WORD.fullmatch(name)]


@lru_cache(maxsize=4096)
def _right_word(word: str, names: tuple[str, ...]) -> str:
    said = word.casefold()
    if len(said) < _SHORTEST or said in _OTHERS:
        return word
    more = _IN_SMALL_LETTERS if word.islower() else ()
    known = {each.casefold(): each for each in (*_WORDS, *names, *more)}
    if said in known or any(said.removesuffix(end) in known for end in ("s", "es", "d", "ed")):
        return word
    near = []
    for plain, spelled in known.items():
        most = 2 if len(plain) >= _LONG else 1
        if plain[0] == said[0] and (slips := _slips(said, plain, most)) <= most:
            near.append((slips, plain, spelled))
    return min(near)[2] if near else word


def _slips(one: str, other: str, most: int) -> int:
    """How many letters were left out, added, changed or swapped; more than `most` is not counted
    on."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    above = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, wanted in enumerate(other, 1):
            least = min(above[j] + 1, row[-1] + 1, above[j - 1] + (letter != wanted))
            swapped = i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted
            row.append(min(least, before[j - 2] + 1) if swapped else least)
        if min(row) > most:
            return most + 1
        before, above = above, row
    return above[-1]


def _right_characters(text: str) -> str:
    """Wrong characters replaced in place, where the folded text keeps its length."""
    folded = fold(text)
    if len(folded) != len(text):
        return text
    for match in reversed(list(_slips_of_characters().finditer(folded))):
        right = _slip_table()[match.group()]
        changed = [
            old if now == said else now
            for old, said, now in zip(
                text[match.start() : match.end()], match.group(), right, strict=True
            )
        ]
        text = text[: match.start()] + "".join(changed) + text[match.end() :]
    return text


@cache
def _slip_table() -> dict[str, str]:
    """Each wrong spelling of a term with the right one."""
    alike: dict[str, set[str]] = {}
    for group in _ALIKE:
        alike.setdefault(group[0], set()).update(group[1:])
    table = {
        term[:n] + other + term[n + 1 :]: term
        for term in _TERMS
        for n, character in enumerate(term)
        for other in alike.get(character, ())
    }
    return {said: term for said, term in table.items() if said not in _NO_SLIPS | set(_TERMS)}


@cache
def _slips_of_characters() -> re.Pattern[str]:
    longest_first = sorted(_slip_table(), key=lambda said: (-len(said), said))
    return re.compile("|".join(map(re.escape, longest_first)))
