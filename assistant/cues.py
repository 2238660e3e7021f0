"""Words that tell what a question is after, in English and folded (Simplified) Chinese."""

from __future__ import annotations

import re


def cue(english: str, chinese: str) -> re.Pattern[str]:
    """Words of a question: whole English ones, which may touch Chinese ones (用LoRA微调), or
    Chinese ones, folded."""
    return re.compile(rf"(?<![a-z0-9])(?:{english})(?![a-z0-9])|(?:{chinese})")


TRAIN = cue(
    r"(?:pre-?|re-?)?train(?:s|ed|ing)?|train(?:ing)? run|our run|my run",
    r"(?<![培教集特受])训",
)
REMEMBER = re.compile(
    r"^(?:please |can you |could you |ok(?:ay)?,? )*(?:remember|keep in mind|note|save|store)\b"
    r"(?! (?:me|us|money|costs?)\b)"
    r"|^(?:请|麻烦|帮我|帮忙)*(?:记住|记一下|记下|记录一下|保存|存一下|存下)"
)
OURS = cue(r"i|we|our|my|us|me", r"我们|(?<![帮诉])我|咱们|本公司|我司")
COST = cue(
    r"costs?|going rate|quotes?|how much|price[sd]?|pricing|budget|spend|expensive|"
    r"cheap(?:er|est)?|afford|rates?|charg(?:e|es|ed|ing)|pay|bill|going for|set (?:me|us) back"
    r"|run (?:me|us)",
    r"多少钱|多少米|怎么卖|卖多少|要价|几个钱|价格|价钱|费用|成本|花费|预算|单价|报价|多贵|便宜|收费|收多少|租金|什么价|价位|啥价|"
    r"几美元|几块|贵不贵|行情|现价|售价",
)
TIME = cue(
    r"how long|how many (?:days|weeks|months|hours|gpu-hours)|days|weeks|take",
    r"多久|多长时间|几天|几周|几个月|多少天|多少小时|多少卡时|要多少",
)
RENT = cue(
    r"rent(?:al|ing)?|availab(?:le|ility)|free (?:now|right now|today)|in stock|right now|"
    r"on[- ]demand|spot|reserved|per (?:gpu[- ]?)?hour|an hour|hourly|/h(?:r|our)?|"
    r"where (?:can|could|should|do|would) (?:i|we) (?:get|find|rent)|get (?:it|them)|gpu offers?|"
    r"sells?|selling|quotes?|lease",
    r"租|行情|现货|有货|在卖|怎么卖|有卖|求报价|空闲|可用|按需|抢占|竞价|包月|每小时|一小时|小时|卡时|"
    r"哪里能|哪里可以|哪里有|哪能|(?<!差)(?<!别)(?<!点)在哪|去哪|上哪|哪儿",
)
LENGTH_OF_WORK = re.compile(r"(?:几|多少)个?(?:gpu)?(?:小时|卡时)")
CHINA = cue(
    r"china|chinese|mainland|hong kong|beijing|shanghai|shenzhen|prc",
    r"中国|国内|大陆|内地|香港|北京|上海|深圳",
)
NOW = cue(
    r"(?:right )?now|today|these days|currently|at the moment", r"现在|目前|今天|如今|眼下|这会儿"
)
# Prices over time. Why they moved is a question for the library, and how they will is nobody's.
_PRICES = r"(?:prices?|pricing|costs?|rents?|rentals?|rates?)"
MOVED = cue(
    rf"{_PRICES}\b[^.;,?!]{{0,40}}\b(?:mov(?:e|ed|ing|ements?)|chang(?:e[sd]?|ing)|declin\w+|"
    r"fall(?:en|ing|s)?|fell|drop(?:ped|ping|s)?|ris(?:e|en|es|ing)|rose|"
    r"(?:went|gone|going|come|came) (?:up|down)|history|histories|trends?|over time|"
    r"(?:over|in|during) the (?:last|past))|"
    r"(?:history|trends?|changes?|moves?|movements?|drops?|falls?|rises?) (?:of|in) "
    rf"[^.;,?!]{{0,40}}{_PRICES}|used to cost",
    r"变化|变动|怎么变|变了|走势|趋势|历史|波动|曲线|涨|跌|降价|降了|回落|行情|"
    r"(?:这|过去|近|最近|这最近) ?(?:[一二两三几半]+|\d+) ?(?:年|个月|个?季度|个?礼拜|周|天)",
)
CHANGED = cue(
    r"(?:has|have|did|how) (?:it|that|they|this|those)(?:['’]s|['’]ve)? (?:\w+ )?(?:chang\w*"
    r"|mov\w*|fall\w*|drop\w*|ris\w*|go|"
    r"gone|evolv\w*|develop\w*|come down)|(?:the )?(?:price )?(?:trend|history)|(?:what )?was it",
    r"怎么变|变了|变化|走势|怎么走|涨了|跌了|降了",
)
TO_COME = cue(
    r"would|will|if|should|expect(?:ed)?|forecasts?|predict(?:ed|ions?)?|next (?:year|month|week)",
    r"如果|要是|会不会|将会|预测|预计|未来|明年|下个月|会(?:涨|跌|降)",
)
DEARER = cue(
    r"(?:getting|gotten|got|become|became|becoming) (?:any |much |a lot )?"
    r"(?:cheaper|dearer|more expensive)",
    r"降价|涨价|变贵|变便宜|便宜了|更便宜|贵了",
)
# What a price was at some time, within one clause.
WAS = re.compile(
    r"\b(?:did|was|were)\b[^.;,?!]{0,40}\b(?:costs?|prices?|priced|pricing|rents?|rental|charge)\b"
    r"|\b(?:costs?|prices?|pricing|rents?|rates?)\b[^.;,?!]{0,30}\b(?:was|were|in|of|during)\b"
    r"|20[0-9]{2} ?年[^，。；？！,;?!]{0,20}(?:价|租|多少钱|费)"
)
SINCE = cue(r"since|from|after|onwards?", r"以来|自从|起|之后|以后|至今|到现在")
WHY = cue(r"why|what (?:caused|drove|made)|reasons?|because", r"为什么|为何|为啥|原因|怎么会|导致")
RECENT = cue(
    r"(?:last|past|previous) (?:[a-z0-9-]+ ){0,2}(?:days?|weeks?|months?|quarters?|years?)|"
    r"then and now|over time|so far this year|year to date",
    r"(?:这|过去|近|最近|这最近) ?(?:[一二两三四五六七八九十半几]+|\d+) ?(?:年|个月|个?季度?"
    r"|个?礼拜|周|天)",
)
ELSEWHERE = cue(
    r"elsewhere|outside|otherwise|if not|on the market",
    r"外面|别处|没有的话|没的话|不然|否则|市场上|排不上",
)
# The fund's own clusters, and what is asked of them.
OWN_CLUSTER = cue(
    r"(?:fund|firm|house|own|internal) (?:own )?(?:(?:gpu|slurm|kubernetes|k8s"
    r"|[a-z]{1,3}\d{2,4}) )?"
    r"(?:clusters?|gpus?|nodes?|machines|servers|[a-z]{1,3}\d{2,4}s?)|"
    r"(?:the|our|your) (?:fund|firm) ha(?:ve|s) (?:any |\d+ )?(?:whole |free |idle )*"
    r"(?:gpus?|nodes?|[a-z]{1,3}\d{2,4}s?)|"
    r"(?:our|your|the|this|which|any) (?:(?:own|gpu|slurm|kubernetes|k8s|[a-z]{1,3}\d{2,4}) )*"
    r"clusters?|clusters? of (?:the|our) fund|cluster queue|in[- ]house|(?:our|your|the) "
    r"(?:slurm|kubernetes|k8s)",
    r"(?:基金|我们|咱们|你们|自己|自有|自家|内部)(?:自己|自有)?的?(?:gpu|算力|slurm)?"
    r"(?:集群|丛集|机器|机房|服务器)|(?:基金|自有|自家|内部)(?:自己|自有)?的? ?(?:gpu|显卡|卡"
    r"|[a-z]{1,2}\d{2,4})|(?:集群|丛集)[里上中]|"
    r"基金[那这]边|(?:这个|哪个|哪些|哪几个)(?:集群|丛集)|(?:集群|丛集)的?(?:排队|队列)",
)
QUEUE = cue(r"queues?|queued|queueing|in line", r"排队|队列")
QUEUED = cue(
    r"queue[sd]?|queueing|in line|wait(?:s|ing)?|pending|free|idle|availab(?:le|ility)|"
    r"whole nodes?|starts?|begin|quota|busy|full|right now|how long|today|tonight|tomorrow|"
    r"room (?:for|left)|spot (?:for|left)|space|is there|are there|how full|earliest|squeeze"
    r"|open slots?|slots?|grab|can (?:i|we) (?:get|have|run|use)",
    r"排队|等待|要等|队列|空闲|空着|空卡|有空|空出|闲置|可用|整机|整节点|什么时候|何时|多久|现在|开始|"
    r"开跑|腾|挤|空的|配额|还有多少|还有几|还剩|剩余|满了|今天|明天|今晚|排上|排得上|没人用|挤进|轮到|轮得到|能上|忙不忙",
)
# How a cluster came to be is told by sources, not by the cluster.
CAME_TO_BE = cue(
    r"buil(?:d|t|ding)|launch(?:ed|es)?|bought|buys?|paid|found(?:ed|er)",
    r"建|买|购|上线|成立|投入",
)
SCHEDULERS = frozenset({"slurm", "kubernetes", "k8", "k8s", "kueue"})
HOURLY = cue(
    r"(?:per|an|each) (?:[\w-]+[- ])?hour|hourly|/h(?:r|our)?", r"每小时|一小时|每卡时|卡时"
)
CHARGE = cue(
    r"costs?|prices?|pricing|charg(?:e|es|ed|ing)|rates?|rent(?:s|al|ing)?|cheapest|"
    r"want for|asks? for|sells?",
    r"怎么卖|卖多少|卖什么价|要价|收费|收多少|租|价格|价位|什么价|多少钱|单价|报价|每小时|一小时",
)
PROGRAMS = cue(r"programs|programmes|schemes", r"计划|方案")
CREDITS = cue(r"credits?|grants?|accelerators?|startups?", r"额度|资助|代金券|加速器|创业计划")
COUNTED = cue(
    r"how many (?:gpus|chips|cards|[a-z]{1,3}\d{2,4}s?)", r"(?:多少|几)(?:块|张|枚|颗|台|片)"
)
WHICH = cue(
    r"which|who|every (?:fund|vc|investor|cloud|program|scheme)|"
    r"lenders|what (?:programs?|funds?|investors?|options?|clouds?|credits?)|list|"
    r"any(?:one|body)?|are there|name|all|where (?:can|could|should) (?:i|we)",
    r"有啥|什么(?:计划|额度|方案|项目|政府算力|算力)|哪些|哪几|哪家|哪个|哪种|有谁|谁会|谁能|谁可以|谁愿意|谁给|谁在|谁提供|有没有|有什么|什么样的|列出|列一下|列个|所有|全部|去哪|哪里",
)
# Asks for several things.
SEVERAL = cue(
    r"in return|walk(?:s|ed)? away with|(?:which|what) (?:two|three|four|five|several|kinds?|"
    r"types?|sorts?|steps|ways|routes|tiers|benefits|reasons|things|others?)|step by step|"
    r"(?:which|what) (?:[a-z’'-]+ ){0,3}?(?!this\b|is\b|was\b|has\b|does\b)[a-z]{3,}[^s\W]s|"
    r"who (?:all|else)|name (?:the|all|two|three)|list (?:the|all)|all (?:the|of the)|"
    r"exactly (?:does|do|did)",
    r"哪些|哪几|哪[两三四]|有谁|分别|分哪|一步步|逐步|各[档级]|几[种档类步]|列(?:一?下|出|举)|列个|换来了?什么|好处|举",
)
STARTUPS = cue(r"startups?|founders|young companies", r"初创|创业公司|新创|小公司")
WHO = cue(r"who|which|what programs?", r"谁|哪些|哪几|哪家")
GIVE = cue(
    r"gives?|giving|hands?|handing|offer(?:s|ed|ing)?|provid(?:e|es|ed|ing)|access|hand out|"
    r"lend(?:s|ing)?|get|help(?:s)?|supply|supplies|apply|qualify|eligible",
    r"提供|给|借(?![钱款贷债])|送|支持|供应|拿到|拿算力|拿卡|找算力|获得|得到|申请|符合|有资格",
)
OWNS = cue(
    r"(?:that|who|which|funds?|vcs?|investors?) (?:have|has|own|owns|hold|holds|with)|with "
    r"(?:their |its )?(?:own )?gpus?",
    r"(?<!没)有(?:自己的?|自家的?)?(?:gpu|算力|显卡|芯片|卡|集群)|拥有|囤",
)
COMPUTE = cue(
    r"gpus?|compute|h100s?|h200s?|a100s?|b200s?|chips?|clusters?|credits?|capacity|grants?|vouchers?",
    r"算力|显卡|gpu|芯片|计算资源|集群|额度|代金券|抵用|卡",
)
ELIGIBLE = cue(
    r"eligible|eligibility|qualif(?:y|ies)|appl(?:y|ies)|join|get into|get in|admitted|"
    r"open to (?:us|me|our|an?)|match (?:us|me)|chances"
    r"|too (?:late|early|old|young|big|small|large|rich|far along)"
    r"|accept(?:s|ed)? us|take us|have us|let us in|for (?:us|a (?:company|team) "
    r"like (?:us|ours))|"
    r"(?:pass|meet|fulfil|fulfill|satisfy)(?:es)? (?:the |all |all the |its |their )?"
    r"(?:conditions|requirements|criteria|bar)",
    r"能进|进得[了去]|还收|收不收|申请|资格|符合|够格|够得[着上]|够不够|达标|满足|加入|拿得到|能拿|能用|适合我们|申得到|轮得到|报名",
)
# What asks for something that suits the company, if not in the words of an application.
SUITS = cue(
    r"fits?|suits?|suitable for|(?:right|best|good) for|takes?|accepts?|get|use|available to|"
    r"too (?:old|big|small|late|early|young)",
    r"要不要我们|要我们|适合|拿到|拿|参加|能用|可以用|可用|获得|收|接受",
)
FITS = cue(r"fits?|suits?|suitable for|(?:right|best|good) for", r"适合|合适")
GIVERS = cue(
    r"programs?|programmes?|schemes?|funds?|investors?|vcs?|accelerators?|credits?|grants?|"
    r"lenders?|brokers?",
    r"计划|方案|基金|投资人|投资机构|投资方|机构|加速器|额度|资助",
)
WHAT_CAN = cue(
    r"what (?:can|could|may|are|would|might|do|should) (?:i|we)", r"什么计划|哪个计划|什么项目"
)
# Terms that are asked for of programs.
NO_EQUITY = cue(
    r"(?:no|without|zero)(?: \w+){0,3} (?:equity|stakes?|shares|dilution)|equity[- ]free"
    r"|non[- ]?dilutive|(?:\w+n't|not|never) (?:\w+ ){0,4}(?:equity|stakes?|shares)",
    r"(?:不|无需?|没有?|零|免)(?:[^，。？?有]{0,5})(?:股份|股权|股|稀释)",
)
FOR_EQUITY = cue(
    r"(?:take|takes|taking|want|wants|ask for|asks for|demand|demands|require|requires|get|gets"
    r"|for|in (?:exchange|return) for) (?:an? |some |our |your |my )?(?:equity|stakes?|shares)",
    r"(?:要|拿|占|换|出让|索取)[^，。？?不]{0,4}(?:股份|股权|股)",
)
FREE_OF_CHARGE = cue(
    r"(?<!right )free(?! (?:now|right|today|at the moment))|at no (?:cost|charge)|for nothing",
    r"免费|白送|不花钱|不要钱|零成本|白给",
)
BELOW_MARKET = cue(
    r"(?:below|under|cheaper than|less than)(?: the)? market|at cost|discount(?:s|ed)?",
    r"(?:低于|比)市场?价?|成本价|打折|优惠价",
)
HOW = cue(
    r"how (?:can|could|do|does|to|would|should|long|much|many)|when|where|deadline|who|"
    r"what do we need|requirements?",
    r"怎么|怎样|如何|何时|什么时候|截止|多久|哪里|谁|要求是什么|需要什么|条件是什么",
)
COMPARE = cue(
    r"compare|comparison|versus|vs|difference|differ|better|cheaper|bigger|larger|"
    r"side by side|next to (?:each other|one another)|torn between|against each other|"
    r"lay (?:them|both) out|pros and cons|compares?|stack up",
    r"比较|对比|对照|比一比|比比|不一样|不同|摆(?:在)?一(?:起|块)|放(?:在)?一(?:起|块)|异同|各有什么|差在哪|差多少|[和跟与同][^，。？?]{1,20}比(?:$|[，,。？?\s])|相比|区别|差别|不同|哪个好|哪个更|还是",
)
# Sets two beside each other without a verb that compares.
BESIDE = cue(
    r"compared (?:with|to)|comparing|(?:next to|beside|against|as opposed to)(?= \w)"
    r"|differs|different from",
    r"(?<![差之区])之别|差(?:在哪|哪[里儿]|别)",
)
# Asks for a winner, where two are named.
CONTEST = cue(
    r"than|more|most|bigger|biggest|larger|largest|smaller|smallest|fewer|less|cheaper|cheapest|"
    r"longer|longest|shorter|shortest|earlier|earliest|later|latest|higher|highest|lower|lowest",
    r"谁[^，。？?]{0,24}[多大少小高低早晚长久]|哪[个家][^，。？?]{0,16}[多大少小高低早晚长久贵]"
    r"|比[^，。？?]{1,16}[大小多少高低贵早晚长短久]",
)
TERMS = cue(
    r"terms?|conditions?|details?|about|strings|eligib\w*|apply|qualify|how does|what is|who can|"
    r"benefits?|perks|what(?:[’']s|s)",
    r"条款|条件|详情|介绍|是什么|怎么申请|资格|要求|申请|附带|代价|什么样|优惠|好处|福利",
)
# What only asks to be told, and says nothing of what.
TOLD = cue(
    r"tell me|give me|show me|list|explain|describe|walk me through|please|quick(?:ly)?|hey|hi|"
    r"(?:i|we) (?:need|want)(?: to know)?|"
    r"(?:i|we) (?:am|are) (?:thinking|looking|considering)(?: of| at)?",
    r"先|请|麻烦|帮(?:我|忙)|(?:说|讲|看|查|列|介绍|告诉)(?:我|一)?(?:下|说)|[一两三几]件事|想(?:知道|了解|问)",
)
FOLLOW_UP = cue(
    r"it|its|they|them|their|that (?:program|fund|one|plan)|this (?:program|fund|one|plan)|"
    r"the (?:former|latter|same)|he|she",
    r"它|他们|她们|他|她|该计划|该基金|这个计划|那个计划|这家|那家|其|这个|那个|前者|后者",
)
AND_WITH = re.compile(
    r"^(?:(?:ok(?:ay)?|and|so|then|but|hm+|ah+|oh|right|great|thanks|cool|good|sorry)[, ]+)*"
    r"(?:what (?:about|if)|how about|and|with|if|on|same|now|only)\b"
    r"|^(?:嗯|好的?|行|哦|对了)?[，, ]*(?:那么|那|如果|要是|换成|改成|假如|用|换|还有"
    r"|再(?=便宜|贵|加|多|少|按|用|给)|只(?=看|要|用|给|有|算)|按(?=[每照\d]))"
)

GREETING = re.compile(
    r"(?:hi|hello|hey|thanks|thank you|good (?:morning|evening|day)|help|who are you"
    r"|what can (?:you|i) (?:do|ask)|你好|您好|谢谢你?|多谢|你是谁|你能做什么|帮助)[\W_]*"
)
# Agreement with what an asked-back question would assume.
ACCEPTED = re.compile(
    r"^(?:ok(?:ay)?|yes|yeah|sure|fine|go ahead|agreed|assume (?:that|it|so)|(?:use|take) (?:that|"
    r"the defaults?)|that is fine|that's fine|do (?:that|it))\b"
    r"|^(?:好的?|可以|行|嗯|是的?|同意|没问题|就这样|就按|按这个|按你|那就)"
)
# What may stand around a changed value that repeats the last estimate or offer.
VALUE_ONLY = cue(
    r"and|or|so|then|what|how|much|long|about|would|will|does|do|is|it|that|this|cost|take|be|at|"
    r"on|with|for|instead|only|use|using|the|same|run|a",
    r"那么|那|呢|如果|要是|换成|改成|改用|换|用|多少钱|要多久|多久|花|要|需要|会|是|它|这个|只|同样|的话|的|每|张|块|卡",
)
# What a follow-up narrows offers to, beside figures, GPUs and sellers.
NARROWING = cue(
    r"spot|preemptible|reserved|on[- ]demand|europe|eu|us|usa|america|the states|germany|france|uk|"
    r"asia|china|japan|singapore|canada|india|in|from|of|any|there|instances?|prices?",
    r"竞价|抢占|预留|包年|按需|欧洲|欧盟|美国|德国|法国|英国|亚洲|中国|国内|日本|新加坡|加拿大|香港|"
    r"在|价格|实例|有|吗|那边|机房",
)

# The way into a program, which is not the kind of program that is asked for.
WAY_IN = cue(
    r"(?:through|via|by way of|referred by|on referral (?:of|from)) (?:(?:a|an|our|your|their|its|"
    r"partner|partnered) )*(?:vcs?|venture|funds?|investors?|accelerators?|incubators?)"
    r"(?: or (?:vcs?|venture|funds?|investors?|accelerators?|incubators?))?"
    r"(?: (?:capital(?:ists?)?|funds?|firms?|partners?|referrals?))*",
    r"(?:通过|透过|经由?|靠|凭)(?:合作的?)?(?:vc|风投|创投|风险投资|基金|投资人|投资方|投资机构|加速器"
    r"|孵化器)(?:合作)?(?:伙伴|机构|公司|推荐|引荐|介绍)?",
)
# The asker's own backers are no kind of program either.
OUR_BACKERS = cue(
    r"(?:our|my|from) (?:(?:lead|seed|main|own|existing) )*(?:investors?|backers?|vcs?|funds?)",
    r"(?:投资方|投资人|投资机构|股东|领投方|领投)(?=[是为有])|我们的?(?:投资方|投资人|投资机构|股东)",
)
REFERRED = re.compile(
    r"\b(?:partner\w*|referr\w+|nominat\w+)\b[^.;]{0,40}\b(?:venture|vcs?|investors?|funds?|"
    r"accelerators?)\b|\b(?:venture|vcs?|investors?|funds?|accelerators?)\b[^.;]{0,24}"
    r"\b(?:partner\w*|referr\w+|nominat\w+)"
    r"|合作(?:的)?(?:风投|创投|vc|基金|投资|机构|加速器)"
    r"|(?:风投|创投|vc|基金|投资机构|投资方|机构)[^，。；]{0,6}(?:推荐|合作|引荐)"
)
"""A source's words for being let in by an investor."""

KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("loan", cue(
        r"loans?|lenders?|lends? (?:money|against)|debt|collateral|borrow",
        r"贷款|借款|借了|借入|抵押|债务|融资租赁")),
    ("broker", cue(r"brokers?|middlem[ae]n|intermediar\w+", r"中间商|经纪|掮客|中介")),
    ("public", cue(
        r"governments?|public(?:ly)?|subsid\w+|state|vouchers?|supercomputers?|grants?|europe\w*",
        r"政府|公共|补贴|算力券|超算|国家|公立")),
    ("vendor", cue(r"chip ?makers?|vendors?", r"芯片厂|芯片商")),
    ("cloud", cue(
        r"clouds?(?: providers?| vendors?)?|hyperscalers?|credits?|trials?",
        r"云厂商|云服务商|云平台|云计算公司|云公司|云|额度|试用|代金券|抵用")),
    ("investor", cue(
        r"investors?|funds?|vcs?|venture capital(?:ists?)?|venture|accelerators?|firms?",
        r"投资人|投资机构|投资者|投资方|基金|风投|创投|vc|加速器|孵化器|机构")),
    ("deal", cue(r"deals?|round[- ]trip\w*|circular", r"交易|循环交易|回流")),
)  # fmt: skip

# Fields of a program's terms, and what asks for each.
FIELDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("eligibility", cue(
        r"who (?:can|may|is)|eligib\w*|qualif\w*|requir\w*|stages?|have raised|may have raised",
        r"条件|要求|资格|适合|阶段|谁能|谁可以|面向|才行|才(?:能|可以|收|给)|融[了过资]{0,2}多少")),
    ("price", cue(r"prices?|charges?|free", r"价格|什么价|收费|免费")),
    ("duration", cue(
        r"how long|expir(?:es?|y|ation)|duration|validity|valid|runs? out",
        r"多久|期限|有效期|到期|过期")),
    ("strings", cue(
        r"strings?|equity|in return|catch", r"股权|股份|代价|回报|附带|附加条件")),
    ("apply", cue(r"how (?:can|do|to)\b.*\bapply", r"怎么申请|如何申请")),
)  # fmt: skip
