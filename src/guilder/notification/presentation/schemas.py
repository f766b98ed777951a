"""Messages and wishes, as they travel over HTTP."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool

from guilder.core.pages import Page
from guilder.core.wire import RequestModel, instant_text
from guilder.notification.domain.notification import Notification
from guilder.notification.domain.preferences import NotificationPreferences
from guilder.published.notification import NotificationType


class NotificationResponse(BaseModel):
    """One message; `read_at` is null as long as it is unread."""

    id: UUID
    message: str
    type: NotificationType
    sent_at: str
    read_at: str | None

    @classmethod
    def from_domain(cls, notification: Notification) -> Self:
        read_at = notification.read_at
        return cls(
            id=notification.id,
            message=notification.message,
            type=notification.type,
            sent_at=instant_text(notification.sent_at),
            read_at=None if read_at is None else instant_text(read_at),
        )


class NotificationPage(BaseModel):
    """Messages, newest first; `next` is the cursor of the older ones."""

    items: list[NotificationResponse]
    next: str | None

    @classmethod
    def from_page(cls, page: Page[Notification]) -> Self:
        return cls(items=[NotificationResponse.from_domain(item) for item in page.items], next=page.next)


class PreferencesRequest(RequestModel):
    """What somebody wants to be told."""

    fill_mails: StrictBool = Field(description="A mail for each fill of an order.")


class PreferencesResponse(BaseModel):
    """What somebody asked to be told."""

    fill_mails: bool

    @classmethod
    def from_domain(cls, preferences: NotificationPreferences) -> Self:
        return cls(fill_mails=preferences.fill_mails)
