"""Messages and wishes over HTTP."""

from uuid import UUID

from fastapi import APIRouter

from guilder.core.container.fastapi import inject
from guilder.core.http import IdempotentRoute
from guilder.core.pages import DEFAULT_LIMIT, PageRequest
from guilder.core.wire import LimitIn
from guilder.notification.application.notification_inbox import NotificationInbox
from guilder.notification.application.preference_service import PreferenceService
from guilder.notification.domain.notification import NotificationId
from guilder.notification.presentation.schemas import (
    NotificationPage,
    NotificationResponse,
    PreferencesRequest,
    PreferencesResponse,
)

router = APIRouter(prefix="/v1/notifications", tags=["notifications"], route_class=IdempotentRoute)


@router.get("")
async def list_notifications(
    limit: LimitIn = DEFAULT_LIMIT, cursor: str | None = None, inbox: NotificationInbox = inject(NotificationInbox)
) -> NotificationPage:
    """Your messages, newest first."""
    return NotificationPage.from_page(await inbox.list_mine(PageRequest(limit, cursor)))


@router.post("/{notification_id}/read")
async def mark_notification_read(
    notification_id: UUID, inbox: NotificationInbox = inject(NotificationInbox)
) -> NotificationResponse:
    """Note that you have seen a message; the first time counts."""
    return NotificationResponse.from_domain(await inbox.mark_read(NotificationId(notification_id)))


@router.get("/preferences")
async def get_notification_preferences(
    preferences: PreferenceService = inject(PreferenceService),
) -> PreferencesResponse:
    """What you asked to be told."""
    return PreferencesResponse.from_domain(await preferences.show())


@router.put("/preferences")
async def choose_notification_preferences(
    body: PreferencesRequest, preferences: PreferenceService = inject(PreferenceService)
) -> PreferencesResponse:
    """Say what you want to be told."""
    return PreferencesResponse.from_domain(await preferences.choose(fill_mails=body.fill_mails))
