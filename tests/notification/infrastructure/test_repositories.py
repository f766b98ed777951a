"""What the repositories of this room keep: in memory, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest

from guilder.core.unit import Unit
from guilder.core.unit_of_work import UnitOfWork
from guilder.notification.application.ports import NotificationRepository, PreferencesRepository
from guilder.notification.domain.notification import NotificationId, NotificationNotFoundError
from guilder.notification.domain.preferences import NotificationPreferences
from guilder.notification.infrastructure.sql_notification_repository import SqlNotificationRepository
from guilder.notification.infrastructure.sql_preferences_repository import SqlPreferencesRepository
from guilder.notification.infrastructure.tables import metadata
from guilder.shared.errors import ConflictError
from guilder.testing import FakeNotifications, FakePreferences, InMemoryUnitOfWork
from tests.notification.builders import ANNA, BERT, NOON, a_notification
from tests.testing.databases import POSTGRES, SQLITE, a_database, plain_work


@dataclass(frozen=True)
class Room:
    """The repositories, and the unit of work in which they save."""

    work: UnitOfWork
    notifications: NotificationRepository
    preferences: PreferencesRepository


@pytest.fixture(params=["memory", SQLITE, POSTGRES])
async def room(request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    if request.param == "memory":
        yield Room(InMemoryUnitOfWork(), FakeNotifications(), FakePreferences())
        return
    async with a_database(request.param, request, metadata) as database:
        unit = Unit()
        yield Room(
            plain_work(database),
            SqlNotificationRepository(database, unit),
            SqlPreferencesRepository(database, unit),
        )


async def save_all(room: Room, *numbers: int) -> None:
    async with room.work:
        for number in numbers:
            room.notifications.save(a_notification(number))


async def test_a_message_comes_back_as_it_was_saved(room: Room) -> None:
    notification = a_notification(7, message="Grüße,\nAnna 👋")
    notification.mark_read(NOON + timedelta(microseconds=1))
    async with room.work:
        room.notifications.save(notification)

    found = await room.notifications.get(notification.id)

    assert (found.id, found.user_id, found.message) == (notification.id, ANNA, "Grüße,\nAnna 👋")
    assert (found.type, found.sent_at) == (notification.type, NOON)
    assert found.read_at == NOON + timedelta(microseconds=1)
    assert found.version == 1
    assert not found.is_changed


async def test_a_message_that_is_not_there_is_not_found(room: Room) -> None:
    with pytest.raises(NotificationNotFoundError):
        await room.notifications.get(NotificationId(UUID(int=404)))


async def test_a_change_replaces_what_stood_there(room: Room) -> None:
    await save_all(room, 1)
    async with room.work:
        notification = await room.notifications.get(NotificationId(UUID(int=1)))
        notification.mark_read(NOON)
        room.notifications.save(notification)

    found = await room.notifications.get(NotificationId(UUID(int=1)))

    assert (found.read_at, found.version) == (NOON, 2)


async def test_of_two_changes_at_once_one_loses(room: Room) -> None:
    await save_all(room, 1)
    first = await room.notifications.get(NotificationId(UUID(int=1)))
    second = await room.notifications.get(NotificationId(UUID(int=1)))
    first.mark_read(NOON)
    second.mark_read(NOON)
    async with room.work:
        room.notifications.save(first)

    with pytest.raises(ConflictError):
        async with room.work:
            room.notifications.save(second)


async def test_the_latest_messages_come_newest_first(room: Room) -> None:
    await save_all(room, 3, 1, 0x80_00, 2, 2**127)

    found = await room.notifications.latest(ANNA, limit=4)

    assert [notification.id.int for notification in found] == [2**127, 0x80_00, 3, 2]


async def test_messages_before_one_leave_out_that_one(room: Room) -> None:
    await save_all(room, 1, 2, 3)

    found = await room.notifications.latest(ANNA, limit=5, before=NotificationId(UUID(int=3)))

    assert [notification.id.int for notification in found] == [2, 1]


async def test_messages_of_others_are_not_among_them(room: Room) -> None:
    async with room.work:
        room.notifications.save(a_notification(1))
        room.notifications.save(a_notification(2, user_id=BERT))

    found = await room.notifications.latest(ANNA, limit=5)

    assert [notification.id.int for notification in found] == [1]


async def test_wishes_that_were_never_said_are_the_default(room: Room) -> None:
    preferences = await room.preferences.of(ANNA)

    assert preferences.id == ANNA
    assert preferences.fill_mails is False
    assert preferences.version == 0


async def test_wishes_come_back_as_they_were_saved(room: Room) -> None:
    async with room.work:
        preferences = await room.preferences.of(ANNA)
        preferences.choose_fill_mails(True)
        room.preferences.save(preferences)

    assert (await room.preferences.of(ANNA)).fill_mails is True
    assert (await room.preferences.of(BERT)).fill_mails is False


async def test_of_two_first_wishes_at_once_one_loses(room: Room) -> None:
    async with room.work:
        room.preferences.save(NotificationPreferences(ANNA, fill_mails=True))

    with pytest.raises(ConflictError):
        async with room.work:
            room.preferences.save(NotificationPreferences(ANNA))
