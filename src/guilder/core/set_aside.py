"""Events that a subscriber could not bear: set aside, so that nothing but what builds on them has to wait."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NewType, Protocol
from uuid import UUID

from guilder.shared.errors import NotFoundError

SetAsideId = NewType("SetAsideId", UUID)


class SetAsideEventNotFoundError(NotFoundError):
    """No event is set aside under this id."""

    code = "set_aside_event_not_found"


@dataclass(frozen=True, slots=True)
class SetAsideEvent:
    """One event that one subscriber failed to take in, again and again. Later ones of its aggregate wait behind it."""

    subscriber: str
    event_id: UUID
    position: int
    """Its place among all events that were ever saved."""
    event_name: str
    aggregate_id: str
    attempts: int
    error: str
    """What the last attempt ended with."""
    set_aside_at: datetime
    payload: str = ""
    """The event, as it was saved."""

    @property
    def id(self) -> SetAsideId:
        """The same whenever this event is set aside for this subscriber."""
        digest = hashlib.sha256(self.event_id.bytes + self.subscriber.encode()).digest()
        return SetAsideId(UUID(bytes=digest[:16]))


class SetAsideEvents(Protocol):
    """The events that are set aside now."""

    async def get(self, id: SetAsideId) -> SetAsideEvent:
        """Raises `SetAsideEventNotFoundError`."""

    async def oldest(self, *, after: tuple[int, str] | None, limit: int) -> Sequence[SetAsideEvent]:
        """At most `limit` behind that position and subscriber, in the order in which they were saved."""

    async def count(self) -> int:
        """How many there are."""

    async def put(self, event: SetAsideEvent) -> None:
        """Set one aside, by itself; nothing when its subscriber has heard it after all."""

    def release(self, event: SetAsideEvent, at: datetime) -> None:
        """Let it be told again, once the open unit of work is saved."""
