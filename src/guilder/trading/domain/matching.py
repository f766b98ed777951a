"""When an order is filled, and from which price, as the price of its stock moves through a session.

A resting buy limit fills at the open when the session opens at or below it, else at the limit when the price falls to
it; a buy stop triggers at the open when the session opens at or above it, and fills there, else at the stop when the
price rises to it; sells likewise, mirrored. A market order fills at the price of the instant, or at the next open.
Where a profile crosses the spread, a buy looks at the ask and a sell at the bid; stops are triggered by the price
between them. What an order gets depends on the path alone, not on how the way along it is cut into steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from guilder.published.market_data import Direction, PricePath
from guilder.published.spread import around, highest_price_asked_within, lowest_price_bid_within
from guilder.published.trading import Side
from guilder.shared.money import Price
from guilder.trading.domain.explanation import Rule
from guilder.trading.domain.fill_profile import FillProfile
from guilder.trading.domain.order import Order


@dataclass(frozen=True, slots=True)
class Match:
    """The next thing that happens to an order: it is triggered, or can trade, or both at once."""

    at: datetime
    triggered_at: datetime | None = None
    rule: Rule | None = None
    """None when the order is only triggered."""
    start: Price | None = None
    """Per share, before what the order's own size does to it; there with a rule."""


def find_match(
    order: Order, path: PricePath, profile: FillProfile, *, since: datetime, until: datetime
) -> Match | None:
    """The first thing that happens to an open order in [since, until] of a session; None when nothing does."""
    start = max(since, path.session.opens_at)
    if start > min(until, path.session.closes_at):
        return None

    ticket = order.ticket
    stop = ticket.stop_price
    if order.is_working or stop is None:
        return _trade(order, path, profile, start, until)
    rising = Direction.RISING if ticket.side is Side.BUY else Direction.FALLING
    triggered_at = path.first_touch(stop, rising, since=start, until=until)
    if triggered_at is None:
        return None
    if ticket.order_type.has_limit:
        traded = _trade(order, path, profile, triggered_at, triggered_at)
        if traded is None:
            return Match(triggered_at, triggered_at)
        return Match(triggered_at, triggered_at, traded.rule, traded.start)
    gapped = triggered_at == start
    market = path.price_at(start) if gapped else stop
    rule = Rule.STOP_AT_QUOTE if gapped else Rule.STOP_REACHED
    return Match(triggered_at, triggered_at, rule, _quoted(ticket.side, market, path, profile))


def _trade(order: Order, path: PricePath, profile: FillProfile, start: datetime, until: datetime) -> Match | None:
    """When a working order can trade, from `start` on."""
    ticket = order.ticket
    limit = ticket.limit_price
    if limit is None:
        rule = Rule.MARKET_AT_OPEN if start == path.session.opens_at else Rule.MARKET_AT_INSTANT
        return Match(start, None, rule, _quoted(ticket.side, path.price_at(start), path, profile))
    awaited = _awaited(ticket.side, limit, path, profile)
    if awaited is None:
        return None
    falling = Direction.FALLING if ticket.side is Side.BUY else Direction.RISING
    at = path.first_touch(awaited, falling, since=start, until=until)
    if at is None:
        return None
    if at > start:
        return Match(at, None, Rule.LIMIT_REACHED, limit)
    return Match(at, None, Rule.LIMIT_AT_QUOTE, _quoted(ticket.side, path.price_at(at), path, profile))


def _quoted(side: Side, price: Price, path: PricePath, profile: FillProfile) -> Price:
    """What one side pays, or gets, when the market's price is this."""
    if not profile.crosses_spread:
        return price
    bid, ask = around(price, path.tick)
    return ask if side is Side.BUY else bid


def _awaited(side: Side, limit: Price, path: PricePath, profile: FillProfile) -> Price | None:
    """The market's price at which the limit is reached; None when it never can be."""
    if not profile.crosses_spread:
        return limit
    if side is Side.BUY:
        return highest_price_asked_within(limit, path.tick)
    return lowest_price_bid_within(limit, path.tick)
