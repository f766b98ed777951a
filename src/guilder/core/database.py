"""The database, as repositories see it: committed rows to read; writing goes through units of work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Row
from sqlalchemy.sql import Executable

from guilder.shared.errors import UnavailableError

T = TypeVar("T")


class DatabaseUnavailableError(UnavailableError):
    """The database cannot be reached, or did not answer in time. Nothing was done; try again."""

    code = "database_unavailable"


class Database(Protocol):
    """One database, shared by the whole process."""

    @property
    def dialect_name(self) -> str:
        """`sqlite` or `postgresql`."""

    async def fetch_all(self, query: Executable) -> Sequence[Row[Any]]:
        """All rows of a query, from what is committed. Raises `DatabaseUnavailableError`."""

    async def fetch_one(self, query: Executable) -> Row[Any] | None:
        """The first row of a query, if any. Raises `DatabaseUnavailableError`."""

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run several queries on one snapshot of what is committed. Raises `DatabaseUnavailableError`."""

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one durable transaction: committed when it returns, rolled back when it raises.

        Raises:
            DatabaseUnavailableError: the database is away; what `work` did is gone.
            OutcomeUnknownError: the connection broke while committing.
        """

    async def aclose(self) -> None: ...


class OutcomeUnknownError(DatabaseUnavailableError):
    """The connection broke while the database was committing: it may have been saved, or not."""

    code = "outcome_unknown"
