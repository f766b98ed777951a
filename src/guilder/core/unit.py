"""The unit of work, as repositories see it: the way into the place that collects what one use case changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from sqlalchemy import Table

from guilder.core.audit_chain import AuditNote
from guilder.core.open_unit import OpenUnit, UnitMisusedError, current_unit
from guilder.core.resident import Root
from guilder.shared.events import Event

A = TypeVar("A", bound=Root)


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
