"""Portfolios and their ledger come back from both databases as they were saved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from guilder.core.database import Database
from guilder.core.plain_commit import PlainCommit
from guilder.core.unit import Unit
from guilder.financial.domain.portfolio import Portfolio
from guilder.financial.domain.transaction import imbalance
from guilder.financial.infrastructure import tables
from guilder.financial.infrastructure.sql_ledger import SqlLedger
from guilder.financial.infrastructure.sql_portfolio_repository import SqlPortfolioRepository
from guilder.published.financial import PortfolioNotFoundError
from guilder.shared.currency import USD
from guilder.shared.errors import ConflictError
from guilder.shared.ids import MAIN_MARKET, OrderId, PortfolioId
from tests.builders import (
    AAPL,
    BEFORE_THE_OPEN,
    OWNER,
    PORTFOLIO,
    buy,
    cash_hold,
    deposit,
    new_id,
    sell,
    share_hold,
    shares,
    usd,
)
from tests.testing.databases import POSTGRES, SQLITE, a_database, plain_work


class Books:
    """Repository, ledger and a unit of work upon one database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.work: PlainCommit = plain_work(database)
        self.portfolios = SqlPortfolioRepository(database, Unit())
        self.ledger = SqlLedger(database)

    async def save(self, portfolio: Portfolio) -> Portfolio:
        async with self.work:
            self.portfolios.save(portfolio)
        return portfolio


@pytest.fixture(params=[SQLITE, POSTGRES])
async def books(request: pytest.FixtureRequest) -> AsyncIterator[Books]:
    async with a_database(request.param, request, tables.metadata) as database:
        yield Books(database)


def an_open_portfolio(id: PortfolioId = PORTFOLIO) -> Portfolio:
    portfolio = Portfolio.open(
        id, owner=OWNER, name="Savings", base_currency=USD, market=MAIN_MARKET, at=BEFORE_THE_OPEN
    )
    deposit(portfolio, usd("10000"))
    return portfolio


def figures(portfolio: Portfolio) -> tuple[object, ...]:
    return (
        portfolio.settled,
        portfolio.reserved,
        portfolio.realized_pnl,
        portfolio.positions,
        portfolio.reservations,
        portfolio.version,
    )


async def test_a_portfolio_comes_back_with_its_lots_and_reservations(books: Books) -> None:
    portfolio = an_open_portfolio()
    buy(portfolio, "10", "100.25")
    sell(portfolio, "4", "110")
    portfolio.reserve(OrderId(new_id()), cash_hold("1", "500"))
    portfolio.reserve(OrderId(new_id()), share_hold("2.5"))
    await books.save(portfolio)

    found = await books.portfolios.get(PORTFOLIO)

    assert figures(found) == figures(portfolio)
    assert found.shares_available(AAPL) == portfolio.shares_available(AAPL)


async def test_what_a_sale_and_a_release_left_empty_does_not_come_back(books: Books) -> None:
    portfolio = an_open_portfolio()
    order = OrderId(new_id())
    buy(portfolio, "10", "100")
    portfolio.reserve(order, cash_hold("1", "500"))
    await books.save(portfolio)

    async with books.work:
        mine = await books.portfolios.get(PORTFOLIO)
        sell(mine, "10", "100")
        mine.release(order)
        books.portfolios.save(mine)

    found = await books.portfolios.get(PORTFOLIO)
    assert (found.positions, found.reservations, found.settled) == ([], [], usd("10000.00"))


async def test_who_saves_what_another_changed_meanwhile_is_refused(books: Books) -> None:
    await books.save(an_open_portfolio())
    outdated = await books.portfolios.get(PORTFOLIO)
    async with books.work:
        mine = await books.portfolios.get(PORTFOLIO)
        deposit(mine, usd("1"))
        books.portfolios.save(mine)

    deposit(outdated, usd("2"))
    with pytest.raises(ConflictError):
        await books.save(outdated)

    assert (await books.portfolios.get(PORTFOLIO)).settled == usd("10001.00")


async def test_what_another_process_bought_and_sold_is_seen_at_the_next_look(books: Books) -> None:
    portfolio = an_open_portfolio()
    buy(portfolio, "10", "100")
    await books.save(portfolio)
    elsewhere = Books(books.database)
    seen = await books.portfolios.get(PORTFOLIO)

    async with elsewhere.work:
        theirs = await elsewhere.portfolios.get(PORTFOLIO)
        sell(theirs, "4", "100")
        elsewhere.portfolios.save(theirs)

    assert [position.quantity for position in seen.positions] == [shares("10")]
    assert [position.quantity for position in (await books.portfolios.get(PORTFOLIO)).positions] == [shares("6")]


async def test_who_changes_what_he_looked_at_changes_nothing_for_the_next(books: Books) -> None:
    portfolio = an_open_portfolio()
    buy(portfolio, "10", "100")
    await books.save(portfolio)
    looked_at = await books.portfolios.get(PORTFOLIO)

    sell(looked_at, "4", "100")

    assert [position.quantity for position in (await books.portfolios.get(PORTFOLIO)).positions] == [shares("10")]


async def test_a_portfolio_that_is_not_there_is_not_found(books: Books) -> None:
    with pytest.raises(PortfolioNotFoundError):
        await books.portfolios.get(PORTFOLIO)
    with pytest.raises(PortfolioNotFoundError):
        await books.portfolios.account(PORTFOLIO)


async def test_everybody_has_his_own_portfolios_oldest_first(books: Books) -> None:
    ids = sorted(PortfolioId(new_id()) for _ in range(3))
    for id in ids:
        await books.save(an_open_portfolio(id))

    assert [portfolio.id for portfolio in await books.portfolios.owned_by(OWNER)] == ids


async def test_the_ledger_comes_back_oldest_first_and_in_pages(books: Books) -> None:
    portfolio = an_open_portfolio()
    portfolio.release_changes()
    made = [deposit(portfolio, usd("1")), buy(portfolio, "3", "0.3333"), sell(portfolio, "1", "0.4")]
    await books.save(portfolio)

    first = await books.ledger.transactions(PORTFOLIO, after=None, limit=2)
    rest = await books.ledger.transactions(PORTFOLIO, after=first[-1].id, limit=2)

    assert [*first, *rest] == made


async def test_the_sums_of_the_ledger_are_exact_in_the_database(books: Books) -> None:
    portfolio = an_open_portfolio()
    for _ in range(30):
        buy(portfolio, "0.000000001", "123.45")
        buy(portfolio, "0.1", "0.1")
    await books.save(portfolio)

    units = func.sum(tables.postings.c.units).label("units")
    by_commodity = select(tables.postings.c.commodity, units).group_by(tables.postings.c.commodity)
    rows = await books.database.fetch_all(by_commodity)
    journal = await books.ledger.transactions(PORTFOLIO, after=None, limit=100)

    assert {row.commodity: int(row.units) for row in rows} == {"USD": 0, "stock:AAPL": 0}
    assert {amount for transaction in journal for amount in imbalance(transaction.postings).values()} == {Decimal(0)}
