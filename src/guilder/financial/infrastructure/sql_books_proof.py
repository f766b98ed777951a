"""Proves the books from their rows: what was posted, and what the portfolios say that they hold, must agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, func, literal, select, type_coerce, union_all

from guilder.core.exact_sums import exact_sum
from guilder.financial.domain.transaction import LedgerAccount, TransactionKind
from guilder.financial.infrastructure.ledger_rows import decimals_of
from guilder.financial.infrastructure.tables import (
    HELD,
    OPEN_LOTS,
    lots,
    portfolios,
    postings,
    reservations,
    transactions,
)
from guilder.shared.quantity import format_decimal

MOST_NAMED: Final = 20
"""Rows that one look names; where more are wrong, they are too many to read."""

_IS_TRADE: Final = transactions.c.kind == TransactionKind.TRADE.value


@dataclass(frozen=True, slots=True)
class BooksProof:
    """What the rows add up to. Each list names the rows that do not agree; it is empty when all do."""

    transactions: int
    postings: int
    portfolios: int
    open_lots: int
    unbalanced: Sequence[str]
    shares_off: Sequence[str]
    cash_off: Sequence[str]
    profit_off: Sequence[str]
    reserved_off: Sequence[str]


class SqlBooksProof:
    """Adds up the tables of this room, on the snapshot of one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def prove(self) -> BooksProof:
        return BooksProof(
            transactions=self._count(select(transactions)),
            postings=self._count(select(postings)),
            portfolios=self._count(select(portfolios)),
            open_lots=self._count(select(lots).where(OPEN_LOTS)),
            unbalanced=[*self._unbalanced(), *self._out_of_place()],
            shares_off=self._shares_off(),
            cash_off=self._cash_off(),
            profit_off=[*self._realized_off(), *self._cost_off()],
            reserved_off=self._reserved_off(),
        )

    def _unbalanced(self) -> list[str]:
        sums = exact_sum("units", postings.c.units)
        group = (postings.c.transaction_id, postings.c.commodity)
        query = select(*group, *sums.columns).group_by(*group).having(sums.is_not_zero).order_by(*group)
        return [
            f"the postings of transaction {row.transaction_id} sum to {_amount(sums.of_row(row), row.commodity)}"
            for row in self._some(query)
        ]

    def _out_of_place(self) -> list[str]:
        own = transactions.c.id == postings.c.transaction_id
        strays = select(postings.c.transaction_id, postings.c.line).outerjoin_from(postings, transactions, own)
        is_stray = transactions.c.id.is_(None) | (transactions.c.portfolio_id != postings.c.portfolio_id)
        empty = select(transactions.c.id).where(~select(postings.c.line).where(own).exists())
        idle = select(transactions.c.id).where(_IS_TRADE, transactions.c.execution_id.is_(None))
        return [
            *(
                f"posting {row.line} of transaction {row.transaction_id}: its portfolio has no such transaction"
                for row in self._some(strays.where(is_stray))
            ),
            *(f"transaction {row.id} has no postings" for row in self._some(empty)),
            *(f"transaction {row.id} is a trade without an execution" for row in self._some(idle)),
        ]

    def _shares_off(self) -> list[str]:
        commodity = literal("stock:") + lots.c.symbol
        held = _amounts(lots.c.portfolio_id, commodity, _units(lots.c.quantity)).where(OPEN_LOTS)
        return [
            f"the lots of portfolio {portfolio} hold {too_much} more than was posted"
            for portfolio, too_much in self._differences(held, _posted_out_of(LedgerAccount.SHARES))
        ]

    def _cash_off(self) -> list[str]:
        return [
            f"the cash of portfolio {portfolio} is {too_much} more than was posted"
            for portfolio, too_much in self._differences(
                _of_portfolios(portfolios.c.settled), _posted_out_of(LedgerAccount.CASH)
            )
        ]

    def _realized_off(self) -> list[str]:
        gains = _of_portfolios(-_units(transactions.c.realized_pnl)).join(
            transactions, transactions.c.portfolio_id == portfolios.c.id
        )
        return [
            f"the realized gain of portfolio {portfolio} is {too_much} more than that of its trades"
            for portfolio, too_much in self._differences(
                _of_portfolios(portfolios.c.realized_pnl), gains.where(transactions.c.realized_pnl.is_not(None))
            )
        ]

    def _cost_off(self) -> list[str]:
        """What was paid in all trades is either still in the lots, or was realized."""
        in_lots = _of_portfolios(lots.c.cost_basis).join(lots, lots.c.portfolio_id == portfolios.c.id).where(OPEN_LOTS)
        paid = (
            _amounts(postings.c.portfolio_id, postings.c.commodity, postings.c.units)
            .join(transactions, transactions.c.id == postings.c.transaction_id)
            .where(_IS_TRADE, postings.c.account == LedgerAccount.CASH.value)
        )
        realized = _of_portfolios(-_units(portfolios.c.realized_pnl))
        return [
            f"the lots of portfolio {portfolio} cost {too_much} more than was paid for them"
            for portfolio, too_much in self._differences(in_lots, realized, paid)
        ]

    def _reserved_off(self) -> list[str]:
        held = _of_portfolios(-_units(reservations.c.cash)).join(
            reservations, reservations.c.portfolio_id == portfolios.c.id
        )
        return [
            f"portfolio {portfolio} has reserved {too_much} more than its reservations hold"
            for portfolio, too_much in self._differences(
                _of_portfolios(portfolios.c.reserved), held.where(HELD, reservations.c.cash.is_not(None))
            )
        ]

    def _differences(self, *parts: Select[Any]) -> list[tuple[Any, str]]:
        """Where parts that should cancel out do not: the portfolio, and what is left over."""
        together = union_all(*parts).subquery()
        sums = exact_sum("units", together.c.units)
        group = (together.c.portfolio_id, together.c.commodity)
        query = select(*group, *sums.columns).group_by(*group).having(sums.is_not_zero).order_by(*group)
        return [(row.portfolio_id, _amount(sums.of_row(row), row.commodity)) for row in self._some(query)]

    def _count(self, rows: Select[Any]) -> int:
        return int(self._connection.execute(select(func.count()).select_from(rows.subquery())).scalar_one())

    def _some(self, query: Select[Any]) -> Sequence[Any]:
        return self._connection.execute(query.limit(MOST_NAMED)).all()


def _amounts(portfolio_id: Any, commodity: Any, units: ColumnElement[int]) -> Select[Any]:
    return select(portfolio_id.label("portfolio_id"), commodity.label("commodity"), units.label("units"))


def _of_portfolios(units: ColumnElement[Any]) -> Select[Any]:
    """An amount in the base currency of each portfolio."""
    return _amounts(portfolios.c.id, portfolios.c.base_currency, _units(units)).select_from(portfolios)


def _posted_out_of(account: LedgerAccount) -> Select[Any]:
    """The postings of an account, the other way round."""
    turned = _amounts(postings.c.portfolio_id, postings.c.commodity, -postings.c.units)
    return turned.where(postings.c.account == account.value)


def _units(column: ColumnElement[Any]) -> ColumnElement[int]:
    """The whole number that is stored, whatever it stands for."""
    return type_coerce(column, BigInteger)


def _amount(units: int, commodity: str) -> str:
    amount = Decimal(units).scaleb(-decimals_of(commodity))
    return f"{format_decimal(amount)} {commodity.removeprefix('stock:')}"
