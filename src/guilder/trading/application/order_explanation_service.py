"""Tells why orders were filled as they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from guilder.core.instants import instant_text
from guilder.published.market_data import Bar, MarketDataProvider
from guilder.shared.ids import OrderId
from guilder.shared.quantity import format_decimal
from guilder.trading.application.trading_service import TradingService
from guilder.trading.domain.execution import Execution
from guilder.trading.domain.explanation_words import steps_of
from guilder.trading.domain.order import Order
from guilder.trading.domain.sizing import affordable_quantity


@dataclass(frozen=True, slots=True)
class ExplainedExecution:
    """One execution, told step by step. `session_bar` is that of its session, once that is over."""

    execution: Execution
    steps: Sequence[str]
    session_bar: Bar | None


@dataclass(frozen=True, slots=True)
class OrderExplanation:
    """An order, why it stands as it does, and its executions."""

    order: Order
    standing: str
    executions: Sequence[ExplainedExecution]
    sizing: str | None = None
    """How an amount of money became a number of shares."""


class OrderExplanationService:
    """Explains orders to their owners, from nothing but what was known at the time or is public now."""

    def __init__(self, trading: TradingService, market_data: MarketDataProvider) -> None:
        self._trading = trading
        self._market_data = market_data

    async def explain_order(self, order_id: OrderId) -> OrderExplanation:
        """One of the caller's orders. Raises `OrderNotFoundError`, `NotSignedInError`."""
        order = await self._trading.get_order(order_id)
        days = dict.fromkeys(it.explanation.session_on for it in order.executions if it.explanation is not None)
        bars = {day: await self._bar(order, day) for day in days}
        executions = [
            ExplainedExecution(it, steps_of(it), bars[it.explanation.session_on] if it.explanation else None)
            for it in order.executions
        ]
        return OrderExplanation(order, standing_of(order), executions, sizing_of(order))

    async def _bar(self, order: Order, day: date) -> Bar | None:
        midnight = datetime.combine(day, time(), UTC)
        bars = await self._market_data.get_bars(
            order.ticket.symbol, start=midnight, end=midnight + timedelta(days=1), market=order.market
        )
        return bars[0] if bars else None


def sizing_of(order: Order) -> str | None:
    """How an amount of money became a number of shares; None where none did."""
    notional, sizing = order.ticket.notional, order.sizing
    if notional is None or sizing is None:
        return None
    wanted = affordable_quantity(notional, sizing.price)
    told = f"At {instant_text(sizing.at)} the quote was {format_decimal(sizing.price.amount)}: {notional} is {wanted}"
    cut = "" if order.quantity == wanted else f", of which {order.quantity} were there to be sold"
    return f"{told} shares, rounded down to a billionth{cut}."


def standing_of(order: Order) -> str:
    """What an order waits for, or what ended it."""
    ticket = order.ticket
    if not order.is_open:
        why = "" if order.reason is None else f": {order.reason}"
        of_all = f" of {order.quantity}" if order.is_sized else ""
        return f"It is {order.status}{why}; {order.filled_quantity}{of_all} shares were filled."
    if not order.is_sized:
        return f"It waits for the market to be open; then its shares are counted: as many as {ticket.notional} buys."
    left = f"{order.leaves_quantity} of {order.quantity} shares are left."
    if order.plan is not None:
        return f"{order.plan.placed} of {len(order.plan.slices)} slices were placed; {left}"
    if not order.is_working and ticket.stop_price is not None:
        return f"It waits for the price to reach its stop of {format_decimal(ticket.stop_price.amount)}; {left}"
    if ticket.limit_price is not None:
        return f"It waits for a quote as good as its limit of {format_decimal(ticket.limit_price.amount)}; {left}"
    return f"It waits for the market to be open, or for more shares to be had; {left}"
