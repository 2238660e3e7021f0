"""The work of a fine-tuning job in hours, and the GPUs that it fits on."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tools.estimates.architectures import Architecture
from tools.estimates.checks import whole
from tools.estimates.finetuning.adapters import Targets, adapter_params
from tools.estimates.finetuning.records import FinetuningMethod, MethodFit
from tools.estimates.training.memory import (
    fewest_gpus,
    gpu_bytes,
    spread_over,
    training_memory,
    verdict_of,
)
from tools.estimates.training.memory_parts import memory_parts
from tools.estimates.training.memory_records import TrainingMemory, TrainingSetup, Verdict
from tools.gpus import Gpu

# Low, likely, high. Padding: batches of unequal examples, as a multiple of their real tokens.
# Overhead: loading, evaluation, checkpoints and a restart, which measured speeds leave out.
PADDING = (1.0, 1.2, 2.0)
OVERHEAD = (1.0, 1.1, 1.5)


@dataclass(frozen=True, slots=True)
class Work:
    """The work of a job: `training` and `scoring` operations at full peak, in hours of one GPU, and
    the hours that generation takes at the speed of the roofline."""

    training_hours: float
    scoring_hours: float
    generation_hours: float
    packed: bool

    def hours(
        self, utilisation: float, padding: float, overhead: float, generation_share: float
    ) -> dict[str, float]:
        """GPU-hours by phase."""
        filled = 1.0 if self.packed else padding
        return {
            "training": self.training_hours * filled * overhead / utilisation,
            "generation": self.generation_hours * overhead / generation_share,
            "scoring": self.scoring_hours * overhead / utilisation,
        }


@dataclass(frozen=True, slots=True)
class Fit:
    """Which GPUs the job fits on. All None where the memory of the GPU is not known."""

    gpus: int | None
    memory: TrainingMemory | None = None
    one_gpu: Verdict | None = None
    one_gpu_bytes: float | None = None
    fewest: int | None = None
    words: str | None = None


def fit_on(shape: Architecture, setup: TrainingSetup, on: Gpu, given: int | None) -> Fit:
    """Memory on `given` GPUs, or on the fewest that fit. Raises `InvalidInput`."""
    if given is not None:
        whole("GPUs", given, 10_000_000)
    if on.memory_gb is None:
        return Fit(given)
    one = training_memory(shape, spread_over(shape, setup, 1), on)
    fewest = fewest_gpus(shape, setup, on)
    found = Fit(
        given or (fewest[0] if fewest else None),
        one_gpu=verdict_of(one.parts.total, gpu_bytes(on)),
        one_gpu_bytes=one.parts.total,
        fewest=fewest[0] if fewest else None,
        words=fewest[1] if fewest else None,
    )
    used = found.gpus or 1
    return replace(found, memory=training_memory(shape, spread_over(shape, setup, used), on))


def fits_otherwise(
    shape: Architecture, setup: TrainingSetup, on: Gpu, rank: int, targets: Targets
) -> tuple[MethodFit, ...]:
    """What all of the model, adapters, and adapters on 4 bits need, but for the method of `setup`.
    Empty where the memory of the GPU is not known."""
    if on.memory_gb is None:
        return ()
    adapters = adapter_params(shape, rank, targets)
    found = []
    methods: dict[FinetuningMethod, int] = {"full": 0, "lora": adapters, "qlora": adapters}
    for method, trained in methods.items():
        if method == setup.method:
            continue
        other = setup.model_copy(update={"method": method, "trainable": trained})
        fewest = fewest_gpus(shape, other, on)
        found.append(
            MethodFit(
                method=method,
                one_gpu_bytes=memory_parts(shape, spread_over(shape, other, 1)).total,
                fewest_gpus=fewest[0] if fewest else None,
            )
        )
    return tuple(found)
