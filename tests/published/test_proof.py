"""How the proof of the books is told."""

from __future__ import annotations

import pytest

from guilder.published.proof import counted


@pytest.mark.parametrize(
    ("number", "words", "told"),
    [
        (0, ("portfolio",), "0 portfolios"),
        (1, ("portfolio",), "1 portfolio"),
        (2, ("portfolio",), "2 portfolios"),
        (1, ("entry", "entries"), "1 entry"),
        (3, ("entry", "entries"), "3 entries"),
    ],
)
def test_one_is_told_as_one(number: int, words: tuple[str, ...], told: str) -> None:
    assert counted(number, *words) == told
