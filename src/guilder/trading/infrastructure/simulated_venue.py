"""The venue of the house: fills orders from the prices of the past, each portfolio as if alone with the market."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from guilder.published.market_data import Markets, PricePath, Session
from guilder.shared.ids import MarketId
from guilder.trading.application.errors import SymbolNotTradableError
from guilder.trading.application.order_desk import NOT_IMMEDIATE, OrderDesk
from guilder.trading.application.ports import OrderRepository
from guilder.trading.domain.fill_profile import fill_profile
from guilder.trading.domain.matching import Match, find_match
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_ticket import OrderType, TimeInForce

NO_PRICE: Final = "no_price_in_session"


class SimulatedVenue:
    """`Venue` for the sandbox and for replays."""

    def __init__(self, markets: Markets, orders: OrderRepository, desk: OrderDesk) -> None:
        self._markets = markets
        self._orders = orders
        self._desk = desk

    async def submit(self, order: Order, at: datetime) -> None:
        session = self._markets.session_at_or_after(order.market, at)
        if session is None or not session.is_open_at(at):
            return
        path = self._markets.path(order.market, order.ticket.symbol, session)
        if path is None:
            raise SymbolNotTradableError(f"{order.ticket.symbol} has no price in the session of {session.on}")
        await self._work_one(order, path, since=at, until=at)
        if order.is_open and order.ticket.time_in_force.is_immediate:
            await self._desk.cancel(order, at=at, reason=NOT_IMMEDIATE)

    async def work(self, market: MarketId, until: datetime) -> Sequence[Order]:
        worked_until = self._markets.worked_until(market)
        session = self._markets.session_at_or_after(market, worked_until)
        if session is None or until < session.opens_at:
            return []
        everything = [await self._orders.get(order_id) for order_id in await self._orders.open_in(market)]
        # Where sessions follow each other, an order placed at the very close is for the next one.
        resting = [order for order in everything if order.created_at < session.closes_at]
        if not resting:
            return []
        changed = await self._work_session(market, session, resting, worked_until, until)
        for order in changed:
            self._orders.save(order)
        return changed

    async def _work_session(
        self, market: MarketId, session: Session, resting: Sequence[Order], since: datetime, until: datetime
    ) -> list[Order]:
        """What happens first is worked first, so that orders meet the cash as it stood at their instant."""
        symbols = {order.ticket.symbol for order in resting}
        paths = {symbol: self._markets.path(market, symbol, session) for symbol in symbols}
        changed: dict[int, Order] = {}
        due: list[tuple[datetime, datetime, int, Match, PricePath]] = []

        def plan(number: int, order: Order, path: PricePath, start: datetime) -> None:
            last = session.opens_at if order.ticket.time_in_force.is_immediate else until
            match = find_match(order, path, fill_profile(order.fill_profile), since=start, until=last)
            if match is not None:
                heapq.heappush(due, (match.at, order.created_at, number, match, path))

        for number, order in enumerate(resting):
            path = paths[order.ticket.symbol]
            if path is not None:
                plan(number, order, path, max(since, order.created_at))
            elif _must_trade_in(order):
                await self._desk.reject(order, at=session.opens_at, reason=NO_PRICE)
                changed[number] = order

        while due:
            at, _, number, match, path = heapq.heappop(due)
            order = resting[number]
            await self._desk.apply(order, match)
            changed[number] = order
            if order.is_open:
                plan(number, order, path, at)

        still_open = [(number, order) for number, order in enumerate(resting) if order.is_open]
        changed |= {number: order for number, order in still_open if await self._ended(order, session, until)}
        return [changed[number] for number in sorted(changed)]

    async def _ended(self, order: Order, session: Session, until: datetime) -> bool:
        if order.ticket.time_in_force.is_immediate:
            await self._desk.cancel(order, at=session.opens_at, reason=NOT_IMMEDIATE)
            return True
        if order.ticket.time_in_force is TimeInForce.DAY and until >= session.closes_at:
            await self._desk.expire(order, at=session.closes_at)
            return True
        return False

    async def _work_one(self, order: Order, path: PricePath, *, since: datetime, until: datetime) -> None:
        profile = fill_profile(order.fill_profile)
        while order.is_open and (match := find_match(order, path, profile, since=since, until=until)):
            await self._desk.apply(order, match)


def _must_trade_in(order: Order) -> bool:
    """Whether an order that finds no price in its session is over: it is for this session, or takes any price.

    What was filled in part is never rejected: it waits for a session with a price.
    """
    ticket = order.ticket
    return not order.filled_quantity and (
        ticket.time_in_force is not TimeInForce.GTC or ticket.order_type is OrderType.MARKET
    )
