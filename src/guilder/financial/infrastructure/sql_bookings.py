"""What the books hold of other rooms' facts, row by row, so that it can be laid beside theirs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Connection, select, type_coerce

from guilder.financial.domain.transaction import LedgerAccount
from guilder.financial.infrastructure.tables import HELD, postings, reservations, transactions

_PAGE: Final = 2_000


@dataclass(frozen=True, slots=True)
class HeldReservation:
    """What an open order holds; `shares` in billionths."""

    order_id: UUID
    portfolio_id: UUID
    symbol: str
    shares: int
    is_cash: bool


@dataclass(frozen=True, slots=True)
class BookedTrade:
    """One execution as it was booked: `shares` in billionths, `cash` in ten-thousandths; what went out is negative.

    What has no posting is None.
    """

    execution_id: UUID
    order_id: UUID | None
    portfolio_id: UUID
    booked_at: int
    symbol: str | None
    shares: int | None
    currency: str | None
    cash: int | None


class SqlBookings:
    """Reads on the snapshot of one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def reservations(self) -> Iterator[HeldReservation]:
        """What open orders hold."""
        columns = (reservations.c.order_id, reservations.c.portfolio_id, reservations.c.symbol)
        is_cash = reservations.c.cash.is_not(None)
        query = select(*columns, _stored(reservations.c.shares), is_cash.label("is_cash")).where(HELD)
        for row in self._connection.execute(query):
            yield HeldReservation(row.order_id, row.portfolio_id, row.symbol, row.shares, bool(row.is_cash))

    def trades(self) -> Iterator[BookedTrade]:
        """Every execution that was booked, by its id."""
        cash, shares = postings.alias("cash"), postings.alias("shares")
        query = (
            select(
                transactions.c.execution_id,
                transactions.c.order_id,
                transactions.c.portfolio_id,
                _stored(transactions.c.booked_at),
                shares.c.commodity.label("share"),
                shares.c.units.label("shares"),
                cash.c.commodity.label("currency"),
                cash.c.units.label("cash"),
            )
            .outerjoin_from(transactions, cash, _line_of(cash, LedgerAccount.CASH))
            .outerjoin(shares, _line_of(shares, LedgerAccount.SHARES))
            .where(transactions.c.execution_id.is_not(None))
            .order_by(transactions.c.execution_id, transactions.c.id)
        )
        for row in self._connection.execute(query.execution_options(yield_per=_PAGE)):
            yield BookedTrade(
                row.execution_id,
                row.order_id,
                row.portfolio_id,
                row.booked_at,
                None if row.share is None else row.share.removeprefix("stock:"),
                row.shares,
                row.currency,
                row.cash,
            )


def _stored(column: Any) -> ColumnElement[int]:
    """The whole number that stands in the table, under the column's own name."""
    return type_coerce(column, BigInteger).label(column.name)


def _line_of(posting: Any, account: LedgerAccount) -> ColumnElement[bool]:
    line: ColumnElement[bool] = (posting.c.transaction_id == transactions.c.id) & (posting.c.account == account.value)
    return line
