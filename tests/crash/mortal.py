"""A process that places one order and kills itself at a chosen step: before a statement, before or after a commit."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection as PipeConnection
from pathlib import Path
from typing import Any, TypeVar

import httpx
from sqlalchemy import Connection, Engine, event

from guilder.bootstrap.api import create_app
from guilder.bootstrap.container import database_for, setup_container
from guilder.bootstrap.house import House
from guilder.core.database import Database
from guilder.core.logging import configure_logging
from guilder.core.relay import Relay
from guilder.core.settings import Settings
from tests.houses import settings_for

T = TypeVar("T")

_WRITES = ("INSERT", "UPDATE", "DELETE", "WITH", "COMMIT")


class Fate:
    """Counts the steps of writing, once it is armed, and ends the process at the last."""

    def __init__(self, last_step: int) -> None:
        self._left = last_step
        self.is_armed = False

    def step(self) -> None:
        if self.is_armed:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def on_statement(self, connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().upper().startswith(_WRITES):
            connection.info["has_written"] = True
            self.step()

    def on_commit(self, connection: Connection) -> None:
        if connection.info.pop("has_written", False):
            self.step()


class Mortal:
    """`Database` whose every commit is followed by a step, before anybody hears of it."""

    def __init__(self, inner: Database, fate: Fate) -> None:
        self._inner = inner
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def write(self, work: Callable[[Connection], T]) -> T:
        result = await self._inner.write(work)
        self._fate.step()
        return result


@dataclass(frozen=True, slots=True)
class Order:
    """What is sent to place one order."""

    ticket: dict[str, Any]
    headers: dict[str, str]


def place_orders(
    folder: Path, url: str | None, earlier: Order | None, order: Order, last_step: int, line: PipeConnection
) -> None:
    """The whole process: place an earlier order again, tell of that, and wait; then place another and die of it.

    It ends at that step of the second order, or in good order when that one takes fewer.
    """
    configure_logging("error", "json")
    fate = Fate(last_step)
    event.listen(Engine, "before_cursor_execute", fate.on_statement)
    event.listen(Engine, "commit", fate.on_commit)
    asyncio.run(_place(a_replay(folder, url), fate, earlier, order, line))


def a_replay(folder: Path, url: str | None) -> Settings:
    """A market that stands still inside a session: nobody writes unasked, and orders fill at once."""
    return settings_for(folder, url, market_mode="replay", replay_start="2010-01-04T15:00:00Z")


async def _place(settings: Settings, fate: Fate, earlier: Order | None, order: Order, line: PipeConnection) -> None:
    container = setup_container(settings)

    def mortal(chosen: Settings) -> Database:
        return Mortal(database_for(chosen), fate)

    container.register_singleton(Database, mortal, replace=True)
    async with House(settings, container=container) as house:
        transport = httpx.ASGITransport(create_app(house))
        async with httpx.AsyncClient(transport=transport, base_url="http://guilder.test") as http:
            if earlier is not None:
                again = await http.post("/v1/orders", json=earlier.ticket, headers=earlier.headers)
                await house.container.get(Relay).told()
                line.send((again.status_code, "Idempotent-Replayed" in again.headers))
                await asyncio.to_thread(line.recv)
            fate.is_armed = True
            (await http.post("/v1/orders", json=order.ticket, headers=order.headers)).raise_for_status()
            await house.container.get(Relay).told()
            fate.is_armed = False
