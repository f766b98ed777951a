"""The sandbox: every day of the present is a session of the past."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.market_data.domain.corporate_actions import Split
from guilder.market_data.domain.listing import Listing
from guilder.market_data.domain.sandbox import SANDBOX_STARTS_ON, SandboxTimeline
from guilder.market_data.domain.timeline import position_at_or_after
from guilder.shared.symbol import StockSymbol
from tests.market_data.builders import A_DAY, FB, SYMBOLS, a_calendar, a_listing, at, flat, sample, some_prices

ANCHOR = date(2026, 1, 5)
DAYS_A_LAP = 795
"""Sessions of the data from 2010-01-04 to 2013-03-01."""


def sandbox() -> SandboxTimeline:
    return SandboxTimeline(sample().calendar, ANCHOR)


def test_each_day_is_one_session_from_midnight_to_midnight() -> None:
    session = sandbox().session(0)

    assert session is not None
    assert (session.on, session.opens_at, session.closes_at) == (ANCHOR, at("2026-01-05"), at("2026-01-06"))


@pytest.mark.parametrize(
    ("days", "source"),
    [
        (-2478 + 3, "2000-03-01"),
        (-1, "2009-12-31"),
        (0, "2010-01-04"),
        (1, "2010-01-05"),
        (5, "2010-01-11"),
        (DAYS_A_LAP - 1, "2013-03-01"),
        (DAYS_A_LAP, "2010-01-04"),
        (3 * DAYS_A_LAP + 1, "2010-01-05"),
    ],
)
def test_days_follow_the_sessions_of_the_data_and_go_round(days: int, source: str) -> None:
    assert sandbox().source_on(days) == date.fromisoformat(source)


def test_there_is_no_session_before_the_data_begin() -> None:
    timeline = sandbox()
    first = timeline.position_from(date(1970, 1, 1))

    assert timeline.session(first) is not None
    assert timeline.source_on(first) == date(2000, 3, 1)
    assert timeline.session(first - 1) is None
    assert timeline.last_started(at("1990-01-01")) is None
    assert position_at_or_after(timeline, at("1990-01-01")) == first


def test_a_close_is_the_next_open() -> None:
    timeline = sandbox()

    assert timeline.last_started(at("2026-01-06")) == 1
    assert timeline.last_finished(at("2026-01-06")) == 0
    assert position_at_or_after(timeline, at("2026-01-06")) == 1
    assert position_at_or_after(timeline, at("2026-01-05T23:59:59.999999")) == 0


@pytest.mark.parametrize("symbol", SYMBOLS, ids=str)
@pytest.mark.parametrize("lap", [1, 2, 5])
def test_no_price_jumps_where_the_data_begin_anew(symbol: StockSymbol, lap: int) -> None:
    timeline, listing = sandbox(), sample().listing(symbol)
    last_of_lap = timeline.prices(listing, lap * DAYS_A_LAP - 1)
    back = next(p for p in range(lap * DAYS_A_LAP, (lap + 1) * DAYS_A_LAP) if timeline.prices(listing, p) is not None)
    first_of_next = timeline.prices(listing, back)

    assert last_of_lap is not None
    assert first_of_next is not None
    assert first_of_next.open == last_of_lap.close


def test_the_first_lap_shows_the_prices_as_they_were() -> None:
    timeline, listing = sandbox(), sample().listing(StockSymbol("IBM"))

    assert timeline.prices(listing, 0) == some_prices("131.18", "132.97", "130.85", "132.45", 6155300)


@given(st.sampled_from(SYMBOLS), st.integers(-2475, 20 * DAYS_A_LAP))
def test_scaled_bars_are_in_cents_and_still_bars(symbol: StockSymbol, position: int) -> None:
    prices = sandbox().prices(sample().listing(symbol), position)

    if prices is not None:
        assert all(steps > 0 and steps % 100 == 0 for steps in prices[:4])
        assert prices.high >= max(prices.open, prices.close)
        assert prices.low <= min(prices.open, prices.close)


def test_a_symbol_is_not_traded_on_days_of_which_the_data_have_no_price() -> None:
    timeline, facebook = sandbox(), sample().listing(FB)
    first = DAYS_A_LAP - 196

    assert timeline.prices(facebook, first - 1) is None
    assert timeline.prices(facebook, first) is not None
    assert timeline.prices(facebook, DAYS_A_LAP) is None


def test_the_last_price_of_a_symbol_that_pauses_is_that_of_the_lap_before() -> None:
    timeline, facebook = sandbox(), sample().listing(FB)

    assert timeline.last_priced(facebook, 0) is None
    assert timeline.last_priced(facebook, DAYS_A_LAP - 1) == DAYS_A_LAP - 1
    assert timeline.last_priced(facebook, DAYS_A_LAP + 100) == DAYS_A_LAP - 1


@given(st.sampled_from(SYMBOLS), st.integers(-2475, 3 * DAYS_A_LAP))
def test_the_last_priced_session_is_what_looking_back_finds(symbol: StockSymbol, position: int) -> None:
    timeline, listing = sandbox(), sample().listing(symbol)
    looked_back = (p for p in range(position, position - DAYS_A_LAP, -1) if timeline.session(p))

    found = timeline.last_priced(listing, position)

    assert found == next((p for p in looked_back if timeline.prices(listing, p) is not None), None)


def test_a_symbol_whose_data_ended_before_keeps_its_last_price_for_ever() -> None:
    calendar = a_calendar(6, first=SANDBOX_STARTS_ON - 3 * A_DAY)
    timeline, gone = SandboxTimeline(calendar, ANCHOR), a_listing(*flat("10", "11"), first=0)

    assert timeline.prices(gone, 5) is None
    assert timeline.last_priced(gone, 1) == -2
    assert timeline.last_priced(gone, 7) == -2


def split_in_the_loop() -> tuple[SandboxTimeline, Listing]:
    """Two sessions before the loop, three in it; 2 for 1 before its start, and 3 for 1 on its last day."""
    calendar = a_calendar(5, first=SANDBOX_STARTS_ON - 2 * A_DAY)
    splits = [(1, Split(calendar.on(1), 2, 1)), (4, Split(calendar.on(4), 3, 1))]
    return SandboxTimeline(calendar, ANCHOR), a_listing(*flat("60", "30", "30", "33", "11"), splits=splits)


def test_prices_count_in_the_shares_of_the_anchor_day() -> None:
    timeline, listing = split_in_the_loop()

    closes = [prices.close for position in range(-2, 3) if (prices := timeline.prices(listing, position))]

    assert closes == [300_000, 300_000, 300_000, 330_000, 330_000]


def test_volumes_count_in_the_shares_of_the_anchor_day() -> None:
    timeline, listing = split_in_the_loop()

    volumes = [prices.volume for position in (-2, 0, 2) if (prices := timeline.prices(listing, position))]

    assert volumes == [2000, 1000, 333]


def test_a_split_inside_the_loop_makes_no_jump_where_it_goes_round() -> None:
    timeline, listing = split_in_the_loop()

    closes = [prices.close for position in range(2, 6) if (prices := timeline.prices(listing, position))]

    assert closes == [330_000, 330_000, 363_000, 363_000]


def test_no_split_falls_due_in_a_sandbox() -> None:
    timeline, listing = split_in_the_loop()

    assert list(timeline.splits(listing, until=100)) == []


def test_every_session_is_found_again_by_its_day() -> None:
    timeline = sandbox()
    session = timeline.session(1000)

    assert session is not None
    assert session.on == ANCHOR + timedelta(days=1000)
    assert timeline.position_of(session) == 1000


def test_a_price_never_falls_below_a_cent() -> None:
    calendar = a_calendar(2, first=SANDBOX_STARTS_ON)
    timeline, falling = SandboxTimeline(calendar, ANCHOR), a_listing(*flat("10", "0.01"))

    prices = timeline.prices(falling, 2 * 5 + 1)

    assert prices is not None
    assert prices.close == prices.low == 100
