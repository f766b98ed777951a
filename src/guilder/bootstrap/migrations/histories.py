"""The histories: one a room that has tables, each a straight line of revisions with a version table of its own.

Nothing here loads Alembic: a start that finds its database up to date should not pay for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, MetaData, column, inspect, literal, select, table, union_all

_HOUSE: Final = Path(__file__).parents[2]


@dataclass(frozen=True)
class History:
    """The revisions of one room's tables: files `0001_….py`, `0002_….py`, …, in `migrations` beside its `tables.py`."""

    context: str

    @property
    def _package(self) -> str:
        return "core" if self.context == "core" else f"{self.context}.infrastructure"

    @property
    def folder(self) -> Path:
        return _HOUSE.joinpath(*self._package.split("."), "migrations")

    @property
    def version_table(self) -> str:
        """Where the database keeps the revision that it stands at."""
        return f"{self.context}_alembic_version"

    @cached_property
    def revisions(self) -> tuple[str, ...]:
        """All revisions that this code knows, oldest first: the numbers that the files begin with."""
        return tuple(sorted(path.name[:4] for path in self.folder.glob("[0-9][0-9][0-9][0-9]_*.py")))

    @property
    def head(self) -> str:
        """The newest revision."""
        return self.revisions[-1]

    def metadata(self) -> MetaData:
        """The tables as the code has them today."""
        metadata = import_module(f"guilder.{self._package}.tables").metadata
        assert isinstance(metadata, MetaData)
        return metadata


HISTORIES: Final = tuple(
    History(context) for context in ("core", "user", "financial", "trading", "market_data", "notification")
)
"""In the order in which they are upgraded."""


def stored_revisions(connection: Connection) -> Mapping[str, str]:
    """The revision at which each room stands in this database; rooms that have no tables there are left out."""
    tables = set(inspect(connection).get_table_names())
    queries = [
        select(literal(history.context), table(history.version_table, column("version_num")).c.version_num)
        for history in HISTORIES
        if history.version_table in tables
    ]
    return dict(connection.execute(union_all(*queries)).all()) if queries else {}
