"""The map from the guide's names to ours: what it names can be imported, and every fault has its row."""

from __future__ import annotations

import importlib
import re
from functools import reduce

import pytest

from tests.architecture.test_guide_map import BUILT, ROWS, STILL_TO_COME, exists
from tests.docs.markdown import DOCS, ROOT

FAULTS = 70
_LINES = (DOCS / "guide-map.md").read_text(encoding="utf-8").splitlines()
REPAIRS = {found[1]: line for line in _LINES if (found := re.match(r"\|\s*(D\d+)\s*\|", line))}
FINISHED = frozenset(
    {
        *(1, 2, 3, *range(6, 16), *range(17, 25), *range(26, 33), *range(36, 39), *range(40, 43)),
        *(*range(43, 63), *range(64, 69), *range(70, 89), 115, 116, 120),
    }
)
"""What the first capability promises to have."""


def places(text: str) -> list[str]:
    return re.findall(r"`((?:[\w-]+/)*[\w-]+\.py(?:::[\w.]+)?)`", text)


CODE = sorted(
    {
        place
        for line in (*(row.text for row in ROWS), *REPAIRS.values())
        for place in places(line)
        if not place.startswith(("tests/", "scripts/"))
    }
)


@pytest.mark.parametrize("place", [place for place in CODE if "/" in place])
def test_what_the_map_names_can_be_imported(place: str) -> None:
    file, _, name = place.partition("::")
    module = importlib.import_module(f"guilder.{file.removesuffix('.py').replace('/', '.')}")

    found: object = reduce(getattr, filter(None, name.split(".")), module)

    assert found is not None


def test_what_was_promised_first_is_finished() -> None:
    assert FINISHED - {int(row.number) for row in BUILT} == set()


def test_every_fault_of_the_guide_has_one_row() -> None:
    rows = [line for line in _LINES if re.match(r"\|\s*D\d+\s*\|", line)]

    assert len(rows) == len(REPAIRS) == FAULTS
    assert set(REPAIRS) == {f"D{number}" for number in range(1, FAULTS + 1)}


@pytest.mark.parametrize("fault", REPAIRS)
def test_a_fault_is_repaired_in_code_that_exists_or_is_still_to_come(fault: str) -> None:
    named = places(REPAIRS[fault])

    assert named or STILL_TO_COME in REPAIRS[fault] or "by a test" in REPAIRS[fault]
    assert [place for place in named if not exists(place)] == []


def test_the_package_says_that_it_is_typed() -> None:
    assert (ROOT / "src" / "guilder" / "py.typed").exists()
