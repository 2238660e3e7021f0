"""What a comparison of routes says, in English and Simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.builtin.estimating.estimator import Words, catalogue


@dataclass(frozen=True, kw_only=True)
class RouteWords(Words):
    """Words of a comparison of routes; `kinds`, `unknown` and `problems` are by their codes."""

    ask_gpus: str
    ask_hours: str
    lead: str
    lead_listed: str
    lead_none: str
    none: str
    header: str
    months: str
    between: str
    least: str
    free: str
    not_known: str
    more_to_pay: str
    uses: str
    dilution: str
    out: str
    left: str
    kinds: Mapping[str, str]
    unknown: Mapping[str, str]
    problems: Mapping[str, str]


WORDS = catalogue(
    RouteWords(
        finished="routes compared",
        ask_gpus=(
            "**I need the number of GPUs; for example “256 H100s for 12 days”.** Then I can rank "
            "the routes."
        ),
        ask_hours=(
            "**I need how long the GPUs work; for example “256 H100s for 12 days”, or the size of "
            "the model and its tokens.**"
        ),
        lead="The cheapest route of known cost that can start is {kind} from {name}: about {total}",
        lead_listed="By dated prices the cheapest route of known cost is {kind} from {name}: about "
        "{total}, and nobody says whether it has the GPUs free",
        lead_none="No route is known well enough to come first: each has something unknown",
        none="Nothing in the market or the library fits this job.",
        header="| | Route | From | Total | Up front | Start | To know |",
        months="{kind}, {months} months",
        between="{likely} ({low} to {high})",
        least="at least {total}",
        free="free",
        not_known="?",
        more_to_pay="not known: {codes}",
        uses="the job uses {share} of what is paid for",
        dilution="{share} of the company",
        out="Ruled out: {routes}.",
        left="{n} further routes: `compute-desk estimate routes --json`.",
        kinds={
            "fund_program": "fund program",
            "fund": "the fund's own GPUs",
            "credits": "credits",
            "on_demand": "on demand",
            "spot": "spot",
            "reserved": "reserved",
            "capacity_block": "capacity block",
            "buying": "buying",
            "loan": "buying on a loan",
        },
        unknown={
            "start": "when it can start",
            "eligibility": "whether it is open to you",
            "seller": "who sells at this market price",
            "gpu_price": "the price",
            "restart_loss": "work lost when taken away",
            "configuration_size": "in what sizes it is sold",
            "term_length": "for how long it must be taken",
            "block_hours": "how long the block is",
            "longer_than_term": "what the rest of the job costs",
            "never_finishes": "how it could finish at all",
            "other_currency": "a rate for its currency",
            "slower_form": "how much longer it takes on this slower form",
            "program_price": "the price",
            "program_gpus": "how many GPUs one company gets",
            "program_days": "for how long",
            "program_gpu": "which GPUs",
            "credit_sum": "the sum",
            "credit_amount": "how much of it is granted",
            "list_price": "the cloud's price for this GPU",
            "equity_price": "what its equity costs (no valuation was given)",
            "equity_share": "how much equity",
            "interest_rate": "the interest",
            "cash_upfront": "cash up front",
        },
        problems={
            "not_eligible": "not open to you",
            "ended": "it has ended",
            "over_budget": "above the budget",
            "may_exceed_budget": "may exceed the budget",
            "over_cash": "more cash up front than there is",
            "too_late": "starts too late",
            "may_be_late": "may start too late",
            "too_short": "too short for the job",
            "too_few_gpus": "too few GPUs",
            "other_gpu": "another GPU",
            "not_offered": "not offered there",
            "none_free": "not enough are free now",
        },
        assumptions={
            "ranking": "order: what can start at a known cost, then what has no known start, then "
            "what has an unknown cost or open conditions; each by likely total with dilution, what "
            "is known not to be free now last",
        },
        inputs={
            "hours": "hours",
            "seller": "the seller",
            "interruptions_per_day": "interruptions a day",
        },
    ),
    RouteWords(
        finished="已对比各条途径",
        ask_gpus="**请告诉我要多少张GPU，例如“256张H100用12天”。**这样我才能给各条途径排序。",
        ask_hours="**请告诉我要用多久，例如“256张H100用12天”，或者给出模型参数量和token数。**",
        lead="在费用已知、能开工的途径里，最便宜的是{name}的{kind}，约{total}",
        lead_listed="按有日期的报价，费用明确的途径里最便宜的是{name}的{kind}，约{total}，但没人说明有没有空卡",
        lead_none="没有一条途径的信息完整到可以排在第一，每条都有未知项",
        none="市场报价和资料库里都没有适合这个任务的途径。",
        header="| | 途径 | 来源 | 总费用 | 预付 | 开工 | 须知 |",
        months="{kind}（{months}个月）",
        between="{likely}（{low}至{high}）",
        least="至少{total}",
        free="免费",
        not_known="未知",
        more_to_pay="未知：{codes}",
        uses="任务只用掉所付卡时的{share}",
        dilution="占公司{share}股权",
        out="已排除：{routes}。",
        left="另有{n}条途径，见`compute-desk estimate routes --json`。",
        kinds={
            "fund_program": "基金计划",
            "fund": "基金自有GPU",
            "credits": "云额度",
            "on_demand": "按需租用",
            "spot": "竞价租用",
            "reserved": "预留包租",
            "capacity_block": "算力时段预订",
            "buying": "自购",
            "loan": "贷款自购",
        },
        unknown={
            "start": "何时能开工",
            "eligibility": "你们是否符合条件",
            "seller": "谁按这个行情价出售",
            "gpu_price": "单价",
            "restart_loss": "被收回时损失的工作",
            "configuration_size": "以多少张为一份出售",
            "term_length": "要包多久",
            "block_hours": "时段多长",
            "longer_than_term": "超出期限部分的费用",
            "never_finishes": "怎样才能跑完",
            "other_currency": "该货币的汇率",
            "slower_form": "换成这种较慢的版本要多跑多久",
            "program_price": "单价",
            "program_gpus": "一家公司能拿多少张",
            "program_days": "能用多久",
            "program_gpu": "是哪种GPU",
            "credit_sum": "额度金额",
            "credit_amount": "实际批多少",
            "list_price": "该云上这种GPU的价格",
            "equity_price": "股权代价（未给出估值）",
            "equity_share": "要多少股权",
            "interest_rate": "利率",
            "cash_upfront": "预付多少",
        },
        problems={
            "not_eligible": "不符合条件",
            "ended": "计划已结束",
            "over_budget": "超出预算",
            "may_exceed_budget": "可能超出预算",
            "over_cash": "预付超过现有现金",
            "too_late": "开工太晚",
            "may_be_late": "可能来不及开工",
            "too_short": "时长不够跑完",
            "too_few_gpus": "GPU数量不够",
            "other_gpu": "不是这种GPU",
            "not_offered": "当地不提供",
            "none_free": "目前空卡不够",
        },
        assumptions={
            "ranking": "排序：先是费用已知且能开工的，再是开工时间未知的，再是费用或条件未知的；"
            "同类按计入股权代价的最可能总费用排，已知目前没有空卡的靠后",
            "commitment": "预留和时段预订要全额付款，用不完也不退、不转卖",
            "spot_loss": "竞价GPU因被收回约损失{value}的时间（半个检查点间隔加一次重启）",
            "credits": "“最高”额度：最可能的费用按全额批下来算，偏高的按一分没批算",
            "valuation": "股权按投后估值{value}计价，并扣除随之而来的现金",
            "purchase_price": "每张GPU连服务器的购置价取{value}，来自有日期的价格表，请以询价为准",
            "owning": "自购按{value}个月的使用期全额计入运行成本，任务用不完的部分不出售",
        },
        inputs={
            "hours": "时长（小时）",
            "seller": "卖家",
            "interruptions_per_day": "每天被收回的次数",
        },
    ),
)
