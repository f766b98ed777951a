"""What the services of this room need from outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from guilder.notification.domain.notification import Notification, NotificationId
from guilder.notification.domain.preferences import NotificationPreferences
from guilder.shared.ids import UserId


class NotificationRepository(Protocol):
    """Every message ever sent."""

    async def get(self, notification_id: NotificationId) -> Notification:
        """Raises `NotificationNotFoundError`."""

    async def latest(
        self, user_id: UserId, *, limit: int, before: NotificationId | None = None
    ) -> Sequence[Notification]:
        """The newest messages to a user, newest first; with `before`, those older than that one."""

    def save(self, notification: Notification) -> None: ...


class PreferencesRepository(Protocol):
    """Every user's wishes."""

    async def of(self, user_id: UserId) -> NotificationPreferences:
        """What a user asked for; the default when he never said."""

    def save(self, preferences: NotificationPreferences) -> None: ...
