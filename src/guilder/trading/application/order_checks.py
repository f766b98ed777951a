"""What is looked at before an order is accepted. Everything that speaks against it is told at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ParamSpec, TypeVar

from guilder.published.financial import Account, Accounts, Hold
from guilder.published.market_data import MarketDataProvider, Markets
from guilder.published.trading import Side
from guilder.shared.errors import (
    FieldProblem,
    GuilderError,
    InvalidError,
    RefusedError,
    ValidationError,
    all_at_once,
)
from guilder.shared.ids import OrderId, PortfolioId
from guilder.shared.money import CurrencyMismatchError, Price
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol
from guilder.trading.application.errors import DuplicateClientOrderIdError, UnknownSymbolError
from guilder.trading.application.order_desk import hold_of
from guilder.trading.application.order_slicer import OrderSlicer
from guilder.trading.application.ports import ControlRepository, OrderRepository, Venue
from guilder.trading.domain.order_ticket import OrderTicket
from guilder.trading.domain.price_increment import check_increments
from guilder.trading.domain.trading_control import HOUSE
from guilder.trading.domain.trading_limits import NO_LIMITS, TradingLimits

T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Proposal:
    """An order that was not accepted yet: its ticket, the account and the instant that it is for.

    `replacing` is the order whose place it would take.
    """

    ticket: OrderTicket
    account: Account
    fill_profile: str
    at: datetime
    replacing: OrderId | None = None


@dataclass(frozen=True, slots=True)
class Acceptable:
    """What a proposal that nothing speaks against was found to be."""

    measure: Price
    """Per share: its limit, or else the last price."""
    hold: Hold


class OrderChecks:
    """Sees whether an order can be accepted. Nothing is changed, and no rule stops the others from being looked at."""

    def __init__(
        self,
        orders: OrderRepository,
        accounts: Accounts,
        controls: ControlRepository,
        venue: Venue,
        slicer: OrderSlicer,
        markets: Markets,
        market_data: MarketDataProvider,
    ) -> None:
        self._orders = orders
        self._accounts = accounts
        self._controls = controls
        self._venue = venue
        self._slicer = slicer
        self._markets = markets
        self._market_data = market_data

    async def check(self, proposal: Proposal) -> Acceptable:
        """By what it is measured, and what it must set aside.

        Raises, the weightiest with all others as its `reasons`:
            ValidationError: a price is finer than its increment, or an amount of money not a billionth of a share.
            UnknownSymbolError, CurrencyMismatchError: the symbol is not traded here, or not in this currency.
            DuplicateClientOrderIdError: its owner used that name before.
            TradingHaltedError: the house, or the portfolio, does not trade at present.
            NoPriceError, SymbolNotTradableError, NoSessionError: the market cannot work it.
            NoVolumeProfileError, HorizonBeyondSessionError, TooManySlicesError, EmptySliceError: it cannot be cut into
                slices as it says.
            OrderTooLargeError, TooManyOpenOrdersError: the limits of the portfolio do not allow it.
            InsufficientBuyingPowerError, InsufficientQuantityError: the portfolio cannot cover it.
        """
        found, ticket = _Findings(), proposal.ticket
        house, own = await self._controls.in_force(HOUSE), await self._controls.in_force(ticket.portfolio_id)

        found.by(check_increments, ticket)
        is_known = found.by(self._check_symbol, ticket.symbol)
        if ticket.client_order_id is not None:
            await found.by_asking(self._check_name(ticket.portfolio_id, ticket.client_order_id))
        for controls in (house, own):
            if controls.halt is not None:
                found.by(controls.check_not_halted)
        measure = None
        if is_known or ticket.limit_price is not None:
            measure = await found.by_asking(self._measure(proposal))
        if is_known and found.by(self._check_session, proposal) and ticket.slicing is not None:
            await found.by_asking(self._check_slices(proposal))
        quantity = found.by(_expected_quantity, ticket, measure)
        if own.limits is not NO_LIMITS:
            await self._check_limits(found, proposal, own.limits, quantity, measure)
        hold = None
        if quantity is not None and (measure is not None or ticket.side is Side.SELL):
            hold = await found.by_asking(self._check_cover(proposal, quantity, measure))

        if found.refusals:
            raise all_at_once(found.refusals)
        assert measure is not None
        assert hold is not None
        return Acceptable(measure, hold)

    def _check_symbol(self, symbol: StockSymbol) -> bool:
        if not self._markets.is_known(symbol):
            raise UnknownSymbolError(f"{symbol} is not traded here")
        return True

    async def _check_name(self, portfolio_id: PortfolioId, name: str) -> None:
        if await self._orders.find_by_client_order_id(portfolio_id, name) is not None:
            raise DuplicateClientOrderIdError(f"An order of this portfolio is called {name} already")

    async def _measure(self, it: Proposal) -> Price:
        """Its currency must be the portfolio's."""
        ticket, currency = it.ticket, it.account.base_currency
        price = ticket.limit_price
        if price is None:
            price = await self._market_data.get_current_price(ticket.symbol, it.account.market)
        if price.currency != currency:
            told = f"{ticket.symbol} is traded in {price.currency}, not {currency}"
            raise CurrencyMismatchError(told, field="symbol")
        return price

    def _check_session(self, it: Proposal) -> bool:
        self._venue.check(it.account.market, it.ticket.symbol, it.at)
        return True

    async def _check_slices(self, it: Proposal) -> None:
        await self._slicer.plan(it.ticket, it.account.market, it.at)

    async def _check_limits(
        self, found: _Findings, it: Proposal, limits: TradingLimits, quantity: Quantity | None, measure: Price | None
    ) -> None:
        if quantity is not None:
            found.by(limits.check_quantity, quantity)
        if measure is not None:
            found.by(limits.check_value, it.ticket.value_at(measure))
        if limits.max_open_orders is not None:
            await found.by_asking(self._check_open_orders(it, limits))

    async def _check_open_orders(self, it: Proposal, limits: TradingLimits) -> None:
        open_orders = await self._accounts.orders_holding(it.ticket.portfolio_id)
        limits.check_open_orders(open_orders if it.replacing is None else open_orders - 1)

    async def _check_cover(self, it: Proposal, quantity: Quantity, measure: Price | None) -> Hold:
        hold = hold_of(it.ticket, quantity, it.fill_profile, measure)
        await self._accounts.check(it.ticket.portfolio_id, hold, it.replacing)
        return hold


def _expected_quantity(ticket: OrderTicket, measure: Price | None) -> Quantity | None:
    """How many shares it is expected to be for; None where that takes a price which is not there."""
    if ticket.notional is None:
        return ticket.quantity
    if measure is None:
        return None
    quantity = ticket.expected_quantity(measure)
    if not quantity:
        told = f"{ticket.notional} is not a billionth of a share at {measure}"
        raise ValidationError(FieldProblem("notional", told))
    return quantity


class _Findings:
    """The refusals that were met, in the order in which they were looked for."""

    def __init__(self) -> None:
        self.refusals: list[GuilderError] = []

    def by(self, check: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """What a check answers; None when it refuses. What is away or broken is no refusal, and ends it all."""
        try:
            return check(*args, **kwargs)
        except (InvalidError, RefusedError) as refusal:
            self.refusals.append(refusal)
            return None

    async def by_asking(self, check: Awaitable[T]) -> T | None:
        """The same of a check that has to ask others."""
        try:
            return await check
        except (InvalidError, RefusedError) as refusal:
            self.refusals.append(refusal)
            return None
