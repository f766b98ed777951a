"""The desk that the tests of the API sit at."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from guilder.user.infrastructure.tables import metadata
from tests.testing.databases import POSTGRES, SQLITE, a_database
from tests.user.presentation.desk import Desk, a_desk


@pytest.fixture
async def desk(request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    """The user room, open."""
    async with a_database(SQLITE, request, metadata) as database, a_desk(database) as desk:
        yield desk


@pytest.fixture(params=[SQLITE, POSTGRES])
async def any_desk(request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    """The same on each database, for what hangs on commits, races and the outbox."""
    async with a_database(request.param, request, metadata) as database, a_desk(database) as desk:
        yield desk
