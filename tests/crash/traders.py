"""Clients that place orders at a steady rate, and ask again under the same key until they are answered."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any, Final
from uuid import UUID

import httpx

CLIENTS: Final = 64
ANSWER_SECONDS: Final = 30
PATIENCE_SECONDS: Final = 120
"""How long one order may stay unanswered, over all its attempts."""
_SECONDS_BETWEEN_ATTEMPTS: Final = 0.25

_TRY_AGAIN: Final = frozenset({"idempotency_key_in_use", "database_unavailable", "shutting_down", "busy"})
_REFUSED: Final = frozenset({"insufficient_quantity"})


class LostError(AssertionError):
    """An order was answered as it must never be, or not at all."""


@dataclass(slots=True)
class Placed:
    """One order as its client knows it."""

    key: str
    ticket: dict[str, Any]
    attempts: int = 0
    answer: bytes | None = None
    """The first answer, byte for byte."""
    order_id: str = ""
    is_filled: bool = False

    async def ask(self, line: httpx.AsyncClient) -> httpx.Response:
        """Send it under its key: the first time, or again."""
        return await line.post("/v1/orders", json=self.ticket, headers={"Idempotency-Key": self.key})


class Traders:
    """Clients who together place `rate` orders a second, while they may. Each has a connection of its own."""

    def __init__(
        self, lines: Sequence[httpx.AsyncClient], portfolio_ids: Sequence[str], rate: int, chance: Random
    ) -> None:
        self._lines = lines
        self._portfolio_ids = portfolio_ids
        self._pause = len(lines) / rate
        self._chance = chance
        self._may_trade = asyncio.Event()
        self._number = 0
        self._waiting: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self.placed: dict[str, Placed] = {}
        """Every order that was acknowledged, by its key."""
        self.fresh: list[Placed] = []
        """Those since somebody last looked."""
        self.refused = 0

    @property
    def waiting(self) -> int:
        """How many orders are on their way."""
        return len(self._waiting)

    def go_on(self) -> None:
        """Let them trade, now or on."""
        self._may_trade.set()
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._trade(line)) for line in self._lines]

    async def place_one_each(self) -> None:
        """Let each client place one order, and hear its answer. Raises `LostError`."""
        await asyncio.gather(*(self._place(line, self._next()) for line in self._lines))

    async def rest(self) -> None:
        """Let nobody begin another order; returns when all are answered. Raises `LostError`."""
        self._may_trade.clear()
        async with asyncio.timeout(PATIENCE_SECONDS + ANSWER_SECONDS):
            while self._waiting:
                self.check()
                await asyncio.sleep(_SECONDS_BETWEEN_ATTEMPTS)
        self.check()

    def check(self) -> None:
        """Raises what went wrong with one of them."""
        for task in self._tasks:
            if task.done():
                task.result()

    async def go_home(self) -> None:
        for task in self._tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _trade(self, line: httpx.AsyncClient) -> None:
        await asyncio.sleep(self._chance.random() * self._pause)
        while True:
            await self._may_trade.wait()
            pause = asyncio.create_task(asyncio.sleep(self._pause))
            await self._place(line, self._next())
            await pause

    def _next(self) -> Placed:
        self._number += 1
        terms = self._chance.choices([_BUY, _SELL, _REST], [60, 10, 30])[0]
        name = str(UUID(int=self._chance.getrandbits(128)))
        portfolio_id = self._chance.choice(self._portfolio_ids)
        return Placed(f"key-{name}", {**terms, "portfolio_id": portfolio_id, "client_order_id": name})

    async def _place(self, line: httpx.AsyncClient, order: Placed) -> None:
        self._waiting.add(order.key)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await self._is_answered(line, order):
                await asyncio.sleep(_SECONDS_BETWEEN_ATTEMPTS)
        self._waiting.discard(order.key)

    async def _is_answered(self, line: httpx.AsyncClient, order: Placed) -> bool:
        order.attempts += 1
        try:
            answer = await order.ask(line)
        except httpx.TransportError:
            return False
        if answer.status_code == 201:
            self._acknowledge(order, answer)
            return True
        code = answer.json().get("code")
        if code in _REFUSED:
            self.refused += 1
            return True
        if code not in _TRY_AGAIN:
            raise LostError(f"An order was answered by {answer.status_code}: {answer.text[:500]}")
        return False

    def _acknowledge(self, order: Placed, answer: httpx.Response) -> None:
        told = answer.json()
        order.answer, order.order_id = answer.content, told["id"]
        order.is_filled = told["status"] == "filled"
        self.placed[order.key] = order
        self.fresh.append(order)


_BUY: Final = {"symbol": "AAPL", "side": "buy", "order_type": "market", "quantity": "1"}
_SELL: Final = {"symbol": "AAPL", "side": "sell", "order_type": "market", "quantity": "0.5"}
_REST: Final = {
    "symbol": "IBM",
    "side": "buy",
    "order_type": "limit",
    "limit_price": "1.00",
    "quantity": "2",
    "time_in_force": "gtc",
}
