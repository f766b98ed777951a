"""Reads the log of events: what happened in the house, in the order in which it was committed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from guilder.audit.application.ports import EventLog
from guilder.audit.domain.recorded_event import RecordedEvent
from guilder.core.caller import Caller, Role
from guilder.core.pages import LARGEST_LIMIT, InvalidCursorError, Page, PageRequest

_LISTING: Final = "events"
_LARGEST_POSITION: Final = 2**63 - 1


class EventLogService:
    """The log of events, for admins: it tells what all users do."""

    def __init__(self, log: EventLog, caller: Caller) -> None:
        self._log = log
        self._caller = caller

    async def list_events(self, request: PageRequest) -> Page[RecordedEvent]:
        """Events, oldest first; who asks again with the last cursor misses none.

        Raises:
            NotSignedInError, NotAllowedError: the caller is no admin.
            InvalidCursorError: the cursor is not that of such a page.
        """
        self._caller.require_role(Role.ADMIN)
        found = await self._log.events(after=_position(request), limit=request.limit + 1)
        return Page.cut(found, request.limit, _LISTING, lambda event: (event.position,))

    async def all_events(self) -> AsyncIterator[RecordedEvent]:
        """The whole log, in the order of `list_events`. Raises as that does."""
        cursor: str | None = None
        while True:
            page = await self.list_events(PageRequest(LARGEST_LIMIT, cursor))
            for event in page.items:
                yield event
            cursor = page.next
            if cursor is None:
                return


def _position(request: PageRequest) -> int:
    marks = request.after(_LISTING, int)
    position = 0 if marks is None else marks[0]
    if not isinstance(position, int) or not 0 <= position <= _LARGEST_POSITION:
        raise InvalidCursorError
    return position
