"""How a model is trained, and the memory that this takes on one GPU."""

from __future__ import annotations

from typing import Literal

from pydantic import computed_field

from tools.estimates.records import Estimate, Record, unit

Stage = Literal[0, 1, 2, 3]
Recompute = Literal["none", "selective", "ops", "full"]
Precision = Literal["bf16", "pure_bf16", "fp32"]
Optimizer = Literal["adamw", "adamw_8bit", "muon", "sgd"]
Offload = Literal["none", "optimizer", "all"]
Method = Literal["full", "lora", "qlora"]
Kernels = Literal["fused", "eager"]
Loss = Literal["plain", "fused", "none"]
Verdict = Literal["fits", "tight", "no"]


class TrainingSetup(Record):
    """How a model is trained.

    `stage` is that of ZeRO; FSDP is stage 3 ("full shard") or, with `shard`, hybrid: a copy of the
    states over that many GPUs. `recompute`: "selective" keeps no attention scores (flash attention
    never does), "ops" keeps every other matrix product, "full" the input of each layer alone.
    `precision`: "bf16" has a 32-bit copy of the weights in the optimizer, "pure_bf16" none.
    `kernels`: "eager" runs each operation by itself and keeps more, "fused" as Megatron does.
    `loss`: "plain" takes logits to 32 bits, "fused" does not, "none" has none over words.
    `trainable` are the parameters of adapters (0: all of the model is trained); `beside` what other
    models take that are kept on the same GPUs, in all.
    """

    gpus: int = unit("GPUs", 1)
    stage: Stage = unit("ZeRO stage", 3)
    shard: int | None = unit("GPUs", None)
    tensor: int = unit("GPUs", 1)
    pipeline: int = unit("GPUs", 1)
    interleave: int = unit("model parts a GPU", 1)
    expert: int = unit("GPUs", 1)
    sequence_parallel: bool = True
    micro_batch: int = unit("sequences", 1)
    seq_len: int = unit("tokens", 4096)
    recompute: Recompute = "full"
    precision: Precision = "bf16"
    optimizer: Optimizer = "adamw"
    gradient_bytes: Literal[2, 4] = unit("bytes", 2)
    offload: Offload = "none"
    method: Method = "full"
    trainable: int = unit("parameters", 0)
    beside: float = unit("bytes", 0.0)
    kernels: Kernels = "fused"
    loss: Loss = "plain"
    flash_attention: bool = True
    dropout: bool = False

    @property
    def data(self) -> int:
        """Copies of the model that see different data."""
        return max(1, self.gpus // (self.tensor * self.pipeline))


class MemoryParts(Record):
    """Bytes on one GPU, the fullest of them.

    `activations` wait for the backward pass; `working` passes: the logits with their loss, or a
    layer that is computed again, whichever is more. `buffers` are gathered layers, `overhead` what
    the allocator leaves unused and what the driver takes.
    """

    weights: float = unit("bytes")
    gradients: float = unit("bytes")
    optimizer: float = unit("bytes")
    activations: float = unit("bytes")
    working: float = unit("bytes")
    buffers: float = unit("bytes")
    overhead: float = unit("bytes")

    @computed_field(json_schema_extra={"unit": "bytes"})  # type: ignore[prop-decorator]
    @property
    def states(self) -> float:
        """Weights, gradients and optimizer, with the layers that are gathered to compute."""
        return self.weights + self.gradients + self.optimizer + self.buffers

    @computed_field(json_schema_extra={"unit": "bytes"})  # type: ignore[prop-decorator]
    @property
    def allocated(self) -> float:
        """What tensors take at the peak."""
        return self.states + self.activations + self.working

    @computed_field(json_schema_extra={"unit": "bytes"})  # type: ignore[prop-decorator]
    @property
    def total(self) -> float:
        """What the GPU must have."""
        return self.allocated + self.overhead


class TrainingMemory(Estimate):
    """Memory of training on one GPU. `low` and `high` are ten per cent around the total.

    `verdict`: "fits", "tight" (within ten per cent of what the GPU has) or "no"; None without a
    GPU. `least` is the least sharding on the same GPUs that fits, in words; None if nothing does.
    """

    inputs: TrainingSetup
    model: str
    parts: MemoryParts
    low_bytes: float = unit("bytes")
    high_bytes: float = unit("bytes")
    gpu: str | None = None
    gpu_bytes: float | None = unit("bytes", None)
    headroom_bytes: float | None = unit("bytes", None)
    verdict: Verdict | None = None
    least: str | None = None
