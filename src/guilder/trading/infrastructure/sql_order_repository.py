"""Orders in SQL: one row, and one row an execution."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, select

from guilder.core.database import Database
from guilder.core.unit import Unit
from guilder.core.writer_queue import WriterQueue
from guilder.published.trading import Side
from guilder.shared.currency import Currency
from guilder.shared.ids import ExecutionId, MarketId, OrderId, PortfolioId, UserId
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol
from guilder.trading.application.errors import OrderNotFoundError
from guilder.trading.application.ports import OrderFilter, OrderSearch
from guilder.trading.domain.execution import Execution
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_book import OrderBook, RestingOrder
from guilder.trading.domain.order_status import OrderStatus
from guilder.trading.domain.order_ticket import OrderTicket, OrderType, TimeInForce
from guilder.trading.domain.sizing import Sizing
from guilder.trading.domain.slicing.slice_plan import SlicePlan
from guilder.trading.infrastructure.explanation_text import explanation_of, text_of
from guilder.trading.infrastructure.resident_books import ResidentBooks
from guilder.trading.infrastructure.resident_plans import Due, ResidentPlans
from guilder.trading.infrastructure.slice_rows import (
    read_fills,
    read_plans,
    slice_rows,
    slicing_columns,
    slicing_terms,
)
from guilder.trading.infrastructure.tables import RESTING, executions, orders, slices


class SqlOrderRepository:
    """`OrderRepository` on SQLite and PostgreSQL."""

    def __init__(
        self, database: Database, unit: Unit, books: ResidentBooks, plans: ResidentPlans, queue: WriterQueue
    ) -> None:
        self._database = database
        self._unit = unit
        self._books = books
        self._plans = plans
        self._queue = queue

    async def get(self, order_id: OrderId) -> Order:
        async def load() -> Order | None:
            found = await self._database.read(lambda connection: _read(connection, orders.c.id == order_id))
            return found[0] if found else None

        order = await self._unit.find(Order, order_id, load)
        if order is None:
            raise OrderNotFoundError
        return order

    async def find_by_client_order_id(self, portfolio_id: PortfolioId, client_order_id: str) -> OrderId | None:
        queued = self._books.named(portfolio_id, client_order_id)
        if queued is not None:
            return queued
        same = (orders.c.portfolio_id == portfolio_id) & (orders.c.client_order_id == client_order_id)
        row = await self._database.fetch_one(select(orders.c.id).where(same))
        return None if row is None else OrderId(row.id)

    async def book_of(self, market: MarketId) -> OrderBook:
        async def read() -> Iterable[tuple[MarketId, RestingOrder]]:
            await self._queue.settled()
            rows = await self._database.fetch_all(
                select(orders).where(RESTING, orders.c.algorithm.is_(None)).order_by(orders.c.id)
            )
            return [(MarketId(row.market), _resting(row)) for row in rows]

        return await self._books.of(market, read)

    def changed_here(self, market: MarketId) -> Sequence[Order]:
        return [order for order in self._unit.changed(Order) if order.market == market and order.plan is None]

    async def next_slice(self, market: MarketId) -> tuple[datetime, OrderId] | None:
        async def read() -> Iterable[Due]:
            await self._queue.settled()
            found = await self._database.read(
                lambda connection: _read(connection, and_(RESTING, orders.c.algorithm.is_not(None)))
            )
            return [(order.market, order.id, due_at) for order in found if (due_at := _next_due_at(order)) is not None]

        mine = {
            order.id: _next_due_at(order)
            for order in self._unit.changed(Order)
            if order.market == market and order.plan is not None
        }
        saved_before = await self._plans.earliest(market, read, but=mine)
        if not mine:
            return saved_before
        due = [(due_at, order_id) for order_id, due_at in mine.items() if due_at is not None]
        return min(due if saved_before is None else [saved_before, *due], default=None)

    def quiet_until(self, market: MarketId) -> datetime | None:
        return self._books.quiet_until(market)

    def note_quiet(self, market: MarketId, until: datetime) -> None:
        unit = self._unit.opened()
        unit.when_queued.append(lambda: self._books.note_quiet(market, until))
        unit.when_failed.append(lambda: self._books.forget_quiet(market))

    async def resting_ids(self, portfolio_id: PortfolioId | None) -> Sequence[OrderId]:
        query = select(orders.c.id).where(RESTING).order_by(orders.c.id)
        if portfolio_id is not None:
            query = query.where(orders.c.portfolio_id == portfolio_id)
        return [OrderId(row.id) for row in await self._database.fetch_all(query)]

    async def search(self, wanted: OrderSearch) -> Sequence[Order]:
        which = orders.c.owner == wanted.owner
        if wanted.portfolio_id is not None:
            which &= orders.c.portfolio_id == wanted.portfolio_id
        if wanted.status is not OrderFilter.ALL:
            which &= orders.c.is_open == (1 if wanted.status is OrderFilter.OPEN else 0)
        if wanted.symbol is not None:
            which &= orders.c.symbol == wanted.symbol.value
        if wanted.parent_id is not None:
            which &= orders.c.parent_id == wanted.parent_id
        if wanted.side is not None:
            which &= orders.c.side == wanted.side.value
        if wanted.after is not None:
            which &= orders.c.created_at > wanted.after
        if wanted.until is not None:
            which &= orders.c.created_at < wanted.until
        if wanted.client_order_id is not None:
            which &= orders.c.client_order_id == wanted.client_order_id
        if wanted.before is not None:
            which &= orders.c.id < wanted.before
        return await self._database.read(lambda connection: _read(connection, which, limit=wanted.limit))

    def save(self, order: Order) -> None:
        unit = self._unit.opened()
        unit.put(orders, order, _row(order))
        for execution in order.release_executions():
            unit.add(executions, _execution_row(execution, order.id))
        if order.version == 1 and order.plan is not None:
            for row in slice_rows(order.plan, order.id):
                unit.add(slices, row)
        resting = RestingOrder.of(order) if order.is_open and order.plan is None else None
        due_at = _next_due_at(order)
        name = order.ticket.client_order_id if order.version == 1 else None

        def follow() -> None:
            self._books.note(order.market, order.id, resting)
            self._plans.note(order.market, order.id, due_at)
            if name is not None:
                self._books.note_name(order.ticket.portfolio_id, name, order.id)

        unit.when_queued.append(follow)
        unit.when_failed += (self._books.mark_stale, self._plans.mark_stale)


def _read(connection: Connection, which: Any, limit: int | None = None) -> list[Order]:
    rows = connection.execute(select(orders).where(which).order_by(orders.c.id.desc()).limit(limit)).all()
    fills: dict[Any, list[Execution]] = {}
    currency = {row.id: Currency.of(row.currency) for row in rows}
    if rows:
        for order_id, fill in read_fills(connection, rows):
            fills.setdefault(order_id, []).append(_execution(fill, currency[order_id]))
    plans = read_plans(connection, rows)
    return [_order(row, fills.get(row.id, ()), plans.get(row.id)) for row in rows]


def _next_due_at(order: Order) -> datetime | None:
    return order.plan.next_due_at if order.is_open and order.plan is not None else None


def _resting(row: Any) -> RestingOrder:
    ticket = _ticket(row, Currency.of(row.currency))
    is_working = row.triggered_at is not None or not ticket.order_type.has_stop
    return RestingOrder.by_terms(OrderId(row.id), ticket, is_working=is_working, is_untouched=not row.filled_quantity)


def _ticket(row: Any, currency: Currency) -> OrderTicket:
    notional = None if row.notional is None else Money(row.notional, currency).rounded()
    return OrderTicket(
        portfolio_id=PortfolioId(row.portfolio_id),
        symbol=StockSymbol(row.symbol),
        side=Side(row.side),
        order_type=OrderType(row.order_type),
        quantity=Quantity(row.quantity) if notional is None else Quantity.zero(),
        limit_price=None if row.limit_price is None else Price(row.limit_price, currency),
        stop_price=None if row.stop_price is None else Price(row.stop_price, currency),
        time_in_force=TimeInForce(row.time_in_force),
        client_order_id=row.client_order_id,
        slicing=slicing_terms(row),
        notional=notional,
    )


def _order(row: Any, fills: Sequence[Execution], plan: SlicePlan | None) -> Order:
    currency = Currency.of(row.currency)
    return Order(
        OrderId(row.id),
        _ticket(row, currency),
        owner=UserId(row.owner),
        market=MarketId(row.market),
        currency=currency,
        fill_profile=row.fill_profile,
        created_at=row.created_at,
        quantity=Quantity(row.quantity),
        sizing=None if row.sized_at is None else Sizing(Price(row.sized_price, currency), row.sized_at),
        updated_at=row.updated_at,
        status=OrderStatus(row.status),
        reason=row.reason,
        triggered_at=row.triggered_at,
        replaces=None if row.replaces is None else OrderId(row.replaces),
        replaced_by=None if row.replaced_by is None else OrderId(row.replaced_by),
        parent_id=None if row.parent_id is None else OrderId(row.parent_id),
        plan=plan,
        executions=fills,
        version=row.version,
    )


def _execution(row: Any, currency: Currency) -> Execution:
    return Execution(
        ExecutionId(row.id),
        Quantity(row.quantity),
        Price(row.price, currency),
        row.at,
        row.reason,
        None if row.fee is None else Money(row.fee, currency).rounded(),
        None if row.explanation is None else explanation_of(row.explanation),
    )


def _row(order: Order) -> dict[str, Any]:
    ticket = order.ticket
    return {
        "id": order.id,
        "owner": order.owner,
        "portfolio_id": ticket.portfolio_id,
        "market": order.market,
        "client_order_id": ticket.client_order_id,
        "symbol": ticket.symbol.value,
        "side": ticket.side.value,
        "order_type": ticket.order_type.value,
        "time_in_force": ticket.time_in_force.value,
        "quantity": order.quantity.value,
        "filled_quantity": order.filled_quantity.value,
        "currency": order.currency.code,
        "limit_price": None if ticket.limit_price is None else ticket.limit_price.amount,
        "stop_price": None if ticket.stop_price is None else ticket.stop_price.amount,
        "fill_profile": order.fill_profile,
        "status": order.status.value,
        "is_open": order.is_open,
        "reason": order.reason,
        "triggered_at": order.triggered_at,
        "replaces": order.replaces,
        "replaced_by": order.replaced_by,
        "created_at": order.created_at,
        "updated_at": order.updated_at,
        **slicing_columns(order),
        "notional": None if ticket.notional is None else ticket.notional.amount,
        "sized_at": None if order.sizing is None else order.sizing.at,
        "sized_price": None if order.sizing is None else order.sizing.price.amount,
    }


def _execution_row(execution: Execution, order_id: OrderId) -> dict[str, Any]:
    return {
        "id": execution.id,
        "order_id": order_id,
        "quantity": execution.quantity.value,
        "price": execution.price.amount,
        "at": execution.at,
        "reason": execution.reason,
        "fee": None if execution.fee is None else execution.fee.amount,
        "explanation": None if execution.explanation is None else text_of(execution.explanation),
    }
