"""Works orders whole or in slices: each slice is an order of its own, placed when it falls due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from guilder.core.ids import IdSource
from guilder.published.market_data import Markets
from guilder.shared.ids import MarketId, OrderId
from guilder.trading.application.errors import NoSessionError, SymbolNotTradableError
from guilder.trading.application.order_desk import NO_PRICE, OrderDesk
from guilder.trading.application.ports import OrderRepository, SessionVolumes, Venue
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_status import OrderStatus
from guilder.trading.domain.order_ticket import OrderTicket
from guilder.trading.domain.slicing.slice_plan import SlicePlan
from guilder.trading.domain.slicing.slice_schedule import schedule
from guilder.trading.domain.slicing.slicing_terms import Algorithm

SLICES_ENDED: Final = "slices_ended"


class OrderSlicer:
    """Stands before the venue: what is worked whole goes there at once, slices when the market's time has come.

    All of it happens inside the caller's unit.
    """

    def __init__(
        self,
        orders: OrderRepository,
        desk: OrderDesk,
        venue: Venue,
        markets: Markets,
        volumes: SessionVolumes,
        ids: IdSource,
    ) -> None:
        self._orders = orders
        self._desk = desk
        self._venue = venue
        self._markets = markets
        self._volumes = volumes
        self._ids = ids

    async def plan(self, ticket: OrderTicket, market: MarketId, at: datetime) -> SlicePlan | None:
        """When the slices of a ticket are due, from now or the next open on; None for one that is worked whole.

        Raises:
            NoSessionError, NoVolumeProfileError: as they say.
            HorizonBeyondSessionError, TooManySlicesError, EmptySliceError: as `schedule`.
        """
        if ticket.slicing is None:
            return None
        session = self._markets.session_at_or_after(market, at)
        if session is None:
            raise NoSessionError
        is_by_volume = ticket.slicing.algorithm is Algorithm.VWAP
        profile = await self._volumes.last_profile(ticket.symbol, market) if is_by_volume else None
        start = max(at, session.opens_at)
        return SlicePlan(schedule(ticket.slicing, ticket.quantity, session, start, profile))

    async def submit(self, order: Order, at: datetime) -> None:
        """Work an order as far as it is due. Raises as `Venue.submit`."""
        if order.plan is None:
            await self._venue.submit(order, at)
            return
        self._orders.save(order)
        await self._place_due(order, at)

    async def next_due_at(self, market: MarketId) -> datetime | None:
        """When a slice falls due next; up to there, and no further, the venue may work before it is placed."""
        next_slice = await self._orders.next_slice(market)
        return None if next_slice is None else next_slice[0]

    async def work(self, market: MarketId, until: datetime) -> bool:
        """Place what is due by then; whether anything was. Every resting order has been worked up to there."""
        worked = False
        while (next_slice := await self._orders.next_slice(market)) is not None and next_slice[0] <= until:
            parent = await self._orders.get(next_slice[1])
            try:
                await self._place_due(parent, until)
            except SymbolNotTradableError:
                await self._desk.reject(parent, at=next_slice[0], reason=NO_PRICE)
            self._orders.save(parent)
            worked = True
        return worked

    async def follow(self, changed: Sequence[Order]) -> None:
        """Let orders in slices know what became of the orders of their slices."""
        for child in changed:
            if child.parent_id is not None:
                parent = await self._orders.get(child.parent_id)
                if parent.is_open or parent.is_changed:
                    await self._follow(parent, child)
                    self._orders.save(parent)

    async def cancel(self, order: Order, *, at: datetime, reason: str | None = None) -> None:
        """Take an order off the market, and with it what rests of its slices; `reason` is for others than its owner.

        Raises `OrderNotOpenError`.
        """
        order.check_open()
        for child_id in sorted(order.plan.working if order.plan is not None else ()):
            child = await self._orders.get(child_id)
            await self._desk.cancel(child, at=at, reason=reason)
            order.follow(child)
            self._orders.save(child)
        await self._desk.cancel(order, at=at, reason=reason)
        await self.follow([order])

    async def _place_due(self, parent: Order, until: datetime) -> None:
        assert parent.plan is not None
        while parent.is_open and (due := parent.plan.next_slice) is not None and due.due_at <= until:
            child = Order.place(
                OrderId(self._ids.new()),
                parent.ticket.for_slice(due.quantity),
                owner=parent.owner,
                market=parent.market,
                currency=parent.currency,
                fill_profile=parent.fill_profile,
                at=due.due_at,
                parent_id=parent.id,
            )
            parent.place_slice(child.id)
            await self._venue.submit(child, due.due_at)
            self._orders.save(child)
            await self._follow(parent, child)

    async def _follow(self, parent: Order, child: Order) -> None:
        """An order whose slices are all over ends as the last of them did, unless it is filled."""
        parent.follow(child)
        if parent.has_run_out and child.status is OrderStatus.EXPIRED:
            await self._desk.expire(parent, at=child.updated_at)
        elif parent.has_run_out:
            await self._desk.cancel(parent, at=child.updated_at, reason=child.reason or SLICES_ENDED)
