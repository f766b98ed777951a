"""What an order would cost or bring, for whoever has not placed it yet."""

from __future__ import annotations

from guilder.core.caller import Caller
from guilder.published.financial import Accounts, PortfolioNotFoundError
from guilder.published.market_data import Markets
from guilder.published.trading import UnknownPricingStrategyError
from guilder.trading.application.errors import UnknownSymbolError
from guilder.trading.application.order_price_calculator import OrderPriceCalculator
from guilder.trading.domain.order_ticket import OrderTicket
from guilder.trading.domain.price_increment import check_increments
from guilder.trading.domain.pricing.price_estimate import PriceEstimate


class OrderEstimateService:
    """Estimates for the caller's own portfolios; nothing is reserved, and nothing remembered."""

    def __init__(self, calculator: OrderPriceCalculator, accounts: Accounts, markets: Markets, caller: Caller) -> None:
        self._calculator = calculator
        self._accounts = accounts
        self._markets = markets
        self._caller = caller

    async def estimate_order(self, ticket: OrderTicket, strategy: str | None = None) -> PriceEstimate:
        """Price a ticket as of the present time of its portfolio's market.

        Raises:
            PortfolioNotFoundError: there is none, or it is somebody else's.
            ValidationError: a price is finer than its increment.
            UnknownSymbolError: no market of this house trades it.
            UnknownPricingStrategyError, NothingTradedError, CurrencyMismatchError, NoPriceError, AmountTooLargeError:
                as `OrderPriceCalculator.calculate_order_price`.
        """
        self._caller.require_user()
        account = await self._accounts.account(ticket.portfolio_id)
        if not self._caller.owns(account.owner):
            raise PortfolioNotFoundError
        check_increments(ticket)
        if not self._markets.is_known(ticket.symbol):
            raise UnknownSymbolError(f"{ticket.symbol} is not traded here")
        try:
            return await self._calculator.calculate_order_price(ticket, account, strategy)
        except UnknownPricingStrategyError as refusal:
            refusal.field = "strategy"
            raise
