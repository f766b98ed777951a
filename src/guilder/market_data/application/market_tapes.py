"""The prices of each market, made when they are first asked for and kept."""

from __future__ import annotations

from datetime import datetime

from guilder.market_data.application.ports import MarketBoard, PriceHistory
from guilder.market_data.domain.exchange_hours import ExchangeHours
from guilder.market_data.domain.market import MarketTerms
from guilder.market_data.domain.sandbox import SandboxTimeline
from guilder.market_data.domain.tape import Tape
from guilder.market_data.domain.timeline import ExchangeTimeline, Timeline, position_at_or_after
from guilder.published.market_data import MarketMode, Session
from guilder.shared.errors import UnavailableError
from guilder.shared.ids import MarketId


class NoPriceProviderError(UnavailableError):
    """This market is live, and no provider of live prices is set up."""

    code = "no_price_provider"


class MarketTapes:
    """One tape a market, over one history; the terms of a market never change, so neither does its tape."""

    def __init__(self, board: MarketBoard, history: PriceHistory) -> None:
        self._board = board
        self._history = history
        self._tapes: dict[MarketId, Tape] = {}
        self._hours = ExchangeHours()
        self._asked_for: dict[MarketId, tuple[datetime, Session]] = {}
        """The session that was last asked for: up to its close it is the answer for every later instant, too."""

    def tape(self, market: MarketId) -> Tape:
        """Raises `MarketNotFoundError`, or `NoPriceProviderError` for a live market."""
        tape = self._tapes.get(market)
        if tape is None:
            terms = self._board.terms(market)
            tape = self._tapes[market] = Tape(self._timeline(terms), seed=terms.seed, source=self._history.source)
        return tape

    def session_at_or_after(self, market: MarketId, instant: datetime) -> Session | None:
        """The session that is open at `instant` (its close excluded), else the next; None when the data end.

        A live market has hours though it may have no prices. Raises `MarketNotFoundError`.
        """
        known = self._asked_for.get(market)
        if known is not None and known[0] <= instant < known[1].closes_at:
            return known[1]
        if self._board.terms(market).mode is MarketMode.LIVE:
            return self._hours.session_at_or_after(instant)
        timeline = self.tape(market).timeline
        position = position_at_or_after(timeline, instant)
        session = None if position is None else timeline.session(position)
        if session is not None:
            self._asked_for[market] = (instant, session)
        return session

    def _timeline(self, terms: MarketTerms) -> Timeline:
        match terms.mode:
            case MarketMode.SANDBOX:
                return SandboxTimeline(self._history.calendar, terms.anchor)
            case MarketMode.REPLAY:
                return ExchangeTimeline(self._history.calendar)
            case MarketMode.LIVE:
                raise NoPriceProviderError
