"""The audit trail as rows, read with suspicion: a row that somebody spoiled can still be looked at."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, func, select, type_coerce
from sqlalchemy.types import NullType

from guilder.audit.domain.audit_entry import AuditEntry
from guilder.core.audit_chain import START, Head
from guilder.core.database import Database
from guilder.core.tables import audit_heads, audit_notes

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST: Final = 2**63 - 1
_AS_STORED: Final = [
    column if column.name in {"chain", "number"} else type_coerce(column, NullType()).label(column.name)
    for column in audit_notes.columns
]


class SqlAuditTrail:
    """`AuditTrail` over the tables of the core. What was never written so is shown so that no hash fits."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def chains(self) -> Sequence[str]:
        named = select(audit_heads.c.chain).union(select(audit_notes.c.chain))
        return sorted(row.chain for row in await self._database.fetch_all(named))

    async def head(self, chain: str) -> Head:
        stored = select(audit_heads.c.number, type_coerce(audit_heads.c.hash, NullType()).label("hash"))
        row = await self._database.fetch_one(stored.where(audit_heads.c.chain == chain))
        return START if row is None else Head(_whole(row.number), _octets(row.hash))

    async def entries(self, chain: str, *, after: int, limit: int) -> Sequence[AuditEntry]:
        number = audit_notes.c.number
        query = (
            select(*_AS_STORED)
            .where(audit_notes.c.chain == chain, number > after, number <= _LARGEST)
            .order_by(number)
            .limit(limit)
        )
        return [_entry(row) for row in await self._database.fetch_all(query)]

    async def last_number(self, chain: str) -> int:
        query = select(func.max(audit_notes.c.number)).where(audit_notes.c.chain == chain)
        row = await self._database.fetch_one(query)
        return 0 if row is None or row[0] is None else _whole(row[0])


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        chain=row.chain,
        number=row.number,
        recorded_at=_instant(row.recorded_at),
        actor=_text(row.actor),
        action=_text(row.action),
        subject=None if row.subject is None else _text(row.subject),
        details=_details(row.details),
        previous_hash=_octets(row.previous_hash),
        hash=_octets(row.hash),
    )


def _details(stored: Any) -> Mapping[str, str]:
    """The document, if it is written as the core writes it, to the letter."""
    try:
        told = json.loads(stored)
        as_written = json.dumps(told, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return {"unreadable": str(stored)}
    is_document = isinstance(told, dict) and all(isinstance(value, str) for value in told.values())
    return told if is_document and as_written == stored else {"unreadable": str(stored)}


def _instant(stored: Any) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=stored)
    except (TypeError, OverflowError):
        return _EPOCH


def _text(stored: Any) -> str:
    return stored if isinstance(stored, str) else f"unreadable: {stored!r}"


def _octets(stored: Any) -> bytes:
    return bytes(stored) if isinstance(stored, bytes | bytearray | memoryview) else b""


def _whole(stored: Any) -> int:
    return stored if isinstance(stored, int) else -1
