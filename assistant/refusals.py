"""Why a tool refused its input, in Chinese: the tools themselves say it in English.

Each pattern is a sentence of `tools` with {} for what it fills in; the Chinese sentence takes these
in the order of their numbers. `NAMES` are the inputs that such a sentence names.
"""

from __future__ import annotations

import re
from functools import cache

NAMES = {
    "parameters": "参数量",
    "active parameters": "激活参数量",
    "a number of parameters": "参数量",
    "a model size": "参数量",
    "a price per GPU-hour": "每卡时单价",
    "a sum of money": "金额",
    "a share": "比例",
    "a length of time": "时长",
    "a rate of requests": "请求频率",
    "a time in seconds": "秒数",
    "a context length": "上下文长度",
    "a power": "功率",
    "a price per kWh": "每度电的价格",
    "a price per kW-month": "每千瓦每月的价格",
    "tokens": "token数",
    "a number of tokens": "token数",
    "GPUs": "GPU数量",
    "price": "单价",
    "price per GPU": "每张GPU的价格",
    "a price": "价格",
    "days": "天数",
    "wanted days": "目标天数",
    "hours": "小时数",
    "GPU-hours": "卡时数",
    "GPUs a copy": "每个副本的GPU数量",
    "sequences a micro batch": "每个微批的序列数",
    "tokens a sequence": "每条序列的token数",
    "input tokens": "输入token数",
    "output tokens": "输出token数",
    "requests": "请求数",
    "seconds": "秒数",
    "first token": "首个token",
    "time per token": "每个token的时间",
    "whole answer": "整个回答",
    "load at the peak": "高峰时的负载",
    "peak over mean": "峰均比",
    "shared part of the prompt": "提示词的共享比例",
    "answers a prompt": "每个提示词的回答数",
    "tokens a prompt": "每个提示词的token数",
    "tokens an answer": "每个回答的token数",
    "tokens an example": "每条样本的token数",
    "prompts": "提示词数",
    "examples": "样本数",
    "epochs": "轮数",
    "rank": "LoRA的秩",
    "layers": "层数",
    "d_model": "隐藏层宽度",
    "seq_len": "上下文长度",
    "utilisation": "利用率",
    "down payment": "首付",
    "balloon": "尾款",
    "fee": "手续费",
    "years of use": "使用年数",
    "credit": "额度",
    "cap of a year": "每年上限",
    "eligible share": "可用比例",
    "share of the bill": "账单抵扣比例",
    "list price": "目录价",
    "market price": "市场价",
    "months until credits expire": "额度到期前的月数",
    "spending a month": "每月用量",
    "probability": "用掉的概率",
    "months": "月数",
    "years": "年数",
    "life": "使用年限",
    "ramp": "投产前的月数",
    "residual value": "残值",
    "cost of capital": "资金成本",
    "discount rate": "折现率",
    "interest": "利率",
    "maintenance": "维护费",
    "insurance": "保险费",
    "staff a year": "每年人力",
    "building": "机房投入",
    "colocation": "托管费",
    "electricity price": "电价",
    "kW per GPU": "每张GPU的千瓦数",
    "utilization": "利用率",
    "PUE": "PUE",
    "investment": "投资额",
    "commitment": "云采购承诺",
    "cloud margin": "云业务毛利率",
    "valuation": "估值",
    "equity share": "股权比例",
    "budget": "预算",
    "cash": "现金",
    "revenue": "收入",
    "revenue per customer": "每个客户的收入",
    "customers": "客户数",
    "GPU run rate": "GPU年化收入",
    "efficiency per doubling": "每翻一倍的效率",
    "batch tokens": "每批的token数",
    "tokens per GPU": "每张GPU的token数",
    "bytes a value": "每个数值的字节数",
    "hours between checkpoints": "两次存档之间的小时数",
    "hours of a restart": "重启所需的小时数",
    "interruptions a day": "每天中断的次数",
    "image or video": "image或video",
}

SENTENCES = {
    # arguments of any estimate
    "{} less 1 of {} cannot be": "{0}减1不能是{1}",
    "{} of 0 cannot be": "{0}不能为0",
    "a GPU that is never used has no cost an hour": "从不使用的GPU算不出每小时成本",
    "a rent of {} cannot be": "租金不能是{0}",
    "a life of {} years cannot be": "使用年限不能是{0}年",
    "growth of {} a year cannot be": "每年增长不能是{0}",
    "a change of {} a year cannot be": "每年变化不能是{0}",
    "hours of {} / {} / {} cannot be": "小时数不能是{0} / {1} / {2}",
    "an investment paid over {} years cannot be": "投资不能分{0}年付",
    "an investment above the valuation cannot be": "投资额不能高于估值",
    "{} active of {} parameters cannot be": "{1}参数里不可能有{0}激活参数",
    "a price of {} cannot be": "价格不能是{0}",
    "a {} of {} cannot be": "{0}不能是{1}",
    "{} of {} cannot be": "{0}不能是{1}",
    "{} GPUs cannot be": "GPU数量不能是{0}",
    "{} hours cannot be": "小时数不能是{0}",
    "{} cannot be {}": "{0}不能作为{1}",
    "{} cannot be": "{0}不成立",
    "it must be above zero": "必须大于零",
    "{} must be above zero": "{0}必须大于零",
    "{} must be zero or more": "{0}不能小于零",
    "{} must be a number": "{0}必须是数字",
    "{} is a share: 0 to 1, or 0-100 %": "{0}是比例：0到1，或0到100%",
    "from 1 to the {} of the deal": "从1年到合约的{0}年",
    "from 1 to {}": "从1到{0}",
    "at most {} together": "合计最多{0}个",
    "{} rents on {} paths are too many": "{0}个租金配{1}种走势太多了",
    "at most {}": "最多{0}",
    "at least a month": "至少一个月",
    "0 or more": "不能小于0",
    "ask for one or more": "至少要一张",
    "a job takes some time": "任务总要花些时间",
    "US dollars per GPU-hour, above {}": "每卡时的美元价格，须大于{0}",
    "US dollars per GPU-hour, above zero": "每卡时的美元价格，须大于零",
    # numbers as people write them
    "{} is not a whole number": "{0}不是整数",
    "{} is too large for {}": "{0}作为{1}太大了",
    "{} is in {}": "{0}的币种是{1}",
    "give US dollars: no exchange rate is assumed": "请给美元金额：这里不假设汇率",
    "{} is no share": "{0}不是比例",
    "write 95% or 0.95": "写作95%或0.95",
    "{} is {}, not {}": "{0}是{1}，不是{2}",
    "{} is not {}": "{0}不是{1}",
    "at least 0.01, or 1 %": "至少0.01，即1%",
    "{} may mean {} or {}": "{0}可能是{1}，也可能是{2}",
    "write the one that you mean": "请写明是哪一个",
    "{} says how many GPUs, where only which one is asked": "{0}写了GPU的数量，这里只问是哪种GPU",
    "write {} here and the number as that of the GPUs": "这里写{0}，数量请填在GPU数量里",
    "{} is a range": "{0}是一个区间",
    "give one figure, for example {}": "请给一个数，例如{0}",
    "{} is a rate": "{0}是频率，不是总数",
    "give the whole, for example {}": "请给总数，例如{0}",
    "{} is no whole number of months": "{0}不是整月",
    "for example {} and {} months": "例如{0}个月和{1}个月",
    "for example {}": "例如{0}",
    "write 7B for seven billion": "七十亿写作7B",
    "write 2T for two trillion": "两万亿写作2T",
    # GPUs and models
    "unknown GPU: {}": "不认识这种GPU：{0}",
    "unknown model: {}": "不认识这个模型：{0}",
    "did you mean {}? `H100 SXM` or `A100 80GB` say form and memory": (
        "是不是指{0}？写成 `H100 SXM` 或 `A100 80GB` 可以说明形态和显存"
    ),
    "did you mean {}?": "是不是指{0}？",
    "give its size instead, such as 7B": "可以改给参数量，例如7B",
    "no dense {}-bit peak is known for {}": "没有{1}的{0}位稠密峰值数据",
    "estimate with a GPU whose peak is known": "请换一种有峰值数据的GPU",
    "the power of {} is not known": "没有{0}的功耗数据",
    "state the kW per GPU": "请给出每张GPU的千瓦数",
    # training
    "a mixture of experts needs its active parameters": "混合专家模型需要激活参数量",
    "state them, for example {} active of {}: they cannot be guessed": (
        "请给出，例如{1}参数里激活{0}：这个数不能猜"
    ),
    "active parameters are at most the total": "激活参数不会多于总参数",
    "unknown scope: {}": "不认识的范围：{0}",
    "final_run or with_experiments": "final_run或with_experiments",
    "no published run of the kind {}": "没有{0}这一类的公开训练记录",
    "add a run to fit on": "请先补一条可用的训练记录",
    "unknown kind of media model: {}": "不认识的图像或视频模型类别：{0}",
    "image or video": "image或video",
    "unknown start: {}": "不认识的起点：{0}",
    "scratch or pretrained": "scratch或pretrained",
    "unknown precision: {}": "不认识的精度：{0}",
    "bf16, fp16 or fp8": "bf16、fp16或fp8",
    "{} has no {} speed in the table": "表里没有{0}的{1}算力",
    "known of it: {}": "已有的是：{0}",
    "from_scratch or continued": "from_scratch或continued",
    "layers and d_model belong together": "层数和隐藏层宽度要一起给",
    "give both or neither": "要么都给，要么都不给",
    "the size of the model is missing": "缺少模型的参数量",
    "give its parameters, such as 7B": "请给出参数量，例如7B",
    "at least {} GPU-hours; check parameters, tokens and days": (
        "至少要{0}卡时；请核对参数量、token数和天数"
    ),
    "{} would need {} of the peak of {}, and no published run passes {}": (
        "{0}要达到{2}峰值的{1}，而公开训练记录没有超过{3}的"
    ),
    "{} GPUs for {} days would need {} of the peak of {}, and no published run passes {}": (
        "{0}张GPU用{1}天要达到{3}峰值的{2}，而公开训练记录没有超过{4}的"
    ),
    "{} GPU-hours would need {} of the peak of {}, and no published run passes {}": (
        "{0}卡时要达到{2}峰值的{1}，而公开训练记录没有超过{3}的"
    ),
    "add runs to fit on": "请先补充可用的训练记录",
    "no published dense run to learn from": "没有可参考的稠密模型训练记录",
    # fine-tuning
    "the model is missing": "缺少模型",
    "name it, or give its size such as 8B": "请给出名字，或参数量，例如8B",
    "a model and a size were given": "同时给了模型名和参数量",
    "give the name or the size": "请只给名字或参数量",
    "the amount of data is missing": "缺少数据量",
    "give the tokens, or the examples and the tokens of one, such as 50k of 400": (
        "请给出token数，或样本数和每条的token数，例如5万条、每条400"
    ),
    "tokens and examples were given": "同时给了token数和样本数",
    "give one of the two": "请二选一",
    "a rank was given for full fine-tuning": "全参微调不需要LoRA的秩",
    "use lora or qlora": "请用lora或qlora",
    "prompts were given without reinforcement learning": "给了提示词数，但不是强化学习",
    "use method rl": "请用rl方法",
    "reinforcement learning makes its own tokens": "强化学习的token由模型自己生成",
    "give prompts and generated_tokens": "请给出提示词数和每个回答的token数",
    "reinforcement learning needs its prompts": "强化学习需要提示词数",
    "give the prompts and the tokens of an answer, such as 20k prompts of 1,000 tokens": (
        "请给出提示词数和每个回答的token数，例如2万条、每条1,000"
    ),
    "answers of {} tokens do not fit on {} {}": "{0}个token的回答放不进{1}张{2}",
    "use shorter answers or a GPU with more memory": "请缩短回答，或换显存更大的GPU",
    "{} parameters cannot be": "参数量不能是{0}",
    "from 1 million parameters": "至少100万参数",
    # memory and inference
    "a model or its size is needed": "需要模型名或参数量",
    "name it, such as Llama-3.1-70B, or say 70B": "请给出名字或参数量，例如70B",
    "say the size with its unit, such as 7B": "请给出带单位的参数量，例如7B",
    "the memory of {} is not known": "没有{0}的显存数据",
    "the memory of {} is not stated": "没有写明{0}的显存",
    "the speed of {} is not known": "没有{0}的速度数据",
    "estimate with a GPU whose speed is known": "请换一种有速度数据的GPU",
    "name a form, such as H100 80GB": "请写明型号，例如H100 80GB",
    "say it, such as {} 80GB": "请写明，例如{0} 80GB",
    "unknown {}: {}": "不认识的{0}：{1}",
    "a peak of {} times the mean cannot be": "峰值不能是均值的{0}倍",
    "a peak is at least the mean: 1 or more": "峰值不小于均值：须为1或更大",
    "a prompt that is shared wholly cannot be": "提示词不能全部共享",
    "it reads {} tokens, prompt and answer together": "它最多读{0}个token，提示词和回答合计",
    "{} tokens do not fit the context of {}": "{0}个token放不进{1}的上下文",
    "{} with answers of {} tokens does not fit into {} {}": (
        "{0}配上{1}个token的回答，放不进{2}张{3}"
    ),
    "take a GPU with more memory, weights of fewer bits or shorter answers": (
        "请换显存更大的GPU、更低比特的权重，或更短的回答"
    ),
    "cannot be met on {}: {}": "在{0}上达不到：{1}",
    "{} of {} s: the floor is {} s on {} of them": "{0}要{1}秒：用{3}张时至少{2}秒",
    "the targets together, on any number of GPUs that was tried": (
        "试过的各种GPU数量都不能同时达到这些目标"
    ),
    "allow more time, or take a faster GPU, a smaller model or weights of fewer bits": (
        "请放宽时间，或换更快的GPU、更小的模型、更低比特的权重"
    ),
    "{} parameters cannot be served": "{0}参数的模型无法部署",
    "{} parameters of adapters cannot be": "适配器不能有{0}参数",
    "more than zero and at most those of the model": "须大于零，且不超过模型的参数量",
    "{} GPUs cannot be split in groups of {}": "{0}张GPU分不成每组{1}张",
    "tensor x pipeline must divide the GPUs": "张量并行乘流水线并行须能整除GPU数量",
    "{} layers cannot be spread over {} pipeline stages": "{0}层分不到{1}个流水线阶段",
    "at most one stage a layer": "每层最多一个阶段",
    "{} GPUs a copy do not divide {}": "每个副本{0}张GPU，不能整除{1}",
    "use a divisor of the copies": "请用副本数的约数",
    "{} expert-parallel GPUs do not divide {}": "{0}张专家并行的GPU不能整除{1}",
    "experts are spread over the data-parallel GPUs": "专家分布在数据并行的GPU上",
    # loans and credits
    "a GPU never used has no cost an hour": "从不使用的GPU算不出每小时成本",
    "cash without a share for which it is paid": "只给了投资金额，没有给对应的股权比例",
    "state the equity share": "请给出股权比例",
    "a down payment of 100 % leaves no loan": "首付100%就没有贷款了",
    "state less than 1": "请给小于1的数",
    "a balloon of {} of the price is more than is owed": "尾款占价格的{0}，超过了欠款",
    "down payment and balloon are at most the whole price together": "首付与尾款合计不能超过全价",
    "{} market prices are too many": "{0}个市场价太多了",
    "credits of {} years cannot expire after {} months": "{0}年的额度不会在{1}个月后到期",
    "state the share of the bill for each year": "请给出每一年的账单抵扣比例",
    "a year in which credits pay 0 cannot be": "额度不抵扣的年份不必列出",
    "leave that year out": "请去掉那一年",
    # owning
    "two prices per GPU": "给了两个每张GPU的价格",
    "give the price of the server, or the one all-in": "请只给服务器价格，或只给全包价格",
    "the building would be counted twice": "机房会被算两次",
    "give colocation, or a price with the building in it": "请给托管费，或给已含机房的价格",
    "there is no colocation that could include power": "没有托管费，谈不上含电",
    "leave one out": "请去掉一个",
    "a ramp of {} months in a life of {} leaves nothing to use": (
        "{1}个月的寿命里有{0}个月投产，就没有时间可用了"
    ),
    "check the months before the first job and the years of life": "请核对投产前的月数和使用年限",
    "no purchase price of {} is known; without a server {} on {}": (
        "没有{0}连服务器的购买价格；不含服务器的是{1}（{2}）"
    ),
    "no purchase price of {} is known{}": "没有{0}的购买价格{1}",
    "no purchase price of {} is known": "没有{0}的购买价格",
    "state what a GPU in its server costs": "请给出每张GPU连服务器的价格",
    "a share of the whole: at most {}": "占整体的比例，最多{0}",
    "a share from {} to {}": "从{0}到{1}的比例",
    "the building draws at least {} times": "机房用电至少是{0}倍",
    "a path needs two terms": "走势需要两个期限的价格",
    "{} months cost less in all than {} months": "{0}个月的总价比{1}个月还低",
    "check the prices: they are per GPU-hour, not per month": (
        "请核对价格：应是每卡时的价格，不是每月的"
    ),
    # deals, dilution, routes, time
    "above -1 (all gone) and at most 10 (1,000 %)": "要大于-1（全部失去），最多10（1,000%）",
    "the valuation is that after the deal: it includes the investment": (
        "估值指投后估值，已含这笔投资"
    ),
    "low, likely, high: in this order": "须按偏低、最可能、偏高的顺序",
    "a start by {} is over": "{0}已经过去了",
    "an estimate of other than the {} GPUs of the job cannot be compared": (
        "估算的GPU数量与任务的{0}张不一致，无法比较"
    ),
    "estimate owning and the loan for the same number": "请按相同的数量估算自购和贷款",
    "today is {}": "今天是{0}",
    "{} days are no shorter than {}": "{0}天并不比{1}天短",
    "the time wanted must be shorter than the time it takes now": "目标时间必须短于现在所需的时间",
    "a batch needs both its tokens and the least tokens a GPU takes of it": (
        "批量要同时给出每批的token数和每张GPU最少的token数"
    ),
    "or state the most GPUs that the batch can feed": "或给出一批最多能供多少张GPU",
    "a batch that feeds {} GPUs cannot keep {} busy": "只够供{0}张GPU的批量，喂不饱{1}张",
    "the limit must be at least the number of GPUs now": "上限不能少于现在的GPU数量",
}  # fmt: skip


def in_chinese(sentence: str) -> str:
    """A tool's English sentence in Simplified Chinese; one that is not known stays as it is."""
    for pattern, chinese in _patterns():
        match = pattern.fullmatch(sentence)
        if match:
            return chinese.format(*map(_filled, match.groups()))
    return sentence


def _filled(text: str) -> str:
    """What fills a blank: the name of an input, several reasons, or a value as it is."""
    if text in NAMES:
        return NAMES[text]
    if ": " in text:
        return "；".join(map(in_chinese, text.split("; ")))
    return text.replace(", ", "、").replace(" or ", "或")


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """The sentences as patterns; the more words one fixes, the earlier it is tried."""
    fixed = sorted(SENTENCES, key=lambda english: -len(english.replace("{}", "")))
    return [
        (re.compile("(.+?)".join(map(re.escape, english.split("{}")))), SENTENCES[english])
        for english in fixed
    ]
