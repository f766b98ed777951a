"""What every `MarketDataProvider` promises, whatever market stands behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from guilder.market_data.application.market_data_service import MarketDataService
from guilder.market_data.application.market_tapes import MarketTapes, NoPriceProviderError
from guilder.published.market_data import (
    Adjustment,
    InvalidDaysError,
    MarketDataProvider,
    MarketMode,
    MarketNotFoundError,
    MarketTape,
    NoPriceError,
    SymbolNotFoundError,
    Timeframe,
)
from guilder.shared.ids import MarketId
from guilder.shared.symbol import StockSymbol
from guilder.testing import FakeMarketClock
from tests.market_data.builders import A_DAY, AAPL, FB, IBM, MSFT, FakeMarkets, a_market, at, sample, usd

UNKNOWN = StockSymbol("TSLA")
NOWHERE = MarketId("nowhere")


@dataclass
class House:
    """A provider and a tape with the clock of their market, which stands inside a session in which FB has no price."""

    provider: MarketDataProvider
    tape: MarketTape
    clock: FakeMarketClock
    now: datetime


def over_sample_prices(mode: MarketMode, now: str) -> House:
    clock, board = FakeMarketClock(at(now)), FakeMarkets(a_market(mode, "2026-01-05"))
    tapes = MarketTapes(board, sample())
    service = MarketDataService(clock, tapes, sample())
    return House(service, service, clock, at(now))


MAKERS: dict[str, Callable[[], House]] = {
    "replay": lambda: over_sample_prices(MarketMode.REPLAY, "2010-06-01T15:00"),
    "sandbox": lambda: over_sample_prices(MarketMode.SANDBOX, "2026-06-01T15:00"),
}


@pytest.fixture(params=sorted(MAKERS))
def house(request: pytest.FixtureRequest) -> House:
    return MAKERS[request.param]()


async def test_a_quote_is_of_now(house: House) -> None:
    quote = await house.provider.get_quote(AAPL)

    assert quote.symbol == AAPL
    assert quote.at == house.now
    assert quote.bid <= quote.price <= quote.ask
    assert (quote.source, quote.stale) == ("sample", False)


async def test_the_current_price_is_that_of_the_quote(house: House) -> None:
    assert await house.provider.get_current_price(IBM) == (await house.provider.get_quote(IBM)).price


async def test_quotes_are_those_that_one_would_get_one_by_one(house: House) -> None:
    quotes = await house.provider.get_quotes([AAPL, IBM])

    assert dict(quotes) == {
        AAPL: await house.provider.get_quote(AAPL),
        IBM: await house.provider.get_quote(IBM),
    }


async def test_quotes_leave_out_what_has_no_price(house: House) -> None:
    assert list(await house.provider.get_quotes([MSFT, UNKNOWN, FB, MSFT])) == [MSFT]
    assert list(await house.provider.get_current_prices(iter([UNKNOWN, MSFT]))) == [MSFT]
    assert await house.provider.get_quotes([]) == {}


async def test_an_unknown_symbol_is_not_found(house: House) -> None:
    for ask in (house.provider.get_quote, house.provider.get_current_price, house.provider.get_bars):
        with pytest.raises(SymbolNotFoundError):
            await ask(UNKNOWN)
    with pytest.raises(SymbolNotFoundError):
        await house.provider.get_historical_prices(UNKNOWN, 5)


async def test_a_known_symbol_without_a_price_is_refused(house: House) -> None:
    with pytest.raises(NoPriceError):
        await house.provider.get_quote(FB)
    assert await house.provider.get_bars(FB) == []
    assert await house.provider.get_historical_prices(FB, 5) == []


async def test_an_unknown_market_is_not_found(house: House) -> None:
    with pytest.raises(MarketNotFoundError):
        await house.provider.get_quote(AAPL, NOWHERE)
    with pytest.raises(MarketNotFoundError):
        await house.provider.get_quotes([AAPL], NOWHERE)
    with pytest.raises(MarketNotFoundError):
        await house.provider.get_bars(AAPL, market=NOWHERE)


async def test_historical_prices_are_the_closes_of_the_last_sessions_oldest_first(house: House) -> None:
    prices = await house.provider.get_historical_prices(AAPL, 3)
    bars = await house.provider.get_bars(AAPL, adjustment=Adjustment.SPLIT)

    assert [(on, price.amount) for on, price in prices] == [(bar.at.date(), bar.close) for bar in bars[-3:]]


async def test_prices_of_no_days_are_refused(house: House) -> None:
    for days in (0, -1):
        with pytest.raises(InvalidDaysError):
            await house.provider.get_historical_prices(AAPL, days)


async def test_more_days_than_there_are_give_all_there_are(house: House) -> None:
    prices = await house.provider.get_historical_prices(AAPL, 10**9)

    assert len(prices) == len(await house.provider.get_bars(AAPL))


async def test_bars_are_those_from_start_until_just_before_end(house: House) -> None:
    bars = await house.provider.get_bars(AAPL)
    start, end = bars[-5].at, bars[-2].at

    assert await house.provider.get_bars(AAPL, start=start, end=end) == bars[-5:-2]


async def test_the_latest_bars_are_those_of_the_last_session_that_is_over(house: House) -> None:
    latest = await house.provider.get_latest_bars([AAPL, FB, UNKNOWN, IBM, AAPL])

    assert latest == {symbol: (await house.provider.get_bars(symbol))[-1] for symbol in (AAPL, IBM)}


async def test_the_latest_bars_change_at_the_very_close_and_not_before(house: House) -> None:
    before = (await house.provider.get_latest_bars([IBM]))[IBM]
    closes_at = house.now.replace(hour=20) if house.now.year == 2010 else house.now.replace(hour=0) + A_DAY

    house.clock.set(closes_at - timedelta(microseconds=1))
    assert (await house.provider.get_latest_bars([IBM]))[IBM] == before
    house.clock.set(closes_at)
    assert (await house.provider.get_latest_bars([IBM]))[IBM].at == house.now.replace(hour=0)


async def test_before_the_first_close_there_are_no_latest_bars() -> None:
    house = over_sample_prices(MarketMode.REPLAY, "2000-01-03T15:00")

    assert await house.provider.get_latest_bars([IBM]) == {}


async def test_nothing_later_than_now_is_told(house: House) -> None:
    later = house.now + 30 * A_DAY

    assert await house.provider.get_bars(AAPL, start=house.now, end=later) == []
    assert (await house.provider.get_quote(AAPL)).at <= house.now
    assert (await house.provider.get_historical_prices(AAPL, 1))[0][0] < house.now.date()


async def test_bars_are_of_whole_sessions_unless_shorter_ones_are_asked_for(house: House) -> None:
    start, end = house.now - 6 * A_DAY, house.now - 3 * A_DAY

    days = await house.provider.get_bars(AAPL, start=start, end=end)
    minutes = await house.provider.get_bars(AAPL, start=days[0].at, end=end, timeframe=Timeframe.MINUTE)

    assert len(minutes) > 300 * len(days)
    assert minutes[0].open == days[0].open


async def test_the_minutes_of_a_session_are_there_while_it_is_open(house: House) -> None:
    minutes = await house.provider.get_bars(AAPL, start=house.now - timedelta(minutes=5), timeframe=Timeframe.MINUTE)

    assert [house.now - minute.at for minute in minutes] == [timedelta(minutes=ago) for ago in (5, 4, 3, 2, 1)]


async def test_the_same_instant_has_the_same_price_later(house: House) -> None:
    before = await house.provider.get_quote(AAPL)

    house.clock.advance(timedelta(days=40))
    await house.provider.get_quote(AAPL)
    house.clock.set(house.now)

    assert await house.provider.get_quote(AAPL) == before


async def test_a_replay_closes_and_the_last_price_stands() -> None:
    house = MAKERS["replay"]()
    house.clock.set(at("2010-06-05T12:00"))

    quote = await house.provider.get_quote(AAPL)

    assert (quote.price, quote.at) == (usd("255.965"), at("2010-06-04T20:00"))


async def test_a_live_market_without_a_provider_says_so() -> None:
    house = over_sample_prices(MarketMode.LIVE, "2026-06-01T15:00")

    with pytest.raises(NoPriceProviderError, match="provider"):
        await house.provider.get_quote(AAPL)


async def test_the_tape_tells_the_trades_of_a_session_up_to_now(house: House) -> None:
    session = house.tape.last_session()
    assert session is not None

    trades = await house.tape.get_trades(AAPL, start=session.opens_at)

    instants = [trade.at for trade in trades]
    assert instants == sorted(instants)
    assert session.opens_at <= instants[0] <= instants[-1] <= house.now < session.closes_at


async def test_between_sessions_the_last_session_is_the_one_that_was() -> None:
    evening = over_sample_prices(MarketMode.REPLAY, "2010-06-01T23:00")
    session = evening.tape.last_session()

    assert session is not None
    assert (session.on, session.closes_at < evening.now) == (evening.now.date(), True)


async def test_before_the_first_session_there_is_no_last_one() -> None:
    early = over_sample_prices(MarketMode.REPLAY, "2000-01-01T12:00")

    assert early.tape.last_session() is None
