"""What an order writes: counted in the database, so that the peers write the same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Table, func, select, type_coerce
from sqlalchemy.types import NullType

from guilder.bootstrap.container import database_for
from guilder.core.settings import Settings
from guilder.core.tables import audit_notes, idempotency, outbox
from guilder.financial.infrastructure.tables import lots, portfolios, postings, reservations, transactions
from guilder.trading.infrastructure.tables import executions, orders

T = TypeVar("T")

LATEST_BY: Final[Mapping[Table, Any]] = {
    orders: orders.c.id,
    executions: executions.c.id,
    reservations: reservations.c.order_id,
    lots: lots.c.id,
    transactions: transactions.c.id,
    postings: postings.c.transaction_id,
    outbox: outbox.c.position,
    audit_notes: audit_notes.c.number,
    idempotency: idempotency.c.recorded_at,
}
"""The tables in which an order leaves rows, and what tells the latest of them. Beside them its portfolio's row is
written anew. What is written once for all orders of a commit (the writer's number, the head of the trail) is left
out, in favour of the peers, and so is all that the relay writes afterwards."""


@dataclass(frozen=True)
class Order:
    """All rows that one order writes, as they are stored, and its portfolio's row."""

    rows: Mapping[Table, list[dict[str, Any]]]
    portfolio: Mapping[str, Any]

    @property
    def size(self) -> int:
        """How many rows that is."""
        return sum(len(rows) for rows in self.rows.values()) + 1


def reading(settings: Settings, work: Callable[[Connection], T]) -> T:
    """What `work` finds in the database of these books."""

    async def read() -> T:
        database = database_for(settings)
        try:
            return await database.read(work)
        finally:
            await database.aclose()

    return asyncio.run(read())


def standing(settings: Settings) -> dict[str, int]:
    """How many rows stand in each of these tables, and how often a portfolio was written."""

    def count(connection: Connection) -> dict[str, int]:
        found = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in LATEST_BY
        }
        versions = connection.execute(select(func.sum(portfolios.c.version))).scalar_one()
        return {name: int(number) for name, number in {**found, portfolios.name: versions}.items()}

    return reading(settings, count)


def rows_of_an_order(settings: Settings, before: Mapping[str, int], accepted: int) -> Order:
    """Count what `accepted` buys have written since `before`, and look at the last of them.

    Raises:
        ValueError: they did not all write the same number of rows.
    """
    after = standing(settings)
    numbers = {}
    for table in LATEST_BY:
        grown = after[table.name] - before[table.name]
        numbers[table], rest = divmod(grown, accepted)
        if rest or not numbers[table]:
            raise ValueError(f"{accepted} orders left {grown} rows in {table.name}")

    def latest(connection: Connection) -> Order:
        rows = {
            table: [
                dict(row)
                for row in connection.execute(_as_stored(table).order_by(by.desc()).limit(numbers[table])).mappings()
            ]
            for table, by in LATEST_BY.items()
        }
        written = _as_stored(portfolios).order_by(portfolios.c.version.desc()).limit(1)
        return Order(rows, dict(connection.execute(written).mappings().one()))

    return reading(settings, latest)


def _as_stored(table: Table) -> Any:
    return select(*(type_coerce(column, NullType()).label(column.name) for column in table.columns))
