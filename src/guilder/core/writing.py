"""Writes collected units into the database, table by table, in the transaction of whoever calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from guilder.core.audit_chain import GENESIS, Head, link
from guilder.core.gathered import Gathered, gather
from guilder.core.lost_updates import LostUpdateError
from guilder.core.open_unit import OpenUnit
from guilder.core.outbox import Outbox
from guilder.core.postgres_rows import write_on_postgres
from guilder.core.sqlite_rows import write_on_sqlite
from guilder.core.tables import audit_heads, audit_notes, outbox
from guilder.shared.errors import ConflictError, GuilderError

_HEAD: Final = (
    select(audit_heads.c.number, audit_heads.c.hash).where(audit_heads.c.chain == bindparam("chain")).with_for_update()
)
"""Made once, as every statement of a commit is: it costs more to build than to run."""

_ROLLED_BACK: Final = "40"
"""The class of SQLSTATEs of deadlocks and of transactions that cannot be put in order."""

_WRITE_ON: Final[Mapping[str, Callable[[Connection, Gathered], None]]] = {
    "sqlite": write_on_sqlite,
    "postgresql": write_on_postgres,
}


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
    gathered = gather(units, recorded_at)
    events = list(outbox_rows.rows((event for unit in units for event in unit.events), recorded_at))
    if events:
        gathered.add(outbox, events)
    notes = [note for unit in units for note in unit.notes]
    if notes:
        rows, head = link(chain, _locked_head(connection, chain), notes, recorded_at)
        gathered.add(audit_notes, rows)
        gathered.keep(audit_heads, {"chain": chain, "number": head.number, "hash": head.hash})
    _WRITE_ON[connection.dialect.name](connection, gathered)


def as_refusal(error: BaseException) -> BaseException:
    """What a failed write means to the one who asked for it."""
    if isinstance(error, IntegrityError):
        return ConflictError("Somebody else saved the same thing first; ask again")
    if isinstance(error, StatementError) and isinstance(error.orig, GuilderError):
        return error.orig
    if isinstance(error, DBAPIError) and str(getattr(error.orig, "sqlstate", "")).startswith(_ROLLED_BACK):
        return ConflictError("Somebody else changed the same things at the same moment; ask again")
    return error


def _locked_head(connection: Connection, chain: str) -> Head:
    """How far the chain goes; its row is locked until the commit."""
    row = connection.execute(_HEAD, {"chain": chain}).one_or_none()
    if row is None:
        dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
        first = {"chain": chain, "number": 0, "hash": GENESIS}
        connection.execute(dialect.insert(audit_heads).values(first).on_conflict_do_nothing())
        row = connection.execute(_HEAD, {"chain": chain}).one()
    return Head(row.number, row.hash)


__all__ = ["LostUpdateError", "as_refusal", "write_units"]
