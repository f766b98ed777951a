"""PostgreSQL's own load generator, committing the rows of an order in a transaction each."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Table

from benchmarks.order_rate.rows import Order
from guilder.core.tables import audit_notes, idempotency, outbox
from guilder.financial.infrastructure.tables import lots, portfolios, postings, reservations, transactions
from guilder.trading.infrastructure.tables import executions, orders

STATEMENTS: Final = (
    (orders, executions),
    (reservations, lots, transactions, postings),
    (outbox,),
    (audit_notes, idempotency),
)
"""What goes into one statement: with BEGIN, the portfolio's update and COMMIT that is seven round trips."""

_UPSERTS: Final = {reservations: "order_id", lots: "id"}


def script_of(order: Order, clients: int, portfolio_ids: Iterable[str]) -> str:
    """What a client does for one order. It works on portfolios of its own, so that no client waits for another."""
    ids = list(portfolio_ids)
    mine = len(ids) // clients
    columns = ", ".join(f"{name} = {_literal(value)}" for name, value in order.portfolio.items() if name != "id")
    lines = [
        f"\\set mine random(0, {mine - 1})",
        f"\\set portfolio :client_id * {mine} + :mine",
        "BEGIN;",
        f"UPDATE {portfolios.name} SET {columns} WHERE id = ('{{{','.join(ids)}}}'::uuid[])[:portfolio + 1];",
    ]
    for together in STATEMENTS:
        inserts = [_insert(table, order.rows[table]) for table in together]
        first = [f"part{number} AS ({insert})" for number, insert in enumerate(inserts[:-1])]
        lines.append(f"{'WITH ' if first else ''}{', '.join(first)} {inserts[-1]};")
    return "\n".join([*lines, "COMMIT;", ""])


def run(pgbench: Path, url: str, script: Path, *, clients: int, seconds: float) -> float:
    """Transactions a second; all of them must have been committed."""
    parts = urlsplit(url)
    done = subprocess.run(
        [
            *(str(pgbench), "--no-vacuum", "--file", str(script), "--protocol", "prepared"),
            *("--client", str(clients), "--jobs", "2", "--time", str(max(1, round(seconds)))),
            *("--host", str(parts.hostname), "--port", str(parts.port), "--username", str(parts.username)),
            parts.path.lstrip("/"),
        ],
        env={**os.environ, "PGPASSWORD": str(parts.password)},
        capture_output=True,
        text=True,
        check=False,
    )
    failed = re.search(r"number of failed transactions: (\d+)", done.stdout)
    rate = re.search(r"tps = ([0-9.]+)", done.stdout)
    if rate is None or failed is None or int(failed[1]):
        raise RuntimeError(f"{done.stdout}\n{done.stderr}")
    return float(rate[1])


def _insert(table: Table, rows: list[dict[str, Any]]) -> str:
    names = [name for name in rows[0] if table is not outbox or name != "position"]
    values = ", ".join(f"({', '.join(_value(table, name, row) for name in names)})" for row in rows)
    told = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES {values}"
    if table in _UPSERTS:
        key = _UPSERTS[table]
        over = ", ".join(f"{name} = excluded.{name}" for name in names if name != key)
        told += f" ON CONFLICT ({key}) DO UPDATE SET {over}"
    return told


def _value(table: Table, name: str, row: Mapping[str, Any]) -> str:
    if table is audit_notes and name == "number":
        return "(SELECT nextval('benchmark_notes'))"
    if table is idempotency and name == "key":
        return "uuidv7()::text"
    if isinstance(row[name], UUID) and name not in {"owner", "user_id", "portfolio_id"}:
        return "uuidv7()"
    return _literal(row[name])


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool | int | Decimal):
        return str(value)
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'::bytea"
    # A colon would begin a variable of pgbench's.
    return "U&'" + str(value).replace("\\", "\\\\").replace("'", "''").replace(":", "\\003A") + "'"
