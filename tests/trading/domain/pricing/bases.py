"""What strategies compute from, as their tests need it: a session whose every trade can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from guilder.published.market_data import Bar, Print, Quote
from guilder.trading.domain.pricing.price_basis import PriceBasis
from tests.builders import AAPL, AN_HOUR, CLOSES_AT, OPENS_AT, a_session, price

A_MINUTE: Final = timedelta(minutes=1)
AN_HOUR_IN: Final = OPENS_AT + AN_HOUR
AFTER_THE_CLOSE: Final = CLOSES_AT + AN_HOUR


def a_basis(
    last: str = "100",
    *,
    bid: str | None = None,
    ask: str | None = None,
    now: datetime = AN_HOUR_IN,
    bars: Sequence[Bar] = (),
    trades: Sequence[Print] = (),
    stale: bool = False,
) -> PriceBasis:
    """An hour into the first session, a share at `last`; bid and ask are that, too, unless told."""
    quote = Quote(
        symbol=AAPL,
        price=price(last),
        bid=price(bid or last),
        ask=price(ask or last),
        at=min(now, CLOSES_AT),
        source="a test",
        stale=stale,
    )
    return PriceBasis(quote, a_session(), now, tuple(bars), tuple(trades))


def trades_of(*traded: tuple[str, int]) -> list[Print]:
    """Trades of (price, shares), a minute apart, from the open on."""
    return [Print(OPENS_AT + A_MINUTE * number, price(at), size) for number, (at, size) in enumerate(traded)]


def minutes_of(*bars: tuple[str, str, str], volume: int = 100, since: datetime = OPENS_AT) -> list[Bar]:
    """Minute bars of (high, low, close); each opens where it closes."""
    return [
        Bar(since + A_MINUTE * number, Decimal(close), Decimal(high), Decimal(low), Decimal(close), volume)
        for number, (high, low, close) in enumerate(bars)
    ]


def minutes_at(*closes: str, since: datetime = OPENS_AT) -> list[Bar]:
    """Minute bars that closed at these prices."""
    return minutes_of(*((close, close, close) for close in closes), since=since)
