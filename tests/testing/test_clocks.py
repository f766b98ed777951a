"""Fake clocks keep what real ones promise, and go where tests put them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from guilder.core.clock import Clock
from guilder.core.system_clock import SystemClock
from guilder.published.market_data import MarketNotFoundError
from guilder.shared.ids import MAIN_MARKET, MarketId
from guilder.testing import FakeClock, FakeMarketClock

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
TOKYO = timezone(timedelta(hours=9))
OTHER = MarketId("other")


@pytest.mark.parametrize("clock", [FakeClock(), SystemClock()], ids=["fake", "system"])
def test_a_clock_says_instants_in_utc_and_does_not_go_back(clock: Clock) -> None:
    first, second = clock.now(), clock.now()

    assert first.tzinfo is UTC
    assert first <= second


def test_a_fake_clock_stands_still_until_it_is_moved() -> None:
    clock = FakeClock(NOON)

    assert clock.now() == clock.now() == NOON
    assert clock.advance(timedelta(hours=1)) == clock.now() == NOON + timedelta(hours=1)
    clock.set(NOON - timedelta(days=1))
    assert clock.now() == NOON - timedelta(days=1)


def test_a_fake_clock_that_is_set_elsewhere_says_utc() -> None:
    clock = FakeClock(NOON.astimezone(TOKYO))

    assert clock.now() == NOON
    assert clock.now().tzinfo is UTC


@pytest.mark.parametrize("clock", [FakeClock(), FakeMarketClock()], ids=["machine", "market"])
def test_an_instant_without_a_time_zone_is_refused(clock: FakeClock | FakeMarketClock) -> None:
    with pytest.raises(ValueError, match="time zone"):
        clock.set(NOON.replace(tzinfo=None))


def test_each_market_has_its_own_time() -> None:
    clock = FakeMarketClock(NOON, {OTHER: NOON + timedelta(days=9)})

    clock.advance(timedelta(hours=1))

    assert clock.now() == clock.now(MAIN_MARKET) == NOON + timedelta(hours=1)
    assert clock.now(OTHER) == NOON + timedelta(days=9)


def test_an_unknown_market_has_no_time_until_it_is_set() -> None:
    clock = FakeMarketClock()
    with pytest.raises(MarketNotFoundError):
        clock.now(OTHER)
    with pytest.raises(MarketNotFoundError):
        clock.advance(timedelta(hours=1), OTHER)

    clock.set(NOON, OTHER)

    assert clock.now(OTHER) == NOON
