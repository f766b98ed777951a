"""A message to a user inside Guilder."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NewType
from uuid import UUID

from guilder.notification.domain.text import plain_text
from guilder.published.notification import NotificationType
from guilder.shared.errors import InvalidError, NotFoundError
from guilder.shared.events import Aggregate
from guilder.shared.ids import UserId

NotificationId = NewType("NotificationId", UUID)

LONGEST_MESSAGE: Final = 2_000


class NotificationNotFoundError(NotFoundError):
    """There is no such message, or it is not for you."""

    code = "notification_not_found"


class InvalidNotificationError(InvalidError):
    """A message says something, in at most 2,000 characters."""

    code = "invalid_notification"


class Notification(Aggregate):
    """One message to one user; it stays in his list, read or unread.

    Raises:
        InvalidNotificationError: it says nothing, or too much.
    """

    __slots__ = ("_id", "message", "read_at", "sent_at", "type", "user_id")

    def __init__(
        self,
        notification_id: NotificationId,
        user_id: UserId,
        message: str,
        notification_type: NotificationType,
        sent_at: datetime,
        *,
        read_at: datetime | None = None,
        version: int = 0,
    ) -> None:
        super().__init__(version=version)
        text = plain_text(message).strip()
        if not text or len(text) > LONGEST_MESSAGE:
            raise InvalidNotificationError
        self._id = notification_id
        self.user_id = user_id
        self.message = text
        self.type = notification_type
        self.sent_at = sent_at
        self.read_at = read_at

    @property
    def id(self) -> NotificationId:
        return self._id

    def mark_read(self, at: datetime) -> None:
        """The user has seen it. The first time counts."""
        if self.read_at is None:
            self.read_at = at
            self.record()
