"""The words of a fine-tuning estimate, in English and Simplified Chinese."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.builtin.estimating.estimator import Words, catalogue


@dataclass(frozen=True, kw_only=True)
class FinetuningWords(Words):
    """Words of a fine-tuning estimate."""

    ask_model: str
    ask_data: str
    ask_prompts: str
    methods: dict[str, str]
    names: dict[str, str]
    lead: str
    lead_hours: str
    lead_days: str
    one_gpu: str
    gpus: str
    memory: str
    fits: str
    tight: str
    no: str
    fewest: str
    never: str
    otherwise: str
    data: str
    row_wall: str
    row_phases: dict[str, str]
    nearest: str
    nearest_run: str


WORDS = catalogue(
    FinetuningWords(
        finished="fine-tuning estimated",
        ask_model="**I need the model or its size; for example “Llama 3.1 8B”, or “8B”.**",
        ask_data=(
            "**I need the amount of data; for example “50M tokens”, or “20,000 examples of 500 "
            "tokens”.** Without it I would assume 20M tokens, read once."
        ),
        ask_prompts=(
            "**I need the number of prompts and the tokens of an answer; for example “20,000 "
            "prompts, answers of 1,000 tokens”.**"
        ),
        methods={
            "full": "Full fine-tuning of {model}",
            "lora": "LoRA fine-tuning of {model}",
            "qlora": "QLoRA fine-tuning of {model}",
            "rl": "Reinforcement learning of {model}",
        },
        names={"full": "full fine-tuning", "lora": "LoRA", "qlora": "QLoRA"},
        lead=": about {likely} {gpu}-hours ({low} to {high})",
        lead_hours=", {likely} hours on {gpus} ({low} to {high})",
        lead_days=", {likely} days on {gpus} ({low} to {high})",
        one_gpu="one GPU",
        gpus="{gpus} GPUs",
        memory="A GPU has to hold about {need} GiB",
        fits=": it fits",
        tight=": it fits, but tightly",
        no=": it does not fit on {gpus}",
        fewest="Fewest {gpu} that hold it: {count}.",
        never="It fits on no number of these GPUs by sharding alone.",
        otherwise="With {method} the fewest are {count}.",
        data="You gave no amount of data: time and cost are for {tokens} tokens, read once.",
        row_wall="Hours",
        row_phases={"training": "Training", "generation": "Generation", "scoring": "Scoring"},
        nearest="Nearest published runs:",
        nearest_run="{model}, {method}: {hours} {gpu}-hours",
        inputs={
            "data": "the amount of data",
            "overhead": "loading, evaluation and restarts",
            "generation_share": "how well the generating server is tuned",
        },
    ),
    FinetuningWords(
        finished="已估算微调",
        ask_model="**请告诉我模型或它的参数量，例如“Llama 3.1 8B”或“8B”。**",
        ask_data=(
            "**请告诉我数据量，例如“5000万token”，或“2万条样本、每条500 token”。**"
            "如果还没定，我会按2000万token、只过一遍来估算。"
        ),
        ask_prompts=(
            "**请告诉我提示词的数量和每个回答的token数，例如“2万个提示词，每个回答1000 token”。**"
        ),
        methods={
            "full": "全参数微调{model}",
            "lora": "用LoRA微调{model}",
            "qlora": "用QLoRA微调{model}",
            "rl": "对{model}做强化学习",
        },
        names={"full": "全参数微调", "lora": "LoRA", "qlora": "QLoRA"},
        lead="：约{likely} {gpu}卡时（{low}至{high}）",
        lead_hours="，用{gpus}约{likely}小时（{low}至{high}小时）",
        lead_days="，用{gpus}约{likely}天（{low}至{high}天）",
        one_gpu="1张GPU",
        gpus="{gpus}张GPU",
        memory="每张GPU约需{need} GiB显存",
        fits="，放得下",
        tight="，放得下但很紧",
        no="，{gpus}张放不下",
        fewest="最少需要{count}张{gpu}才放得下。",
        never="只靠切分，多少张这种GPU都放不下。",
        otherwise="改用{method}最少需要{count}张。",
        data="你没有说数据量：时间和费用按{tokens} token、只过一遍计算。",
        row_wall="小时数",
        row_phases={"training": "训练", "generation": "生成", "scoring": "打分"},
        nearest="最接近的公开微调记录：",
        nearest_run="{model}，{method}：{hours} {gpu}卡时",
        inputs={
            "data": "数据量",
            "utilisation": "实际利用率",
            "padding": "样本填充",
            "overhead": "加载、评测和重启",
            "generation_share": "生成服务的调优程度",
            "price": "单价",
        },
        assumptions={
            "shape": "模型结构取{value}",
            "typical_shape": "没有指定型号，取常见结构：{0}层、宽{1}、{2}个键值头、词表{3}",
            "utilisation": "实际利用率（占稠密峰值）取{value}，由公开的微调速度得出：低、中、高",
            "peak": "16位稠密峰值取{value}",
            "uncalibrated": "未校准：{value}这一代GPU还没有公开的同类微调速度",
            "four_bits": "4位底座比16位慢，耗时按{value}倍计，已含在利用率里",
            "padding": "样本长短不一，补齐后的token数按实际的{value}倍计；打包训练则没有补齐",
            "overhead": "加载、评测、存检查点和一次重启，按{value}倍工时计，不含正式训练前的实验",
            "epochs": "数据只过{value}遍；不少做法会过两到四遍",
            "rollouts": "强化学习每个提示词取{value}个回答，由当前模型和参考模型打分，不含奖励模型",
            "gpus": "天数按最少放得下的GPU数（{value}）计，卡更多会更快",
            "does_not_fit": "小时数和天数按{value}张GPU放得下计算，其实只靠切分放不下",
            "price": "单价按所给的价格，不含存储、出网流量和人力",
        },
    ),
)
