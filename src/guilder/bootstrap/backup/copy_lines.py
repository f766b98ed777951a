"""Rows as lines in the text format of PostgreSQL's COPY, written and read by either database.

PostgreSQL does it by itself. For SQLite the lines are put together by its own functions, and taken apart here. The same
rows make the same bytes on both: sorted by their key, byte by byte, and every value in one form only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain
from typing import Any, Final, Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from guilder.bootstrap.backup.manifest import BackupDamagedError, ColumnPlan, Kind, TablePlan

_ROWS: Final = 2_000
_PIECE: Final = 1024**2
_COPY_SECONDS: Final = 24 * 3600
"""A large table may take its time; it is not a request."""

_ESCAPES: Final = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t", "\v": "v"}
_TO_ESCAPE: Final = re.compile(rf"[{''.join(_ESCAPES)}\\]")
_MEANINGS: Final = {letter: character for character, letter in _ESCAPES.items()}
_ESCAPED: Final = re.compile(r"\\(.)")
_NULL: Final = r"\N"
_ESCAPE: Final = "guilder_escape"
"""The name under which SQLite calls `_escaped`, which is several times faster than SQL's own `replace`."""


class Lines(Protocol):
    """Something to read lines from."""

    def read(self, size: int = -1) -> bytes: ...


def write_lines(connection: Connection, plan: TablePlan, take: Callable[[bytes], None]) -> None:
    """Hand over all rows of a table, as the connection's snapshot has them, in pieces that end with a line."""
    if connection.dialect.name == "postgresql":
        _copy_out(connection, plan, take)
        return
    parts = "|| char(9) ||".join(f"coalesce({_sqlite_value(each)}, '{_NULL}')" for each in plan.columns)
    order = ", ".join(f'"{name}"' for name in plan.key)
    query = f'SELECT {parts} FROM "{plan.name}" ORDER BY {order}'  # noqa: S608 - names of our own tables
    driver = _driver(connection)
    driver.create_function(_ESCAPE, 1, _escaped, deterministic=True)
    with closing(driver.execute(query)) as rows:
        while page := rows.fetchmany(_ROWS):
            take("\n".join([*chain.from_iterable(page), ""]).encode())


def read_lines(connection: Connection, plan: TablePlan, lines: Lines) -> None:
    """Add all rows to a table.

    Raises:
        BackupDamagedError: a line is no row of this table.
    """
    if connection.dialect.name == "postgresql":
        _copy_in(connection, plan, lines)
        return
    names = ", ".join(f'"{each.name}"' for each in plan.columns)
    places = ", ".join("?" for _ in plan.columns)
    statement = f'INSERT INTO "{plan.name}" ({names}) VALUES ({places})'  # noqa: S608 - names are checked when read
    try:
        for page in _pages(lines):
            connection.exec_driver_sql(statement, _rows(page, plan))
    except (ValueError, DBAPIError) as problem:
        raise _damaged(plan, problem) from problem


def _copy_out(connection: Connection, plan: TablePlan, take: Callable[[bytes], None]) -> None:
    columns = ", ".join(_postgres_value(each) for each in plan.columns)
    order = ", ".join(f'"{name}"' + (' COLLATE "C"' if plan.kind_of(name) is Kind.TEXT else "") for name in plan.key)
    query = f'SELECT {columns} FROM "{plan.name}" ORDER BY {order}'  # noqa: S608 - names of our own tables

    async def taken(data: bytes) -> None:
        take(bytes(data))

    _driver(connection).run_async(lambda driver: driver.copy_from_query(query, output=taken, timeout=_COPY_SECONDS))


def _copy_in(connection: Connection, plan: TablePlan, lines: Lines) -> None:
    from asyncpg import PostgresError

    names = [each.name for each in plan.columns]
    try:
        _driver(connection).run_async(
            lambda driver: driver.copy_to_table(plan.name, source=lines, columns=names, timeout=_COPY_SECONDS)
        )
    except PostgresError as problem:
        raise _damaged(plan, problem) from problem


def _driver(connection: Connection) -> Any:
    """The connection of the driver below SQLAlchemy, which alone knows COPY."""
    return connection.connection.dbapi_connection


def _sqlite_value(each: ColumnPlan) -> str:
    name = f'"{each.name}"'
    match each.kind:
        case Kind.ID:
            return f"CASE WHEN {name} IS NOT NULL THEN lower(hex({name})) END"
        case Kind.BYTES:
            return rf"CASE WHEN {name} IS NOT NULL THEN '\\x' || lower(hex({name})) END"
        case Kind.DECIMAL:
            return f"CASE WHEN instr({name}, '.') THEN rtrim(rtrim({name}, '0'), '.') ELSE {name} END"
        case Kind.INTEGER:
            return name
        case Kind.TEXT:
            return f"{_ESCAPE}({name})"


def _postgres_value(each: ColumnPlan) -> str:
    name = f'"{each.name}"'
    match each.kind:
        case Kind.ID:
            return f"replace({name}::text, '-', '')"
        case Kind.BYTES:
            return rf"'\x' || encode({name}, 'hex')"
        case Kind.DECIMAL:
            return f"trim_scale({name})"
        case _:
            return name


def _pages(lines: Lines) -> Iterator[Sequence[str]]:
    """The lines in pages, whatever the pieces in which they come."""
    rest = b""
    while piece := lines.read(_PIECE):
        *whole, rest = (rest + piece).split(b"\n")
        if whole:
            yield [line.decode() for line in whole]
    if rest:
        raise ValueError("the last line has no end")


def _rows(page: Sequence[str], plan: TablePlan) -> list[tuple[Any, ...]]:
    """The rows of some lines, read column by column. Raises `ValueError` when a line is none."""
    columns = zip(*(line.split("\t") for line in page), strict=True)
    values = [_values(each.kind, fields) for each, fields in zip(plan.columns, columns, strict=True)]
    return list(zip(*values, strict=True))


def _values(kind: Kind, fields: Sequence[str]) -> Iterable[Any]:
    read = _READERS[kind]
    if _NULL not in fields:
        return map(read, fields)
    return [None if field == _NULL else read(field) for field in fields]


def _escaped(text: Any) -> Any:
    if not isinstance(text, str) or (text.isprintable() and "\\" not in text):  # a third of what a search takes
        return text
    return _TO_ESCAPE.sub(lambda found: "\\" + _ESCAPES.get(found[0], found[0]), text)


def _text(field: str) -> str:
    return field if "\\" not in field else _ESCAPED.sub(lambda found: _MEANINGS.get(found[1], found[1]), field)


def _bytes(field: str) -> bytes:
    text = _text(field)
    if not text.startswith(r"\x"):
        raise ValueError(f"{field[:40]!r} is no row of bytes")
    return bytes.fromhex(text[2:])


_READERS: Final[dict[Kind, Callable[[str], Any]]] = {
    Kind.ID: bytes.fromhex,
    Kind.BYTES: _bytes,
    Kind.DECIMAL: str,
    Kind.INTEGER: int,
    Kind.TEXT: _text,
}


def _damaged(plan: TablePlan, problem: Exception) -> BackupDamagedError:
    reason = getattr(problem, "orig", None) or problem
    return BackupDamagedError(f"The rows of {plan.name} cannot be taken in: {str(reason)[:200]}")
