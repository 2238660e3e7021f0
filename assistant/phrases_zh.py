"""Simplified Chinese, and Traditional Chinese made from it with Taiwan's own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from functools import cache
from typing import Any

from assistant.language import in_script
from assistant.phrases import Phrases

SIMPLIFIED = Phrases(
    language="zh-Hans",
    not_stated="来源未说明",
    not_known="不明",
    nothing_found="**资料库里没有这个问题的答案。**",
    recorded="我已把它记为待补充的问题。",
    closest="资料库里最接近的内容：",
    missing_name="资料库里没有关于{name}的内容。",
    missing_figure="资料库的来源都没有给出这个数字。",
    missing_fields="来源未说明：{fields}。",
    other_language="来源是英文，原文如下：",
    call_refused="这次调用与工具不符",
    tool_error="**{message}。** {hint}",
    found_passages="{n} 段原文",
    found_offers="{n} 条报价",
    found_dates="{n} 个日期的报价",
    found_programs="{n} 个计划",
    found_clusters="{n} 条集群信息",
    read_program="{name}的条款",
    estimated="已估算",
    ask_which="**请问你指的是哪个计划？** 说出名字即可，例如氧气计划、仙女座或Generate。",
    ask_anything=(
        "**请问我怎样获得算力：**谁给初创公司提供GPU、条件是什么，GPU每小时多少钱，训练一个模型要多少资源。"
    ),
    ask_size="**请告诉我模型的参数量和训练的token数，例如“7B参数、2T token”。**",
    ask_size_default="如果只知道参数量，我会按每个参数20个token、用H100来估算。",
    ask_tokens=(
        "**请告诉我训练的token数，例如“2T token”。**如果还没定，我会按每个参数20个token估算。"
    ),
    estimate_lead="约{likely} {gpu}卡时（{low}至{high}）",
    estimate_lead_days="，用{gpus}张GPU约{likely}天（{low}至{high}天）",
    estimate_cost="按每卡时{price}（{source}）计算，约需{cost}。",
    asked="你给的单价",
    estimate_no_price="没有给出单价，也没有查到报价，所以不算总费用。",
    for_reference="可以参考的是其他来源的报价：",
    range_header="| | 偏低 | 最可能 | 偏高 |",
    row_hours="卡时",
    row_days="天数",
    row_cost="费用（每卡时{price}）",
    assumed="假设：",
    nearest="最接近的公开训练记录：",
    nearest_run="{model}：{params}参数、{tokens} token，用了{hours} {gpu}卡时",
    list_warning="目录价只代表所标日期的价格，不说明有没有货。",
    offers_lead="**{gpu}每卡时的目录价：{spans}。**",
    offers_span="{term}{low}至{high}",
    offers_single="{term}{low}",
    offers_old="**价目表里没有{gpu}近期的报价，较早或没有日期的列在下面。**",
    offers_none="**价目表和基金的库存里都没有符合条件的报价。**",
    offers_header="| 供应方 | GPU | 方式 | 每卡时价格 | 日期 | 库存 |",
    past_offers="实时报价只反映当前情况：对过去的某一天，只能给出日期不晚于当天的目录价。",
    no_live="目前没有接入实时来源：以上是所标日期的目录价，现在是否有空闲的卡并不清楚。",
    fund_stock="基金自有库存以同事最近一次登记为准。",
    more_offers="符合条件的报价共{n}条，其余可用 `compute-desk gpus` 查看。",
    history_live="**{gpu}{term}的实时价格中位数：{first_day}为每卡时{first}，{last_day}为每卡时{last}。**",
    history_moves="**同一家供应方最早与最近的报价相比，{gpu}有{down}个价格下降、{up}个上涨、{same}个不变。**",
    history_apart="**查到了{gpu}的带日期报价，但没有哪一家在两个日期都有报价，看不出涨跌。**",
    history_none="**没有查到{gpu}的带日期报价。**",
    history_header="| 供应方 | GPU | 价格与方式 | 最早 | 最近 |",
    history_cell="{price}（{day}）",
    history_span="{low}至{high}",
    history_months="{term}{n}个月",
    history_series="{kind}，{term}：{first_day}至{last_day}有{dates}个日期的报价，每卡时{span}",
    history_series_one="{kind}，{term}：{first_day}每卡时{span}",
    history_list_note=(
        "目录价来自不同日期的不同供应方，只有同一家的两次报价才能看出涨跌；"
        "两个日期之间没有数据，不做推算。"
    ),
    history_no_live=(
        "目前还没有留下实时价格：接入实时来源（`compute-desk sources`）之后会逐日保留。"
    ),
    history_unreadable="存有历史价格的文件无法读取，以上缺少实时价格。",
    history_suspicious="另有{n}条价格可疑，未计入。",
    history_undated="另有{n}条没有日期，未计入。",
    history_kinds={"live": "实时价", "list": "目录价", "negotiated": "协议价"},
    queue_now="**{cluster}现在就可以开始用{n}张{gpu}。**",
    queue_by="**{cluster}最迟在{at}可以开始用{n}张{gpu}。**",
    queue_pieces=(
        "**{cluster}有{free}张{gpu}空闲，但比较分散：{node}卡整机空闲{whole}台，单台最多空闲{block}张。**"
    ),
    queue_unknown="**{cluster}什么时候能开始用{n}张{gpu}还不清楚；目前{total}张中有{free}张空闲。**",
    queue_never="**{cluster}没有能同时提供{n}张{gpu}的机器。**",
    queue_short="**{cluster}总共只有{total}张{gpu}，不足{n}张。**",
    queue_free="**{cluster}的{total}张{gpu}中有{free}张空闲：整机{whole}台，单台最多{block}张。**",
    queue_use="**{cluster}共有{total}张{gpu}，其中有多少空闲并不清楚。**",
    queue_no_cluster="**这里还没有接入基金自己的集群。**",
    queue_set_up="同事可以用 `compute-desk sources` 接入。",
    queue_no_gpu="**查到的基金集群里都没有{gpu}。**",
    queue_failed="**基金的集群没有答复，目前有没有空闲并不清楚。**",
    queue_source="未能查询{name}：{error}。",
    queue_past="**集群只能说明当前情况：过去某一天有没有空闲，无从得知。**",
    queue_stale="{cluster}的数据停留在{when}，现在有没有空闲并不清楚。",
    queue_seen="以上是{when}的情况。",
    queue_header="| 集群 | GPU | 空闲 | 空闲整机 | 单台最多 | 排队 | 开始时间 | 数据时间 |",
    queue_waiting="{jobs}个任务，共{gpus}张GPU",
    queue_jobs="{jobs}个任务",
    queue_quota="你们公司在{cluster}所用的配额是{n}张{gpu}，已使用：{used}。",
    queue_condition="最迟时间的前提是：任务都在时限内结束，没有优先级更高的任务插入，机器也不出故障。",
    queue_no_quota="你们公司可以使用其中多少，目前并不清楚。",
    queue_count="请告诉我需要多少张GPU、用多长时间，我就能说出什么时候可以开始。",
    queue_few="{cluster}已核对的预测太少（{n}次），还看不出误差有多大。",
    queue_error={
        "need": (
            "这里过去对{cluster}的预测已核对{n}次：中位数{median}，最差{worst}，其中{early}次说得过早。"
        ),
        "job": (
            "调度器对{cluster}排队任务的预测已核对{n}次：中位数{median}，最差{worst}，其中{early}次说得过早。"
        ),
    },
    queue_early="早了{time}",
    queue_late="晚了{time}",
    starts={
        "now": "现在",
        "not_later_than": "最迟{at}",
        "window": "{at}至{until}",
        "never": "不可能",
        "unknown": "不明",
    },
    start_methods={
        "arithmetic": "按空闲数计算",
        "time limits": "按任务时限推算",
        "sbatch --test-only": "调度器自己的测试",
    },
    list_lead={
        "investor": "**资料库里有{n}个投资方的算力计划。**",
        "cloud": "**资料库里有{n}个云厂商的额度计划。**",
        "vendor": "**资料库里有{n}个芯片厂商的计划。**",
        "broker": "**资料库里有{n}类算力中介。**",
        "loan": "**资料库里有{n}笔算力贷款。**",
        "deal": "**资料库里有{n}笔与算力绑定的投资。**",
        "public": "**资料库里有{n}个公共算力计划。**",
    },
    list_lead_one="**资料库里只有这一个。**",
    list_lead_any="**资料库里有{n}个提供算力的计划。**",
    list_doubt_one="其中一个{doubt}。",
    list_doubt="其中{n}个{doubt}。",
    list_no_price="没有一个公布每卡时单价。",
    list_header="| 计划 | 提供什么 | 价格 | 谁能用、附带条件 | 日期 |",
    more_programs="资料库里还有：{names}。",
    unconfirmed="没有来源说明条款的：{names}。",
    doubts={"unconfirmed": "未经证实", "shrinking": "收缩中", "ended": "已结束"},
    compare_lead="**{names}对比：**",
    compare_field="条款",
    program_lead="**{name}**（{sponsor}）",
    attributes={
        "offer": "提供内容",
        "gpus": "GPU数量",
        "gpu_hours": "卡时",
        "credits": "额度",
        "price_basis": "价格方式",
        "price_per_gpu_hour": "每卡时价格",
        "duration": "期限",
        "stage": "轮次",
        "raised": "累计融资",
        "portfolio": "投资关系",
        "region": "地区",
        "age": "成立年限",
        "other_rules": "其他条件",
        "equity": "股权",
        "investment": "投资",
        "commitment": "消费承诺",
        "exclusivity": "排他约定",
        "revenue_share": "收入分成",
        "other_strings": "其他附带条件",
        "apply": "申请方式",
        "valid": "有效期",
        "status": "现状",
    },
    disagree="来源说法不一",
    none_stated="所有来源都未说明：{names}。",
    profile_fields={
        "stage": "轮次",
        "raised": "累计融资",
        "country": "国家或地区",
        "funds": "投资方",
        "founded": "成立时间",
    },
    not_given="未提供",
    verdicts={"eligible": "可以申请", "not_eligible": "不能申请", "unknown": "暂时无法判断"},
    verdict_leads={
        "eligible": "**可以：来源所述的{name}申请条件，你们全部符合。**",
        "not_eligible": "**不可以：按来源所述的条件，你们不能申请{name}。**",
        "unknown": "**暂时无法判断你们能否申请{name}。**",
    },
    match_lead="**按来源所述的条件，{n}个计划中有{eligible}个你们可以申请。**",
    match_lead_one="**按来源所述的条件，{n}个计划中有{eligible}个你们可以申请。**",
    match_lead_none="**{n}个计划中，目前没有一个能确定你们可以申请。**",
    match_by="其中{unknown}个暂时无法判断，{not_eligible}个不能申请。",
    match_by_one="其中{unknown}个暂时无法判断，{not_eligible}个不能申请。",
    match_profile="判断依据：{profile}。",
    match_ask="**请告诉我你们的轮次、累计融资、所在国家、投资方和成立时间，我就能说出哪些可以申请。**",
    match_none_told="目前还不了解你们公司的情况。",
    match_header="| 计划 | 能否申请 | 理由 | 日期 |",
    match_closed="不能申请的：",
    match_silent="没有来源说明申请资格的：{names}。",
    about_rule="{kind}（{marks}）",
    and_more="另有其他条件",
    outcomes={"pass": "符合", "fail": "不符合", "unknown": "未知"},
    standings={"past": "已不适用", "future": "尚未生效"},
    usual="通常如此，并非硬性要求",
    rule_kinds={
        "stage": "轮次",
        "raised": "累计融资",
        "portfolio": "投资方",
        "region": "地区",
        "age": "成立年限",
        "other": "条件",
        "words": "申请资格",
    },
    tell_me="要得出结论，请告诉我：{missing}。",
    yes="是",
    no="否",
    answer_with=(
        "其余的要看你们的回答：用 `compute-desk profile set {answers}` 告诉我（也可以是no）。"
    ),
    keep_profile="用 `compute-desk profile set stage=seed country=SG` 可以保存，下次直接使用。",
    as_of="{date}，{grade}",
    as_of_day="以下截至{day}，只依据资料库里当时已有的内容。",
    undated="日期不详",
    grades={
        "official": "官方条款",
        "on_record": "公开表态",
        "reported": "媒体报道",
        "rumor": "传闻",
    },
    terms={
        "on_demand": "按需",
        "spot": "竞价",
        "capacity_block": "预订时段",
        "reserved": "包年包月",
        "fund": "基金",
        "credits": "额度",
    },
    availability={
        "available": "有货",
        "limited": "不足",
        "none": "无货",
        "waitlist": "候补",
        "queued": "排队",
        "no_quota": "无配额",
        "not_entitled": "无资格",
        "unknown": "不明",
    },
    fields={
        "offer": "提供内容",
        "price": "价格",
        "duration": "期限",
        "eligibility": "申请资格",
        "strings": "附带条件",
        "investment": "投资",
        "apply": "申请方式",
        "status": "现状",
        "background": "背景",
        "caution": "注意",
    },
    assumptions={
        "flops": "每个参数、每个token按6次运算计，未计长上下文的注意力运算",
        "utilisation": "实际利用率（占稠密峰值）取{value}，由公开训练记录拟合：低、中、高三档",
        "peak": "16位稠密峰值取{value}",
        "scope": "只算最终一次训练，公开记录里的重启已含在内，不含实验",
        "days": "天数按所有GPU一直满负荷工作计，不含排队等卡的时间",
        "price": "单价按所给的价格，不含存储、出网流量和人力",
    },
    basis="（{grade}，{publisher}，{date}）",
    comma="、",
    stop="。",
)


@cache
def traditional() -> Phrases:
    """The Simplified catalogue in Traditional script with Taiwan's words."""
    changed = {f.name: _in_taiwan(getattr(SIMPLIFIED, f.name)) for f in fields(Phrases)}
    return replace(SIMPLIFIED, **(changed | {"language": "zh-Hant"}))


def _in_taiwan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _in_taiwan(item) for key, item in value.items()}
    if not isinstance(value, str):
        return value
    return in_script(value, "zh-Hant")
