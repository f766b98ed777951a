"""The unit that is open: what one use case has collected so far, and what becomes of it.

Nothing here touches a database. A unit collects rows, events and audit notes; a committer writes them all in one
transaction when the use case is over (`plain_commit.py`, `group_commit.py`).
"""

from __future__ import annotations

import asyncio
from asyncio import current_task
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table

from guilder.core.audit_chain import AuditNote
from guilder.core.resident import SPOILT, Key, Resident, Residents, Root
from guilder.core.writes import Added, Kept, Put
from guilder.shared.errors import ConflictError, GuilderError
from guilder.shared.events import Event


class UnitMisusedError(GuilderError):
    """A unit of work was used from outside, or from another task: a mistake in Guilder itself."""

    code = "unit_misused"


class StaleAggregateError(ConflictError):
    """What this built on could not be saved; nothing was written, ask again."""

    code = "stale_aggregate"


@dataclass(eq=False, slots=True)
class OpenUnit:
    """What one use case has collected so far."""

    owner: asyncio.Task[Any] | None
    residents: Residents
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    blocks: list[int] = field(default_factory=lambda: [0])
    """The blocks that are open, the outermost first: how much was collected when each began."""
    is_torn: bool = False
    """An inner block had saved something before it was refused; what belongs to it cannot be told apart any more."""
    writes: list[Added | Put | Kept] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    notes: list[AuditNote] = field(default_factory=list)
    used: dict[Key, Resident] = field(default_factory=dict)
    changed: dict[Key, Resident] = field(default_factory=dict)
    missing: set[Key] = field(default_factory=set)
    """Aggregates that were looked for and are not there."""
    when_queued: list[Callable[[], None]] = field(default_factory=list)
    when_failed: list[Callable[[], None]] = field(default_factory=list)
    has_parts: bool = False
    """Whether a part can be taken back: what it changed in memory is known to nobody else."""

    @property
    def size(self) -> int:
        """How much was collected."""
        return len(self.writes) + len(self.events) + len(self.notes)

    @property
    def is_empty(self) -> bool:
        return not (self.writes or self.events or self.notes)

    def put(self, table: Table, aggregate: Root, values: Mapping[str, Any]) -> None:
        """Save an aggregate's own row, guarded by its version, with the events that it recorded.

        `values` are all columns but `version`. A lost race is a `ConflictError` at the unit's end.

        Raises:
            StaleAggregateError: the unit that had changed it came to nothing; read it again.
        """
        expected = aggregate.version
        full = (type(aggregate), aggregate.id)
        resident = self.used.get(full)
        if expected == SPOILT:
            raise StaleAggregateError if resident is None or resident.death is None else resident.death
        if resident is None:
            resident = self.used[full] = self.residents.admit(full, aggregate)
        elif resident.aggregate is not aggregate:
            raise UnitMisusedError(f"{full} is in this unit twice, as two objects")
        self.changed[full] = resident
        aggregate.version = expected + 1
        self.writes.append(Put(table, aggregate.id, expected, expected + 1, values))
        self.events += aggregate.release_events()

    def add(self, table: Table, values: Mapping[str, Any]) -> None:
        """Save a row that never changes."""
        self.writes.append(Added(table, values))

    def keep(self, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Save a row that hangs on an aggregate, over what stood there."""
        self.writes.append(Kept(table, key, values))

    def use(self, key: Key) -> None:
        """Build on an aggregate that was read from memory: come to nothing if it does."""
        if key not in self.used:
            resident = self.residents.peek(key)
            if resident is not None:
                self.used[key] = resident

    def check_whole(self) -> None:
        """Raises `UnitMisusedError` when it holds half a change: it must not be written."""
        if self.is_torn:
            raise UnitMisusedError("A block inside was refused after it had saved something, and nobody minded")
        for resident in self.used.values():
            if resident.aggregate.is_changed:
                raise UnitMisusedError(f"{resident.key} was changed and not saved")

    def check_alive(self) -> None:
        """Raises what became of something that it built on, if that came to nothing."""
        for resident in self.used.values():
            if resident.death is not None:
                raise resident.death

    def tell_queued(self) -> None:
        """Call all that wait for it to be queued; when one of them breaks, it has failed for the others."""
        try:
            for act in self.when_queued:
                act()
        except BaseException:
            self._undo()
            raise

    def discard(self) -> list[Resident]:
        """It ends before it was queued: the aggregates that it had changed, saved or not, can never be saved now."""
        unsaved = (resident for resident in self.used.values() if resident.aggregate.is_changed)
        return _spoilt([*self.changed.values(), *unsaved])

    def fail(self) -> list[Resident]:
        """It was queued and could not be written: the aggregates that it had changed can never be saved now."""
        self._undo()
        return _spoilt([*self.changed.values()])

    @contextmanager
    def part(self) -> Iterator[None]:
        """What is collected inside is taken back when the block ends with an error.

        Raises:
            UnitMisusedError: its aggregates stay in memory, where nothing can be taken back.
        """
        if not self.has_parts:
            raise UnitMisusedError("A unit of the core is written as a whole, or not at all")
        lists: tuple[list[Any], ...] = (self.writes, self.events, self.notes, self.when_queued, self.when_failed)
        lengths = [len(collected) for collected in lists]
        try:
            yield
        except BaseException:
            for collected, length in zip(lists, lengths, strict=True):
                del collected[length:]
            self.is_torn = False
            # They may hold changes of the part: whoever needs them reads them again.
            self.used.clear()
            self.changed.clear()
            raise

    def _undo(self) -> None:
        for act in self.when_failed:
            act()


def _spoilt(residents: list[Resident]) -> list[Resident]:
    for resident in residents:
        resident.aggregate.version = SPOILT
    return residents


_current: ContextVar[OpenUnit | None] = ContextVar("unit", default=None)


def current_unit() -> OpenUnit | None:
    """The unit that this task has open, if any.

    Raises:
        UnitMisusedError: it was opened by another task.
    """
    unit = _current.get()
    if unit is None or not unit.blocks:
        return None  # a task that was begun inside a block may outlive it
    if unit.owner is not current_task(unit.loop):
        raise UnitMisusedError("A unit belongs to the task that opened it; a child task cannot join")
    return unit


def set_current_unit(unit: OpenUnit | None) -> None:
    _current.set(unit)
