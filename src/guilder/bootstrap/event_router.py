"""Events that were set aside, over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from guilder.bootstrap.event_service import EventService
from guilder.core.container.fastapi import inject
from guilder.core.http import IdempotentRoute
from guilder.core.pages import DEFAULT_LIMIT, PageRequest
from guilder.core.set_aside import SetAsideEvent, SetAsideId
from guilder.core.wire import InstantOut, LimitIn

router = APIRouter(prefix="/v1/events/set-aside", tags=["events"], route_class=IdempotentRoute)


class SetAsideResponse(BaseModel):
    """An event that one subscriber could not take in; `payload` is the event's JSON as it was saved."""

    id: UUID
    subscriber: str
    event_name: str
    aggregate_id: str
    position: int
    attempts: int
    error: str
    set_aside_at: InstantOut
    payload: str

    @classmethod
    def from_domain(cls, event: SetAsideEvent) -> SetAsideResponse:
        return cls(
            id=event.id,
            subscriber=event.subscriber,
            event_name=event.event_name,
            aggregate_id=event.aggregate_id,
            position=event.position,
            attempts=event.attempts,
            error=event.error,
            set_aside_at=event.set_aside_at,
            payload=event.payload,
        )


class SetAsidePage(BaseModel):
    """Events, oldest first; `next` is the cursor of the later ones."""

    items: list[SetAsideResponse]
    next: str | None


@router.get("")
async def list_set_aside_events(
    limit: Annotated[LimitIn, Query()] = DEFAULT_LIMIT,
    cursor: str | None = None,
    events: EventService = inject(EventService),
) -> SetAsidePage:
    """The events that a subscriber failed to take in, with their errors. For admins."""
    page = await events.list_set_aside(PageRequest(limit, cursor))
    return SetAsidePage(items=[SetAsideResponse.from_domain(event) for event in page.items], next=page.next)


@router.post("/{set_aside_id}/replay")
async def replay_event(set_aside_id: UUID, events: EventService = inject(EventService)) -> SetAsideResponse:
    """Let an event be told again, and then those that wait behind it. For admins."""
    return SetAsideResponse.from_domain(await events.replay(SetAsideId(set_aside_id)))
