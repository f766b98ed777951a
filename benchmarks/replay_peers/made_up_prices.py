"""Prices that never were: the same walk in cents for every engine, from one seed."""

from __future__ import annotations

import os
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Final, NamedTuple

SYMBOLS: Final = int(os.environ.get("GUILDER_BENCH_SYMBOLS", "20"))
SESSIONS: Final = int(os.environ.get("GUILDER_BENCH_SESSIONS", "8313"))
"""The variables make a short run of it, to try an engine out; the claim is about the defaults."""

SEED: Final = 8
FIRST_DAY: Final = date(1990, 1, 2)

_SATURDAY: Final = 5
_START, _FLOOR = 100_00, 10_00
_NIGHT, _DAY, _SPIKE = 60, 120, 50
"""The farthest that a price goes overnight, and from open to close, and beyond both, in cents."""


class MadeUpBar(NamedTuple):
    """One session of one symbol, in cents; volume in shares."""

    open: int
    high: int
    low: int
    close: int
    volume: int


@cache
def days() -> list[date]:
    """The weekdays from `FIRST_DAY` on: there are no holidays here."""
    found: list[date] = []
    day = FIRST_DAY
    while len(found) < SESSIONS:
        if day.weekday() < _SATURDAY:
            found.append(day)
        day += timedelta(days=1)
    return found


@cache
def bars() -> dict[str, list[MadeUpBar]]:
    """Every symbol's bars, oldest first, one for each of `days()`."""
    return {f"MADE{number:02}": _walk(Random(SEED + number)) for number in range(SYMBOLS)}


def _walk(chance: Random) -> list[MadeUpBar]:
    walked: list[MadeUpBar] = []
    close = _START
    for _ in range(SESSIONS):
        opened = max(_FLOOR, close + chance.randint(-_NIGHT, _NIGHT))
        close = max(_FLOOR, opened + chance.randint(-_DAY, _DAY))
        high = max(opened, close) + chance.randint(0, _SPIKE)
        low = min(opened, close) - chance.randint(0, _SPIKE)
        walked.append(MadeUpBar(opened, high, low, close, chance.randint(100_000, 1_000_000)))
    return walked
