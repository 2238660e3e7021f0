"""Calculators of memory, on the same inputs as ours and beside measured peaks."""

from __future__ import annotations

from collections.abc import Iterator

from calculators_row import Row

from tools.estimates.architectures import Architecture, architecture, typical_shape
from tools.estimates.kv_cache import GIB, kv_cache_bytes
from tools.estimates.training.memory_check import Peak, compare, memory_peaks
from tools.estimates.training.memory_parts import memory_parts
from tools.estimates.training.memory_records import TrainingSetup


def memory_rows() -> list[Row]:
    """Every comparison of this file."""
    return [*_cookbook(), *_states_only(), *_factory()]


# -- the cookbook of EleutherAI ------------------------------------------------------------------

COOKBOOK = "github:EleutherAI/cookbook calc/calc_transformer_mem.py @069ae2e"


def cookbook_cache(shape: Architecture, tokens: int) -> float:
    """Bytes of its KV cache: one value a token, layer and width; neither keys and values apart nor
    the ratio of grouped heads, which it asks for, come in."""
    return 2.0 * shape.d_model * shape.layers * tokens


def cookbook_activations(shape: Architecture, setup: TrainingSetup, checkpointed: bool) -> float:
    """Bytes of its activations a GPU: s b h L (34 + 5 a s/h); "--checkpoint-activations" drops the
    second term only."""
    each = 34.0
    if not checkpointed:
        each += 5 * shape.heads * setup.seq_len / shape.d_model
    return setup.seq_len * setup.micro_batch * shape.d_model * shape.layers * each


def cookbook_states(shape: Architecture, setup: TrainingSetup) -> float:
    """Bytes of its model states and buffers a GPU at ZeRO stage 3: the weights are divided by
    tensor x pipeline and then by all GPUs."""
    n = shape.params
    weights = 2 * n / (setup.tensor * setup.pipeline) / setup.gpus
    buffers = 2 * (5e8 + 1e9) if setup.gpus > 1 else 0.0
    return weights + (4 + 12) * n / setup.gpus + buffers


def _cookbook() -> Iterator[Row]:
    shape = architecture("Llama 2 70B")
    exact = float(kv_cache_bytes(shape, 4096)) / GIB
    yield _row(
        "cookbook, inference",
        "KV cache of Llama 2 70B, 4,096 tokens, 16 bits",
        cookbook_cache(shape, 4096) / GIB,
        exact,
        2 * shape.layers * shape.kv_heads * shape.head_dim * 2 * 4096 / GIB,
        "leaves out the factor 2 for keys and values, and does not use --kv-size-ratio: too much"
        " by 4 with grouped heads, too little by 2 without",
        COOKBOOK,
        wrong=True,
        known_from="2 x layers x heads x size x bytes",
    )
    shape = architecture("Megatron 22B")
    setup = TrainingSetup(
        gpus=8, tensor=8, micro_batch=4, seq_len=2048, sequence_parallel=False, dropout=True
    )
    yield _row(
        "cookbook, -ca",
        "activations of Megatron 22B on 8 GPUs, all layers computed again",
        cookbook_activations(shape, setup, checkpointed=True) / GIB,
        memory_parts(shape, setup).activations / GIB,
        # Korthikanti et al. 2022, figures 1 and 7: 7.64 % of 59.25 GiB.
        0.0764 * 59.25,
        "takes the 34 s b h of selective recomputation for full recomputation, which keeps"
        " 2 s b h: 17 times too much",
        COOKBOOK,
        wrong=True,
        known_from="published (arXiv:2205.05198, figure 7)",
    )
    shape = architecture("Llama 3 70B")
    setup = TrainingSetup(gpus=64, tensor=8, stage=3)
    yield _row(
        "cookbook, ZeRO 3",
        "weights of Llama 3 70B on 64 GPUs with tensor parallel 8",
        2 * shape.params / setup.tensor / setup.gpus / GIB,
        memory_parts(shape, setup).weights / GIB,
        2 * shape.params / setup.gpus / GIB,
        "divides by tensor x pipeline and then by all GPUs, which contain them: 8 times too little",
        COOKBOOK,
        wrong=True,
        known_from="2 bytes a parameter / 64",
    )
    peak = _peak("torchtitan-8b-8gpus")
    states = cookbook_states(peak.shape, peak.setup)
    yield _row(
        "cookbook, training",
        "Llama 3.1 8B on 8 H100, 2 sequences of 8,192 tokens",
        (states + cookbook_activations(peak.shape, peak.setup, checkpointed=False)) / GIB,
        compare(peak).ours / GIB,
        peak.bytes / GIB,
        "keeps attention scores that flash attention never stores, and has no other way to say so"
        " than the flag above",
        COOKBOOK,
        wrong=True,
        known_from="measured",
    )


# -- what counts states or weights only ----------------------------------------------------------

ACCELERATE = (
    "github:huggingface/accelerate docs/source/usage_guides/model_size_estimator.md @00e4d26"
)
DEEPSPEED = "github:microsoft/DeepSpeed docs/code-docs/source/memory.rst @077e674"
FACTORY = "github:hiyouga/LLaMA-Factory README.md @00409ff"


def accelerate_training(params: int, bytes_per_value: float) -> float:
    """Its column "Training using Adam": four times the weights at the chosen precision."""
    return 4 * params * bytes_per_value


def deepspeed_stage_2(params: float, gpus: int) -> float:
    """4 bytes a parameter, and 16 over the GPUs."""
    return 4 * params + 16 * params / gpus


def deepspeed_stage_3(params: float, gpus: int, largest_layer: float) -> float:
    """18 bytes a parameter over the GPUs, and 4 for each of the largest layer."""
    return 18 * params / gpus + 4 * largest_layer


def factory(params: float, each: float) -> float:
    """Its table: a number of bytes a parameter by method, whatever the batch and the length."""
    return params * each


def _states_only() -> Iterator[Row]:
    peak = _peak("accelerate-bert-load")
    yield _beside(
        "accelerate estimate-memory",
        "loading BERT base in 32 bits",
        4 * peak.shape.params,
        peak,
        "right: it counts what loading takes, and says so",
        ACCELERATE,
    )
    peak = _peak("fms-mistral-full-1gpu-b4")
    yield _beside(
        "accelerate, Adam column",
        "all of Mistral 7B in bf16, 4 sequences of 4,096 tokens",
        accelerate_training(peak.shape.params, 2),
        peak,
        "four times the weights: no activations and no logits, and no 32-bit copies where there"
        " are some",
        ACCELERATE,
        wrong=True,
    )
    peak = _peak("transformers-bert-large")
    yield _beside(
        "accelerate, Adam column",
        "BERT large in 32 bits, batch of 4 x 512 tokens",
        accelerate_training(peak.shape.params, 4),
        peak,
        "activations are half of what this run takes",
        ACCELERATE,
        wrong=True,
    )
    peak = _peak("torchtitan-8b-8gpus")
    yield _beside(
        "DeepSpeed estimate_zero3",
        "Llama 3.1 8B on 8 H100, 2 sequences of 8,192 tokens",
        deepspeed_stage_3(peak.shape.params, 8, peak.shape.vocab * peak.shape.d_model),
        peak,
        "model states only, as its text says: activations and logits are four fifths of this run",
        DEEPSPEED,
    )
    shape = typical_shape(2_851_000_000)
    setup = TrainingSetup(gpus=8, stage=2)
    parts = memory_parts(shape, setup)
    yield _row(
        "DeepSpeed estimate_zero2",
        "states of 2.85B parameters on 8 GPUs, stage 2",
        deepspeed_stage_2(shape.params, 8) / GIB,
        (parts.weights + parts.gradients + parts.optimizer) / GIB,
        (2 + 14 / 8) * shape.params / GIB,
        "counts 16-bit gradients as never divided, and again in 32 bits; the paper of ZeRO has"
        " 2 + 14/n bytes",
        DEEPSPEED,
        wrong=False,
        known_from="arXiv:1910.02054, figure 1",
    )


def _factory() -> Iterator[Row]:
    for name, each, run, case in (
        ("pure_bf16", 8, "fms-mistral-full-1gpu-b4", "all of Mistral 7B"),
        ("LoRA", 2, "fms-mistral-lora-1gpu-b4", "adapters on Mistral 7B"),
        ("QLoRA 4", 0.5, "fms-mistral-qlora-1gpu-b4", "adapters on Mistral 7B in 4 bits"),
        ("QLoRA 4", 0.5, "fms-llama-2-70b-qlora-1gpu-b4", "adapters on Llama 2 70B in 4 bits"),
    ):
        peak = _peak(run)
        yield _beside(
            f"LLaMA-Factory, {name}",
            f"{case}, 4 sequences of 4,096 tokens",
            factory(peak.shape.params, each),
            peak,
            "a floor: weights and states by method; nothing for batch and length",
            FACTORY,
        )


def _row(
    calculator: str,
    case: str,
    theirs: float,
    ours: float,
    known: float,
    why: str,
    source: str,
    *,
    wrong: bool,
    known_from: str,
) -> Row:
    return Row(
        question=case,
        unit="GiB",
        calculator=calculator,
        theirs=theirs,
        ours=f"{ours:,.2f}",
        known=known,
        known_from=known_from,
        why=why,
        source=source,
        wrong=wrong,
    )


def _peak(name: str) -> Peak:
    return next(peak for peak in memory_peaks() if peak.id == name)


def _beside(
    calculator: str,
    case: str,
    theirs: float,
    peak: Peak,
    why: str,
    source: str,
    *,
    wrong: bool = False,
) -> Row:
    """A calculator's figure beside a measured peak."""
    ours = compare(peak).ours / GIB
    return _row(
        calculator,
        case,
        theirs / GIB,
        ours,
        peak.bytes / GIB,
        why,
        source,
        wrong=wrong,
        known_from="measured",
    )
