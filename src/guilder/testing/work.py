"""A unit of work without a database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

from guilder.core.audit_chain import AuditNote
from guilder.core.joining import JoiningWork
from guilder.core.open_unit import OpenUnit
from guilder.core.resident import Resident
from guilder.shared.events import Event
from guilder.testing.faults import Faults


class InMemoryUnitOfWork(JoiningWork):
    """`UnitOfWork` and `CoreUnitOfWork` for services whose repositories are fakes.

    Blocks open, join and end as in the real ones. Nothing is stored: `commits` and `rollbacks` count how they
    ended, `events` and `notes` hold what was told in those that went well, `faults` plans commits that fail.
    """

    def __init__(self) -> None:
        self._ledger = _Ledger()
        super().__init__(self._ledger)

    @property
    def commits(self) -> int:
        """How many blocks ended well; a block inside a block does not count."""
        return self._ledger.commits

    @property
    def rollbacks(self) -> int:
        """How many blocks ended with an error, or could not be committed."""
        return self._ledger.rollbacks

    @property
    def events(self) -> list[Event]:
        """Facts of the blocks that ended well, in order."""
        return list(self._ledger.events)

    @property
    def notes(self) -> list[AuditNote]:
        """Audit notes of the blocks that ended well, in order."""
        return list(self._ledger.notes)

    @property
    def faults(self) -> Faults:
        """Failures of commits to come."""
        return self._ledger.faults


class _Ledger:
    """Counts what becomes of units."""

    def __init__(self) -> None:
        self.commits = 0
        self.rollbacks = 0
        self.events: list[Event] = []
        self.notes: list[AuditNote] = []
        self.faults = Faults()

    async def open(self) -> OpenUnit:
        return OpenUnit(asyncio.current_task(), _NoResidents())

    def abandon(self, unit: OpenUnit) -> None:
        self.rollbacks += 1

    async def finish(self, unit: OpenUnit) -> None:
        for act in unit.when_queued:
            act()
        error = self.faults.take()
        if error is not None:
            self.rollbacks += 1
            for act in unit.when_failed:
                act()
            raise error
        self.commits += 1
        self.events += unit.events
        self.notes += unit.notes


class _NoResidents:
    """Keeps nothing between units."""

    async def find(self, key: Hashable, load: Callable[[], Awaitable[Any]]) -> Resident | None:
        aggregate = await load()
        return None if aggregate is None else Resident(key, aggregate)

    def peek(self, key: Hashable) -> Resident | None:
        return None

    def admit(self, key: Hashable, aggregate: Any) -> Resident:
        return Resident(key, aggregate)
