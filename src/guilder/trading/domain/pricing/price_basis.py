"""What a price is computed from: what a market has shown of one symbol up to now, and nothing later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from guilder.published.market_data import Bar, Print, Quote, Session
from guilder.shared.errors import GuilderError


class LookAheadError(GuilderError):
    """A price would be computed from what is yet to come: a mistake of whoever gathered its basis."""

    code = "look_ahead"


class Detail(StrEnum):
    """How closely a strategy looks at the session."""

    QUOTE = "quote"
    MINUTES = "minutes"
    """Its minute bars that are over."""
    TRADES = "trades"
    """Its trades so far; where the source tells of none, its minute bars."""


@dataclass(frozen=True, slots=True)
class PriceBasis:
    """One symbol in one market at its instant `now`.

    `session` is the one that is open, else the last one that was; `bars` and `trades` are of that session alone, oldest
    first.

    Raises:
        LookAheadError: a part of it is later than `now`.
    """

    quote: Quote
    session: Session
    now: datetime
    bars: tuple[Bar, ...] = ()
    trades: tuple[Print, ...] = ()

    def __post_init__(self) -> None:
        latest = max((part[-1].at for part in (self.bars, self.trades) if part), default=self.quote.at)
        if max(latest, self.quote.at, self.session.opens_at) > self.now:
            raise LookAheadError(f"Something of {self.quote.symbol} is later than {self.now.isoformat()}")

    @property
    def is_open(self) -> bool:
        """Whether the market trades now."""
        return self.session.is_open_at(self.now)

    @property
    def told_until(self) -> datetime:
        """The last instant of the session that has come: now, or its close."""
        return min(self.now, self.session.closes_at)
