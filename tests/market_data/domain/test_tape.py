"""What a market shows of its prices at an instant, and above all what it does not show."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.market_data.domain.intraday import Window
from guilder.market_data.domain.sandbox import SandboxTimeline
from guilder.market_data.domain.tape import Tape
from guilder.market_data.domain.timeline import ExchangeTimeline, position_at_or_after
from guilder.published.market_data import Adjustment, Quote, Timeframe
from guilder.shared.symbol import StockSymbol
from tests.market_data.builders import FB, IBM, SYMBOLS, a_calendar, a_listing, at, flat, sample, some_prices, usd

REPLAY = Tape(ExchangeTimeline(sample().calendar), seed=0, source="sample")
SANDBOX = Tape(SandboxTimeline(sample().calendar, date(2026, 1, 5)), seed=0, source="sample")
TAPES = {"replay": REPLAY, "sandbox": SANDBOX}
ACME_TAPE = Tape(ExchangeTimeline(a_calendar(5)), seed=0, source="test")

INSTANTS = st.integers(0, 36 * 366 * 24 * 3600).map(lambda seconds: at("1999-01-01") + timedelta(seconds=seconds))


def acme_quote(now: str, first: int = 0) -> Quote | None:
    """Of a share that opens at 10, falls to 9, rises to 15 and closes at 12, day by day for two days."""
    bar = some_prices("10", "15", "9", "12")
    tape = Tape(ACME_TAPE.timeline, seed=0, source="test")
    return tape.quote(a_listing(bar, bar, first=first), at(now))


@given(st.sampled_from(sorted(TAPES)), st.sampled_from(SYMBOLS), INSTANTS, st.sampled_from(Adjustment))
def test_no_bar_is_seen_before_its_session_is_over(
    kind: str, symbol: StockSymbol, now: datetime, adjustment: Adjustment
) -> None:
    tape = TAPES[kind]

    bars = list(tape.last_bars(sample().listing(symbol), now, adjustment, 3))

    for bar in bars:
        session = tape.timeline.session(tape.timeline.position_from(bar.at.date()))
        assert session is not None
        assert bar.at == datetime(session.on.year, session.on.month, session.on.day, tzinfo=UTC)
        assert session.closes_at <= now


@given(st.sampled_from(sorted(TAPES)), st.sampled_from(SYMBOLS), INSTANTS)
def test_no_quote_is_later_than_now(kind: str, symbol: StockSymbol, now: datetime) -> None:
    quote = TAPES[kind].quote(sample().listing(symbol), now)

    assert quote is None or quote.at <= now


@given(st.sampled_from(sorted(TAPES)), st.sampled_from(SYMBOLS), INSTANTS)
def test_the_price_is_that_of_the_quote(kind: str, symbol: StockSymbol, now: datetime) -> None:
    tape, listing = TAPES[kind], sample().listing(symbol)
    quote = tape.quote(listing, now)

    assert tape.price(listing, now) == (None if quote is None else quote.price)


@given(st.sampled_from(SYMBOLS), st.lists(st.sampled_from(["15:00", "15:01", "19:59"]), min_size=2, max_size=6))
def test_a_price_is_that_of_the_instant_whatever_was_asked_before(symbol: StockSymbol, times: list[str]) -> None:
    listing, tape = sample().listing(symbol), Tape(REPLAY.timeline, seed=0, source="sample")
    instants = [at(f"2010-01-05T{time}") for time in times]

    told = [tape.price(listing, now) for now in instants for _ in range(2)]

    fresh = [Tape(REPLAY.timeline, seed=0, source="sample").price(listing, now) for now in instants for _ in range(2)]
    assert told == fresh


@given(st.integers(0, 3270), st.integers(0, 86_400), st.sampled_from(SYMBOLS), st.sampled_from(Adjustment))
def test_the_future_does_not_change_what_is_told(
    day: int, seconds: int, symbol: StockSymbol, adjustment: Adjustment
) -> None:
    """Cut off all data after the session that is open or was open last: nothing that is told changes."""
    now = at("2000-03-01") + timedelta(days=day * 4750 // 3270, seconds=seconds)
    calendar, whole = sample().calendar, sample().listing(symbol)
    known = calendar.count_started(now)
    rows = [prices for number in range(whole.first, known) if (prices := whole.prices(number)) is not None]
    if not rows:
        assert REPLAY.quote(whole, now) is None
        return
    cut = a_listing(
        *rows, first=whole.first, symbol=symbol, splits=[(ex, split) for ex, split in whole.splits if ex < known]
    )
    cut.dividends = tuple((ex, factor) for ex, factor in whole.dividends if ex < known)
    shortened = Tape(ExchangeTimeline(calendar), seed=0, source="sample")

    assert shortened.quote(cut, now) == REPLAY.quote(whole, now)
    assert list(shortened.last_bars(cut, now, adjustment, 5)) == list(REPLAY.last_bars(whole, now, adjustment, 5))


def test_inside_a_session_the_price_is_that_of_the_path() -> None:
    quote = acme_quote("2010-01-05T14:30")

    assert quote is not None
    assert (quote.bid, quote.price, quote.ask) == (usd("9.99"), usd("10.00"), usd("10.01"))
    assert quote.at == at("2010-01-05T14:30")
    assert not quote.stale


def test_between_sessions_the_price_is_the_last_close() -> None:
    quote = acme_quote("2010-01-05T09:00")

    assert quote is not None
    assert quote.price == usd("12.00")
    assert quote.at == at("2010-01-04T21:00")
    assert not quote.stale


def test_a_price_is_stale_once_the_market_has_opened_without_it() -> None:
    before, after = acme_quote("2010-01-06T14:29:59"), acme_quote("2010-01-06T14:30")

    assert before is not None
    assert after is not None
    assert (before.stale, after.stale) == (False, True)
    assert after.price == usd("12.00")
    assert after.at == at("2010-01-05T21:00")


def test_there_is_no_price_before_the_first_open() -> None:
    assert acme_quote("2010-01-04T14:29:59.999999") is None
    assert acme_quote("2010-01-05T14:29:59.999999", first=1) is None
    assert acme_quote("2010-01-05T14:30", first=1) is not None


def test_after_the_data_end_the_last_close_stands() -> None:
    quote = REPLAY.quote(sample().listing(IBM), at("2020-01-01"))

    assert quote is not None
    assert quote.price == usd("202.91")
    assert quote.at == at("2013-03-01T21:00")
    assert not quote.stale


def test_in_the_sandbox_a_pausing_symbol_keeps_its_last_price_and_says_so() -> None:
    quote = SANDBOX.quote(sample().listing(FB), at("2026-01-05T12:00") + timedelta(days=795))

    assert quote is not None
    assert quote.stale
    assert quote.price == usd("27.78")
    assert quote.at == at("2026-01-05") + timedelta(days=795)


def test_bars_are_those_from_start_until_just_before_end() -> None:
    listing = a_listing(*flat("10", "11", "12", "13", "14"))

    def closes(start: str | None, end: str | None) -> list[str]:
        begin, stop = (None if text is None else at(text) for text in (start, end))
        return [
            str(bar.close) for bar in ACME_TAPE.bars(listing, Window(begin, stop, at("2011-01-01")), Adjustment.RAW)
        ]

    assert closes(None, None) == ["10.00", "11.00", "12.00", "13.00", "14.00"]
    assert closes("2010-01-05", "2010-01-07") == ["11.00", "12.00"]
    assert closes("2010-01-05T00:00:00.000001", "2010-01-07T00:00:00.000001") == ["12.00", "13.00"]
    assert closes("2010-01-07", "2010-01-05") == []
    assert closes("9999-12-31T23:59", None) == []
    assert closes(None, "0001-01-01T00:00") == []


def test_a_short_day_is_over_at_one_in_new_york() -> None:
    listing = sample().listing(IBM)

    def last_day(now: str) -> date:
        return next(iter(REPLAY.last_bars(listing, at(now), Adjustment.RAW, 1))).at.date()

    assert last_day("2012-11-23T17:59:59") == date(2012, 11, 21)
    assert last_day("2012-11-23T18:00") == date(2012, 11, 23)


def test_few_paths_are_kept_and_drawn_again_alike() -> None:
    small = Tape(REPLAY.timeline, seed=0, source="sample", paths_kept=2)
    listing = sample().listing(IBM)
    first = small.path(listing, 100)

    for position in range(101, 110):
        small.path(listing, position)

    assert small.path(listing, 100) == first


def test_another_seed_gives_other_prices_within_the_same_bar() -> None:
    one, other = (Tape(REPLAY.timeline, seed=seed, source="sample").path(sample().listing(IBM), 100) for seed in (1, 2))

    assert one is not None
    assert other is not None
    assert one.points != other.points
    assert one.extremes(one.session.opens_at, one.session.closes_at) == other.extremes(
        one.session.opens_at, one.session.closes_at
    )


@pytest.mark.parametrize(
    ("instant", "opens"),
    [
        ("2010-01-04T14:29", "2010-01-04T14:30"),
        ("2010-01-04T20:59", "2010-01-04T14:30"),
        ("2010-01-04T21:00", "2010-01-05T14:30"),
        ("2010-01-01", "2010-01-04T14:30"),
    ],
)
def test_the_session_at_or_after_an_instant_is_the_open_one_or_the_next(instant: str, opens: str) -> None:
    position = position_at_or_after(ACME_TAPE.timeline, at(instant))

    session = None if position is None else ACME_TAPE.timeline.session(position)
    assert session is not None
    assert session.opens_at == at(opens)


def test_no_session_follows_the_last() -> None:
    assert position_at_or_after(ACME_TAPE.timeline, at("2010-01-08T21:00")) is None


@pytest.mark.parametrize("timeframe", [Timeframe.DAY, Timeframe.HOUR, Timeframe.FIVE_MINUTES])
@given(st.sampled_from(["sandbox", "replay"]), st.sampled_from(SYMBOLS), INSTANTS)
def test_the_last_bar_is_the_last_of_all_that_are_over(
    timeframe: Timeframe, kind: str, symbol: StockSymbol, now: datetime
) -> None:
    tape, listing = TAPES[kind], sample().listing(symbol)
    since = now - timedelta(days=12)

    last = tape.last_bar(listing, now, timeframe)

    over = list(tape.bars(listing, Window(since, None, now), Adjustment.RAW, timeframe))
    assert (over[-1:] == [last]) if over else (last is None or last.at < since)


def test_before_the_first_session_no_bar_is_the_last() -> None:
    tape = Tape(ExchangeTimeline(a_calendar(2)), seed=0, source="test")

    assert tape.last_bar(a_listing(*flat("10", "11")), at("2010-01-04T14:30"), Timeframe.FIVE_MINUTES) is None
