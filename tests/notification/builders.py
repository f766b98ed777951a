"""What tests of the notification room talk about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from guilder.notification.domain.notification import Notification, NotificationId
from guilder.published.notification import NotificationType
from guilder.published.trading import OrderFilled, Side
from guilder.published.user import Contact, UserNotFoundError
from guilder.shared.currency import USD
from guilder.shared.ids import ExecutionId, OrderId, PortfolioId, UserId
from guilder.shared.money import Price
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol

ANNA = UserId(UUID(int=0xA))
BERT = UserId(UUID(int=0xB))
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)

A_FILL = OrderFilled(
    order_id=OrderId(UUID(int=1)),
    portfolio_id=PortfolioId(UUID(int=2)),
    owner=ANNA,
    execution_id=ExecutionId(UUID(int=3)),
    symbol=StockSymbol("AAPL"),
    side=Side.BUY,
    quantity=Quantity(Decimal(4)),
    price=Price(Decimal("190.50"), USD),
    leaves_quantity=Quantity(Decimal(6)),
    at=datetime(2010, 1, 4, 15, 30, tzinfo=UTC),
)


def a_fill(**changes: Any) -> OrderFilled:
    return replace(A_FILL, **changes)


def a_contact(name: str = "Anna", email: str = "anna@example.org") -> Contact:
    return Contact(ANNA, email, name)


def a_notification(number: int = 1, user_id: UserId = ANNA, message: str = "Hello") -> Notification:
    message_id = NotificationId(UUID(int=number))
    return Notification(message_id, user_id, message, NotificationType.INFO, NOON)


class FakeContacts:
    """`Contacts` by a short list."""

    def __init__(self, *contacts: Contact) -> None:
        self._contacts = {contact.user_id: contact for contact in contacts}

    async def contact(self, user_id: UserId) -> Contact:
        if user_id not in self._contacts:
            raise UserNotFoundError
        return self._contacts[user_id]
