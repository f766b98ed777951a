"""Replays that run by themselves, and the hand that stops them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from guilder.core.caller import NOBODY, NotAllowedError, NotSignedInError
from guilder.market_data.domain.market import MarketState, NotAReplayError
from guilder.published.market_data import MarketNotFoundError
from guilder.shared.errors import ConflictError, GuilderError
from guilder.shared.ids import MAIN_MARKET, MarketId
from tests.market_data.application.desks import ADA, ADMIN, EVE, Desk
from tests.market_data.builders import a_market, at

CLASS, OTHER = MarketId("class"), MarketId("other")
START, LAST_CLOSE = "2010-01-04T14:30", at("2010-01-08T21:00")


@pytest.fixture
def desk() -> Desk:
    """With two replays of Ada's, both paused at the first open."""
    return Desk(*(a_market(id=market, now=START, owner=ADA.user_id) for market in (CLASS, OTHER)))


async def pass_seconds(desk: Desk, seconds: int) -> None:
    """So many rounds, a second apart."""
    for _ in range(seconds):
        desk.wall.advance(timedelta(seconds=1))
        await desk.runner().go_on()


async def test_a_running_replay_goes_on_at_its_speed(desk: Desk) -> None:
    await desk.replays().set_speed(CLASS, Decimal("2.5"))
    await desk.replays().resume(CLASS)

    await pass_seconds(desk, 4)

    assert desk.board.standing(CLASS).now == at("2010-01-04T14:30:10")
    assert desk.board.standing(OTHER).now == at(START)


async def test_each_replay_goes_at_a_speed_of_its_own(desk: Desk) -> None:
    for market, speed in ((CLASS, "0.5"), (OTHER, "3600")):
        await desk.replays().set_speed(market, Decimal(speed))
        await desk.replays().resume(market)

    await pass_seconds(desk, 6)

    assert desk.board.standing(CLASS).now == at("2010-01-04T14:30:03")
    assert desk.board.standing(OTHER).now == at("2010-01-04T20:30")


async def test_a_paused_replay_stands_still_and_goes_on_from_there(desk: Desk) -> None:
    await desk.replays().resume(CLASS)
    await pass_seconds(desk, 3)

    reading = await desk.replays().pause(CLASS)
    await pass_seconds(desk, 5)
    await desk.replays().resume(CLASS)
    await pass_seconds(desk, 1)

    assert (reading.now, reading.state) == (at("2010-01-04T14:30:03"), MarketState.PAUSED)
    assert desk.board.standing(CLASS).now == at("2010-01-04T14:30:04")


async def test_another_speed_counts_from_when_it_is_set(desk: Desk) -> None:
    await desk.replays().resume(CLASS)
    await pass_seconds(desk, 3)

    await desk.replays().set_speed(CLASS, Decimal(10))
    await pass_seconds(desk, 1)

    assert desk.board.standing(CLASS).now == at("2010-01-04T14:30:13")


async def test_a_replay_that_ran_when_the_house_went_down_goes_on_from_where_it_stood(desk: Desk) -> None:
    (await desk.board.get(CLASS)).resume()
    desk.wall.advance(timedelta(days=30))

    await desk.runner().go_on()
    assert desk.board.standing(CLASS).now == at(START)

    await pass_seconds(desk, 2)
    assert desk.board.standing(CLASS).now == at("2010-01-04T14:30:02")


async def test_at_the_end_of_the_data_a_replay_pauses(desk: Desk) -> None:
    await desk.replays().set_speed(CLASS, Decimal(1_000_000))
    await desk.replays().resume(CLASS)

    await pass_seconds(desk, 2)

    assert (desk.board.standing(CLASS).now, desk.board.standing(CLASS).state) == (LAST_CLOSE, MarketState.PAUSED)


async def test_a_replay_that_is_refused_holds_up_no_other_and_tries_again(desk: Desk) -> None:
    for market in (CLASS, OTHER):
        await desk.replays().resume(market)
    desk.driver.refusals[CLASS] = ConflictError()

    with pytest.raises(ConflictError):
        await pass_seconds(desk, 1)
    await pass_seconds(desk, 1)

    assert desk.board.standing(OTHER).now == at("2010-01-04T14:30:02")
    assert desk.board.standing(CLASS).now == at("2010-01-04T14:30:01")


async def test_of_several_problems_the_gravest_is_told(desk: Desk) -> None:
    for market in (CLASS, OTHER):
        await desk.replays().resume(market)
    desk.driver.refusals |= {CLASS: ConflictError(), OTHER: GuilderError("a mistake")}

    with pytest.raises(GuilderError, match="a mistake"):
        await pass_seconds(desk, 1)


async def test_who_pauses_a_replay_has_seen_the_last_of_its_moves(desk: Desk) -> None:
    """A round is under way: the pause waits for it."""
    await desk.replays().resume(CLASS)
    async with desk.helm.of(CLASS):
        pausing = asyncio.create_task(desk.replays().pause(CLASS))
        await asyncio.sleep(0)
        await desk.driver.advance(CLASS, at("2010-01-04T15:00"))
        assert not pausing.done()

    reading = await pausing
    assert (reading.now, reading.state) == (at("2010-01-04T15:00"), MarketState.PAUSED)


async def test_a_round_that_had_to_wait_for_a_pause_moves_nothing(desk: Desk) -> None:
    await desk.replays().resume(CLASS)
    desk.wall.advance(timedelta(seconds=1))
    async with desk.helm.of(CLASS):
        round_ = asyncio.create_task(desk.runner().go_on())
        await asyncio.sleep(0)
        (await desk.board.get(CLASS)).pause()

    await round_
    assert desk.board.standing(CLASS).now == at(START)


async def test_only_its_owner_and_admins_have_a_hand_on_a_replay(desk: Desk) -> None:
    with pytest.raises(NotAllowedError):
        await desk.replays(EVE).resume(CLASS)
    with pytest.raises(NotSignedInError):
        await desk.replays(NOBODY).pause(CLASS)
    with pytest.raises(MarketNotFoundError):
        await desk.replays(EVE).pause(MarketId("nowhere"))

    assert (await desk.replays(ADMIN).resume(CLASS)).state is MarketState.RUNNING


async def test_a_sandbox_is_neither_paused_nor_hurried(desk: Desk) -> None:
    with pytest.raises(NotAReplayError):
        await desk.replays(ADMIN).pause(MAIN_MARKET)


async def test_what_was_done_to_a_replay_is_noted(desk: Desk) -> None:
    await desk.replays().resume(CLASS)
    await desk.replays(ADMIN).set_speed(CLASS, Decimal("2.5"))
    await desk.replays().pause(CLASS)

    assert [(noted.user_id, noted.action, noted.details) for noted in desk.audit.logged] == [
        (ADA.user_id, "market_resumed", {"market": "class", "speed": "1"}),
        (ADA.user_id, "market_speed_set", {"market": "class", "speed": "2.5"}),
        (ADA.user_id, "market_paused", {"market": "class", "speed": "2.5"}),
    ]
