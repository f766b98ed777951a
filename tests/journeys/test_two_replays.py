"""Two replays at once, at different speeds, from two clients of one server: each comes out as it does alone."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from guilder.core.instants import instant_text
from tests.bootstrap.command_line import CommandLine
from tests.bootstrap.test_serve_process import PATIENCE, a_server

BEGIN: Final = datetime(2008, 9, 2, 15, 0, tzinfo=UTC)
A_WHILE: Final = timedelta(days=60)
"""From one batch of orders to the next: longer than a replay can run by itself before it is paused."""

Ticket = Mapping[str, str]


@dataclass(frozen=True)
class Bot:
    """Somebody with a key, a speed, a fill profile, and tickets: those of the beginning, then those of later on."""

    email: str
    speed: str
    fill_profile: str
    batches: Sequence[Sequence[Ticket]]


def a_ticket(symbol: str, side: str, quantity: str, order_type: str = "market", **terms: str) -> Ticket:
    ticket = {"symbol": symbol, "side": side, "quantity": quantity, "order_type": order_type}
    return {**ticket, "time_in_force": "gtc", **terms}


HASTY: Final = Bot(
    "hasty@example.com",
    "200000",
    "ideal",
    [
        [
            a_ticket("AAPL", "buy", "100"),
            a_ticket("AAPL", "buy", "100", "limit", limit_price="120.00"),
            a_ticket("IBM", "buy", "50", "limit", limit_price="95.00"),
            a_ticket("MSFT", "buy", "10", "limit", limit_price="1.00", time_in_force="day"),
        ],
        [
            a_ticket("AAPL", "sell", "150", "stop", stop_price="88.00"),
            a_ticket("IBM", "sell", "20", "limit", limit_price="84.00"),
        ],
    ],
)
SLOW: Final = Bot(
    "slow@example.com",
    "50000",
    "realistic",
    [
        [
            a_ticket("AAPL", "buy", "30000", "limit", limit_price="110.00"),
            a_ticket("GOOG", "buy", "500"),
            a_ticket("GOOG", "buy", "500", "stop_limit", stop_price="480.00", limit_price="490.00"),
        ],
        [a_ticket("GOOG", "sell", "300"), a_ticket("AAPL", "sell", "20000", "limit", limit_price="95.00")],
    ],
)


@pytest.fixture
def guilder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    # Nobody reads the server's log here, and a pipe that is full would hold the server up.
    monkeypatch.setenv("GUILDER_LOG_LEVEL", "warning")
    return CommandLine(tmp_path / "books", monkeypatch)


def test_two_replays_at_once_come_out_as_each_does_alone(guilder: CommandLine) -> None:
    keys = {}
    for bot in (HASTY, SLOW):
        guilder.user(bot.email)
        keys[bot.email] = guilder.tells("api-key", "create", bot.email, "--name", "bot")

    async def run(url: str) -> tuple[Sequence[Any], Sequence[Any]]:
        async with AsyncExitStack() as stack:
            clients = [(await stack.enter_async_context(a_client(url, keys[bot.email])), bot) for bot in (HASTY, SLOW)]
            alone = [await trade(client, bot, "alone") for client, bot in clients]
            at_once = await asyncio.gather(*(trade(client, bot, "at-once") for client, bot in clients))
        return alone, at_once

    with a_server(guilder.folder) as (_, url, _):
        alone, at_once = asyncio.run(run(url))

    assert [len(one["orders"]) for one in alone] == [6, 5]
    assert all(sum(len(order["executions"]) for order in one["orders"]) >= 3 for one in alone)
    assert at_once == alone


def a_client(url: str, key: Mapping[str, str]) -> httpx.AsyncClient:
    signed = {"APCA-API-KEY-ID": key["key_id"], "APCA-API-SECRET-KEY": key["secret"]}
    return httpx.AsyncClient(base_url=url, headers=signed, timeout=PATIENCE)


async def trade(http: httpx.AsyncClient, bot: Bot, name: str) -> Any:
    """Trade in a replay of one's own that runs by itself for a while after each batch; all that came of it."""

    async def call(method: str, path: str, status: int, body: Any = None, **query: Any) -> Any:
        answer = await http.request(method, path, json=body, params=query)
        assert answer.status_code == status, f"{method} {path}: {answer.text}"
        return answer.json()

    market = f"{name}-{bot.email.partition('@')[0]}"
    terms = {"mode": "replay", "id": market, "start": instant_text(BEGIN), "speed": bot.speed, "seed": 3}
    await call("POST", "/v1/markets", 201, terms)
    opened = {"name": name, "base_currency": "USD", "market": market, "fill_profile": bot.fill_profile}
    portfolio_id = (await call("POST", "/v1/portfolios", 201, opened))["id"]
    money = {"amount": "5000000", "currency": "USD"}
    await call("POST", f"/v1/portfolios/{portfolio_id}/deposits", 201, money)

    stands = BEGIN
    for batch in bot.batches:
        for ticket in batch:
            await call("POST", "/v1/orders", 201, {"portfolio_id": portfolio_id, **ticket})
        await call("POST", f"/v1/markets/{market}/resume", 200)
        while (await now(call, market)) == stands:
            pass  # each look is a request of its own
        await call("POST", f"/v1/markets/{market}/pause", 200)
        stands += A_WHILE
        assert await now(call, market) < stands, "it ran on for too long before it was paused"
        await call("POST", "/v1/clock/advance", 200, {"to": instant_text(stands)}, market=market)

    orders = (await call("GET", "/v1/orders", 200, portfolio_id=portfolio_id, limit=500))["items"]
    transactions = await call("GET", f"/v1/portfolios/{portfolio_id}/transactions", 200, limit=500)
    came = {
        "orders": orders,
        "explanations": [await call("GET", f"/v1/orders/{order['id']}/explain", 200) for order in orders],
        "transactions": transactions["items"],
        "positions": await call("GET", f"/v1/portfolios/{portfolio_id}/positions", 200),
        "metrics": await call("GET", f"/v1/portfolios/{portfolio_id}/metrics", 200),
    }
    return without_ids(came, market)


async def now(call: Any, market: str) -> datetime:
    return datetime.fromisoformat((await call("GET", "/v1/clock", 200, market=market))["now"])


def without_ids(came: Any, market: str) -> Any:
    no_ids = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "an id", json.dumps(came))
    return json.loads(no_ids.replace(market, "a market"))
