"""A fill on its way from the outbox to its owner, with the mail server away for a while."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from guilder.core.outbox import Outbox
from guilder.core.plain_commit import PlainCommit
from guilder.core.relay import Relay, Subscription
from guilder.core.serialization import EventRegistry
from guilder.core.sql_set_aside import SqlSetAsideEvents
from guilder.core.unit import Unit
from guilder.core.unit_of_work import UnitOfWork
from guilder.notification.application.fill_mailer import FillMailer
from guilder.notification.application.fill_notifier import FillNotifier
from guilder.notification.application.in_app_notification_service import InAppNotificationService
from guilder.notification.domain.preferences import NotificationPreferences
from guilder.notification.infrastructure.smtp_config import SMTPConfig
from guilder.notification.infrastructure.smtp_email_service import SMTPEmailService
from guilder.notification.infrastructure.sql_notification_repository import SqlNotificationRepository
from guilder.notification.infrastructure.sql_preferences_repository import SqlPreferencesRepository
from guilder.notification.infrastructure.tables import metadata
from guilder.notification.wiring import subscriptions
from guilder.published.trading import OrderFilled
from guilder.shared.ids import ExecutionId, OrderId
from guilder.testing import FakeClock, SequentialIds
from tests.notification.builders import ANNA, FakeContacts, a_contact, a_fill
from tests.notification.mail_server import MailServer, a_mail_server
from tests.testing.databases import SQLITE, a_database


class House:
    """The room on a database, with a relay and a mail server that may be away."""

    def __init__(self, database: Any, mail_port: int) -> None:
        self.clock = FakeClock()
        ids, self.unit = SequentialIds(), Unit()
        outbox = Outbox(ids, wanted=["OrderFilled"])
        self.work = PlainCommit(database, self.clock, outbox)
        self.notifications = SqlNotificationRepository(database, self.unit)
        self.preferences = SqlPreferencesRepository(database, self.unit)
        mails = SMTPEmailService(SMTPConfig("127.0.0.1", mail_port), self.clock, ids)
        self._services: dict[Any, Any] = {
            Unit: self.unit,
            UnitOfWork: self.work,
            FillNotifier: FillNotifier(
                InAppNotificationService(self.work, self.notifications, self.clock, SequentialIds())
            ),
            FillMailer: FillMailer(self.preferences, FakeContacts(a_contact()), mails),
        }
        fills = [each for each in subscriptions() if each.event is OrderFilled]
        aside = SqlSetAsideEvents(database, self.unit)
        self.relay = Relay(database, self.clock, EventRegistry([OrderFilled]), outbox, fills, self._scope, aside)

    async def aget(self, interface: Any) -> Any:
        return self._services[interface]

    @asynccontextmanager
    async def _scope(self) -> AsyncIterator[House]:
        yield self

    async def fill(self, *fills: OrderFilled) -> None:
        async with self.work:
            self.unit.emit(fills)

    async def wants_mails(self) -> None:
        async with self.work:
            self.preferences.save(NotificationPreferences(ANNA, fill_mails=True))

    @asynccontextmanager
    async def relaying(self) -> AsyncIterator[None]:
        """The relay at work."""
        self.relay.start()
        try:
            async with asyncio.timeout(30):
                yield
        finally:
            await self.relay.close()

    async def until_there_are_messages(self, count: int) -> None:
        while len(await self.messages()) < count:
            await asyncio.sleep(0)

    async def until_all_is_told(self) -> None:
        """Let the minutes pass after which the relay tries again."""
        while await self.relay.backlog():
            self.clock.advance(timedelta(minutes=2))
            await asyncio.sleep(0)

    async def messages(self) -> list[str]:
        return [found.message for found in await self.notifications.latest(ANNA, limit=50)]


def test_every_subscription_has_a_name_of_its_own_and_a_method_that_exists() -> None:
    names = [subscription.name for subscription in subscriptions()]

    assert len(set(names)) == len(names) == 3
    assert all(callable(getattr(each.service, each.method)) for each in subscriptions())
    assert all(isinstance(each, Subscription) for each in subscriptions())


async def test_a_mail_server_that_is_away_delays_mails_loses_none_and_doubles_none(
    request: pytest.FixtureRequest,
) -> None:
    async with a_database(SQLITE, request, metadata) as database:
        async with a_mail_server() as server:
            house = House(database, server.port)
        await house.wants_mails()
        await house.fill(*(_fill(number) for number in range(5)))

        async with house.relaying():
            await house.until_there_are_messages(5)
            assert server.mails == []

            async with a_mail_server(mails=server, port=server.port):
                await house.until_all_is_told()

        assert sorted(_executions_told(server)) == [f"{UUID(int=100 + number)}" for number in range(5)]
        assert len(await house.messages()) == 5
        assert await house.relay.backlog() == 0


async def test_a_mail_server_that_dies_in_mid_delivery_gets_each_mail_once_when_it_is_back(
    request: pytest.FixtureRequest,
) -> None:
    async with a_database(SQLITE, request, metadata) as database, a_mail_server() as server:
        house = House(database, server.port)
        await house.wants_mails()
        await house.fill(*(_fill(number) for number in range(3)))
        server.deaths_to_come = 2

        async with house.relaying():
            await house.until_there_are_messages(3)
            await house.until_all_is_told()

        assert sorted(_executions_told(server)) == [f"{UUID(int=100 + number)}" for number in range(3)]
        assert len(await house.messages()) == 3


def _fill(number: int) -> OrderFilled:
    return replace(a_fill(), order_id=OrderId(UUID(int=number)), execution_id=ExecutionId(UUID(int=100 + number)))


def _executions_told(server: MailServer) -> list[str]:
    bodies = [mail.get_content() for mail in server.mails]
    return [line.split()[1] for body in bodies for line in body.splitlines() if line.startswith("Execution")]
