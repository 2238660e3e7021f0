"""One value of an answer is lost or of another kind: what is shown is still true, or unknown.

Each value in each fake's normal answers is taken away, made null, an empty list or an empty object,
each number minus one or true, one at a time. Every row that still comes must be a row of the whole
answer, except that it may know less.
"""

from __future__ import annotations

import asyncio
import copy
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import pytest
from pydantic import SecretStr

from tests.tools.sources.direct import Direct
from tests.tools.sources.fakes.fake import Fake
from tests.tools.sources.test_faults import FAKES
from tools.gpus import known_gpu, same_gpu
from tools.offers import Availability, Offer
from tools.sources.http import Http
from tools.sources.source import Asking, Findings

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GONE = object()
KINDS = (GONE, None, [], {}, -1, True)
Path = tuple[str | int, ...]
FIELDS = ("gpu", "count", "term", "price", "region", "availability", "free", "start")
UNKNOWN = (None, Availability.UNKNOWN)
# Where less knowledge makes a row better, by the schema's own words.
ALLOWED = {
    ("lium", "min_rentable_gpu_count"),  # not promised to be there; without it, one GPU
    ("lium", "price_per_node_hour"),  # only checks the other price
    ("lium", "gpu_memory_gb"),  # the name is all there is then
    ("prime_intellect", "isSpot"),  # null is how its recorded answers say no
    ("prime_intellect", "dataCenter"),  # without it, the region in which it lies
}


def changed(fake: Fake, nth: int, path: Path, kind: object) -> Direct:
    """The fake with one value of its nth answer lost or of another kind."""
    return Direct(fake, lambda n, answer: _changed(answer, path, kind) if n == nth else answer)


def _changed(answer: Any, path: Path, kind: object) -> Any:
    if not path:
        return None if kind is GONE else copy.deepcopy(kind)
    place = answer
    for step in path[:-1]:
        place = place[step]
    if kind is GONE:
        del place[path[-1]]
    else:
        place[path[-1]] = copy.deepcopy(kind)
    return answer


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _paths(inner, (*path, name))
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from _paths(inner, (*path, n))


def _rows(fake: Fake, direct: Direct) -> list[Offer]:
    config = fake.configured("http://127.0.0.1:1").config
    keys = {env: SecretStr(value) for env, value in fake.keys.items()}
    asking = Asking(fake.need, config, keys, cast(Http, direct), lambda: NOW)
    findings: Findings = asyncio.run(fake.source.fetch(asking))
    return list(findings.offers)


def _shown(offer: Offer) -> dict[str, Any]:
    price = offer.price_per_gpu_hour
    values = {name: getattr(offer, name) for name in FIELDS if name != "price"}
    return values | {"price": price}


def _is_weaker(row: dict[str, Any], whole: dict[str, Any]) -> bool:
    """Whether `row` says no more than `whole`: equal, unknown, or less exact."""
    looser = {"gpu": _same_without_form, "region": _wider_place}
    return all(
        row[name] == whole[name]
        or row[name] in UNKNOWN
        or (name in looser and looser[name](row[name], whole[name]))
        for name in FIELDS
    )


def _same_without_form(one: str, other: str | None) -> bool:
    first, second = known_gpu(one), known_gpu(other or "")
    return bool(first and second and not first.form_stated and same_gpu(first, second))


def _wider_place(one: str, other: str | None) -> bool:
    return set(re.split(r"[ -]", one)) <= set(re.split(r"[ -]", other or ""))


# AWS answers in XML; a cluster's row is a sum over nodes, which one node less makes another sum.
ROWS_OF_JSON = [
    name for name, fake in FAKES.items() if fake.source.kind == "market" and name != "aws"
]


@pytest.mark.parametrize("name", sorted(ROWS_OF_JSON))
def test_what_is_left_of_an_answer_is_true(name: str) -> None:
    fake = FAKES[name]
    plain = Direct(fake)
    whole = [_shown(offer) for offer in _rows(fake, plain)]
    assert whole
    wrong = []
    tried = 0
    for nth, body in enumerate(plain.told):
        for path in _paths(body):
            if (name, path[-1] if path else "") in ALLOWED:
                continue
            for kind in KINDS:
                if (kind is True or kind == -1) and not _is_number(_at(body, path)):
                    continue
                if kind == [] and isinstance(_at(body, path), list):
                    continue  # an empty list is a list
                if kind is GONE and path and isinstance(path[-1], int):
                    continue  # and so is a shorter one
                tried += 1
                rows: list[Offer] = []
                with suppress(Exception):  # a failure, which the caller names
                    rows = _rows(fake, changed(fake, nth, path, kind))
                wrong += [
                    (nth, path, "gone" if kind is GONE else kind, row)
                    for row in map(_shown, rows)
                    if not any(_is_weaker(row, each) for each in whole)
                ]
    assert tried > 50
    assert not wrong, f"{len(wrong)} of {tried}: {wrong[:3]}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _at(body: Any, path: Path) -> Any:
    for step in path:
        body = body[step]
    return body
