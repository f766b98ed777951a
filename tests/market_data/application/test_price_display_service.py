"""Prices for people who are signed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

import pytest

from guilder.core.caller import NOBODY, Caller, NotSignedInError
from guilder.core.pages import InvalidCursorError, Page, PageRequest, write_cursor
from guilder.market_data.application.market_data_service import MarketDataService
from guilder.market_data.application.market_tapes import MarketTapes
from guilder.market_data.application.price_display_service import PriceDisplayService, TooManySymbolsError
from guilder.published.market_data import Adjustment, Bar, Print, Timeframe
from guilder.shared.ids import MAIN_MARKET, UserId
from guilder.shared.symbol import StockSymbol
from guilder.testing import FakeMarketClock
from tests.market_data.builders import AAPL, FB, IBM, FakeMarkets, a_market, at, sample

SOMEBODY = Caller(UserId(UUID(int=1)))
NOW = "2010-06-01T15:00"
DAYS_OF_AAPL = "bars main AAPL 1Day raw"


def a_service(caller: Caller = SOMEBODY) -> PriceDisplayService:
    board = FakeMarkets(a_market())
    return PriceDisplayService(
        caller, MarketDataService(FakeMarketClock(at(NOW)), MarketTapes(board, sample()), sample())
    )


async def bars(
    service: PriceDisplayService, page: PageRequest, start: str | None = "2010-05-03", end: str | None = "2010-05-15"
) -> tuple[list[Bar], str | None]:
    found = await service.bars(
        AAPL,
        start=None if start is None else at(start),
        end=None if end is None else at(end),
        adjustment=Adjustment.RAW,
        market=MAIN_MARKET,
        page=page,
    )
    return list(found.items), found.next


async def test_who_is_not_signed_in_is_shown_nothing() -> None:
    service = a_service(NOBODY)

    with pytest.raises(NotSignedInError):
        await service.quote(AAPL, MAIN_MARKET)
    with pytest.raises(NotSignedInError):
        await service.quotes([AAPL], MAIN_MARKET)
    with pytest.raises(NotSignedInError):
        await bars(service, PageRequest())
    with pytest.raises(NotSignedInError):
        await service.trades(AAPL, start=None, end=None, market=MAIN_MARKET, page=PageRequest())


async def test_quotes_come_in_the_order_asked_for_without_those_that_have_no_price() -> None:
    quotes = await a_service().quotes([IBM, FB, AAPL], MAIN_MARKET)

    assert [quote.symbol for quote in quotes] == [IBM, AAPL]


async def test_only_so_many_symbols_are_quoted_at_once() -> None:
    with pytest.raises(TooManySymbolsError):
        await a_service().quotes([StockSymbol(f"A{number}") for number in range(501)], MAIN_MARKET)


async def test_pages_follow_each_other_without_a_gap_or_a_repeat() -> None:
    service = a_service()
    whole, end = await bars(service, PageRequest())

    pages: list[Bar] = []
    page = PageRequest(limit=3)
    while True:
        items, following = await bars(service, page)
        pages += items
        if following is None:
            break
        assert len(items) == 3
        page = PageRequest(limit=3, cursor=following)

    assert len(whole) == 10
    assert end is None
    assert pages == whole


async def test_a_cursor_never_leads_before_the_start() -> None:
    cursor = write_cursor(DAYS_OF_AAPL, at("2001-01-01"))

    items, _ = await bars(a_service(), PageRequest(limit=1, cursor=cursor))

    assert items[0].at == at("2010-05-03")


async def test_a_cursor_at_the_end_of_time_leads_nowhere() -> None:
    cursor = write_cursor(DAYS_OF_AAPL, datetime.max.replace(tzinfo=UTC))

    assert await bars(a_service(), PageRequest(cursor=cursor), start=None, end=None) == ([], None)


@pytest.mark.parametrize(
    "listing", ["orders", "bars", "bars main IBM 1Day raw", "bars main AAPL 1Min raw", "bars main AAPL 1Day split"]
)
async def test_a_cursor_of_another_list_is_refused(listing: str) -> None:
    with pytest.raises(InvalidCursorError):
        await bars(a_service(), PageRequest(cursor=write_cursor(listing, at("2010-05-03"))))


async def test_pages_of_minutes_and_of_trades_follow_each_other_without_a_gap_or_a_repeat() -> None:
    service, start, end = a_service(), at("2010-05-27T19:50"), at("2010-05-28T13:40")

    async def minutes(page: PageRequest) -> Page[Bar]:
        return await service.bars(
            AAPL,
            start=start,
            end=end,
            adjustment=Adjustment.RAW,
            market=MAIN_MARKET,
            page=page,
            timeframe=Timeframe.MINUTE,
        )

    async def trades(page: PageRequest) -> Page[Print]:
        return await service.trades(AAPL, start=start, end=end, market=MAIN_MARKET, page=page)

    minutes_in_pages, trades_in_pages = await in_pages(minutes), await in_pages(trades)

    assert minutes_in_pages == list((await minutes(PageRequest(500))).items)
    assert trades_in_pages == list((await trades(PageRequest(500))).items)
    assert len(minutes_in_pages) == 20
    assert sum(trade.size for trade in trades_in_pages) == sum(minute.volume for minute in minutes_in_pages)


T = TypeVar("T")


async def in_pages(ask: Callable[[PageRequest], Awaitable[Page[T]]]) -> list[T]:
    """All there is, three at a time."""
    found: list[T] = []
    page = await ask(PageRequest(3))
    while page.next is not None:
        found += page.items
        page = await ask(PageRequest(3, page.next))
    return [*found, *page.items]
