"""The import contracts list the rooms that exist: a new room is bound by them from its first day."""

from __future__ import annotations

import re

import pytest

from tests.architecture.house import HALL, PACKAGE, SOURCE, contexts, import_contracts

CONTRACTS = import_contracts()
ROOMS = contexts()


def layer_names(layer: str) -> tuple[set[str], set[str]]:
    """The modules that must exist on a layer, and those in parentheses, which may not."""
    names = [name.strip() for name in re.split(r"[|:]", layer)]
    optional = {name[1:-1] for name in names if name.startswith("(")}
    return {name for name in names if not name.startswith("(")}, optional


def test_all_eight_contracts_stand() -> None:
    assert list(CONTRACTS) == [
        "house",
        "rooms",
        "contexts",
        "pure-domain",
        "plain-application",
        "sql-in-infrastructure",
        "web-is-a-guest",
        "acyclic",
    ]


def test_no_contract_has_an_exception() -> None:
    exceptions = {"ignore_imports", "allow_indirect_imports", "skip_descendants"}

    assert [name for name, contract in CONTRACTS.items() if exceptions & contract.keys()] == []


@pytest.mark.parametrize("contract", ["house", "web-is-a-guest"])
def test_what_does_not_exist_stands_in_parentheses_and_nothing_else_does(contract: str) -> None:
    for layer in CONTRACTS[contract]["layers"]:
        here, to_come = layer_names(layer)
        assert {name for name in here if not any((SOURCE / PACKAGE / name).rglob("*.py"))} == set()
        assert {name for name in to_come if any((SOURCE / PACKAGE / name).rglob("*.py"))} == set()


def test_the_house_knows_every_folder() -> None:
    known = set().union(*(layer_names(layer)[0] for layer in CONTRACTS["house"]["layers"]))
    folders = {path.name for path in (SOURCE / PACKAGE).iterdir() if any(path.rglob("*.py"))}

    assert folders == known
    assert known - HALL == ROOMS


def test_every_room_is_layered() -> None:
    assert set(CONTRACTS["rooms"]["containers"]) == {f"{PACKAGE}.{room}" for room in ROOMS}


def test_every_room_is_independent() -> None:
    assert set(CONTRACTS["contexts"]["modules"]) == {f"{PACKAGE}.{room}" for room in ROOMS}


def test_the_desk_speaks_no_sql_either() -> None:
    has_desk = any((SOURCE / PACKAGE / "web").rglob("*.py"))

    assert (f"{PACKAGE}.web" in CONTRACTS["sql-in-infrastructure"]["source_modules"]) is has_desk


def test_every_layer_of_a_room_is_a_package() -> None:
    layers = ("domain", "application", "infrastructure", "presentation")
    folders = [SOURCE / PACKAGE / room / layer for room in ROOMS for layer in layers]

    assert [str(folder) for folder in folders if folder.is_dir() and not (folder / "__init__.py").exists()] == []
