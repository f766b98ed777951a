"""The log of events over HTTP."""

from fastapi import APIRouter

from guilder.audit.application.event_log_service import EventLogService
from guilder.audit.presentation.event_schemas import EventPage
from guilder.core.container.fastapi import inject
from guilder.core.http import ExactRoute
from guilder.core.pages import DEFAULT_LIMIT, PageRequest
from guilder.core.wire import LimitIn

router = APIRouter(prefix="/v1/events", tags=["audit"], route_class=ExactRoute)


@router.get("")
async def list_events(
    limit: LimitIn = DEFAULT_LIMIT, cursor: str | None = None, log: EventLogService = inject(EventLogService)
) -> EventPage:
    """What happened in the house, in the order in which it was committed, oldest first. For admins."""
    return EventPage.from_page(await log.list_events(PageRequest(limit, cursor)))
