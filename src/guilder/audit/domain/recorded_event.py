"""What one room told the others, as it was saved with the change that caused it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """A fact of the log. `position` only grows, with gaps where nothing was committed."""

    position: int
    event_id: UUID
    name: str
    version: int
    aggregate_id: str
    recorded_at: datetime
    payload: str
    """The event's fields, as JSON."""
