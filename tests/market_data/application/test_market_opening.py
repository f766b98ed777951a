"""The first market of a house, and those that are there already."""

from __future__ import annotations

from datetime import date

import pytest

from guilder.market_data.application.market_opening import MarketOpening, MarketPlan, ReplayStartError
from guilder.market_data.domain.market import Market, MarketState
from guilder.published.market_data import MarketMode
from guilder.shared.ids import MAIN_MARKET
from guilder.testing import FakeClock, InMemoryUnitOfWork
from tests.market_data.builders import FakeHistory, FakeMarkets, NoQueue, a_calendar, a_market, at


async def opened(plan: MarketPlan, *there: Market) -> FakeMarkets:
    markets = FakeMarkets(*there)
    opening = MarketOpening(
        plan,
        FakeClock(at("2026-01-05T12:00")),
        FakeHistory(a_calendar(3)),
        markets,
        markets,
        InMemoryUnitOfWork(),
        NoQueue(),
    )
    await opening.open()
    return markets


async def main(plan: MarketPlan) -> Market:
    return await (await opened(plan)).get(MAIN_MARKET)


async def test_a_sandbox_is_anchored_at_the_day_of_its_first_start() -> None:
    market = await main(MarketPlan(MarketMode.SANDBOX))

    assert market.terms.mode is MarketMode.SANDBOX
    assert market.terms.anchor == date(2026, 1, 5)
    assert market.now == at("2026-01-05T12:00")


async def test_a_replay_begins_at_the_open_of_the_first_session() -> None:
    market = await main(MarketPlan(MarketMode.REPLAY))

    assert market.now == at("2010-01-04T14:30")
    assert market.state is MarketState.PAUSED


async def test_a_replay_begins_where_it_is_told_to() -> None:
    market = await main(MarketPlan(MarketMode.REPLAY, replay_start=at("2010-01-05")))

    assert market.now == at("2010-01-05")


@pytest.mark.parametrize("start", ["2050-01-01", "2010-01-06T21:00:00.000001", "2010-01-03T23:59:59"])
async def test_a_replay_does_not_begin_where_there_are_no_data(start: str) -> None:
    with pytest.raises(ReplayStartError, match=r"from 2010-01-04T00:00:00.* to 2010-01-06T21:00:00"):
        await opened(MarketPlan(MarketMode.REPLAY, replay_start=at(start)))


async def test_where_a_replay_would_begin_is_nothing_to_a_sandbox_nor_to_a_market_that_is_there() -> None:
    nowhere = at("2050-01-01")

    sandbox = await main(MarketPlan(MarketMode.SANDBOX, replay_start=nowhere))
    markets = await opened(MarketPlan(MarketMode.REPLAY, replay_start=nowhere), a_market(MarketMode.REPLAY))

    assert sandbox.now == at("2026-01-05T12:00")
    assert markets.saved == []


async def test_no_chance_is_in_a_market_unless_a_seed_is_given() -> None:
    assert (await main(MarketPlan(MarketMode.SANDBOX))).terms.seed == 0
    assert (await main(MarketPlan(MarketMode.SANDBOX, seed=7))).terms.seed == 7


async def test_the_plan_does_not_count_where_a_market_is_already() -> None:
    markets = await opened(MarketPlan(MarketMode.SANDBOX), a_market(MarketMode.REPLAY))

    assert markets.saved == []
    assert markets.terms(MAIN_MARKET).mode is MarketMode.REPLAY
