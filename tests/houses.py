"""Whole houses for tests: everything real, in this process, spoken to over HTTP without a socket."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from argon2 import Parameters, Type

from guilder.bootstrap.api import create_app
from guilder.bootstrap.container import setup_container
from guilder.bootstrap.house import House
from guilder.core.relay import Relay
from guilder.core.settings import SecretUrl, Settings
from guilder.user.application.ports import PasswordHasher
from guilder.user.application.user_create import UserCreate
from guilder.user.application.user_service import UserService
from guilder.user.domain.user import UserRole
from guilder.user.infrastructure.argon2_password_hasher import Argon2PasswordHasher

PASSWORD = "correct horse battery"


class Resident:
    """Somebody who uses the house over HTTP."""

    def __init__(self, house: House, http: httpx.AsyncClient) -> None:
        self.house = house
        self.http = http
        self.user_id = ""

    async def call(self, method: str, path: str, status: int, body: Any = None, **options: Any) -> Any:
        """Ask, and insist on a status; the answer's JSON."""
        answer = await self.http.request(method, path, json=body, **options)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def get(self, path: str, **query: Any) -> Any:
        return await self.call("GET", path, 200, params=query)

    async def refused(self, method: str, path: str, status: int, code: str, body: Any = None, **options: Any) -> Any:
        """Ask for what must be refused, by a problem document with that code."""
        answer = await self.http.request(method, path, json=body, **options)
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (status, code), f"{method} {path}: {answer.text}"
        assert answer.headers["content-type"].startswith("application/problem+json")
        return problem

    async def sign_up(self, email: str, password: str = PASSWORD) -> None:
        """Register, take the token out of the mail, activate, sign in."""
        user = await self.call("POST", "/v1/users", 201, {"email": email, "name": "Ada", "password": password})
        token = await self.mailed_token(email)
        await self.call("POST", f"/v1/users/{user['id']}/activate", 200, {"token": token})
        await self.sign_in(email, password)
        self.user_id = user["id"]

    async def sign_in(self, email: str, password: str = PASSWORD) -> None:
        session = await self.call("POST", "/v1/sessions", 201, {"email": email, "password": password})
        self.http.headers["Authorization"] = f"Bearer {session['token']}"

    async def mailed_token(self, email: str) -> str:
        """The activation token from the last mail to that address."""
        async with asyncio.timeout(20):
            await self.house.container.get(Relay).told()
        for mail in sorted(self.mails(), reverse=True):
            text = mail.read_text()
            found = re.search(r"(?<![\w-])([\w-]{43})(?![\w-])", text)
            if f"To: {email}" in text and found is not None:
                return found[1]
        raise AssertionError(f"no mail with a token to {email}")

    def mails(self) -> list[Path]:
        return list((self.house.settings.data_dir / "mail").glob("*.eml"))

    async def portfolio(self, cash: str = "10000", **terms: Any) -> str:
        """Open a portfolio and put money in; its id."""
        opened = await self.call("POST", "/v1/portfolios", 201, {"name": "Test", "base_currency": "USD", **terms})
        if cash != "0":
            money = {"amount": cash, "currency": "USD"}
            await self.call("POST", f"/v1/portfolios/{opened['id']}/deposits", 201, money)
        return str(opened["id"])

    async def place(self, portfolio_id: str, status: int = 201, **terms: Any) -> Any:
        """Place an order: a market buy of one AAPL, unless told otherwise."""
        ticket = {"symbol": "AAPL", "side": "buy", "order_type": "market", "quantity": "1", **terms}
        return await self.call("POST", "/v1/orders", status, {"portfolio_id": portfolio_id, **ticket})


def settings_for(folder: Path, postgres_url: str | None = None, **chosen: Any) -> Settings:
    """Settings of a house of its own in `folder`."""
    if postgres_url is not None:
        chosen["database_url"] = SecretUrl(postgres_url)
    return Settings(data_dir=folder, **chosen)


@asynccontextmanager
async def a_house(settings: Settings) -> AsyncIterator[House]:
    """A house that is open; only its passwords are hashed more cheaply than in earnest."""
    container = setup_container(settings)
    container.register_singleton(PasswordHasher, _quick_hasher, replace=True)
    async with House(settings, container=container) as house:
        yield house


def _quick_hasher() -> Iterator[PasswordHasher]:
    hasher = Argon2PasswordHasher(Parameters(Type.ID, 19, 16, 32, 1, 8, 1))
    yield hasher
    hasher.close()


@asynccontextmanager
async def a_resident(house: House, email: str | None = "ada@example.com") -> AsyncIterator[Resident]:
    """Somebody who has signed up, or a stranger when there is no address."""
    transport = httpx.ASGITransport(create_app(house), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://guilder.test", timeout=30) as http:
        resident = Resident(house, http)
        if email is not None:
            await resident.sign_up(email)
        yield resident


@asynccontextmanager
async def an_admin(house: House, email: str = "ada@example.com") -> AsyncIterator[Resident]:
    """An admin who is signed in; made by the house itself, since nobody becomes one over HTTP."""
    async with house.system_scope() as scope:
        users = await scope.aget(UserService)
        admin = UserCreate(email, "Ada", PASSWORD)
        user = await users.create_user(admin, roles=[UserRole.ADMIN], is_active=True)
    async with a_resident(house, email=None) as resident:
        await resident.sign_in(email)
        resident.user_id = str(user.id)
        yield resident
