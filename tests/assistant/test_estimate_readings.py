"""Questions in other words than the toolbox's own examples: estimates, and what is none."""

from __future__ import annotations

import pytest

from assistant.builtin.estimating.registry import BY_ASK, BY_TOOL
from assistant.reading import read
from kb.programs.program import Program
from kb.starter import programs as starter_programs

OTHER_WORDS = {
    "estimate_training": (
        "cost to pretrain a 3B model from scratch on 600B tokens?",
        "we'd like to train llama-style 13B, 2 trillion tokens, budget?",
        "Pretraining 1.3B params over 30B tokens on 8xA100: days?",
        "从零训练70亿参数、1万亿词元要花多少钱",
        "预训练一个34B，2T tokens，1024张H800，多久能训完",
        "想用 128 張 H200 訓練 20B，1.5T token，需要多少天",
    ),
    "estimate_inference": (
        "H100s to serve 1,000 requests a minute on Llama 3.1 8B, 500 tokens in, 200 out?",
        "cost per million tokens to host Qwen2.5 72B ourselves at 50 rpm 2k in 500 out",
        "我们要上线一个70B的聊天服务，每秒20个请求，输入1500、输出400 token，需要多少GPU",
        "部署Llama 3 8B，QPS 10，每次输入800 token输出300 token，每月多少钱",
        "用 H200 部署 DeepSeek-V3，每分鐘 200 個請求，輸入 1000 token，輸出 500 token，要幾張卡？",
    ),
    "rent_or_buy": (
        "Is buying 32 H100s cheaper than renting at $2.50 an hour for three years?",
        "own vs rent 512 H100s, rent is $2.2/h",
        "When do we break even if we buy 128 H100s instead of renting at $3/h?",
        "买卡还是租卡划算？100张H100",
        "自购64张H100和按2.5美元每卡时租，哪个便宜？",
        "我們該買還是租 256 張 H100？",
    ),
    "gpu_loan": (
        "A $20M loan against 600 H100s at $32k each over 36 months at 13%: what do we pay a month?",
        "Financing 200 H100s at $31,000 apiece, 48 months, 10% - what is that per GPU-hour?",
        "拿500张H100质押贷款，每张3万美元，利率8%，36个月月供多少",
        "用 800 張 H100 質押貸款，每張 3.1 萬美元，年利率 11%，42 個月，月供多少？",
        "borrow for 100 GPUs at 30k dollars each, 3 years, 12% interest: what do we pay monthly",
    ),
    "credits_value": (
        "What are $100k of AWS credits worth if H100s list at $6.88 and the market is $2.35?",
        "We got $350,000 in credits that expire in 12 months, list $9/h, market $2.5/h. Value?",
        "How many H100 hours does $150k of Azure credit buy at $6.98?",
        "25万美元云额度，目录价每卡时6.98美元，市场价2.5美元，实际值多少？",
        "我們有 10 萬美元的 AWS 額度，牌價每卡時 6.88 美元，值多少錢？",
    ),
    "ai_revenue_needed": (
        "How much revenue must AI make to justify $100B of GPU spending a year?",
        "With a GPU run rate of $50B, what revenue pays it back?",
        "如果一年GPU支出1000亿美元，AI行业要多少收入才能回本？",
        "若 GPU 年支出 1500 億美元，AI 產業需要多少營收？",
    ),
    "scale_time": (
        "How many GPUs to squeeze a one-year run on 64 GPUs into a week?",
        "A job takes 90 days on 128 H100s; how many for 10 days?",
        "64张卡跑一年的任务，一周跑完要多少张卡？",
        "把 30 天、用 100 張 GPU 的訓練壓縮到 3 天，要幾張？",
    ),
    "deal_flow_back": (
        "A cloud puts $500M into us, we must spend $400M with it over 4 years: how much goes back?",
        "Amazon invests $4B, we commit $4B to AWS over five years: what share returns to it?",
        "云厂商投我们5亿美元，我们承诺4年在它那里花4亿美元，回流多少？",
        "雲廠商投資 5 億美元，我們承諾 5 年花 6 億美元，回流比例是多少？",
    ),
}
NO_ESTIMATES = (
    "How much did Crusoe borrow?",
    "What does Sequoia's $600 billion mean?",
    "How much did Microsoft invest in OpenAI and how much flowed back?",
    "Why do startups rent instead of buying GPUs?",
    "Who lends against H100s?",
    "What is LoRA?",
    "Which program gives $350k of credits?",
    "What share of Anthropic's money went to Google Cloud?",
    "How many H100s does xAI have?",
    "How many GPUs turned a year into a week at Andromeda?",
    "谁用H100抵押贷款？",
    "红杉为什么说需要6000亿美元？",
    "微软投资OpenAI的钱有多少流回Azure？",
    "Crusoe的贷款利率是多少？",
    "为什么推理比训练便宜？",
    "Is it better to rent or buy according to the articles?",
    "What did Daniel Gross say about turning a year into a week?",
    "Does DigitalOcean Hatch credit cover GPU Droplets?",
    "How long is Crusoe's loan?",
    "哪些公司给创业公司额度？",
    "What are credits worth according to a16z?",
)


@pytest.fixture(scope="module")
def records() -> list[Program]:
    return list(starter_programs())


@pytest.mark.parametrize(
    ("tool", "said"), [(tool, said) for tool, told in OTHER_WORDS.items() for said in told]
)
def test_other_words_lead_to_the_same_estimator(
    tool: str, said: str, records: list[Program]
) -> None:
    reading = read(said, [], records)
    assert BY_TOOL[tool].ask in reading.asks
    assert BY_TOOL[tool].missing(reading) is None


@pytest.mark.parametrize("said", NO_ESTIMATES)
def test_what_sources_tell_is_no_estimate(said: str, records: list[Program]) -> None:
    assert not set(read(said, [], records).asks) & BY_ASK.keys()


@pytest.mark.parametrize(
    ("said", "args"),
    [
        (
            "We want a $20M loan against 600 H100s at $32k each over 36 months at 13%, a month?",
            {"price_per_gpu": "32000", "months": 36, "interest": "13%", "gpus": 600},
        ),
        (
            "What are $100k of AWS credits worth if H100s list at $6.88 and the market is $2.35?",
            {"credit": "100000", "list_price": "6.88", "market": ["2.35"]},
        ),
        (
            "部署Llama 3 70B，每分钟300个请求，输入2000 token输出500 token，要几张H200？",
            {"requests_per_minute": 300.0, "input_tokens": 2000, "output_tokens": 500},
        ),
    ],
)
def test_figures_find_their_arguments(
    said: str, args: dict[str, object], records: list[Program]
) -> None:
    reading = read(said, [], records)
    estimator = BY_ASK[reading.asks[0]]
    assert args.items() <= estimator.arguments(reading).items()
