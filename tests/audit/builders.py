"""What tests of the audit room talk about."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from guilder.audit.domain.recorded_event import RecordedEvent
from guilder.core.audit_chain import AuditNote
from guilder.core.caller import Caller, Role
from guilder.shared.ids import UserId
from guilder.testing import FakeAuditTrail

ANNA = UserId(UUID(int=0xA))
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
AUDITOR = Caller(ANNA, frozenset({Role.AUDITOR}))
ADMIN = Caller(ANNA, frozenset({Role.ADMIN}))
CUSTOMER = Caller(ANNA)


def a_note(action: str = "order_placed", **details: str) -> AuditNote:
    return AuditNote(f"user:{ANNA}", action, f"user:{ANNA}", details)


def a_trail(*, core: int = 0, rooms: int = 0) -> FakeAuditTrail:
    """Two chains: the core notes something at each even second, the rooms at each odd one."""
    trail = FakeAuditTrail()
    for number in range(core):
        trail.record("core", [a_note(f"core {number}")], NOON + timedelta(seconds=2 * number))
    for number in range(rooms):
        trail.record("rooms", [a_note(f"rooms {number}")], NOON + timedelta(seconds=2 * number + 1))
    return trail


def an_event(position: int, **fields: Any) -> RecordedEvent:
    """An event of the log; `fields` are what it tells."""
    return RecordedEvent(
        position=position,
        event_id=UUID(int=position),
        name="OrderPlaced",
        version=1,
        aggregate_id=f"order {position}",
        recorded_at=NOON + timedelta(seconds=position),
        payload=json.dumps(fields),
    )
