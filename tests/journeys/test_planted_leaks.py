"""The search for glimpses of the future finds those that are planted: a test of a test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from guilder.core.container import Container
from guilder.market_data.application.market_tapes import MarketTapes
from guilder.market_data.domain.intraday import Window
from guilder.market_data.domain.listing import Listing
from guilder.market_data.domain.tape import Tape
from guilder.market_data.infrastructure.market_hand import MarketHand
from guilder.published.market_data import Bar, Markets, PricePath, Session, Timeframe
from guilder.shared.ids import MarketId
from guilder.shared.symbol import StockSymbol
from tests.journeys.test_no_look_ahead import GlimpseError, a_pair, ask_everything

A_DAY: Final = timedelta(days=1)
BEGIN: Final = datetime(2010, 6, 1, 14, 30, tzinfo=UTC)
NOW: Final = datetime(2010, 6, 3, 17, 0, tzinfo=UTC)


class TapeOfTomorrow(Tape):
    """Tells one thing a day too early."""

    leaks: str

    def quote(self, listing: Listing, now: datetime) -> Any:
        return super().quote(listing, now + A_DAY if self.leaks == "quotes" else now)

    def bars(self, listing: Listing, window: Window, *how: Any) -> Any:
        return super().bars(listing, self._later(window, "bars"), *how)

    def trades(self, listing: Listing, window: Window) -> Any:
        return super().trades(listing, self._later(window, "trades"))

    def _later(self, window: Window, what: str) -> Window:
        return Window(window.start, window.end, window.now + A_DAY) if self.leaks == what else window


class TapesOfTomorrow(MarketTapes):
    leaks: str

    def tape(self, market: MarketId) -> Tape:
        tape = super().tape(market)
        tape.__class__ = type("Leaky", (TapeOfTomorrow,), {"leaks": self.leaks})
        return tape


class HandOfTomorrow(MarketHand):
    """Fills orders at the prices of the next session, or explains them by bars that are yet to come."""

    leaks: str

    def path(self, market: MarketId, symbol: StockSymbol, session: Session) -> PricePath | None:
        following = self.session_at_or_after(market, session.closes_at)
        path = super().path(market, symbol, session)
        if self.leaks != "fills" or following is None or path is None:
            return path
        tomorrow = super().path(market, symbol, following)
        assert tomorrow is not None
        points = tuple((session.opens_at + (at - following.opens_at), ticks) for at, ticks in tomorrow.points)
        return PricePath(symbol, session, points, tomorrow.tick, path.volume, path.source_on)

    def last_bar(self, market: MarketId, symbol: StockSymbol, instant: datetime, timeframe: Timeframe) -> Bar | None:
        return super().last_bar(market, symbol, instant + A_DAY if self.leaks == "explanations" else instant, timeframe)


def tapes(leaks: str) -> Callable[[Container], object]:
    leaky = type("Tapes", (TapesOfTomorrow,), {"leaks": leaks})
    return lambda container: container.register_singleton(MarketTapes, leaky, replace=True)


def hand(leaks: str) -> Callable[[Container], object]:
    leaky = type("Hand", (HandOfTomorrow,), {"leaks": leaks})
    return lambda container: container.register_singleton(Markets, leaky, replace=True)


LEAKS: Final = {
    "quotes": tapes("quotes"),
    "bars": tapes("bars"),
    "trades": tapes("trades"),
    "fills": hand("fills"),
    "explanations": hand("explanations"),
}


@pytest.mark.parametrize("leak", LEAKS)
async def test_a_planted_leak_is_found(tmp_path: Path, leak: str) -> None:
    async with a_pair(tmp_path, LEAKS[leak]) as pair:
        with pytest.raises(GlimpseError):
            await ask_everything(pair, BEGIN, NOW, "realistic")


async def test_without_a_leak_nothing_is_found(tmp_path: Path) -> None:
    async with a_pair(tmp_path, tapes("nothing")) as pair:
        await ask_everything(pair, BEGIN, NOW, "realistic")
