"""Databases with this room's tables, of both kinds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from guilder.core.database import Database
from guilder.market_data.infrastructure.tables import metadata
from tests.databases import a_database


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    async with a_database(request.param, tmp_path, url, metadata) as made:
        yield made
