"""Orders and executions, row by row, so that they can be laid beside what was reserved and booked for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Table,
    and_,
    func,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.types import NullType

from guilder.core.exact_sums import exact_sum
from guilder.published.trading import Side
from guilder.shared.quantity import format_decimal
from guilder.trading.domain.order import OPEN_STATUSES, OrderStatus
from guilder.trading.infrastructure.tables import executions, orders

MOST_NAMED: Final = 20
"""Rows that one look names; where more are wrong, they are too many to read."""

_PAGE: Final = 2_000
_IS_OPEN: Final = type_coerce(orders.c.is_open, Integer) == 1


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order that still holds something; `leaves` in billionths of a share."""

    order_id: UUID
    portfolio_id: UUID
    symbol: str
    leaves: int
    is_buy: bool


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution and the terms of its order: `shares` in billionths; `price` as it is written in the table.

    `fee` in ten-thousandths.
    """

    execution_id: UUID
    order_id: UUID
    portfolio_id: UUID | None
    at: int
    symbol: str | None
    is_buy: bool
    shares: int
    currency: str | None
    price: str
    fee: int


@dataclass(frozen=True, slots=True)
class OrdersProof:
    """What the rows add up to; the list names the orders that do not agree with their executions."""

    orders: int
    executions: int
    miscounted: Sequence[str]


class SqlFills:
    """Reads on the snapshot of one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def prove(self) -> OrdersProof:
        """Add up the executions of each order."""
        return OrdersProof(self._count(orders), self._count(executions), [*self._miscounted(), *self._mislabeled()])

    def open_orders(self) -> Iterator[OpenOrder]:
        """Every order that can still be filled, and holds something for it: not those of slices, whose parents do."""
        leaves = _units(orders.c.quantity) - _units(orders.c.filled_quantity)
        columns = (orders.c.id, orders.c.portfolio_id, orders.c.symbol, orders.c.side)
        for row in self._connection.execute(
            select(*columns, leaves.label("leaves")).where(_IS_OPEN, orders.c.parent_id.is_(None))
        ):
            yield OpenOrder(row.id, row.portfolio_id, row.symbol, row.leaves, row.side == Side.BUY.value)

    def fills(self) -> Iterator[Fill]:
        """Every execution, by its id."""
        query = (
            select(
                executions.c.id,
                executions.c.order_id,
                orders.c.portfolio_id,
                _units(executions.c.at).label("at"),
                orders.c.symbol,
                orders.c.side,
                _units(executions.c.quantity).label("shares"),
                orders.c.currency,
                type_coerce(executions.c.price, NullType()).label("price"),
                func.coalesce(_units(executions.c.fee), 0).label("fee"),
            )
            .outerjoin_from(executions, orders, orders.c.id == executions.c.order_id)
            .order_by(executions.c.id)
        )
        for row in self._connection.execute(query.execution_options(yield_per=_PAGE)):
            is_buy = row.side == Side.BUY.value
            yield Fill(
                row.id,
                row.order_id,
                row.portfolio_id,
                row.at,
                row.symbol,
                is_buy,
                row.shares,
                row.currency,
                str(row.price),
                row.fee,
            )

    def _miscounted(self) -> list[str]:
        """The orders that are not filled by what their executions, or those of their slices, come to."""
        stated = select(orders.c.id.label("order_id"), _units(orders.c.filled_quantity).label("units"))
        filled = select(executions.c.order_id, -_units(executions.c.quantity))
        filled_in_slices = (
            select(orders.c.parent_id, -_units(executions.c.quantity))
            .join_from(executions, orders, orders.c.id == executions.c.order_id)
            .where(orders.c.parent_id.is_not(None))
        )
        together = union_all(stated, filled, filled_in_slices).subquery()
        sums = exact_sum("units", together.c.units)
        off = select(together.c.order_id, *sums.columns).group_by(together.c.order_id).having(sums.is_not_zero)
        return [
            f"order {row.order_id} says that {_shares(sums.of_row(row))} more shares were filled than were executed"
            for row in self._some(off.order_by(together.c.order_id))
        ]

    def _mislabeled(self) -> list[str]:
        """The orders whose status is not that of their figures."""
        is_full = orders.c.filled_quantity == orders.c.quantity
        has_ended_full = orders.c.status == OrderStatus.FILLED.value
        is_open = orders.c.status.in_([status.value for status in OPEN_STATUSES])
        off = or_(
            and_(is_full, ~has_ended_full),
            and_(~is_full, has_ended_full),
            and_(_IS_OPEN, ~is_open),
            and_(~_IS_OPEN, is_open),
        )
        query = select(orders.c.id, orders.c.status).where(off).order_by(orders.c.id)
        return [f"order {row.id} is not {row.status} by its figures" for row in self._some(query)]

    def _count(self, table: Table) -> int:
        return int(self._connection.execute(select(func.count()).select_from(table)).scalar_one())

    def _some(self, query: Select[Any]) -> Sequence[Any]:
        return self._connection.execute(query.limit(MOST_NAMED)).all()


def _units(column: ColumnElement[Any]) -> ColumnElement[int]:
    """The whole number that is stored, whatever it stands for."""
    return type_coerce(column, BigInteger)


def _shares(units: int) -> str:
    return format_decimal(Decimal(units).scaleb(-9))
