"""When and at what price an order is filled, as the price of its stock moves through a session.

The rules of the `ideal` profile on daily bars: a resting buy limit fills at the open when the session opens at or
below it, else at the limit when the price falls to it; a buy stop triggers at the open when the session opens at or
above it, and fills there, else at the stop when the price rises to it; sells likewise, mirrored. A market order fills
at the price of the instant, or at the next open. What an order gets depends on the path alone, not on how the
way along it is cut into steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from guilder.published.market_data import Direction, PricePath
from guilder.published.trading import Side
from guilder.shared.money import Price
from guilder.shared.quantity import Quantity
from guilder.trading.domain.fill_profile import FillProfile
from guilder.trading.domain.order import Order


@dataclass(frozen=True, slots=True)
class Match:
    """The next thing that happens to an order: it is triggered, or filled, or both at once."""

    at: datetime
    triggered_at: datetime | None
    price: Price | None
    """Per share; None when the order is only triggered."""
    quantity: Quantity | None
    """At most so many shares; what is left of the order may be less."""
    reason: str


def find_match(
    order: Order, path: PricePath, profile: FillProfile, *, since: datetime, until: datetime
) -> Match | None:
    """The first thing that happens to an open order in [since, until] of a session; None when nothing does."""
    start = max(since, path.session.opens_at)
    if start > min(until, path.session.closes_at):
        return None

    ticket = order.ticket
    stop = ticket.stop_price
    room = profile.room(path.volume, _filled_in(order, path))
    nothing_left = room is not None and not room
    if order.is_working or stop is None:
        return None if nothing_left else _fill(order, path, start, until, room, triggered_at=None)
    rising = Direction.RISING if ticket.side is Side.BUY else Direction.FALLING
    triggered_at = path.first_touch(stop, rising, since=start, until=until)
    if triggered_at is None:
        return None
    has_limit = ticket.order_type.has_limit
    only_triggered = Match(
        triggered_at,
        triggered_at,
        None,
        None,
        f"Stop {stop.amount} was reached; from now on a {'limit' if has_limit else 'market'} order ({_session(path)})",
    )
    if nothing_left:
        return only_triggered
    if has_limit:
        filled = _fill(order, path, triggered_at, triggered_at, room, triggered_at=triggered_at)
        return filled or only_triggered
    gapped = triggered_at == start
    price = path.price_at(start) if gapped else stop
    how = f"was at {price.amount} when it was worked" if gapped else "reached the stop"
    reason = f"Stop {stop.amount}: the price {how} ({_session(path)})"
    return Match(triggered_at, triggered_at, price, room, _sized(reason, room, order))


def _fill(
    order: Order,
    path: PricePath,
    start: datetime,
    until: datetime,
    room: Quantity | None,
    *,
    triggered_at: datetime | None,
) -> Match | None:
    """What a working order gets from `start` on."""
    ticket = order.ticket
    limit = ticket.limit_price
    if limit is None:
        price = path.price_at(start)
        return Match(start, triggered_at, price, room, _sized(_market_reason(path, start, price), room, order))
    falling = Direction.FALLING if ticket.side is Side.BUY else Direction.RISING
    at = path.first_touch(limit, falling, since=start, until=until)
    if at is None:
        return None
    on_arrival = at == start
    price = path.price_at(at) if on_arrival else limit
    how = f"stood at {price.amount}, as good or better" if on_arrival else "reached the limit"
    reason = f"Limit {limit.amount}: the price {how} ({_session(path)})"
    return Match(at, triggered_at, price, room, _sized(reason, room, order))


def _filled_in(order: Order, path: PricePath) -> Quantity:
    session = path.session
    filled = Quantity.zero()
    for execution in order.executions:
        if session.opens_at <= execution.at <= session.closes_at:
            filled += execution.quantity
    return filled


def _market_reason(path: PricePath, at: datetime, price: Price) -> str:
    when = "the open" if at == path.session.opens_at else at.isoformat().replace("+00:00", "Z")
    return f"Market: the price at {when} was {price.amount} ({_session(path)})"


def _session(path: PricePath) -> str:
    """Which session, in words; only what was known once it had opened."""
    opened_at = path.price_at(path.session.opens_at).amount
    return f"session {path.session.on} of {path.symbol}, opened at {opened_at}"


def _sized(reason: str, room: Quantity | None, order: Order) -> str:
    if room is None or room >= order.leaves_quantity:
        return reason
    return f"{reason}; no more than {room} shares were to be had in this session"
