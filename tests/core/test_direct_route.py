"""A direct route answers what every other route would answer, to the byte."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, Field

from guilder.core.caller import Caller
from guilder.core.container import Container
from guilder.core.container.fastapi import ContainerScopeMiddleware, inject
from guilder.core.direct_route import DirectRoute, DirectWay, direct_routes
from guilder.core.http import IdempotentRoute, put_edge_around
from guilder.core.idempotency import AnswerStore, KeysInFlight
from guilder.core.random_ids import TimeOrderedIds
from guilder.core.sql_idempotency import SqlAnswerStore
from guilder.core.system_clock import SystemClock
from guilder.core.wire import QuantityIn
from guilder.shared.errors import RefusedError
from tests.core.counters import Core
from tests.core.test_idempotency import Doorman
from tests.databases import a_database


class Wish(BaseModel):
    name: str = Field(min_length=1, max_length=20)
    quantity: QuantityIn
    note: str | None = None


class Granted(BaseModel):
    name: str
    quantity: str
    note: str | None
    by: str


class Genie:
    """Grants nearly everything."""

    def grant(self, wish: Wish) -> Granted:
        if wish.name == "more wishes":
            raise RefusedError
        if wish.name == "love":
            raise LookupError
        return Granted(name=wish.name, quantity=wish.quantity, note=wish.note, by="genie")


async def grant(wish: Wish, genie: Genie = inject(Genie)) -> Granted:
    """Grant a wish."""
    return genie.grant(wish)


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with a_database("sqlite", tmp_path, None) as database, Core(database) as core:
        app = FastAPI(redirect_slashes=False)
        direct = APIRouter(prefix="/v1", route_class=DirectRoute)
        direct.add_api_route("/direct", grant, methods=["POST"], status_code=201)
        other = APIRouter(prefix="/v1", route_class=IdempotentRoute)
        other.add_api_route("/other", grant, methods=["POST"], status_code=201)
        app.include_router(direct)
        app.include_router(other)
        container = app.state.container = Container()
        container.register_scoped(Caller)
        container.register_value(Genie, Genie())
        container.register_value(AnswerStore, SqlAnswerStore(core.database, core.plain, core.unit))
        container.register_value(KeysInFlight, KeysInFlight())
        app.add_middleware(DirectWay, routes=direct_routes(direct))
        app.add_middleware(Doorman)
        app.add_middleware(ContainerScopeMiddleware)
        put_edge_around(app, ids=TimeOrderedIds(), clock=SystemClock(), max_body_bytes=2000)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://guilder") as client:
            yield client


JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b'{"name": "a pony", "quantity": "1.5"}', JSON),
        (b'{"name": "a pony", "quantity": 1.50, "note": "\\u00e9", "more": 1}', JSON),
        (b'{"name": "more wishes", "quantity": 1}', JSON),
        (b'{"name": "love", "quantity": 1}', JSON),
        (b'{"name": "", "quantity": "many"}', JSON),
        (b'{"name": 7, "quantity": 1, "note": []}', JSON),
        (b"{}", JSON),
        (b"[]", JSON),
        (b'"text"', JSON),
        (b"null", JSON),
        (b"", JSON),
        (b"", {}),
        (b"{", JSON),
        (b'{"name": NaN}', JSON),
        (b"\xff", JSON),
        (b"[" * 100, JSON),
        (b'{"name": "a pony", "quantity": 1}', {"content-type": "application/vnd.wish+json; charset=utf-8"}),
        (b'{"name": "a pony", "quantity": 1}', {"content-type": "text/plain"}),
        (b'{"name": "a pony", "quantity": 1}', {}),
        (b'{"name": "' + b"a" * 3000 + b'"}', JSON),
        (b'{"name": "a pony", "quantity": 1}', {**JSON, "Idempotency-Key": "not one key"}),
    ],
)
async def test_it_answers_as_any_other_route(http: httpx.AsyncClient, body: bytes, headers: dict[str, str]) -> None:
    other = await http.post("/v1/other", content=body, headers={**headers, "X-Request-ID": "same"})

    direct = await http.post("/v1/direct", content=body, headers={**headers, "X-Request-ID": "same"})

    assert (direct.status_code, direct.content) == (other.status_code, other.content)
    assert direct.headers == other.headers


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
async def test_what_it_does_not_take_is_refused_as_ever(http: httpx.AsyncClient, method: str) -> None:
    other = await http.request(method, "/v1/other", headers={"X-Request-ID": "same"})

    direct = await http.request(method, "/v1/direct", headers={"X-Request-ID": "same"})

    assert (direct.status_code, direct.content, direct.headers) == (405, other.content, other.headers)


async def test_it_is_described_as_any_other_route(http: httpx.AsyncClient) -> None:
    document = (await http.get("/openapi.json")).json()

    direct, other = (document["paths"][f"/v1/{name}"]["post"] for name in ("direct", "other"))
    assert direct.pop("operationId") != other.pop("operationId")
    assert direct == other


async def with_a_parameter(wish: Wish, size: int) -> Granted:
    return Granted(name=wish.name, quantity=wish.quantity, note=None, by=str(size))


async def without_a_body() -> Granted:
    return Granted(name="", quantity="", note=None, by="")


@pytest.mark.parametrize("endpoint", [with_a_parameter, without_a_body])
def test_a_route_that_needs_more_cannot_be_direct(endpoint: Any) -> None:
    router = APIRouter(route_class=DirectRoute)

    with pytest.raises(TypeError):
        router.add_api_route("/direct", endpoint, methods=["POST"])
