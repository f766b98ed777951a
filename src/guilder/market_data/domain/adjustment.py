"""Makes the prices of different days comparable, by what is known at the market's present time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Final, NamedTuple

from guilder.market_data.domain.listing import Listing, SessionPrices
from guilder.market_data.domain.rounding import CENT, STEP_DECIMALS, STEPS_A_CENT, as_amount, rounded_quotient
from guilder.market_data.domain.timeline import Step, Timeline
from guilder.published.market_data import Adjustment, Bar

ADJUSTED_DECIMALS: Final = 6
_UNITS_A_STEP: Final = 10 ** (ADJUSTED_DECIMALS - STEP_DECIMALS)
_bar: Final = partial(tuple.__new__, Bar)
"""A bar of its six fields at once: half of what `Bar` costs, where somebody walks through history bar by bar."""


class Scale(NamedTuple):
    """What the prices and the volumes of one session are multiplied by."""

    factor: Fraction
    shares: Fraction

    def price(self, steps: int) -> Decimal:
        return _adjusted(steps, self.factor)

    def volume(self, shares: int) -> int:
        return rounded_quotient(shares * self.shares.numerator, self.shares.denominator)


class Adjuster:
    """Prices of earlier sessions multiplied by the factors of all that came after them; volumes by splits alone.

    Adjusted prices are rounded half-even to six decimals.
    """

    def __init__(self, steps: Iterable[Step]) -> None:
        ordered = sorted(steps, key=lambda step: step.position)
        self._positions = [step.position for step in ordered]
        self._factors = [(Fraction(1), Fraction(1))]
        for step in reversed(ordered):
            factor, shares = self._factors[-1]
            self._factors.append((factor * step.factor, shares * step.shares))

    @classmethod
    def as_of(cls, now: datetime, adjustment: Adjustment, timeline: Timeline, listing: Listing) -> Adjuster:
        """What has happened up to `now`: a split from the open of its ex-session on, a dividend from its close on."""
        steps: list[Step] = []
        started, finished = timeline.last_started(now), timeline.last_finished(now)
        if adjustment is not Adjustment.RAW and started is not None:
            steps += timeline.splits(listing, until=started)
        if adjustment is Adjustment.ALL and finished is not None:
            steps += timeline.dividends(listing, until=finished)
        return cls(steps)

    def scale(self, position: int) -> Scale:
        """How the session at `position` is adjusted."""
        return Scale(*self._factors[len(self._positions) - bisect_right(self._positions, position)])

    def bar(self, position: int, on: date, prices: SessionPrices) -> Bar:
        """The bar of the session at `position`, adjusted."""
        scale = self.scale(position)
        return Bar(
            at=datetime.combine(on, time(), UTC),
            open=scale.price(prices.open),
            high=scale.price(prices.high),
            low=scale.price(prices.low),
            close=scale.price(prices.close),
            volume=scale.volume(prices.volume),
        )


def bar_as_traded(at: datetime, prices: SessionPrices) -> Bar:
    """The bar of a session, unadjusted: who walks through history asks for nothing else."""
    opened, high, low, close, volume = prices
    if opened % STEPS_A_CENT or high % STEPS_A_CENT or low % STEPS_A_CENT or close % STEPS_A_CENT:
        return Bar(at, as_amount(opened), as_amount(high), as_amount(low), as_amount(close), volume)
    return _bar(
        (
            at,
            opened // STEPS_A_CENT * CENT,
            high // STEPS_A_CENT * CENT,
            low // STEPS_A_CENT * CENT,
            close // STEPS_A_CENT * CENT,
            volume,
        )
    )


def _adjusted(steps: int, factor: Fraction) -> Decimal:
    if factor.numerator == factor.denominator:
        return as_amount(steps)
    units = rounded_quotient(steps * _UNITS_A_STEP * factor.numerator, factor.denominator)
    return as_amount(max(units, 1), ADJUSTED_DECIMALS)
