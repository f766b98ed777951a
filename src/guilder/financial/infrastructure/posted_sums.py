"""All postings of the ledger, added up by the database in one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, false, func, or_, select, true, type_coerce
from sqlalchemy.types import NullType

from guilder.core.exact_sums import exact_sum, whole_sum
from guilder.core.row_pages import row_pages
from guilder.financial.domain.transaction import LedgerAccount, TransactionKind
from guilder.financial.infrastructure.tables import postings, transactions
from guilder.published.proof import Holding, RowId, Sums
from guilder.shared.ids import PortfolioId


class Posted(NamedTuple):
    """What came into one account of one portfolio, or went out of it: in trades, or in all else."""

    portfolio_id: RowId
    account: str
    commodity: str
    is_trade: bool
    came_in: bool
    lines: int
    strays: int
    """Postings whose portfolio has no such transaction."""
    units: int
    """What went out is negative."""


@dataclass(frozen=True, slots=True)
class PostedSums:
    """The sums of some postings."""

    rows: Sequence[Posted]

    @property
    def lines(self) -> int:
        return sum(row.lines for row in self.rows)

    @property
    def strays(self) -> int:
        return sum(row.strays for row in self.rows)

    def came_in(self) -> Sums:
        return _summed(row for row in self.rows if row.came_in)

    def went_out(self) -> Sums:
        return _less(_summed(row for row in self.rows if not row.came_in))

    def in_account(self, account: LedgerAccount) -> Sums:
        """What is left in an account."""
        return _summed(row for row in self.rows if row.account == account)

    def paid_in_trades(self) -> Sums:
        """What trades took out of cash; what they brought is negative."""
        return _less(_summed(row for row in self.rows if row.account == LedgerAccount.CASH and row.is_trade))


def is_posted(portfolio_id: PortfolioId | None) -> ColumnElement[bool]:
    """The postings of one portfolio, found by its transactions, which have an index; or all."""
    if portfolio_id is None:
        return true()
    mine = select(transactions.c.id).where(transactions.c.portfolio_id == portfolio_id)
    return postings.c.transaction_id.in_(mine)


def posted_sums(connection: Connection, which: ColumnElement[bool]) -> PostedSums:
    """Add up those postings."""
    units = exact_sum("units", postings.c.units)
    is_stray = or_(transactions.c.id.is_(None), transactions.c.portfolio_id != postings.c.portfolio_id)
    is_trade = func.coalesce(transactions.c.kind == TransactionKind.TRADE.value, false()).label("is_trade")
    came_in = (postings.c.units > 0).label("came_in")
    key = (postings.c.portfolio_id, postings.c.account, postings.c.commodity, is_trade, came_in)
    query = (
        select(
            type_coerce(postings.c.portfolio_id, NullType()).label("portfolio_id"),
            *key[1:],
            func.count().label("lines"),
            func.count().filter(is_stray).label("strays"),
            *units.columns,
        )
        .outerjoin_from(postings, transactions, transactions.c.id == postings.c.transaction_id)
        .where(which)
        .group_by(*key)
    )
    return PostedSums([_posted(*row) for page in row_pages(connection, query) for row in page])


def _posted(
    portfolio_id: RowId,
    account: str,
    commodity: str,
    is_trade: Any,
    came_in: Any,
    lines: int,
    strays: int,
    upper: Any,
    lower: Any,
) -> Posted:
    units = whole_sum(upper, lower)
    return Posted(portfolio_id, account, commodity, bool(is_trade), bool(came_in), lines, strays, units)


def _summed(rows: Iterable[Posted]) -> Sums:
    sums = Counter[Holding]()
    for row in rows:
        sums[Holding(row.portfolio_id, row.commodity)] += row.units
    return sums


def _less(sums: Sums) -> Sums:
    """The same with the other sign."""
    return {holding: -units for holding, units in sums.items()}
