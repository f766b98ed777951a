"""What several units change, table by table: what one physical commit writes."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from typing import Any

from sqlalchemy import Table

from guilder.core.lost_updates import Changed, LostUpdateError, Row
from guilder.core.open_unit import OpenUnit
from guilder.core.writes import Added, Kept, Put


@dataclass(slots=True)
class Gathered:
    """The rows of several units; each kind is written in this order."""

    new: dict[Table, list[Row]] = field(default_factory=dict)
    """Aggregates that are stored for the first time: before what hangs on them."""
    changed: dict[Table, list[Changed]] = field(default_factory=dict)
    added: dict[Table, list[Row]] = field(default_factory=dict)
    kept: dict[Table, list[Row]] = field(default_factory=dict)
    """Inserted, or written over what stands there under the same key."""

    def add(self, table: Table, rows: Iterable[Row]) -> None:
        """Rows that are written once."""
        self.added.setdefault(table, []).extend(rows)

    def keep(self, table: Table, row: Row) -> None:
        """A row that is inserted or overwritten; the key must not be there yet."""
        self.kept.setdefault(table, []).append(row)


def gather(units: Sequence[OpenUnit], recorded_at: datetime) -> Gathered:
    """The rows of `units`, in their order. Several changes of one row become one: first expected version, last values.

    Raises:
        LostUpdateError: a unit had read another version than the unit before it left.
    """
    gathered = Gathered()
    puts: dict[tuple[Table, Hashable], Put] = {}
    kept: dict[Table, dict[tuple[Any, ...], Row]] = {}
    stamps = cache(partial(_stamp, recorded_at=recorded_at))
    for unit in units:
        for write in unit.writes:
            match write:
                case Added(table, values):
                    gathered.added.setdefault(table, []).append({**values, **stamps(table)})
                case Put(table, key):
                    earlier = puts.get((table, key))
                    puts[table, key] = write if earlier is None else _merged(earlier, write)
                case Kept(table, names, values):
                    row = {**names, **values, **stamps(table)}
                    kept.setdefault(table, {})[tuple(names.values())] = row
    for put in puts.values():
        row = {**put.values, **stamps(put.table), "version": put.version}
        if put.expected == 0:
            gathered.new.setdefault(put.table, []).append(row)
        else:
            gathered.changed.setdefault(put.table, []).append(Changed(put.expected, row))
    gathered.kept = {table: list(rows.values()) for table, rows in kept.items()}
    return gathered


def _merged(earlier: Put, later: Put) -> Put:
    if later.expected != earlier.version:
        raise LostUpdateError(f"Somebody else changed {later.table.name} {later.key} first; ask again")
    return Put(later.table, later.key, earlier.expected, later.version, later.values)


def _stamp(table: Table, recorded_at: datetime) -> Row:
    """What each row of a table says of when it was recorded; nothing where the table does not keep it."""
    return {"recorded_at": recorded_at} if "recorded_at" in table.c else {}
