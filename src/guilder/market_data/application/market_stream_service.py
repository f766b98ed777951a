"""The clocks of markets as they go, for people who are signed in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Final

from guilder.core.caller import Caller
from guilder.market_data.application.clock_reader import ClockReader, ClockReading
from guilder.market_data.application.market_watch import MarketWatch, Watcher
from guilder.shared.errors import FieldProblem, TooManyRequestsError, ValidationError
from guilder.shared.ids import MarketId

MOST_MARKETS: Final = 20
MOST_STREAMS: Final = 20
SECONDS_BETWEEN: Final = 0.1


class TooManyStreamsError(TooManyRequestsError):
    """You have 20 streams open; close one."""

    code = "too_many_streams"


class MarketStreamService:
    """Streams of readings."""

    def __init__(self, caller: Caller, reader: ClockReader, watch: MarketWatch) -> None:
        self._caller = caller
        self._reader = reader
        self._watch = watch

    def watcher(self, markets: Sequence[MarketId]) -> Watcher:
        """A watcher of these markets, for `readings`.

        Raises:
            NotSignedInError, MarketNotFoundError, NoPriceProviderError: as they say.
            ValidationError: more than 20 markets.
            TooManyStreamsError: the caller has 20 streams open.
        """
        user_id = self._caller.require_user()
        if len(markets) > MOST_MARKETS:
            raise ValidationError(FieldProblem("markets", f"at most {MOST_MARKETS}"))
        for market in markets:
            self._reader.read(market)
        if self._watch.count_of(user_id) >= MOST_STREAMS:
            raise TooManyStreamsError
        return self._watch.watcher(user_id, markets)

    async def readings(self, watcher: Watcher) -> AsyncGenerator[ClockReading]:
        """Where each market stands, at once and whenever that has changed; each at most ten times a second."""
        while True:
            for market in await watcher.changed():
                yield self._reader.read(market)
            await asyncio.sleep(SECONDS_BETWEEN)
