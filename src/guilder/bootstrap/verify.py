"""Proves that the books are right: each room adds up its own rows, and here the rooms are laid side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice
from typing import Final

from sqlalchemy import Connection

from guilder.audit.application.audit_service import AuditService
from guilder.bootstrap.house import House
from guilder.core.database import Database
from guilder.financial.infrastructure.sql_bookings import BookedTrade, HeldReservation, SqlBookings
from guilder.financial.infrastructure.sql_books_proof import SqlBooksProof
from guilder.shared.currency import Currency
from guilder.shared.errors import InvalidError
from guilder.shared.money import Price
from guilder.shared.quantity import Quantity
from guilder.trading.infrastructure.sql_fills import Fill, OpenOrder, SqlFills

MOST_TOLD: Final = 5
"""Faults that one check tells in full."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was proven, or what is wrong with it and where."""

    name: str
    ok: bool
    detail: str


async def verify(house: House) -> list[Check]:
    """Look at all books, on one snapshot, and at the whole audit trail. Works beside a running server.

    Raises:
        DatabaseUnavailableError: the database does not answer.
    """
    try:
        checks = await house.container.get(Database).read(_look_at_books)
    except (ValueError, TypeError, ArithmeticError) as problem:
        checks = [Check("books_can_be_read", ok=False, detail=f"a row is not what was ever written: {problem!r}"[:300])]
    async with house.system_scope() as scope:
        verdicts = await (await scope.aget(AuditService)).verify_chains()
    entries = sum(verdict.entries for verdict in verdicts)
    broken = [f"chain {verdict.chain}: {verdict.problem}" for verdict in verdicts if verdict.problem is not None]
    return [*checks, _check("audit_chain_is_whole", f"{entries} entries in {len(verdicts)} chains", broken)]


def _look_at_books(connection: Connection) -> list[Check]:
    books, bookings = SqlBooksProof(connection).prove(), SqlBookings(connection)
    fills = SqlFills(connection)
    orders = fills.prove()
    unequal = _unequal(fills.fills(), bookings.trades())
    unreserved = _unreserved(fills.open_orders(), bookings.reservations())
    posted = f"{books.postings} postings of {books.transactions} transactions"
    kept = f"{books.portfolios} portfolios"
    return [
        _check("postings_sum_to_zero", posted, books.unbalanced),
        _check("positions_match_postings", f"{books.open_lots} open lots", books.shares_off),
        _check("cash_matches_postings", kept, books.cash_off),
        _check("gains_match_trades", kept, books.profit_off),
        _check("reservations_match_open_orders", f"{orders.orders} orders", chain(books.reserved_off, unreserved)),
        _check("fills_match_trades", f"{orders.executions} executions", chain(orders.miscounted, unequal)),
    ]


def _check(name: str, proven: str, faults: Iterable[str]) -> Check:
    """A check that is ok when there is no fault; `proven` says what was looked at."""
    found = iter(faults)
    told = list(islice(found, MOST_TOLD))
    if not told:
        return Check(name, ok=True, detail=proven)
    more = next(found, None)
    return Check(name, ok=False, detail="; ".join(told if more is None else [*told, "and more"]))


def _unreserved(open_orders: Iterable[OpenOrder], reservations: Iterable[HeldReservation]) -> Iterator[str]:
    """Open orders and reservations that do not belong together."""
    held = {reservation.order_id: reservation for reservation in reservations}
    for order in open_orders:
        reservation = held.pop(order.order_id, None)
        if reservation is None:
            yield f"open order {order.order_id} has no reservation"
            continue
        needed = HeldReservation(order.order_id, order.portfolio_id, order.symbol, order.leaves, order.is_buy)
        if reservation != needed:
            yield f"the reservation of order {order.order_id} is not what the order needs"
    for order_id in held:
        yield f"there is a reservation for order {order_id}, which is not open"


def _unequal(fills: Iterator[Fill], trades: Iterator[BookedTrade]) -> Iterator[str]:
    """Executions and trades that are not the same, of two streams in the order of the executions' ids."""
    fill, trade = next(fills, None), next(trades, None)
    while fill is not None or trade is not None:
        if trade is None or (fill is not None and fill.execution_id < trade.execution_id):
            assert fill is not None
            yield f"execution {fill.execution_id} of order {fill.order_id} was not booked"
            fill = next(fills, None)
        elif fill is None or trade.execution_id < fill.execution_id:
            yield f"execution {trade.execution_id} was booked in portfolio {trade.portfolio_id}, but never took place"
            trade = next(trades, None)
        else:
            if trade != _as_booked(fill):
                yield f"execution {fill.execution_id} of order {fill.order_id} was booked as something else"
            booked, trade = trade.execution_id, next(trades, None)
            while trade is not None and trade.execution_id == booked:
                yield f"execution {booked} was booked twice"
                trade = next(trades, None)
            fill = next(fills, None)


def _as_booked(fill: Fill) -> BookedTrade | None:
    """The trade that an execution must have become; None when no order could be filled like that."""
    if fill.portfolio_id is None or fill.symbol is None or fill.currency is None:
        return None
    try:
        quantity = Quantity(Decimal(fill.shares).scaleb(-9))
        cost = (Price(Decimal(fill.price), Currency(fill.currency)) * quantity).rounded()
    except (InvalidError, ArithmeticError):
        return None
    direction = 1 if fill.is_buy else -1
    return BookedTrade(
        fill.execution_id,
        fill.order_id,
        fill.portfolio_id,
        fill.at,
        fill.symbol,
        direction * fill.shares,
        fill.currency,
        -direction * int(cost.amount.scaleb(4)) - fill.fee,
    )
