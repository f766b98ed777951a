"""The notification room without a database."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

from guilder.notification.domain.notification import Notification, NotificationId, NotificationNotFoundError
from guilder.notification.domain.preferences import NotificationPreferences
from guilder.published.notification import NotificationType
from guilder.shared.errors import ConflictError
from guilder.shared.ids import UserId
from guilder.testing.faults import Faults


@dataclass(frozen=True, slots=True)
class SentNotification:
    """One message that a `MockNotificationService` was given."""

    user_id: UserId
    message: str
    type: NotificationType


class MockNotificationService:
    """`NotificationService` for tests: messages stand in `sent_notifications`, in order."""

    def __init__(self) -> None:
        self.sent_notifications: list[SentNotification] = []
        self.faults = Faults()

    async def send_notification(
        self,
        user_id: UserId,
        message: str,
        type: NotificationType,
    ) -> None:
        """Keep the message. Raises the failure that was planned, if any."""
        self.faults.strike()
        self.sent_notifications.append(SentNotification(user_id, message, type))

    def sent_to(self, user_id: UserId) -> list[str]:
        """The messages to one user, in order."""
        return [sent.message for sent in self.sent_notifications if sent.user_id == user_id]


class FakeNotifications:
    """`NotificationRepository` in memory."""

    def __init__(self) -> None:
        self._stored: dict[NotificationId, Notification] = {}

    async def get(self, notification_id: NotificationId) -> Notification:
        if notification_id not in self._stored:
            raise NotificationNotFoundError
        return copy(self._stored[notification_id])

    async def latest(
        self, user_id: UserId, *, limit: int, before: NotificationId | None = None
    ) -> Sequence[Notification]:
        mine = [
            copy(stored)
            for stored in self._stored.values()
            if stored.user_id == user_id and (before is None or stored.id < before)
        ]
        return sorted(mine, key=lambda notification: notification.id, reverse=True)[:limit]

    def save(self, notification: Notification) -> None:
        """Store it at once. Raises `ConflictError` when it changed since it was read."""
        stored = self._stored.get(notification.id)
        _check_version(notification, stored)
        self._stored[notification.id] = copy(notification)


class FakePreferences:
    """`PreferencesRepository` in memory."""

    def __init__(self) -> None:
        self._stored: dict[UserId, NotificationPreferences] = {}

    async def of(self, user_id: UserId) -> NotificationPreferences:
        stored = self._stored.get(user_id)
        return NotificationPreferences(user_id) if stored is None else copy(stored)

    def save(self, preferences: NotificationPreferences) -> None:
        """Store them at once. Raises `ConflictError` when they changed since they were read."""
        _check_version(preferences, self._stored.get(preferences.id))
        self._stored[preferences.id] = copy(preferences)


def _check_version(
    mine: Notification | NotificationPreferences, stored: Notification | NotificationPreferences | None
) -> None:
    if mine.version != (0 if stored is None else stored.version):
        raise ConflictError
    mine.version += 1
    mine.release_events()
