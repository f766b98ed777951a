"""Messages as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from guilder.core.database import Database
from guilder.core.unit import Unit
from guilder.notification.domain.notification import Notification, NotificationId, NotificationNotFoundError
from guilder.notification.infrastructure.tables import messages
from guilder.published.notification import NotificationType
from guilder.shared.ids import UserId


class SqlNotificationRepository:
    """`NotificationRepository` in the database. Ids grow with time, so they order the messages."""

    def __init__(self, database: Database, unit: Unit) -> None:
        self._database = database
        self._unit = unit

    async def get(self, notification_id: NotificationId) -> Notification:
        async def load() -> Notification | None:
            row = await self._database.fetch_one(select(messages).where(messages.c.id == notification_id))
            return None if row is None else _notification(row)

        notification = await self._unit.find(Notification, notification_id, load)
        if notification is None:
            raise NotificationNotFoundError
        return notification

    async def latest(
        self, user_id: UserId, *, limit: int, before: NotificationId | None = None
    ) -> Sequence[Notification]:
        query = select(messages).where(messages.c.user_id == user_id)
        if before is not None:
            query = query.where(messages.c.id < before)
        rows = await self._database.fetch_all(query.order_by(messages.c.id.desc()).limit(limit))
        return [_notification(row) for row in rows]

    def save(self, notification: Notification) -> None:
        """Hand the message to the unit; a lost race is a `ConflictError` at its end."""
        self._unit.put(messages, notification, _values(notification))


def _values(notification: Notification) -> dict[str, Any]:
    return {
        "id": notification.id,
        "user_id": notification.user_id,
        "message": notification.message,
        "type": notification.type.value,
        "sent_at": notification.sent_at,
        "read_at": notification.read_at,
    }


def _notification(row: Row[Any]) -> Notification:
    return Notification(
        NotificationId(row.id),
        UserId(row.user_id),
        row.message,
        NotificationType(row.type),
        row.sent_at,
        read_at=row.read_at,
        version=row.version,
    )
