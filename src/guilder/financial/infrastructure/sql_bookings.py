"""What the books hold of other rooms' facts: trades, positions and reservations, to be laid beside theirs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, literal, select, true, type_coerce
from sqlalchemy.types import NullType

from guilder.core.exact_sums import exact_sum, whole_sum
from guilder.core.row_pages import row_pages
from guilder.financial.domain.transaction import LedgerAccount
from guilder.financial.infrastructure.posted_sums import is_posted
from guilder.financial.infrastructure.tables import HELD, OPEN_LOTS, lots, postings, reservations, transactions
from guilder.published.proof import Holding, HoldRow, Sums, TradeRow
from guilder.shared.ids import PortfolioId


class SqlBookings:
    """Reads on the snapshot of one connection: all portfolios, or one."""

    def __init__(self, connection: Connection, portfolio_id: PortfolioId | None = None) -> None:
        self._connection = connection
        self._portfolio_id = portfolio_id

    def positions(self) -> Sums:
        """The shares in the lots of each portfolio, by symbol."""
        sums = exact_sum("shares", lots.c.quantity)
        group = (lots.c.portfolio_id, lots.c.symbol)
        columns = (_raw(lots.c.portfolio_id), (literal("stock:") + lots.c.symbol).label("commodity"))
        return self._sums(select(*columns, *sums.columns).where(OPEN_LOTS, self._of(lots)).group_by(*group))

    def fees(self) -> Sums:
        """What was posted to fees for each portfolio."""
        sums = exact_sum("fees", postings.c.units)
        group = (postings.c.portfolio_id, postings.c.commodity)
        columns = (_raw(postings.c.portfolio_id), postings.c.commodity)
        is_fee = postings.c.account == LedgerAccount.FEES.value
        return self._sums(select(*columns, *sums.columns).where(is_fee, is_posted(self._portfolio_id)).group_by(*group))

    def holds(self) -> Iterator[HoldRow]:
        """What open orders hold."""
        columns = (_raw(reservations.c.order_id), _raw(reservations.c.portfolio_id), reservations.c.symbol)
        is_buy = reservations.c.cash.is_not(None).label("is_buy")
        query = select(*columns, _whole(reservations.c.shares), is_buy).where(HELD, self._of(reservations))
        for order_id, portfolio_id, symbol, shares, is_buy in self._connection.execute(
            query.order_by(reservations.c.order_id)
        ):
            yield HoldRow(order_id, portfolio_id, symbol, shares, is_buy=bool(is_buy))

    def trades(self) -> Iterator[TradeRow]:
        """Every execution that was booked, by its id."""
        shares, cash = postings.alias("shares"), postings.alias("cash")
        query = (
            select(
                _raw(transactions.c.execution_id),
                _raw(transactions.c.order_id),
                _raw(transactions.c.portfolio_id),
                _whole(transactions.c.booked_at),
                shares.c.commodity.label("commodity"),
                shares.c.units.label("shares"),
                cash.c.commodity.label("currency"),
                (-cash.c.units).label("value"),
            )
            .outerjoin_from(transactions, shares, _line_of(shares, LedgerAccount.SHARES))
            .outerjoin(cash, _line_of(cash, LedgerAccount.CASH))
            .where(transactions.c.execution_id.is_not(None), self._of(transactions))
            .order_by(transactions.c.execution_id, transactions.c.id)
        )
        for page in row_pages(self._connection, query):
            yield from map(TradeRow._make, page)

    def _sums(self, query: Select[Any]) -> Sums:
        return {
            Holding(portfolio_id, commodity): whole_sum(upper, lower)
            for page in row_pages(self._connection, query)
            for portfolio_id, commodity, upper, lower in page
        }

    def _of(self, table: Any) -> ColumnElement[bool]:
        if self._portfolio_id is None:
            return true()
        mine: ColumnElement[bool] = table.c.portfolio_id == self._portfolio_id
        return mine


def _raw(column: Any) -> ColumnElement[Any]:
    """An id as the database keeps it, under the column's own name."""
    return type_coerce(column, NullType()).label(column.name)


def _whole(column: Any) -> ColumnElement[int]:
    """The whole number that stands in the table, under the column's own name."""
    return type_coerce(column, BigInteger).label(column.name)


def _line_of(posting: Any, account: LedgerAccount) -> ColumnElement[bool]:
    line: ColumnElement[bool] = (posting.c.transaction_id == transactions.c.id) & (posting.c.account == account.value)
    return line
