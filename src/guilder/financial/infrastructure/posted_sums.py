"""All postings of the ledger, added up by the database in one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, case, false, func, or_, select, type_coerce
from sqlalchemy.types import NullType

from guilder.core.exact_sums import exact_sum
from guilder.financial.domain.transaction import LedgerAccount, TransactionKind
from guilder.financial.infrastructure.tables import postings, transactions
from guilder.published.proof import Holding, RowId, Sums


class Posted(NamedTuple):
    """What came into one account of one portfolio, and what went out of it: in trades, or in all else."""

    portfolio_id: RowId
    account: str
    commodity: str
    is_trade: bool
    lines: int
    strays: int
    """Postings whose portfolio has no such transaction."""
    came_in: int
    went_out: int


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
        return _summed(self.rows, lambda row: row.came_in)

    def went_out(self) -> Sums:
        return _summed(self.rows, lambda row: row.went_out)

    def in_account(self, account: LedgerAccount) -> Sums:
        """What is left in an account."""
        return _summed((row for row in self.rows if row.account == account), lambda row: row.came_in - row.went_out)

    def paid_in_trades(self) -> Sums:
        """What trades took out of cash; what they brought is negative."""
        paid = (row for row in self.rows if row.account == LedgerAccount.CASH and row.is_trade)
        return _summed(paid, lambda row: row.went_out - row.came_in)


def posted_sums(connection: Connection, which: ColumnElement[bool]) -> PostedSums:
    """Add up those postings."""
    is_in, units = postings.c.units > 0, postings.c.units
    came_in = exact_sum("came_in", case((is_in, units), else_=0))
    went_out = exact_sum("went_out", case((is_in, 0), else_=-units))
    is_stray = or_(transactions.c.id.is_(None), transactions.c.portfolio_id != postings.c.portfolio_id)
    is_trade = func.coalesce(transactions.c.kind == TransactionKind.TRADE.value, false()).label("is_trade")
    key = (postings.c.portfolio_id, postings.c.account, postings.c.commodity, is_trade)
    query = (
        select(
            type_coerce(postings.c.portfolio_id, NullType()).label("portfolio_id"),
            *key[1:],
            func.count().label("lines"),
            func.count().filter(is_stray).label("strays"),
            *came_in.columns,
            *went_out.columns,
        )
        .outerjoin_from(postings, transactions, transactions.c.id == postings.c.transaction_id)
        .where(which)
        .group_by(*key)
    )
    return PostedSums(
        [
            Posted(
                row.portfolio_id,
                row.account,
                row.commodity,
                bool(row.is_trade),
                row.lines,
                row.strays,
                came_in.of_row(row),
                went_out.of_row(row),
            )
            for row in connection.execute(query)
        ]
    )


def _summed(rows: Iterable[Posted], units: Callable[[Posted], int]) -> Sums:
    sums = Counter[Holding]()
    for row in rows:
        sums[Holding(row.portfolio_id, row.commodity)] += units(row)
    return sums
