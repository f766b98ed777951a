"""Looking at events that were set aside, and letting them be told again."""

from __future__ import annotations

from typing import Final

from guilder.core.caller import Caller, Role
from guilder.core.clock import Clock
from guilder.core.outbox import Outbox
from guilder.core.pages import Page, PageRequest
from guilder.core.set_aside import SetAsideEvent, SetAsideEvents, SetAsideId
from guilder.core.unit_of_work import UnitOfWork
from guilder.published.audit import AuditLogger

_LISTING: Final = "set-aside"


class EventService:
    """What admins do with events that a subscriber could not bear."""

    def __init__(
        self,
        work: UnitOfWork,
        events: SetAsideEvents,
        news: Outbox,
        clock: Clock,
        audit: AuditLogger,
        caller: Caller,
    ) -> None:
        self._work = work
        self._events = events
        self._news = news
        self._clock = clock
        self._audit = audit
        self._caller = caller

    async def list_set_aside(self, request: PageRequest) -> Page[SetAsideEvent]:
        """All that are set aside, in the order in which they were saved.

        Raises:
            NotSignedInError, NotAllowedError: the caller is no admin.
            InvalidCursorError: the cursor is not that of such a page.
        """
        self._caller.require_role(Role.ADMIN)
        marks = request.after(_LISTING, int, str)
        after = None if marks is None else (int(str(marks[0])), str(marks[1]))
        found = await self._events.oldest(after=after, limit=request.limit + 1)
        return Page.cut(found, request.limit, _LISTING, lambda event: (event.position, event.subscriber))

    async def replay(self, id: SetAsideId) -> SetAsideEvent:
        """Let an event be told again, and then those that wait behind it. What fails again is set aside again.

        Raises:
            NotSignedInError, NotAllowedError: the caller is no admin.
            SetAsideEventNotFoundError: it is not set aside.
        """
        self._caller.require_role(Role.ADMIN)
        async with self._work:
            event = await self._events.get(id)
            self._events.release(event, self._clock.now())
            details = {"subscriber": event.subscriber, "event_id": str(event.event_id)}
            await self._audit.log_action(None, "event_replayed", details)
        self._news.wake()
        return event
