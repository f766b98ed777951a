"""Limits and halts in SQL: one row a scope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from guilder.core.database import Database
from guilder.core.unit import Unit
from guilder.core.writer_queue import WriterQueue
from guilder.shared.currency import Currency
from guilder.shared.ids import UserId
from guilder.shared.money import Money
from guilder.shared.quantity import Quantity
from guilder.trading.domain.trading_control import Controls, Halt, TradingControl
from guilder.trading.domain.trading_limits import TradingLimits
from guilder.trading.infrastructure.resident_controls import ResidentControls
from guilder.trading.infrastructure.tables import controls as table


class SqlControlRepository:
    """`ControlRepository` on SQLite and PostgreSQL."""

    def __init__(self, database: Database, unit: Unit, residents: ResidentControls, queue: WriterQueue) -> None:
        self._database = database
        self._unit = unit
        self._residents = residents
        self._queue = queue

    async def get(self, scope: UUID) -> TradingControl:
        async def load() -> TradingControl | None:
            row = await self._database.fetch_one(select(table).where(table.c.id == scope))
            return None if row is None else TradingControl(scope, _controls(row), version=row.version)

        return await self._unit.find(TradingControl, scope, load) or TradingControl(scope)

    async def in_force(self, scope: UUID) -> Controls:
        self._unit.use(TradingControl, scope)
        return await self._residents.of(scope, self._read)

    def save(self, control: TradingControl) -> None:
        self._unit.put(table, control, _row(control))
        scope, controls = control.id, control.controls
        self._unit.when_queued(lambda: self._residents.note(scope, controls))
        self._unit.when_failed(self._residents.mark_stale)

    async def _read(self) -> Mapping[UUID, Controls]:
        await self._queue.settled()
        return {row.id: _controls(row) for row in await self._database.fetch_all(select(table))}


def _controls(row: Row[Any]) -> Controls:
    value = None if row.max_order_value is None else Money(row.max_order_value, Currency.of(row.currency)).rounded()
    quantity = None if row.max_order_quantity is None else Quantity(row.max_order_quantity)
    by = None if row.halted_by is None else UserId(row.halted_by)
    halt = None if row.halted_at is None else Halt(row.halt_reason, row.halted_at, by)
    return Controls(TradingLimits(quantity, value, row.max_open_orders), halt)


def _row(control: TradingControl) -> dict[str, Any]:
    limits, halt = control.controls.limits, control.controls.halt
    value, quantity = limits.max_order_value, limits.max_order_quantity
    return {
        "id": control.id,
        "max_order_quantity": None if quantity is None else quantity.value,
        "max_order_value": None if value is None else value.amount,
        "currency": None if value is None else value.currency.code,
        "max_open_orders": limits.max_open_orders,
        "halted_at": None if halt is None else halt.at,
        "halt_reason": None if halt is None else halt.reason,
        "halted_by": None if halt is None else halt.by,
    }
