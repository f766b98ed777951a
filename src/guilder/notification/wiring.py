"""The notification room, put together."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from guilder.core.clock import Clock
from guilder.core.container import Container
from guilder.core.ids import IdSource
from guilder.core.relay import Subscription
from guilder.core.settings import Settings
from guilder.notification.application.fill_mailer import FillMailer
from guilder.notification.application.fill_notifier import FillNotifier
from guilder.notification.application.in_app_notification_service import InAppNotificationService
from guilder.notification.application.notification_inbox import NotificationInbox
from guilder.notification.application.ports import NotificationRepository, PreferencesRepository
from guilder.notification.application.preference_service import PreferenceService
from guilder.notification.application.welcome_notice import WelcomeNotice
from guilder.notification.infrastructure.file_email_service import FileEmailService
from guilder.notification.infrastructure.mail_message import sender_of
from guilder.notification.infrastructure.smtp_config import SMTPConfig
from guilder.notification.infrastructure.smtp_email_service import SMTPEmailService
from guilder.notification.infrastructure.sql_notification_repository import SqlNotificationRepository
from guilder.notification.infrastructure.sql_preferences_repository import SqlPreferencesRepository
from guilder.notification.presentation.router import router
from guilder.published.notification import EmailService, NotificationService
from guilder.published.trading import OrderFilled
from guilder.published.user import UserRegistered

MAIL_FOLDER: Final = "mail"
"""Where mails go without a mail server, below the data directory."""

# A fill has two listeners: nobody waits for a message while the mail server is away.
SUBSCRIPTIONS: Final = (
    Subscription("notification.welcome", UserRegistered, WelcomeNotice, "on_user_registered"),
    Subscription("notification.fill", OrderFilled, FillNotifier, "on_order_filled"),
    Subscription("notification.fill_mail", OrderFilled, FillMailer, "on_order_filled"),
)


def register(container: Container) -> None:
    """Bind this room's ports to their adapters."""
    container.register_singleton(EmailService, email_service_for)
    container.register_singleton(NotificationRepository, SqlNotificationRepository)
    container.register_singleton(PreferencesRepository, SqlPreferencesRepository)
    container.register_singleton(NotificationService, InAppNotificationService)
    container.register_scoped(NotificationInbox, NotificationInbox)
    container.register_scoped(PreferenceService, PreferenceService)
    container.register_scoped(WelcomeNotice, WelcomeNotice)
    container.register_scoped(FillNotifier, FillNotifier)
    container.register_scoped(FillMailer, FillMailer)


def email_service_for(settings: Settings, clock: Clock, ids: IdSource) -> EmailService:
    """Mails go to the mail server that the settings name, or into files.

    Raises:
        InvalidMailError, InvalidSMTPConfigError: a setting names no sender, or no mail server.
    """
    sender = sender_of(settings.mail_from)
    if settings.smtp_url is None:
        return FileEmailService(settings.data_dir / MAIL_FOLDER, clock, ids, sender=sender)
    config = SMTPConfig.parse(settings.smtp_url.get_secret_value())
    return SMTPEmailService(config, clock, ids, sender=sender)


def routers() -> list[APIRouter]:
    """What this room answers over HTTP."""
    return [router]


def subscriptions() -> list[Subscription]:
    """What this room listens to."""
    return list(SUBSCRIPTIONS)
