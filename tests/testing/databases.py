"""A database of its own for a test that names its kind, and a unit of work upon it."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final, cast

import pytest
from sqlalchemy import MetaData

from guilder.core.database import Database
from guilder.core.outbox import Outbox
from guilder.core.plain_commit import PlainCommit
from guilder.testing import FakeClock, SequentialIds
from tests import databases

SQLITE: Final = "sqlite"
POSTGRES: Final = "postgresql"


def a_database(kind: str, request: pytest.FixtureRequest, *schemas: MetaData) -> AbstractAsyncContextManager[Database]:
    """An empty database with the core's tables and those of `schemas`; it is on the disk of this test alone."""
    folder = cast(Path, request.getfixturevalue("tmp_path"))
    url = cast(str, request.getfixturevalue("postgres_url")) if kind == POSTGRES else None
    return databases.a_database(kind, folder, url, *schemas)


def plain_work(database: Database, clock: FakeClock | None = None) -> PlainCommit:
    """The unit of work of the rooms outside the core."""
    return PlainCommit(database, clock or FakeClock(), Outbox(SequentialIds()))
