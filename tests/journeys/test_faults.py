"""What clients see while something under the house is broken, and that nothing is left of it afterwards.

Most faults end before any time limit of the house is reached: what waits for ten seconds is answered as what waits
for a tenth of one. Two are held by the clock, so that this need not be believed: a database that is gone for ten
seconds, and commits that take two.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.util import await_only

from guilder.bootstrap.container import setup_container
from guilder.bootstrap.house import House
from guilder.bootstrap.verify import verify
from guilder.core import sqlite_database
from guilder.core.clock import Clock
from guilder.core.database import Database
from guilder.core.relay import Relay
from guilder.core.settings import Settings
from guilder.core.system_clock import SystemClock
from guilder.testing import FakeClock
from tests.houses import Resident, a_house, a_resident, settings_for
from tests.postgres import Keeper, PostgresServer, knock

AT_ONCE = 20
SECONDS_AWAY = 10
SECONDS_OF_A_COMMIT = 2
Fault = Callable[[House], AbstractAsyncContextManager[None]]


class Client:
    """Somebody who places orders under keys, and knows which were acknowledged."""

    def __init__(self, ada: Resident, portfolio_id: str) -> None:
        self.ada = ada
        self.portfolio_id = portfolio_id
        self.acknowledged: dict[str, str] = {}

    async def place(self, name: str) -> httpx.Response:
        ticket = {"symbol": "AAPL", "side": "buy", "order_type": "market", "quantity": "1"}
        body = {**ticket, "portfolio_id": self.portfolio_id, "client_order_id": name}
        answer = await self.ada.http.post("/v1/orders", json=body, headers={"Idempotency-Key": name})
        if answer.status_code == 201:
            assert self.acknowledged.setdefault(name, answer.json()["id"]) == answer.json()["id"]
        return answer

    async def place_many(self, *names: str) -> list[httpx.Response]:
        return list(await asyncio.gather(*(self.place(name) for name in names)))

    async def insists(self, name: str) -> list[httpx.Response]:
        """Asks again and again under one key until the order is accepted; all answers."""
        answers = [await self.place(name)]
        while answers[-1].status_code != 201:
            await asyncio.sleep(0.2)
            answers.append(await self.place(name))
        return answers

    async def finds_all_as_acknowledged(self) -> None:
        """Every order that was acknowledged is there once, and no other; the books hold; all was told."""
        house = self.ada.house
        async with asyncio.timeout(60):
            await house.container.get(Relay).told()
        found = (await self.ada.get("/v1/orders", status="all", limit=500))["items"]
        assert {order["client_order_id"]: order["id"] for order in found} == self.acknowledged
        assert len(found) == len(self.acknowledged)
        messages = (await self.ada.get("/v1/notifications", limit=500))["items"]
        assert sum("Bought 1 AAPL" in message["message"] for message in messages) == len(found)
        assert [check for check in await verify(house) if not check.ok] == []
        database = house.container.get(Database)
        if database.dialect_name == "sqlite":
            row = await database.fetch_one(text("PRAGMA integrity_check"))
            assert row is not None
            assert row[0] == "ok"


@pytest.fixture
async def client(house: House) -> AsyncIterator[Client]:
    async with a_resident(house) as ada:
        yield Client(ada, await ada.portfolio(cash="100000"))


# How things break


@asynccontextmanager
async def no_space(house: House) -> AsyncIterator[None]:
    """SQLite may not take another page; PostgreSQL answers what it answers when its disk is full."""
    if house.container.get(Database).dialect_name == "sqlite":
        await execute(house, "PRAGMA max_page_count = 1")
        yield
        await execute(house, "PRAGMA max_page_count = 1000000")
        return
    async with a_trigger(house, "53100"):
        yield


@asynccontextmanager
async def commits_fail(house: House) -> AsyncIterator[None]:
    """The disk fails at the very commit."""
    if house.container.get(Database).dialect_name == "postgresql":
        async with a_trigger(house, "58030"):
            yield
        return

    def break_down(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("BEGIN"):
            connection.info["writes"] = statement == "BEGIN IMMEDIATE"
        if statement == "COMMIT" and connection.info["writes"]:
            raise OperationalError(statement, {}, sqlite3.OperationalError("disk I/O error"))

    event.listen(Engine, "before_cursor_execute", break_down)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", break_down)


@asynccontextmanager
async def a_trigger(house: House, state: str) -> AsyncIterator[None]:
    """PostgreSQL refuses every commit by which money moves, with this SQLSTATE."""
    await execute(
        house,
        "CREATE FUNCTION break_down() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION 'broken' USING errcode = '{state}'; END $$",
        "CREATE CONSTRAINT TRIGGER broken AFTER INSERT ON financial_transactions DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION break_down()",
    )
    yield
    await execute(house, "DROP TRIGGER broken ON financial_transactions", "DROP FUNCTION break_down")


@asynccontextmanager
async def commits_take_long(house: House) -> AsyncIterator[None]:
    """The disk needs seconds for every commit by which money moves."""
    if house.container.get(Database).dialect_name == "postgresql":
        await execute(
            house,
            "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN IF current_setting('guilder.slept', true) IS DISTINCT FROM 'yes' THEN "
            f"PERFORM pg_sleep({SECONDS_OF_A_COMMIT}), set_config('guilder.slept', 'yes', true); END IF; "
            "RETURN NULL; END $$",
            "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON financial_transactions DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION dawdle()",
        )
        yield
        await execute(house, "DROP TRIGGER slow ON financial_transactions", "DROP FUNCTION dawdle")
        return

    def dawdle(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("BEGIN"):
            connection.info["moves money"] = False
        if "financial_transactions" in statement and statement.startswith("INSERT"):
            connection.info["moves money"] = True
        if statement == "COMMIT" and connection.info.get("moves money"):  # it may have begun before anybody listened
            time.sleep(SECONDS_OF_A_COMMIT)

    event.listen(Engine, "before_cursor_execute", dawdle)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", dawdle)


async def execute(house: House, *statements: str) -> None:
    def run(connection: Connection) -> None:
        for statement in statements:
            connection.exec_driver_sql(statement)

    await house.container.get(Database).write(run)


@asynccontextmanager
async def somebody_else_writes(house: House) -> AsyncIterator[None]:
    """Another process is in the middle of a transaction, so that every commit of the house waits."""
    url = house.settings.database_url.get_secret_value()
    if url.startswith("sqlite"):
        other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
        other.close()
        return
    database = house.container.get(Database)
    holding, go_on = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        def lock(connection: Connection) -> None:
            connection.execute(text("LOCK TABLE core_writer IN EXCLUSIVE MODE"))
            holding.set()
            await_only(go_on.wait())

        await database.write(lock)

    other_process = asyncio.create_task(hold())
    await holding.wait()
    yield
    go_on.set()
    await other_process


# What must hold


@pytest.mark.parametrize("fault", [no_space, commits_fail])
async def test_while_nothing_can_be_saved_requests_are_refused_clearly_and_then_go_on(
    client: Client, fault: Fault
) -> None:
    names = [f"order-{number}" for number in range(AT_ONCE)]
    await client.place_many("before-1", "before-2")

    async with fault(client.ada.house):
        refusals = await client.place_many(*names)
        assert_refused_for_now(refusals)
        assert len((await client.ada.get("/v1/orders", status="all"))["items"]) == 2
    answers = await client.place_many(*names)

    assert {answer.status_code for answer in answers} == {201}
    assert {answer.headers.get("Idempotent-Replayed") for answer in answers} == {None}
    await client.finds_all_as_acknowledged()


def assert_refused_for_now(refusals: list[httpx.Response]) -> None:
    for refusal in refusals:
        assert refusal.status_code == 503, refusal.text
        assert refusal.headers["content-type"] == "application/problem+json"
        assert refusal.json()["code"] == "database_unavailable"
        assert int(refusal.headers["Retry-After"]) >= 1


async def test_a_commit_that_takes_long_holds_up_who_writes_and_nobody_who_reads(client: Client) -> None:
    names = [f"slow-{number}" for number in range(AT_ONCE)]
    await client.place("before")

    async with somebody_else_writes(client.ada.house):
        placing = asyncio.create_task(client.place_many(*names))
        for _ in range(3):
            assert len((await client.ada.get("/v1/orders", status="all"))["items"]) == 1
            await client.ada.get("/v1/quotes/AAPL")
        again = await client.place(names[0])
        assert not placing.done()
    answers = await placing

    assert (again.status_code, again.json()["code"]) == (409, "idempotency_key_in_use")
    assert {answer.status_code for answer in answers} == {201}
    await client.finds_all_as_acknowledged()


async def test_a_commit_that_takes_two_seconds_is_waited_for_by_who_writes_and_by_nobody_else(client: Client) -> None:
    names = [f"slow-{number}" for number in range(AT_ONCE)]
    now = asyncio.get_running_loop().time
    await client.place("before")

    async with commits_take_long(client.ada.house):
        began_at = now()
        placing = [asyncio.create_task(client.place(name)) for name in names]
        while now() - began_at < SECONDS_OF_A_COMMIT / 2:
            assert len((await client.ada.get("/v1/orders", status="all"))["items"]) == 1
            assert not any(placed.done() for placed in placing)
        answers = await asyncio.gather(*placing)

    assert {answer.status_code for answer in answers} == {201}
    await client.finds_all_as_acknowledged()


async def test_an_sqlite_that_is_kept_from_us_for_ten_seconds_comes_back_by_itself(tmp_path: Path) -> None:
    async with a_house(settings_for(tmp_path)) as house, a_resident(house) as ada:
        client = Client(ada, await ada.portfolio(cash="100000"))
        async with somebody_else_writes(house):
            insisting = [asyncio.create_task(client.insists(f"order-{number}")) for number in range(AT_ONCE)]
            await asyncio.sleep(SECONDS_AWAY + 1)  # what waits for the file is given up after ten
            assert client.acknowledged == {}
        answers = [await asked for asked in insisting]

        assert any(len(asked) > 1 for asked in answers)
        assert_refused_for_now([refusal for asked in answers for refusal in asked[:-1]])
        await client.finds_all_as_acknowledged()


async def test_an_sqlite_that_another_process_keeps_for_itself_is_away_until_it_is_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_database, "BUSY_SECONDS", 0.1)
    async with a_house(settings_for(tmp_path)) as house, a_resident(house) as ada:
        client = Client(ada, await ada.portfolio(cash="100000"))
        async with somebody_else_writes(house):
            assert_refused_for_now(await client.place_many("one", "two"))

        await client.place_many("one", "two", "three")
        await client.finds_all_as_acknowledged()


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A PostgreSQL that this test may stop."""
    keeper = Keeper()
    yield knock(keeper.folder)
    keeper.close()


async def test_a_postgres_that_is_stopped_and_started_is_away_meanwhile_and_needs_no_hand(
    own_server: PostgresServer, tmp_path: Path
) -> None:
    settings = settings_for(tmp_path, own_server.url(own_server.create_database()))
    async with a_house(settings) as house, a_resident(house) as ada:
        client = Client(ada, await ada.portfolio(cash="100000"))
        names = [f"order-{number}" for number in range(AT_ONCE)]
        placing = asyncio.create_task(client.place_many(*(f"at-the-end-{number}" for number in range(AT_ONCE))))
        await asyncio.to_thread(own_server.stop)
        at_the_end = await placing

        for _ in range(3):
            assert_refused_for_now(await client.place_many(*names))
            await ada.refused("GET", "/v1/portfolios", 503, "database_unavailable")
            assert (await ada.http.get("/health/ready")).status_code == 503
        await asyncio.to_thread(knock, Path(own_server.folder))
        answers = await client.place_many(*names)
        answers += await client.place_many(*(f"at-the-end-{number}" for number in range(AT_ONCE)))

        assert {answer.status_code for answer in answers} == {201}
        assert {answer.status_code for answer in at_the_end} <= {201, 503}
        await client.finds_all_as_acknowledged()


async def test_a_postgres_that_is_gone_for_ten_seconds_comes_back_by_itself(
    own_server: PostgresServer, tmp_path: Path
) -> None:
    settings = settings_for(tmp_path, own_server.url(own_server.create_database()))
    async with a_house(settings) as house, a_resident(house) as ada:
        client = Client(ada, await ada.portfolio(cash="100000"))
        await asyncio.to_thread(own_server.stop)
        insisting = [asyncio.create_task(client.insists(f"order-{number}")) for number in range(AT_ONCE)]
        await asyncio.sleep(SECONDS_AWAY)
        assert client.acknowledged == {}

        await asyncio.to_thread(knock, Path(own_server.folder))
        answers = [await asked for asked in insisting]

        assert all(len(asked) > 1 for asked in answers)
        assert_refused_for_now([refusal for asked in answers for refusal in asked[:-1]])
        await client.finds_all_as_acknowledged()


async def test_a_clock_that_is_set_back_breaks_nothing(tmp_path: Path, database_url: str | None) -> None:
    clock = FakeClock(SystemClock().now())
    settings = settings_for(tmp_path, database_url)
    async with a_house_with(clock, settings) as house, a_resident(house) as ada:
        client = Client(ada, await ada.portfolio(cash="100000"))
        await client.place("before")
        told = await ada.get("/v1/clock")

        clock.advance(timedelta(hours=-1))
        later = await client.place("after")

        assert later.status_code == 201
        assert (await client.place("before")).headers["Idempotent-Replayed"] == "true"
        assert (await ada.get("/v1/clock"))["now"] >= told["now"]
        newest, oldest = (await ada.get("/v1/orders", status="all"))["items"]
        assert [newest["client_order_id"], oldest["client_order_id"]] == ["after", "before"]
        assert newest["created_at"] >= oldest["created_at"]
        await client.finds_all_as_acknowledged()


@asynccontextmanager
async def a_house_with(clock: FakeClock, settings: Settings) -> AsyncIterator[House]:
    container = setup_container(settings)
    container.register_value(Clock, clock, replace=True)
    async with House(settings, container=container) as house:
        yield house
