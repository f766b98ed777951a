"""SQLite's own driver, committing the rows of an order in a transaction each; a process of its own."""

from __future__ import annotations

import json
import pickle
import sqlite3
import sys
import time
from itertools import count
from pathlib import Path
from typing import Any

Statement = tuple[str, list[str], list[tuple[Any, ...]]]

_STEP = count(int(time.time() * 1000) << 80)


def an_id() -> bytes:
    """Sixteen bytes that grow, as Guilder's ids do."""
    return next(_STEP).to_bytes(16)


def run(file: Path, order: dict[str, list[dict[str, Any]]], portfolio: dict[str, Any], seconds: float) -> float:
    """Orders a second."""
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    portfolio_ids = [row[0] for row in connection.execute("SELECT id FROM financial_portfolios")]
    assignments = ", ".join(f"{name} = ?" for name in portfolio if name != "id")
    update = f"UPDATE financial_portfolios SET {assignments} WHERE id = ?"
    figures = [value for name, value in portfolio.items() if name != "id"]
    inserts = {table: _insert(table, rows) for table, rows in order.items()}
    number = connection.execute("SELECT max(number) FROM core_audit_notes").fetchone()[0]
    done = 0
    began_at = time.perf_counter()
    while time.perf_counter() - began_at < seconds:
        number += 1
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(update, (*figures, portfolio_ids[done % len(portfolio_ids)]))
        for table, (statement, names, rows) in inserts.items():
            connection.executemany(statement, [_fresh(table, names, row, number) for row in rows])
        connection.execute("COMMIT")
        done += 1
    return done / (time.perf_counter() - began_at)


def _insert(table: str, rows: list[dict[str, Any]]) -> Statement:
    names = [name for name in rows[0] if (table, name) != ("core_outbox", "position")]
    marks = ", ".join("?" * len(names))
    statement = f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) VALUES ({marks})"
    if table not in {"financial_lots", "financial_reservations"}:
        statement = statement.replace(" OR REPLACE", "")
    return statement, names, [tuple(row[name] for name in names) for row in rows]


def _fresh(table: str, names: list[str], row: tuple[Any, ...], number: int) -> tuple[Any, ...]:
    return tuple(_value(table, name, value, number) for name, value in zip(names, row, strict=True))


def _value(table: str, name: str, value: Any, number: int) -> Any:
    if isinstance(value, bytes) and len(value) == 16 and name not in {"owner", "user_id", "portfolio_id"}:
        return an_id()
    if table == "core_audit_notes" and name == "number":
        return number
    if table == "core_idempotency" and name == "key":
        return f"alone-{number}"
    return value


if __name__ == "__main__":
    told = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the benchmark that started this
    json.dump(run(**told), sys.stdout)
