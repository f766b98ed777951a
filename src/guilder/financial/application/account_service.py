"""The facade through which trading moves money and shares, inside its own unit of work."""

from __future__ import annotations

from typing import Final

from guilder.core.ids import IdSource
from guilder.core.unit_of_work import CoreUnitOfWork
from guilder.financial.application.ports import PortfolioRepository
from guilder.published.financial import Account, Hold, Trade
from guilder.shared.ids import LotId, OrderId, PortfolioId, TransactionId
from guilder.shared.money import Money
from guilder.shared.quantity import Quantity

ACCOUNTS_KEPT: Final = 20_000


class AccountService:
    """`Accounts`: joins the caller's unit, so that an order and the money it holds are saved together."""

    def __init__(self, work: CoreUnitOfWork, portfolios: PortfolioRepository, ids: IdSource) -> None:
        self._work = work
        self._portfolios = portfolios
        self._ids = ids
        self._accounts: dict[PortfolioId, Account] = {}
        """What never changes about portfolios, so that no order has to ask the database for it."""

    async def account(self, portfolio_id: PortfolioId) -> Account:
        known = self._accounts.get(portfolio_id)
        if known is None:
            known = await self._portfolios.account(portfolio_id)
            if len(self._accounts) >= ACCOUNTS_KEPT:
                self._accounts.pop(next(iter(self._accounts)))
            self._accounts[portfolio_id] = known
        return known

    async def check(self, portfolio_id: PortfolioId, hold: Hold, replacing: OrderId | None = None) -> None:
        (await self._portfolios.get(portfolio_id)).check(hold, replacing=replacing)

    async def orders_holding(self, portfolio_id: PortfolioId) -> int:
        return len((await self._portfolios.get(portfolio_id)).reservations)

    async def reserve(self, portfolio_id: PortfolioId, order_id: OrderId, hold: Hold) -> None:
        async with self._work:
            portfolio = await self._portfolios.get(portfolio_id)
            portfolio.reserve(order_id, hold)
            self._portfolios.save(portfolio)

    async def replace(self, portfolio_id: PortfolioId, old: OrderId, new: OrderId, hold: Hold) -> None:
        async with self._work:
            portfolio = await self._portfolios.get(portfolio_id)
            portfolio.replace_reservation(old, new, hold)
            self._portfolios.save(portfolio)

    async def resize(self, portfolio_id: PortfolioId, order_id: OrderId, shares: Quantity) -> Quantity:
        async with self._work:
            portfolio = await self._portfolios.get(portfolio_id)
            resized = portfolio.resize_reservation(order_id, shares)
            self._portfolios.save(portfolio)
        return resized

    async def release(self, portfolio_id: PortfolioId, order_id: OrderId) -> None:
        async with self._work:
            portfolio = await self._portfolios.get(portfolio_id)
            portfolio.release(order_id)
            self._portfolios.save(portfolio)

    async def payable(self, portfolio_id: PortfolioId, order_id: OrderId) -> Money:
        return (await self._portfolios.get(portfolio_id)).payable(order_id)

    async def book(self, trade: Trade) -> Money:
        async with self._work:
            portfolio = await self._portfolios.get(trade.portfolio_id)
            transaction = portfolio.book(trade, id=TransactionId(self._ids.new()), lot_id=LotId(self._ids.new()))
            self._portfolios.save(portfolio)
        return transaction.realized_pnl or Money.zero(portfolio.base_currency)
