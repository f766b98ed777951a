"""Draws the way a price takes through a session, of which the data tell four points but not when."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Final

from guilder.market_data.domain.listing import SessionPrices
from guilder.market_data.domain.rounding import as_amount
from guilder.published.market_data import PricePath, Session
from guilder.shared.currency import Currency
from guilder.shared.money import Price
from guilder.shared.symbol import StockSymbol

_TICKS: Final = tuple((size, as_amount(size)) for size in (100, 10, 1))
_SECOND: Final = timedelta(seconds=1)


def draw_path(
    symbol: StockSymbol,
    currency: Currency,
    session: Session,
    prices: SessionPrices,
    *,
    seed: int,
    source_on: date,
) -> PricePath:
    """Open, the extreme nearer to the open (the low, when both are as near), the other extreme, close.

    The two extremes come at whole seconds that look random and depend on seed, symbol and day of the data alone: the
    same market always moves the same way. Where the open or the close is itself an extreme, it stands for it.
    """
    low_first = prices.open - prices.low <= prices.high - prices.open
    first, second = (prices.low, prices.high) if low_first else (prices.high, prices.low)
    first_at, second_at = _instants(session, f"{seed}|{symbol}|{source_on.isoformat()}")

    points = [(session.opens_at, prices.open)]
    if first != prices.open:
        points.append((first_at, first))
    if second != prices.close and second != points[-1][1]:
        points.append((second_at, second))
    points.append((session.closes_at, prices.close))

    size, tick = _coarsest_tick(prices)
    return PricePath(
        symbol=symbol,
        session=session,
        points=tuple((at, steps // size) for at, steps in points),
        tick=Price(tick, currency),
        volume=prices.volume,
        source_on=source_on,
    )


def _instants(session: Session, key: str) -> tuple[datetime, datetime]:
    """Two different whole seconds inside the session, the earlier first."""
    digest = blake2b(key.encode(), digest_size=16).digest()
    inner = (session.closes_at - session.opens_at) // _SECOND - 1
    one = 1 + int.from_bytes(digest[:8]) % inner
    other = 1 + int.from_bytes(digest[8:]) % (inner - 1)
    if other >= one:
        other += 1
    earlier, later = sorted((one, other))
    return session.opens_at + earlier * _SECOND, session.opens_at + later * _SECOND


def _coarsest_tick(prices: SessionPrices) -> tuple[int, Decimal]:
    """Cents where all four prices are in cents, else as fine as they need: its size in steps, and its amount."""
    opened, high, low, close, _ = prices
    for size, tick in _TICKS:
        if not (opened % size or high % size or low % size or close % size):
            return size, tick
    raise AssertionError("every number can be divided by one")
