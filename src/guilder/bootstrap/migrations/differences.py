"""Where the tables of one room, as the database has them, differ from those that the code expects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Inspector, Table, inspect

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
    found = [_sentence(change) for change in _flat(compare_metadata(context, metadata))]
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


def _sentence(change: tuple[Any, ...]) -> str:
    match change:
        case ("add_table", table):
            return f"table {table.name} is missing"
        case ("remove_table", table):
            return f"table {table.name} is not ours"
        case ("add_column", _, table, column):
            return f"column {table}.{column.name} is missing"
        case ("remove_column", _, table, column):
            return f"column {table}.{column.name} is not ours"
        case ("modify_type", _, table, column, _, there, wanted):
            return f"column {table}.{column} is {there!r} where {wanted!r} is expected"
        case ("modify_nullable", _, table, column, _, there, _):
            return f"column {table}.{column} {'takes' if there else 'refuses'} null"
        case ("modify_default", _, table, column, _, there, wanted):
            return f"column {table}.{column} has the default {there} where {wanted} is expected"
        case (("add_index" | "add_constraint" | "add_fk") as kind, thing):
            return f"{_thing(kind)} {_name(thing)} of {thing.table.name} is missing"
        case (("remove_index" | "remove_constraint" | "remove_fk") as kind, thing):
            return f"{_thing(kind)} {_name(thing)} of {thing.table.name} is not ours"
    return " ".join(map(str, change))


def _thing(kind: str) -> str:
    return {"index": "index", "constraint": "constraint", "fk": "foreign key"}[kind.split("_", 1)[1]]


def _name(thing: Any) -> str:
    return thing.name or f"on {', '.join(column.name for column in thing.columns)}"


def _primary_key(inspector: Inspector, table: Table) -> Iterator[str]:
    there = inspector.get_pk_constraint(table.name)["constrained_columns"]
    wanted = [column.name for column in table.primary_key]
    if there != wanted:
        yield f"the primary key of {table.name} is {', '.join(there)} where {', '.join(wanted)} is expected"


def _conditions(inspector: Inspector, table: Table) -> Iterator[str]:
    option = f"{inspector.dialect.name}_where"
    there = {
        index["name"]: _plain(index.get("dialect_options", {}).get(option))
        for index in inspector.get_indexes(table.name)
    }
    for index in sorted(table.indexes, key=_name):
        wanted = _plain(index.dialect_kwargs.get(option))
        if index.name in there and there[index.name] != wanted:
            yield f"index {index.name} holds {_rows(there[index.name])}, and {_rows(wanted)} are expected"


def _rows(condition: str) -> str:
    return f"the rows where {condition}" if condition else "all rows"


def _plain(condition: Any) -> str:
    """A condition without what databases add when they write it down: parentheses and casts."""
    text = "" if condition is None else str(condition).lower()
    return " ".join(_CAST.sub("", text).replace("(", " ").replace(")", " ").split())
