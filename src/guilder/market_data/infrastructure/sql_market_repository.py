"""Markets in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select

from guilder.core.database import Database
from guilder.core.unit import Unit
from guilder.market_data.domain.market import Market, MarketState, MarketTerms
from guilder.market_data.infrastructure.tables import markets
from guilder.published.market_data import MarketMode, MarketNotFoundError
from guilder.shared.ids import MarketId


class SqlMarketRepository:
    """`MarketRepository` by explicit rows."""

    def __init__(self, database: Database, unit: Unit) -> None:
        self._database = database
        self._unit = unit

    async def get(self, market: MarketId) -> Market:
        """Raises `MarketNotFoundError`."""

        async def load() -> Market | None:
            row = await self._database.fetch_one(select(markets).where(markets.c.id == market))
            return None if row is None else _market(row)

        found = await self._unit.find(Market, market, load)
        if found is None:
            raise MarketNotFoundError
        return found

    async def all(self) -> Sequence[Market]:
        rows = await self._database.fetch_all(select(markets).order_by(markets.c.id))
        return [_market(row) for row in rows]

    def save(self, market: Market) -> None:
        self._unit.put(markets, market, _values(market))


def _market(row: Row[Any]) -> Market:
    return Market(
        MarketTerms(MarketId(row.id), MarketMode(row.mode), row.seed, row.anchor, row.owner),
        now=row.now,
        speed=row.speed,
        state=MarketState(row.state),
        version=row.version,
    )


def _values(market: Market) -> Mapping[str, Any]:
    return {
        "id": market.id,
        "mode": market.terms.mode.value,
        "seed": market.terms.seed,
        "anchor": market.terms.anchor,
        "now": market.now,
        "speed": market.speed,
        "state": market.state.value,
        "owner": market.terms.owner,
    }
