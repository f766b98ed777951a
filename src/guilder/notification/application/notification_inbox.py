"""What users do with their messages."""

from __future__ import annotations

from typing import Final, cast
from uuid import UUID

from guilder.core.caller import Caller
from guilder.core.clock import Clock
from guilder.core.pages import Page, PageRequest
from guilder.core.unit_of_work import UnitOfWork
from guilder.notification.application.ports import NotificationRepository
from guilder.notification.domain.notification import Notification, NotificationId, NotificationNotFoundError

_LISTING: Final = "notifications"


class NotificationInbox:
    """The caller's own messages."""

    def __init__(self, work: UnitOfWork, notifications: NotificationRepository, caller: Caller, clock: Clock) -> None:
        self._work = work
        self._notifications = notifications
        self._caller = caller
        self._clock = clock

    async def list_mine(self, page: PageRequest) -> Page[Notification]:
        """My messages, newest first.

        Raises:
            NotSignedInError: nobody is signed in.
            InvalidCursorError: the cursor is not that of such a page.
        """
        user_id = self._caller.require_user()
        marks = page.after(_LISTING, UUID)
        before = None if marks is None else NotificationId(cast(UUID, marks[0]))
        found = await self._notifications.latest(user_id, limit=page.limit + 1, before=before)
        return Page.cut(found, page.limit, _LISTING, lambda notification: (notification.id,))

    async def mark_read(self, notification_id: NotificationId) -> Notification:
        """Note that I have seen a message; the first time counts.

        Raises:
            NotSignedInError: nobody is signed in.
            NotificationNotFoundError: there is no such message, or it is not mine.
        """
        user_id = self._caller.require_user()
        async with self._work:
            notification = await self._notifications.get(notification_id)
            if notification.user_id != user_id:
                raise NotificationNotFoundError
            notification.mark_read(self._clock.now())
            if notification.is_changed:
                self._notifications.save(notification)
        return notification
