"""Houses for the journeys, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from guilder.bootstrap.house import House
from tests.houses import Resident, a_house, a_resident, settings_for


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str | None:
    """The address of a PostgreSQL database, or None for SQLite."""
    url: str | None = request.getfixturevalue("migrated_postgres_url") if request.param == "postgresql" else None
    return url


@pytest.fixture
async def house(tmp_path: Path, database_url: str | None) -> AsyncIterator[House]:
    async with a_house(settings_for(tmp_path, database_url)) as opened:
        yield opened


@pytest.fixture
async def ada(house: House) -> AsyncIterator[Resident]:
    async with a_resident(house) as resident:
        yield resident
