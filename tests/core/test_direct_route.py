"""A direct route answers what every other route would answer, to the byte."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, Field

from guilder.core.caller import Caller
from guilder.core.container import Container
from guilder.core.container.fastapi import ContainerScopeMiddleware, inject
from guilder.core.direct_route import DirectRead, DirectRoute, DirectWay, direct_routes
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


async def tell(wish_id: UUID, genie: Genie = inject(Genie)) -> Granted:
    """Tell how a wish was granted."""
    names = {REFUSED: "more wishes", BROKEN: "love"}
    return genie.grant(Wish(name=names.get(wish_id, str(wish_id)[:8]), quantity="1"))


REFUSED, BROKEN, WISH = UUID(int=1), UUID(int=2), UUID("0194c0de-5a1e-7f00-8000-00000000abcd")


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with a_database("sqlite", tmp_path, None) as database, Core(database) as core:
        app = FastAPI(redirect_slashes=False)
        direct = APIRouter(prefix="/v1", route_class=DirectRoute)
        direct.add_api_route("/direct", grant, methods=["POST"], status_code=201)
        other = APIRouter(prefix="/v1", route_class=IdempotentRoute)
        other.add_api_route("/other", grant, methods=["POST"], status_code=201)
        reads = APIRouter(prefix="/v1", route_class=DirectRead)
        reads.add_api_route("/direct/{wish_id}/story", tell, methods=["GET"])
        other.add_api_route("/other/{wish_id}/story", tell, methods=["GET"])
        for router in (direct, reads, other):
            app.include_router(router)
        container = app.state.container = Container()
        container.register_scoped(Caller)
        container.register_value(Genie, Genie())
        container.register_value(AnswerStore, SqlAnswerStore(core.database, core.plain, core.unit))
        container.register_value(KeysInFlight, KeysInFlight())
        app.add_middleware(DirectWay, routes=[*direct_routes(direct), *direct_routes(reads)])
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


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
@pytest.mark.parametrize(
    "address",
    [
        f"{WISH}/story",
        f"{WISH}/story?more=1",
        f"{str(WISH).upper()}/story",
        f"{WISH.hex}/story",
        f"{{{WISH}}}/story",
        f"{REFUSED}/story",
        f"{BROKEN}/story",
        "nonsense/story",
        "/story",
        "story",
        f"{WISH}",
        f"{WISH}/story/more",
        f"{WISH}/story/",
        f"{WISH}/{WISH}/story",
    ],
)
async def test_it_tells_what_any_other_route_tells(http: httpx.AsyncClient, method: str, address: str) -> None:
    other = await http.request(method, f"/v1/other/{address}", headers={"X-Request-ID": "same"})

    direct = await http.request(method, f"/v1/direct/{address}", headers={"X-Request-ID": "same"})

    assert (direct.status_code, direct.content) == (other.status_code, other.content)
    assert direct.headers == other.headers


async def test_it_is_described_as_any_other_route(http: httpx.AsyncClient) -> None:
    document = (await http.get("/openapi.json")).json()

    for method, below in (("post", ""), ("get", "/{wish_id}/story")):
        direct, other = (document["paths"][f"/v1/{name}{below}"][method] for name in ("direct", "other"))
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


async def with_two_ids(one: UUID, other: UUID) -> Granted:
    return Granted(name=str(one), quantity="1", note=None, by=str(other))


async def with_a_name(one: str) -> Granted:
    return Granted(name=one, quantity="1", note=None, by="")


async def with_a_query(one: UUID, size: int = 1) -> Granted:
    return Granted(name=str(one), quantity=str(size), note=None, by="")


@pytest.mark.parametrize(
    ("endpoint", "path"), [(with_two_ids, "/{one}/{other}"), (with_a_name, "/{one}"), (with_a_query, "/{one}")]
)
def test_a_route_that_reads_by_more_than_an_id_cannot_be_direct(endpoint: Any, path: str) -> None:
    router = APIRouter(route_class=DirectRead)

    with pytest.raises(TypeError):
        router.add_api_route(path, endpoint, methods=["GET"])
