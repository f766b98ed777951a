"""Books and plans in memory, when the database cannot be asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from guilder.core.database import DatabaseUnavailableError
from guilder.shared.ids import MAIN_MARKET, MarketId, OrderId
from guilder.trading.domain.order_book import RestingOrder
from guilder.trading.infrastructure.resident_books import ResidentBooks
from guilder.trading.infrastructure.resident_plans import ResidentPlans
from tests.builders import OPENS_AT, a_ticket, an_order, order_for

A_MINUTE = timedelta(minutes=1)


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
        await plans.earliest(MAIN_MARKET, plans_away)

    assert await plans.earliest(MAIN_MARKET, there) == (OPENS_AT, order.id)


async def test_plans_tell_what_is_due_first_as_it_now_stands() -> None:
    plans = ResidentPlans()
    one, two, three = (an_order().id for _ in range(3))

    async def nothing() -> Iterable[tuple[MarketId, OrderId, datetime]]:
        return []

    assert await plans.earliest(MAIN_MARKET, nothing) is None
    for order_id, minutes in ((one, 3), (two, 1), (three, 2)):
        plans.note(MAIN_MARKET, order_id, OPENS_AT + minutes * A_MINUTE)

    assert await plans.earliest(MAIN_MARKET, nothing, but={two}) == (OPENS_AT + 2 * A_MINUTE, three)
    assert await plans.earliest(MAIN_MARKET, nothing, but={one, two, three}) is None
    assert await plans.earliest(MAIN_MARKET, nothing) == (OPENS_AT + A_MINUTE, two)

    plans.note(MAIN_MARKET, two, OPENS_AT + 4 * A_MINUTE)
    plans.note(MAIN_MARKET, three, None)
    assert await plans.earliest(MAIN_MARKET, nothing) == (OPENS_AT + 3 * A_MINUTE, one)
    plans.note(MAIN_MARKET, one, None)
    assert await plans.earliest(MAIN_MARKET, nothing) == (OPENS_AT + 4 * A_MINUTE, two)
