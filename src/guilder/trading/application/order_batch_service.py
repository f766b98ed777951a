"""Many orders of one request: each is a unit of its own, and all of them share the wait for the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

from guilder.core.batch import SeparateUnits
from guilder.core.current_answer import without_answer
from guilder.core.steps import Steps
from guilder.core.unit_of_work import CoreUnitOfWork
from guilder.shared.errors import GuilderError, UnavailableError
from guilder.shared.ids import OrderId
from guilder.trading.application.trading_service import TradingService
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_ticket import OrderTicket

Placed = Order | GuilderError
"""What became of one ticket: the order as it then stood, or why there is none."""


class OrderBatchService:
    """Places the tickets of a request one after the other. One that is refused harms no other."""

    def __init__(self, work: CoreUnitOfWork, trading: TradingService, steps: Steps) -> None:
        self._work = work
        self._trading = trading
        self._steps = steps

    async def place_orders(self, tickets: Sequence[OrderTicket | GuilderError]) -> Sequence[Placed]:
        """What became of each ticket, once all of it is durable; a refusal in place of a ticket stays one.

        A request that was cut off and comes again under its key goes on after the last order that was saved.

        Raises:
            UnavailableError: the database is away, or too many units wait; some orders may have been placed.
            IdempotencyKeyReusedError: the key is that of other tickets.
        """
        done = await self._steps.done(len(tickets))
        placed: list[Placed] = []
        units_of: dict[int, asyncio.Future[None]] = {}
        with without_answer():
            async with SeparateUnits() as units:
                for number, ticket in enumerate(tickets):
                    placed.append(await self._placed(number, ticket, done))
                    if len(units.outcomes) > len(units_of):
                        units_of[number] = units.outcomes[-1]
        for number, outcome in units_of.items():
            error = outcome.exception()
            if isinstance(error, GuilderError) and not isinstance(error, UnavailableError):
                placed[number] = error
            elif error is not None:
                raise error
        return placed

    async def _placed(self, number: int, ticket: OrderTicket | GuilderError, done: Mapping[int, str]) -> Placed:
        if isinstance(ticket, GuilderError):
            return ticket
        if number in done:
            return await self._trading.get_order(OrderId(UUID(done[number])))
        try:
            async with self._work:
                order = await self._trading.place_order(ticket)
                self._steps.note(number, str(order.id))
        except UnavailableError:
            raise
        except GuilderError as refusal:
            return refusal
        return order
