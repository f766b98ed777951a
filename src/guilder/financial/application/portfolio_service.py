"""Opening portfolios, moving money in and out of them, and looking at them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from guilder.core.caller import Caller
from guilder.core.ids import IdSource
from guilder.core.pages import Page, PageRequest
from guilder.core.unit_of_work import CoreUnitOfWork
from guilder.financial.application.portfolio_choices import PortfolioChoices
from guilder.financial.application.ports import Ledger, PortfolioRepository
from guilder.financial.domain.portfolio import Portfolio
from guilder.financial.domain.transaction import Transaction
from guilder.published.audit import AuditLogger
from guilder.published.financial import PortfolioNotFoundError
from guilder.published.market_data import MarketClock
from guilder.shared.currency import Currency
from guilder.shared.ids import MAIN_MARKET, MarketId, PortfolioId, TransactionId
from guilder.shared.money import Money

_TRANSACTIONS: Final = "transactions"


class PortfolioService:
    """What a user does with his portfolios. Those of others do not exist for him."""

    def __init__(
        self,
        work: CoreUnitOfWork,
        portfolios: PortfolioRepository,
        ledger: Ledger,
        ids: IdSource,
        market_clock: MarketClock,
        choices: PortfolioChoices,
        audit: AuditLogger,
        caller: Caller,
    ) -> None:
        self._work = work
        self._portfolios = portfolios
        self._ledger = ledger
        self._ids = ids
        self._market_clock = market_clock
        self._choices = choices
        self._audit = audit
        self._caller = caller

    async def open_portfolio(
        self,
        name: str,
        base_currency: Currency,
        market: MarketId = MAIN_MARKET,
        fill_profile: str | None = None,
        pricing_strategy: str | None = None,
    ) -> Portfolio:
        """Open an empty portfolio in a market.

        Raises:
            InvalidPortfolioNameError: as it says.
            UnknownFillProfileError, UnknownPricingStrategyError, MarketNotFoundError, MarketEndedError: as
                `PortfolioChoices.check` says.
        """
        owner = self._caller.require_user()
        async with self._work:
            self._choices.check(market, fill_profile, pricing_strategy)
            portfolio = Portfolio.open(
                PortfolioId(self._ids.new()),
                owner=owner,
                name=name,
                base_currency=base_currency,
                market=market,
                at=self._market_clock.now(market),
                fill_profile=fill_profile,
                pricing_strategy=pricing_strategy,
            )
            self._portfolios.save(portfolio)
            await self._audit.log_action(owner, "portfolio_opened", {"portfolio_id": str(portfolio.id)})
        return portfolio

    async def get_portfolio(self, portfolio_id: PortfolioId) -> Portfolio:
        """One of the caller's portfolios. Raises `PortfolioNotFoundError`, also for somebody else's."""
        self._caller.require_user()
        portfolio = await self._portfolios.get(portfolio_id)
        if not self._caller.owns(portfolio.owner):
            raise PortfolioNotFoundError
        return portfolio

    async def list_portfolios(self) -> Sequence[Portfolio]:
        """All of the caller's portfolios, on one snapshot."""
        return await self._portfolios.owned_by(self._caller.require_user())

    async def deposit(self, portfolio_id: PortfolioId, amount: Money) -> Transaction:
        """Put play money in. Raises `PortfolioNotFoundError`, `InvalidAmountError`, `CurrencyMismatchError`."""
        async with self._work:
            portfolio = await self.get_portfolio(portfolio_id)
            transaction = portfolio.deposit(
                amount, id=TransactionId(self._ids.new()), at=self._market_clock.now(portfolio.market)
            )
            self._portfolios.save(portfolio)
            await self._note("money_deposited", portfolio, transaction, amount)
        return transaction

    async def withdraw(self, portfolio_id: PortfolioId, amount: Money) -> Transaction:
        """Take money out. Raises as `deposit`, and `InsufficientBuyingPowerError`."""
        async with self._work:
            portfolio = await self.get_portfolio(portfolio_id)
            transaction = portfolio.withdraw(
                amount, id=TransactionId(self._ids.new()), at=self._market_clock.now(portfolio.market)
            )
            self._portfolios.save(portfolio)
            await self._note("money_withdrawn", portfolio, transaction, amount)
        return transaction

    async def transfer(self, portfolio_id: PortfolioId, to: PortfolioId, amount: Decimal) -> Transaction:
        """Pay into another of the caller's portfolios, in their common currency; what this one says of it.

        Raises:
            PortfolioNotFoundError: one of them does not exist for the caller.
            InvalidTransferError, InvalidAmountError, InsufficientBuyingPowerError: as `Portfolio.transfer` says.
        """
        async with self._work:
            portfolio, receiver = await self.get_portfolio(portfolio_id), await self.get_portfolio(to)
            money = Money(amount, portfolio.base_currency)
            transaction = portfolio.transfer(
                money,
                receiver,
                id=TransactionId(self._ids.new()),
                received_as=TransactionId(self._ids.new()),
                at=self._market_clock.now(portfolio.market),
            )
            self._portfolios.save(portfolio)
            self._portfolios.save(receiver)
            await self._note("money_transferred", portfolio, transaction, money, receiver=str(receiver.id))
        return transaction

    async def list_transactions(self, portfolio_id: PortfolioId, request: PageRequest) -> Page[Transaction]:
        """The journal of one of the caller's portfolios, oldest first.

        Raises:
            PortfolioNotFoundError, InvalidCursorError: as they say.
        """
        portfolio = await self.get_portfolio(portfolio_id)
        listing = f"{_TRANSACTIONS} {portfolio.id}"
        marks = request.after(listing, UUID)
        after = None if marks is None else TransactionId(marks[0])  # type: ignore[arg-type]
        found = await self._ledger.transactions(portfolio.id, after=after, limit=request.limit + 1)
        return Page.cut(found, request.limit, listing, lambda transaction: (transaction.id,))

    async def _note(
        self, action: str, portfolio: Portfolio, transaction: Transaction, amount: Money, **more: str
    ) -> None:
        details = {
            "portfolio_id": str(portfolio.id),
            "transaction_id": str(transaction.id),
            "amount": str(amount),
            **more,
        }
        await self._audit.log_action(portfolio.owner, action, details)
