"""Fifty stocks that never were, with a price each that stands still."""

from __future__ import annotations

from datetime import date
from typing import Final

from benchmarks.replay_peers.guilder_core import MadeUpPrices
from benchmarks.replay_peers.made_up_prices import MadeUpBar

SYMBOLS: Final = [f"MADE{number:02}" for number in range(50)]
_DAYS: Final = [date(2010, 1, day) for day in (4, 5, 6, 7, 8)]


def made_up_prices() -> MadeUpPrices:
    """Five sessions of each, from $100.25 on, every symbol a dollar dearer than the one before."""
    bars = {
        name: MadeUpBar(cents, cents + 50, cents - 50, cents, 1_000_000)
        for name, cents in zip(SYMBOLS, range(100_25, 200_25, 1_00), strict=False)
    }
    return MadeUpPrices(_DAYS, {name: [bar] * len(_DAYS) for name, bar in bars.items()})
