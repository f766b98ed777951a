"""The rows of orders that are worked in slices, beside their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from guilder.shared.ids import OrderId
from guilder.shared.quantity import Quantity
from guilder.trading.domain.order import Order
from guilder.trading.domain.slicing.slice_plan import SlicePlan
from guilder.trading.domain.slicing.slice_schedule import Slice
from guilder.trading.domain.slicing.slicing_terms import Algorithm, SlicingTerms
from guilder.trading.infrastructure.tables import executions, orders, slices

_SECOND = timedelta(seconds=1)


def slicing_columns(order: Order) -> dict[str, Any]:
    """What an order's own row says of its slices; all empty for one that is worked whole."""
    slicing = order.ticket.slicing
    return {
        "parent_id": order.parent_id,
        "algorithm": None if slicing is None else slicing.algorithm.value,
        "horizon_seconds": None if slicing is None or slicing.horizon is None else slicing.horizon // _SECOND,
        "interval_seconds": None if slicing is None else slicing.interval // _SECOND,
        "slices_placed": None if order.plan is None else order.plan.placed,
    }


def slicing_terms(row: Any) -> SlicingTerms | None:
    """The terms that a row holds."""
    if row.algorithm is None:
        return None
    horizon = None if row.horizon_seconds is None else row.horizon_seconds * _SECOND
    return SlicingTerms(Algorithm(row.algorithm), horizon, row.interval_seconds * _SECOND)


def slice_rows(plan: SlicePlan, order_id: OrderId) -> Iterable[dict[str, Any]]:
    """A row for each slice; they never change."""
    for number, one in enumerate(plan.slices):
        yield {"order_id": order_id, "number": number, "due_at": one.due_at, "quantity": one.quantity.value}


def read_plans(connection: Connection, rows: Sequence[Any]) -> Mapping[Any, SlicePlan]:
    """The plans of those orders that have one."""
    placed = {row.id: row.slices_placed for row in rows if row.algorithm is not None}
    if not placed:
        return {}
    planned: dict[Any, list[Slice]] = {}
    of_these = select(slices).where(slices.c.order_id.in_(list(placed))).order_by(slices.c.order_id, slices.c.number)
    for row in connection.execute(of_these):
        planned.setdefault(row.order_id, []).append(Slice(row.due_at, Quantity(row.quantity)))
    working: dict[Any, set[OrderId]] = {}
    open_children = (orders.c.parent_id.in_(list(placed))) & (orders.c.is_open == 1)
    for row in connection.execute(select(orders.c.id, orders.c.parent_id).where(open_children)):
        working.setdefault(row.parent_id, set()).add(OrderId(row.id))
    return {
        order_id: SlicePlan(tuple(planned[order_id]), count, frozenset(working.get(order_id, ())))
        for order_id, count in placed.items()
    }


def read_fills(connection: Connection, rows: Sequence[Any]) -> Iterable[tuple[Any, Row[Any]]]:
    """The executions of these orders in order, each with the id of the order that it counts for.

    Those of a slice count for the order of the slice, and for the order that was sliced.
    """
    ids = [row.id for row in rows]
    own = select(executions).where(executions.c.order_id.in_(ids)).order_by(executions.c.id)
    for row in connection.execute(own):
        yield row.order_id, row
    parents = [row.id for row in rows if row.algorithm is not None]
    if parents:
        of_slices = (
            select(executions, orders.c.parent_id)
            .join_from(executions, orders, orders.c.id == executions.c.order_id)
            .where(orders.c.parent_id.in_(parents))
            .order_by(executions.c.id)
        )
        for row in connection.execute(of_slices):
            yield row.parent_id, row
