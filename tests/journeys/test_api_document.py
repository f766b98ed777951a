"""The API says of itself what it does: its OpenAPI document, its page for people, HEAD and Allow."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.houses import Resident, a_house, a_resident, settings_for

OPEN = {"/v1/users", "/v1/users/{user_id}/activate", "/v1/sessions"}
PROBLEM = {"schema": {"$ref": "#/components/schemas/Problem"}}


@pytest.fixture(scope="module")
async def ada(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Resident]:
    folder: Path = tmp_path_factory.mktemp("house")
    async with a_house(settings_for(folder)) as house, a_resident(house) as resident:
        yield resident


@pytest.fixture(scope="module")
async def document(ada: Resident) -> Any:
    return await ada.get("/openapi.json")


def operations(document: Any) -> list[tuple[str, str, Any]]:
    return [
        (method.upper(), path, operation)
        for path, of_path in document["paths"].items()
        for method, operation in of_path.items()
        if path.startswith("/v1/")
    ]


async def test_every_operation_says_how_it_refuses(document: Any) -> None:
    for method, path, operation in operations(document):
        refusals = {status: answer for status, answer in operation["responses"].items() if status >= "4"}

        assert {"400", "401", "403", "404", "409", "422", "429", "503"} <= set(refusals), (method, path)
        assert all(answer["content"] == {"application/problem+json": PROBLEM} for answer in refusals.values())
        assert ("415" in refusals) == ("requestBody" in operation), (method, path)


async def test_every_operation_but_three_wants_a_signature(document: Any) -> None:
    unsigned = {(path, method) for method, path, operation in operations(document) if operation.get("security") == []}

    assert unsigned == {(path, "POST") for path in OPEN}
    assert {name for way in document["security"] for name in way} == set(document["components"]["securitySchemes"])


async def test_every_body_refuses_a_field_that_it_does_not_know(document: Any) -> None:
    bodies = {
        body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for _, _, operation in operations(document)
        if (body := operation.get("requestBody")) is not None
    }

    schemas = document["components"]["schemas"]
    assert {"PlaceOrderRequest", "CashRequest", "OpenMarketRequest", "SignInRequest"} <= bodies
    assert [name for name in bodies if schemas[name].get("additionalProperties") is not False] == []


async def test_what_honours_an_idempotency_key_says_so(document: Any) -> None:
    takers = {
        (method, path)
        for method, path, operation in operations(document)
        if any(parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", ()))
    }

    assert {("POST", "/v1/orders"), ("PATCH", "/v1/orders/{order_id}"), ("DELETE", "/v1/orders/{order_id}")} <= takers
    assert not takers & {("GET", "/v1/orders"), ("POST", "/v1/sessions"), ("POST", "/v1/api-keys")}


async def test_the_page_for_people_shows_every_operation_and_asks_no_other_host(ada: Resident, document: Any) -> None:
    answer = await ada.http.get("/docs")

    assert answer.status_code == 200
    assert all(f"<code>{path}</code>" in answer.text for path in document["paths"])
    assert not re.findall(r'(?:src|href)="(?!/openapi.json|#)', answer.text)
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/v1/clock", "/v1/orders", "/health/live", "/v1/quotes/NOPE"])
async def test_a_head_is_the_answer_to_a_get_without_its_body(ada: Resident, path: str) -> None:
    whole = await ada.http.get(path)

    head = await ada.http.head(path)

    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/orders", "GET, HEAD, POST"),
        ("/v1/orders/01890a5d-ac96-774b-bcce-b302099a8057", "GET, HEAD, PATCH, DELETE"),
        ("/v1/clock/advance", "POST"),
    ],
)
async def test_a_method_that_is_not_allowed_is_answered_with_all_that_are(
    ada: Resident, path: str, allowed: str
) -> None:
    answer = await ada.http.put(path)

    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert answer.json()["code"] == "method_not_allowed"
