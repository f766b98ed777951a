"""Users and API keys on the command line, for whoever works on the machine itself."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any, Protocol, TypeVar

import typer

from guilder.shared.errors import InvalidError
from guilder.user.application.api_key_service import ApiKeyService, NewApiKey
from guilder.user.application.user_create import UserCreate
from guilder.user.application.user_service import UserService
from guilder.user.domain.user import User, UserRole

T = TypeVar("T")

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The user's mail address.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document, and nothing else.")]


class NoPasswordError(InvalidError):
    """Give the password on standard input: `--password-stdin`."""

    code = "no_password"


class Services(Protocol):
    """Where a command gets its services from: a scope of the container, with the system as caller."""

    async def aget(self, interface: type[T]) -> T: ...


OpenScope = Callable[[], AbstractAsyncContextManager[Services]]


def user_app(open_scope: OpenScope) -> typer.Typer:
    """`guilder user …`."""
    app = typer.Typer(name="user", help="Open and activate accounts.", no_args_is_help=True)

    @app.command()
    def create(
        email: Email,
        name: Annotated[str, typer.Option(help="The user's name.")],
        password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password.")] = False,
        active: Annotated[bool, typer.Option("--active", help="Activate the account at once.")] = False,
        role: Annotated[list[UserRole] | None, typer.Option(help="What the user may do; may be repeated.")] = None,
        as_json: AsJson = False,
    ) -> None:
        """Open an account."""
        data = UserCreate(email, name, _password(from_stdin=password_stdin))

        async def run(services: Services) -> User:
            users = await services.aget(UserService)
            return await users.create_user(data, roles=role or (), is_active=active)

        _show_user(_run(open_scope, run), as_json=as_json)

    @app.command()
    def activate(email: Email, as_json: AsJson = False) -> None:
        """Activate an account without its token."""

        async def run(services: Services) -> User:
            users = await services.aget(UserService)
            return await users.activate_user((await users.get_user_by_email(email)).id)

        _show_user(_run(open_scope, run), as_json=as_json)

    return app


def api_key_app(open_scope: OpenScope) -> typer.Typer:
    """`guilder api-key …`."""
    app = typer.Typer(name="api-key", help="Keys with which programs sign their requests.", no_args_is_help=True)

    @app.callback()
    def api_key() -> None:
        """Keys with which programs sign their requests."""

    @app.command()
    def create(
        email: Email, name: Annotated[str, typer.Option(help="What the key is for.")], as_json: AsJson = False
    ) -> None:
        """Make a key for a user. Its secret is shown this once."""

        async def run(services: Services) -> NewApiKey:
            user = await (await services.aget(UserService)).get_user_by_email(email)
            return await (await services.aget(ApiKeyService)).create_api_key_for(user.id, name)

        new = _run(open_scope, run)
        _show({"key_id": str(new.key.id), "secret": new.secret}, as_json=as_json)

    return app


def _run(open_scope: OpenScope, command: Callable[[Services], Awaitable[T]]) -> T:
    async def run() -> T:
        async with open_scope() as services:
            return await command(services)

    return asyncio.run(run())


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise NoPasswordError
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


def _show_user(user: User, *, as_json: bool) -> None:
    told = {
        "id": str(user.id),
        "email": str(user.email),
        "name": user.name,
        "is_active": user.is_active,
        "roles": sorted(user.roles),
    }
    _show(told, as_json=as_json)


def _show(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
        return
    width = max(map(len, told))
    for label, value in told.items():
        text = ", ".join(value) if isinstance(value, list) else str(value)
        print(f"{label:<{width}}  {text}")
