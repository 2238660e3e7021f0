"""The words of an inference estimate, in English and Simplified Chinese."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.builtin.estimating.estimator import Words, catalogue


@dataclass(frozen=True, kw_only=True)
class InferenceWords(Words):
    """Words of an inference estimate."""

    ask: str
    ask_model: str
    lead: str
    lead_even: str
    lead_one: str
    lead_million: str
    no_target: str
    busy: str
    row_gpus: str
    row_speed: str
    row_first: str
    row_between: str
    row_answer: str
    row_month: str
    row_million: str
    nearest: str
    nearest_run: str


WORDS = catalogue(
    InferenceWords(
        finished="inference estimated",
        ask=(
            "**I need the requests a minute and the tokens of a prompt and of an answer; for "
            "example “600 requests a minute, 1,000 tokens in, 300 out”.** If you do not know "
            "them, I would assume 60 requests a minute of 1,000 and 300 tokens."
        ),
        ask_model=("**I need the model or its size; for example “Llama 3.1 70B”, or “70B”.**"),
        lead="About {likely} {gpu}s ({low} to {high})",
        lead_even="About {likely} {gpu}s",
        lead_one="One {gpu} is enough",
        lead_million="A million tokens cost about {cost} at {price} per GPU-hour",
        no_target=(
            "No time was asked for, so each GPU is filled as far as it goes; a limit for the first "
            "or the whole answer takes more GPUs."
        ),
        busy="Copies of the model: {copies}; GPUs a copy: {each}; busy on average: {load}",
        row_gpus="GPUs",
        row_speed="Output tokens a second per GPU",
        row_first="First token, seconds",
        row_between="Time per token, seconds",
        row_answer="Whole answer, seconds",
        row_month="Cost a month at {price}/GPU-hour",
        row_million="Cost per million tokens at {price}/GPU-hour",
        nearest="Nearest measured servers:",
        nearest_run=(
            "{model} on {gpus} {gpu} in {weights}, {into} tokens in and {out} out: {speed} output "
            "tokens a second"
        ),
        inputs={
            "share": "how well the server is tuned",
            "peak_to_mean": "the peak over the mean",
            "peak_load": "how full the peak may be",
            "weights": "precision of the weights",
        },
    ),
    InferenceWords(
        finished="已估算推理",
        ask=(
            "**请告诉我每分钟的请求数，以及每次输入和输出的token数，例如“每分钟600个请求，"
            "输入1000 token，输出300 token”。**如果还不清楚，我会按每分钟60个请求、"
            "输入1000 token、输出300 token来估算。"
        ),
        ask_model="**请告诉我模型或它的参数量，例如“Llama 3.1 70B”或“70B”。**",
        lead="约需{likely}张{gpu}（{low}至{high}张）",
        lead_even="约需{likely}张{gpu}",
        lead_one="1张{gpu}就够",
        lead_million="每百万token约{cost}（按每卡时{price}）",
        no_target="没有给出延迟要求，按尽量用满每张GPU计；如果要求首token或完整回答更快，需要更多GPU。",
        busy="部署{copies}份模型，每份用{each}张GPU，平均负载{load}",
        row_gpus="GPU数",
        row_speed="每张GPU每秒输出token数",
        row_first="首token时间（秒）",
        row_between="每token时间（秒）",
        row_answer="完整回答时间（秒）",
        row_month="每月费用（每卡时{price}）",
        row_million="每百万token成本（每卡时{price}）",
        nearest="最接近的公开实测：",
        nearest_run=(
            "{model}，{gpus}张{gpu}，{weights}，输入{into}、输出{out} token：每秒输出{speed} token"
        ),
        inputs={
            "share": "推理服务的调优程度",
            "peak_to_mean": "峰值与平均值之比",
            "peak_load": "高峰时允许的负载",
            "output_tokens": "输出token数",
            "input_tokens": "输入token数",
            "weights": "权重精度",
        },
        assumptions={
            "shape": "模型结构取{value}",
            "typical_shape": "没有指定型号，取常见结构：{0}层、宽{1}、{2}个键值头、词表{3}",
            "share_of_roofline": (
                "公开实测的推理服务能达到理论上限的{value}：低、中、高三档；"
                "调优过的接近上限，默认配置接近下限甚至更低"
            ),
            "precision": "权重 / KV缓存的精度：{value}；低精度对质量的影响没有估算",
            "peak_to_mean": "高峰请求量是平均值的{value}倍，GPU一直租着",
            "peak_load": "高峰时用到容量的{value}，其余留给突发和故障",
            "engine": "每份模型最多同时处理{value}个回答",
            "memory": "权重和KV缓存最多占显存的{value}",
            "link": "每份模型用{value}张GPU；一台服务器内做张量并行，再多则分成流水线阶段",
            "shared_prefix": "每次输入有{value}是相同的前缀，只算一次",
            "uncalibrated": "未校准：{value}这一代GPU还没有公开实测",
            "price": "单价按所给的价格，无论忙闲都按整月付费，不含存储、出网流量和人力",
        },
    ),
)
