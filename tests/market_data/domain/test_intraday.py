"""Bars shorter than a session, and trades, as a market shows them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from guilder.market_data.domain.intraday import Window
from guilder.market_data.domain.sandbox import SandboxTimeline
from guilder.market_data.domain.tape import Tape
from guilder.market_data.domain.timeline import ExchangeTimeline
from guilder.published.market_data import Adjustment, Bar, Print, Session, Timeframe
from guilder.shared.symbol import StockSymbol
from tests.market_data.builders import AAPL, IBM, SYMBOLS, at, sample

TAPES = {
    "replay": Tape(ExchangeTimeline(sample().calendar), seed=0, source="sample"),
    "sandbox": Tape(SandboxTimeline(sample().calendar, date(2010, 1, 4)), seed=7, source="sample"),
}
POSITIONS = {"replay": (0, 3_268), "sandbox": (-2_470, 5_000)}
"""The second lap of the sandbox included."""
INTRADAY = st.sampled_from([timeframe for timeframe in Timeframe if timeframe is not Timeframe.DAY])
LATE = at("2040-01-01")


@st.composite
def sessions(draw: st.DrawFn) -> tuple[str, Session]:
    """A market and one of its sessions."""
    kind = draw(st.sampled_from(sorted(TAPES)))
    session = TAPES[kind].timeline.session(draw(st.integers(*POSITIONS[kind])))
    assert session is not None
    return kind, session


@st.composite
def instants(draw: st.DrawFn) -> tuple[str, datetime]:
    """A market and an instant within a session, or shortly before or after one."""
    kind, session = draw(sessions())
    length = (session.closes_at - session.opens_at) // timedelta(microseconds=1)
    return kind, session.opens_at + timedelta(microseconds=draw(st.integers(-(10**9), length + 10**9)))


def bars(
    kind: str,
    symbol: StockSymbol,
    timeframe: Timeframe,
    start: datetime | None,
    end: datetime | None,
    now: datetime = LATE,
    adjustment: Adjustment = Adjustment.RAW,
) -> list[Bar]:
    return list(TAPES[kind].bars(sample().listing(symbol), Window(start, end, now), adjustment, timeframe))


def trades(kind: str, symbol: StockSymbol, start: datetime, end: datetime, now: datetime = LATE) -> list[Print]:
    return list(TAPES[kind].trades(sample().listing(symbol), Window(start, end, now)))


@given(sessions(), st.sampled_from(SYMBOLS), INTRADAY, st.sampled_from(Adjustment))
def test_the_bars_of_a_day_are_its_daily_bar_together(
    market: tuple[str, Session], symbol: StockSymbol, timeframe: Timeframe, adjustment: Adjustment
) -> None:
    kind, session = market
    start = at(session.on.isoformat())
    end = start + timedelta(days=1)

    whole = bars(kind, symbol, Timeframe.DAY, start, end, adjustment=adjustment)
    parts = bars(kind, symbol, timeframe, start, end, adjustment=adjustment)

    assert len(whole) == bool(parts)
    for daily in whole:
        assert (parts[0].open, parts[-1].close) == (daily.open, daily.close)
        assert (max(bar.high for bar in parts), min(bar.low for bar in parts)) == (daily.high, daily.low)
        assert sum(bar.volume for bar in parts) == daily.volume


@given(instants(), st.sampled_from(SYMBOLS), INTRADAY)
def test_no_bar_is_seen_before_it_is_over(
    market: tuple[str, datetime], symbol: StockSymbol, timeframe: Timeframe
) -> None:
    kind, now = market
    span = timedelta(minutes=timeframe.minutes)

    start, end = now - timedelta(days=3), now + timedelta(days=1)

    seen = bars(kind, symbol, timeframe, start, end, now)

    later = bars(kind, symbol, timeframe, start, end)
    over = [bar for bar in later if min(bar.at + span, close_of(kind, bar.at)) <= now]
    assert seen == over


def close_of(kind: str, instant: datetime) -> datetime:
    """When the session of that day closes."""
    timeline = TAPES[kind].timeline
    session = timeline.session(timeline.position_from(instant.date()))
    assert session is not None
    return session.closes_at


@given(instants(), st.sampled_from(SYMBOLS))
def test_no_trade_is_later_than_now(market: tuple[str, datetime], symbol: StockSymbol) -> None:
    kind, now = market
    start, end = now - timedelta(minutes=3), now + timedelta(minutes=3)

    seen = trades(kind, symbol, start, end, now)

    assert seen == [trade for trade in trades(kind, symbol, start, end) if trade.at <= now]


@given(instants(), st.sampled_from(SYMBOLS), st.integers(0, 3_000), INTRADAY)
def test_a_part_of_the_bars_is_what_all_of_them_show_there(
    market: tuple[str, datetime], symbol: StockSymbol, length: int, timeframe: Timeframe
) -> None:
    kind, start = market
    begin = start - timedelta(days=1)
    end = start + timedelta(minutes=length)

    part = bars(kind, symbol, timeframe, start, end)

    whole = bars(kind, symbol, timeframe, begin, begin + timedelta(days=4))
    assert part == [bar for bar in whole if start <= bar.at < end]


def test_an_hour_begins_at_its_full_hour_and_the_first_one_before_the_open() -> None:
    found = bars("replay", AAPL, Timeframe.HOUR, at("2010-01-04"), at("2010-01-05"))

    assert [bar.at.hour for bar in found] == [14, 15, 16, 17, 18, 19, 20]


def test_there_are_as_many_minutes_as_the_session_has() -> None:
    def minutes_on(day: str) -> int:
        return len(bars("replay", IBM, Timeframe.MINUTE, at(day), at(day) + timedelta(days=1)))

    assert [minutes_on(day) for day in ("2012-11-21", "2012-11-22", "2012-11-23")] == [390, 0, 210]
    assert len(bars("sandbox", IBM, Timeframe.MINUTE, at("2012-11-22"), at("2012-11-23"))) == 1_440


def test_the_trades_of_a_minute_are_its_bar() -> None:
    start, end = at("2010-01-04T15:00"), at("2010-01-04T15:01")
    [bar] = bars("replay", AAPL, Timeframe.MINUTE, start, end)

    made = trades("replay", AAPL, start, end)

    prices = [trade.price.amount for trade in made]
    assert (prices[0], max(prices), min(prices), prices[-1]) == (bar.open, bar.high, bar.low, bar.close)
    assert sum(trade.size for trade in made) == bar.volume


def test_another_seed_spreads_the_same_volume_otherwise() -> None:
    def volumes(seed: int) -> list[int]:
        tape = Tape(ExchangeTimeline(sample().calendar), seed=seed, source="sample")
        window = Window(at("2010-01-04"), at("2010-01-05"), LATE)
        found = tape.bars(sample().listing(AAPL), window, Adjustment.RAW, Timeframe.MINUTE)
        return [bar.volume for bar in found]

    assert volumes(1) == volumes(1)
    assert volumes(1) != volumes(2)
    assert sum(volumes(1)) == sum(volumes(2))
