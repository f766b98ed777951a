"""The map from the guide's names to ours leads somewhere: each row names code and a test that exist.

A row of the map is a row of a table whose first cell is the number of the guide's name. It either says that it is
still to come, or names in backquotes at least one place in the source and at least one in the tests:
`trading/domain/order.py`, `trading/domain/order.py::Order.fill`, `tests/trading/domain/test_order.py::test_…`.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.house import PACKAGE, ROOT, SOURCE

MAP = ROOT / "docs" / "guide-map.md"
NUMBERS = 120
"""How many names the guide's inventory has."""

STILL_TO_COME = "still to come"


@dataclass(frozen=True)
class Row:
    number: str
    text: str

    @property
    def is_to_come(self) -> bool:
        return STILL_TO_COME in self.text.lower()

    @property
    def places(self) -> list[str]:
        """What stands in backquotes and looks like a file: `…/….py`, perhaps with a name in it."""
        return re.findall(r"`((?:[\w-]+/)*[\w-]+\.py(?:::[\w.]+)?)`", self.text)

    @property
    def tests(self) -> list[str]:
        return [place for place in self.places if place.startswith("tests/")]

    @property
    def code(self) -> list[str]:
        return [place for place in self.places if not place.startswith("tests/")]


def rows() -> list[Row]:
    lines = MAP.read_text(encoding="utf-8").splitlines() if MAP.exists() else []
    return [Row(found[1], line) for line in lines if (found := re.match(r"\|\s*(\d+)\s*\|", line))]


ROWS = rows()
BUILT = [row for row in ROWS if not row.is_to_come]


def exists(place: str) -> bool:
    """Whether the file is there, and defines what is named after the colons."""
    file, _, name = place.partition("::")
    starts = (ROOT, SOURCE / PACKAGE)
    path = next((start / file for start in starts if (start / file).is_file()), None)
    return path is not None and (not name or name in names_in(path))


@cache
def names_in(path: Path) -> frozenset[str]:
    """The functions, classes, methods and constants of a file: `Order`, `Order.fill`."""
    return frozenset(defined(ast.parse(path.read_text(encoding="utf-8")).body))


def defined(body: list[ast.stmt], prefix: str = "") -> set[str]:
    names = set()
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(prefix + name)
            case ast.ClassDef(name=name, body=inner):
                names |= {prefix + name} | defined(inner, f"{prefix}{name}.")
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                names.add(prefix + name)
            case _:
                pass
    return names


def test_every_name_of_the_guide_stands_in_the_map_once() -> None:
    assert sorted(int(row.number) for row in ROWS) == list(range(1, NUMBERS + 1))


@pytest.mark.parametrize("row", BUILT, ids=lambda row: row.number)
def test_a_row_names_code_that_exists(row: Row) -> None:
    assert row.code
    assert [place for place in row.code if not exists(place)] == []


@pytest.mark.parametrize("row", BUILT, ids=lambda row: row.number)
def test_a_row_names_a_test_that_exists(row: Row) -> None:
    assert [place for place in row.tests if "::test_" in place] != []
    assert [place for place in row.tests if not exists(place)] == []
