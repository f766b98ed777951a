"""What the notification room does for the others."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from guilder.shared.errors import UnavailableError
from guilder.shared.ids import UserId


class NotificationType(StrEnum):
    """How a message is meant."""

    SUCCESS = "success"
    INFO = "info"
    WARNING = "warning"


class MailNotSentError(UnavailableError):
    """The mail server is away or refused the mail; it will be tried again."""

    code = "mail_not_sent"


class EmailService(Protocol):
    """Sends mails. Subject and body are plain text; a line break in an address or subject is refused."""

    async def send_email(self, to: str, subject: str, body: str) -> None:
        """Returns when the mail is in other hands. Raises `MailNotSentError`."""


class NotificationService(Protocol):
    """Tells a user something inside Guilder: a list that he can read."""

    async def send_notification(self, user_id: UserId, message: str, type: NotificationType) -> None: ...
