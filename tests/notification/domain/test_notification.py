"""Messages inside Guilder, and wishes about them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from guilder.notification.domain.notification import LONGEST_MESSAGE, InvalidNotificationError
from guilder.notification.domain.preferences import NotificationPreferences
from tests.notification.builders import ANNA, NOON, a_notification


def test_a_new_message_is_unread() -> None:
    assert a_notification().read_at is None


def test_the_first_reading_counts() -> None:
    notification = a_notification()

    notification.mark_read(NOON)
    notification.mark_read(NOON + timedelta(hours=1))

    assert notification.read_at == NOON


@pytest.mark.parametrize("message", ["", "  \n ", "\0", "x" * (LONGEST_MESSAGE + 1)])
def test_a_message_says_something_but_not_too_much(message: str) -> None:
    with pytest.raises(InvalidNotificationError):
        a_notification(message=message)


def test_a_message_loses_its_control_characters() -> None:
    assert a_notification(message="\x1b[31mHello\r\nAnna\0 ").message == "[31mHello\nAnna"


def test_who_never_said_anything_gets_no_mail_about_fills() -> None:
    assert NotificationPreferences(ANNA).fill_mails is False


def test_a_wish_can_be_made_and_taken_back() -> None:
    preferences = NotificationPreferences(ANNA)

    preferences.choose_fill_mails(True)
    assert preferences.fill_mails is True
    preferences.choose_fill_mails(False)
    assert preferences.fill_mails is False


def test_saying_the_same_again_is_no_change() -> None:
    preferences = NotificationPreferences(ANNA, fill_mails=True, version=1)

    preferences.choose_fill_mails(True)

    assert not preferences.is_changed
