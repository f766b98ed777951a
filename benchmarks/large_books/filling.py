"""Large books for benchmarks: one portfolio trades by the code that books every order, the others repeat its days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Final

from benchmarks.large_books.history import History
from guilder.core.audit_chain import AuditNote
from guilder.core.database import Database
from guilder.core.outbox import Outbox
from guilder.core.plain_commit import PlainCommit
from guilder.core.random_ids import TimeOrderedIds
from guilder.core.system_clock import SystemClock
from guilder.core.unit import Unit
from guilder.core.writer_queue import WriterQueue
from guilder.financial.domain.portfolio import Portfolio
from guilder.financial.infrastructure.sql_portfolio_repository import SqlPortfolioRepository
from guilder.published.financial import Hold, Trade
from guilder.published.trading import Side
from guilder.shared.currency import USD
from guilder.shared.ids import MAIN_MARKET, ExecutionId, LotId, OrderId, PortfolioId, TransactionId, UserId
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol
from guilder.trading.domain.execution import Execution
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_ticket import OrderTicket, OrderType, TimeInForce
from guilder.trading.infrastructure.resident_books import ResidentBooks
from guilder.trading.infrastructure.resident_plans import ResidentPlans
from guilder.trading.infrastructure.sql_order_repository import SqlOrderRepository

SYMBOLS = [StockSymbol(name) for name in ("AAPL", "FB", "GOOG", "IBM", "MSFT")]
OPENED_AT = datetime(2008, 1, 2, 14, 30, tzinfo=UTC)
PORTION: Final = 2_000
"""Orders that are written at a time."""


class Settled(WriterQueue):
    """Nothing is queued: every unit is written at once."""

    async def settled(self) -> None:
        return


async def fill(database: Database, orders: int, portfolios: int) -> None:
    """Fill empty books with `orders` market orders, spread over `portfolios`; each leaves one more order open.

    The first portfolio trades. The rows of its history are then written for every other one, in bulk and under ids of
    their own; the trail is chained by the core, note by note.
    """
    ids, unit = TimeOrderedIds(), Unit()
    work = PlainCommit(database, SystemClock(), Outbox(ids))
    each = orders // portfolios
    async with work:
        notes = _traded(database, each, unit, ids)
        for note in notes:
            unit.note(note)
    history = await database.read(lambda connection: History(connection, notes))
    for count in _portions(portfolios - 1, max(1, PORTION // max(1, each))):
        renewed = [history.renewed(ids.new) for _ in range(count)]
        await database.write(partial(history.write, portfolios=renewed))
        async with work:
            for ids_of_one in renewed:
                for note in history.notes(ids_of_one):
                    unit.note(note)


def _portions(whole: int, largest: int) -> Iterator[int]:
    for begun in range(0, whole, largest):
        yield min(largest, whole - begun)


def _traded(database: Database, orders: int, unit: Unit, ids: TimeOrderedIds) -> Sequence[AuditNote]:
    """The books of one portfolio, handed to the unit; what the trail has to say of them.

    Every third trade of a symbol sells, so that lots come and go.
    """
    books = SqlPortfolioRepository(database, unit)
    tickets = SqlOrderRepository(database, unit, ResidentBooks(), ResidentPlans(), Settled())
    portfolio = Portfolio.open(
        PortfolioId(ids.new()),
        owner=UserId(ids.new()),
        name="Books",
        base_currency=USD,
        market=MAIN_MARKET,
        at=OPENED_AT,
    )
    portfolio.deposit(Money(Decimal("10000000.00"), USD), id=TransactionId(ids.new()), at=OPENED_AT)
    notes = [_trade(count, portfolio, tickets, ids) for count in range(orders)]
    _rest(portfolio, tickets, ids)
    books.save(portfolio)
    return notes


def _trade(count: int, portfolio: Portfolio, tickets: SqlOrderRepository, ids: TimeOrderedIds) -> AuditNote:
    """One market order, filled at once, and what is noted of it."""
    at = OPENED_AT + timedelta(seconds=count)
    symbol = SYMBOLS[count % len(SYMBOLS)]
    side = Side.SELL if count // len(SYMBOLS) % 3 == 2 else Side.BUY
    quantity = Quantity.parse("3.123456789" if side is Side.SELL else "2.5")
    price = Price(Decimal(20_000 + count * 7919 % 10_000).scaleb(-2), USD)
    order = _order(portfolio, side, symbol, quantity, at, ids)
    fill = Execution(ExecutionId(ids.new()), quantity, price, at, "benchmark")
    order.fill(fill)
    trade = Trade(fill.id, order.id, portfolio.id, symbol, side, quantity, price, at)
    portfolio.book(trade, id=TransactionId(ids.new()), lot_id=LotId(ids.new()))
    tickets.save(order)
    details = {"order_id": str(order.id), "portfolio_id": str(portfolio.id), "symbol": symbol.value}
    return AuditNote(f"user:{portfolio.owner}", "order_placed", f"user:{portfolio.owner}", details)


def _rest(portfolio: Portfolio, tickets: SqlOrderRepository, ids: TimeOrderedIds) -> None:
    """One limit order that waits."""
    quantity = Quantity.parse("1")
    limit = Price(Decimal("1.00"), USD)
    order = _order(portfolio, Side.BUY, SYMBOLS[0], quantity, OPENED_AT, ids, limit)
    portfolio.reserve(order.id, Hold(SYMBOLS[0], quantity, Money(Decimal("1.00"), USD)))
    tickets.save(order)


def _order(
    portfolio: Portfolio,
    side: Side,
    symbol: StockSymbol,
    quantity: Quantity,
    at: datetime,
    ids: TimeOrderedIds,
    limit: Price | None = None,
) -> Order:
    ticket = OrderTicket(
        portfolio_id=portfolio.id,
        symbol=symbol,
        side=side,
        order_type=OrderType.MARKET if limit is None else OrderType.LIMIT,
        quantity=quantity,
        limit_price=limit,
        stop_price=None,
        time_in_force=TimeInForce.GTC,
        client_order_id=None,
    )
    return Order.place(
        OrderId(ids.new()),
        ticket,
        owner=portfolio.owner,
        market=MAIN_MARKET,
        currency=USD,
        fill_profile="ideal",
        at=at,
    )
