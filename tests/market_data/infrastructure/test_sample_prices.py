"""The prices in the box: that they are what they say, session by session."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from guilder.market_data.infrastructure import sample_prices
from guilder.published.market_data import SymbolNotFoundError
from guilder.shared.symbol import StockSymbol
from tests.market_data.builders import AAPL, FB, GOOG, IBM, MSFT, SYMBOLS, at, sample, some_prices

DATA = Path(sample_prices.__file__).with_name("data")


def test_there_are_3270_sessions_from_march_2000_to_march_2013() -> None:
    calendar = sample().calendar

    assert len(calendar) == 3270
    assert (calendar.on(0), calendar.on(3269)) == (date(2000, 3, 1), date(2013, 3, 1))


@pytest.mark.parametrize(
    ("symbol", "first", "bars"),
    [
        (AAPL, "2000-03-01", 3270),
        (IBM, "2000-03-01", 3270),
        (MSFT, "2000-03-01", 3270),
        (GOOG, "2004-08-19", 2148),
        (FB, "2012-05-18", 196),
    ],
    ids=str,
)
def test_each_symbol_is_there_from_its_first_day_to_the_last(symbol: StockSymbol, first: str, bars: int) -> None:
    listing = sample().listing(symbol)

    assert sample().calendar.on(listing.first).isoformat() == first
    assert listing.last == 3269
    assert listing.last - listing.first + 1 == bars


@pytest.mark.parametrize(
    ("symbol", "on", "bar"),
    [
        (AAPL, "2000-03-01", some_prices("118.56", "132.06", "118.5", "130.31", 9616100)),
        (AAPL, "2003-04-02", some_prices("14.36", "14.69", "14.2675", "14.6", 3060200)),
        (IBM, "2010-01-04", some_prices("131.18", "132.97", "130.85", "132.45", 6155300)),
        (FB, "2012-05-18", some_prices("42.05", "45", "38", "38.2318", 573576400)),
        (MSFT, "2013-03-01", some_prices("27.72", "27.98", "27.52", "27.95", 34849700)),
    ],
)
def test_bars_are_those_of_the_source(symbol: StockSymbol, on: str, bar: object) -> None:
    number = sample().calendar.number_of(date.fromisoformat(on))

    assert number is not None
    assert sample().listing(symbol).prices(number) == bar


@pytest.mark.parametrize("symbol", SYMBOLS, ids=str)
def test_every_bar_is_a_bar(symbol: StockSymbol) -> None:
    listing = sample().listing(symbol)

    for number in range(listing.first, listing.last + 1):
        prices = listing.prices(number)
        assert prices is not None
        assert 0 < prices.low <= min(prices.open, prices.close) <= max(prices.open, prices.close) <= prices.high
        assert prices.volume > 0


def test_the_splits_in_the_data_are_found_and_no_others() -> None:
    found = {str(symbol): [split for _, split in sample().listing(symbol).splits] for symbol in SYMBOLS}

    assert {symbol: [(it.ex_on.isoformat(), it.new, it.old) for it in splits] for symbol, splits in found.items()} == {
        "AAPL": [("2000-06-21", 2, 1), ("2005-02-28", 2, 1)],
        "IBM": [],
        "MSFT": [("2003-02-18", 2, 1)],
        "GOOG": [],
        "FB": [],
    }


def test_a_split_falls_on_the_session_where_the_price_halves() -> None:
    apple = sample().listing(AAPL)
    for ex, _ in apple.splits:
        before, after = apple.prices(ex - 1), apple.prices(ex)
        assert before is not None
        assert after is not None
        assert 0.45 < after.open / before.close < 0.6


def test_as_many_dividends_are_found_as_were_paid() -> None:
    assert {str(symbol): len(sample().listing(symbol).dividends) for symbol in SYMBOLS} == {
        "AAPL": 3,
        "IBM": 52,
        "MSFT": 37,
        "GOOG": 0,
        "FB": 0,
    }


@pytest.mark.parametrize(
    ("on", "opens", "closes"),
    [
        ("2006-03-31", "14:30", "21:00"),  # until 2006 summer time began in April
        ("2006-04-03", "13:30", "20:00"),
        ("2006-10-27", "13:30", "20:00"),  # and ended in October
        ("2006-10-30", "14:30", "21:00"),
        ("2007-03-09", "14:30", "21:00"),  # since 2007 it begins in March
        ("2007-03-12", "13:30", "20:00"),
        ("2007-11-02", "13:30", "20:00"),  # and ends in November
        ("2007-11-05", "14:30", "21:00"),
        ("2012-07-03", "13:30", "17:00"),  # the day before Independence Day
        ("2012-11-23", "14:30", "18:00"),  # the day after Thanksgiving
        ("2012-12-24", "14:30", "18:00"),
    ],
)
def test_sessions_keep_the_hours_of_new_york(on: str, opens: str, closes: str) -> None:
    number = sample().calendar.number_of(date.fromisoformat(on))

    assert number is not None
    session = sample().calendar.session(number)
    assert (session.opens_at, session.closes_at) == (at(f"{on}T{opens}"), at(f"{on}T{closes}"))


@pytest.mark.parametrize("on", ["2001-09-11", "2004-06-11", "2007-01-02", "2012-10-29", "2012-12-25", "2013-02-24"])
def test_the_exchange_was_closed_on_weekends_holidays_and_days_of_mourning_or_storm(on: str) -> None:
    assert sample().calendar.number_of(date.fromisoformat(on)) is None


def test_an_unknown_symbol_is_refused() -> None:
    unknown = StockSymbol("TSLA")

    assert sample().find(unknown) is None
    with pytest.raises(SymbolNotFoundError):
        sample().listing(unknown)


def test_the_provenance_tells_the_checksums_of_the_files() -> None:
    told = (DATA / "PROVENANCE.md").read_text()

    for name in ("sample_prices.bin", "sample_actions.json"):
        assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() in told
