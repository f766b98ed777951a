"""Fakes of the notification room: scriptable, and no kinder than the real thing."""

from __future__ import annotations

from uuid import UUID

import pytest

from guilder.published.notification import MailNotSentError, NotificationType
from guilder.shared.ids import UserId
from guilder.testing import MockEmailService, MockNotificationService, SentNotification

ANNA, BERT = UserId(UUID(int=1)), UserId(UUID(int=2))


async def send(mails: MockEmailService, subject: str = "Hello", to: str = "anna@example.org") -> None:
    await mails.send_email(to, subject, "Hello")


async def test_sent_mails_can_be_read_as_the_guide_has_them() -> None:
    mails = MockEmailService()

    await send(mails, "Welcome!")

    assert mails.sent_emails == [{"to": "anna@example.org", "subject": "Welcome!", "body": "Hello"}]


async def test_mails_can_be_looked_up_by_address() -> None:
    mails = MockEmailService()
    await send(mails, "One")
    await send(mails, "Two", to="bert@example.org")

    assert [mail["subject"] for mail in mails.sent_to("bert@example.org")] == ["Two"]


async def test_a_mail_fails_as_often_as_planned() -> None:
    mails = MockEmailService()
    mails.faults.fail_next(MailNotSentError(), times=2)
    mails.faults.fail_next(TimeoutError())

    for refusal in (MailNotSentError, MailNotSentError, TimeoutError):
        with pytest.raises(refusal):
            await send(mails)
    await send(mails)

    assert len(mails.sent_emails) == 1


async def test_a_mail_service_that_is_down_takes_nothing_until_it_is_back() -> None:
    mails = MockEmailService()
    mails.go_down()
    for _ in range(3):
        with pytest.raises(MailNotSentError):
            await send(mails)
    mails.come_back()

    await send(mails)

    assert len(mails.sent_emails) == 1


async def test_sent_notifications_can_be_read() -> None:
    notifications = MockNotificationService()

    await notifications.send_notification(ANNA, "Hello Anna", NotificationType.INFO)
    await notifications.send_notification(BERT, "Hello Bert", NotificationType.WARNING)

    assert notifications.sent_to(ANNA) == ["Hello Anna"]
    assert notifications.sent_notifications[1] == SentNotification(BERT, "Hello Bert", NotificationType.WARNING)


async def test_a_notification_can_be_made_to_fail() -> None:
    notifications = MockNotificationService()
    notifications.faults.fail_next(MailNotSentError())

    with pytest.raises(MailNotSentError):
        await notifications.send_notification(ANNA, "Hello", NotificationType.INFO)

    assert notifications.sent_notifications == []
