"""The kill switch, with fakes: in how many units it works, who may use it, and what it notes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from guilder.core.caller import Caller, NotAllowedError, NotSignedInError, Role
from guilder.published.financial import PortfolioNotFoundError
from guilder.shared.ids import OrderId, UserId
from guilder.testing import FakeClock, InMemoryUnitOfWork
from guilder.trading.application.halt_service import CANCELED_AT_ONCE, HaltService
from guilder.trading.application.market_session_service import MarketSessionService
from guilder.trading.domain.order_status import OrderStatus
from guilder.trading.domain.trading_control import HOUSE, Halt
from tests.builders import BEFORE_THE_OPEN, OWNER, PORTFOLIO, a_path, a_portfolio, a_session, a_ticket, new_id
from tests.trading.fakes import FakeControls, FakeMarkets, TradingFloor

NOW = datetime(2026, 1, 5, tzinfo=UTC)
ADMIN = Caller(UserId(new_id()), frozenset({Role.ADMIN}))
SOMEBODY = Caller(UserId(new_id()))


class Trail:
    """`AuditLogger` in memory."""

    def __init__(self) -> None:
        self.actions: list[str] = []

    async def log_action(self, user_id: UserId | None, action: str, details: Mapping[str, str]) -> None:
        self.actions.append(action)


class Switch:
    """A floor with a kill switch."""

    def __init__(self) -> None:
        markets = FakeMarkets([a_session()], [a_path("100", "101", "99", "100")], at=BEFORE_THE_OPEN)
        self.floor = TradingFloor(a_portfolio("1000000"), markets)
        self.work = InMemoryUnitOfWork()
        self.controls = FakeControls()
        self.trail = Trail()

    def for_caller(self, caller: Caller) -> HaltService:
        floor = self.floor
        return HaltService(
            self.work,
            self.controls,
            floor.orders,
            floor.accounts,
            floor.slicer,
            MarketSessionService(self.work, floor.venue, floor.slicer, floor.markets, floor.markets),
            floor.markets,
            FakeClock(NOW),
            self.trail,
            caller,
        )

    async def rest(self, orders: int) -> list[OrderId]:
        return [(await self.floor.place(a_ticket("1", limit="50"))).id for _ in range(orders)]


async def test_what_rests_is_canceled_some_hundred_orders_a_unit_after_the_halt() -> None:
    switch = Switch()
    await switch.rest(2 * CANCELED_AT_ONCE + 1)

    halting = await switch.for_caller(ADMIN).halt_house("prices look wrong", cancel_orders=True)

    assert halting.canceled_orders == 2 * CANCELED_AT_ONCE + 1
    assert {order.status for order in switch.floor.orders.saved} == {OrderStatus.CANCELED}
    assert switch.floor.portfolio.reservations == []
    halt_list_and_three_parts = 5
    assert switch.work.commits == halt_list_and_three_parts
    assert switch.trail.actions == ["trading_halted"] + ["order_canceled"] * halting.canceled_orders


async def test_without_being_told_a_halt_cancels_nothing() -> None:
    switch = Switch()
    await switch.rest(2)

    halting = await switch.for_caller(ADMIN).halt_house("prices look wrong")

    assert (halting.halt, halting.canceled_orders) == (Halt("prices look wrong", NOW, ADMIN.user_id), 0)
    assert {order.status for order in switch.floor.orders.saved} == {OrderStatus.NEW}


async def test_a_halt_that_cannot_be_saved_cancels_nothing() -> None:
    switch = Switch()
    await switch.rest(2)
    switch.work.faults.fail_next(OSError("away"))

    with pytest.raises(OSError, match="away"):
        await switch.for_caller(ADMIN).halt_house("prices look wrong", cancel_orders=True)

    assert {order.status for order in switch.floor.orders.saved} == {OrderStatus.NEW}


async def test_the_house_is_for_admins_and_a_portfolio_for_its_owner_and_admins() -> None:
    switch = Switch()
    with pytest.raises(NotAllowedError):
        await switch.for_caller(Caller(OWNER)).halt_house("no")
    with pytest.raises(NotAllowedError):
        await switch.for_caller(Caller(OWNER)).resume_house()
    with pytest.raises(PortfolioNotFoundError):
        await switch.for_caller(SOMEBODY).halt_portfolio(PORTFOLIO, "no")
    with pytest.raises(NotSignedInError):
        await switch.for_caller(Caller()).house_halt()

    await switch.for_caller(Caller(OWNER)).halt_portfolio(PORTFOLIO, "a break")
    assert await switch.for_caller(ADMIN).portfolio_halt(PORTFOLIO) == Halt("a break", NOW, OWNER)
    await switch.for_caller(ADMIN).resume_portfolio(PORTFOLIO)
    assert await switch.for_caller(Caller(OWNER)).portfolio_halt(PORTFOLIO) is None
    assert (await switch.controls.in_force(HOUSE)).halt is None
