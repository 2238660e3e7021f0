"""Fine-tuning: the range of GPU-hours, whether it fits, the cost at prices of their dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant import cues
from assistant.builtin.estimating import shown
from assistant.builtin.estimating.estimator import Call, Estimator, Words, catalogue, results_of
from assistant.builtin.figures import dollars, family, number, plain, price
from assistant.builtin.sections import Section
from assistant.builtin.values import active_in_name, gpu_count, gpu_of, in_short, price_text
from assistant.eligibility import asks_match
from assistant.evidence import Artifact, ToolEvidence
from assistant.phrases import Phrases
from assistant.question import ASKED, Ask, Reading
from tools.gpus import all_gpus, known_gpu
from tools.quantities import Quantity, Unit

TOOL = "estimate_finetuning"
ASSUMED_TOKENS = "20M"
"""What is assumed where somebody agrees to it: a planning figure, named in the question."""
_DAYS_FROM = 2
"""Shorter times are told in hours."""


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


_WORDS = catalogue(
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


def _cue(english: str, chinese: str = "(?!)") -> re.Pattern[str]:
    """English words that may touch Chinese ones ("用LoRA微调"), or Chinese words."""
    return re.compile(rf"(?<![a-z])(?:{english})(?![a-z])|{chinese}", re.IGNORECASE)


def _noun(english: str, chinese: str) -> re.Pattern[str]:
    """A noun that follows its number."""
    return re.compile(rf"[\s-]*(?:(?:{english})(?![a-z])|{chinese})", re.IGNORECASE)


_TUNE = _cue(
    r"fine[\s-]?tun\w*|q[\s-]?lora|lora|sft|rlhf|grpo|reinforcement (?:learning|fine)",
    r"微调|精调|强化学习",
)
_METHODS = (
    ("rl", _cue(r"rlhf|grpo|ppo|reinforcement", r"强化学习")),
    ("qlora", _cue(r"q[\s-]?lora")),
    ("lora", _cue(r"lora|adapters?", r"适配器")),
    ("full", _cue(r"full", r"全参|全量")),
)
_FITS = _cue(
    r"fits?|enough|how many|can (?:i|we)",
    r"放得下|装得下|够不够|够吗|能不能|能否|跑得动|几张|多少张",
)
_EXAMPLE = _noun(
    r"(?:[a-z]+ )?(?:examples?|samples?|rows|pairs|tickets|conversations|chats|documents|docs|"
    r"records|dialog(?:ue)?s|questions|instructions|emails|messages|reviews|articles)",
    r"[条條](?!件)|份|篇|对",
)
_EPOCHS = _noun(r"epochs?|个\s?epochs?", r"[轮遍輪]")
_PROMPTS = _noun(r"prompts?|questions?", r"个?(?:提示词?|问题|题目|提示詞|問題|題目)")
_SAMPLES = _noun(
    r"(?:samples?|completions?|rollouts?|generations?)", r"[个個次](?:回答|采样|样本|採樣)"
)
_RANK = re.compile(
    r"(?:rank\s*(?:of|=)?|(?<![a-z])r\s*=|秩[为是]?)\s*(\d{1,4})(?!\d)", re.IGNORECASE
)
_NUMBER = re.compile(r"^[\d.,\s]*[kKmM万萬亿億千百十零一二三四五六七八九两兩]*")
_MOST_PER_EXAMPLE = 200_000


def _model(reading: Reading) -> dict[str, str]:
    if reading.models:
        return {"model": reading.models[0].architecture.name}
    params = [q for q in reading.quantities if q.unit is Unit.PARAMS]
    told = {"params": in_short(params[0].value)} if params else {}
    if len(params) > 1 and params[1].value < params[0].value:
        told["active_params"] = in_short(params[1].value)
    return told | (active_in_name(reading) if told else {})


def _method(reading: Reading) -> str | None:
    text = reading.folded
    return next((name for name, cue in _METHODS if cue.search(text)), None)


def _counted(reading: Reading, noun: re.Pattern[str]) -> Quantity | None:
    """The first number that is followed by a noun; the number may hold its measure word (2万条)."""
    for quantity in reading.quantities:
        rest = reading.text[quantity.end :]
        if not quantity.bare:
            rest = _NUMBER.sub("", quantity.text) + rest
        if noun.match(rest):
            return quantity
    return None


def _data(reading: Reading) -> dict[str, Any]:
    """Tokens, or examples and the tokens of one."""
    tokens = reading.first(Unit.TOKENS)
    examples = _counted(reading, _EXAMPLE)
    if examples and tokens and tokens.value <= _MOST_PER_EXAMPLE:
        return {"examples": int(examples.value), "tokens_per_example": int(tokens.value)}
    return {"tokens": in_short(tokens.value)} if tokens else {}


def _answers(reading: Reading) -> dict[str, int]:
    """Prompts, and the tokens of an answer, of reinforcement learning."""
    prompts, tokens = _counted(reading, _PROMPTS), reading.first(Unit.TOKENS)
    told = {"prompts": int(prompts.value)} if prompts else {}
    if samples := _counted(reading, _SAMPLES):
        told["samples"] = int(samples.value)
    return told | ({"generated_tokens": int(tokens.value)} if tokens else {})


def _wants(reading: Reading) -> bool:
    text = reading.folded
    if reading.programs or not _TUNE.search(text) or asks_match(reading):
        return False
    if _data(reading) or _counted(reading, _PROMPTS):
        return True
    asked = cues.COST.search(text) or cues.TIME.search(text) or _asks_fit(reading)
    ours = cues.OURS.search(text) or reading.gpus or _model(reading)
    return bool(asked and ours)


def _asks_fit(reading: Reading) -> bool:
    """Whether it fits, or how many GPUs hold it: answered without an amount of data."""
    named = bool(reading.gpus and cues.OURS.search(reading.folded))
    return named or bool(_FITS.search(reading.folded))


def _missing(reading: Reading) -> str | None:
    if reading.again(TOOL):
        return None
    words = _WORDS(reading.language)
    if not _model(reading):
        return words.ask_model
    if _method(reading) == "rl":
        return None if len(_answers(reading)) > 1 else words.ask_prompts
    known = reading.accepted or _data(reading) or _asks_fit(reading)
    return None if known else words.ask_data


def _arguments(reading: Reading) -> dict[str, Any]:
    earlier = reading.again(TOOL)
    told: dict[str, Any] = dict(_model(reading))
    method = _method(reading)
    if method:
        told["method"] = method
    reinforced = (method or earlier.get("method")) == "rl"
    data: dict[str, Any] = _answers(reading) if reinforced else _data(reading)
    if not data and not earlier:  # agreed to, or not what was asked about: the section says it
        data = {"tokens": ASSUMED_TOKENS}
    told |= data
    if epochs := _counted(reading, _EPOCHS):
        told["epochs"] = float(epochs.value)
    if rank := _RANK.search(reading.text):
        told["rank"] = int(rank[1])
    if gpu := gpu_of(reading):
        told["gpu"] = gpu
    if (count := gpu_count(reading)) is not None:
        told["gpus"] = count
    if rate := reading.first(Unit.PRICE_PER_GPU_HOUR):
        told |= {"price": price_text(rate), "price_source": ASKED}
    return {"gpu": "H100"} | _kept(earlier, told) | told


def _kept(earlier: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """What of an earlier call still holds: another model, method or amount of data replaces what
    was said of it."""
    drop: set[str] = set()
    if "model" in told or "params" in told:
        drop |= {"model", "params", "active_params"}
    if "tokens" in told or "examples" in told:
        drop |= {"tokens", "examples", "tokens_per_example"}
    if told.get("method") == "full":
        drop.add("rank")
    if "method" in told and (told["method"] == "rl") != (earlier.get("method") == "rl"):
        drop |= {"tokens", "examples", "tokens_per_example", "prompts", "generated_tokens"}
    return {name: value for name, value in earlier.items() if name not in drop}


def _then(reading: Reading, done: Sequence[Artifact]) -> list[Call]:
    """Where it is asked what fits a GPU that is sold with several sizes of memory (A100): each."""
    made = results_of(TOOL, done)
    if len(made) != 1 or not _asks_fit(reading) or made[0].result["fewest_gpus"] is not None:
        return []
    asked = known_gpu(made[0].result["inputs"]["gpu"])
    if asked is None or asked.memory_gb is not None:
        return []
    forms = [g for g in all_gpus() if g.family == asked.family and not g.form_stated]
    sizes = sorted(each.memory_gb for each in forms if each.memory_gb is not None)
    return [(TOOL, made[0].args | {"gpu": f"{asked.family} {size:f}GB"}) for size in sizes]


def _section(reading: Reading, done: Sequence[Artifact], say: Phrases) -> Section:
    estimates = results_of(TOOL, done)
    words, main = _WORDS(say.language), estimates[0]
    priced = [tool for tool in estimates if tool.result.get("cost_usd")]
    lead = [_lead(main, words, say), ""]
    held = [tool for tool in estimates if "price" not in tool.args]
    memory = [line for tool in held for line in _memory(tool, words, say)]
    return Section(
        [
            *([*memory, *lead] if _asks_fit(reading) else [*lead, *memory]),
            *_data_line(reading, main, words, say),
            *_table(main, priced, words, say),
            "",
            *shown.costs(priced, done, "cost_usd", say),
            *shown.assumed(main, words, say),
            *_runs(main, words, say),
            *shown.changes_most((priced or estimates)[0], words, say),
        ]
    )


def _lead(tool: ToolEvidence, words: FinetuningWords, say: Phrases) -> str:
    result, language = tool.result, say.language
    inputs, hours = result["inputs"], result["gpu_hours"]
    lead = words.methods[inputs["method"]].format(model=_name(tool))
    lead += words.lead.format(
        gpu=family(inputs["gpu"]), **{key: number(hours[key], language) for key in hours}
    )
    marks = f"[{tool.id}:gpu_hours]"
    days = result.get("days")
    if days and (result["memory"] or {}).get("verdict") != "no":
        name = "days" if days["likely"] >= _DAYS_FROM else "hours"
        told = {key: number(result[name][key], language) for key in days}
        count = inputs["gpus"]
        on = words.one_gpu if count == 1 else words.gpus.format(gpus=plain(count, "en"))
        lead += (words.lead_days if name == "days" else words.lead_hours).format(gpus=on, **told)
        marks += f" [{tool.id}:{name}] [{tool.id}:inputs.gpus]"
    return f"**{lead}{say.stop}** {marks} [{tool.id}:inputs.model]"


def _name(tool: ToolEvidence) -> str:
    """The model as it was asked for; a typical shape goes by its size."""
    return str(tool.args.get("model") or tool.args.get("params") or tool.result["inputs"]["model"])


def _memory(tool: ToolEvidence, words: FinetuningWords, say: Phrases) -> list[str]:
    result = tool.result
    memory = result["memory"]
    if not memory or not memory["verdict"]:
        return []
    names = [each["name"] for each in result["steps"]]
    need = f"{memory['parts']['total'] / 2**30:,.1f}"
    verdict = {"fits": words.fits, "tight": words.tight, "no": words.no}[memory["verdict"]]
    line = words.memory.format(need=need)
    line += verdict.format(gpus=plain(result["inputs"]["gpus"], "en")) + say.stop
    line += f" [{tool.id}:steps.{names.index('memory_total')}]"
    fewest = words.never
    if result["fewest_gpus"] is not None:
        count = plain(result["fewest_gpus"], say.language)
        fewest = words.fewest.format(gpu=tool.args.get("gpu", "GPU"), count=count)
    others = [
        words.otherwise.format(
            method=words.names[other["method"]], count=plain(other["fewest_gpus"], say.language)
        )
        + f" [{tool.id}:other_methods.{n}]"
        for n, other in enumerate(result["other_methods"])
        if other["fewest_gpus"] is not None
    ]
    fewest += f" [{tool.id}:fewest_gpus]"
    asked = [line, fewest] if "gpus" in tool.args else [fewest, line]
    return [" ".join([*asked, *others]), ""]


def _data_line(
    reading: Reading, tool: ToolEvidence, words: FinetuningWords, say: Phrases
) -> list[str]:
    """That the amount of data was assumed, where nobody said one."""
    told = reading.repeat or _data(reading) or _answers(reading).get("prompts")
    if told or tool.args.get("tokens") != ASSUMED_TOKENS:
        return []
    return [f"{words.data.format(tokens=ASSUMED_TOKENS)} [{tool.id}:inputs.tokens]", ""]


def _table(
    main: ToolEvidence, priced: Sequence[ToolEvidence], words: FinetuningWords, say: Phrases
) -> list[str]:
    rows = [shown.range_row(say.row_hours, main, "gpu_hours", say)]
    phases = main.result["phases"]
    if len(phases) > 1:
        for n, phase in enumerate(phases):
            told = (
                number(phase["gpu_hours"][key], say.language) for key in ("low", "likely", "high")
            )
            label = words.row_phases[phase["name"]]
            rows.append(f"| {label} | {' | '.join(told)} [{main.id}:phases.{n}.gpu_hours] |")
    if main.result.get("days"):
        rows.append(shown.range_row(words.row_wall, main, "hours", say))
        rows.append(shown.range_row(say.row_days, main, "days", say))
    for tool in priced:
        label = say.row_cost.format(price=price(tool.args["price"], "USD", say.language))
        label += f" [{tool.id}:inputs.price_per_gpu_hour]"
        rows.append(shown.range_row(label, tool, "cost_usd", say, dollars))
    return shown.range_rows(rows, say)


def _runs(tool: ToolEvidence, words: FinetuningWords, say: Phrases) -> list[str]:
    runs: list[dict[str, Any]] = tool.result["nearest_runs"]
    lines = []
    for n, run in enumerate(runs):
        text = words.nearest_run.format(
            model=run["model"],
            method=run["method"],
            hours=number(run["gpu_hours"], say.language),
            gpu=family(run["gpu"]),
        )
        lines.append(f"- {text} [{tool.id}:nearest_runs.{n}]")
    return ["", words.nearest, *lines] if lines else []


FINETUNING = Estimator(
    tool=TOOL,
    ask=Ask.FINETUNING,
    words=_WORDS,
    wants=_wants,
    arguments=_arguments,
    missing=_missing,
    section=_section,
    then=_then,
    job=True,
)
