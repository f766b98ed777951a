"""The markets in memory: what they are, how far they have come, and what time it is in each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from guilder.core.clock import Clock
from guilder.core.unit import Unit, current_unit
from guilder.market_data.application.ports import MarketRepository
from guilder.market_data.domain.market import Market, MarketTerms
from guilder.published.market_data import MarketNotFoundError
from guilder.shared.ids import MAIN_MARKET, MarketId


class ResidentMarkets:
    """`MarketBoard` and `MarketClock`; the one place of this process that knows where a market stands.

    A move is seen at once by the unit that makes it, by everyone once that unit is queued, and undone if the unit
    cannot be written; a unit that had read the time meanwhile then fails as well.
    """

    def __init__(self, clock: Clock, unit: Unit, markets: MarketRepository) -> None:
        self._clock = clock
        self._unit = unit
        self._markets = markets
        self._terms: dict[MarketId, MarketTerms] = {}
        self._worked_until: dict[MarketId, datetime] = {}
        self._told: dict[MarketId, datetime] = {}
        """The latest instant told of each market that follows the wall, whose clock may be set back."""

    async def load(self) -> Sequence[MarketTerms]:
        """Read all markets anew."""
        found = await self._markets.all()
        self._terms = {market.id: market.terms for market in found}
        self._worked_until = {market.id: market.now for market in found}
        return list(self._terms.values())

    def all_terms(self) -> Sequence[MarketTerms]:
        return list(self._terms.values())

    def terms(self, market: MarketId) -> MarketTerms:
        """Raises `MarketNotFoundError`."""
        try:
            return self._terms[market]
        except KeyError:
            raise MarketNotFoundError from None

    def now(self, market: MarketId = MAIN_MARKET) -> datetime:
        """The stored instant of a replay; else the wall clock's, which never goes back here."""
        terms = self.terms(market)
        worked_until = self.worked_until(market)
        if not terms.follows_the_wall:
            return worked_until
        now = max(self._clock.now(), worked_until, self._told.get(market, worked_until))
        self._told[market] = now
        return now

    def worked_until(self, market: MarketId) -> datetime:
        """Up to which instant all that was due is worked. Raises `MarketNotFoundError`."""
        self.terms(market)
        self._unit.use(Market, market)
        unit = current_unit()
        moved = None if unit is None else unit.changed.get((Market, market))
        return self._worked_until[market] if moved is None else moved.aggregate.now

    async def move(self, market: MarketId, to: datetime) -> None:
        """Let a market stand at `to`, in the caller's unit.

        Raises:
            MarketNotFoundError: there is no such market.
            MarketTimePassedError: it has come further already.
        """
        moving = await self._markets.get(market)
        moving.move(to)
        self._markets.save(moving)
        before = self._worked_until[market]
        self._unit.when_queued(lambda: self._show(market, to))
        self._unit.when_failed(lambda: self._show(market, min(before, self._worked_until[market])))

    def _show(self, market: MarketId, worked_until: datetime) -> None:
        self._worked_until[market] = worked_until
