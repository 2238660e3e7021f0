"""What the fakes publish and are asked, held against the providers' own OpenAPI documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.tools.sources.fakes.fake import VARIANTS
from tests.tools.sources.loopback import Reply, Request, serving
from tests.tools.sources.test_faults import FAKES, Clock, once, published
from tools.sources.memory import Memory

PLACE = Path("data") / "gpu_market"
# Source, document, path in it, method.
DOCUMENTS = {
    "lambda_cloud": ("lambda-openapi.yml", "/api/v1/instance-types", "get"),
    "runpod": ("runpod-v2-openapi.json", "/v2/catalog/gpus", "get"),
    "shadeform": ("shadeform-openapi.yaml", "/instances/types", "get"),
    "vast": ("fixtures/vast_search_offers.openapi.yaml", "/api/v0/bundles/", "post"),
}
every_document = pytest.mark.parametrize("name", sorted(DOCUMENTS))


def _document(shared: Path, name: str) -> dict[str, Any]:
    path = shared / PLACE / DOCUMENTS[name][0]
    text = path.read_text(encoding="utf-8")
    made: dict[str, Any] = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    return made


def _validator(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    """A schema with the document around it, where its references point to."""
    return Draft202012Validator(schema | {"components": document.get("components", {})})


def _asked(name: str, variant: str) -> tuple[list[Any], list[Request]]:
    """Answers and requests of one round against a fake."""
    fake, memory = FAKES[name], Memory(None)
    bodies = []

    def publish(request: Request) -> Any:
        reply = fake.publish(request, variant)
        bodies.append(json.loads(reply.raw()))
        return reply

    with published(fake) as server:
        server.answer = publish
        once(fake, server.url, memory, Clock())
        seen = list(server.seen)
    memory.close()
    return bodies, seen


@every_document
@pytest.mark.parametrize("variant", [each for each in VARIANTS if each != "renamed"])
def test_answers_are_as_the_schema_says(name: str, variant: str, shared: Path) -> None:
    fake = FAKES[name]
    if variant in fake.impossible:
        pytest.skip(f"{name}: {fake.impossible[variant]}")
    document = _document(shared, name)
    _, path, method = DOCUMENTS[name]
    answer = document["paths"][path][method]["responses"]["200"]
    validator = _validator(document, answer["content"]["application/json"]["schema"])
    bodies, _ = _asked(name, variant)
    assert bodies
    for body in bodies:
        # A field that the schema does not name, and that is known to be sent.
        for row in body.get("instance_types", []):
            for region in row["availability"]:
                region.pop("rental_type", None)
        assert [error.message for error in validator.iter_errors(body)] == []


@every_document
def test_a_renamed_field_breaks_the_schema_or_is_not_in_it(name: str, shared: Path) -> None:
    document = _document(shared, name)
    _, path, method = DOCUMENTS[name]
    answer = document["paths"][path][method]["responses"]["200"]
    validator = _validator(document, answer["content"]["application/json"]["schema"])
    bodies, _ = _asked(name, "renamed")
    broken = [error for body in bodies for error in validator.iter_errors(body)]
    assert broken or name == "vast"  # whose schema leaves the fields of an offer open


@every_document
def test_questions_are_as_the_schema_says(name: str, shared: Path) -> None:
    document = _document(shared, name)
    _, path, method = DOCUMENTS[name]
    operation = document["paths"][path][method]
    parameters = {each["name"]: each for each in _resolved(document, operation)}
    _, seen = _asked(name, "normal")
    assert seen
    for request in seen:
        assert path.endswith(request.path)
        assert set(request.query) <= set(parameters)
        for field, text in request.query.items():
            assert _fits(document, parameters[field]["schema"], text), (field, text)
        if request.body:
            body = operation["requestBody"]["content"]["application/json"]["schema"]
            sent = request.json()
            assert [e.message for e in _validator(document, body).iter_errors(sent)] == []
            assert set(sent) <= set(body["properties"])


def _resolved(document: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
    def follow(each: dict[str, Any]) -> dict[str, Any]:
        for step in each["$ref"].removeprefix("#/").split("/") if "$ref" in each else []:
            each = (document if each.get("$ref") else each)[step]
        return each

    return [follow(each) for each in operation.get("parameters", [])]


def _fits(document: dict[str, Any], schema: dict[str, Any], text: str) -> bool:
    """Whether a text of a query is what a parameter may be: itself, a number, a list."""
    meant: list[Any] = [text, text.split(","), *([int(text)] if text.isdigit() else [])]
    validator = _validator(document, schema)
    return any(validator.is_valid(each) for each in meant)


def _read(name: str, body: Any) -> list[tuple[str, str | None, str, str]]:
    """The rows that follow from a vendor's own example: GPU as written, price, region, stock."""
    fake, memory = FAKES[name], Memory(None)
    with serving(lambda _: Reply(body)) as server:
        answer = once(fake, server.url, memory, Clock())
    memory.close()
    assert (answer.status.status, answer.status.unread) == ("ok", 0), answer.status.error
    return [
        (
            offer.gpu_raw,
            f"{offer.price_per_gpu_hour.amount:f}" if offer.price_per_gpu_hour else None,
            offer.region or "",
            offer.availability.value,
        )
        for offer in answer.offers
    ]


def test_lambda_example_is_read(shared: Path) -> None:
    example = _document(shared, "lambda_cloud")["components"]["schemas"]["InstanceTypes"]["example"]
    row = ("Example GPU (40 GB SXM4)", "1.99", "us-west-1", "available")
    assert _read("lambda_cloud", {"data": example}) == [row]


def test_runpod_example_is_read(shared: Path) -> None:
    answer = _document(shared, "runpod")["paths"]["/v2/catalog/gpus"]["get"]["responses"]["200"]
    example = answer["content"]["application/json"]["examples"]["gpus"]["value"]
    # The same answer to both questions, of the secure and of the community cloud.
    assert _read("runpod", example) == [
        ("RTX 4090", "0.44", "US-KS-2", "available"),
        ("RTX 4090", "0.31", "US-KS-2", "available"),
    ]


def test_vast_example_is_read(shared: Path) -> None:
    answer = _document(shared, "vast")["paths"]["/api/v0/bundles/"]["post"]["responses"]["200"]
    example = answer["content"]["application/json"]["example"]
    # Its schema says a list, its example shows what is in it.
    assert _read("vast", {"offers": [example["offers"]]}) == [
        ("Imaginary RTX 9999", "0.05864175", "Atlantis, AT", "available"),
        ("Imaginary RTX 9999", "0.02777775", "Atlantis, AT", "available"),
    ]


def test_prime_recorded_answer_is_read(shared: Path) -> None:
    text = (shared / PLACE / "fixtures" / "prime_availability_response.json").read_text()
    recorded = json.loads(text)
    rows = _read("prime_intellect", recorded | {"totalCount": len(recorded["items"])})
    assert sorted(rows) == sorted(
        [
            ("A100_80GB PCIe", "1.6568", "US-KS-2", "limited"),
            *(
                ("A100_80GB SXM4", "1.7568", place, "limited")
                for place in ("US-KS-2", "US-MO-1", "US-WA-1", "US-CA-2")
            ),
            ("H100_80GB SXM5", "2.7068", "CA-MTL-1", "limited"),
            ("H100_80GB SXM5", "2.7068", "CA-MTL-3", "limited"),
            ("H100_80GB PCIe", "2.4068", "CA-MTL-3", "limited"),
        ]
    )
