"""Proves that the books are right: each room adds up its own rows, and here the rooms are laid side by side."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Final

from sqlalchemy import Connection

from guilder.audit.infrastructure.sql_trail_proof import SqlTrailProof
from guilder.bootstrap.house import House
from guilder.bootstrap.two_rooms import compare_fees, compare_holds, compare_positions, compare_trades
from guilder.core.database import Database
from guilder.core.row_pages import sort_in_memory
from guilder.financial.infrastructure.sql_books_proof import SqlBooksProof
from guilder.published.proof import Finding, TradeProof
from guilder.shared.ids import PortfolioId
from guilder.trading.infrastructure.sql_orders_proof import SqlOrdersProof


async def verify(house: House) -> Sequence[Finding]:
    """Look at all books and at the whole audit trail. Works beside a running server.

    What is compared with each other is seen on one snapshot.

    Raises:
        DatabaseUnavailableError: the database does not answer.
    """
    database = house.container.get(Database)
    with _no_garbage():
        parts = await asyncio.gather(*(database.read(partial(_prove, part)) for part in PARTS))
    return [finding for part in parts for finding in part]


async def verify_portfolio(database: Database, portfolio_id: PortfolioId) -> Sequence[Finding]:
    """Look at the books of one portfolio, on one snapshot. Raises as `verify`."""

    def prove(connection: Connection) -> Sequence[Finding]:
        orders, books = SqlOrdersProof(connection, portfolio_id), SqlBooksProof(connection, portfolio_id)
        return _as_far_as_readable(
            lambda: [*books.findings(), *_sums_of_both(orders, books), *_rows_of_both(orders, books)]
        )

    return await database.read(prove)


def prove_house(connection: Connection) -> Sequence[Finding]:
    """The whole proof, as this connection sees the books."""
    with _no_garbage():
        return [finding for part in PARTS for finding in _prove(part, connection)]


def _prove(part: Callable[[Connection], Sequence[Finding]], connection: Connection) -> Sequence[Finding]:
    sort_in_memory(connection)
    return part(connection)


def _prove_books(connection: Connection) -> Sequence[Finding]:
    return _as_far_as_readable(SqlBooksProof(connection).findings)


def _prove_sums(connection: Connection) -> Sequence[Finding]:
    return _as_far_as_readable(lambda: _sums_of_both(SqlOrdersProof(connection), SqlBooksProof(connection)))


def _prove_trades(connection: Connection) -> Sequence[Finding]:
    return _as_far_as_readable(lambda: _rows_of_both(SqlOrdersProof(connection), SqlBooksProof(connection)))


def _prove_trail(connection: Connection) -> Sequence[Finding]:
    return SqlTrailProof(connection).findings()


PARTS: Final = (_prove_books, _prove_sums, _prove_trades, _prove_trail)
"""What the database adds up comes first, what is read here row by row after it: so two of them keep two processors busy
to the end. None compares what another one has seen, so each may have a snapshot of its own."""


def _sums_of_both(orders: TradeProof, books: TradeProof) -> Sequence[Finding]:
    return [*orders.findings(), compare_positions(books, orders), compare_fees(books, orders)]


def _rows_of_both(orders: TradeProof, books: TradeProof) -> Sequence[Finding]:
    return [compare_trades(orders, books), compare_holds(orders, books)]


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Millions of rows come and go here, and none is part of a circle: looking for circles took a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _as_far_as_readable(prove: Callable[[], Sequence[Finding]]) -> Sequence[Finding]:
    """The findings; or, where a row holds what was never written so, that one."""
    try:
        return prove()
    except (ValueError, TypeError, ArithmeticError) as problem:
        told = f"a row is not what was ever written: {problem!r}"[:300]
        return [Finding("books_can_be_read", "every row can be read", "all rows", (), [told])]
