"""Proves the books from their rows: what was posted, and what the portfolios say that they hold, must agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    TextClause,
    func,
    select,
    true,
    type_coerce,
)
from sqlalchemy.types import NullType

from guilder.core.exact_sums import exact_sum, whole_sum
from guilder.core.row_pages import row_pages
from guilder.financial.domain.transaction import LedgerAccount, TransactionKind
from guilder.financial.infrastructure.posted_sums import PostedSums, is_posted, posted_sums
from guilder.financial.infrastructure.sql_bookings import SqlBookings
from guilder.financial.infrastructure.tables import (
    HELD,
    OPEN_LOTS,
    lots,
    portfolios,
    postings,
    reservations,
    transactions,
)
from guilder.published.proof import MOST_NAMED, Balance, Finding, Holding, HoldRow, Sums, TradeRow, counted, told_amount
from guilder.shared.ids import PortfolioId

_IS_TRADE: Final = transactions.c.kind == TransactionKind.TRADE.value


class SqlBooksProof:
    """`TradeProof` of the ledger and of the portfolios, on the snapshot of one connection."""

    def __init__(self, connection: Connection, portfolio_id: PortfolioId | None = None) -> None:
        self._connection = connection
        self._portfolio_id = portfolio_id
        self._bookings = SqlBookings(connection, portfolio_id)

    def findings(self) -> Sequence[Finding]:
        return [self._balanced(), self._shares(), self._cash(), self._gains(), self._costs(), self._reserved()]

    def positions(self) -> Sums:
        return self._bookings.positions()

    def fees(self) -> Sums:
        return self._bookings.fees()

    def trades(self) -> Iterator[TradeRow]:
        return self._bookings.trades()

    def holds(self) -> Iterator[HoldRow]:
        return self._bookings.holds()

    def _balanced(self) -> Finding:
        booked = self._count(select(transactions.c.id).where(self._of(transactions)))
        return Finding(
            "postings_sum_to_zero",
            "postings in = postings out",
            f"{counted(self._posted.lines, 'posting')} of {counted(booked, 'transaction')}",
            Balance.of(self._posted.came_in(), self._posted.went_out()).equations,
            [*self._unbalanced(), *(self._strays() if self._posted.strays else ()), *self._idle()],
        )

    def _shares(self) -> Finding:
        balance = Balance.of(self.positions(), self._posted.in_account(LedgerAccount.SHARES))
        return Finding(
            "positions_match_postings",
            "shares in lots = postings to shares",
            counted(self._count(select(lots.c.id).where(OPEN_LOTS, self._of(lots))), "open lot"),
            balance.equations,
            [f"the lots of portfolio {whose} hold {more} more than was posted" for whose, more in balance.differences],
        )

    def _cash(self) -> Finding:
        balance = Balance.of(self._kept(portfolios.c.settled), self._posted.in_account(LedgerAccount.CASH))
        return Finding(
            "cash_matches_postings",
            "cash of portfolios = postings to cash",
            self._portfolios(),
            balance.equations,
            [f"the cash of portfolio {whose} is {more} more than was posted" for whose, more in balance.differences],
        )

    def _gains(self) -> Finding:
        balance = Balance.of(self._realized, self._summed(transactions.c.realized_pnl, true()))
        return Finding(
            "gains_match_trades",
            "realized gain of portfolios = gains of trades",
            self._portfolios(),
            balance.equations,
            [
                f"the realized gain of portfolio {whose} is {more} more than that of its trades"
                for whose, more in balance.differences
            ],
        )

    def _costs(self) -> Finding:
        """What was paid in all trades is either still in the lots, or was realized."""
        spent = Counter(self._posted.paid_in_trades())
        spent.update(self._realized)
        balance = Balance.of(self._summed(lots.c.cost_basis, OPEN_LOTS), spent)
        return Finding(
            "costs_match_trades",
            "cost of lots = paid in trades + realized gain",
            self._portfolios(),
            balance.equations,
            [
                f"the lots of portfolio {whose} cost {more} more than was paid for them"
                for whose, more in balance.differences
            ],
        )

    def _reserved(self) -> Finding:
        balance = Balance.of(self._kept(portfolios.c.reserved), self._summed(reservations.c.cash, HELD))
        return Finding(
            "reserved_cash_matches_reservations",
            "reserved cash of portfolios = cash in reservations",
            self._portfolios(),
            balance.equations,
            [
                f"portfolio {whose} has reserved {more} more than its reservations hold"
                for whose, more in balance.differences
            ],
        )

    @cached_property
    def _realized(self) -> Sums:
        return self._kept(portfolios.c.realized_pnl)

    @cached_property
    def _posted(self) -> PostedSums:
        return posted_sums(self._connection, self._is_posted)

    def _unbalanced(self) -> list[str]:
        sums = exact_sum("units", postings.c.units)
        group = (postings.c.transaction_id, postings.c.commodity)
        query = select(*group, *sums.columns).where(self._is_posted).group_by(*group).having(sums.is_not_zero)
        return [
            f"the postings of transaction {row.transaction_id} sum to {told_amount(sums.of_row(row), row.commodity)}"
            for row in self._some(query.order_by(*group))
        ]

    def _strays(self) -> list[str]:
        own = transactions.c.id == postings.c.transaction_id
        strays = select(postings.c.transaction_id, postings.c.line).outerjoin_from(postings, transactions, own)
        is_stray = transactions.c.id.is_(None) | (transactions.c.portfolio_id != postings.c.portfolio_id)
        return [
            f"posting {row.line} of transaction {row.transaction_id}: its portfolio has no such transaction"
            for row in self._some(strays.where(self._is_posted, is_stray))
        ]

    def _idle(self) -> list[str]:
        has_postings = select(postings.c.line).where(transactions.c.id == postings.c.transaction_id).exists()
        mine = select(transactions.c.id).where(self._of(transactions))
        return [
            *(f"transaction {row.id} has no postings" for row in self._some(mine.where(~has_postings))),
            *(
                f"transaction {row.id} is a trade without an execution"
                for row in self._some(mine.where(_IS_TRADE, transactions.c.execution_id.is_(None)))
            ),
        ]

    def _kept(self, amount: Column[Any]) -> Sums:
        """An amount that stands in each portfolio, in its base currency."""
        query = select(_raw(portfolios.c.id), portfolios.c.base_currency, _raw(amount))
        rows = self._connection.execute(query.where(self._of(portfolios, "id")))
        return {Holding(id, currency): units for id, currency, units in rows}

    def _summed(self, amount: Column[Any], which: ColumnElement[bool] | TextClause) -> Sums:
        """The sum of an amount that stands in rows of each portfolio, in its base currency."""
        table, sums = amount.table, exact_sum("units", amount)
        key = (portfolios.c.id, portfolios.c.base_currency)
        query = select(_raw(portfolios.c.id), key[1], *sums.columns).join_from(
            portfolios, table, table.c.portfolio_id == portfolios.c.id
        )
        query = query.where(which, amount.is_not(None), self._of(portfolios, "id")).group_by(*key)
        return {
            Holding(portfolio_id, currency): whole_sum(upper, lower)
            for page in row_pages(self._connection, query)
            for portfolio_id, currency, upper, lower in page
        }

    def _of(self, table: FromClause, column: str = "portfolio_id") -> ColumnElement[bool]:
        """The rows of the portfolio that is looked at; all, when it is the house."""
        return true() if self._portfolio_id is None else table.c[column] == self._portfolio_id

    @property
    def _is_posted(self) -> ColumnElement[bool]:
        return is_posted(self._portfolio_id)

    def _portfolios(self) -> str:
        return counted(self._count(select(portfolios.c.id).where(self._of(portfolios, "id"))), "portfolio")

    def _count(self, rows: Select[Any]) -> int:
        return int(self._connection.execute(select(func.count()).select_from(rows.subquery())).scalar_one())

    def _some(self, query: Select[Any]) -> Sequence[Any]:
        return self._connection.execute(query.limit(MOST_NAMED)).all()


def _raw(column: Column[Any]) -> ColumnElement[Any]:
    """What stands in the table, under the column's own name."""
    return type_coerce(column, NullType()).label(column.name)
