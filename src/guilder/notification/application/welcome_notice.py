"""Greets those who just opened an account."""

from __future__ import annotations

from guilder.published.notification import NotificationService, NotificationType
from guilder.published.user import UserRegistered


class WelcomeNotice:
    """The first message in everybody's list."""

    def __init__(self, notifications: NotificationService) -> None:
        self._notifications = notifications

    async def on_user_registered(self, registered: UserRegistered) -> None:
        """Tell the new user that the account is there."""
        await self._notifications.send_notification(
            registered.user_id, "Account created successfully", NotificationType.SUCCESS
        )
