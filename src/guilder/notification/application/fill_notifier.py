"""Tells owners of orders that shares changed hands."""

from __future__ import annotations

from guilder.notification.domain.fills import fill_message
from guilder.published.notification import NotificationService, NotificationType
from guilder.published.trading import OrderFilled


class FillNotifier:
    """Hears of every fill; its owner finds a message inside Guilder."""

    def __init__(self, notifications: NotificationService) -> None:
        self._notifications = notifications

    async def on_order_filled(self, fill: OrderFilled) -> None:
        """Tell the owner, always."""
        await self._notifications.send_notification(fill.owner, fill_message(fill), NotificationType.SUCCESS)
