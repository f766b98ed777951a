"""The audit trail as it stands in the tables of the core."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from guilder.audit.domain.audit_entry import AuditEntry
from guilder.audit.infrastructure.trail_rows import CHAINS, entries_of, head_of, read_entry, read_head, whole
from guilder.core.audit_chain import Head
from guilder.core.database import Database
from guilder.core.tables import audit_notes


class SqlAuditTrail:
    """`AuditTrail` over the tables of the core."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def chains(self) -> Sequence[str]:
        return sorted(row.chain for row in await self._database.fetch_all(CHAINS))

    async def head(self, chain: str) -> Head:
        return read_head(await self._database.fetch_one(head_of(chain)))

    async def entries(self, chain: str, *, after: int, limit: int) -> Sequence[AuditEntry]:
        rows = await self._database.fetch_all(entries_of(chain, after=after).limit(limit))
        return [read_entry(row) for row in rows]

    async def last_number(self, chain: str) -> int:
        query = select(func.max(audit_notes.c.number)).where(audit_notes.c.chain == chain)
        row = await self._database.fetch_one(query)
        return 0 if row is None or row[0] is None else whole(row[0])
