"""A market and its time."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from guilder.market_data.domain.market import (
    FASTEST,
    SLOWEST,
    InvalidSpeedError,
    Market,
    MarketState,
    MarketTimePassedError,
    NotAReplayError,
)
from guilder.published.market_data import MarketEndedError, MarketMode
from tests.market_data.builders import a_market, at


def test_a_replay_begins_paused_and_a_sandbox_runs() -> None:
    assert a_market(MarketMode.REPLAY).state is MarketState.PAUSED
    assert a_market(MarketMode.SANDBOX).state is MarketState.RUNNING


def test_only_a_replay_has_a_time_of_its_own() -> None:
    assert not a_market(MarketMode.REPLAY).terms.follows_the_wall
    assert a_market(MarketMode.SANDBOX).terms.follows_the_wall
    assert a_market(MarketMode.LIVE).terms.follows_the_wall


def test_a_market_goes_forward() -> None:
    market = a_market(now="2010-01-04")
    market.release_events()

    market.move(at("2010-01-05"))

    assert market.now == at("2010-01-05")
    assert market.is_changed


def test_a_market_never_goes_back() -> None:
    market = a_market(now="2010-01-05")

    with pytest.raises(MarketTimePassedError):
        market.move(at("2010-01-04T23:59:59"))

    assert market.now == at("2010-01-05")


def test_a_replay_is_paused_and_resumed() -> None:
    market = a_market()

    market.resume()
    resumed = market.standing.state
    market.pause()

    assert (resumed, market.standing.state) == (MarketState.RUNNING, MarketState.PAUSED)


@pytest.mark.parametrize("speed", [SLOWEST, Decimal("2.5"), FASTEST])
def test_a_replay_may_be_slow_or_fast(speed: Decimal) -> None:
    market = a_market()

    market.set_speed(speed)

    assert market.speed == market.standing.speed == speed


@pytest.mark.parametrize("speed", ["0", "-1", "0.0001", "1.0001", "1000000.001", "1000001"])
def test_other_speeds_are_refused(speed: str) -> None:
    market = a_market()

    with pytest.raises(InvalidSpeedError):
        market.set_speed(Decimal(speed))

    assert market.speed == 1


CHANGES: list[Callable[[Market], None]] = [Market.pause, Market.resume, lambda market: market.set_speed(Decimal(2))]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("mode", [MarketMode.SANDBOX, MarketMode.LIVE])
def test_what_follows_the_wall_is_neither_paused_nor_hurried(
    change: Callable[[Market], None], mode: MarketMode
) -> None:
    with pytest.raises(NotAReplayError):
        change(a_market(mode))


@pytest.mark.parametrize(
    "change", [*CHANGES, Market.end, lambda market: market.move(at("2010-01-05"))], ids=lambda change: change.__name__
)
def test_what_has_ended_never_changes_again(change: Callable[[Market], None]) -> None:
    market = a_market(now="2010-01-04")
    market.end()
    stood = market.standing

    with pytest.raises(MarketEndedError):
        change(market)

    assert market.standing == stood
