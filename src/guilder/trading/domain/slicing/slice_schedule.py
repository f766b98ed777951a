"""When each slice of an order is due, and how large it is: decided once, when the order is accepted.

Golden row D5: the first slice at once, the last at the horizon, all together the order, each rounded down to a whole
increment, the remainder in the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Final

from guilder.published.market_data import Session
from guilder.shared.errors import InvalidError
from guilder.shared.quantity import QUANTITY_DECIMALS, Quantity
from guilder.trading.domain.slicing.slicing_terms import Algorithm, SlicingTerms
from guilder.trading.domain.slicing.volume_profile import VolumeProfile

MOST_SLICES: Final = 500
_INSTANT: Final = timedelta(microseconds=1)


class HorizonBeyondSessionError(InvalidError):
    """The last slice would be due when the session is over."""

    code = "horizon_beyond_session"
    field = "horizon"


class TooManySlicesError(InvalidError):
    """An order is cut into 500 slices at most."""

    code = "too_many_slices"
    field = "interval"


class EmptySliceError(InvalidError):
    """The quantity is too small to be cut into so many slices."""

    code = "empty_slice"
    field = "interval"


@dataclass(frozen=True, slots=True)
class Slice:
    """So many shares that are due at an instant of the market."""

    due_at: datetime
    quantity: Quantity


def schedule(
    terms: SlicingTerms,
    quantity: Quantity,
    session: Session,
    start: datetime,
    profile: VolumeProfile | None,
) -> tuple[Slice, ...]:
    """The slices of an order whose first one is due at `start`, within `session`.

    `profile` is needed by a VWAP order alone: how the volume of an earlier session was spread.

    Raises:
        HorizonBeyondSessionError: the horizon is not before the close.
        TooManySlicesError: the interval is too short for so long a horizon.
        EmptySliceError: a slice would have less than one share, or than a billionth of a share of a fractional order.
    """
    instants = _instants(terms, session, start)
    if terms.algorithm is Algorithm.TWAP:
        weights: Sequence[Fraction] = [Fraction(1)] * len(instants)
    else:
        assert profile is not None
        weights = _weights(instants, terms.interval, session, profile)
    sizes = _sizes(quantity, weights)
    return tuple(Slice(at, size) for at, size in zip(instants, sizes, strict=True))


def _instants(terms: SlicingTerms, session: Session, start: datetime) -> list[datetime]:
    """An interval apart, the last one at the horizon, which may come sooner after the one before."""
    until_the_close = session.closes_at - _INSTANT - start
    horizon = terms.horizon
    if horizon is None:
        horizon = until_the_close // terms.interval * terms.interval
    if horizon > until_the_close:
        raise HorizonBeyondSessionError
    before_the_last = -(-horizon // terms.interval)
    if before_the_last >= MOST_SLICES:
        raise TooManySlicesError(f"{before_the_last + 1} slices are more than {MOST_SLICES}; take a longer interval")
    return [*(start + number * terms.interval for number in range(before_the_last)), start + horizon]


def _weights(
    instants: Sequence[datetime], interval: timedelta, session: Session, profile: VolumeProfile
) -> list[Fraction]:
    """The part of the volume from each instant to the next; from the last one on for one more interval."""
    length = session.closes_at - session.opens_at
    bounds = [*instants, min(instants[-1] + interval, session.closes_at)]
    passed = [profile.until(Fraction((at - session.opens_at) // _INSTANT, length // _INSTANT)) for at in bounds]
    return [after - before for before, after in pairwise(passed)]


def _sizes(quantity: Quantity, weights: Sequence[Fraction]) -> list[Quantity]:
    """The quantity by these weights, in whole increments, rounded down; the remainder goes to the last."""
    is_whole = quantity.value == quantity.value.to_integral_value()
    decimals = 0 if is_whole else QUANTITY_DECIMALS
    increments = int(quantity.value.scaleb(decimals))
    whole = sum(weights)
    counts = [int(increments * weight / whole) if whole else 0 for weight in weights[:-1]]
    counts.append(increments - sum(counts))
    if not all(counts):
        raise EmptySliceError(f"{quantity} cannot be cut into {len(weights)} slices; take a longer interval")
    return [Quantity(Decimal(count).scaleb(-decimals)) for count in counts]
