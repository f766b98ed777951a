"""Writes collected units into the database, table by table, in the transaction of whoever calls."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Table, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from guilder.core.audit_chain import GENESIS, Head, link
from guilder.core.outbox import Outbox
from guilder.core.tables import audit_heads, audit_notes, outbox
from guilder.core.unit import Added, AuditNote, Kept, OpenUnit, Put
from guilder.shared.errors import ConflictError, GuilderError

_ROLLED_BACK: Final = "40"
"""The class of SQLSTATEs of deadlocks and of transactions that cannot be put in order."""


class LostUpdateError(ConflictError):
    """Somebody else changed the same thing first; ask again."""

    code = "lost_update"


def write_units(
    connection: Connection,
    units: Sequence[OpenUnit],
    *,
    outbox_rows: Outbox,
    chain: str,
    recorded_at: datetime,
) -> None:
    """Write all rows, events and notes of `units`, in their order.

    Raises:
        LostUpdateError: a versioned row is not at the version that its unit had read.
        sqlalchemy.exc.IntegrityError: a row breaks a rule of its table.
    """
    added: dict[Table, list[dict[str, Any]]] = {}
    put: dict[tuple[Table, Hashable], Put] = {}
    kept: dict[Table, dict[tuple[Any, ...], dict[str, Any]]] = {}
    for unit in units:
        for write in unit.writes:
            match write:
                case Added(table, values):
                    added.setdefault(table, []).append(_stamped(table, values, recorded_at))
                case Put():
                    earlier = put.get((write.table, write.key))
                    put[write.table, write.key] = write if earlier is None else _merged(earlier, write)
                case Kept(table, key, values):
                    rows_of = kept.setdefault(table, {})
                    rows_of[tuple(key.values())] = _stamped(table, {**key, **values}, recorded_at)

    _put_all(connection, put.values(), recorded_at)
    for table, rows in added.items():
        connection.execute(insert(table), rows)
    for table, kept_rows in kept.items():
        connection.execute(_upsert(connection, table), list(kept_rows.values()))
    events = list(outbox_rows.rows((event for unit in units for event in unit.events), recorded_at))
    if events:
        connection.execute(insert(outbox), events)
    notes = [note for unit in units for note in unit.notes]
    if notes:
        _chain(connection, chain, notes, recorded_at)


def as_refusal(error: BaseException) -> BaseException:
    """What a failed write means to the one who asked for it."""
    if isinstance(error, IntegrityError):
        return ConflictError("Somebody else saved the same thing first; ask again")
    if isinstance(error, StatementError) and isinstance(error.orig, GuilderError):
        return error.orig
    if isinstance(error, DBAPIError) and str(getattr(error.orig, "sqlstate", "")).startswith(_ROLLED_BACK):
        return ConflictError("Somebody else changed the same things at the same moment; ask again")
    return error


def _merged(earlier: Put, later: Put) -> Put:
    """Updates of one row become one: first expected version, last values."""
    if later.expected != earlier.version:
        raise LostUpdateError(f"Somebody else changed {later.table.name} {later.key} first; ask again")
    return Put(later.table, later.key, earlier.expected, later.version, later.values)


def _put_all(connection: Connection, puts: Iterable[Put], recorded_at: datetime) -> None:
    new: dict[Table, list[dict[str, Any]]] = {}
    for put in puts:
        values = {**_stamped(put.table, put.values, recorded_at), "version": put.version}
        if put.expected == 0:
            new.setdefault(put.table, []).append(values)
            continue
        table = put.table
        unchanged_since = (table.c.id == put.key) & (table.c.version == put.expected)
        if connection.execute(update(table).where(unchanged_since).values(values)).rowcount != 1:
            raise LostUpdateError(f"Somebody else changed {table.name} {put.key} first; ask again")
    for table, rows in new.items():
        connection.execute(insert(table), rows)


def _stamped(table: Table, values: Mapping[str, Any], recorded_at: datetime) -> dict[str, Any]:
    return {**values, "recorded_at": recorded_at} if "recorded_at" in table.c else dict(values)


def _upsert(connection: Connection, table: Table) -> Any:
    keys = [column.name for column in table.primary_key.columns]
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    values = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=values)


def _chain(connection: Connection, chain: str, notes: Sequence[AuditNote], recorded_at: datetime) -> None:
    """Number the notes and link each to the one before; the row of the head is locked until the commit."""
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    first = {"chain": chain, "number": 0, "hash": GENESIS}
    connection.execute(dialect.insert(audit_heads).values(first).on_conflict_do_nothing())
    row = connection.execute(
        select(audit_heads.c.number, audit_heads.c.hash).where(audit_heads.c.chain == chain).with_for_update()
    ).one()
    rows, head = link(chain, Head(row.number, row.hash), notes, recorded_at)
    connection.execute(insert(audit_notes), rows)
    connection.execute(
        update(audit_heads).where(audit_heads.c.chain == chain).values(number=head.number, hash=head.hash)
    )
