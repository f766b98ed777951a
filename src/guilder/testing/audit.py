"""The audit room without a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from guilder.audit.domain.audit_entry import AuditEntry
from guilder.core.audit_chain import START, AuditNote, Head, link
from guilder.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class LoggedAction:
    """One action that a `MockAuditLogger` was told."""

    user_id: UserId | None
    action: str
    details: Mapping[str, str]


class MockAuditLogger:
    """`AuditLogger` for tests: what it was told stands in `logged`."""

    def __init__(self) -> None:
        self.logged: list[LoggedAction] = []

    async def log_action(self, user_id: UserId | None, action: str, details: Mapping[str, str]) -> None:
        self.logged.append(LoggedAction(user_id, action, dict(details)))

    @property
    def actions(self) -> list[str]:
        """The names of all actions, in order."""
        return [logged.action for logged in self.logged]


class FakeAuditTrail:
    """`AuditTrail` in memory; a test may spoil `stored` and `heads` as it likes."""

    def __init__(self) -> None:
        self.stored: dict[str, list[AuditEntry]] = {}
        self.heads: dict[str, Head] = {}

    def record(self, chain: str, notes: Sequence[AuditNote], recorded_at: datetime) -> None:
        """Chain some notes, as a commit does."""
        rows, self.heads[chain] = link(chain, self.heads.get(chain, START), notes, recorded_at)
        self.stored.setdefault(chain, []).extend(AuditEntry(**row) for row in rows)

    async def chains(self) -> Sequence[str]:
        return sorted({*self.stored, *self.heads})

    async def head(self, chain: str) -> Head:
        return self.heads.get(chain, START)

    async def entries(self, chain: str, *, after: int, limit: int) -> Sequence[AuditEntry]:
        later = [entry for entry in self.stored.get(chain, []) if entry.number > after]
        return sorted(later, key=lambda entry: entry.number)[:limit]

    async def last_number(self, chain: str) -> int:
        return max((entry.number for entry in self.stored.get(chain, [])), default=0)
