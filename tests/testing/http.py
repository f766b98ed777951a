"""One room behind the house's own HTTP edge, with callers that a test names."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from guilder.core.caller import NOBODY, Caller
from guilder.core.clock import Clock
from guilder.core.container import Container
from guilder.core.container.fastapi import ContainerScopeMiddleware, scope_of
from guilder.core.database import Database
from guilder.core.http import put_edge_around
from guilder.core.idempotency import AnswerStore, KeysInFlight
from guilder.core.ids import IdSource
from guilder.core.outbox import Outbox
from guilder.core.plain_commit import PlainCommit
from guilder.core.settings import Settings
from guilder.core.sql_idempotency import SqlAnswerStore
from guilder.core.unit import Unit
from guilder.core.unit_of_work import UnitOfWork
from guilder.testing import FakeClock, SequentialIds

CALLER = "X-Test-Caller"
"""The header in which a test says who calls, by the name it gave him."""


class Room(Protocol):
    """A context's `wiring.py`."""

    def register(self, container: Container) -> None: ...
    def routers(self) -> Sequence[APIRouter]: ...


class NamedCallers:
    """Puts the caller that the request names into its scope."""

    def __init__(self, app: ASGIApp, callers: Mapping[str, Caller]) -> None:
        self._app = app
        self._callers = callers

    async def __call__(self, connection: Scope, receive: Receive, send: Send) -> None:
        name = Headers(scope=connection).get(CALLER)
        scope_of(HTTPConnection(connection)).provide(Caller, NOBODY if name is None else self._callers[name])
        await self._app(connection, receive, send)


@asynccontextmanager
async def a_room(
    room: Room,
    database: Database,
    callers: Mapping[str, Caller],
    *,
    settings: Settings | None = None,
    ports: Mapping[type[Any], Any] | None = None,
) -> AsyncIterator[tuple[AsyncClient, Container]]:
    """A client of the room, and its container. `ports` are those of other rooms, with who stands in for them."""
    container = Container()
    clock, ids = FakeClock(), SequentialIds()
    container.register_scoped(Caller)
    container.register_value(Settings, settings or Settings())
    container.register_value(Clock, clock)
    container.register_value(IdSource, ids)
    container.register_value(Database, database)
    container.register_value(Unit, Unit())
    container.register_value(Outbox, Outbox(SequentialIds()))
    container.register_singleton(UnitOfWork, PlainCommit)
    container.register_singleton(AnswerStore, SqlAnswerStore)
    container.register_singleton(KeysInFlight, KeysInFlight)
    for port, value in (ports or {}).items():
        container.register_value(port, value)
    room.register(container)
    container.validate()

    app = FastAPI()
    app.state.container = container
    for router in room.routers():
        app.include_router(router)
    app.add_middleware(NamedCallers, callers=callers)
    app.add_middleware(ContainerScopeMiddleware)
    put_edge_around(app, ids=ids, clock=clock)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield client, container
    await container.aclose()
