"""What a ticket would cost or bring now, by a strategy of choice."""

from __future__ import annotations

from guilder.published.financial import Account
from guilder.published.market_data import (
    Bar,
    MarketClock,
    MarketDataProvider,
    MarketTape,
    NoPriceError,
    Print,
    Session,
    Timeframe,
)
from guilder.shared.ids import MarketId
from guilder.shared.money import CurrencyMismatchError
from guilder.shared.symbol import StockSymbol
from guilder.trading.application.house_rules import HouseRules
from guilder.trading.application.ports import PricingStrategies
from guilder.trading.domain.order_ticket import OrderTicket
from guilder.trading.domain.pricing.order_terms import within_terms
from guilder.trading.domain.pricing.price_basis import Detail, PriceBasis
from guilder.trading.domain.pricing.price_estimate import PriceEstimate


class OrderPriceCalculator:
    """Prices each ticket by the strategy that is named for it; it keeps none, so nobody changes another's price."""

    def __init__(
        self,
        strategies: PricingStrategies,
        market_data: MarketDataProvider,
        tape: MarketTape,
        market_clock: MarketClock,
        rules: HouseRules,
    ) -> None:
        self._strategies = strategies
        self._market_data = market_data
        self._tape = tape
        self._market_clock = market_clock
        self._rules = rules

    async def calculate_order_price(
        self, ticket: OrderTicket, account: Account, strategy: str | None = None
    ) -> PriceEstimate:
        """By the strategy of that name; unless told by that of the portfolio, else by that of the house.

        Raises:
            UnknownPricingStrategyError, NothingTradedError: as they say.
            CurrencyMismatchError: the symbol is not traded in the portfolio's currency.
            SymbolNotFoundError, NoPriceError: the market has no price for it now.
            AmountTooLargeError: the total is more than the books carry.
        """
        chosen = self._strategies.get(strategy or account.pricing_strategy or self._rules.pricing_strategy)
        basis = await self._basis(ticket.symbol, account.market, chosen.looks_at)
        currency = basis.quote.price.currency
        if currency != account.base_currency:
            told = f"{ticket.symbol} is traded in {currency}, not {account.base_currency}"
            raise CurrencyMismatchError(told, field="symbol")
        return within_terms(chosen.calculate_price(ticket, basis))

    async def _basis(self, symbol: StockSymbol, market: MarketId, detail: Detail) -> PriceBasis:
        quote = await self._market_data.get_quote(symbol, market)
        session = self._tape.last_session(market)
        if session is None:
            raise NoPriceError(f"{symbol} has no price before the first session of market {market}")
        trades = () if detail is not Detail.TRADES else await self._trades(symbol, market, session)
        bars = () if trades or detail is Detail.QUOTE else await self._minutes(symbol, market, session)
        # Read last: what was told before cannot be later.
        return PriceBasis(quote, session, self._market_clock.now(market), bars, trades)

    async def _trades(self, symbol: StockSymbol, market: MarketId, session: Session) -> tuple[Print, ...]:
        return tuple(await self._tape.get_trades(symbol, start=session.opens_at, market=market))

    async def _minutes(self, symbol: StockSymbol, market: MarketId, session: Session) -> tuple[Bar, ...]:
        bars = await self._market_data.get_bars(
            symbol, start=session.opens_at, market=market, timeframe=Timeframe.MINUTE
        )
        return tuple(bars)
