"""One process of Guilder: everything started in order, and stopped in the other order."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from types import TracebackType
from typing import Final

import structlog

from guilder.bootstrap.container import setup_container
from guilder.bootstrap.market_driver import drive_markets
from guilder.bootstrap.periodic import Periodic
from guilder.bootstrap.schema import Schema
from guilder.bootstrap.scopes import scope_for, system_scope
from guilder.core.caller import Caller
from guilder.core.clock import Clock
from guilder.core.committer import Committer
from guilder.core.container import Container, Scope
from guilder.core.database import Database
from guilder.core.idempotency import KEPT_FOR, AnswerStore
from guilder.core.plain_commit import PlainCommit
from guilder.core.relay import Relay
from guilder.core.settings import Settings
from guilder.core.writer_lock import WriterLock
from guilder.market_data.application.market_opening import MarketOpening
from guilder.published.notification import EmailService
from guilder.trading.application.house_rules import HouseRules

MARKET_SECONDS: Final = 1.0
LOCK_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 3600.0

log = structlog.get_logger(__name__)


class House:
    """`async with House(settings) as house:` the brokerage, running. Raises `BooksInUseError` when another one does.

    With `core=False` it is a guest in a house that may be running: it can register users and read, but neither
    writes the core's books nor moves a market, and tells no events.
    """

    def __init__(self, settings: Settings, *, core: bool = True, container: Container | None = None) -> None:
        self.settings = settings
        self.container = container or setup_container(settings)
        self._has_core = core
        self._opened = AsyncExitStack()
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
        async with AsyncExitStack() as opened:
            opened.push_async_callback(self.container.aclose)
            self.container.validate()
            # Built now, so that a setting that they cannot work with ends the start and not the first order or mail.
            self.container.get(HouseRules)
            self.container.get(EmailService)
            if self._has_core:
                await self._take_books(opened)
            await asyncio.to_thread(Schema(self.settings.database_url.get_secret_value()).upgrade)
            opened.push_async_callback(self.container.get(Database).aclose)
            opened.push_async_callback(self.container.get(PlainCommit).close)
            if self._has_core:
                await self._open_core(opened)
            self._opened = opened.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._opened.aclose()

    async def _take_books(self, opened: AsyncExitStack) -> None:
        """Be their only writer, before anything of them is touched."""
        lock = self.container.get(WriterLock)
        await lock.take()
        opened.push_async_callback(lock.release)

    async def _open_core(self, opened: AsyncExitStack) -> None:
        committer, relay = self.container.get(Committer), self.container.get(Relay)
        await committer.start(self._part_died)
        opened.push_async_callback(committer.close)
        async with self.system_scope() as scope:
            await (await scope.aget(MarketOpening)).open()
        relay.start(self._part_died)
        opened.push_async_callback(relay.close)
        for work in (
            Periodic("markets", MARKET_SECONDS, self._drive_markets),
            Periodic("answers", ANSWER_SECONDS, self._forget_old_answers),
            Periodic("writer lock", LOCK_SECONDS, self.container.get(WriterLock).keep),
        ):
            work.start(self._part_died)
            opened.push_async_callback(work.close)

    async def _drive_markets(self) -> None:
        await drive_markets(self.container)

    async def _forget_old_answers(self) -> None:
        before = self.container.get(Clock).now() - KEPT_FOR
        await self.container.get(AnswerStore).sweep(before)

    def _part_died(self, error: BaseException) -> None:
        log.critical("part_died", error=f"{type(error).__name__}: {error}")
        if self.died is not None and not self.died.done():
            self.died.set_exception(error)
