"""The words of renting against buying."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.builtin.estimating.estimator import Words, catalogue


@dataclass(frozen=True, kw_only=True)
class OwnershipWords(Words):
    """Words of renting against buying."""

    ask_what: str
    ask_price: str
    when_flat: str
    when: str
    lead_never: str
    lead_own: str
    lead_rent: str
    lead_bare: str
    header: str
    used: str
    full: str
    capital: str
    running: str
    even_header: str
    flat: str
    cheaper: str
    dearer: str
    implied: str
    never: str
    month: str
    no_month: str
    path_note: str
    left_out: str


WORDS = catalogue(
    OwnershipWords(
        finished="renting and buying compared",
        ask_what=(
            "**I need the GPU and how many, and the rent to compare with; for example “64 H100s "
            "at $2.35/h”.** Without a rent I would take current prices."
        ),
        ask_price=(
            "**I need what one GPU in its server costs; for example “$40,000 each”.** The dated "
            "table has no such price for this GPU."
        ),
        when_flat="If rents stay flat",
        when="If rents get {path}",
        lead_never=(
            "{when}, buying never pays against {price} per GPU-hour: {share} of the hours would "
            "have to be used (owning costs {full} per GPU-hour even if every hour is)"
        ),
        lead_own=(
            "{when}, buying {gpus} {gpu} GPUs is cheaper than {price} per GPU-hour "
            "once {share} of the hours are used; at {use} it is"
        ),
        lead_rent=(
            "{when}, buying {gpus} {gpu} GPUs is cheaper than {price} per GPU-hour "
            "only once {share} of the hours are used; at {use} renting is"
        ),
        lead_bare=(
            "Owning {gpus} {gpu} GPUs costs about {used} per used GPU-hour at {use} utilisation"
        ),
        header="| | Low | Likely | High |",
        used="Owning, per used GPU-hour",
        full="Owning, if every hour is used",
        capital="Paid up front",
        running="Running costs a year",
        even_header="| Rent | Path | Break-even utilisation | Break-even month |",
        flat="flat",
        cheaper="{share} cheaper a year",
        dearer="{share} dearer a year",
        implied="as reserved prices imply",
        never="{share}: never",
        month="month {month}",
        no_month="not within its life",
        path_note=("How rents will move is not known: the paths are scenarios, no forecast."),
        left_out=(
            "Not counted: taxes; storage, traffic and software; the worth of starting earlier by "
            "renting."
        ),
        inputs={
            "equipment": "price of a GPU in its server",
            "utilisation": "utilisation",
            "life_years": "years of life",
            "residual_share": "residual value",
            "cost_of_capital": "cost of capital",
            "colocation_per_kw_month": "colocation",
            "maintenance_share": "maintenance",
            "staff_per_gpu_year": "staff",
            "ramp_months": "months before the first job",
            "usd_per_kwh": "electricity",
            "load": "average draw",
            "pue": "power of the building (PUE)",
            "kw": "power per GPU",
            "insurance_share": "insurance",
        },
    ),
    OwnershipWords(
        finished="已比较租与买",
        ask_what=(
            "**请告诉我是哪种GPU、多少张，以及拿什么租金来比；例如“64张H100，每卡时2.35美元”。**"
            "没有租金的话，我会用目前的报价。"
        ),
        ask_price=(
            "**请告诉我每张GPU连同服务器的采购价，例如“每张4万美元”。**带日期的价目表里没有这款GPU的整机价。"
        ),
        when_flat="如果租金不变",
        when="如果租金{path}",
        lead_never=(
            "{when}，与每卡时{price}相比，买永远不划算：利用率要到{share}才打平"
            "（哪怕全部用满，自有也要每卡时{full}）"
        ),
        lead_own=(
            "{when}，利用率超过{share}时，买{gpus}张{gpu}就比每卡时{price}的租金划算，"
            "按{use}算，买更便宜"
        ),
        lead_rent=(
            "{when}，利用率要超过{share}，买{gpus}张{gpu}才比每卡时{price}的租金划算，"
            "按{use}算，租更便宜"
        ),
        lead_bare="自有{gpus}张{gpu}，按{use}的利用率，每个实际使用的卡时约{used}",
        header="| | 偏低 | 最可能 | 偏高 |",
        used="自有，每个实际使用的卡时",
        full="自有，全部用满时每卡时",
        capital="一次性投入",
        running="每年运营费用",
        even_header="| 租金 | 走势 | 打平所需利用率 | 打平月份 |",
        flat="不变",
        cheaper="每年便宜{share}",
        dearer="每年贵{share}",
        implied="按预留价推算",
        never="{share}：永远不划算",
        month="第{month}个月",
        no_month="使用年限内不会",
        path_note="租金今后怎么走没人知道：这里的走势只是情景，不是预测。",
        left_out="未计：税；存储、流量和软件；租用能更早开始的价值。",
        assumptions={
            "purchase_price": "每张GPU的整机价：{value}，取自带日期的价目，现价请另行询价",
            "network_share": "网络占服务器加网络的{value}",
            "kw_per_gpu": "每张GPU分摊的服务器额定功率：{value}",
            "load": "平均功耗为额定的{value}，全部小时都计",
            "pue": "机房PUE：{value}",
            "usd_per_kwh": "电价：每千瓦时{value}美元",
            "colocation_per_kw_month": "托管费：每千瓦每月{value}美元，电费另计",
            "staff_per_gpu_year": "人力：每张GPU每年{value}美元（规划值，没有来源）",
            "maintenance_share": "维护与备件：每年为采购价的{value}（规划值，没有来源）",
            "insurance_share": "保险：每年为采购价的{value}（规划值，没有来源）",
            "utilisation": "利用率：{value}（规划值，没有来源）",
            "ramp_months": "投产前先付{value}个月",
            "life_years": "使用年限：{value}年",
            "residual_share": "残值：采购价的{value}（规划值）",
            "cost_of_capital": "资金成本：每年{value}（规划值，没有来源）",
            "power_counted_once": "电费只计一次",
        },
        inputs={
            "equipment": "整机价格",
            "utilisation": "利用率",
            "life_years": "使用年限",
            "residual_share": "残值",
            "cost_of_capital": "资金成本",
            "colocation_per_kw_month": "托管费",
            "maintenance_share": "维护费",
            "staff_per_gpu_year": "人力",
            "ramp_months": "投产前的月数",
            "usd_per_kwh": "电价",
            "load": "平均功耗",
            "pue": "机房PUE",
            "kw": "每张GPU的功率",
            "insurance_share": "保险费",
        },
    ),
)
