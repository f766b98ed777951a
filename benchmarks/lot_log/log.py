"""Trades that never were: the same log in whole shares and cents for everybody, from one seed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Final, NamedTuple

SYMBOLS: Final = [f"MADE{number:02}" for number in range(5)]
"""As many as there are in the box."""
SEED: Final = 5
_MOST_SHARES: Final = 100
_START, _FLOOR, _STEP = 100_00, 10_00, 50
"""Prices in cents: the first, the lowest, and the farthest that one goes between two trades."""


class LoggedTrade(NamedTuple):
    """`shares` of a symbol bought, or sold when negative, at `cents` a share."""

    symbol: str
    shares: int
    cents: int


def trades(count: int) -> Iterator[LoggedTrade]:
    """As many buys as sells; nothing is sold that is not there. What is held goes up and down by chance, so that the
    open lots of a symbol become more the longer the log is.
    """
    chance = Random(SEED)
    held = dict.fromkeys(SYMBOLS, 0)
    prices = dict.fromkeys(SYMBOLS, _START)
    for _ in range(count):
        symbol = chance.choice(SYMBOLS)
        prices[symbol] = max(_FLOOR, prices[symbol] + chance.randint(-_STEP, _STEP))
        shares = chance.randint(1, _MOST_SHARES)
        if held[symbol] and chance.random() < 0.5:
            shares = -min(shares, held[symbol])
        held[symbol] += shares
        yield LoggedTrade(symbol, shares, prices[symbol])


def report(*, seconds: float, lots: dict[str, list[list[int]]], gains: list[int]) -> None:
    """What one side prints: the processor's seconds in its booking, the open lots of each symbol (shares and cents a
    share, oldest first), and the gain of each sale in cents.
    """
    print(json.dumps({"seconds": seconds, "lots": lots, "gains": gains}))
