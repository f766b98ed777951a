"""How much time of this world has passed for a running replay."""

from __future__ import annotations

from datetime import timedelta

import pytest

from guilder.market_data.application.replay_pace import LONGEST_STEP, ReplayPace
from guilder.shared.ids import MAIN_MARKET, MarketId
from guilder.testing import FakeClock

SECOND = timedelta(seconds=1)
OTHER = MarketId("other")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def pace(clock: FakeClock) -> ReplayPace:
    return ReplayPace(clock)


def test_time_counts_from_the_start_and_then_from_look_to_look(pace: ReplayPace, clock: FakeClock) -> None:
    pace.start(MAIN_MARKET)
    clock.advance(2 * SECOND)
    first = pace.passed(MAIN_MARKET)
    clock.advance(SECOND)

    assert (first, pace.passed(MAIN_MARKET), pace.passed(MAIN_MARKET)) == (2 * SECOND, SECOND, 0 * SECOND)


def test_while_the_house_was_down_no_time_has_passed(pace: ReplayPace) -> None:
    assert pace.passed(MAIN_MARKET) == 0 * SECOND


def test_a_pause_is_not_caught_up_with(pace: ReplayPace, clock: FakeClock) -> None:
    pace.start(MAIN_MARKET)
    pace.stop(MAIN_MARKET)
    clock.advance(3 * SECOND)
    pace.start(MAIN_MARKET)
    clock.advance(SECOND)

    assert pace.passed(MAIN_MARKET) == SECOND


def test_a_machine_that_slept_makes_no_leap(pace: ReplayPace, clock: FakeClock) -> None:
    pace.start(MAIN_MARKET)
    clock.advance(timedelta(hours=8))

    assert pace.passed(MAIN_MARKET) == LONGEST_STEP


def test_a_clock_that_is_set_back_does_not_turn_time_round(pace: ReplayPace, clock: FakeClock) -> None:
    pace.start(MAIN_MARKET)
    clock.advance(-timedelta(hours=1))
    assert pace.passed(MAIN_MARKET) == 0 * SECOND

    clock.advance(SECOND)
    assert pace.passed(MAIN_MARKET) == SECOND


def test_each_market_has_a_pace_of_its_own(pace: ReplayPace, clock: FakeClock) -> None:
    pace.start(MAIN_MARKET)
    clock.advance(SECOND)
    pace.start(OTHER)
    clock.advance(SECOND)

    assert (pace.passed(MAIN_MARKET), pace.passed(OTHER)) == (2 * SECOND, SECOND)
