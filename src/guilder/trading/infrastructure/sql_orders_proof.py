"""Proves the orders from their rows, and tells their executions, so that they can be laid beside the books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from functools import cache, cached_property
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.types import NullType

from guilder.core.exact_sums import exact_sum, sum_again, sum_of, whole_sum
from guilder.core.row_pages import row_pages
from guilder.published.proof import MOST_NAMED, Equation, Finding, Holding, HoldRow, RowId, Sums, TradeRow, counted
from guilder.published.trading import Side
from guilder.shared.currency import Currency
from guilder.shared.errors import InvalidError
from guilder.shared.ids import PortfolioId
from guilder.shared.money import Money
from guilder.trading.domain.order_status import OPEN_STATUSES, OrderStatus
from guilder.trading.infrastructure.tables import executions, orders

_IS_OPEN: Final = type_coerce(orders.c.is_open, Integer) == 1
_COMMODITY: Final = (literal("stock:") + orders.c.symbol).label("commodity")


class _Filled(NamedTuple):
    """The orders of one portfolio, symbol and side, and what their executions come to; in billionths of a share."""

    holding: Holding
    currency: str
    side: str
    orders: int
    fills: int
    off: int
    """Orders that are not filled by what their executions come to."""
    stated: int
    executed: int
    sliced: int
    """What the slices of these orders are filled by; their executions are their own."""
    fees: int
    """Ten-thousandths of the currency."""


class SqlOrdersProof:
    """`TradeProof` of orders and executions, on the snapshot of one connection."""

    def __init__(self, connection: Connection, portfolio_id: PortfolioId | None = None) -> None:
        self._connection = connection
        self._mine = true() if portfolio_id is None else orders.c.portfolio_id == portfolio_id
        of_order = orders.c.id == executions.c.order_id
        self._fills = select(executions.c.id).outerjoin_from(executions, orders, of_order).where(self._mine)
        self._executed = _by_order(None if portfolio_id is None else select(orders.c.id).where(self._mine))
        self._sliced = _by_parent(self._mine)
        has_fills, has_slices = (orders.c.id == filled.c.order_id for filled in (self._executed, self._sliced))
        with_fills = select(orders.c.id).outerjoin_from(orders, self._executed, has_fills)
        self._filled = with_fills.outerjoin(self._sliced, has_slices).where(self._mine)

    def findings(self) -> Sequence[Finding]:
        """Every order is filled by what its executions and slices come to, and its status is that of its figures."""
        stated = sum(row.stated for row in self._sums)
        executed = sum(row.executed + row.sliced for row in self._sums)
        placed, fills = sum(row.orders for row in self._sums), sum(row.fills for row in self._sums)
        return [
            Finding(
                "orders_match_executions",
                "filled quantity of orders = executions and slices",
                f"{counted(placed, 'order')}, {counted(fills, 'execution')}",
                [Equation("shares", Decimal(stated).scaleb(-9), Decimal(executed).scaleb(-9))],
                [*(self._miscounted() if any(row.off for row in self._sums) else ()), *self._mislabeled()],
            )
        ]

    def positions(self) -> Sums:
        """What was bought less what was sold, by portfolio and symbol."""
        sums = Counter[Holding]()
        for row in self._sums:
            sums[row.holding] += row.executed if row.side == Side.BUY else -row.executed
        return {holding: shares for holding, shares in sums.items() if shares}

    def fees(self) -> Sums:
        """What executions cost besides their price."""
        sums = Counter[Holding]()
        for row in self._sums:
            sums[Holding(row.holding.portfolio_id, row.currency)] += row.fees
        return {holding: fees for holding, fees in sums.items() if fees}

    @cached_property
    def _sums(self) -> Sequence[_Filled]:
        """All orders and executions, added up by the database in one pass."""
        stated, executed = exact_sum("stated", orders.c.filled_quantity), sum_again("executed", self._executed)
        sliced, fees = sum_again("sliced", self._sliced), sum_again("fees", self._executed)
        key = (orders.c.portfolio_id, orders.c.symbol, orders.c.currency, orders.c.side)
        query = self._filled.with_only_columns(
            _raw(orders.c.portfolio_id),
            _COMMODITY,
            orders.c.currency,
            orders.c.side,
            func.count().label("orders"),
            func.coalesce(func.sum(self._executed.c.fills), 0).label("fills"),
            func.count().filter(self._is_off).label("off"),
            *stated.columns,
            *executed.columns,
            *sliced.columns,
            *fees.columns,
        ).group_by(*key)
        return [_filled(*row) for page in row_pages(self._connection, query) for row in page]

    def trades(self) -> Iterator[TradeRow]:
        """Every execution, by its id, at the value that its price says."""
        query = self._fills.with_only_columns(
            _raw(executions.c.id),
            _raw(executions.c.order_id),
            _raw(orders.c.portfolio_id),
            _whole(executions.c.at),
            _COMMODITY,
            _signed(_whole(executions.c.quantity)),
            orders.c.currency,
            type_coerce(executions.c.price, NullType()),
            func.coalesce(_whole(executions.c.fee), 0),
        ).order_by(executions.c.id)
        for page in row_pages(self._connection, query):
            for id, order_id, portfolio_id, at, commodity, shares, currency, price, fee in page:
                value = _value(price, shares, currency)
                paid = None if value is None else value + fee
                yield TradeRow(id, order_id, portfolio_id, at, commodity, shares, currency, paid)

    def holds(self) -> Iterator[HoldRow]:
        """What every open order needs; slices hold nothing, since their parents do."""
        leaves = _whole(orders.c.quantity) - _whole(orders.c.filled_quantity)
        columns = (_raw(orders.c.id), _raw(orders.c.portfolio_id), orders.c.symbol, leaves)
        query = select(*columns, orders.c.side).where(_IS_OPEN, orders.c.parent_id.is_(None), self._mine)
        for order_id, portfolio_id, symbol, shares, side in self._connection.execute(query.order_by(orders.c.id)):
            yield HoldRow(order_id, portfolio_id, symbol, shares, is_buy=side == Side.BUY.value)

    @property
    def _is_off(self) -> ColumnElement[bool]:
        executed, sliced = sum_of("executed", self._executed).whole, sum_of("sliced", self._sliced).whole
        return _whole(orders.c.filled_quantity) != func.coalesce(executed, 0) + func.coalesce(sliced, 0)

    def _miscounted(self) -> list[str]:
        executed, sliced = sum_of("executed", self._executed), sum_of("sliced", self._sliced)
        columns = (orders.c.id, orders.c.filled_quantity, *executed.columns, *sliced.columns)
        query = self._filled.with_only_columns(*columns)
        return [
            f"order {row.id} says that {row.filled_quantity} shares were filled, and "
            f"{Decimal(executed.of_row(row) + sliced.of_row(row)).scaleb(-9)} were executed"
            for row in self._some(query.where(self._is_off).order_by(orders.c.id))
        ]

    def _mislabeled(self) -> list[str]:
        is_full = orders.c.filled_quantity == orders.c.quantity
        has_ended_full = orders.c.status == OrderStatus.FILLED.value
        is_open = orders.c.status.in_([status.value for status in OPEN_STATUSES])
        off = or_(
            and_(is_full, ~has_ended_full),
            and_(~is_full, has_ended_full),
            and_(_IS_OPEN, ~is_open),
            and_(~_IS_OPEN, is_open),
        )
        query = select(orders.c.id, orders.c.status).where(off, self._mine).order_by(orders.c.id)
        return [f"order {row.id} is not {row.status} by its figures" for row in self._some(query)]

    def _some(self, query: Select[Any]) -> Sequence[Any]:
        return self._connection.execute(query.limit(MOST_NAMED)).all()


def _filled(
    portfolio_id: RowId, commodity: str, currency: str, side: str, placed: int, fills: Any, off: int, *halves: Any
) -> _Filled:
    """`halves`: of the exact sums, in the order of their fields; the database adds up counts as what it likes."""
    sums = map(whole_sum, halves[::2], halves[1::2])
    return _Filled(Holding(portfolio_id, commodity), currency, side, placed, int(fills), off, *sums)


def _by_order(which: Select[Any] | None) -> Subquery:
    """How often each order was filled, by how many shares and at what fees; of all orders, or of those."""
    shares, fees = exact_sum("executed", executions.c.quantity), exact_sum("fees", executions.c.fee)
    each = select(executions.c.order_id, func.count().label("fills"), *shares.columns, *fees.columns)
    return (
        (each if which is None else each.where(executions.c.order_id.in_(which)))
        .group_by(executions.c.order_id)
        .subquery()
    )


def _by_parent(which: ColumnElement[bool]) -> Subquery:
    """By how many shares the slices of each order are filled."""
    shares = exact_sum("sliced", orders.c.filled_quantity)
    each = select(orders.c.parent_id.label("order_id"), *shares.columns).where(orders.c.parent_id.is_not(None), which)
    return each.group_by(orders.c.parent_id).subquery()


def _value(price: Any, shares: int, currency: str | None) -> int | None:
    """What a trade must have been booked for, in ten-thousandths; None when it could not be booked at all.

    Databases do not round as the books do, so it is not theirs to compute.
    """
    try:
        amount = (Decimal(price) * shares).scaleb(-9)
        return int(Money(amount, _currency(currency)).rounded().amount.scaleb(4))
    except (InvalidError, InvalidOperation):
        return None


@cache
def _currency(stored: Any) -> Currency:
    """Currencies are looked up once; there are few."""
    return Currency(str(stored))


def _signed(shares: ColumnElement[int]) -> ColumnElement[int]:
    """What was sold is negative."""
    return case((orders.c.side == Side.BUY.value, shares), else_=-shares).label("shares")


def _raw(column: Any) -> ColumnElement[Any]:
    """An id as the database keeps it, under the column's own name."""
    return type_coerce(column, NullType()).label(column.name)


def _whole(column: Any) -> ColumnElement[int]:
    """The whole number that is stored, whatever it stands for."""
    return type_coerce(column, BigInteger)
