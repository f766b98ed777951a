"""What the services of this room need from outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from guilder.audit.domain.audit_entry import AuditEntry
from guilder.audit.domain.recorded_event import RecordedEvent
from guilder.core.audit_chain import Head


class AuditTrail(Protocol):
    """The chains of notes as they stand in the database, even if somebody spoiled them."""

    async def chains(self) -> Sequence[str]:
        """The names of all chains that have entries or a head, sorted."""

    async def head(self, chain: str) -> Head:
        """Where a chain ends, as it was stored with its last entry; `START` when nothing was."""

    async def entries(self, chain: str, *, after: int, limit: int) -> Sequence[AuditEntry]:
        """Entries of a chain with larger numbers than `after`, the smallest numbers first."""

    async def last_number(self, chain: str) -> int:
        """The largest number of a chain's entries; 0 when it has none."""


class EventLog(Protocol):
    """Every event that was ever saved."""

    async def events(self, *, after: int, limit: int) -> Sequence[RecordedEvent]:
        """Events at larger positions than `after`, in the order of their commits.

        What is told is complete: no event that is saved later will stand before one that was told.
        """
