"""Prices and clocks over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from guilder.core.caller import NOBODY, Caller, Role
from guilder.core.clock import Clock
from guilder.core.container import Container
from guilder.core.container.fastapi import ContainerScopeMiddleware
from guilder.core.database import Database
from guilder.core.goals import Goals
from guilder.core.http import put_edge_around
from guilder.core.idempotency import AnswerStore
from guilder.core.ids import IdSource
from guilder.core.settings import Settings
from guilder.core.sql_idempotency import SqlAnswerStore
from guilder.core.sqlite_database import SqliteDatabase
from guilder.core.unit import Unit
from guilder.core.unit_of_work import CoreUnitOfWork, UnitOfWork
from guilder.core.writer_queue import WriterQueue
from guilder.market_data import wiring
from guilder.market_data.application.market_opening import MarketOpening
from guilder.market_data.application.ports import MarketRepository, PriceHistory
from guilder.published.audit import AuditLogger
from guilder.published.market_data import Markets
from guilder.published.trading import MarketDriver
from guilder.shared.ids import MarketId, UserId
from guilder.testing import FakeClock, InMemoryUnitOfWork, MockAuditLogger, SequentialIds
from tests.market_data.builders import FakeMarkets, NoQueue, at, sample

SOMEBODY = Caller(UserId(UUID(int=1)))
ADMIN = Caller(UserId(UUID(int=2)), frozenset({Role.ADMIN}))


class IdleDriver:
    """`MarketDriver` of a market in which nobody has an order."""

    def __init__(self, work: CoreUnitOfWork, markets: Markets) -> None:
        self._work = work
        self._markets = markets

    async def advance(self, market: MarketId, to: datetime) -> datetime:
        async with self._work:
            await self._markets.move(market, to)
        return to


class NoGoals:
    """`Goals` of requests without a key."""

    async def kept(self) -> str | None:
        return None

    async def keep(self, goal: str) -> None:
        """There is nowhere to keep it."""


class House:
    """This room behind its API, with a caller of the test's choice."""

    def __init__(self, tmp_path: Any, **chosen: Any) -> None:
        self.caller = ADMIN
        self.clock = FakeClock(at("2026-01-05T12:00"))
        self.container = Container()
        self.container.register_value(Settings, Settings(data_dir=tmp_path, **chosen))
        self.container.register_value(Clock, self.clock)
        self.container.register_singleton(Unit, Unit)
        self.container.register_value(CoreUnitOfWork, InMemoryUnitOfWork())
        self.container.register_value(UnitOfWork, InMemoryUnitOfWork())
        self.container.register_value(Database, SqliteDatabase(tmp_path / "unused.db"))
        self.container.register_singleton(AnswerStore, SqlAnswerStore)
        self.container.register_value(AuditLogger, MockAuditLogger())
        self.container.register_value(IdSource, SequentialIds())
        self.container.register_value(Goals, NoGoals())
        self.container.register_singleton(MarketDriver, IdleDriver)
        self.container.register_scoped(Caller, self._who)
        self.container.register_value(WriterQueue, NoQueue())
        wiring.register(self.container)
        self.container.register_value(MarketRepository, FakeMarkets(), replace=True)
        self.container.register_value(PriceHistory, sample(), replace=True)
        self.container.validate()
        self.app = FastAPI(redirect_slashes=False)
        self.app.state.container = self.container
        self.app.add_middleware(ContainerScopeMiddleware)
        for router in wiring.routers():
            self.app.include_router(router)
        put_edge_around(self.app, ids=SequentialIds(), clock=self.clock)

    def _who(self) -> Caller:
        return self.caller

    async def get(self, path: str) -> httpx.Response:
        return await self.send("GET", path)

    async def post(self, path: str, body: Any) -> httpx.Response:
        return await self.send("POST", path, json=body)

    async def patch(self, path: str, body: Any) -> httpx.Response:
        return await self.send("PATCH", path, json=body)

    async def post_text(self, path: str, body: str) -> httpx.Response:
        return await self.send("POST", path, content=body, headers={"content-type": "application/json"})

    async def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://guilder") as client:
            return await client.request(method, path, **more)


@pytest.fixture
async def replay(tmp_path: Any) -> AsyncIterator[House]:
    """It stands an hour into the session of 2010-06-01."""
    house = House(tmp_path, market_mode="replay", replay_start="2010-06-01T14:30:00Z")
    await house.container.get(MarketOpening).open()
    yield house
    await house.container.get(Database).aclose()


@pytest.fixture
async def sandbox(tmp_path: Any) -> AsyncIterator[House]:
    """On the noon of its first day."""
    house = House(tmp_path)
    await house.container.get(MarketOpening).open()
    yield house
    await house.container.get(Database).aclose()


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_quote(replay: House) -> None:
    answer = await replay.get("/v1/quotes/aapl")

    assert answer.status_code == 200
    told = answer.json()
    assert {name: told[name] for name in ("symbol", "at", "source", "stale")} == {
        "symbol": "AAPL",
        "at": "2010-06-01T14:30:00Z",
        "source": "sample",
        "stale": False,
    }
    assert Decimal("257") < Decimal(told["bid"]) < Decimal(told["price"]) < Decimal(told["ask"]) < Decimal("266")


async def test_quotes_of_several_symbols_come_in_a_list(replay: House) -> None:
    answer = await replay.get("/v1/quotes?symbols=IBM,%20AAPL,FB")

    assert [quote["symbol"] for quote in answer.json()] == ["IBM", "AAPL"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/quotes/TSLA", 404, "symbol_not_found"),
        ("/v1/quotes/FB", 409, "no_price"),
        ("/v1/quotes/A;DROP", 422, "invalid_symbol"),
        (f"/v1/quotes/{'A' * 300}", 422, "invalid_symbol"),
        ("/v1/quotes/AAPL?market=nowhere", 404, "market_not_found"),
        ("/v1/quotes?symbols=AAPL,,IBM", 422, "invalid_symbol"),
        ("/v1/quotes?symbols=", 422, "invalid_symbol"),
        ("/v1/quotes", 422, "validation_failed"),
        (f"/v1/quotes?symbols={','.join(['A'] * 501)}", 422, "too_many_symbols"),
        ("/v1/bars/TSLA", 404, "symbol_not_found"),
        ("/v1/bars/AAPL?timeframe=2Min", 422, "validation_failed"),
        ("/v1/bars/AAPL?adjustment=dividend", 422, "validation_failed"),
        ("/v1/bars/AAPL?start=yesterday", 422, "validation_failed"),
        ("/v1/bars/AAPL?limit=0", 422, "validation_failed"),
        ("/v1/bars/AAPL?cursor=abc", 422, "invalid_cursor"),
        ("/v1/bars/AAPL?market=nowhere", 404, "market_not_found"),
        ("/v1/trades/TSLA", 404, "symbol_not_found"),
        ("/v1/trades/AAPL?cursor=abc", 422, "invalid_cursor"),
        ("/v1/trades/AAPL?market=nowhere", 404, "market_not_found"),
        ("/v1/clock?market=nowhere", 404, "market_not_found"),
    ],
)
async def test_what_makes_no_sense_or_is_not_there_is_refused(replay: House, path: str, status: int, code: str) -> None:
    assert refusal(await replay.get(path)) == (status, code)


@pytest.mark.parametrize(
    "path", ["/v1/quotes/AAPL", "/v1/quotes?symbols=AAPL", "/v1/bars/AAPL", "/v1/trades/AAPL", "/v1/clock"]
)
async def test_nothing_is_shown_to_who_is_not_signed_in(replay: House, path: str) -> None:
    replay.caller = NOBODY

    assert refusal(await replay.get(path)) == (401, "not_signed_in")


async def test_bars_come_in_pages(replay: House) -> None:
    path = "/v1/bars/AAPL?start=2010-05-26&end=2010-06-30&limit=2"
    first = (await replay.get(path)).json()
    second = (await replay.get(f"{path}&cursor={first['next']}")).json()

    assert [bar["at"] for bar in first["items"]] == ["2010-05-26T00:00:00Z", "2010-05-27T00:00:00Z"]
    assert [bar["at"] for bar in second["items"]] == ["2010-05-28T00:00:00Z"]
    assert second["next"] is None
    assert first["items"][0] == {
        "at": "2010-05-26T00:00:00Z",
        "open": "250.08",
        "high": "252.13",
        "low": "243.75",
        "close": "244.109",
        "volume": 30380500,
    }


async def test_bars_are_adjusted_as_asked_for(replay: House) -> None:
    async def close(adjustment: str) -> Decimal:
        answer = await replay.get(f"/v1/bars/AAPL?start=2005-02-25&limit=1&adjustment={adjustment}")
        return Decimal(answer.json()["items"][0]["close"])

    assert await close("raw") == Decimal("88.99")
    assert await close("split") == await close("all") == Decimal("44.495")


async def test_no_bar_is_later_than_the_market(replay: House) -> None:
    answer = await replay.get("/v1/bars/AAPL?start=2010-06-01&end=2013-01-01")

    assert answer.json() == {"items": [], "next": None}


async def test_bars_of_minutes(replay: House) -> None:
    answer = await replay.get("/v1/bars/AAPL?timeframe=15Min&start=2010-06-01T13:40:00Z")

    told = answer.json()
    assert [bar["at"] for bar in told["items"]] == [
        "2010-06-01T13:45:00Z",
        "2010-06-01T14:00:00Z",
        "2010-06-01T14:15:00Z",
    ]
    assert told["next"] is None


async def test_trades(replay: House) -> None:
    answer = await replay.get("/v1/trades/AAPL?start=2010-06-01&limit=1")

    told = answer.json()
    assert told["items"][0]["at"] == "2010-06-01T13:30:00Z"
    assert told["items"][0].keys() == {"at", "price", "size"}
    assert told["next"] is not None


async def test_the_clock_of_a_replay(replay: House) -> None:
    replay.caller = SOMEBODY

    assert (await replay.get("/v1/clock")).json() == {
        "market": "main",
        "now": "2010-06-01T14:30:00Z",
        "mode": "replay",
        "state": "paused",
        "speed": "1",
        "is_open": True,
        "next_open": "2010-06-02T13:30:00Z",
        "next_close": "2010-06-01T20:00:00Z",
    }


async def test_the_clock_of_a_sandbox(sandbox: House) -> None:
    sandbox.clock.advance(timedelta(hours=1))

    assert (await sandbox.get("/v1/clock")).json() == {
        "market": "main",
        "now": "2026-01-05T13:00:00Z",
        "mode": "sandbox",
        "state": "running",
        "speed": "1",
        "is_open": True,
        "next_open": "2026-01-06T00:00:00Z",
        "next_close": "2026-01-06T00:00:00Z",
    }


@pytest.mark.parametrize(
    ("body", "now"),
    [
        ({"by": "1d"}, "2010-06-02T14:30:00Z"),
        ({"sessions": 2}, "2010-06-02T20:00:00Z"),
        ({"to": "2010-06-01T20:00:00Z"}, "2010-06-01T20:00:00Z"),
        ({"to": "2010-06-03"}, "2010-06-03T00:00:00Z"),
    ],
)
async def test_an_admin_lets_a_replay_go_on(replay: House, body: dict[str, Any], now: str) -> None:
    answer = await replay.post("/v1/clock/advance", body)

    assert (answer.status_code, answer.json()["now"]) == (200, now)
    assert (await replay.get("/v1/clock")).json() == answer.json()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid_advance"),
        ({"by": "1d", "sessions": 1}, 422, "invalid_advance"),
        ({"by": "soon"}, 422, "invalid_advance"),
        ({"sessions": 0}, 422, "invalid_advance"),
        ({"sessions": True}, 422, "validation_failed"),
        ({"sessions": "many"}, 422, "validation_failed"),
        ({"sessions": 5000}, 409, "no_more_sessions"),
        ({"to": "2010-05-31"}, 409, "market_time_passed"),
        ({"to": "then"}, 422, "validation_failed"),
        ([], 422, "validation_failed"),
    ],
)
async def test_what_is_no_way_on_is_refused(replay: House, body: Any, status: int, code: str) -> None:
    assert refusal(await replay.post("/v1/clock/advance", body)) == (status, code)
    assert (await replay.get("/v1/clock")).json()["now"] == "2010-06-01T14:30:00Z"


async def test_only_an_admin_lets_it_go_on(replay: House) -> None:
    replay.caller = SOMEBODY
    assert refusal(await replay.post("/v1/clock/advance", {"sessions": 1})) == (403, "not_allowed")

    replay.caller = NOBODY
    assert refusal(await replay.post("/v1/clock/advance", {"sessions": 1})) == (401, "not_signed_in")


async def test_a_sandbox_is_not_moved_by_hand(sandbox: House) -> None:
    assert refusal(await sandbox.post("/v1/clock/advance", {"sessions": 1})) == (409, "not_a_replay")


async def test_a_live_market_without_a_provider_says_that_it_has_none(tmp_path: Any) -> None:
    house = House(tmp_path, market_mode="live")
    await house.container.get(MarketOpening).open()

    assert refusal(await house.get("/v1/quotes/AAPL")) == (503, "no_price_provider")
    assert refusal(await house.get("/v1/bars/AAPL?timeframe=1Min")) == (503, "no_price_provider")
    assert (await house.get("/v1/clock")).json()["next_close"] == "2026-01-05T21:00:00Z"
    await house.container.get(Database).aclose()
