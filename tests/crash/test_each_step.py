"""One order, killed at every step of its way into the books and out to its owner: all of it is there, or nothing."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Table, func, select

from guilder.bootstrap.container import database_for
from guilder.bootstrap.house import House
from guilder.bootstrap.verify import verify
from guilder.core.database import Database
from guilder.core.tables import audit_notes, idempotency, outbox
from guilder.financial.infrastructure.tables import lots, postings, transactions
from guilder.notification.infrastructure.tables import messages
from guilder.trading.infrastructure.tables import executions, orders
from tests.crash.mortal import Order, a_replay, place_orders
from tests.houses import a_house, a_resident

ONE_COMMIT: tuple[Table, ...] = (orders, executions, lots, transactions, postings, outbox, audit_notes, idempotency)
NOTHING = dict.fromkeys((table.name for table in ONE_COMMIT), 0)
LEAST_STEPS = 3
"""Before the commit, and after it: on PostgreSQL a whole group is one statement."""
MOST_STEPS = 200

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.crash.mortal"])


@dataclass
class Books:
    """Somebody's books, in which one process after the other places orders and is killed."""

    folder: Path
    url: str | None
    database: Database
    headers: dict[str, str]
    portfolio_id: str
    rows: dict[str, int] = field(default_factory=dict)

    def order(self, number: int) -> Order:
        name = f"order-{number}"
        terms = {"symbol": "AAPL", "side": "buy", "order_type": "market", "quantity": "1"}
        ticket = {**terms, "portfolio_id": self.portfolio_id, "client_order_id": name}
        return Order(ticket, {**self.headers, "Idempotency-Key": name})

    async def added(self) -> dict[str, int]:
        """How many rows each table has more than when somebody last asked."""
        before = self.rows
        self.rows = {table.name: await self.count(table) for table in ONE_COMMIT}
        return {name: count - before.get(name, 0) for name, count in self.rows.items()}

    async def count(self, table: Table) -> int:
        row = await self.database.fetch_one(select(func.count()).select_from(table))
        assert row is not None
        return int(row[0])


@pytest.fixture(params=["sqlite", "postgresql"])
async def books(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Books]:
    url = request.getfixturevalue("migrated_postgres_url") if request.param == "postgresql" else None
    settings = a_replay(tmp_path, url)
    async with a_house(settings) as house, a_resident(house) as ada:
        portfolio_id = await ada.portfolio()
        headers = {"Authorization": ada.http.headers["Authorization"]}
    database = database_for(settings)
    yield Books(tmp_path, url, database, headers, portfolio_id)
    await database.aclose()


async def test_wherever_its_process_is_killed_an_order_is_there_wholly_or_not_at_all(books: Books) -> None:
    saved: list[bool] = []
    one_order: dict[str, int] = {}
    told = await books.count(messages)
    await books.added()

    for step in range(1, MOST_STEPS):
        ours, its = _processes.Pipe()
        earlier = books.order(step - 1) if step > 1 else None
        arguments = (books.folder, books.url, earlier, books.order(step), step, its)
        process = _processes.Process(target=place_orders, args=arguments)
        process.start()
        its.close()
        if earlier is not None:
            status, is_repeated = await asyncio.to_thread(ours.recv)
            added = await books.added()
            one_order = one_order or added
            assert (status, is_repeated) == (201, saved[-1])
            assert added == (NOTHING if saved[-1] else one_order)
            assert await books.count(messages) == told + step - 1
            ours.send("go on")
        await asyncio.to_thread(process.join)
        if process.exitcode == 0:
            break
        assert process.exitcode == -signal.SIGKILL
        added = await books.added()
        assert added in (NOTHING, one_order or NOTHING)
        saved.append(added != NOTHING)

    assert min(one_order.values()) > 0
    assert saved == sorted(saved)
    assert min(saved.count(False), saved.count(True)) >= LEAST_STEPS
    async with House(a_replay(books.folder, books.url), core=False) as guest:
        assert [check for check in await verify(guest) if not check.ok] == []
