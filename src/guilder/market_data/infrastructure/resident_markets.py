"""The markets in memory: what they are, how far they have come, and what time it is in each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from guilder.core.clock import Clock
from guilder.core.open_unit import current_unit
from guilder.core.unit import Unit
from guilder.market_data.application.market_watch import MarketWatch
from guilder.market_data.application.ports import MarketRepository
from guilder.market_data.domain.market import Market, MarketState, MarketTerms, Standing
from guilder.published.market_data import MarketEndedError, MarketNotFoundError
from guilder.shared.ids import MAIN_MARKET, MarketId


class ResidentMarkets:
    """`MarketBoard`, `MarketClock` and `MarketDoor`; the one place of this process that knows where a market stands.

    A change is seen at once by the unit that makes it, by everyone once that unit is queued, and undone if the unit
    cannot be written; a unit that had read the time meanwhile then fails as well.
    """

    def __init__(self, clock: Clock, unit: Unit, markets: MarketRepository, watch: MarketWatch) -> None:
        self._clock = clock
        self._unit = unit
        self._markets = markets
        self._watch = watch
        self._terms: dict[MarketId, MarketTerms] = {}
        self._standings: dict[MarketId, Standing] = {}
        self._told: dict[MarketId, datetime] = {}
        """The latest instant told of each market that follows the wall, whose clock may be set back."""

    async def load(self) -> Sequence[MarketTerms]:
        """Read all markets anew."""
        found = await self._markets.all()
        self._terms = {market.id: market.terms for market in found}
        self._standings = {market.id: market.standing for market in found}
        return list(self._terms.values())

    def all_terms(self) -> Sequence[MarketTerms]:
        return list(self._terms.values())

    def terms(self, market: MarketId) -> MarketTerms:
        """Raises `MarketNotFoundError`."""
        try:
            return self._terms[market]
        except KeyError:
            raise MarketNotFoundError from None

    def standing(self, market: MarketId) -> Standing:
        """Raises `MarketNotFoundError`."""
        unit = current_unit()
        if unit is not None:
            key = (Market, market)
            changed = unit.changed.get(key)
            if changed is not None:
                standing: Standing = changed.aggregate.standing
                return standing
            unit.use(key)
        try:
            return self._standings[market]
        except KeyError:
            raise MarketNotFoundError from None

    def now(self, market: MarketId = MAIN_MARKET) -> datetime:
        """The stored instant of a replay and of what was ended; else the wall clock's, which never goes back here."""
        terms, standing = self.terms(market), self.standing(market)
        if not terms.follows_the_wall or standing.state is MarketState.ENDED:
            return standing.now
        now = max(self._clock.now(), standing.now, self._told.get(market, standing.now))
        self._told[market] = now
        return now

    def check_open(self, market: MarketId) -> None:
        """Raises `MarketNotFoundError`, `MarketEndedError`."""
        if self.standing(market).state is MarketState.ENDED:
            raise MarketEndedError

    def worked_until(self, market: MarketId) -> datetime:
        """Up to which instant all that was due is worked. Raises `MarketNotFoundError`."""
        return self.standing(market).now

    async def move(self, market: MarketId, to: datetime) -> None:
        """Let a market stand at `to`, in the caller's unit.

        Raises:
            MarketNotFoundError: there is no such market.
            MarketTimePassedError: it has come further already.
            MarketEndedError: it goes no further.
        """
        moving = await self._markets.get(market)
        moving.move(to)
        self.save(moving)

    def save(self, market: Market) -> None:
        """Store a market, a new one too, in the caller's unit."""
        unit = self._unit.opened()
        self._markets.save(market)
        before, after = self._standings.get(market.id), market.standing
        unit.when_queued.append(lambda: self._show(market.terms, after))
        unit.when_failed.append(lambda: self._take_back(market.id, before))

    def _show(self, terms: MarketTerms, standing: Standing) -> None:
        self._terms[terms.id] = terms
        self._standings[terms.id] = standing
        self._watch.tell(terms.id)

    def _take_back(self, market: MarketId, before: Standing | None) -> None:
        """Of several changes that fail together, the first one tells how it was before."""
        shown = self._standings.get(market)
        if before is None:
            self._terms.pop(market, None)
            self._standings.pop(market, None)
        elif shown is not None and before.version < shown.version:
            self._standings[market] = before
            self._watch.tell(market)
