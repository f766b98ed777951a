"""Proves that the books are right: each room adds up its own rows, and here the rooms are laid side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from guilder.audit.infrastructure.sql_trail_proof import SqlTrailProof
from guilder.bootstrap.house import House
from guilder.bootstrap.two_rooms import compare_fees, compare_holds, compare_positions, compare_trades
from guilder.core.database import Database
from guilder.financial.infrastructure.sql_books_proof import SqlBooksProof
from guilder.published.proof import Finding, TradeProof
from guilder.shared.ids import PortfolioId
from guilder.trading.infrastructure.sql_orders_proof import SqlOrdersProof


async def verify(house: House) -> Sequence[Finding]:
    """Look at all books, on one snapshot, and at the whole audit trail. Works beside a running server.

    Raises:
        DatabaseUnavailableError: the database does not answer.
    """
    database = house.container.get(Database)
    books, trail = await asyncio.gather(database.read(prove_books), database.read(prove_trail))
    return [*books, *trail]


async def verify_portfolio(database: Database, portfolio_id: PortfolioId) -> Sequence[Finding]:
    """Look at the books of one portfolio, on one snapshot. Raises as `verify`."""

    def prove(connection: Connection) -> Sequence[Finding]:
        orders, books = SqlOrdersProof(connection, portfolio_id), SqlBooksProof(connection, portfolio_id)
        return _as_far_as_readable(lambda: _lay_side_by_side(orders, books))

    return await database.read(prove)


def prove_books(connection: Connection) -> Sequence[Finding]:
    """The proof of all books, as this connection sees them."""
    orders, books = SqlOrdersProof(connection), SqlBooksProof(connection)
    return _as_far_as_readable(lambda: _lay_side_by_side(orders, books))


def prove_trail(connection: Connection) -> Sequence[Finding]:
    """The proof of the audit trail, as this connection sees it."""
    return SqlTrailProof(connection).findings()


def _lay_side_by_side(orders: TradeProof, books: TradeProof) -> Sequence[Finding]:
    return [
        *books.findings(),
        *orders.findings(),
        compare_positions(books, orders),
        compare_fees(books, orders),
        compare_trades(orders, books),
        compare_holds(orders, books),
    ]


def _as_far_as_readable(prove: Callable[[], Sequence[Finding]]) -> Sequence[Finding]:
    """The findings; or, where a row holds what was never written so, that one."""
    try:
        return prove()
    except (ValueError, TypeError, ArithmeticError) as problem:
        told = f"a row is not what was ever written: {problem!r}"[:300]
        return [Finding("books_can_be_read", "every row can be read", "all rows", (), [told])]
