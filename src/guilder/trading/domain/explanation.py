"""Why an execution got its price, its size and its fees: every figure that went into it.

From these figures alone the price can be computed again by hand; `docs/how-a-fill-is-made.md` shows how.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from guilder.published.market_data import Timeframe
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity, format_decimal
from guilder.trading.domain.fee_schedule import Fees


class Rule(StrEnum):
    """Which rule gave the price from which an execution starts."""

    MARKET_AT_INSTANT = "market_at_instant"
    """A market order trades at the quote of the instant."""
    MARKET_AT_OPEN = "market_at_open"
    """A market order that waited trades at the quote of the open."""
    LIMIT_AT_QUOTE = "limit_at_quote"
    """The quote was as good as the limit, or better, when the order was first worked."""
    LIMIT_REACHED = "limit_reached"
    """The quote came to the limit."""
    STOP_AT_QUOTE = "stop_at_quote"
    """The price was at the stop, or beyond it, when the order was first worked."""
    STOP_REACHED = "stop_reached"
    """The price came to the stop."""


@dataclass(frozen=True, slots=True)
class QuoteUsed:
    """What the market said at the instant of the execution; prices per share."""

    at: datetime
    price: Price
    bid: Price
    ask: Price


@dataclass(frozen=True, slots=True)
class SizeCap:
    """How many shares there were to be had: `rate` of the volume of the bar that was just over.

    `taken` is what other executions of the portfolio in this symbol had of them.
    """

    rate: Decimal
    timeframe: Timeframe
    bar_at: datetime
    bar_volume: int
    shares: Quantity
    taken: Quantity


@dataclass(frozen=True, slots=True)
class Impact:
    """By how much the order moved the price: coefficient * (high - low) / close * sqrt(shares / volume) * start.

    `per_share` is that amount before it is rounded with the price. The bar is that of the last session that was over.
    """

    coefficient: Decimal
    bar_at: datetime
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int
    shares: Quantity
    per_share: Decimal


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that one execution rests on."""

    rule: Rule
    profile: str
    seed: int
    """The seed of the market: with symbol and day it decides when prices move."""
    session_on: date
    opened_at: Price
    """The price at the open of the session."""
    quote: QuoteUsed
    triggered_at: datetime | None
    """When the price came to the stop; None without one."""
    level: Price | None
    """The limit, or the stop, that the rule speaks of."""
    start: Price
    """The price that the rule gives."""
    impact: Impact | None
    is_held_at_limit: bool
    """Impact would have moved the price beyond the limit; it stayed there."""
    cap: SizeCap | None
    wanted: Quantity
    """What was left of the order."""
    payable: Money | None
    """What the portfolio could pay, where that was less than the shares cost; then it decides the size."""
    fees: Fees | None

    def in_words(self, symbol: str) -> str:
        """One line for people."""
        parts = [f"{_RULES[self.rule](self)} (session {self.session_on} of {symbol}, opened at {_of(self.opened_at)})"]
        if self.impact is not None and self.impact.per_share:
            held = ", held at the limit" if self.is_held_at_limit else ""
            parts.append(f"its own size moved it by {format_decimal(self.impact.per_share.normalize())}{held}")
        if self.cap is not None and self.cap.shares - self.cap.taken < self.wanted:
            parts.append(f"no more than {self.cap.shares - self.cap.taken} shares were to be had at once")
        if self.payable is not None:
            parts.append("cut to what the cash pays")
        return "; ".join(parts)


def _of(price: Price | None) -> str:
    return "" if price is None else format(price.amount, "f")


def _instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _side_of(it: Explanation) -> str:
    """What of the quote the order traded at."""
    if it.start == it.quote.price:
        return "price"
    return "ask" if it.start == it.quote.ask else "bid"


_RULES = {
    Rule.MARKET_AT_INSTANT: lambda it: f"Market: the {_side_of(it)} at {_instant(it.quote.at)} was {_of(it.start)}",
    Rule.MARKET_AT_OPEN: lambda it: f"Market: the {_side_of(it)} at the open was {_of(it.start)}",
    Rule.LIMIT_AT_QUOTE: lambda it: f"Limit {_of(it.level)}: the {_side_of(it)} was {_of(it.start)}, as good or better",
    Rule.LIMIT_REACHED: lambda it: f"Limit {_of(it.level)}: the price reached the limit",
    Rule.STOP_AT_QUOTE: lambda it: f"Stop {_of(it.level)}: the {_side_of(it)} was {_of(it.start)} when it was worked",
    Rule.STOP_REACHED: lambda it: f"Stop {_of(it.level)}: the price reached the stop",
}
