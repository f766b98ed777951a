"""Tells users something inside Guilder."""

from __future__ import annotations

from guilder.core.clock import Clock
from guilder.core.ids import IdSource
from guilder.core.unit_of_work import UnitOfWork
from guilder.notification.application.ports import NotificationRepository
from guilder.notification.domain.notification import Notification, NotificationId
from guilder.published.notification import NotificationType
from guilder.shared.ids import UserId


class InAppNotificationService:
    """`NotificationService` by a list that each user can read."""

    def __init__(self, work: UnitOfWork, notifications: NotificationRepository, clock: Clock, ids: IdSource) -> None:
        self._work = work
        self._notifications = notifications
        self._clock = clock
        self._ids = ids

    async def send_notification(
        self,
        user_id: UserId,
        message: str,
        type: NotificationType,
    ) -> None:
        """Put a message into a user's list. Raises `InvalidNotificationError`."""
        async with self._work:
            message_id = NotificationId(self._ids.new())
            self._notifications.save(Notification(message_id, user_id, message, type, self._clock.now()))
