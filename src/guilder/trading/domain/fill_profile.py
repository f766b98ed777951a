"""How the simulated venue fills orders: at which prices, how many shares at a time, and for what fees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from guilder.published.market_data import Bar, Timeframe
from guilder.published.trading import Side
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity
from guilder.trading.domain.fee_schedule import Fees, FeeSchedule

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CENT: Final = Decimal("0.01")
_FINE: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Participation:
    """Time is cut into spans of `timeframe`; in each span the orders that a portfolio has in a symbol may together
    have `rate` of the shares that traded in the span before: of which everybody knows by then.
    """

    rate: Decimal
    timeframe: Timeframe

    def share_of(self, volume: int) -> Quantity:
        """How many shares that is: whole ones, rounded down."""
        return Quantity(Decimal(int(volume * self.rate)))

    def span_of(self, instant: datetime) -> datetime:
        """Where the span begins in which `instant` lies."""
        length = timedelta(minutes=self.timeframe.minutes)
        return _EPOCH + (instant - _EPOCH) // length * length

    def next_span(self, instant: datetime) -> datetime:
        """Where the next one begins."""
        return self.span_of(instant) + timedelta(minutes=self.timeframe.minutes)


@dataclass(frozen=True, slots=True)
class SquareRootImpact:
    """An order moves the price against itself by coefficient * volatility * sqrt(shares / volume) of it.

    The square-root law of market impact (Almgren, Thum, Hauptmann and Li, "Direct Estimation of Equity Market Impact",
    2005; Tóth et al., "Anomalous price impact and the critical nature of liquidity in financial markets", 2011).
    Volatility is (high - low) / close, and volume the shares, of the last session that is over.
    """

    coefficient: Decimal

    def per_share(self, price: Price, quantity: Quantity, day: Bar) -> Decimal:
        """By how much the price of one share moves; not rounded. Zero where that session traded nothing."""
        if not day.volume:
            return Decimal(0)
        volatility = (day.high - day.low) / day.close
        return self.coefficient * volatility * (quantity.value / day.volume).sqrt() * price.amount


@dataclass(frozen=True, slots=True)
class FillProfile:
    """One way of filling orders. A profile is data; `fill_profiles/` has a file for each."""

    name: str
    summary: str
    """One line for people who choose."""
    crosses_spread: bool = False
    """Whether buys pay the ask and sells get the bid; else both trade at the price between them."""
    participation: Participation | None = None
    """None: any number of shares can be had at once."""
    impact: SquareRootImpact | None = None
    fees: FeeSchedule | None = None

    def charge(self, side: Side, quantity: Quantity, value: Money, *, before: tuple[Quantity, Money]) -> Fees | None:
        """What an execution costs beside its price; None where nothing is ever charged."""
        return None if self.fees is None else self.fees.charge(side, quantity, value, before=before)

    def commission(self, quantity: Quantity, value: Money) -> Money:
        """The commission of a whole order."""
        return Money.zero(value.currency) if self.fees is None else self.fees.commission(quantity, value)


def against(side: Side, price: Price, slippage: Decimal) -> Price:
    """`price` moved against the order: up for a buy, down for a sell, to the next cent (below 1.00 four decimals).

    A sell gets the smallest price there is, where nothing would be left.
    """
    if not slippage:
        return price
    step = _CENT if price.amount >= 1 else _FINE
    if side is Side.BUY:
        return Price(((price.amount + slippage) / step).to_integral_value(ROUND_CEILING) * step, price.currency)
    lower = ((price.amount - slippage) / step).to_integral_value(ROUND_FLOOR) * step
    return Price(max(lower, _FINE), price.currency)
