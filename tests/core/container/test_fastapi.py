"""The bridge to FastAPI: one scope a request, and what is in it closed afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, HTTPException, Request, WebSocket
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import Response, StreamingResponse

from guilder.core.container import ContainerError
from guilder.core.container.fastapi import ContainerScopeMiddleware, Inject, inject, scope_of
from tests.core.container.things import (
    Database,
    Diary,
    FakeOrders,
    OrderRepository,
    PlaceOrder,
    Session,
    a_container,
)

router = APIRouter()
Message = dict[str, Any]


class Caller:
    """Who asks; known after the request was looked at."""

    def __init__(self, name: str) -> None:
        self.name = name


@router.get("/orders/{order_id}")
async def find_order(
    order_id: int, orders: Inject[OrderRepository], place: PlaceOrder = inject(PlaceOrder)
) -> dict[str, object]:
    return {"order": orders.find(order_id), "one scope": place.orders is orders}


@router.get("/broken")
async def broken(session: Inject[Session]) -> None:
    raise ValueError("broken")


@router.get("/refused")
async def refused(session: Inject[Session]) -> None:
    raise HTTPException(409)


@router.get("/in-a-thread")
def in_a_thread(session: Inject[Session]) -> str:
    return type(session).__name__


@router.get("/stream")
async def stream(request: Request, session: Inject[Session]) -> StreamingResponse:
    diary: Diary = request.app.state.diary

    async def lines() -> AsyncIterator[str]:
        diary.lines.append("send")
        yield "line"

    return StreamingResponse(lines())


@router.get("/me")
async def me(caller: Inject[Caller]) -> str:
    return caller.name


@router.get("/replica")
async def replica(database: Database = inject(Database, name="replica")) -> str:
    return type(database).__name__


@router.get("/forever")
async def forever(request: Request, session: Inject[Session]) -> None:
    request.app.state.begun.set()
    await asyncio.Event().wait()


@router.websocket("/prices")
async def prices(socket: WebSocket, session: Inject[Session], again: Session = inject(Session)) -> None:
    await socket.accept()
    await socket.send_text("one scope" if session is again else "two scopes")
    await socket.close()


def an_app(diary: Diary) -> FastAPI:
    container = a_container()
    container.register_scoped(Session, diary.async_session, replace=True)
    container.register_scoped(Caller)
    app = FastAPI()
    app.include_router(router)
    app.state.container = container
    app.state.diary = diary
    app.add_middleware(ContainerScopeMiddleware)
    return app


async def get(app: FastAPI, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get(path)


async def test_a_route_gets_its_services_from_the_scope_of_the_request() -> None:
    diary = Diary()
    app = an_app(diary)

    response = await get(app, "/orders/7")

    assert response.json() == {"order": "order 7", "one scope": True}
    assert diary.lines == ["open session", "close session"]


async def test_each_request_has_a_scope_of_its_own() -> None:
    diary = Diary()
    app = an_app(diary)

    await asyncio.gather(*(get(app, "/orders/7") for _ in range(5)))

    assert sorted(diary.lines) == ["close session"] * 5 + ["open session"] * 5


async def test_what_the_route_used_is_closed_after_the_response_was_produced() -> None:
    diary = Diary()

    response = await get(an_app(diary), "/stream")

    assert response.text == "line"
    assert diary.lines == ["open session", "send", "close session"]


async def test_a_refusal_that_fastapi_answers_is_no_error_of_the_scope() -> None:
    diary = Diary()

    response = await get(an_app(diary), "/refused")

    assert response.status_code == 409
    assert diary.lines == ["open session", "close session"]


async def test_an_error_of_the_route_is_thrown_into_what_it_used() -> None:
    diary = Diary()

    response = await get(an_app(diary), "/broken")

    assert response.status_code == 500
    assert diary.lines == ["open session", "session saw ValueError", "close session"]


async def test_everything_is_closed_when_the_request_is_cancelled() -> None:
    diary = Diary()
    app = an_app(diary)
    app.state.begun = asyncio.Event()
    request = asyncio.create_task(get(app, "/forever"))
    await app.state.begun.wait()

    request.cancel()

    with pytest.raises(asyncio.CancelledError):
        await request
    assert diary.lines == ["open session", "session saw CancelledError", "close session"]


async def test_routes_that_are_no_coroutines_are_served_too() -> None:
    assert (await get(an_app(Diary()), "/in-a-thread")).json() == "Session"


async def test_middleware_can_provide_what_only_the_request_knows() -> None:
    async def authenticate(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        scope_of(request).provide(Caller, Caller(request.url.query))
        return await call_next(request)

    app = an_app(Diary())
    app.user_middleware.append(_middleware(authenticate))

    assert (await get(app, "/me?ann")).json() == "ann"


async def test_what_was_not_provided_is_an_error_and_no_guess() -> None:
    assert (await get(an_app(Diary()), "/me")).status_code == 500


async def test_a_binding_can_be_asked_for_by_its_name() -> None:
    app = an_app(Diary())
    app.state.container.register_singleton(Database, Database, name="replica")

    assert (await get(app, "/replica")).json() == "Database"


async def test_a_websocket_has_one_scope_until_it_is_closed() -> None:
    diary, sent = Diary(), list[Message]()
    connection: Message = {"type": "websocket", "path": "/prices", "headers": [], "query_string": b""}
    received = iter([{"type": "websocket.connect"}, {"type": "websocket.disconnect"}])

    async def receive() -> Message:
        return next(received)

    async def send(message: Any) -> None:
        sent.append(message)

    await an_app(diary)(connection, receive, send)

    assert [message.get("text") for message in sent if message["type"] == "websocket.send"] == ["one scope"]
    assert diary.lines == ["open session", "close session"]


async def test_an_override_holds_for_requests_made_within_it() -> None:
    app = an_app(Diary())

    with app.state.container.override(OrderRepository, FakeOrders):
        response = await get(app, "/orders/7")

    assert response.json()["order"] == "fake 7"
    assert (await get(app, "/orders/7")).json()["order"] == "order 7"


async def test_without_the_middleware_the_error_says_what_is_missing() -> None:
    app = FastAPI()
    app.include_router(router)

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        with pytest.raises(ContainerError, match="add ContainerScopeMiddleware"):
            await client.get("/orders/7")


async def test_without_a_container_the_error_says_what_is_missing() -> None:
    app = an_app(Diary())
    del app.state.container

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        with pytest.raises(ContainerError, match="the application has no container"):
            await client.get("/orders/7")


async def test_injected_services_are_no_part_of_the_described_interface() -> None:
    described = (await get(an_app(Diary()), "/openapi.json")).json()

    parameters = described["paths"]["/orders/{order_id}"]["get"]["parameters"]
    assert [parameter["name"] for parameter in parameters] == ["order_id"]


async def test_the_lifespan_passes_through() -> None:
    begun: list[str] = []
    app = an_app(Diary())

    async def lifespan(connection: Any, receive: Any, send: Any) -> None:
        begun.append(connection["type"])

    await ContainerScopeMiddleware(lifespan)({"type": "lifespan", "app": app}, _never, _never)

    assert begun == ["lifespan"]


async def _never(*_: object) -> Any:
    raise AssertionError


def _middleware(dispatch: Any) -> Any:
    """Inside of the scope's middleware, as what is added before it."""
    from starlette.middleware import Middleware

    return Middleware(BaseHTTPMiddleware, dispatch=dispatch)
