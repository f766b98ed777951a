"""Taken volumes in SQL: one row a portfolio and symbol."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from guilder.core.database import Database
from guilder.core.unit import Unit
from guilder.shared.ids import PortfolioId
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol
from guilder.trading.domain.volume_taken import VolumeTaken
from guilder.trading.infrastructure.tables import volume_taken

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class SqlVolumeRepository:
    """`VolumeRepository` on SQLite and PostgreSQL."""

    def __init__(self, database: Database, unit: Unit) -> None:
        self._database = database
        self._unit = unit

    async def get(self, portfolio_id: PortfolioId, symbol: StockSymbol) -> VolumeTaken:
        key = VolumeTaken.id_for(portfolio_id, symbol)

        async def load() -> VolumeTaken | None:
            row = await self._database.fetch_one(select(volume_taken).where(volume_taken.c.id == key))
            return None if row is None else VolumeTaken(key, row.span_at, Quantity(row.quantity), version=row.version)

        found = await self._unit.find(VolumeTaken, key, load)
        return VolumeTaken(key, _NEVER, Quantity.zero()) if found is None else found

    def save(self, taken: VolumeTaken) -> None:
        row = {"id": taken.id, "span_at": taken.span_at, "quantity": taken.quantity.value}
        self._unit.put(volume_taken, taken, row)
