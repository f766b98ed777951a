"""Books and plans in memory, when the database cannot be asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import pytest

from guilder.core.database import DatabaseUnavailableError
from guilder.shared.ids import MAIN_MARKET, MarketId, OrderId
from guilder.trading.domain.order_book import RestingOrder
from guilder.trading.infrastructure.resident_books import ResidentBooks
from guilder.trading.infrastructure.resident_plans import ResidentPlans
from tests.builders import OPENS_AT, a_ticket, an_order, order_for


async def away() -> Iterable[tuple[MarketId, RestingOrder]]:
    raise DatabaseUnavailableError


async def plans_away() -> Iterable[tuple[MarketId, OrderId, datetime]]:
    raise DatabaseUnavailableError


async def test_books_that_could_not_be_read_are_read_again() -> None:
    order = order_for(a_ticket("1", limit="10"))
    books = ResidentBooks()

    async def there() -> Iterable[tuple[MarketId, RestingOrder]]:
        return [(MAIN_MARKET, RestingOrder.of(order))]

    with pytest.raises(DatabaseUnavailableError):
        await books.of(MAIN_MARKET, away)

    assert list(await books.of(MAIN_MARKET, there)) == [order.id]


async def test_plans_that_could_not_be_read_are_read_again() -> None:
    order = an_order()
    plans = ResidentPlans()

    async def there() -> Iterable[tuple[MarketId, OrderId, datetime]]:
        return [(MAIN_MARKET, order.id, OPENS_AT)]

    with pytest.raises(DatabaseUnavailableError):
        await plans.of(MAIN_MARKET, plans_away)

    assert await plans.of(MAIN_MARKET, there) == {order.id: OPENS_AT}
