"""The venue of the house: fills orders from the prices of the past, each portfolio as if alone with the market."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from guilder.published.market_data import Markets, PricePath, Session, Timeframe
from guilder.published.trading import Side
from guilder.shared.ids import MarketId, OrderId
from guilder.shared.symbol import StockSymbol
from guilder.trading.application.errors import NoSessionError, SymbolNotTradableError
from guilder.trading.application.order_desk import NO_PRICE, NOT_IMMEDIATE, OrderDesk
from guilder.trading.application.ports import OrderRepository, VolumeRepository
from guilder.trading.domain.explanation import SizeCap
from guilder.trading.domain.fill_profile import FillProfile, Participation
from guilder.trading.domain.fill_profiles import fill_profile
from guilder.trading.domain.matching import Match, find_match
from guilder.trading.domain.offer import Surroundings, offer_for
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_book import OrderBook, must_trade_in_session
from guilder.trading.domain.order_ticket import TimeInForce


@dataclass(slots=True)
class _Worked:
    """An order under way through a session: `turn` decides between orders that are due at the same instant."""

    order: Order
    path: PricePath
    profile: FillProfile
    turn: int
    is_changed: bool = False


class SimulatedVenue:
    """`Venue` for the sandbox and for replays."""

    def __init__(self, markets: Markets, orders: OrderRepository, volumes: VolumeRepository, desk: OrderDesk) -> None:
        self._markets = markets
        self._orders = orders
        self._volumes = volumes
        self._desk = desk

    def check(self, market: MarketId, symbol: StockSymbol, at: datetime) -> None:
        session = self._markets.session_at_or_after(market, at)
        if session is None:
            raise NoSessionError(f"Market {market} has no session any more")
        if session.is_open_at(at):
            self._path(market, symbol, session)

    async def submit(self, order: Order, at: datetime) -> None:
        session = self._markets.session_at_or_after(order.market, at)
        if session is None or not session.is_open_at(at):
            return
        path = self._path(order.market, order.ticket.symbol, session)
        worked = _Worked(order, path, fill_profile(order.fill_profile), turn=0)
        start: datetime | None = at
        while start is not None and order.is_open:
            match = find_match(order, path, worked.profile, since=start, until=at)
            start = None if match is None else await self._apply(worked, match)
        if order.is_open and order.ticket.time_in_force.is_immediate:
            await self._desk.cancel(order, at=at, reason=NOT_IMMEDIATE)

    async def work(self, market: MarketId, session: Session, since: datetime, until: datetime) -> Sequence[Order]:
        book = await self._orders.book_of(market)
        just_changed = {order.id: order for order in self._orders.changed_here(market)}
        if until < session.opens_at or not (book or just_changed):
            return []
        quiet_until = self._orders.quiet_until(market)
        if quiet_until is not None:
            since = max(since, quiet_until)
        changed = await self._work_session(market, book, just_changed, session, since, until)
        for order in changed:
            self._orders.save(order)
        if not changed:
            self._orders.note_quiet(market, until)
        return changed

    async def _work_session(
        self,
        market: MarketId,
        book: OrderBook,
        just_changed: Mapping[OrderId, Order],
        session: Session,
        since: datetime,
        until: datetime,
    ) -> Sequence[Order]:
        """`just_changed`: what the unit that is open has saved, of which the book does not know yet."""
        touched: dict[OrderId, Order] = {}

        async def open_orders(order_ids: Iterable[OrderId]) -> list[Order]:
            """Those of them that are for this session. Ids grow with time, so the oldest comes first."""
            found = []
            for order_id in sorted({*order_ids, *just_changed}):
                order = just_changed.get(order_id) or await self._orders.get(order_id)
                # Where sessions follow each other, an order placed at the very close is for the next one.
                if order.is_open and order.created_at < session.closes_at:
                    found.append(order)
            return found

        paths = self._paths(market, session, book, just_changed.values())
        woken: list[OrderId] = []
        for symbol, path in paths.items():
            if path is None:
                woken += book.in_need_of_a_price(symbol)
            else:
                woken += book.woken(symbol, partial(path.extremes, max(since, session.opens_at), until))

        resting = await open_orders(woken)
        for order in resting:
            if paths[order.ticket.symbol] is None and not order.filled_quantity and must_trade_in_session(order.ticket):
                await self._desk.reject(order, at=session.opens_at, reason=NO_PRICE)
                touched[order.id] = order
        priced = [(order, path) for order in resting if (path := paths[order.ticket.symbol]) is not None]
        for order in await self._trade(priced, session, since, until):
            touched[order.id] = order
        ending = await open_orders(book.for_the_session) if until >= session.closes_at else resting
        for order in ending:
            if order.is_open and await self._ended(order, session, until):
                touched[order.id] = order
        return [touched[order_id] for order_id in sorted(touched)]

    def _path(self, market: MarketId, symbol: StockSymbol, session: Session) -> PricePath:
        path = self._markets.path(market, symbol, session)
        if path is None:
            raise SymbolNotTradableError(f"{symbol} has no price in the session of {session.on}")
        return path

    def _paths(
        self, market: MarketId, session: Session, book: OrderBook, just_changed: Iterable[Order]
    ) -> dict[StockSymbol, PricePath | None]:
        symbols = dict.fromkeys([*book.symbols, *(order.ticket.symbol for order in just_changed)])
        return {symbol: self._markets.path(market, symbol, session) for symbol in symbols}

    async def _trade(
        self, resting: Sequence[tuple[Order, PricePath]], session: Session, since: datetime, until: datetime
    ) -> list[Order]:
        """What happens first is worked first, so that orders meet the cash as it stood at their instant."""
        turns = _turns([order for order, _ in resting])
        everyone = [_Worked(order, path, fill_profile(order.fill_profile), turns[order.id]) for order, path in resting]
        due: list[tuple[datetime, int, Match, _Worked]] = []

        def plan(worked: _Worked, start: datetime) -> None:
            last = session.opens_at if worked.order.ticket.time_in_force.is_immediate else until
            match = find_match(worked.order, worked.path, worked.profile, since=start, until=last)
            if match is not None:
                heapq.heappush(due, (match.at, worked.turn, match, worked))

        for worked in everyone:
            plan(worked, max(since, worked.order.created_at))
        while due:
            _, _, match, worked = heapq.heappop(due)
            if worked.order.is_open:
                start = await self._apply(worked, match)
                if worked.order.is_open:
                    plan(worked, start)
        return [worked.order for worked in everyone if worked.is_changed]

    async def _apply(self, worked: _Worked, match: Match) -> datetime:
        """Let a match happen as far as there are shares to be had; from where to look for the order's next one."""
        order, profile = worked.order, worked.profile
        if match.rule is None:
            worked.is_changed = True
            await self._desk.apply(order, match, None)
            return match.at
        if not order.is_sized:
            assert match.start is not None
            worked.is_changed = True
            await self._desk.size(order, match.start, match.at)
            if not order.is_open:
                return match.at
        cap = None if profile.participation is None else await self._cap(order, profile.participation, match.at)
        yesterday = None
        if profile.impact is not None:
            opens_at = worked.path.session.opens_at
            yesterday = self._markets.last_bar(order.market, order.ticket.symbol, opens_at, Timeframe.DAY)
        surroundings = Surroundings(self._markets.seed(order.market), cap, yesterday)
        offer = offer_for(order, match, worked.path, profile, surroundings)
        before = order.filled_quantity
        if match.triggered_at is not None or offer.quantity or order.ticket.time_in_force is TimeInForce.FOK:
            worked.is_changed = True
            await self._desk.apply(order, match, offer)
        if profile.participation is None:
            return match.at
        if order.filled_quantity > before:
            taken = await self._volumes.get(order.ticket.portfolio_id, order.ticket.symbol)
            taken.take(order.filled_quantity - before, profile.participation.span_of(match.at))
            self._volumes.save(taken)
        return profile.participation.next_span(match.at)

    async def _cap(self, order: Order, participation: Participation, at: datetime) -> SizeCap | None:
        """How many shares there are to be had at an instant; none before the first bar of all."""
        ticket = order.ticket
        span_at = participation.span_of(at)
        bar = self._markets.last_bar(order.market, ticket.symbol, span_at, participation.timeframe)
        taken = await self._volumes.get(ticket.portfolio_id, ticket.symbol)
        volume = 0 if bar is None else bar.volume
        return SizeCap(
            rate=participation.rate,
            timeframe=participation.timeframe,
            bar_at=span_at if bar is None else bar.at,
            bar_volume=volume,
            shares=participation.share_of(volume),
            taken=taken.taken_in(span_at),
        )

    async def _ended(self, order: Order, session: Session, until: datetime) -> bool:
        if order.ticket.time_in_force.is_immediate:
            await self._desk.cancel(order, at=session.opens_at, reason=NOT_IMMEDIATE)
            return True
        if order.ticket.time_in_force is TimeInForce.DAY and until >= session.closes_at:
            await self._desk.expire(order, at=session.closes_at)
            return True
        return False


def _turns(orders: Sequence[Order]) -> dict[OrderId, int]:
    """Who comes first of orders that are due at the same instant: the older one.

    Where a portfolio has several of one side in a symbol, the one with the better price takes the place of the oldest.
    """
    if len(orders) == 1:
        return {orders[0].id: 0}
    rivals: dict[object, list[int]] = {}
    for number, order in enumerate(orders):
        ticket = order.ticket
        rivals.setdefault((ticket.portfolio_id, ticket.symbol, ticket.side), []).append(number)
    turns = {}
    for numbers in rivals.values():
        by_price = sorted(numbers, key=lambda number: (_price_priority(orders[number]), number))
        turns.update({orders[number].id: turn for number, turn in zip(by_price, numbers, strict=True)})
    return turns


def _price_priority(order: Order) -> object:
    """Less comes first: orders that take any price, then the one that offers most, or asks least."""
    limit = order.ticket.limit_price
    if limit is None:
        return (0, 0)
    return (1, -limit.amount if order.ticket.side is Side.BUY else limit.amount)
