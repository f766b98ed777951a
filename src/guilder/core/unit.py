"""The unit of work, as repositories see it: a place in memory that collects what one use case changes.

Nothing here touches a database. A unit collects rows, events and audit notes; a committer writes them all in one
transaction when the use case is over (`plain_commit.py`, `group_commit.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from sqlalchemy import Table

from guilder.core.audit_chain import AuditNote
from guilder.shared.errors import ConflictError, GuilderError
from guilder.shared.events import Event


class UnitMisusedError(GuilderError):
    """A unit of work was used from outside, or from another task: a mistake in Guilder itself."""

    code = "unit_misused"


class StaleAggregateError(ConflictError):
    """What this built on could not be saved; nothing was written, ask again."""

    code = "stale_aggregate"


class Root(Protocol):
    """The root of an aggregate, as far as storing it goes."""

    version: int

    @property
    def id(self) -> Hashable: ...
    @property
    def is_changed(self) -> bool: ...
    def release_events(self) -> list[Event]: ...


A = TypeVar("A", bound=Root)


class Added(NamedTuple):
    """A row that is written once."""

    table: Table
    values: Mapping[str, Any]


class Put(NamedTuple):
    """An aggregate's own row: inserted when `expected` is 0, else updated if it still has that version."""

    table: Table
    key: Hashable
    expected: int
    version: int
    values: Mapping[str, Any]


class Kept(NamedTuple):
    """A row that hangs on an aggregate and is guarded by its version: inserted or overwritten, whole."""

    table: Table
    key: Mapping[str, Any]
    values: Mapping[str, Any]


Key = tuple[type[Any], Hashable]
"""What an aggregate is known by: its class and its id."""

_SPOILT: Final = -1
"""The version of an aggregate that carries changes of a unit that came to nothing."""


class Resident:
    """An aggregate in memory, and what became of it."""

    __slots__ = ("aggregate", "death", "key")

    def __init__(self, key: Hashable, aggregate: Any) -> None:
        self.key = key
        self.aggregate = aggregate
        self.death: type[GuilderError] | None = None
        """A commit that held its change failed, or the database went away: whoever built on it fails with this."""

    @property
    def is_dead(self) -> bool:
        return self.death is not None


class Residents(Protocol):
    """Where aggregates live between units; the plain way keeps none."""

    async def find(self, key: Hashable, load: Callable[[], Awaitable[Any]]) -> Resident | None: ...
    def peek(self, key: Hashable) -> Resident | None: ...
    def admit(self, key: Hashable, aggregate: Any) -> Resident: ...


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
        if expected == _SPOILT:
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
        resident.aggregate.version = _SPOILT
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
    if unit.owner is not asyncio.current_task(unit.loop):
        raise UnitMisusedError("A unit belongs to the task that opened it; a child task cannot join")
    return unit


def set_current_unit(unit: OpenUnit | None) -> None:
    _current.set(unit)


class Unit:
    """What repositories hold: the way into whichever unit is open.

    All methods but `find` raise `UnitMisusedError` outside a unit.
    """

    @property
    def is_open(self) -> bool:
        return current_unit() is not None

    def opened(self) -> OpenUnit:
        """The unit that is open, for who has several things to save in it. Raises `UnitMisusedError`."""
        unit = current_unit()
        if unit is None:
            raise UnitMisusedError("Nothing is saved outside a unit of work")
        return unit

    async def find(self, kind: type[A], key: Hashable, load: Callable[[], Awaitable[A | None]]) -> A | None:
        """The aggregate, the same object however often one asks; `load` reads it where it is not in memory.

        Outside a unit it is read from what is committed, and whatever is done to it is lost.
        """
        unit = current_unit()
        if unit is None:
            return await load()
        full = (kind, key)
        known = unit.used.get(full)
        if known is None:
            if full in unit.missing:
                return None
            known = await unit.residents.find(full, load)
            if known is None:
                unit.missing.add(full)
                return None
            unit.used[full] = known
        aggregate: A = known.aggregate
        return aggregate

    def put(self, table: Table, aggregate: Root, values: Mapping[str, Any]) -> None:
        """Save an aggregate's own row; as `OpenUnit.put`."""
        self.opened().put(table, aggregate, values)

    def add(self, table: Table, values: Mapping[str, Any]) -> None:
        """Save a row that never changes."""
        self.opened().add(table, values)

    def keep(self, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Save a row that hangs on an aggregate, over what stood there."""
        self.opened().keep(table, key, values)

    def emit(self, events: Iterable[Event]) -> None:
        """Save facts, to be told to other rooms."""
        self.opened().events.extend(events)

    def note(self, note: AuditNote) -> None:
        """Save an audit note."""
        self.opened().notes.append(note)

    def use(self, kind: type[Any], key: Hashable) -> None:
        """Say that the unit, if one is open, builds on an aggregate that was read from memory."""
        unit = current_unit()
        if unit is not None:
            unit.use((kind, key))

    def changed(self, kind: type[A]) -> list[A]:
        """The aggregates of a kind that this unit has saved so far, in the order of their first time."""
        unit = current_unit()
        if unit is None:
            return []
        return [resident.aggregate for (of_kind, _), resident in unit.changed.items() if of_kind is kind]

    def part(self) -> AbstractContextManager[None]:
        """A part of the unit that is taken back when it ends with an error, where the rest is to be saved.

        Only for units outside the core, and once a part failed, nothing more is to be done in the unit.
        """
        return self.opened().part()

    def when_queued(self, act: Callable[[], None]) -> None:
        """Call `act` once the unit is certain to be written unless the database refuses: the next unit may see it."""
        self.opened().when_queued.append(act)

    def when_failed(self, act: Callable[[], None]) -> None:
        """Call `act` if the unit was to be queued, yet could not be written."""
        self.opened().when_failed.append(act)


__all__ = [
    "Added",
    "AuditNote",
    "Kept",
    "OpenUnit",
    "Put",
    "Resident",
    "Residents",
    "Root",
    "StaleAggregateError",
    "Unit",
    "UnitMisusedError",
    "current_unit",
    "set_current_unit",
]
