"""The user room behind the house's own door, on a real database, with a relay and a mail service that can be away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

from argon2.profiles import CHEAPEST
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from guilder.audit import wiring as audit
from guilder.bootstrap.authentication import Authentication
from guilder.core.caller import SYSTEM, Caller
from guilder.core.clock import Clock
from guilder.core.container import Container, Scope
from guilder.core.container.fastapi import ContainerScopeMiddleware
from guilder.core.database import Database
from guilder.core.http import put_edge_around
from guilder.core.idempotency import AnswerStore, KeysInFlight
from guilder.core.ids import IdSource, SecretSource
from guilder.core.outbox import Outbox
from guilder.core.plain_commit import PlainCommit
from guilder.core.random_ids import RandomSecrets, TimeOrderedIds
from guilder.core.relay import Relay
from guilder.core.serialization import EventRegistry
from guilder.core.sql_idempotency import SqlAnswerStore
from guilder.core.sql_set_aside import SqlSetAsideEvents
from guilder.core.unit import Unit
from guilder.core.unit_of_work import UnitOfWork
from guilder.published.notification import EmailService
from guilder.published.user import RegistrationRepeated, UserActivated, UserRegistered
from guilder.testing import FakeClock, MockEmailService
from guilder.user import wiring
from guilder.user.application.ports import PasswordHasher
from guilder.user.application.user_service import UserService
from guilder.user.domain.user import User, UserRole
from guilder.user.infrastructure.argon2_password_hasher import Argon2PasswordHasher
from tests.user.builders import GOOD_PASSWORD, NOON, data
from tests.user.house import token_in


class Desk:
    """Everything that a test of the API touches."""

    def __init__(self, container: Container, http: AsyncClient) -> None:
        self.container = container
        self.http = http
        self.clock = FakeClock(NOON)
        self.mails = MockEmailService()

    def scope(self) -> AbstractAsyncContextManager[Scope]:
        return a_scope(self.container, SYSTEM)

    async def active(self, email: str = "ada@example.com", *roles: UserRole) -> User:
        """Somebody with an active account and the good password."""
        async with self.scope() as services:
            return await (await services.aget(UserService)).create_user(data(email), roles=roles, is_active=True)

    async def signed_in(self, email: str = "ada@example.com", *roles: UserRole) -> dict[str, str]:
        """The headers of somebody with an active account who has just signed in."""
        await self.active(email, *roles)
        return await self.sign_in(email)

    async def sign_in(self, email: str = "ada@example.com") -> dict[str, str]:
        """The headers of a new session."""
        answer = await self.http.post("/v1/sessions", json={"email": email, "password": GOOD_PASSWORD})
        assert answer.status_code == 201, answer.text
        return {"Authorization": f"Bearer {answer.json()['token']}"}

    async def register(self, email: str = "ada@example.com", name: str = "Ada") -> dict[str, Any]:
        """What somebody is answered who registers."""
        body = {"email": email, "name": name, "password": GOOD_PASSWORD}
        answer = await self.http.post("/v1/users", json=body)
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def mailed_token(self, email: str = "ada@example.com") -> str:
        """The token in the last mail to this address."""
        await self.deliver()
        return token_in(self.mails.sent_to(email)[-1]["body"])

    async def deliver(self) -> None:
        """Have all that was saved told; where it fails, patience passes at once."""
        relay = self.container.get(Relay)
        while await relay.backlog():
            self.clock.advance(timedelta(minutes=2))
            await asyncio.sleep(0)


@asynccontextmanager
async def a_scope(container: Container, caller: Caller) -> AsyncIterator[Scope]:
    async with container.scope() as scope:
        scope.provide(Caller, caller)
        yield scope


@asynccontextmanager
async def a_desk(database: Database) -> AsyncIterator[Desk]:
    """The room, open."""
    container = Container()
    app = FastAPI()
    app.state.container = container
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as http:
        desk = Desk(container, http)
        bind(desk, database)
        for router in (*wiring.routers(), *audit.routers()):
            app.include_router(router)
        app.add_middleware(Authentication)
        app.add_middleware(ContainerScopeMiddleware)
        put_edge_around(app, ids=container.get(IdSource), clock=desk.clock)
        relay = container.get(Relay)
        relay.start()
        yield desk
        await relay.close()
    await container.aclose()


def bind(desk: Desk, database: Database) -> None:
    """What the composition root binds, with the cheapest of hashes and a mail service that keeps its mails."""
    container = desk.container
    outbox = Outbox(TimeOrderedIds(), wanted=[each.event.__name__ for each in wiring.subscriptions()])
    events = EventRegistry([UserRegistered, UserActivated, RegistrationRepeated])
    container.register_scoped(Caller)
    container.register_value(Clock, desk.clock)
    container.register_value(IdSource, TimeOrderedIds())
    container.register_value(SecretSource, RandomSecrets())
    container.register_value(Database, database)
    container.register_value(Unit, Unit())
    container.register_value(Outbox, outbox)
    container.register_value(EmailService, desk.mails)
    container.register_singleton(UnitOfWork, PlainCommit)
    container.register_singleton(AnswerStore, SqlAnswerStore)
    container.register_singleton(KeysInFlight, KeysInFlight)
    aside = SqlSetAsideEvents(database, container.get(Unit))
    subscriptions = wiring.subscriptions()
    relay = Relay(database, desk.clock, events, outbox, subscriptions, lambda: a_scope(container, SYSTEM), aside)
    container.register_value(Relay, relay)
    container.include(wiring.register, audit.register)
    container.register_value(PasswordHasher, Argon2PasswordHasher(CHEAPEST), replace=True)
    container.validate()
