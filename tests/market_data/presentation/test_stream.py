"""The websocket on which clocks go."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from guilder.core.caller import NOBODY
from guilder.core.database import Database
from guilder.market_data.application.market_opening import MarketOpening
from guilder.market_data.application.market_watch import MarketWatch
from guilder.shared.ids import MAIN_MARKET
from tests.market_data.presentation.test_router import SOMEBODY, House
from tests.market_data.presentation.websockets import RefusedHandshakeError, a_websocket


@pytest.fixture
async def replay(tmp_path: Any) -> AsyncIterator[House]:
    house = House(tmp_path, market_mode="replay", replay_start="2010-06-01T14:30:00Z")
    await house.container.get(MarketOpening).open()
    yield house
    await house.container.get(Database).aclose()


async def test_a_stream_tells_where_a_market_stands_and_every_move(replay: House) -> None:
    async with a_websocket(replay.app, "/v1/stream") as stream:
        first = await stream.next()
        clock = (await replay.post("/v1/clock/advance", {"sessions": 1})).json()
        moved = await stream.next()

    assert first == {
        "type": "clock",
        "market": "main",
        "now": "2010-06-01T14:30:00Z",
        "mode": "replay",
        "state": "paused",
        "speed": "1",
        "is_open": True,
        "next_open": "2010-06-02T13:30:00Z",
        "next_close": "2010-06-01T20:00:00Z",
    }
    assert moved == {"type": "clock", **clock}


async def test_a_stream_tells_of_pauses_and_speeds_of_several_markets(replay: House) -> None:
    replay.caller = SOMEBODY
    await replay.post("/v1/markets", {"mode": "replay", "id": "mine"})
    async with a_websocket(replay.app, "/v1/stream?markets=mine,%20main,mine") as stream:
        both = [(await stream.next())["market"] for _ in range(2)]
        await replay.post("/v1/markets/mine/resume", None)
        resumed = await stream.next()
        await replay.patch("/v1/markets/mine", {"speed": "2.5"})
        hurried = await stream.next()

    assert both == ["mine", "main"]
    assert (resumed["market"], resumed["state"], hurried["speed"]) == ("mine", "running", "2.5")


async def test_a_sandbox_ticks_when_it_is_driven(tmp_path: Any) -> None:
    house = House(tmp_path)
    await house.container.get(MarketOpening).open()
    async with a_websocket(house.app, "/v1/stream") as stream:
        first = await stream.next()
        house.clock.advance(timedelta(seconds=1))
        house.container.get(MarketWatch).tell(MAIN_MARKET)
        second = await stream.next()

    assert (first["now"], second["now"]) == ("2026-01-05T12:00:00Z", "2026-01-05T12:00:01Z")
    await house.container.get(Database).aclose()


async def test_what_a_client_sends_is_not_read(replay: House) -> None:
    async with a_websocket(replay.app, "/v1/stream") as stream:
        await stream.next()
        await stream.send("hello")
        await replay.post("/v1/clock/advance", {"by": "1m"})

        assert (await stream.next())["now"] == "2010-06-01T14:31:00Z"


async def test_who_goes_away_is_watched_for_no_longer(replay: House) -> None:
    watch, user_id = replay.container.get(MarketWatch), replay.caller.require_user()

    async with a_websocket(replay.app, "/v1/stream") as stream:
        await stream.next()
        assert watch.count_of(user_id) == 1

    assert watch.count_of(user_id) == 0


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/stream?markets=nowhere", 404, "market_not_found"),
        ("/v1/stream?markets=", 404, "market_not_found"),
        (f"/v1/stream?markets={','.join(str(number) for number in range(21))}", 422, "validation_failed"),
    ],
)
async def test_what_cannot_be_watched_is_refused_by_a_problem(replay: House, path: str, status: int, code: str) -> None:
    with pytest.raises(RefusedHandshakeError) as refused:
        async with a_websocket(replay.app, path):
            pass

    assert (refused.value.status, refused.value.code) == (status, code)


async def test_who_is_not_signed_in_gets_no_stream(replay: House) -> None:
    replay.caller = NOBODY
    with pytest.raises(RefusedHandshakeError) as refused:
        async with a_websocket(replay.app, "/v1/stream"):
            pass

    assert (refused.value.status, refused.value.code) == (401, "not_signed_in")


async def test_a_list_of_markets_without_end_is_refused(replay: House) -> None:
    with pytest.raises(RefusedHandshakeError):
        async with a_websocket(replay.app, f"/v1/stream?markets={'m' * 2_000}"):
            pass
