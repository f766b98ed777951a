"""Moves a market on: what rests in it is worked, session by session, in the order of what happens."""

from __future__ import annotations

from datetime import datetime

from guilder.core.unit_of_work import CoreUnitOfWork
from guilder.published.market_data import MarketClock, MarketMode, Markets
from guilder.shared.ids import MarketId
from guilder.trading.application.order_slicer import OrderSlicer
from guilder.trading.application.ports import Venue


class MarketSessionService:
    """`MarketDriver`: the only one that moves a market's time, always together with the orders due in it."""

    def __init__(
        self,
        work: CoreUnitOfWork,
        venue: Venue,
        slicer: OrderSlicer,
        markets: Markets,
        market_clock: MarketClock,
    ) -> None:
        self._work = work
        self._venue = venue
        self._slicer = slicer
        self._markets = markets
        self._market_clock = market_clock

    async def advance(self, market: MarketId, to: datetime) -> datetime:
        """Work everything due up to `to`, each session in a durable unit of its own; where the market then stands.

        A session is cut where slices of an order fall due in it. Cut off, an advance goes on from where it stood: each
        part is worked and recorded as a whole, or not at all.
        """
        reached = self._markets.worked_until(market)
        while reached < to:
            async with self._work:
                reached = await self._step(market, to)
        return reached

    async def catch_up(self, market: MarketId) -> None:
        """In the caller's unit: work what fell due while the market's time went on by itself."""
        if self._markets.mode(market) is not MarketMode.SANDBOX:
            return
        now, reached = self._market_clock.now(market), None
        while reached != now:
            reached = await self._step(market, now, record_idle=False)

    async def _step(self, market: MarketId, to: datetime, *, record_idle: bool = True) -> datetime:
        """Work up to `to`, but not beyond the session's end nor the next slice; up to where all is worked then."""
        since = self._markets.worked_until(market)
        if since >= to:
            return to
        session = self._markets.session_at_or_after(market, since)
        stop = to if session is None else min(to, session.closes_at)
        due_at = await self._slicer.next_due_at(market)
        if due_at is not None:
            stop = min(stop, due_at)
        changed = () if session is None else await self._venue.work(market, session, since, stop)
        if changed:
            await self._slicer.follow(changed)
        has_placed = due_at is not None and await self._slicer.work(market, stop)
        if changed or has_placed or record_idle or stop < to:
            await self._markets.move(market, stop)
        return stop
