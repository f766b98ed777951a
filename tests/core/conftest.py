"""What the tests of the machinery share: a small aggregate and its table, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from guilder.core.database import Database
from tests.core.counters import metadata
from tests.databases import a_database


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    async with a_database(request.param, tmp_path, url, metadata) as made:
        yield made
