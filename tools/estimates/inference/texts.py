"""The lines of an inference estimate: its formula with numbers, and what it takes as given."""

from __future__ import annotations

from tools.estimates.architectures import Architecture
from tools.estimates.inference.fleet import ENGINE_SEQUENCES, Fleet
from tools.estimates.inference.records import InferenceInputs
from tools.estimates.inference.serving import (
    BYTES,
    EFFICIENCY,
    LARGEST_GROUP,
    MEMORY_SHARE,
    gpu_figures,
    link_source,
    matrix_params,
)
from tools.estimates.kv_cache import GIB, kv_cache_step
from tools.estimates.records import Assumption, Range, Step
from tools.estimates.shown import short, usd
from tools.gpus import Gpu

HOURS_A_MONTH = 730
_RUNS = "tools/data/inference_runs.csv"
_ROOFLINE = "Pope et al. 2022, arXiv:2211.05102"
_NONE = "planning figure, no source"
_LIMITS = {
    "memory": "all that fit",
    "engine": "the engine's limit",
    "latency": "all that the target allows",
}


def steps(
    inputs: InferenceInputs, shape: Architecture, on: Gpu, fleet: Fleet, reached: Range
) -> tuple[Step, ...]:
    """The formula of the likely case, line by line."""
    served, demand = fleet.served, fleet.demand
    each = fleet.sequences / served.stages
    step, likely = served.step(each), reached.likely
    length = demand.input_tokens + demand.output_tokens
    lines = [
        Step(
            name="weights",
            text=f"weights = {short(shape.params - shape.embedding_params)} parameters x"
            f" {BYTES[inputs.weights]:g} bytes ({inputs.weights}) +"
            f" {short(shape.embedding_params)} of embeddings x 2 ="
            f" {served.weight_bytes / GIB:.1f} GiB",
            source=_ROOFLINE,
        ),
        kv_cache_step(shape, length, int(BYTES[inputs.cache])),
        Step(
            name="room",
            text=f"room for caches = {served.gpus} x {on.memory_gb:g} GiB x {MEMORY_SHARE:g} -"
            f" {served.weight_bytes / GIB:.1f} = {served.room / GIB:.1f} GiB, or"
            f" {served.fits:,} answers of {served.sequence_bytes / GIB:.3f} GiB",
        ),
        Step(
            name="sequences",
            text=f"answers at once = {fleet.sequences:,} ({_LIMITS[fleet.limit]})",
        ),
        _prefill(inputs, shape, on, fleet),
        _decode(on, fleet),
        Step(
            name="share",
            text=f"measured servers reach {reached.high:.0%} / {likely:.0%} / {reached.low:.0%} of"
            " this roofline",
            source=_RUNS,
        ),
        Step(
            name="speed",
            text=f"a token every ({served.prefill * 1000:.1f} ms x {each:,.4g} answers /"
            f" {demand.output_tokens:,} tokens, for the prompts in between, + {step * 1000:.1f} ms)"
            f" / {likely:.0%} = {fleet.token(likely) * 1000:.1f} ms; {fleet.sequences:,} answers ="
            f" {fleet.output_rate(likely):,.0f} output tokens a second on {served.gpus} GPUs, /"
            f" {demand.output_tokens:,} = {fleet.request_rate(likely):.3g} requests a second",
        ),
        Step(
            name="copies",
            text=f"copies = {inputs.requests_per_minute:g} requests a minute / 60 x"
            f" {demand.peak_to_mean:g} / ({fleet.request_rate(likely):.3g} x {demand.peak_load:g})"
            f" = {fleet.copies_exact(likely):.2f}, so {fleet.copies(likely):,}",
        ),
        Step(
            name="gpus",
            text=f"GPUs = copies x {served.gpus} = {fleet.gpus(reached.high):,} /"
            f" {fleet.gpus(likely):,} / {fleet.gpus(reached.low):,}",
        ),
    ]
    lines += _speeds(fleet, likely)
    if inputs.price_per_gpu_hour is not None:
        price = inputs.price_per_gpu_hour
        cost = " / ".join(
            usd(fleet.gpus(part) * HOURS_A_MONTH * price)
            for part in (reached.high, likely, reached.low)
        )
        lines.append(
            Step(
                name="cost", text=f"cost a month = GPUs x {HOURS_A_MONTH} hours x ${price} = {cost}"
            )
        )
        lines += _costs_a_million(inputs, fleet, likely)
    return tuple(lines)


def _prefill(inputs: InferenceInputs, shape: Architecture, on: Gpu, fleet: Fleet) -> Step:
    """The time of one prompt: matrices, attention, messages."""
    served, demand = fleet.served, fleet.demand
    _, _, _, peak = gpu_figures(on, inputs.weights)
    group = min(served.gpus, LARGEST_GROUP)
    parts = [
        f"attention {served.prefill_attention * 1000:.1f} ms",
        *([f"messages {served.prefill_messages * 1000:.1f} ms"] if group > 1 else []),
    ]
    return Step(
        name="prefill",
        text=f"one prompt = 2 x {short(matrix_params(shape))} active parameters without embeddings"
        f" x {demand.input_tokens * (1 - demand.shared_prefix):,.0f} tokens / ({group} x"
        f" {peak / 1e12:,.4g} TFLOPS x {EFFICIENCY.compute:.0%}) ="
        f" {served.prefill_linear * 1000:.1f} ms, + {' + '.join(parts)} ="
        f" {served.prefill * 1000:.1f} ms",
        source=_ROOFLINE,
    )


def _decode(on: Gpu, fleet: Fleet) -> Step:
    """The time of one step for all running answers of a stage."""
    served = fleet.served
    each = fleet.sequences / served.stages
    group = min(served.gpus, LARGEST_GROUP)
    speed = float(on.bandwidth_tb_s or 0) * 1e12 * group * EFFICIENCY.bandwidth
    weights, caches = served.read(each), served.cache_read * each
    beside = served.messages + served.per_sequence * each + served.fixed
    return Step(
        name="decode",
        text=f"one step for {each:,.4g} answers = the longer of reading"
        f" ({weights * speed / GIB:,.1f} GiB of weights + {caches * speed / GIB:,.1f} GiB of"
        f" half-written caches) / ({group} x {on.bandwidth_tb_s} TB/s x"
        f" {EFFICIENCY.bandwidth:.0%}) = {(weights + caches) * 1000:.1f} ms and of arithmetic"
        f" {served.flops * each * 1000:.1f} ms, + {beside * 1000:.1f} ms fixed and for messages ="
        f" {served.step(each) * 1000:.1f} ms",
        source=_ROOFLINE,
    )


def _speeds(fleet: Fleet, likely: float) -> list[Step]:
    """How long an answer takes, how busy the GPUs are, and what each phase alone would reach."""
    served, demand = fleet.served, fleet.demand
    prompt = demand.input_tokens * (1 - demand.shared_prefix)
    reads = prompt * served.stages / served.prefill / served.gpus * likely
    each = fleet.sequences / served.stages
    stages = f" x {served.stages} stages" if served.stages > 1 else ""
    writes = fleet.sequences / served.step(each) / served.gpus * likely
    capacity = fleet.request_rate(likely) * fleet.copies(likely)
    waiting = served.first(fleet.sequences) - served.first_token
    return [
        Step(
            name="answer",
            text=f"first token = ({served.first_token * 1000:.1f} ms alone +"
            f" {waiting * 1000:.1f} ms for the running step and the queue) / {likely:.0%} ="
            f" {fleet.first(likely):.3g} s; answer = it + {demand.output_tokens:,} x"
            f" {fleet.token(likely):.3g} s = {fleet.answer(likely):.3g} s",
            source="queue of fixed service times, M/D/1 (Pollaczek-Khinchine)",
        ),
        Step(
            name="load",
            text=f"mean load = {demand.requests_per_second:.3g} requests a second /"
            f" ({fleet.copies(likely):,} x {fleet.request_rate(likely):.3g}) ="
            f" {demand.requests_per_second / capacity:.0%}",
        ),
        Step(
            name="phases",
            text=f"a GPU that only read prompts would read {prompt:,.0f} tokens /"
            f" {served.prefill * 1000:.1f} ms{stages} / {served.gpus} x {likely:.0%} ="
            f" {reads:,.0f} tokens a second; one that only answered would write"
            f" {fleet.sequences:,} / {served.step(each) * 1000:.1f} ms / {served.gpus} x"
            f" {likely:.0%} = {writes:,.0f}",
        ),
    ]


def _costs_a_million(inputs: InferenceInputs, fleet: Fleet, likely: float) -> list[Step]:
    """How the month's cost becomes one a million tokens."""
    demand, price = fleet.demand, inputs.price_per_gpu_hour or 0
    requests = demand.requests_per_second * 3600 * HOURS_A_MONTH
    tokens = requests * (demand.input_tokens + demand.output_tokens)
    month = float(fleet.gpus(likely) * HOURS_A_MONTH * price)
    rate = fleet.output_rate(likely) * (1 + demand.input_tokens / demand.output_tokens)
    hourly = float(fleet.served.gpus * price)
    return [
        Step(
            name="cost_million",
            text=f"a million tokens = ${month:,.0f} / {short(tokens)} tokens a month x 1M ="
            f" ${month / tokens * 1e6:,.3g}; prompts take {fleet.prefill_share:.0%} of the time of"
            f" a full copy, answers {1 - fleet.prefill_share:.0%}, and share the cost so",
        ),
        Step(
            name="cost_full_load",
            text=f"never idle: {fleet.served.gpus} GPUs x ${price} / ({rate:,.0f} tokens of prompts"
            f" and answers a second x 3600) = ${hourly / rate / 3600 * 1e6:,.3g} a million",
        ),
    ]


def assumptions(
    inputs: InferenceInputs,
    shape: Assumption,
    on: Gpu,
    fleet: Fleet,
    reached: Range,
    calibrated: bool,
) -> tuple[Assumption, ...]:
    """What the estimate takes as given, each with its source."""
    found = [
        shape,
        _share(reached),
        _precision(inputs, on),
        *_load(inputs),
        Assumption(
            name="engine",
            value=str(ENGINE_SEQUENCES),
            text=f"a copy takes at most {ENGINE_SEQUENCES} answers at once (each stage of 8 GPUs)",
            source="vLLM's default max_num_seqs",
        ),
        Assumption(
            name="memory",
            value=f"{MEMORY_SHARE:.0%}",
            text=f"weights and caches fill at most {MEMORY_SHARE:.0%} of the memory",
            source="vLLM's default gpu_memory_utilization",
        ),
    ]
    if fleet.served.gpus > 1:
        found.append(
            Assumption(
                name="link",
                value=str(fleet.served.gpus),
                text="up to 8 GPUs of one server split each layer; more form stages",
                source=link_source(on),
            )
        )
    if not calibrated:
        found.append(
            Assumption(
                name="uncalibrated",
                value=on.generation,
                text=f"uncalibrated: no measured server ran on {on.generation} GPUs",
                source=_RUNS,
            )
        )
    if inputs.price_per_gpu_hour is not None:
        dated = f" of {inputs.price_as_of}" if inputs.price_as_of else ", date not stated"
        found.append(
            Assumption(
                name="price",
                value=f"{inputs.price_per_gpu_hour} USD per GPU-hour",
                text=f"price as given{dated}, paid for {HOURS_A_MONTH} hours a month, busy or idle;"
                " storage, egress and staff are not included",
                source=inputs.price_source or "stated by the person",
            )
        )
    return tuple(found)


def _share(reached: Range) -> Assumption:
    return Assumption(
        name="share_of_roofline",
        value=f"{reached.low:.0%} / {reached.likely:.0%} / {reached.high:.0%}",
        text="share of the roofline that published servers reached: lowest tenth, middle, highest"
        " tenth; tuned servers are near the top, default settings near the bottom or below it",
        source=_RUNS,
    )


def _precision(inputs: InferenceInputs, on: Gpu) -> Assumption:
    fast = inputs.weights == "fp8" and on.fp8_dense_tflops is not None
    computed = "and computed in FP8" if fast else "and computed in 16 bits"
    return Assumption(
        name="precision",
        value=f"{inputs.weights} / {inputs.cache}",
        text=f"weights are kept in {inputs.weights} {computed}, the cache in {inputs.cache}; what"
        " fewer bits cost in quality is not estimated",
        source=on.source,
    )


def _load(inputs: InferenceInputs) -> list[Assumption]:
    found = [
        Assumption(
            name="peak_to_mean",
            value=f"{inputs.peak_to_mean:g}",
            text=f"the busiest minutes have {inputs.peak_to_mean:g} times the mean requests, and"
            " the GPUs are there all the time",
            source=_NONE,
        ),
        Assumption(
            name="peak_load",
            value=f"{inputs.peak_load:.0%}",
            text=f"the peak fills {inputs.peak_load:.0%} of the capacity, the rest is for bursts"
            " and failures",
            source=_NONE,
        ),
    ]
    if inputs.shared_prefix:
        found.append(
            Assumption(
                name="shared_prefix",
                value=f"{inputs.shared_prefix:.0%}",
                text=f"{inputs.shared_prefix:.0%} of each prompt is the same for all and is"
                " computed once (prefix caching)",
                source="stated by the person",
            )
        )
    return found
