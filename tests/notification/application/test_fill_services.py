"""Who hears of a fill, and by which way."""

from __future__ import annotations

import pytest

from guilder.notification.application.fill_mailer import FillMailer
from guilder.notification.application.fill_notifier import FillNotifier
from guilder.notification.application.welcome_notice import WelcomeNotice
from guilder.notification.domain.preferences import NotificationPreferences
from guilder.published.notification import MailNotSentError, NotificationType
from guilder.published.user import UserRegistered
from guilder.testing import FakePreferences, MockEmailService, MockNotificationService
from tests.notification.builders import ANNA, BERT, NOON, FakeContacts, a_contact, a_fill


def a_mailer(mails: MockEmailService, *, wanted: bool = True, contacts: FakeContacts | None = None) -> FillMailer:
    preferences = FakePreferences()
    preferences.save(NotificationPreferences(ANNA, fill_mails=wanted))
    return FillMailer(preferences, contacts or FakeContacts(a_contact()), mails)


async def test_the_owner_of_an_order_always_gets_a_message() -> None:
    notifications = MockNotificationService()

    await FillNotifier(notifications).on_order_filled(a_fill())

    assert notifications.sent_to(ANNA) == ["Bought 4 AAPL at 190.50 USD; 6 still open"]


async def test_who_asked_for_it_gets_a_mail_too() -> None:
    mails = MockEmailService()

    await a_mailer(mails).on_order_filled(a_fill())

    (mail,) = mails.sent_emails
    assert mail["to"] == "anna@example.org"
    assert mail["subject"] == "Bought 4 AAPL at 190.50 USD"


@pytest.mark.parametrize("owner", [ANNA, BERT], ids=["who said no", "who never said"])
async def test_nobody_else_gets_a_mail(owner: object) -> None:
    mails = MockEmailService()

    await a_mailer(mails, wanted=False).on_order_filled(a_fill(owner=owner))

    assert mails.sent_emails == []


async def test_an_owner_who_is_gone_gets_no_mail_and_stops_nothing() -> None:
    mails = MockEmailService()

    await a_mailer(mails, contacts=FakeContacts()).on_order_filled(a_fill())

    assert mails.sent_emails == []


async def test_a_mail_server_that_is_away_is_said_so_that_the_fill_is_told_again() -> None:
    mails = MockEmailService()
    mails.go_down()

    with pytest.raises(MailNotSentError):
        await a_mailer(mails).on_order_filled(a_fill())


async def test_a_new_user_finds_a_message_of_success() -> None:
    notifications = MockNotificationService()

    await WelcomeNotice(notifications).on_user_registered(UserRegistered(user_id=ANNA, registered_at=NOON))

    (sent,) = notifications.sent_notifications
    assert sent.user_id == ANNA
    assert sent.message == "Account created successfully"
    assert sent.type is NotificationType.SUCCESS
