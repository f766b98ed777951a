"""Moves the tables of one room along its history, by Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from guilder.bootstrap.migrations.histories import History


def move_up(connection: Connection, history: History, revision: str | None = None) -> None:
    """Apply every revision that is not applied yet, up to `revision`; up to the newest unless told."""
    command.upgrade(_config(connection, history), revision or history.head)


def move_down(connection: Connection, history: History, revision: str) -> None:
    """Take back every revision after `revision`; `base`, Alembic's word for the beginning, leaves nothing."""
    command.downgrade(_config(connection, history), revision)


def _config(connection: Connection, history: History) -> Config:
    config = Config(attributes={"connection": connection, "history": history})
    config.set_main_option("path_separator", "newline")
    config.set_main_option("script_location", _escaped(Path(__file__).parent))
    config.set_main_option("version_locations", _escaped(history.folder))
    return config


def _escaped(path: Path) -> str:
    """As a value of an ini file, where `%` begins a reference."""
    return str(path).replace("%", "%%")
