"""Users and keys on the command line."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from guilder.core import tables as core_tables
from guilder.core.container import Scope
from guilder.core.sqlite_database import SqliteDatabase
from guilder.published.user import Identification, UserNotFoundError
from guilder.shared.errors import ValidationError
from guilder.user.application.user_creator import EmailTakenError
from guilder.user.infrastructure.tables import metadata
from guilder.user.presentation.cli import NoPasswordError, api_key_app, user_app
from tests.user.builders import GOOD_PASSWORD
from tests.user.presentation.desk import a_desk

Guilder = Callable[..., Any]


@pytest.fixture
def guilder(tmp_path: Path) -> Guilder:
    """`guilder("user", "create", …, typed=…)`: what it prints; each command opens the books anew."""

    @asynccontextmanager
    async def open_scope() -> AsyncIterator[Scope]:
        database = SqliteDatabase(tmp_path / "books.sqlite")
        for tables in (core_tables.metadata, metadata):
            await database.write(tables.create_all)
        async with a_desk(database) as desk, desk.scope() as scope:
            yield scope
        await database.aclose()

    app = typer.Typer()
    app.add_typer(user_app(open_scope))
    app.add_typer(api_key_app(open_scope))

    @app.command()
    def whoami(key_id: str, secret: str) -> None:
        import asyncio

        async def ask() -> str:
            async with open_scope() as scope:
                return str(await (await scope.aget(Identification)).by_api_key(key_id, secret))

        typer.echo(asyncio.run(ask()))

    def run(*words: str, typed: str = "") -> str:
        result = CliRunner().invoke(app, words, input=typed, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


def create(guilder: Guilder, *options: str) -> Any:
    words = ("user", "create", "ada@example.com", "--name", "Ada", "--password-stdin", "--json", *options)
    return json.loads(guilder(*words, typed=f"{GOOD_PASSWORD}\n"))


def test_a_user_is_created_and_told_as_one_json_document(guilder: Guilder) -> None:
    told = create(guilder)

    assert told.pop("id")
    assert told == {"email": "ada@example.com", "name": "Ada", "is_active": False, "roles": []}


def test_a_user_can_be_active_and_hold_roles_from_the_start(guilder: Guilder) -> None:
    told = create(guilder, "--active", "--role", "admin", "--role", "auditor")

    assert told["is_active"]
    assert told["roles"] == ["admin", "auditor"]


def test_without_json_the_user_is_shown_line_by_line(guilder: Guilder) -> None:
    words = ("user", "create", "ada@example.com", "--name", "Ada", "--password-stdin", "--role", "admin")

    shown = guilder(*words, typed=GOOD_PASSWORD)

    assert "email      ada@example.com\n" in shown
    assert "roles      admin\n" in shown
    assert GOOD_PASSWORD not in shown


def test_a_user_is_activated_by_address(guilder: Guilder) -> None:
    created = create(guilder)

    told = json.loads(guilder("user", "activate", "ADA@example.com", "--json"))

    assert told == {**created, "is_active": True}


def test_a_key_is_made_for_a_user_by_address_and_works(guilder: Guilder) -> None:
    user = create(guilder, "--active")

    told = json.loads(guilder("api-key", "create", "ada@example.com", "--name", "bot", "--json"))

    assert told.keys() == {"key_id", "secret"}
    assert user["id"] in guilder("whoami", told["key_id"], told["secret"])


def test_the_rules_for_passwords_hold_here_too(guilder: Guilder) -> None:
    with pytest.raises(ValidationError, match="password: has fewer than 8 characters"):
        guilder("user", "create", "ada@example.com", "--name", "Ada", "--password-stdin", typed="short\n")


def test_a_password_is_never_asked_of_a_program(guilder: Guilder) -> None:
    with pytest.raises(NoPasswordError):
        guilder("user", "create", "ada@example.com", "--name", "Ada")


def test_a_taken_address_and_an_unknown_one_are_told(guilder: Guilder) -> None:
    create(guilder)

    with pytest.raises(EmailTakenError):
        create(guilder)
    with pytest.raises(UserNotFoundError):
        guilder("user", "activate", "bob@example.com")
    with pytest.raises(UserNotFoundError):
        guilder("api-key", "create", "bob@example.com", "--name", "bot")
