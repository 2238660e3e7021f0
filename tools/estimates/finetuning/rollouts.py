"""The answers that reinforcement learning makes and scores (GRPO, PPO without a value model).

Each step generates several answers to a prompt at serving speed, runs them through the policy and
the reference (2 operations a parameter and token each), and trains on them (Shao et al. 2024,
arXiv:2402.03300, section 4.1).
"""

from __future__ import annotations

from dataclasses import dataclass

from tools.errors import InvalidInput
from tools.estimates.architectures import Architecture
from tools.estimates.finetuning.adapters import multiplied_params
from tools.estimates.inference.runs import fitted_share
from tools.estimates.inference.serving import serving
from tools.estimates.records import Range
from tools.gpus import Gpu

# The policy before the step, and the reference.
SCORING_PASSES = 2
_MOST_AT_ONCE, _MOST_GPUS = 256, 4096


@dataclass(frozen=True, slots=True)
class Rollouts:
    """All answers of one pass over the prompts. `tokens` are prompts and answers that are trained
    on, `tokens_per_gpu_second` the speed of generation at the roofline, `share` how much of it
    measured servers reach."""

    answers: int
    generated: float
    tokens: float
    scoring_flops: float
    copy_gpus: int
    at_once: int
    tokens_per_gpu_second: float
    share: Range

    @property
    def generation_hours(self) -> float:
        """GPU-hours of generation at the roofline."""
        return self.generated / self.tokens_per_gpu_second / 3600


def rollouts(
    shape: Architecture, on: Gpu, prompts: int, samples: int, prompt_tokens: int, generated: int
) -> Rollouts:
    """`samples` answers of `generated` tokens to each of `prompts`. Raises `InvalidInput`."""
    answers = prompts * samples
    gpus, found = 1, serving(shape, on, 1, "bf16", "bf16", prompt_tokens, generated)
    while found.fits < 1:
        gpus *= 2
        if gpus > _MOST_GPUS:
            raise InvalidInput(
                f"answers of {generated:,} tokens do not fit on {_MOST_GPUS:,} {on.family}",
                "use shorter answers or a GPU with more memory",
            )
        found = serving(shape, on, gpus, "bf16", "bf16", prompt_tokens, generated)
    at_once = min(found.fits, _MOST_AT_ONCE)
    trained = answers * (prompt_tokens + generated)
    return Rollouts(
        answers=answers,
        generated=float(answers * generated),
        tokens=float(trained),
        scoring_flops=float(SCORING_PASSES * 2 * multiplied_params(shape) * trained),
        copy_gpus=gpus,
        at_once=at_once,
        tokens_per_gpu_second=found.tokens_per_second(at_once) / gpus,
        share=fitted_share(),
    )
