"""What users do with their messages and wishes: their own, and nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from guilder.core.caller import NOBODY, SYSTEM, Caller, NotSignedInError
from guilder.core.pages import InvalidCursorError, PageRequest, write_cursor
from guilder.notification.application.in_app_notification_service import InAppNotificationService
from guilder.notification.application.notification_inbox import NotificationInbox
from guilder.notification.application.preference_service import PreferenceService
from guilder.notification.domain.notification import NotificationNotFoundError
from guilder.published.notification import NotificationType
from guilder.testing import FakeClock, FakeNotifications, FakePreferences, InMemoryUnitOfWork, SequentialIds
from tests.notification.builders import ANNA, BERT, NOON, a_notification


class House:
    """The room with everything in memory."""

    def __init__(self) -> None:
        self.work = InMemoryUnitOfWork()
        self.clock = FakeClock(NOON)
        self.messages = FakeNotifications()
        self.wishes = FakePreferences()
        self.service = InAppNotificationService(self.work, self.messages, self.clock, SequentialIds())

    def inbox(self, caller: Caller) -> NotificationInbox:
        return NotificationInbox(self.work, self.messages, caller, self.clock)

    def preferences(self, caller: Caller) -> PreferenceService:
        return PreferenceService(self.work, self.wishes, caller)


ANNA_CALLS, BERT_CALLS = Caller(ANNA), Caller(BERT)


async def test_messages_are_listed_newest_first() -> None:
    house = House()
    for number in range(3):
        await house.service.send_notification(ANNA, f"Message {number}", NotificationType.INFO)
        house.clock.advance(timedelta(minutes=1))

    page = await house.inbox(ANNA_CALLS).list_mine(PageRequest())

    assert [found.message for found in page.items] == ["Message 2", "Message 1", "Message 0"]
    assert page.items[0].sent_at == NOON + timedelta(minutes=2)
    assert page.next is None


async def test_a_long_list_comes_in_pages_that_neither_repeat_nor_skip() -> None:
    house = House()
    for number in range(7):
        await house.service.send_notification(ANNA, str(number), NotificationType.INFO)

    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = await house.inbox(ANNA_CALLS).list_mine(PageRequest(3, cursor))
        seen += [found.message for found in page.items]
        await house.service.send_notification(ANNA, "came meanwhile", NotificationType.INFO)
        cursor = page.next
        if cursor is None:
            break

    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


@pytest.mark.parametrize("cursor", ["nonsense", "", write_cursor("orders", 7), "A" * 5_000])
async def test_a_cursor_of_something_else_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursorError):
        await House().inbox(ANNA_CALLS).list_mine(PageRequest(3, cursor))


async def test_nobody_sees_the_messages_of_others() -> None:
    house = House()
    await house.service.send_notification(ANNA, "For Anna", NotificationType.INFO)

    assert (await house.inbox(BERT_CALLS).list_mine(PageRequest())).items == []


@pytest.mark.parametrize("caller", [NOBODY, SYSTEM])
async def test_messages_are_for_those_who_signed_in(caller: Caller) -> None:
    house = House()

    with pytest.raises(NotSignedInError):
        await house.inbox(caller).list_mine(PageRequest())
    with pytest.raises(NotSignedInError):
        await house.inbox(caller).mark_read(a_notification().id)
    with pytest.raises(NotSignedInError):
        await house.preferences(caller).show()
    with pytest.raises(NotSignedInError):
        await house.preferences(caller).choose(fill_mails=True)


async def test_a_message_is_read_once_and_stays_so() -> None:
    house = House()
    house.messages.save(a_notification(1))
    await house.inbox(ANNA_CALLS).mark_read(a_notification(1).id)
    house.clock.advance(timedelta(hours=1))

    again = await house.inbox(ANNA_CALLS).mark_read(a_notification(1).id)

    assert again.read_at == NOON
    (listed,) = (await house.inbox(ANNA_CALLS).list_mine(PageRequest())).items
    assert listed.read_at == NOON


async def test_the_message_of_another_user_does_not_exist() -> None:
    house = House()
    house.messages.save(a_notification(1, user_id=BERT))

    with pytest.raises(NotificationNotFoundError) as others:
        await house.inbox(ANNA_CALLS).mark_read(a_notification(1).id)
    with pytest.raises(NotificationNotFoundError) as missing:
        await house.inbox(ANNA_CALLS).mark_read(a_notification(2).id)

    assert others.value.detail == missing.value.detail
    assert house.work.commits == 0


async def test_wishes_are_kept_for_each_user() -> None:
    house = House()

    await house.preferences(ANNA_CALLS).choose(fill_mails=True)

    assert (await house.preferences(ANNA_CALLS).show()).fill_mails is True
    assert (await house.preferences(BERT_CALLS).show()).fill_mails is False


async def test_a_wish_can_be_taken_back() -> None:
    house = House()
    await house.preferences(ANNA_CALLS).choose(fill_mails=True)

    await house.preferences(ANNA_CALLS).choose(fill_mails=False)

    assert (await house.preferences(ANNA_CALLS).show()).fill_mails is False
