"""A gap in the wiring is told before anything is opened, with the way that leads to it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Protocol

import pytest

from guilder.bootstrap.commands.config import problems_of
from guilder.bootstrap.container import setup_container
from guilder.bootstrap.house import House
from guilder.core.container import Container, ContainerError
from tests.houses import settings_for

CHAIN = "Reporter -> Statements -> Printer: nothing bound"


class Printer(Protocol):
    """Is bound to nothing."""

    def put(self, text: str) -> None: ...


class Statements:
    def __init__(self, printer: Printer) -> None:
        self.printer = printer


class Reporter:
    def __init__(self, statements: Statements) -> None:
        self.statements = statements


def an_unfinished_container(folder: Path) -> Container:
    container = setup_container(settings_for(folder))
    container.register_scoped(Statements, Statements)
    container.register_scoped(Reporter, Reporter)
    return container


def test_config_check_tells_a_gap_with_its_whole_chain(tmp_path: Path) -> None:
    assert problems_of(an_unfinished_container(tmp_path)) == [CHAIN]


def test_config_check_finds_nothing_in_the_house_as_it_is(tmp_path: Path) -> None:
    assert problems_of(setup_container(settings_for(tmp_path))) == []


def test_a_house_with_a_gap_does_not_open_and_leaves_no_file(tmp_path: Path) -> None:
    house = House(settings_for(tmp_path), container=an_unfinished_container(tmp_path))

    with pytest.raises(ContainerError, match=CHAIN):
        asyncio.run(house.__aenter__())

    assert list(tmp_path.iterdir()) == []
