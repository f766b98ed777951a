"""The desk: turns matches into executions, and executions into money and shares. It runs inside a unit of work."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from guilder.core.ids import IdSource
from guilder.published.financial import Accounts, Hold, Trade
from guilder.published.trading import Side
from guilder.shared.ids import ExecutionId
from guilder.shared.money import AmountTooLargeError, Money, Price
from guilder.shared.quantity import InvalidQuantityError, Quantity
from guilder.trading.application.ports import OrderRepository
from guilder.trading.domain.execution import Execution
from guilder.trading.domain.fee_schedule import Fees
from guilder.trading.domain.fill_profiles import fill_profile
from guilder.trading.domain.matching import Match
from guilder.trading.domain.offer import Offer
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_ticket import OrderTicket, TimeInForce
from guilder.trading.domain.sizing import Sizing, affordable_quantity

INSUFFICIENT_BUYING_POWER: Final = "insufficient_buying_power"
NOT_IMMEDIATE: Final = "not_filled_at_once"
NO_PRICE: Final = "no_price_in_session"
NOTIONAL_TOO_SMALL: Final = "notional_too_small"


class OrderDesk:
    """Keeps an order and its money in step: what is reserved, booked, released."""

    def __init__(self, accounts: Accounts, orders: OrderRepository, ids: IdSource) -> None:
        self._accounts = accounts
        self._orders = orders
        self._ids = ids

    async def reserve(self, order: Order, hold: Hold) -> None:
        """Set aside what the order needs. Raises as `Accounts.reserve`."""
        await self._accounts.reserve(order.ticket.portfolio_id, order.id, hold)

    async def size(self, order: Order, price: Price, at: datetime) -> None:
        """Count the shares of an order for an amount of money, at the quote it is first worked at; its hold follows.

        A sell is cut to what is held and not up for sale. What is not a billionth of a share, or more than the books
        can carry, is canceled.
        """
        assert order.ticket.notional is not None
        try:
            wanted = affordable_quantity(order.ticket.notional, price)
            if not wanted:
                await self.cancel(order, at=at, reason=NOTIONAL_TOO_SMALL)
                return
            quantity = await self._accounts.resize(order.ticket.portfolio_id, order.id, wanted)
        except InvalidQuantityError as refusal:
            await self.cancel(order, at=at, reason=refusal.code)
            return
        order.size(quantity, Sizing(price, at))

    async def apply(self, order: Order, match: Match, offer: Offer | None) -> None:
        """Let a match happen to an order: trigger it, fill it, book the trade, and end it where its terms say so.

        What fills a slice fills the order that it belongs to. `offer` is None where the match only triggers it, or
        there was not a share to be had.
        """
        if match.triggered_at is not None:
            order.trigger(at=match.triggered_at)
        if offer is None:
            return
        whole = order if order.parent_id is None else await self._orders.get(order.parent_id)
        paid = await self._payable(order, whole, offer)
        if order.ticket.time_in_force is TimeInForce.FOK and paid.quantity < order.leaves_quantity:
            await self.cancel(order, at=match.at, reason=NOT_IMMEDIATE)
            return
        if paid.quantity:
            execution = self._execution(order, whole, paid, match.at)
            try:
                await self._accounts.book(_trade(order, execution))
            except AmountTooLargeError as refusal:
                # One portfolio with more money than fits into the books must not hold up the market for all others.
                await self.cancel(order, at=match.at, reason=refusal.code)
                return
            order.fill(execution)
            if whole is not order:
                whole.follow(order)
        if order.is_open and paid.quantity < offer.quantity:
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

    async def replace(self, old: Order, new: Order, hold: Hold) -> None:
        """Let `new` take the place of `old`, and of what it held. Raises as `Accounts.replace`, `OrderNotOpenError`."""
        await self._accounts.replace(old.ticket.portfolio_id, old.id, new.id, hold)
        old.replace_by(new.id, at=new.created_at)

    async def _payable(self, order: Order, whole: Order, offer: Offer) -> Offer:
        """As much of the offer as the order's reservation and the available cash pay, fees included; all for a sell."""
        if order.ticket.side is Side.SELL:
            return offer
        payable = await self._accounts.payable(order.ticket.portfolio_id, order.holder)
        value = offer.price * offer.quantity
        fees = _fees(whole, offer.quantity, value)
        if (value + fees.total if fees else value) <= payable:
            return offer
        # What fewer shares cost in fees is not more.
        return offer.cut_to(affordable_quantity(payable - fees.total if fees else payable, offer.price), payable)

    def _execution(self, order: Order, whole: Order, offer: Offer, at: datetime) -> Execution:
        fees = _fees(whole, offer.quantity, offer.price * offer.quantity)
        return Execution(
            ExecutionId(self._ids.new()),
            offer.quantity,
            offer.price,
            at,
            offer.explanation.in_words(str(order.ticket.symbol)),
            None if fees is None else fees.total,
            replace(offer.explanation, fees=fees) if fees else offer.explanation,
        )


def hold_of(ticket: OrderTicket, quantity: Quantity, profile: str, last_price: Price | None) -> Hold:
    """What an order for so many shares must set aside, under the fill profile of that name.

    Cash and commission for a buy, shares for a sell.
    """
    if ticket.side is Side.SELL:
        return Hold(ticket.symbol, quantity, None)
    cash = ticket.cash_to_reserve(last_price)
    return Hold(ticket.symbol, quantity, cash + fill_profile(profile).commission(quantity, cash))


def _fees(whole: Order, quantity: Quantity, value: Money) -> Fees | None:
    """What an execution costs beside its price, as one of an order with all its slices; None where that is nothing."""
    profile = fill_profile(whole.fill_profile)
    if profile.fees is None:  # most orders need no sum of what they got before
        return None
    before = (whole.filled_quantity, whole.filled_value)
    return profile.charge(whole.ticket.side, quantity, value, before=before)


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
        fee=execution.fee,
        held_by=order.parent_id,
    )
