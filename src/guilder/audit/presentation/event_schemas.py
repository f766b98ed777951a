"""Recorded events, as they travel over HTTP and into files."""

import json
from datetime import UTC
from typing import Any, Self

from pydantic import BaseModel

from guilder.audit.domain.recorded_event import RecordedEvent
from guilder.core.pages import Page


def event_document(event: RecordedEvent) -> dict[str, Any]:
    """One event as outsiders see it. Where it stands in the database is nobody's business: lists are in order."""
    return {
        "event_id": str(event.event_id),
        "name": event.name,
        "version": event.version,
        "aggregate_id": event.aggregate_id,
        "recorded_at": event.recorded_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "payload": json.loads(event.payload),
    }


class EventResponse(BaseModel):
    """A fact: of which aggregate, when it was recorded by the machine's clock, and its fields (see docs/events.md)."""

    event_id: str
    name: str
    version: int
    aggregate_id: str
    recorded_at: str
    payload: dict[str, Any]


class EventPage(BaseModel):
    """Events in the order of their commits; `next` is the cursor of the later ones."""

    items: list[EventResponse]
    next: str | None

    @classmethod
    def from_page(cls, page: Page[RecordedEvent]) -> Self:
        return cls(items=[EventResponse(**event_document(event)) for event in page.items], next=page.next)
