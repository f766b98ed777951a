"""Routes get their services from the container: one scope a request."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request

from guilder.core.container import Container, ContainerError
from guilder.core.container.fastapi import ContainerScopeMiddleware, Inject, inject, scope_of


class Session:
    """What is there once a request; `log` says when one begins and ends."""

    log: list[str] = []  # noqa: RUF012 - emptied by each test


class Users:
    def __init__(self, session: Session) -> None:
        self.session = session
        self.who = "Ada"


class OtherUsers(Users):
    def __init__(self) -> None:
        super().__init__(Session())
        self.who = "Eve"


class Orders:
    def __init__(self, session: Session) -> None:
        self.session = session


def session() -> Iterator[Session]:
    Session.log.append("begins")
    try:
        yield Session()
    finally:
        Session.log.append("ends")


def an_app(container: Container, *, with_scopes: bool = True) -> FastAPI:
    app = FastAPI()
    app.state.container = container
    if with_scopes:
        app.add_middleware(ContainerScopeMiddleware)

    @app.get("/who")
    async def who(users: Users = inject(Users), orders: Orders = inject(Orders)) -> dict[str, object]:
        return {"who": users.who, "shared": users.session is orders.session}

    @app.get("/hinted")
    async def hinted(users: Inject[Users]) -> str:
        return users.who

    @app.get("/broken")
    async def broken(users: Users = inject(Users)) -> None:
        raise ZeroDivisionError

    @app.get("/scope")
    async def scope(request: Request, users: Users = inject(Users)) -> bool:
        return scope_of(request).get(Users) is users

    return app


@pytest.fixture
def container() -> Container:
    Session.log.clear()
    made = Container()
    made.register_scoped(Session, session)
    made.register_scoped(Users, Users)
    made.register_scoped(Orders, Orders)
    return made


@asynccontextmanager
async def a_client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://guilder.test") as client:
        yield client


async def test_a_route_gets_its_services_and_they_share_the_parts_of_the_request(container: Container) -> None:
    async with a_client(an_app(container)) as client:
        answer = await client.get("/who")

    assert answer.json() == {"who": "Ada", "shared": True}


async def test_a_service_may_be_asked_for_by_a_type_hint(container: Container) -> None:
    async with a_client(an_app(container)) as client:
        assert (await client.get("/hinted")).json() == "Ada"


async def test_what_a_request_opened_is_closed_when_it_is_over(container: Container) -> None:
    async with a_client(an_app(container)) as client:
        for path in ("/who", "/who", "/broken"):
            await client.get(path)

    assert Session.log == ["begins", "ends"] * 3


async def test_a_test_puts_another_service_in_the_place_of_one(container: Container) -> None:
    async with a_client(an_app(container)) as client:
        with container.override(Users, OtherUsers):
            overridden = await client.get("/who")
        afterwards = await client.get("/who")

    assert (overridden.json()["who"], afterwards.json()["who"]) == ("Eve", "Ada")


async def test_a_route_may_ask_the_scope_of_its_request(container: Container) -> None:
    async with a_client(an_app(container)) as client:
        assert (await client.get("/scope")).json() is True


async def test_without_the_middleware_a_route_is_told_what_is_missing(container: Container) -> None:
    transport = httpx.ASGITransport(an_app(container, with_scopes=False))
    async with httpx.AsyncClient(transport=transport, base_url="http://guilder.test") as client:
        with pytest.raises(ContainerError, match="ContainerScopeMiddleware"):
            await client.get("/who")
