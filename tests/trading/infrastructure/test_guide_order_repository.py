"""Orders come back from both databases as they were saved."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from guilder.core.database import Database
from guilder.core.plain_commit import PlainCommit
from guilder.core.unit import Unit
from guilder.published.market_data import Bar, Timeframe
from guilder.published.trading import Side
from guilder.shared.errors import ConflictError
from guilder.shared.ids import MAIN_MARKET, MarketId, OrderId, PortfolioId, UserId
from guilder.trading.application.errors import OrderNotFoundError
from guilder.trading.application.ports import OrderFilter, OrderSearch
from guilder.trading.domain.explanation import SizeCap
from guilder.trading.domain.fill_profiles.realistic import PROFILE as REALISTIC
from guilder.trading.domain.matching import find_match
from guilder.trading.domain.offer import Surroundings, offer_for
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_status import OrderStatus
from guilder.trading.domain.order_ticket import TimeInForce
from guilder.trading.domain.sizing import Sizing
from guilder.trading.domain.slicing.slice_plan import SlicePlan
from guilder.trading.domain.slicing.slice_schedule import Slice
from guilder.trading.domain.slicing.slicing_terms import Algorithm, SlicingTerms
from guilder.trading.infrastructure import tables
from guilder.trading.infrastructure.resident_books import ResidentBooks
from guilder.trading.infrastructure.resident_plans import ResidentPlans
from guilder.trading.infrastructure.sql_order_repository import SqlOrderRepository
from tests.builders import (
    A_DAY,
    BEFORE_THE_OPEN,
    IBM,
    OPENS_AT,
    OWNER,
    PORTFOLIO,
    a_path,
    a_ticket,
    an_execution,
    an_order,
    new_id,
    order_for,
    price,
    shares,
    usd,
)
from tests.testing.databases import POSTGRES, SQLITE, a_database, plain_work

TEN_MINUTES = timedelta(minutes=10)


class NoQueue:
    """`WriterQueue` of a writer with whom nothing waits."""

    async def settled(self) -> None:
        return

    def when_behind(self, reload: Callable[[], Awaitable[object]]) -> None:
        return


class Desk:
    """The repository and a unit of work upon one database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.work: PlainCommit = plain_work(database)
        self.orders = self.after_a_restart()

    def after_a_restart(self) -> SqlOrderRepository:
        """The repository with an empty memory."""
        return SqlOrderRepository(self.database, Unit(), ResidentBooks(), ResidentPlans(), NoQueue())

    async def save(self, *orders: Order) -> None:
        for order in orders:
            async with self.work:
                self.orders.save(order)


@pytest.fixture(params=[SQLITE, POSTGRES])
async def desk(request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    async with a_database(request.param, request, tables.metadata) as database:
        yield Desk(database)


def all_of(order: Order) -> dict[str, object]:
    names = [name for kind in type(order).__mro__ for name in getattr(kind, "__slots__", ())]
    return {name: getattr(order, name) for name in names if not name.startswith("_")} | {"fills": order.executions}


async def test_an_order_comes_back_as_it_was_saved(desk: Desk) -> None:
    ticket = a_ticket("10.5", limit="101.25", stop="100", time_in_force=TimeInForce.GTC, client_order_id="mine")
    order = order_for(ticket, fill_profile="realistic")
    order.trigger(at=OPENS_AT)
    order.fill(an_execution("4.000000001", "101.2"))
    await desk.save(order)

    assert all_of(await desk.orders.get(order.id)) == all_of(order)


async def test_an_order_for_an_amount_of_money_comes_back_sized_and_unsized(desk: Desk) -> None:
    order = order_for(a_ticket(notional="1000.25"), last_price="300")
    await desk.save(order)
    assert all_of(await desk.orders.get(order.id)) == all_of(order)

    async with desk.work:
        mine = await desk.orders.get(order.id)
        mine.size(shares("3.000000001"), Sizing(price("333.3333"), OPENS_AT))
        desk.orders.save(mine)

    assert all_of(await desk.orders.get(order.id)) == all_of(mine)


async def test_an_execution_comes_back_with_its_fee_and_all_that_explains_it(desk: Desk) -> None:
    path = a_path("101", "103", "99", "102")
    yesterday = Bar(OPENS_AT - A_DAY, Decimal(100), Decimal("102.5"), Decimal(98), Decimal(100), 1_000_000)
    cap = SizeCap(Decimal("0.1"), Timeframe.FIVE_MINUTES, OPENS_AT, 1000, shares("100"), shares("1.5"))
    order = order_for(a_ticket("500", limit="101.05"), fill_profile="realistic")
    match = find_match(order, path, REALISTIC, since=OPENS_AT, until=OPENS_AT)
    assert match is not None
    offer = offer_for(order, match, path, REALISTIC, Surroundings(2**62, cap, yesterday)).cut_to(shares("9"), usd("1"))
    fees = REALISTIC.charge(Side.SELL, shares("9"), usd("909.09"), before=(shares("0"), usd("0")))
    explanation = replace(offer.explanation, fees=fees)
    execution = an_execution("9", "101.01")
    order.fill(replace(execution, fee=usd("1.04"), explanation=explanation))
    await desk.save(order)

    [found] = (await desk.orders.get(order.id)).executions

    assert (found.fee, found.explanation) == (usd("1.04"), explanation)


async def test_a_fill_is_added_to_those_that_were_saved(desk: Desk) -> None:
    order = an_order("10")
    order.fill(an_execution("4", "100"))
    await desk.save(order)

    async with desk.work:
        mine = await desk.orders.get(order.id)
        mine.fill(an_execution("6", "110"))
        desk.orders.save(mine)

    found = await desk.orders.get(order.id)
    assert [str(execution.quantity) for execution in found.executions] == ["4", "6"]
    assert (found.status, found.version) == (OrderStatus.FILLED, 2)


async def test_every_end_is_read_back(desk: Desk) -> None:
    ends = [an_order() for _ in range(4)]
    ends[0].cancel(at=OPENS_AT, reason="insufficient_buying_power")
    ends[1].reject(at=OPENS_AT, reason="no_price_in_session")
    ends[2].expire(at=OPENS_AT)
    ends[3].replace_by(OrderId(new_id()), at=OPENS_AT)
    await desk.save(*ends)

    assert [all_of(await desk.orders.get(order.id)) for order in ends] == [all_of(order) for order in ends]


async def test_who_saves_what_another_changed_meanwhile_is_refused(desk: Desk) -> None:
    order = an_order()
    await desk.save(order)
    outdated = await desk.orders.get(order.id)
    async with desk.work:
        mine = await desk.orders.get(order.id)
        mine.fill(an_execution("10", "100"))
        desk.orders.save(mine)

    outdated.cancel(at=OPENS_AT)
    with pytest.raises(ConflictError):
        await desk.save(outdated)

    assert (await desk.orders.get(order.id)).status is OrderStatus.FILLED


async def test_an_order_that_is_not_there_is_not_found(desk: Desk) -> None:
    with pytest.raises(OrderNotFoundError):
        await desk.orders.get(OrderId(new_id()))


async def test_no_two_orders_of_a_portfolio_have_one_name(desk: Desk) -> None:
    first, second = (order_for(a_ticket(client_order_id="mine")) for _ in range(2))
    await desk.save(first)

    with pytest.raises(ConflictError):
        await desk.save(second)


async def test_an_order_is_found_by_its_owners_name_for_it(desk: Desk) -> None:
    order = order_for(a_ticket(client_order_id="mine"))
    await desk.save(order, an_order())

    for orders in (desk.orders, desk.after_a_restart()):
        assert await orders.find_by_client_order_id(PORTFOLIO, "mine") == order.id
        assert await orders.find_by_client_order_id(PORTFOLIO, "yours") is None
        assert await orders.find_by_client_order_id(PortfolioId(UUID(int=7)), "mine") is None


async def test_what_rests_in_a_market_is_known_oldest_first_after_a_restart_too(desk: Desk) -> None:
    orders = [an_order() for _ in range(3)]
    await desk.save(*orders)
    async with desk.work:
        over = await desk.orders.get(orders[1].id)
        over.cancel(at=OPENS_AT)
        desk.orders.save(over)

    for repository in (desk.orders, desk.after_a_restart()):
        assert list(await repository.book_of(MAIN_MARKET)) == [orders[0].id, orders[2].id]
        assert list(await repository.book_of(MarketId("elsewhere"))) == []


async def test_what_rests_is_listed_oldest_first_of_one_portfolio_or_of_all(desk: Desk) -> None:
    elsewhere = PortfolioId(UUID(int=7))
    first, over, other = an_order(), an_order(), order_for(a_ticket(portfolio_id=elsewhere))
    over.cancel(at=OPENS_AT)
    await desk.save(first, over, other)

    assert await desk.orders.resting_ids(None) == [first.id, other.id]
    assert await desk.orders.resting_ids(elsewhere) == [other.id]


async def test_orders_are_searched_newest_first_by_owner_portfolio_status_and_symbol(desk: Desk) -> None:
    old, ibm = an_order(), an_order(side=Side.SELL, symbol=IBM)
    over = order_for(a_ticket(client_order_id="mine"), at=OPENS_AT + timedelta(hours=1))
    over.cancel(at=OPENS_AT)
    await desk.save(old, ibm, over)

    async def found(**wanted: object) -> list[OrderId]:
        return [order.id for order in await desk.orders.search(OrderSearch(OWNER, **wanted))]  # type: ignore[arg-type]

    assert await found() == [over.id, ibm.id, old.id]
    assert await found(limit=2) == [over.id, ibm.id]
    assert await found(before=over.id) == [ibm.id, old.id]
    assert await found(status=OrderFilter.OPEN) == [ibm.id, old.id]
    assert await found(status=OrderFilter.CLOSED) == [over.id]
    assert await found(symbol=IBM) == [ibm.id]
    assert await found(side=Side.SELL) == [ibm.id]
    assert await found(after=BEFORE_THE_OPEN) == [over.id]
    assert await found(until=OPENS_AT) == [ibm.id, old.id]
    assert await found(after=OPENS_AT, until=OPENS_AT + timedelta(hours=1)) == []
    assert await found(client_order_id="mine") == [over.id]
    assert await found(client_order_id="yours") == []
    assert await found(portfolio_id=PortfolioId(UUID(int=7))) == []
    assert await desk.orders.search(OrderSearch(UserId(UUID(int=7)))) == []


def a_parent(*, at: datetime = OPENS_AT) -> Order:
    """Of two slices, ten minutes apart."""
    terms = SlicingTerms(Algorithm.TWAP, TEN_MINUTES, TEN_MINUTES)
    parent = order_for(replace(a_ticket("10"), slicing=terms), at=at)
    parent.plan = SlicePlan((Slice(at, shares("5")), Slice(at + TEN_MINUTES, shares("5"))))
    return parent


def a_child(parent: Order) -> Order:
    return Order.place(
        OrderId(new_id()),
        parent.ticket.for_slice(shares("5")),
        owner=parent.owner,
        market=parent.market,
        currency=parent.currency,
        fill_profile=parent.fill_profile,
        at=OPENS_AT,
        parent_id=parent.id,
    )


async def test_an_order_in_slices_comes_back_with_its_plan_and_the_fills_of_its_slices(desk: Desk) -> None:
    parent = a_parent()
    child = a_child(parent)
    child.fill(an_execution("2", "100"))
    parent.place_slice(child.id)
    parent.follow(child)
    await desk.save(parent, child)

    found, slice_found = await desk.orders.get(parent.id), await desk.orders.get(child.id)

    assert all_of(found) == all_of(parent)
    assert all_of(slice_found) == all_of(child)
    assert found.plan is not None
    assert (found.plan.working, found.filled_quantity, found.version) == (frozenset({child.id}), shares("2"), 1)


async def test_the_slices_of_an_order_are_found_by_it(desk: Desk) -> None:
    parent = a_parent()
    child = a_child(parent)
    await desk.save(parent, child, an_order())

    assert [it.id for it in await desk.orders.search(OrderSearch(OWNER, parent_id=parent.id))] == [child.id]


async def test_an_order_in_slices_does_not_rest_on_the_book_but_its_slices_do(desk: Desk) -> None:
    parent = a_parent()
    child = a_child(parent)
    await desk.save(parent, child)

    for orders in (desk.orders, desk.after_a_restart()):
        assert list(await orders.book_of(MAIN_MARKET)) == [child.id]


async def test_the_next_slice_is_known_as_of_the_last_unit_and_after_a_restart(desk: Desk) -> None:
    assert await desk.orders.next_slice(MAIN_MARKET) is None
    later, sooner = a_parent(at=OPENS_AT + TEN_MINUTES), a_parent()
    await desk.save(later, sooner)

    for orders in (desk.orders, desk.after_a_restart()):
        assert await orders.next_slice(MAIN_MARKET) == (OPENS_AT, sooner.id)
        assert await orders.next_slice(MarketId("other")) is None


async def test_the_unit_that_places_a_slice_sees_the_next_one_at_once(desk: Desk) -> None:
    parent = a_parent()
    await desk.save(parent)

    async with desk.work:
        mine = await desk.orders.get(parent.id)
        mine.place_slice(OrderId(new_id()))
        desk.orders.save(mine)
        assert await desk.orders.next_slice(MAIN_MARKET) == (OPENS_AT + TEN_MINUTES, parent.id)
        mine.place_slice(OrderId(new_id()))
        desk.orders.save(mine)
        assert await desk.orders.next_slice(MAIN_MARKET) is None

    assert await desk.after_a_restart().next_slice(MAIN_MARKET) is None


async def test_of_an_order_that_is_over_no_slice_is_due(desk: Desk) -> None:
    parent = a_parent()
    await desk.save(parent)
    assert await desk.orders.next_slice(MAIN_MARKET) is not None

    async with desk.work:
        mine = await desk.orders.get(parent.id)
        mine.cancel(at=OPENS_AT)
        desk.orders.save(mine)

    for orders in (desk.orders, desk.after_a_restart()):
        assert await orders.next_slice(MAIN_MARKET) is None
