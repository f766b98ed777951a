"""One hand at a time on each market."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager

from guilder.shared.ids import MarketId


class MarketHelm:
    """Whoever moves a market over several units, or changes how it moves, holds its helm meanwhile.

    So two advances never get in each other's way, and who has paused a market has seen the last of its moves. The helm
    is taken before a unit is opened, never inside one.
    """

    def __init__(self) -> None:
        self._locks: dict[MarketId, asyncio.Lock] = {}

    def of(self, market: MarketId) -> AbstractAsyncContextManager[None]:
        """`async with helm.of(market):` waits until nobody else holds it."""
        return self._locks.setdefault(market, asyncio.Lock())
