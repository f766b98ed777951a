"""Where the tables of one room, as the database has them, differ from those that the code expects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Dialect, Inspector, Table, inspect

from guilder.bootstrap.migrations.histories import History

_CAST: Final = re.compile(r"::[a-z]+( varying)?")


def differences(connection: Connection, history: History) -> list[str]:
    """Each as a sentence about a table, column, index or key; none when all is as it should be."""

    def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
        return kind != "table" or (name or "").startswith(f"{history.context}_")

    context = MigrationContext.configure(
        connection, opts={"version_table": history.version_table, "include_name": is_ours}
    )
    metadata = history.metadata()
    found = _sentences(_flat(compare_metadata(context, metadata)), connection.dialect)
    # What Alembic does not compare.
    inspector = inspect(connection)
    there = set(inspector.get_table_names())
    for table in metadata.sorted_tables:
        if table.name in there:
            found += [*_primary_key(inspector, table), *_conditions(inspector, table)]
    return found


def _flat(changes: list[Any]) -> Iterator[tuple[Any, ...]]:
    """Alembic groups the changes of one column in a list of their own."""
    for change in changes:
        if isinstance(change, list):
            yield from change
        else:
            yield change


def _sentences(changes: Iterable[tuple[Any, ...]], dialect: Dialect) -> list[str]:
    verdicts: dict[str, str] = {}
    for change in changes:
        thing, verdict = _finding(change, dialect)
        # A thing that is both missing and too many was made in another way.
        verdicts[thing] = "is another one" if thing in verdicts else verdict
    return [f"{thing} {verdict}" for thing, verdict in verdicts.items()]


def _finding(change: tuple[Any, ...], dialect: Dialect) -> tuple[str, str]:
    match change:
        case ("add_table" | "remove_table", table):
            thing = f"table {table.name}"
        case ("add_column" | "remove_column", _, table, column):
            thing = f"column {table}.{column.name}"
        case ("modify_type", _, table, column, _, there, wanted):
            return (
                f"the type of {table}.{column}",
                f"is {there.compile(dialect)} where {wanted.compile(dialect)} is wanted",
            )
        case ("modify_nullable", _, table, column, _, there, _):
            return f"null in {table}.{column}", "is taken" if there else "is refused"
        case ("add_index" | "remove_index", index):
            thing = f"index {index.name} of {index.table.name}"
        case (_, constraint):
            columns = ", ".join(column.name for column in constraint.columns)
            thing = f"key {constraint.name or columns} of {constraint.table.name}"
        case _:
            return str(change), "differs"
    return thing, "is missing" if change[0].startswith("add_") else "is not ours"


def _primary_key(inspector: Inspector, table: Table) -> Iterator[str]:
    there = inspector.get_pk_constraint(table.name)["constrained_columns"]
    wanted = [column.name for column in table.primary_key]
    if there != wanted:
        yield f"the primary key of {table.name} is {', '.join(there)} where {', '.join(wanted)} is wanted"


def _conditions(inspector: Inspector, table: Table) -> Iterator[str]:
    option = f"{inspector.dialect.name}_where"
    there = {
        index["name"]: _plain(index.get("dialect_options", {}).get(option))
        for index in inspector.get_indexes(table.name)
    }
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        wanted = _plain(index.dialect_kwargs.get(option))
        if index.name in there and there[index.name] != wanted:
            yield f"index {index.name} holds {_rows(there[index.name])}, and {_rows(wanted)} are wanted"


def _rows(condition: str) -> str:
    return f"the rows where {condition}" if condition else "all rows"


def _plain(condition: Any) -> str:
    """A condition without what databases add when they write it down: parentheses and casts."""
    text = "" if condition is None else str(condition).lower()
    return " ".join(_CAST.sub("", text).replace("(", " ").replace(")", " ").split())
