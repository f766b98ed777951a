"""What an order tells other rooms of itself."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from guilder.published.trading import (
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderPlaced,
    OrderRejected,
    OrderReplaced,
)
from guilder.shared.ids import OrderId, UserId
from guilder.shared.quantity import Quantity
from guilder.trading.domain.execution import Execution
from guilder.trading.domain.order_ticket import OrderTicket


class Told(Protocol):
    """The order of which a fact is told."""

    id: OrderId
    ticket: OrderTicket
    owner: UserId


def placed(order: Told, quantity: Quantity, at: datetime) -> OrderPlaced:
    """`quantity`: how many shares it is for, or is expected to be."""
    ticket = order.ticket
    return OrderPlaced(
        order_id=order.id,
        portfolio_id=ticket.portfolio_id,
        owner=order.owner,
        symbol=ticket.symbol,
        side=ticket.side,
        quantity=quantity,
        at=at,
    )


def filled(order: Told, execution: Execution, leaves: Quantity) -> OrderFilled:
    """`leaves`: what is left of it after this execution."""
    ticket = order.ticket
    return OrderFilled(
        order_id=order.id,
        portfolio_id=ticket.portfolio_id,
        owner=order.owner,
        execution_id=execution.id,
        symbol=ticket.symbol,
        side=ticket.side,
        quantity=execution.quantity,
        price=execution.price,
        leaves_quantity=leaves,
        at=execution.at,
    )


def canceled(order: Told, reason: str | None, at: datetime) -> OrderCanceled:
    portfolio_id = order.ticket.portfolio_id
    return OrderCanceled(order_id=order.id, portfolio_id=portfolio_id, owner=order.owner, reason=reason, at=at)


def rejected(order: Told, reason: str, at: datetime) -> OrderRejected:
    portfolio_id = order.ticket.portfolio_id
    return OrderRejected(order_id=order.id, portfolio_id=portfolio_id, owner=order.owner, reason=reason, at=at)


def expired(order: Told, at: datetime) -> OrderExpired:
    return OrderExpired(order_id=order.id, portfolio_id=order.ticket.portfolio_id, owner=order.owner, at=at)


def replaced(order: Told, by: OrderId, at: datetime) -> OrderReplaced:
    portfolio_id = order.ticket.portfolio_id
    return OrderReplaced(order_id=order.id, portfolio_id=portfolio_id, owner=order.owner, replaced_by=by, at=at)
