"""A load of orders, as a process of its own: many connections that say HTTP/1.1 and keep it, as cheaply as can be.

It reads one plan (JSON) from standard input and prints what came of it. A general HTTP client would cost more than the
server that is measured.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import Counter, deque
from dataclasses import dataclass, field
from itertools import cycle
from statistics import median, quantiles

import uvloop

HEAD_END = b"\r\n\r\n"
SYMBOLS = ("AAPL", "GOOG", "IBM", "MSFT")


@dataclass(frozen=True)
class Plan:
    """Who sends orders for which portfolios, for how long, and at most how many; 0 orders a second: all it can."""

    port: int
    people: list[dict]
    connections: int
    seconds: float
    orders: int
    rate: float = 0
    sides: tuple[str, ...] = ("buy", "sell")
    batch: int = 0
    """Orders a request; 0: one, to `/v1/orders`."""


@dataclass
class Outcome:
    """What was answered; latencies in milliseconds, from the instant at which a request was due."""

    accepted: int = 0
    seconds: float = 0
    statuses: Counter = field(default_factory=Counter)
    median: float = 0
    p99: float = 0


class Load:
    """One run of a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.outcome = Outcome()
        self._latencies: list[float] = []
        self._loop = asyncio.get_running_loop()
        self._idle: deque[Connection] = deque()
        self._due: deque[float] = deque()
        self._left = plan.orders
        self._under_way = 0
        self._ends_at = 0.0
        self._over = asyncio.Event()

    async def run(self) -> Outcome:
        """Send until time or orders are used up, and hear the last answer."""
        connections = [
            (await self._loop.create_connection(lambda n=n: Connection(self, n), "127.0.0.1", self.plan.port))[1]
            for n in range(self.plan.connections)
        ]
        began_at = self._loop.time()
        self._ends_at = began_at + self.plan.seconds
        self._loop.call_at(self._ends_at, self._end_if_quiet)
        if self.plan.rate:
            self._idle.extend(connections)
            pacing = asyncio.create_task(self._pace(began_at))
            await self._over.wait()
            pacing.cancel()
        else:
            for connection in connections:
                self._start(connection, began_at)
            await self._over.wait()
        self.outcome.seconds = self._loop.time() - began_at
        self.outcome.median = round(median(self._latencies) * 1000, 2)
        self.outcome.p99 = round(quantiles(self._latencies, n=100)[-1] * 1000, 2)
        return self.outcome

    def answered(self, connection: Connection, status: int, accepted: int, due_at: float) -> None:
        """A request of this connection has its whole answer."""
        now = self._loop.time()
        self._under_way -= 1
        self._latencies.append(now - due_at)
        self.outcome.statuses[str(status)] += 1
        self.outcome.accepted += accepted
        if not self.plan.rate:
            self._start(connection, now)
        elif self._due:
            self._start(connection, self._due.popleft())
        else:
            self._idle.append(connection)
        self._end_if_quiet()

    def _start(self, connection: Connection, due_at: float) -> None:
        if self._left > 0 and self._loop.time() < self._ends_at:
            self._left -= self.plan.batch or 1
            self._under_way += 1
            connection.send(due_at)

    def _end_if_quiet(self) -> None:
        is_over = self._left <= 0 or self._loop.time() >= self._ends_at
        if is_over and not self._under_way:
            self._over.set()

    async def _pace(self, began_at: float) -> None:
        sent = 0
        while True:
            now = self._loop.time()
            while began_at + sent / self.plan.rate <= now:
                due_at = began_at + sent / self.plan.rate
                sent += 1
                if self._idle:
                    self._start(self._idle.popleft(), due_at)
                else:
                    self._due.append(due_at)
            await asyncio.sleep(began_at + sent / self.plan.rate - now)


class Connection(asyncio.Protocol):
    """One keep-alive connection. It buys a share and sells it again, in one of its portfolios after the other."""

    def __init__(self, load: Load, number: int) -> None:
        plan = load.plan
        owned = [(person, portfolio) for person in plan.people for portfolio in person["portfolios"]]
        mine = owned[number :: plan.connections] or [owned[number % len(owned)]]
        self._load = load
        self._requests = cycle([_request(plan, *each, side) for each in mine for side in plan.sides])
        self._key = f"{os.getpid()}-{number}-"
        self._sent = 0
        self._due_at = 0.0
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def send(self, due_at: float) -> None:
        """Send the next request, which was due at that instant."""
        before_key, after_key = next(self._requests)
        self._sent += 1
        self._due_at = due_at
        self._transport.write(b"%b%b%d%b" % (before_key, self._key.encode(), self._sent, after_key))

    def data_received(self, data: bytes) -> None:
        self._received += data
        head_end = self._received.find(HEAD_END)
        if head_end < 0:
            return
        head = bytes(self._received[:head_end]).lower()
        length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        body_starts = head_end + len(HEAD_END)
        if len(self._received) < body_starts + length:
            return
        status = int(head[9:12])
        body = bytes(self._received[body_starts : body_starts + length])
        del self._received[: body_starts + length]
        accepted = body.count(b'"status":201') if self._load.plan.batch else int(status == 201)
        self._load.answered(self, status, accepted, self._due_at)

    def connection_lost(self, error: Exception | None) -> None:
        if error is not None:
            raise error


def _request(plan: Plan, person: dict, portfolio: str, side: str) -> tuple[bytes, bytes]:
    """One request, cut where its idempotency key stands."""
    symbol = SYMBOLS[hash(portfolio) % len(SYMBOLS)]
    order = {"portfolio_id": portfolio, "symbol": symbol, "side": side, "order_type": "market", "quantity": "1"}
    path = "/v1/orders"
    content: dict = order
    if plan.batch:
        path = "/v1/orders/batch"
        content = {"orders": [{**order, "side": plan.sides[n % len(plan.sides)]} for n in range(plan.batch)]}
    body = json.dumps(content).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"APCA-API-KEY-ID: {person['key_id']}\r\nAPCA-API-SECRET-KEY: {person['secret']}\r\n"
        f"Content-Length: {len(body)}\r\nIdempotency-Key: "
    )
    return head.encode(), HEAD_END + body


async def _run() -> Outcome:
    return await Load(Plan(**json.load(sys.stdin))).run()


if __name__ == "__main__":
    json.dump(vars(uvloop.run(_run())), sys.stdout)
