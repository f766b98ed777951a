"""What happened within a session, span by span and trade by trade, as far as it is over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Final

from guilder.market_data.domain.adjustment import Scale
from guilder.market_data.domain.rounding import as_amount
from guilder.market_data.domain.session_minutes import SessionMinutes
from guilder.published.market_data import Bar, Print
from guilder.shared.currency import Currency
from guilder.shared.money import Price

_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Window:
    """What is asked for, from `start` until just before `end`; None is no bound. Nothing later than `now` is told."""

    start: datetime | None
    end: datetime | None
    now: datetime


def bars_within(minutes: SessionMinutes, span: int, scale: Scale, window: Window) -> Iterator[Bar]:
    """The bars of a session that are over, of `span` minutes each, counted from midnight UTC; oldest first.

    A bar is over when its span is, or its session.
    """
    midnight = datetime.combine(minutes.opens_at.astimezone(UTC).date(), time(), UTC)
    opened = (minutes.opens_at - midnight) // _MINUTE
    over = minutes.over_at(window.now)
    price = cache(scale.price)
    number = opened // span
    if window.start is not None:
        number = max(number, -((midnight - window.start) // _MINUTE // span))
    while (first := max(number * span - opened, 0)) < over:
        at = midnight + number * span * _MINUTE
        end = min((number + 1) * span - opened, minutes.minutes)
        if end > over or (window.end is not None and at >= window.end):
            return
        bar = minutes.bar(first, end)
        yield Bar(at, price(bar.open), price(bar.high), price(bar.low), price(bar.close), bar.volume)
        number += 1


def trades_within(minutes: SessionMinutes, currency: Currency, window: Window) -> Iterator[Print]:
    """The trades of a session up to now, oldest first; prices as they were traded."""
    price = cache(lambda steps: Price(as_amount(steps), currency))
    number = 0 if window.start is None else max((window.start - minutes.opens_at) // _MINUTE, 0)
    for minute in range(number, minutes.minutes):
        for trade in minutes.trades(minute):
            at = minutes.instant(trade.offset)
            if at > window.now or (window.end is not None and at >= window.end):
                return
            if window.start is None or window.start <= at:
                yield Print(at, price(trade.steps), trade.size)
