"""Placing orders in a whole house, without HTTP: what is saved is saved together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from guilder.bootstrap.container import setup_container
from guilder.bootstrap.house import House
from guilder.core.caller import Caller
from guilder.core.container import Container
from guilder.core.database import Database, DatabaseUnavailableError
from guilder.core.pages import PageRequest
from guilder.core.sqlite_database import SqliteDatabase
from guilder.financial.application.portfolio_service import PortfolioService
from guilder.financial.domain.portfolio import Portfolio
from guilder.published.financial import InsufficientBuyingPowerError, PortfolioNotFoundError
from guilder.published.trading import Side
from guilder.shared.currency import USD
from guilder.shared.ids import PortfolioId
from guilder.trading.application.errors import DuplicateClientOrderIdError, UnknownSymbolError
from guilder.trading.application.trading_service import OrderQuery, TradingService
from guilder.trading.domain.order_status import OrderStatus
from guilder.trading.domain.order_ticket import OrderType
from tests.builders import AAPL, OWNER, a_ticket, new_id, shares, symbol, usd
from tests.core.counters import Faulty
from tests.houses import settings_for


@dataclass
class Customer:
    """Somebody with a portfolio and 10,000 dollars, and the services that act for him."""

    trading: TradingService
    portfolios: PortfolioService
    portfolio_id: PortfolioId
    database: Faulty

    async def portfolio(self) -> Portfolio:
        return await self.portfolios.get_portfolio(self.portfolio_id)


@pytest.fixture
async def customer(tmp_path: Path) -> AsyncIterator[Customer]:
    database = Faulty(SqliteDatabase(tmp_path / "guilder.db"))
    container = setup_container(settings_for(tmp_path))
    container.register_value(Database, database, replace=True)
    async with House(settings_for(tmp_path), container=container) as house, a_customer(container, house) as customer:
        customer.database = database
        yield customer


@asynccontextmanager
async def a_customer(container: Container, house: House) -> AsyncIterator[Customer]:
    async with house.scope(Caller(OWNER)) as scope:
        portfolios = await scope.aget(PortfolioService)
        opened = await portfolios.open_portfolio("Savings", USD)
        await portfolios.deposit(opened.id, usd("10000"))
        database = container.get(Database)
        assert isinstance(database, Faulty)
        yield Customer(await scope.aget(TradingService), portfolios, opened.id, database)


async def test_three_arguments_buy_at_the_market(customer: Customer) -> None:
    order = await customer.trading.place_market_order(customer.portfolio_id, AAPL, shares("3"))

    [position] = (await customer.portfolio()).positions
    assert (order.ticket.side, order.ticket.order_type, order.status) == (
        Side.BUY,
        OrderType.MARKET,
        OrderStatus.FILLED,
    )
    assert (position.symbol, position.quantity) == (AAPL, shares("3"))


async def test_an_order_and_its_money_are_saved_together_or_not_at_all(customer: Customer) -> None:
    customer.database.is_away = True
    with pytest.raises(DatabaseUnavailableError):
        await customer.trading.place_market_order(customer.portfolio_id, AAPL, shares("3"))
    customer.database.is_away = False

    untouched = await customer.portfolio()
    assert (untouched.settled, untouched.reserved, untouched.positions) == (usd("10000.00"), usd("0"), [])
    assert (await customer.trading.list_orders(OrderQuery(), PageRequest())).items == []

    await customer.trading.place_market_order(customer.portfolio_id, AAPL, shares("1"))
    assert [str(position.quantity) for position in (await customer.portfolio()).positions] == ["1"]


async def test_a_refused_ticket_leaves_no_order_and_does_not_use_up_its_name(customer: Customer) -> None:
    ticket = a_ticket("1000000", portfolio_id=customer.portfolio_id, client_order_id="mine")
    with pytest.raises(InsufficientBuyingPowerError):
        await customer.trading.place_order(ticket)

    await customer.trading.place_order(a_ticket("1", portfolio_id=customer.portfolio_id, client_order_id="mine"))

    orders = (await customer.trading.list_orders(OrderQuery(), PageRequest())).items
    assert [(str(order.ticket.quantity), order.status) for order in orders] == [("1", OrderStatus.FILLED)]


async def test_an_owner_names_no_two_orders_alike(customer: Customer) -> None:
    ticket = a_ticket("1", portfolio_id=customer.portfolio_id, client_order_id="mine")
    await customer.trading.place_order(ticket)

    with pytest.raises(DuplicateClientOrderIdError):
        await customer.trading.place_order(ticket)

    assert (await customer.portfolio()).positions[0].quantity == shares("1")


async def test_what_is_not_traded_here_is_refused(customer: Customer) -> None:
    with pytest.raises(UnknownSymbolError):
        await customer.trading.place_market_order(customer.portfolio_id, symbol("NOSUCH"), shares("1"))


async def test_a_portfolio_that_is_nobodys_takes_no_order(customer: Customer) -> None:
    with pytest.raises(PortfolioNotFoundError):
        await customer.trading.place_market_order(PortfolioId(new_id()), AAPL, shares("1"))
