"""The same seed, data and commands, the same clock and ids: the exported log of events is the same, byte for byte."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guilder.audit.application.event_log_service import EventLogService
from guilder.audit.presentation.event_schemas import event_document
from guilder.audit.presentation.export import write_documents
from guilder.bootstrap.container import setup_container
from guilder.bootstrap.house import House
from guilder.bootstrap.scopes import system_scope
from guilder.core.clock import Clock
from guilder.core.container import Container
from guilder.core.database import Database
from guilder.core.ids import IdSource
from guilder.core.outbox import Outbox
from guilder.core.relay import Relay
from guilder.core.serialization import EventRegistry
from guilder.core.set_aside import SetAsideEvents
from guilder.core.settings import Settings
from guilder.testing import FakeClock, SequentialIds
from tests.houses import Resident, an_admin, settings_for
from tests.postgres import PostgresServer

SYMBOLS = ("AAPL", "GOOG", "IBM", "MSFT")


def _untold(
    container: Container,
    database: Database,
    clock: Clock,
    events: EventRegistry,
    outbox: Outbox,
    aside: SetAsideEvents,
) -> Relay:
    """A relay without subscribers: they hear when they hear, and take their ids from the same source."""
    return Relay(database, clock, events, outbox, [], lambda: system_scope(container), aside)


@asynccontextmanager
async def a_fixed_house(house_settings: Settings) -> AsyncIterator[tuple[House, FakeClock]]:
    """A house whose time and ids are the same in every run."""
    clock, container = FakeClock(), setup_container(house_settings)
    container.register_value(Clock, clock, replace=True)
    container.register_value(IdSource, SequentialIds(), replace=True)
    container.register_singleton(Relay, _untold, replace=True)
    async with House(house_settings, container=container) as house:
        yield house, clock


async def exported(house: House) -> str:
    """What `guilder events export` writes."""
    file = StringIO()
    async with house.system_scope() as scope:
        log = await scope.aget(EventLogService)
        await write_documents(
            (event_document(event) async for event in log.all_events()), file, "events", as_json=False
        )
    return file.getvalue()


async def log_of(house_settings: Settings, seed: int, commands: int) -> str:
    """Drive a house by commands that follow from `seed`; its log."""
    async with a_fixed_house(house_settings) as (house, clock), an_admin(house) as ada:
        chance = Random(seed)
        replay = {"mode": "replay", "id": "past", "start": "2010-03-01T15:00:00Z", "seed": seed}
        await ada.call("POST", "/v1/markets", 201, replay)
        portfolios = [
            await ada.portfolio("50000", market="past", fill_profile=name) for name in ("ideal", "realistic", "thin")
        ]
        for _ in range(commands):
            clock.advance(timedelta(milliseconds=chance.randrange(5_000)))
            await one_command(ada, chance, chance.choice(portfolios))
        return await exported(house)


async def one_command(ada: Resident, chance: Random, portfolio_id: str) -> None:
    """An order, a change, a cancel, money, or time; refused or not."""
    match chance.randrange(6):
        case 0 | 1:
            await ask(ada, "POST", "/v1/orders", {"portfolio_id": portfolio_id, **a_ticket(chance)})
        case 2:
            await ask(ada, "POST", f"/v1/portfolios/{portfolio_id}/deposits", {"amount": "100", "currency": "USD"})
        case 3 | 4:
            span = chance.choice([{"by": "37m"}, {"by": "1d"}, {"sessions": 1}, {"sessions": 3}])
            await ada.http.post("/v1/clock/advance", params={"market": "past"}, json=span)
        case 5:
            resting = (await ada.get("/v1/orders", status="open", limit=5))["items"]
            if resting and chance.random() < 0.5:
                await ask(ada, "DELETE", f"/v1/orders/{resting[-1]['id']}")
            elif resting:
                await ask(ada, "PATCH", f"/v1/orders/{resting[0]['id']}", {"quantity": str(chance.randint(1, 60))})


async def ask(ada: Resident, method: str, path: str, body: Any = None) -> None:
    """Whatever is answered; only that the house stands is insisted upon."""
    answer = await ada.http.request(method, path, json=body)
    assert answer.status_code < 500, answer.text


def a_ticket(chance: Random) -> dict[str, str]:
    order_type = chance.choice(["market", "limit", "stop", "stop_limit"])
    ticket = {
        "symbol": chance.choice(SYMBOLS),
        "side": chance.choice(["buy", "buy", "sell"]),
        "order_type": order_type,
        "time_in_force": chance.choice(["day", "gtc", "ioc", "fok"]),
        "quantity": str(chance.randint(1, 50)),
    }
    if order_type in {"limit", "stop_limit"}:
        ticket["limit_price"] = f"{chance.randint(20, 250)}.00"
    if order_type in {"stop", "stop_limit"}:
        ticket["stop_price"] = f"{chance.randint(20, 250)}.50"
    return ticket


@given(seed=st.integers(0, 2**16), commands=st.integers(5, 40))
@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_same_commands_make_the_same_log_on_both_databases(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer, seed: int, commands: int
) -> None:
    database = postgres_server.create_database()
    try:
        logs = [
            await log_of(settings_for(tmp_path_factory.mktemp("books"), url), seed, commands)
            for url in (None, None, postgres_server.url(database))
        ]
    finally:
        await asyncio.to_thread(postgres_server.drop_database, database)

    assert logs[0].count("\n") > commands / 3
    assert logs[1] == logs[0]
    assert logs[2] == logs[0]


async def test_another_seed_makes_another_log(tmp_path: Path) -> None:
    """The test above proves nothing if all logs are the same."""
    one = await log_of(settings_for(tmp_path / "one"), 1, 40)
    other = await log_of(settings_for(tmp_path / "other"), 2, 20)

    assert one != other
    assert '"OrderFilled"' in one
