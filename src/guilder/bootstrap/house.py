"""One process of Guilder: everything started in order, and stopped in the other order."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from types import TracebackType

import structlog

from guilder.bootstrap.container import setup_container
from guilder.bootstrap.market_driver import SandboxDriver
from guilder.bootstrap.schema import Schema
from guilder.bootstrap.scopes import scope_for, system_scope
from guilder.core.caller import Caller
from guilder.core.committer import Committer
from guilder.core.container import Container, Scope
from guilder.core.database import Database
from guilder.core.relay import Relay
from guilder.core.settings import Settings
from guilder.market_data.application.market_opening import MarketOpening

log = structlog.get_logger(__name__)


class House:
    """`async with House(settings) as house:` the brokerage, running.

    With `core=False` it is a guest in a house that may be running: it can register users and read, but neither
    writes the core's books nor moves a market, and tells no events.
    """

    def __init__(self, settings: Settings, *, core: bool = True, container: Container | None = None) -> None:
        self.settings = settings
        self.container = container or setup_container(settings)
        self._has_core = core
        self._driver: SandboxDriver | None = None
        self.died: asyncio.Future[None] | None = None
        """Ends with an error when a part that must not die has died."""

    def scope(self, caller: Caller) -> AbstractAsyncContextManager[Scope]:
        """A scope in which services act for `caller`."""
        return scope_for(self.container, caller)

    def system_scope(self) -> AbstractAsyncContextManager[Scope]:
        """A scope in which Guilder acts for itself."""
        return system_scope(self.container)

    async def __aenter__(self) -> House:
        self.died = asyncio.get_running_loop().create_future()
        self.container.validate()
        await asyncio.to_thread(Schema(self.settings.database_url.get_secret_value()).upgrade)
        if self._has_core:
            await self._open_core()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._has_core:
            if self._driver is not None:
                await self._driver.close()
            await self.container.get(Relay).close()
            await self.container.get(Committer).close()
        await self.container.get(Database).aclose()
        await self.container.aclose()

    async def _open_core(self) -> None:
        await self.container.get(Committer).start(self._part_died)
        async with self.system_scope() as scope:
            await (await scope.aget(MarketOpening)).open()
        self.container.get(Relay).start(self._part_died)
        self._driver = SandboxDriver(self.container)
        self._driver.start(self._part_died)

    def _part_died(self, error: BaseException) -> None:
        log.critical("part_died", error=f"{type(error).__name__}: {error}")
        if self.died is not None and not self.died.done():
            self.died.set_exception(error)
