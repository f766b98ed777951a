"""Several markets in one house: each with a time and a pace of its own."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import CloseCode

from guilder.bootstrap.api import create_app
from guilder.bootstrap.container import setup_container
from guilder.bootstrap.house import House
from guilder.bootstrap.market_driver import drive_markets
from guilder.core.clock import Clock
from guilder.testing import FakeClock
from tests.houses import Resident, a_resident, settings_for

SECOND = timedelta(seconds=1)


@asynccontextmanager
async def a_house(folder: Path, database_url: str | None, clock: FakeClock) -> AsyncIterator[House]:
    """A house in which this world's time passes when a test says so."""
    settings = settings_for(folder, database_url)
    container = setup_container(settings)
    container.register_value(Clock, clock, replace=True)
    async with House(settings, container=container) as house:
        yield house


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def house(tmp_path: Path, database_url: str | None, clock: FakeClock) -> AsyncIterator[House]:
    async with a_house(tmp_path, database_url, clock) as opened:
        yield opened


async def pass_seconds(house: House, clock: FakeClock, seconds: int) -> None:
    for _ in range(seconds):
        clock.advance(SECOND)
        await drive_markets(house.container)


async def open_replay(who: Resident, market: str, start: str, speed: str) -> None:
    await who.call("POST", "/v1/markets", 201, {"id": market, "mode": "replay", "start": start, "speed": speed})


ORDERS: list[dict[str, Any]] = [
    {"order_type": "limit", "limit_price": "205.00", "quantity": "3"},
    {"order_type": "stop", "stop_price": "215.50", "quantity": "2"},
    {"order_type": "market", "symbol": "IBM", "quantity": "1"},
    {"order_type": "limit", "limit_price": "1.00", "quantity": "1", "time_in_force": "day"},
]


async def trade(who: Resident, market: str) -> str:
    """Place some orders in a portfolio of that market; its id."""
    portfolio_id = await who.portfolio(market=market)
    for terms in ORDERS:
        await who.place(portfolio_id, **{"time_in_force": "gtc", **terms})
    return portfolio_id


async def what_became_of(who: Resident, portfolio_id: str) -> list[Any]:
    """All orders of a portfolio as they ended, but for their ids and instants of this world."""
    page = await who.get("/v1/orders", portfolio_id=portfolio_id)
    return [
        (
            order["symbol"],
            order["order_type"],
            order["status"],
            [(fill["quantity"], fill["price"], fill["at"], fill["reason"]) for fill in order["executions"]],
        )
        for order in page["items"]
    ]


async def run_alone(folder: Path, market: str, start: str, speed: str, seconds: int) -> tuple[Any, list[Any]]:
    clock = FakeClock()
    async with a_house(folder, None, clock) as house, a_resident(house) as ada:
        await open_replay(ada, market, start, speed)
        portfolio_id = await trade(ada, market)
        await ada.call("POST", f"/v1/markets/{market}/resume", 200)
        await pass_seconds(house, clock, seconds)
        return await ada.get("/v1/clock", market=market), await what_became_of(ada, portfolio_id)


async def test_two_replays_at_once_come_out_as_each_does_alone(house: House, clock: FakeClock, tmp_path: Path) -> None:
    """Two clients, two replays of one past, an hour a second and a day a second."""
    start = "2010-01-04T12:00:00Z"
    async with a_resident(house) as ada, a_resident(house, "eve@example.com") as eve:
        await open_replay(ada, "slow", start, "3600")
        await open_replay(eve, "fast", start, "86400")
        slow, fast = await trade(ada, "slow"), await trade(eve, "fast")
        await ada.call("POST", "/v1/markets/slow/resume", 200)
        await eve.call("POST", "/v1/markets/fast/resume", 200)
        await pass_seconds(house, clock, 40)

        together = [
            (await ada.get("/v1/clock", market="slow"), await what_became_of(ada, slow)),
            (await eve.get("/v1/clock", market="fast"), await what_became_of(eve, fast)),
        ]

    assert together == [
        await run_alone(tmp_path / "slow", "slow", start, "3600", 40),
        await run_alone(tmp_path / "fast", "fast", start, "86400", 40),
    ]
    (slow_clock, slow_orders), (fast_clock, fast_orders) = together
    assert (slow_clock["now"], fast_clock["now"]) == ("2010-01-06T04:00:00Z", "2010-02-13T12:00:00Z")
    assert [order[2] for order in slow_orders] == ["expired", "filled", "filled", "new"]
    assert [order[2] for order in fast_orders] == ["expired", "filled", "filled", "filled"]


async def test_how_fast_a_replay_runs_changes_nothing_about_what_orders_get(tmp_path: Path) -> None:
    start = "2010-01-04T12:00:00Z"

    _, by_the_hour = await run_alone(tmp_path / "hours", "replay", start, "3600", 48)
    _, by_the_day = await run_alone(tmp_path / "days", "replay", start, "86400", 2)

    assert by_the_hour == by_the_day


async def test_a_running_replay_goes_on_from_where_it_stood_after_a_restart(
    tmp_path: Path, database_url: str | None
) -> None:
    """However long the house was down: no time passes in a replay meanwhile."""
    clock = FakeClock()
    async with a_house(tmp_path, database_url, clock) as house, a_resident(house) as ada:
        await open_replay(ada, "replay", "2010-01-04T14:30:00Z", "60")
        order = await ada.place(await ada.portfolio(market="replay"), order_type="stop", stop_price="215.59")
        await ada.call("POST", "/v1/markets/replay/resume", 200)
        await pass_seconds(house, clock, 10)
        stood = await ada.get("/v1/clock", market="replay")

    clock.advance(timedelta(hours=5))
    async with a_house(tmp_path, database_url, clock) as house, a_resident(house, email=None) as ada:
        await ada.sign_in("ada@example.com")
        await drive_markets(house.container)
        assert await ada.get("/v1/clock", market="replay") == stood
        assert (stood["now"], stood["state"], stood["speed"]) == ("2010-01-04T14:40:00Z", "running", "60")

        await pass_seconds(house, clock, 6)
        assert (await ada.get("/v1/clock", market="replay"))["now"] == "2010-01-04T14:46:00Z"

        await ada.call("POST", "/v1/clock/advance", 200, {"sessions": 1}, params={"market": "replay"})
        assert (await ada.get(f"/v1/orders/{order['id']}"))["status"] in {"filled", "expired"}


async def test_a_portfolio_lives_in_the_time_of_its_market(house: House) -> None:
    async with a_resident(house) as ada:
        await open_replay(ada, "replay", "2004-08-19T15:00:00Z", "1")

        portfolio_id = await ada.portfolio(market="replay")
        order = await ada.place(portfolio_id, symbol="GOOG")

        portfolio = await ada.get(f"/v1/portfolios/{portfolio_id}")
        [deposit, bought] = (await ada.get(f"/v1/portfolios/{portfolio_id}/transactions"))["items"]
        assert portfolio["market"] == "replay"
        assert order["executions"][0]["at"] == "2004-08-19T15:00:00Z"
        assert deposit["booked_at"] == bought["booked_at"] == "2004-08-19T15:00:00Z"
        await ada.refused(
            "POST",
            "/v1/portfolios",
            404,
            "market_not_found",
            {"name": "x", "base_currency": "USD", "market": "nowhere"},
        )


async def test_a_market_is_opened_once_under_a_key(house: House) -> None:
    async with a_resident(house) as ada:
        for key, method, path, body in (
            ("1", "POST", "/v1/markets", {"mode": "replay"}),
            ("2", "POST", "/v1/markets", {"mode": "replay", "id": "named"}),
            ("3", "POST", "/v1/markets/named/resume", None),
            ("4", "PATCH", "/v1/markets/named", {"speed": "2"}),
            ("5", "POST", "/v1/markets/named/pause", None),
            ("6", "DELETE", "/v1/markets/named", None),
        ):
            headers = {"Idempotency-Key": key}
            first = await ada.http.request(method, path, json=body, headers=headers)
            again = await ada.http.request(method, path, json=body, headers=headers)
            assert first.is_success, first.text
            assert (first.status_code, first.content) == (again.status_code, again.content)

        assert len((await ada.get("/v1/markets", own=True))["items"]) == 2


async def test_what_rests_in_an_ended_market_rests_for_ever(house: House, clock: FakeClock) -> None:
    async with a_resident(house) as ada:
        await open_replay(ada, "replay", "2010-01-04T15:00:00Z", "86400")
        portfolio_id = await ada.portfolio(market="replay", cash="1000")
        await ada.call("POST", "/v1/markets/replay/resume", 200)
        order = await ada.place(portfolio_id, order_type="limit", limit_price="1.00", time_in_force="gtc")

        await ada.call("DELETE", "/v1/markets/replay", 200)
        await pass_seconds(house, clock, 3)

        assert (await ada.get("/v1/clock", market="replay"))["now"] == "2010-01-04T15:00:00Z"
        assert (await ada.get(f"/v1/orders/{order['id']}"))["status"] == "new"
        canceled = await ada.call("DELETE", f"/v1/orders/{order['id']}", 200)
        assert canceled["status"] == "canceled"
        assert (await ada.get(f"/v1/portfolios/{portfolio_id}"))["available"] == "1000.00"


async def test_in_an_ended_market_no_portfolio_is_opened_and_money_still_goes_in_and_out(house: House) -> None:
    async with a_resident(house) as ada:
        await open_replay(ada, "replay", "2010-01-04T15:00:00Z", "1")
        portfolio_id = await ada.portfolio(market="replay", cash="1000")

        await ada.call("DELETE", "/v1/markets/replay", 200)

        new = {"name": "Too late", "base_currency": "USD", "market": "replay"}
        await ada.refused("POST", "/v1/portfolios", 409, "market_ended", new)
        cash = {"amount": "1", "currency": "USD"}
        await ada.call("POST", f"/v1/portfolios/{portfolio_id}/deposits", 201, cash)
        await ada.call("POST", f"/v1/portfolios/{portfolio_id}/withdrawals", 201, {**cash, "amount": "1001"})
        assert [portfolio["cash"] for portfolio in await ada.get("/v1/portfolios")] == ["0.00"]


@asynccontextmanager
async def a_server(house: House) -> AsyncIterator[str]:
    """The house on a real port, as `guilder serve` has it; the address of its websockets."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = uvicorn.Server(uvicorn.Config(create_app(house), lifespan="off", log_config=None, access_log=False))
        serving = asyncio.create_task(server.serve([door]))
        yield f"ws://127.0.0.1:{door.getsockname()[1]}"
        server.should_exit = True
        async with asyncio.timeout(20):
            await serving


async def test_a_stream_shows_where_a_replay_stands_until_the_server_ends(house: House, clock: FakeClock) -> None:
    async with a_resident(house) as ada:
        await open_replay(ada, "replay", "2010-01-04T15:00:00Z", "60")
        signed = {"Authorization": ada.http.headers["Authorization"]}
        async with a_server(house) as address:
            stream = await connect(f"{address}/v1/stream?markets=replay", additional_headers=signed)
            first = json.loads(await stream.recv())
            await ada.call("POST", "/v1/markets/replay/resume", 200)
            resumed = json.loads(await stream.recv())
            await pass_seconds(house, clock, 1)
            moved = json.loads(await stream.recv())

        with pytest.raises(ConnectionClosed) as closed:
            await stream.recv()

    assert (first["now"], first["state"]) == ("2010-01-04T15:00:00Z", "paused")
    assert (resumed["now"], resumed["state"]) == ("2010-01-04T15:00:00Z", "running")
    assert moved == {**resumed, "now": "2010-01-04T15:01:00Z"}
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == CloseCode.SERVICE_RESTART


async def test_a_stream_is_for_who_is_signed_in(house: House) -> None:
    async with a_server(house) as address:
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"{address}/v1/stream")

    assert refused.value.response.status_code == 401
