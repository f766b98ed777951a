"""What every `NotificationService` keeps, the fake of `guilder.testing` included."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

import pytest

from guilder.core.unit import Unit
from guilder.core.unit_of_work import UnitOfWork
from guilder.notification.application.in_app_notification_service import InAppNotificationService
from guilder.notification.application.ports import NotificationRepository
from guilder.notification.infrastructure.sql_notification_repository import SqlNotificationRepository
from guilder.notification.infrastructure.tables import metadata
from guilder.published.notification import NotificationService, NotificationType
from guilder.shared.ids import UserId
from guilder.testing import (
    FakeClock,
    FakeNotifications,
    InMemoryUnitOfWork,
    MockNotificationService,
    SequentialIds,
)
from tests.notification.builders import ANNA, BERT
from tests.testing.databases import SQLITE, a_database, plain_work


@dataclass(frozen=True)
class Board:
    """One way to tell users something, and a look at what they were told, oldest first."""

    service: NotificationService
    told: Callable[[UserId], Awaitable[Sequence[tuple[str, NotificationType]]]]


@pytest.fixture(params=["mock", "memory", SQLITE])
async def board(request: pytest.FixtureRequest) -> AsyncIterator[Board]:
    if request.param == "mock":
        mock = MockNotificationService()

        async def told(user_id: UserId) -> list[tuple[str, NotificationType]]:
            return [(sent.message, sent.type) for sent in mock.sent_notifications if sent.user_id == user_id]

        yield Board(mock, told)
    elif request.param == "memory":
        yield _in_app(InMemoryUnitOfWork(), FakeNotifications())
    else:
        async with a_database(SQLITE, request, metadata) as database:
            yield _in_app(plain_work(database), SqlNotificationRepository(database, Unit()))


def _in_app(work: UnitOfWork, repository: NotificationRepository) -> Board:
    async def told(user_id: UserId) -> list[tuple[str, NotificationType]]:
        found = await repository.latest(user_id, limit=50)
        return [(notification.message, notification.type) for notification in reversed(found)]

    return Board(InAppNotificationService(work, repository, FakeClock(), SequentialIds()), told)


async def test_users_are_told_in_order_each_his_own(board: Board) -> None:
    await board.service.send_notification(ANNA, "One", NotificationType.SUCCESS)
    await board.service.send_notification(BERT, "Two", NotificationType.INFO)
    await board.service.send_notification(ANNA, "Three", NotificationType.WARNING)

    assert await board.told(ANNA) == [("One", NotificationType.SUCCESS), ("Three", NotificationType.WARNING)]
    assert await board.told(BERT) == [("Two", NotificationType.INFO)]


async def test_a_message_may_hold_any_text(board: Board) -> None:
    message = "Grüße <b>株</b> 👋 'quoted' \"twice\"; DROP TABLE"

    await board.service.send_notification(ANNA, message, NotificationType.INFO)

    assert await board.told(ANNA) == [(message, NotificationType.INFO)]
