"""Markets are kept as they are, in memory and in both databases."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from guilder.core.database import Database
from guilder.core.outbox import Outbox
from guilder.core.plain_commit import PlainCommit
from guilder.core.unit import Unit
from guilder.market_data.domain.market import Market, MarketState, MarketTerms
from guilder.market_data.infrastructure.sql_market_repository import SqlMarketRepository
from guilder.published.market_data import MarketMode, MarketNotFoundError
from guilder.shared.errors import ConflictError
from guilder.shared.ids import MAIN_MARKET, MarketId, UserId
from guilder.testing import FakeClock, SequentialIds
from tests.market_data.builders import a_market, at


class Shelf:
    """A repository and a unit of work upon it."""

    def __init__(self, database: Database) -> None:
        self.work = PlainCommit(database, FakeClock(), Outbox(SequentialIds()))
        self.markets = SqlMarketRepository(database, Unit())

    async def add(self, *markets: Market) -> None:
        async with self.work:
            for market in markets:
                self.markets.save(market)


@pytest.fixture
def shelf(database: Database) -> Shelf:
    return Shelf(database)


def all_of(market: Market) -> tuple[object, ...]:
    return market.terms, market.now, market.speed, market.state, market.version


async def test_a_market_comes_back_as_it_was_saved(shelf: Shelf) -> None:
    owner = UserId(UUID(int=7))
    terms = MarketTerms(MAIN_MARKET, MarketMode.REPLAY, 2**62, at("2026-01-05").date(), owner)
    await shelf.add(Market(terms, now=at("2010-01-04T14:30:00.000001"), speed=Decimal("2.5"), state=MarketState.PAUSED))

    found = await shelf.markets.get(MAIN_MARKET)

    assert all_of(found) == (
        terms,
        at("2010-01-04T14:30:00.000001"),
        Decimal("2.5"),
        MarketState.PAUSED,
        1,
    )


async def test_a_market_stands_where_it_was_moved_to(shelf: Shelf) -> None:
    await shelf.add(a_market(now="2010-01-04"))

    async with shelf.work:
        market = await shelf.markets.get(MAIN_MARKET)
        market.move(at("2010-01-05"))
        shelf.markets.save(market)

    found = await shelf.markets.get(MAIN_MARKET)
    assert (found.now, found.version) == (at("2010-01-05"), 2)


async def test_a_lost_race_is_a_conflict(shelf: Shelf) -> None:
    await shelf.add(a_market(now="2010-01-04"))
    outdated = await shelf.markets.get(MAIN_MARKET)
    async with shelf.work:
        market = await shelf.markets.get(MAIN_MARKET)
        market.move(at("2010-01-06"))
        shelf.markets.save(market)

    outdated.move(at("2010-01-05"))
    with pytest.raises(ConflictError):
        await shelf.add(outdated)


async def test_all_markets_come_by_id(shelf: Shelf) -> None:
    terms = [
        MarketTerms(MarketId(id), MarketMode.SANDBOX, 0, at("2026-01-05").date()) for id in ("main", "class", "zoo")
    ]
    await shelf.add(*(Market.opened(each, at("2026-01-05")) for each in terms))

    assert [market.id for market in await shelf.markets.all()] == ["class", "main", "zoo"]


async def test_a_market_that_is_not_there_is_not_found(shelf: Shelf) -> None:
    assert await shelf.markets.all() == []
    with pytest.raises(MarketNotFoundError):
        await shelf.markets.get(MAIN_MARKET)
