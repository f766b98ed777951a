"""A market and its time."""

from __future__ import annotations

import pytest

from guilder.market_data.domain.market import MarketState, MarketTimePassedError
from guilder.published.market_data import MarketMode
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
