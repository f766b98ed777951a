"""The kill switch: no order is accepted any more, in the whole house or for one portfolio, until somebody says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from guilder.core.caller import Caller, Role
from guilder.core.clock import Clock
from guilder.core.unit_of_work import CoreUnitOfWork
from guilder.published.audit import AuditLogger
from guilder.published.financial import Accounts
from guilder.published.market_data import MarketClock
from guilder.shared.ids import OrderId, PortfolioId
from guilder.trading.application.account_access import require_control_of
from guilder.trading.application.market_session_service import MarketSessionService
from guilder.trading.application.order_slicer import OrderSlicer
from guilder.trading.application.ports import ControlRepository, OrderRepository
from guilder.trading.domain.trading_control import HOUSE, Halt, TradingHaltedError

CANCELED_AT_ONCE: Final = 200
"""Orders that one unit cancels: others get their turn in between."""


@dataclass(frozen=True, slots=True)
class Halting:
    """What came of a halt: what is in force, and how many resting orders it has canceled."""

    halt: Halt
    canceled_orders: int


class HaltService:
    """Halts and resumes trading: of the house for admins, of a portfolio for its owner and for admins.

    While it is halted, orders are neither placed nor replaced; they can be canceled, and what rests is worked on.
    """

    def __init__(
        self,
        work: CoreUnitOfWork,
        controls: ControlRepository,
        orders: OrderRepository,
        accounts: Accounts,
        slicer: OrderSlicer,
        sessions: MarketSessionService,
        market_clock: MarketClock,
        clock: Clock,
        audit: AuditLogger,
        caller: Caller,
    ) -> None:
        self._work = work
        self._controls = controls
        self._orders = orders
        self._accounts = accounts
        self._slicer = slicer
        self._sessions = sessions
        self._market_clock = market_clock
        self._clock = clock
        self._audit = audit
        self._caller = caller

    async def house_halt(self) -> Halt | None:
        """Why the whole house does not trade, if it does not. Raises `NotSignedInError`."""
        self._caller.require_user()
        return (await self._controls.get(HOUSE)).controls.halt

    async def portfolio_halt(self, portfolio_id: PortfolioId) -> Halt | None:
        """Why a portfolio does not trade, if it is halted by itself. Raises `PortfolioNotFoundError`."""
        await require_control_of(portfolio_id, self._caller, self._accounts)
        return (await self._controls.get(portfolio_id)).controls.halt

    async def halt_house(self, reason: str, *, cancel_orders: bool = False) -> Halting:
        """Accept no order in the whole house. Asked again, it keeps its first reason, and cancels what rests.

        Raises:
            NotSignedInError, NotAllowedError: only admins may.
            ValidationError: it is no reason.
        """
        self._caller.require_role(Role.ADMIN)
        return await self._halt(None, reason, cancel_orders=cancel_orders)

    async def halt_portfolio(self, portfolio_id: PortfolioId, reason: str, *, cancel_orders: bool = False) -> Halting:
        """Accept no order for one portfolio. Raises as `halt_house`, and `PortfolioNotFoundError`."""
        await require_control_of(portfolio_id, self._caller, self._accounts)
        return await self._halt(portfolio_id, reason, cancel_orders=cancel_orders)

    async def resume_house(self) -> None:
        """Accept orders again, but for portfolios that are halted by themselves.

        Raises `NotSignedInError`, `NotAllowedError`.
        """
        self._caller.require_role(Role.ADMIN)
        await self._resume(None)

    async def resume_portfolio(self, portfolio_id: PortfolioId) -> None:
        """Accept orders for the portfolio again, unless the house is halted. Raises `PortfolioNotFoundError`."""
        await require_control_of(portfolio_id, self._caller, self._accounts)
        await self._resume(portfolio_id)

    async def _halt(self, portfolio_id: PortfolioId | None, reason: str, *, cancel_orders: bool) -> Halting:
        async with self._work:
            control = await self._controls.get(portfolio_id or HOUSE)
            control.halt(Halt(reason, self._clock.now(), self._caller.user_id))
            if control.is_changed:
                self._controls.save(control)
            await self._note("trading_halted", portfolio_id, reason=reason, cancel_orders=str(cancel_orders).lower())
        assert control.controls.halt is not None
        return Halting(control.controls.halt, await self._cancel_all(portfolio_id) if cancel_orders else 0)

    async def _resume(self, portfolio_id: PortfolioId | None) -> None:
        async with self._work:
            control = await self._controls.get(portfolio_id or HOUSE)
            control.resume()
            if control.is_changed:
                self._controls.save(control)
            await self._note("trading_resumed", portfolio_id)

    async def _cancel_all(self, portfolio_id: PortfolioId | None) -> int:
        """Cancel what rests, some orders a unit. The halt is durable: nothing comes to rest behind it."""
        async with self._work:
            resting = await self._orders.resting_ids(portfolio_id)
        return sum([await self._cancel(some) for some in _in_parts(resting)])

    async def _cancel(self, order_ids: Sequence[OrderId]) -> int:
        async with self._work:
            orders = [await self._orders.get(order_id) for order_id in order_ids]
            for market in dict.fromkeys(order.market for order in orders):
                await self._sessions.catch_up(market)
            canceled = 0
            for order in orders:
                if not order.is_open:
                    continue  # it was filled meanwhile, or went with the order of which it was a slice
                now = self._market_clock.now(order.market)
                await self._slicer.cancel(order, at=now, reason=TradingHaltedError.code)
                self._orders.save(order)
                details = {"order_id": str(order.id), "portfolio_id": str(order.ticket.portfolio_id)}
                await self._audit.log_action(order.owner, "order_canceled", details)
                canceled += 1
        return canceled

    async def _note(self, action: str, portfolio_id: PortfolioId | None, **details: str) -> None:
        account = None if portfolio_id is None else await self._accounts.account(portfolio_id)
        owner = None if account is None else account.owner
        scope = "house" if portfolio_id is None else str(portfolio_id)
        await self._audit.log_action(owner, action, {"scope": scope, **details})


def _in_parts(order_ids: Sequence[OrderId]) -> Iterator[Sequence[OrderId]]:
    for start in range(0, len(order_ids), CANCELED_AT_ONCE):
        yield order_ids[start : start + CANCELED_AT_ONCE]
