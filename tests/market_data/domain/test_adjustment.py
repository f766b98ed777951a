"""Prices of different days made comparable, by what is known at the market's present time."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from guilder.market_data.domain.corporate_actions import Dividend, Split
from guilder.market_data.domain.intraday import Window
from guilder.market_data.domain.tape import Tape
from guilder.market_data.domain.timeline import ExchangeTimeline, Timeline
from guilder.published.market_data import Adjustment, Bar
from guilder.shared.symbol import StockSymbol
from tests.market_data.builders import AAPL, IBM, MSFT, a_calendar, a_listing, at, flat, sample


def bars(
    timeline: Timeline, now: str, adjustment: Adjustment, *, split_on: int | None = None, dividend_on: int | None = None
) -> list[Bar]:
    """Of a share at 100 for two sessions and at 50 for three."""
    day = date(2010, 1, 4)
    splits = [] if split_on is None else [(split_on, Split(day, 2, 1))]
    dividends = [] if dividend_on is None else [(dividend_on, Dividend(day, 50_000))]
    listing = a_listing(*flat("100", "100", "50", "50", "50"), splits=splits, dividends=dividends)
    return list(Tape(timeline, seed=0, source="test").bars(listing, Window(None, None, at(now)), adjustment))


@pytest.fixture
def timeline() -> Timeline:
    return ExchangeTimeline(a_calendar(5))


def closes(bars: list[Bar]) -> list[Decimal]:
    return [bar.close for bar in bars]


def test_raw_prices_are_as_they_were_traded(timeline: Timeline) -> None:
    assert closes(bars(timeline, "2010-02-01", Adjustment.RAW, split_on=2, dividend_on=3)) == [100, 100, 50, 50, 50]


def test_a_split_halves_earlier_prices_and_doubles_earlier_volumes(timeline: Timeline) -> None:
    adjusted = bars(timeline, "2010-02-01", Adjustment.SPLIT, split_on=2)

    assert closes(adjusted) == [50, 50, 50, 50, 50]
    assert [bar.volume for bar in adjusted] == [2000, 2000, 1000, 1000, 1000]


def test_a_split_does_not_count_before_the_open_of_its_day(timeline: Timeline) -> None:
    assert closes(bars(timeline, "2010-01-06T14:29:59", Adjustment.SPLIT, split_on=2)) == [100, 100]
    assert closes(bars(timeline, "2010-01-06T14:30", Adjustment.SPLIT, split_on=2)) == [50, 50]


def test_a_dividend_does_not_count_before_the_close_of_its_day(timeline: Timeline) -> None:
    factor = Decimal(50) / Decimal(55)

    before = bars(timeline, "2010-01-07T20:59:59", Adjustment.ALL, dividend_on=3)
    after = bars(timeline, "2010-01-07T21:00", Adjustment.ALL, dividend_on=3)

    assert closes(before) == [100, 100, 50]
    assert closes(after) == [round(100 * factor, 6), round(100 * factor, 6), round(50 * factor, 6), 50]


def test_a_dividend_leaves_volumes_alone(timeline: Timeline) -> None:
    adjusted = bars(timeline, "2010-02-01", Adjustment.ALL, dividend_on=3)

    assert {bar.volume for bar in adjusted} == {1000}


def test_split_adjusted_prices_still_hold_the_dividends(timeline: Timeline) -> None:
    assert closes(bars(timeline, "2010-02-01", Adjustment.SPLIT, dividend_on=3)) == [100, 100, 50, 50, 50]


def test_splits_and_dividends_are_both_in_fully_adjusted_prices(timeline: Timeline) -> None:
    factor = Decimal(50) / Decimal(55)

    adjusted = bars(timeline, "2010-02-01", Adjustment.ALL, split_on=2, dividend_on=3)

    assert closes(adjusted) == [round(50 * factor, 6)] * 3 + [Decimal(50), Decimal(50)]


PUBLISHED_ADJUSTED_CLOSES = {
    AAPL: {
        "2000-03-01": "4.186662803811",
        "2003-04-02": "0.93815174484906",
        "2004-11-12": "3.5662617698029",
        "2013-03-01": "56.137353095488",
    },
    IBM: {
        "2000-03-01": "73.667718762847",
        "2003-04-02": "60.917760865048",
        "2004-11-12": "72.241941595786",
        "2013-03-01": "175.27118333217",
    },
    MSFT: {
        "2000-03-01": "30.225709797294",
        "2003-04-02": "17.177416971787",
        "2004-11-12": "20.185104962165",
        "2013-03-01": "24.684342419163",
    },
}
"""The source's own; they also hold the splits and dividends after the last day, which are one more factor in all."""


@pytest.mark.parametrize("symbol", PUBLISHED_ADJUSTED_CLOSES, ids=str)
def test_fully_adjusted_prices_agree_with_those_of_the_source(symbol: StockSymbol) -> None:
    published = {on: Decimal(close) for on, close in PUBLISHED_ADJUSTED_CLOSES[symbol].items()}
    tape = Tape(ExchangeTimeline(sample().calendar), seed=0, source="sample")

    bars = tape.bars(sample().listing(symbol), Window(None, None, at("2013-04-01")), Adjustment.ALL)
    ours = {bar.at.date().isoformat(): bar.close for bar in bars}

    later = published["2013-03-01"] / ours["2013-03-01"]
    for on, close in published.items():
        assert abs(ours[on] * later / close - 1) < Decimal("0.000002")
