"""What marketplaces say that is easily misread: pages, units, counts, places, kinds of rent."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.tools.sources.fakes import lambda_cloud as lambda_fake
from tests.tools.sources.fakes import prime_intellect as prime_fake
from tests.tools.sources.fakes import runpod as runpod_fake
from tests.tools.sources.fakes import runpod_public as public_fake
from tests.tools.sources.fakes import shadeform as shadeform_fake
from tests.tools.sources.fakes import vast as vast_fake
from tests.tools.sources.fakes.fake import SECRET
from tests.tools.sources.loopback import Reply, Request
from tests.tools.sources.test_faults import FAKES, every_fake
from tests.tools.sources.test_providers import answer_of
from tools.needs import Need, need
from tools.offers import Availability, Offer, Term
from tools.sources import runpod, vast


def _prices(offers: list[Offer]) -> list[str]:
    return [f"{o.price_per_gpu_hour.amount:f}" for o in offers if o.price_per_gpu_hour]


@every_fake
def test_every_row_has_an_id_of_its_own(name: str) -> None:
    answer, _ = answer_of(FAKES[name])
    ids = [offer.offer_id for offer in answer.offers]
    assert len(set(ids)) == len(ids)


# Lambda


def _lambda(*items: tuple[str, Any]) -> Any:
    return lambda _: Reply({"data": dict(items)})


def test_lambda_without_regions_is_one_row_that_has_none() -> None:
    answer, _ = answer_of(lambda_fake.FAKE)
    none = [offer for offer in answer.offers if offer.availability is Availability.NONE]
    assert [(offer.region, offer.sku) for offer in none] == [(None, "gpu_1x_h100_pcie")]


def test_lambda_counts_that_disagree_are_not_divided_by() -> None:
    answer, _ = answer_of(lambda_fake.FAKE)
    assert answer.status.unread == 1
    assert "gpu_4x_odd" not in {offer.sku for offer in answer.offers}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("H100 (80 GB SXM5)", "nvidia-h100-sxm5-80gb"),
        ("H100 (80 GB PCIe)", "nvidia-h100-pcie-80gb"),
        ("A100 (40 GB SXM4)", "nvidia-a100-sxm4-40gb"),
        ("H100 (80 GB SXM5", "nvidia-h100-sxm5-80gb"),  # the spelling is compared without brackets
        ("H100 (40 GB SXM5)", None),  # no such size
        ("", None),
    ],
)
def test_lambda_gpu_stands_in_a_text(text: str, key: str | None) -> None:
    name, item = lambda_fake.offered("x", text, 8, 800, "us-east-1")
    answer, _ = answer_of(lambda_fake.FAKE, _lambda((name, item)))
    (offer,) = answer.offers
    assert (offer.gpu, offer.gpu_raw, _prices([offer])) == (key, text, ["1"])


# RunPod


@pytest.mark.parametrize(("count", "asked"), [(None, 1), (1, 1), (3, 3), (8, 8), (64, 8)])
def test_runpod_stock_is_asked_for_the_number_needed(count: int | None, asked: int) -> None:
    wanted = Need(count=count)
    assert runpod.pod_size(wanted) == asked
    answer, seen = answer_of(runpod_fake.FAKE, lambda _: Reply({"gpus": []}), wanted)
    assert [each.query["count"] for each in seen] == [str(asked)] * 2
    assert [each.query["cloud"] for each in seen] == ["SECURE", "COMMUNITY"]
    assert {each.query["product"] for each in seen} == {"POD"}
    assert answer.status.status == "ok"
    _, seen = answer_of(public_fake.FAKE, None, wanted)
    assert [each.json()["variables"] for each in seen] == [{"count": asked}]


def test_runpod_answers_are_kept_apart_by_the_number() -> None:
    for source in (runpod_fake.FAKE.source, public_fake.FAKE.source):
        kept = {source.asked(Need(count=count)) for count in (1, 2, 8)}
        assert len(kept) == 3
        assert source.asked(Need(count=64)) == source.asked(Need(count=8))
        assert source.asked(Need(count=8, region="EU")) == source.asked(Need(count=8))


def test_runpod_largest_machine_is_no_stock() -> None:
    def publish(request: Request) -> Reply:
        body = json.loads(runpod_fake.FAKE.publish(request, "normal").raw())
        for row in body["gpus"]:
            row["maxCount"] = {"secure": 800, "community": 800}
        return Reply(body)

    plain, _ = answer_of(runpod_fake.FAKE)
    more, _ = answer_of(runpod_fake.FAKE, publish)
    assert [o.model_dump() for o in more.offers] == [o.model_dump() for o in plain.offers]


def test_runpod_cloud_of_one_answer_never_reaches_the_other() -> None:
    def publish(request: Request) -> Reply:
        if request.query["cloud"] == "COMMUNITY":
            return Reply({}, 500)
        return runpod_fake.FAKE.publish(request, "normal")

    answer, _ = answer_of(runpod_fake.FAKE, publish)
    assert (answer.status.status, answer.offers) == ("failed", [])


def test_runpod_data_centers_are_joined_by_id_whatever_their_order() -> None:
    def turned(request: Request) -> Reply:
        data = json.loads(public_fake.FAKE.publish(request, "normal").raw())["data"]
        centers = [c | {"gpuAvailability": c["gpuAvailability"][::-1]} for c in data["dataCenters"]]
        turned = {"gpuTypes": data["gpuTypes"][::-1], "dataCenters": centers[::-1]}
        return Reply({"data": turned})

    plain, _ = answer_of(public_fake.FAKE)
    other, _ = answer_of(public_fake.FAKE, turned)
    assert sorted(o.model_dump_json() for o in other.offers) == sorted(
        o.model_dump_json() for o in plain.offers
    )


@pytest.mark.parametrize(
    ("identity", "name", "memory", "key"),
    [  # as listed in github.com/runpod/docs references/gpu-types.mdx (0a0dd1b)
        ("AMD Instinct MI300X OAM", "MI300X", 192, "amd-mi300x-oam-192gb"),
        ("NVIDIA A100 80GB PCIe", "A100 PCIe", 80, "nvidia-a100-pcie-80gb"),
        ("NVIDIA A100-SXM4-80GB", "A100 SXM", 80, "nvidia-a100-sxm4-80gb"),
        ("NVIDIA B200", "B200", 180, "nvidia-b200-sxm6-180gb"),
        ("NVIDIA H100 80GB HBM3", "H100 SXM", 80, "nvidia-h100-sxm5-80gb"),
        ("NVIDIA H100 NVL", "H100 NVL", 94, "nvidia-h100-nvl-94gb"),
        ("NVIDIA H200", "H200 SXM", 141, "nvidia-h200-sxm5-141gb"),
        ("NVIDIA L40S", "L40S", 48, "nvidia-l40s-pcie-48gb"),
        ("Tesla V100-SXM2-32GB", "V100 SXM2 32GB", 32, "nvidia-v100-sxm2-32gb"),
        ("NVIDIA H100 80GB HBM3", "A100 SXM", 80, None),
        ("NVIDIA H100 80GB HBM3", "H100 PCIe", 80, None),
        ("NVIDIA H100 80GB HBM3", "H100 SXM", 40, None),
        ("", "", 0, None),
    ],
)
def test_runpod_gpu_is_what_its_id_and_its_name_mean(
    identity: str, name: str, memory: int, key: str | None
) -> None:
    found = runpod.gpu_named(identity, name, memory)
    assert (found.key if found else None) == key


def test_runpod_stock_that_is_not_told_is_unknown_and_never_none() -> None:
    answer, _ = answer_of(public_fake.FAKE)
    none = {o.region for o in answer.offers if o.availability is Availability.NONE}
    assert none == {"CA-MTL-1"}  # the only one that says so
    told = [o for o in answer.offers if o.availability is not Availability.UNKNOWN]
    assert all(o.term is Term.ON_DEMAND and o.reseller_of is None for o in told)


def test_graphql_that_refuses_with_200_is_a_failure() -> None:
    refused = {"errors": [{"message": f"Cannot query field {SECRET}"}], "data": None}
    answer, _ = answer_of(public_fake.FAKE, lambda _: Reply(refused))
    assert answer.status.status == "failed"
    assert SECRET not in (answer.status.error or "")


# Prime Intellect


def _pages(total: int, listed: int) -> Any:
    rows = [
        prime_fake.item("H100_80GB", "SXM5", 8, 16 + n / 100, cloudId=f"made-{n}")
        for n in range(listed)
    ]

    def publish(request: Request) -> Reply:
        page, size = int(request.query["page"]), int(request.query["page_size"])
        return Reply({"items": rows[(page - 1) * size : page * size], "totalCount": total})

    return publish


@pytest.mark.parametrize(
    ("total", "listed", "requests", "rows", "unread"),
    [
        (0, 0, 1, 0, 0),
        (100, 100, 1, 100, 0),
        (101, 101, 2, 101, 0),
        (608, 608, 7, 608, 0),
        (1000, 1000, 10, 1000, 0),
        (1234, 1234, 10, 1000, 234),  # the bound
        (300, 250, 3, 250, 50),  # it says that there are more
        (50, 60, 1, 60, 0),
    ],
)
def test_prime_reads_all_pages_and_says_what_it_left(
    total: int, listed: int, requests: int, rows: int, unread: int
) -> None:
    answer, seen = answer_of(prime_fake.FAKE, _pages(total, listed))
    assert answer.status.status == "ok", answer.status.error
    assert (len(seen), len(answer.offers), answer.status.unread) == (requests, rows, unread)
    assert sorted(int(each.query["page"]) for each in seen) == list(range(1, requests + 1))


def test_prime_with_a_page_missing_is_a_failure() -> None:
    pages = _pages(300, 300)

    def publish(request: Request) -> Reply:
        return Reply({}, 403) if request.query["page"] == "2" else pages(request)

    answer, _ = answer_of(prime_fake.FAKE, publish)
    assert (answer.status.status, answer.offers) == ("failed", [])
    assert "403" in (answer.status.error or "")


def test_prime_row_on_two_pages_is_one() -> None:
    row = prime_fake.item("H100_80GB", "SXM5", 8, 16)
    answer, _ = answer_of(
        prime_fake.FAKE, lambda _: Reply({"items": [row] * 60, "totalCount": 120})
    )
    assert len(answer.offers) == 1


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1.6567999999999998", "1.6568"),
        ("2.7068", "2.7068"),
        ("0.0000004", "0.0000004"),  # small, and no noise
        ("3", "3"),
        ("100", "100"),
    ],
)
def test_prime_price_without_the_noise_of_a_float(written: str, meant: str) -> None:
    row = json.dumps(prime_fake.item("H100_80GB", "SXM5", 1, 77777)).replace("77777", written)
    body = f'{{"items": [{row}], "totalCount": 1}}'.encode()
    answer, _ = answer_of(prime_fake.FAKE, lambda _: Reply(body))
    assert _prices(answer.offers) == [meant]


def test_prime_amount_without_a_currency_is_no_price() -> None:
    prices = {"onDemand": 16, "communityPrice": None, "isVariable": None, "currency": None}
    row = prime_fake.item("H100_80GB", "SXM5", 8, 0, prices=prices)
    answer, _ = answer_of(prime_fake.FAKE, lambda _: Reply({"items": [row], "totalCount": 1}))
    assert [offer.price_per_gpu_hour for offer in answer.offers] == [None]


def test_prime_memory_that_contradicts_the_name_leaves_the_gpu_open() -> None:
    row = prime_fake.item("H100_80GB", "SXM5", 8, 16, gpuMemory=40)
    answer, _ = answer_of(prime_fake.FAKE, lambda _: Reply({"items": [row], "totalCount": 1}))
    assert [(offer.gpu, offer.memory_gb) for offer in answer.offers] == [(None, None)]


# Vast


def test_vast_is_asked_with_the_disk_and_says_so() -> None:
    def publish(request: Request) -> Reply:
        price = 2 + request.json()["allocated_storage"] / 1000
        return Reply({"offers": [vast_fake.bundle(11, "H100 SXM", 1, price)]})

    for disk, told, price in ((None, "8 GB", "2.008"), (500, "500 GB", "2.5")):
        wanted = need("H100 SXM", disk_gb=Decimal(disk) if disk else None)
        answer, _ = answer_of(vast_fake.FAKE, publish, wanted)
        assert told in answer.offers[0].notes
        assert _prices(answer.offers) == [price]
    source = vast_fake.FAKE.source
    assert source.asked(need("H100")) != source.asked(need("H100", disk_gb=Decimal(500)))


@pytest.mark.parametrize(
    ("gpu", "names"),
    [
        ("H100", ["H100 NVL", "H100 PCIE", "H100 SXM"]),
        ("H100 SXM", ["H100 SXM"]),
        ("A100 40GB", ["A100 PCIE", "A100 SXM4"]),
        ("H200 NVL", ["H200", "H200 NVL"]),
        ("MI300X", ["MI300X"]),
    ],
)
def test_vast_is_asked_for_the_names_that_can_be_meant(gpu: str, names: list[str]) -> None:
    assert vast._search(need(gpu))["gpu_name"] == {"in": names}


def test_vast_is_asked_by_memory_where_it_has_no_name() -> None:
    search = vast._search(need("MI325X", 16))
    assert "gpu_name" not in search
    assert search["gpu_ram"]["gte"] < 256 * 1000 < search["gpu_ram"]["lte"]
    assert search["num_gpus"] == {"gte": 8}


def test_vast_full_answer_may_not_be_all() -> None:
    offers = [vast_fake.bundle(n, "H100 SXM", 1, 2.0) for n in range(64)]
    full, _ = answer_of(vast_fake.FAKE, lambda _: Reply({"offers": offers}))
    less, _ = answer_of(vast_fake.FAKE, lambda _: Reply({"offers": offers[:63]}))
    assert (full.status.unread, less.status.unread) == (1, 0)


def test_vast_needs_no_key_and_names_one_that_is_refused() -> None:
    made = vast_fake.FAKE
    bare = type(made)(made.source, made.publish, made.expected, need=made.need)
    answer, seen = answer_of(bare)
    assert answer.status.status == "ok"
    assert "authorization" not in seen[0].headers
    refused = Reply({"error": "auth_error", "msg": "Invalid user key"}, 404)
    answer, _ = answer_of(made, lambda _: refused)
    assert answer.status.error == "the key is refused (404); check VAST_API_KEY"


def test_vast_429_is_plain_text() -> None:
    busy = Reply(b"API requests too frequent", 429)
    answer, seen = answer_of(vast_fake.FAKE, lambda _: busy)
    assert (answer.status.status, len(seen)) == ("failed", 1)
    assert "429" in (answer.status.error or "")


@pytest.mark.parametrize(
    ("place", "country"),
    [("Texas, US", "US"), ("US", "US"), ("Japan, JP", "JP"), ("Japan", None), ("", None),
     (", TW", "TW"), ("United Kingdom, GB", "GB"), ("Texas, USA", None)],
)  # fmt: skip
def test_vast_country_is_the_code_at_the_end(place: str, country: str | None) -> None:
    row = vast_fake.bundle(1, "H100 SXM", 1, 2.0, geolocation=place)
    answer, _ = answer_of(vast_fake.FAKE, lambda _: Reply({"offers": [row]}))
    assert answer.offers[0].country == country


@pytest.mark.parametrize("flag", ["rentable", "rented", "is_bid"])
@pytest.mark.parametrize("word", [1, 0, "true", "yes", "on", []])
def test_vast_flag_is_true_or_false(flag: str, word: object) -> None:
    row = vast_fake.bundle(1, "H100 SXM", 1, 2.0, **{flag: word})
    answer, _ = answer_of(vast_fake.FAKE, lambda _: Reply({"offers": [row]}))
    assert (answer.status.status, answer.offers) == ("failed", [])


# Shadeform


def _shade(*regions: dict[str, Any], price: Any = 1600) -> Any:
    row = shadeform_fake.offered("datacrunch", "H100", "sxm5", 80, 8, 1600, list(regions))
    return lambda _: Reply({"instance_types": [row | {"hourly_price": price}]})


def _place(available: bool, **more: Any) -> dict[str, Any]:
    return {"region": "us-a", "available": available, "display_name": "A", **more}


def test_shadeform_spot_stock_is_not_shown_on_demand() -> None:
    both = _shade(_place(True, rental_type="spot"), _place(False, rental_type="on_demand"))
    answer, _ = answer_of(shadeform_fake.FAKE, both)
    assert {(o.term, o.availability) for o in answer.offers} == {
        (Term.SPOT, Availability.AVAILABLE),
        (Term.ON_DEMAND, Availability.NONE),
    }
    assert [o.price_per_gpu_hour for o in answer.offers if o.term is Term.SPOT] == [None]


def test_shadeform_region_that_says_both_is_unknown() -> None:
    answer, _ = answer_of(shadeform_fake.FAKE, _shade(_place(True), _place(False)))
    assert [o.availability for o in answer.offers] == [Availability.UNKNOWN]


@pytest.mark.parametrize("kind", ["reserved", "", 1, True, ["spot"]])
def test_shadeform_other_kinds_of_rent_are_not_read(kind: object) -> None:
    publish = _shade(_place(True, rental_type=kind))
    answer, _ = answer_of(shadeform_fake.FAKE, publish)
    assert (answer.status.status, answer.offers) == ("failed", [])


def test_shadeform_null_price_is_unknown() -> None:
    answer, _ = answer_of(shadeform_fake.FAKE, _shade(_place(True), price=None))
    assert [(o.price_per_gpu_hour, o.quote) for o in answer.offers] == [(None, None)]
