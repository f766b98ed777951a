"""The desk: turns matches into executions, and executions into money and shares. It runs inside a unit of work."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Final

from guilder.core.ids import IdSource
from guilder.published.financial import Accounts, Hold, Trade
from guilder.published.trading import Side
from guilder.shared.ids import ExecutionId
from guilder.shared.money import AmountTooLargeError, Money, Price
from guilder.shared.quantity import Quantity
from guilder.trading.domain.execution import Execution
from guilder.trading.domain.matching import Match
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_ticket import TimeInForce

INSUFFICIENT_BUYING_POWER: Final = "insufficient_buying_power"
NOT_IMMEDIATE: Final = "not_filled_at_once"
_SMALLEST_SHARE: Final = Decimal("0.000000001")


class OrderDesk:
    """Keeps an order and its money in step: what is reserved, booked, released."""

    def __init__(self, accounts: Accounts, ids: IdSource) -> None:
        self._accounts = accounts
        self._ids = ids

    async def reserve(self, order: Order, last_price: Price | None) -> None:
        """Set aside what the order needs. Raises as `Accounts.reserve`."""
        await self._accounts.reserve(order.ticket.portfolio_id, order.id, hold_for(order, last_price))

    async def apply(self, order: Order, match: Match) -> None:
        """Let a match happen to an order: trigger it, fill it, book the trade, and end it where its terms say so."""
        if match.triggered_at is not None:
            order.trigger(at=match.triggered_at)
        if match.price is None:
            return
        offered = order.leaves_quantity if match.quantity is None else min(match.quantity, order.leaves_quantity)
        quantity = await self._affordable(order, offered, match.price)
        if order.ticket.time_in_force is TimeInForce.FOK and quantity < order.leaves_quantity:
            await self.cancel(order, at=match.at, reason=NOT_IMMEDIATE)
            return
        if quantity:
            reason = match.reason if quantity == offered else f"{match.reason}; cut to what the cash pays"
            execution = Execution(ExecutionId(self._ids.new()), quantity, match.price, match.at, reason)
            try:
                await self._accounts.book(_trade(order, execution))
            except AmountTooLargeError as refusal:
                # One portfolio with more money than fits into the books must not hold up the market for all others.
                await self.cancel(order, at=match.at, reason=refusal.code)
                return
            order.fill(execution)
        if order.is_open and quantity < offered:
            await self.cancel(order, at=match.at, reason=INSUFFICIENT_BUYING_POWER)

    async def cancel(self, order: Order, *, at: datetime, reason: str | None = None) -> None:
        """Cancel what is left and free what it held. Raises `OrderNotOpenError`."""
        order.cancel(at=at, reason=reason)
        await self._accounts.release(order.ticket.portfolio_id, order.id)

    async def expire(self, order: Order, *, at: datetime) -> None:
        """End an order with its session and free what it held."""
        order.expire(at=at)
        await self._accounts.release(order.ticket.portfolio_id, order.id)

    async def reject(self, order: Order, *, at: datetime, reason: str) -> None:
        """End an order that cannot be worked and free what it held."""
        order.reject(at=at, reason=reason)
        await self._accounts.release(order.ticket.portfolio_id, order.id)

    async def replace(self, old: Order, new: Order, last_price: Price | None) -> None:
        """Let `new` take the place of `old`, and of what it held. Raises as `Accounts.replace`, `OrderNotOpenError`."""
        hold = hold_for(new, last_price)
        await self._accounts.replace(old.ticket.portfolio_id, old.id, new.id, hold)
        old.replace_by(new.id, at=new.created_at)

    async def _affordable(self, order: Order, quantity: Quantity, price: Price) -> Quantity:
        """As much of `quantity` as the order's reservation and the available cash can pay; all of it for a sell."""
        if order.ticket.side is Side.SELL:
            return quantity
        payable = await self._accounts.payable(order.ticket.portfolio_id, order.id)
        if price * quantity <= payable:
            return quantity
        return affordable_quantity(payable, price)


def hold_for(order: Order, last_price: Price | None) -> Hold:
    """What an order must set aside: cash for a buy, shares for a sell."""
    ticket = order.ticket
    cash = ticket.cash_to_reserve(last_price) if ticket.side is Side.BUY else None
    return Hold(ticket.symbol, order.leaves_quantity, cash)


def affordable_quantity(payable: Money, price: Price) -> Quantity:
    """How many shares, to nine decimals and rounded down, an amount pays for."""
    if payable.amount <= 0:
        return Quantity.zero()
    return Quantity((payable.amount / price.amount).quantize(_SMALLEST_SHARE, ROUND_DOWN))


def _trade(order: Order, execution: Execution) -> Trade:
    return Trade(
        execution_id=execution.id,
        order_id=order.id,
        portfolio_id=order.ticket.portfolio_id,
        symbol=order.ticket.symbol,
        side=order.ticket.side,
        quantity=execution.quantity,
        price=execution.price,
        at=execution.at,
    )
