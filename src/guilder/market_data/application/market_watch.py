"""Tells those who watch markets that something has changed there."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from types import TracebackType

from guilder.shared.ids import MarketId, UserId


class Watcher:
    """One who watches some markets, and learns which of them have changed since he last looked.

    What changes ten times meanwhile is news once, so a slow watcher misses steps on the way, never where it led, and
    what is kept for him is never more than one entry a market.
    """

    def __init__(self, watch: MarketWatch, user_id: UserId, markets: Collection[MarketId]) -> None:
        self._watch = watch
        self._markets = frozenset(markets)
        self._changed = dict.fromkeys(markets)
        self._news = asyncio.Event()
        self._news.set()
        self.user_id = user_id

    async def __aenter__(self) -> Watcher:
        self._watch.enter(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watch.leave(self)

    async def changed(self) -> Sequence[MarketId]:
        """Waits until some of the markets have changed; all of them the first time."""
        await self._news.wait()
        self._news.clear()
        changed = list(self._changed)
        self._changed.clear()
        return changed

    def tell(self, market: MarketId) -> None:
        """It has changed."""
        if market in self._markets:
            self._changed[market] = None
            self._news.set()


class MarketWatch:
    """Everybody who watches markets at present."""

    def __init__(self) -> None:
        self._watchers: set[Watcher] = set()

    def watcher(self, user_id: UserId, markets: Collection[MarketId]) -> Watcher:
        """`async with watch.watcher(…) as watcher:` somebody watches these."""
        return Watcher(self, user_id, markets)

    def enter(self, watcher: Watcher) -> None:
        self._watchers.add(watcher)

    def leave(self, watcher: Watcher) -> None:
        self._watchers.discard(watcher)

    def count_of(self, user_id: UserId) -> int:
        """How often somebody watches."""
        return sum(watcher.user_id == user_id for watcher in self._watchers)

    def tell(self, market: MarketId) -> None:
        """Something has changed in a market."""
        for watcher in self._watchers:
            watcher.tell(market)
