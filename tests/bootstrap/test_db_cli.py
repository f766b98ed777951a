"""`guilder db` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from guilder.bootstrap.db_cli import NotConfirmedError, db_app
from guilder.bootstrap.migrations.histories import HISTORIES
from guilder.bootstrap.schema import Schema, UnknownRevisionError
from guilder.core.settings import SecretUrl, Settings

ROOMS = [history.context for history in HISTORIES]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'books.db'}"


def guilder_db(url: str, *arguments: str) -> Result:
    settings = Settings(database_url=SecretUrl(url))
    return CliRunner().invoke(db_app(lambda: settings), arguments)


def test_upgrade_tells_what_it_did(url: str) -> None:
    first = guilder_db(url, "upgrade", "--json")
    second = guilder_db(url, "upgrade", "--json")

    assert json.loads(first.stdout) == {
        "upgraded": [{"context": history.context, "from": "base", "to": history.head} for history in HISTORIES]
    }
    assert json.loads(second.stdout) == {"upgraded": []}
    assert first.exit_code == second.exit_code == 0


def test_upgrade_shows_people_a_table(url: str) -> None:
    first = guilder_db(url, "upgrade")
    second = guilder_db(url, "upgrade")

    assert all(context in first.stdout for context in ROOMS)
    assert second.stdout == "All tables are up to date.\n"


def test_check_ends_well_only_when_nothing_differs(url: str) -> None:
    before = guilder_db(url, "check", "--json")
    Schema(url).upgrade()
    after = guilder_db(url, "check", "--json")

    assert before.exit_code == 1
    assert [drift["context"] for drift in json.loads(before.stdout)["drifts"]] == ROOMS
    assert after.exit_code == 0
    assert json.loads(after.stdout) == {"ok": True, "drifts": []}


def test_check_shows_people_a_table(url: str) -> None:
    before = guilder_db(url, "check")
    Schema(url).upgrade()
    after = guilder_db(url, "check")

    assert "not yet at 0001" in before.stdout
    assert after.stdout == "All tables are as expected.\n"


def test_downgrade_wants_to_be_confirmed(url: str) -> None:
    Schema(url).upgrade()

    result = guilder_db(url, "downgrade", "trading", "base")

    assert isinstance(result.exception, NotConfirmedError)
    assert Schema(url).pending() == []


def test_downgrade_takes_one_room_back(url: str) -> None:
    Schema(url).upgrade()

    result = guilder_db(url, "downgrade", "market_data", "base", "--yes", "--json")

    assert json.loads(result.stdout) == {"downgraded": {"context": "market_data", "from": "0002", "to": "base"}}
    assert Schema(url).pending() == ["market_data"]


def test_downgrade_to_nowhere_is_refused(url: str) -> None:
    Schema(url).upgrade()

    result = guilder_db(url, "downgrade", "trading", "9999", "--yes")

    assert isinstance(result.exception, UnknownRevisionError)
