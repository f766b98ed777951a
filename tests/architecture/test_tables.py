"""Rooms share words, not tables."""

from __future__ import annotations

from sqlalchemy import Float, MetaData, Table

from tests.architecture.house import PACKAGE, contexts
from tests.architecture.loaded import everything


def tables() -> dict[str, list[Table]]:
    """The tables by the room that defines them."""
    found: dict[str, dict[str, Table]] = {}
    for module in everything():
        room = [*module.__name__.split("."), ""][1]
        for value in vars(module).values():
            if isinstance(value, MetaData):
                found.setdefault(room, {}).update(value.tables)
    return {room: list(named.values()) for room, named in found.items()}


TABLES = tables()


def test_there_are_tables() -> None:
    assert TABLES


def test_tables_are_defined_in_the_infrastructure_of_a_room_or_in_core() -> None:
    elsewhere = {
        module.__name__
        for module in everything()
        if any(isinstance(value, MetaData) for value in vars(module).values())
        and ".infrastructure." not in module.__name__
        and not module.__name__.startswith((f"{PACKAGE}.core.", f"{PACKAGE}.bootstrap."))
    }

    assert elsewhere == set()


def test_a_table_carries_the_prefix_of_its_room() -> None:
    strangers = {
        f"{table.name} in {room}"
        for room in contexts() | {"core"}
        for table in TABLES.get(room, [])
        if not table.name.startswith(f"{room}_")
    }

    assert strangers == set()


def test_an_index_carries_the_prefix_of_its_room() -> None:
    strangers = {
        f"{index.name} in {room}"
        for room in contexts() | {"core"}
        for table in TABLES.get(room, [])
        for index in table.indexes
        if f"{room}_" not in str(index.name)
    }

    assert strangers == set()


def test_no_foreign_key_leaves_its_room() -> None:
    leaving = {
        f"{table.name}.{key.parent.name} -> {key.target_fullname}"
        for room, its_tables in TABLES.items()
        for table in its_tables
        for key in table.foreign_keys
        if not key.target_fullname.startswith(f"{room}_")
    }

    assert leaving == set()


def test_no_column_is_a_float() -> None:
    floats = {
        str(column)
        for its_tables in TABLES.values()
        for table in its_tables
        for column in table.columns
        if isinstance(column.type, Float)
    }

    assert floats == set()
