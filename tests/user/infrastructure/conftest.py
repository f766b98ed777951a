"""The stores of the user room, in memory and in real databases."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from guilder.user.infrastructure import tables
from tests.testing.databases import POSTGRES, SQLITE, a_database
from tests.user.infrastructure.stores import Stores, stores_in, stores_in_memory


@pytest.fixture(params=["memory", SQLITE, POSTGRES])
async def stores(request: pytest.FixtureRequest) -> AsyncIterator[Stores]:
    """The stores, each time somewhere else."""
    if request.param == "memory":
        yield stores_in_memory()
        return
    async with a_database(request.param, request, tables.metadata) as database:
        yield stores_in(database)
