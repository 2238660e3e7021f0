"""Random inputs of every estimator: valid ones, and valid ones with one value spoilt.

`valid(chance)` and `spoilt(chance)` take a `random.Random`, so that a test can hand in one that
hypothesis steers. A valid input is one that its estimator must answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from tools.estimates.architectures import architectures
from tools.estimates.finetuning.estimate import estimate_finetuning
from tools.estimates.inference.estimate import estimate_inference
from tools.estimates.money.credits import credits_value
from tools.estimates.money.credits_records import CreditYear
from tools.estimates.money.deal_flow import deal_flow_back
from tools.estimates.money.loan import gpu_loan
from tools.estimates.money.ownership import rent_or_buy
from tools.estimates.money.rents import Rent
from tools.estimates.money.revenue import ai_revenue_needed
from tools.estimates.records import Estimate
from tools.estimates.routes.estimate import compare_routes
from tools.estimates.routes.records import ProgramTerms
from tools.estimates.training.estimate import estimate_training
from tools.estimates.training.media import estimate_media_training
from tools.estimates.training.scale_time import scale_time
from tools.offers import Availability, Commitment, Money, Offer, Term

GPUS = ("H100", "A100 80GB", "H200", "B200", "MI300X", "H20", "V100", "L40S", "A100 40GB")
KNOWN_MEMORY = ("H100", "A100 80GB", "H200", "B200", "MI300X", "L40S", "A100 40GB")
KNOWN_PRICE = ("H100", "B200")
Args = dict[str, Any]


@dataclass(frozen=True)
class Estimator:
    """One estimator: its function and a maker of valid arguments."""

    name: str
    function: Callable[..., Estimate]
    arguments: Callable[[Random], Args]


@dataclass(frozen=True)
class Call:
    """An estimator with arguments for it."""

    estimator: Estimator
    args: Args

    def run(self, **changed: Any) -> Estimate:
        """The estimate, with some arguments changed."""
        return self.estimator.function(**(self.args | changed))


def valid(chance: Random) -> Call:
    """A call that must be answered, of any estimator."""
    estimator = chance.choice(ESTIMATORS)
    return Call(estimator, estimator.arguments(chance))


def spoilt(chance: Random) -> Call:
    """A call with one argument of its type that may be impossible: the answer is an estimate, or
    `InvalidInput` or `UnknownGpu`, and nothing else."""
    call = valid(chance)
    names = [name for name, value in call.args.items() if _bad_values(value)]
    name = chance.choice(sorted(names))
    return Call(call.estimator, call.args | {name: chance.choice(_bad_values(call.args[name]))})


def _bad_values(value: Any) -> list[Any]:
    if isinstance(value, Decimal):
        return [Decimal(text) for text in ("0", "-1", "NaN", "Infinity", "1e30", "1e-30", "-0.5")]
    if isinstance(value, int) and not isinstance(value, bool):
        return [0, -1, 10**18, -(10**18)]
    if isinstance(value, str):
        return ["", "H9000", "no such thing", "\u0000", "一", "x" * 500]
    return []


def large(chance: Random, low: float, high: float) -> Decimal:
    """A number whose digits are as likely small as large, with at most five that count."""
    exponent = chance.uniform(math.log10(low), math.log10(high))
    return min(max(Decimal(f"{10**exponent:.5g}"), Decimal(str(low))), Decimal(str(high)))


def whole(chance: Random, low: int, high: int) -> int:
    """A whole number, small ones as likely as large ones."""
    return min(max(int(large(chance, low, high)), low), high)


def part(chance: Random, low: float = 0.0, high: float = 1.0) -> Decimal:
    """A share to three places."""
    return Decimal(f"{chance.uniform(low, high):.3f}")


def some(chance: Random, **values: Callable[[], Any]) -> Args:
    """Each of these arguments, or not."""
    return {name: make() for name, make in values.items() if chance.random() < 0.5}


def _priced(chance: Random) -> Args:
    return some(chance, price_per_gpu_hour=lambda: large(chance, 0.01, 90))


def _training(chance: Random) -> Args:
    params = large(chance, 1e7, 2e12)
    args: Args = {
        "params": params,
        "tokens": large(chance, 1e8, 1e14),
        "gpu": chance.choice(GPUS),
        "scope": chance.choice(("final_run", "with_experiments")),
        "start": chance.choice(("from_scratch", "continued")),
    }
    args |= _priced(chance) | some(
        chance,
        gpus=lambda: whole(chance, 1, 100_000),
        active_params=lambda: params * part(chance, 0.02, 1),
        seq_len=lambda: whole(chance, 512, 131_072),
    )
    return args


def _finetuning(chance: Random) -> Args:
    method = chance.choice(("full", "lora", "qlora", "rl"))
    args: Args = {"method": method, "gpu": chance.choice(KNOWN_MEMORY)} | _priced(chance)
    if chance.random() < 0.5:
        args["model"] = chance.choice(architectures()).name
    else:
        args["params"] = large(chance, 1e8, 1e12)
    if method == "rl":
        args |= {
            "prompts": whole(chance, 100, 10**6),
            "samples": whole(chance, 1, 64),
            "prompt_tokens": whole(chance, 16, 4096),
            "generated_tokens": whole(chance, 16, 32_768),
        }
    elif chance.random() < 0.5:
        args["tokens"] = large(chance, 1e5, 1e12)
    else:
        args |= {
            "examples": whole(chance, 10, 10**7),
            "tokens_per_example": whole(chance, 16, 16_384),
        }
    if method in ("lora", "qlora"):
        args |= some(chance, rank=lambda: whole(chance, 1, 256))
    return args | some(
        chance,
        epochs=lambda: Decimal(chance.randint(1, 20)),
        gpus=lambda: whole(chance, 1, 4096),
        micro_batch=lambda: whole(chance, 1, 64),
    )


def _inference(chance: Random) -> Args:
    args: Args = {
        "requests_per_minute": large(chance, 0.01, 1e6),
        "input_tokens": whole(chance, 1, 1200),
        "output_tokens": whole(chance, 1, 800),
        "gpu": chance.choice(("H100", "H200", "B200", "MI300X", "A100 80GB")),
        "weights": chance.choice(("bf16", "fp8", "int8", "int4")),
    }
    if chance.random() < 0.5:
        args["model"] = chance.choice(_SERVED)
    else:
        args["params"] = large(chance, 1e8, 3e11)
    return args | _priced(chance) | some(
        chance,
        peak_to_mean=lambda: large(chance, 1, 10),
        peak_load=lambda: part(chance, 0.1, 1),
        shared_prefix=lambda: part(chance, 0, 0.9),
    )  # fmt: skip


_SERVED = [each.name for each in architectures() if each.params < 8e11 and each.max_context >= 2048]


def _rents(chance: Random) -> tuple[Rent, ...]:
    return tuple(
        Rent(
            name=f"offer {n}",
            price_per_gpu_hour=large(chance, 0.1, 20),
            pays_for=chance.choice(("used_hours", "all_hours")),
        )
        for n in range(chance.randint(0, 3))
    )


def _ownership(chance: Random) -> Args:
    args: Args = {
        "gpu": chance.choice(KNOWN_PRICE),
        "gpus": whole(chance, 1, 100_000),
        "rents": _rents(chance),
    }
    return args | some(
        chance,
        purchase_per_gpu=lambda: large(chance, 1000, 100_000),
        network_share=lambda: part(chance, 0, 0.5),
        kw_per_gpu=lambda: large(chance, 0.1, 5),
        pue=lambda: part(chance, 1, 2),
        usd_per_kwh=lambda: part(chance, 0.01, 0.5),
        colocation_per_kw_month=lambda: large(chance, 10, 500),
        staff_per_year=lambda: large(chance, 1e4, 1e7),
        maintenance_share=lambda: part(chance, 0, 0.3),
        insurance_share=lambda: part(chance, 0, 0.1),
        utilisation=lambda: part(chance, 0.05, 1),
        ramp_months=lambda: chance.randint(0, 6),
        life_years=lambda: Decimal(chance.randint(1, 10)),
        residual_share=lambda: part(chance, 0, 0.6),
        cost_of_capital=lambda: part(chance, 0, 0.4),
    )


def _loan(chance: Random) -> Args:
    return {
        "price_per_gpu": large(chance, 500, 200_000),
        "months": whole(chance, 1, 120),
    } | some(
        chance,
        interest=lambda: part(chance, 0, 0.5),
        gpus=lambda: whole(chance, 1, 100_000),
        down_payment=lambda: part(chance, 0, 0.5),
        balloon=lambda: part(chance, 0, 0.4),
        fee=lambda: part(chance, 0, 0.1),
        years_of_use=lambda: large(chance, 0.5, 15),
        utilisation=lambda: part(chance, 0.05, 1),
    )  # fmt: skip


def _credits(chance: Random) -> Args:
    years = tuple(CreditYear(share=part(chance, 0.05, 1)) for _ in range(chance.randint(1, 3)))
    valuation = large(chance, 1e7, 1e10)
    return {
        "credit": large(chance, 1000, 1e7),
        "list_price": large(chance, 0.1, 100),
        "market": _rents(chance),
        "years": years,
    } | some(
        chance,
        expiry_months=lambda: chance.randint(12 * len(years) - 11, 12 * len(years)),
        spend_per_month=lambda: large(chance, 100, 1e7),
        eligible_share=lambda: part(chance),
        probability=lambda: part(chance),
        equity_share=lambda: part(chance, 0, 0.2),
        valuation=lambda: valuation,
    )  # fmt: skip


def _routes(chance: Random) -> Args:
    offers = tuple(_offer(chance, n) for n in range(chance.randint(0, 5)))
    programs = tuple(_program(chance, n) for n in range(chance.randint(0, 3)))
    return {
        "gpu": "H100",
        "gpus": whole(chance, 1, 4096),
        "hours": large(chance, 1, 5000),
        "today": date(2026, 11, 23),
        "offers": offers,
        "programs": programs,
    } | some(
        chance,
        budget=lambda: large(chance, 1000, 1e9),
        cash=lambda: large(chance, 1000, 1e9),
        valuation=lambda: large(chance, 1e6, 1e10),
        checkpoint_hours=lambda: part(chance, 0.05, 4),
        restart_hours=lambda: part(chance, 0, 2),
        interruptions_per_day=lambda: part(chance, 0, 5),
    )  # fmt: skip


def _offer(chance: Random, number: int) -> Offer:
    price = Money(amount=large(chance, 0.1, 20), currency="USD") if chance.random() < 0.8 else None
    return Offer(
        provider=f"Cloud {number}",
        gpu="nvidia-h100-sxm5-80gb",
        gpu_raw="H100",
        count=chance.choice((1, 8)),
        term=chance.choice(list(Term)),
        price_per_gpu_hour=price,
        method="list",
        source="a list",
        observed_at="2026-09-01",
        standing="list",
        availability=chance.choice(list(Availability)),
        commitment=Commitment(hours=large(chance, 1, 20_000)) if chance.random() < 0.3 else None,
    )


def _program(chance: Random, number: int) -> ProgramTerms:
    kind = chance.choice(("fund_program", "credits"))
    return ProgramTerms(id=f"program-{number}", name=f"Program {number}", kind=kind)


def _revenue(chance: Random) -> Args:
    return {"gpu_run_rate": large(chance, 1e3, 1e13)} | some(
        chance,
        data_center_factor=lambda: part(chance, 1, 5),
        margin_factor=lambda: part(chance, 1, 5),
        revenue=lambda: large(chance, 1, 1e13),
        gpus=lambda: whole(chance, 1, 10**6),
    )


def _deal(chance: Random) -> Args:
    years = chance.randint(1, 20)
    return {
        "investment": large(chance, 1e3, 1e12),
        "commitment": large(chance, 1e3, 1e12),
        "years": years,
        "paid_over_years": chance.randint(1, years),
    } | some(
        chance,
        growth=lambda: part(chance, -0.5, 2),
        cloud_margin=lambda: part(chance),
        discount_rate=lambda: part(chance, 0, 0.5),
    )  # fmt: skip


def _scale(chance: Random) -> Args:
    gpus, days = whole(chance, 1, 10_000), large(chance, 1, 3650)
    return {
        "gpus": gpus,
        "days": days,
        "target_days": days * part(chance, 0.001, 0.99),
    } | _priced(chance) | some(
        chance,
        efficiency_per_doubling=lambda: part(chance, 0.5, 1),
        most_gpus=lambda: whole(chance, gpus, 10**6),
    )  # fmt: skip


def _media(chance: Random) -> Args:
    return {
        "kind": chance.choice(("image", "video")),
        "gpu": chance.choice(GPUS),
    } | _priced(chance) | some(
        chance,
        params=lambda: large(chance, 1e8, 1e11),
        start=lambda: chance.choice(("scratch", "pretrained")),
        gpus=lambda: whole(chance, 1, 10_000),
    )  # fmt: skip


ESTIMATORS = (
    Estimator("estimate_training", estimate_training, _training),
    Estimator("estimate_finetuning", estimate_finetuning, _finetuning),
    Estimator("estimate_inference", estimate_inference, _inference),
    Estimator("estimate_media_training", estimate_media_training, _media),
    Estimator("rent_or_buy", rent_or_buy, _ownership),
    Estimator("gpu_loan", gpu_loan, _loan),
    Estimator("credits_value", credits_value, _credits),
    Estimator("compare_routes", compare_routes, _routes),
    Estimator("ai_revenue_needed", ai_revenue_needed, _revenue),
    Estimator("deal_flow_back", deal_flow_back, _deal),
    Estimator("scale_time", scale_time, _scale),
)
