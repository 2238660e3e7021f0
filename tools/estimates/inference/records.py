"""The records of an inference estimate."""

from __future__ import annotations

from tools.estimates.inference.serving import CachePrecision, Precision
from tools.estimates.records import Dollars, Estimate, MoneyRange, Range, Record, unit


class MeasuredServer(Record):
    """A published measurement near the estimate, with its real numbers."""

    model: str
    gpu: str
    gpus: int = unit("GPUs")
    weights: Precision
    input_tokens: int = unit("tokens")
    output_tokens: int = unit("tokens")
    concurrency: float | None = unit("sequences at once")
    output_tokens_per_second: float = unit("tokens a second")
    engine: str
    source: str


class InferenceInputs(Record):
    """What was asked, with every blank filled in. `gpu` is the canonical key."""

    model: str
    params: float = unit("parameters")
    active_params: float = unit("parameters")
    requests_per_minute: float = unit("requests a minute")
    input_tokens: int = unit("tokens")
    output_tokens: int = unit("tokens")
    gpu: str
    first_token_seconds: float | None = unit("seconds")
    token_seconds: float | None = unit("seconds")
    answer_seconds: float | None = unit("seconds")
    weights: Precision
    cache: CachePrecision
    peak_to_mean: float = unit("ratio")
    peak_load: float = unit("share")
    shared_prefix: float = unit("share")
    price_per_gpu_hour: Dollars | None = unit("USD per GPU-hour")
    price_source: str | None
    price_as_of: str | None


class InferenceEstimate(Estimate):
    """GPUs, speed and cost of serving a model at a stated rate.

    Low, likely and high follow the share of the roofline that measured servers reach: few GPUs go
    with a fast server. `gpus` is `copies` of the model x `gpus_per_copy`, enough for the peak;
    `mean_load` is how busy they are over the month, in the likely case. `limit` says what bounds
    `sequences_per_copy`: "memory", "latency" or "engine". Speeds are those of a full copy.
    Costs are None where no price is; those of the month and of a million tokens pay for idle GPUs
    too, `..._full_load` does not.
    """

    inputs: InferenceInputs
    gpus: Range = unit("GPUs")
    copies: Range = unit("copies of the model")
    gpus_per_copy: int = unit("GPUs")
    sequences_per_copy: int = unit("sequences at once")
    limit: str
    mean_load: float = unit("share of capacity")
    weights_gib: float = unit("GiB")
    cache_gib_per_answer: float = unit("GiB")
    share_of_roofline: Range = unit("share of the roofline")
    calibrated: bool
    first_token_seconds: Range = unit("seconds")
    token_seconds: Range = unit("seconds")
    answer_seconds: Range = unit("seconds")
    output_tokens_per_second_per_gpu: Range = unit("tokens a second")
    prefill_tokens_per_second_per_gpu: Range = unit("tokens a second")
    decode_tokens_per_second_per_gpu: Range = unit("tokens a second")
    requests_per_second_per_copy: Range = unit("requests a second")
    cost_usd_per_month: MoneyRange | None = unit("USD a month")
    cost_usd_per_million_tokens: MoneyRange | None = unit("USD per million tokens")
    cost_usd_per_million_input_tokens: MoneyRange | None = unit("USD per million tokens")
    cost_usd_per_million_output_tokens: MoneyRange | None = unit("USD per million tokens")
    cost_usd_per_million_tokens_full_load: MoneyRange | None = unit("USD per million tokens")
    nearest_runs: tuple[MeasuredServer, ...]
