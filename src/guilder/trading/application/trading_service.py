"""Placing, canceling, replacing and looking at orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from guilder.core.caller import Caller
from guilder.core.ids import IdSource
from guilder.core.pages import Page, PageRequest
from guilder.core.unit_of_work import CoreUnitOfWork
from guilder.published.audit import AuditLogger
from guilder.published.financial import Account, Accounts, PortfolioNotFoundError
from guilder.published.market_data import MarketClock
from guilder.published.trading import Side
from guilder.shared.ids import OrderId, PortfolioId, id_text
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol
from guilder.trading.application.errors import OrderInSlicesError, OrderNotFoundError
from guilder.trading.application.house_rules import HouseRules
from guilder.trading.application.market_session_service import MarketSessionService
from guilder.trading.application.order_checks import OrderChecks, Proposal
from guilder.trading.application.order_desk import OrderDesk
from guilder.trading.application.order_slicer import OrderSlicer
from guilder.trading.application.ports import OrderFilter, OrderRepository, OrderSearch
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_ticket import OrderTicket, OrderType
from guilder.trading.domain.term_changes import TermChanges

_ORDERS: Final = "orders"


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """Which of the caller's orders are wanted; `after` and `until`: placed between those instants of the market."""

    portfolio_id: PortfolioId | None = None
    status: OrderFilter = OrderFilter.ALL
    symbol: StockSymbol | None = None
    parent_id: OrderId | None = None
    side: Side | None = None
    after: datetime | None = None
    until: datetime | None = None
    client_order_id: str | None = None


class TradingService:
    """What a user does with his orders. Those of others do not exist for him."""

    def __init__(
        self,
        work: CoreUnitOfWork,
        orders: OrderRepository,
        accounts: Accounts,
        checks: OrderChecks,
        desk: OrderDesk,
        slicer: OrderSlicer,
        sessions: MarketSessionService,
        market_clock: MarketClock,
        ids: IdSource,
        rules: HouseRules,
        audit: AuditLogger,
        caller: Caller,
    ) -> None:
        self._work = work
        self._orders = orders
        self._accounts = accounts
        self._checks = checks
        self._desk = desk
        self._slicer = slicer
        self._sessions = sessions
        self._market_clock = market_clock
        self._ids = ids
        self._rules = rules
        self._audit = audit
        self._caller = caller

    async def place_order(self, ticket: OrderTicket) -> Order:
        """Accept a ticket and work it: the order as it then stands. A refusal leaves nothing behind.

        Raises:
            PortfolioNotFoundError: there is none, or it is somebody else's.
            InvalidError, RefusedError: all that speaks against it, as `OrderChecks.check` says.
        """
        account = await self._own_account(ticket.portfolio_id)
        fill_profile = account.fill_profile or self._rules.fill_profile
        async with self._work:
            await self._sessions.catch_up(account.market)
            now = self._market_clock.now(account.market)
            found = await self._checks.check(Proposal(ticket, account, fill_profile, now))
            order = Order.place(
                OrderId(self._ids.new()),
                ticket,
                owner=account.owner,
                market=account.market,
                currency=account.base_currency,
                fill_profile=fill_profile,
                at=now,
                quantity=ticket.expected_quantity(found.measure),
                plan=None if ticket.slicing is None else await self._slicer.plan(ticket, account.market, now),
            )
            await self._desk.reserve(order, found.hold)
            await self._slicer.submit(order, now)
            self._orders.save(order)
            await self._note("order_placed", order)
        return order

    async def place_market_order(self, portfolio_id: PortfolioId, symbol: StockSymbol, quantity: Quantity) -> Order:
        """Buy at the market. Raises as `place_order`."""
        return await self.place_order(OrderTicket(portfolio_id, symbol, Side.BUY, OrderType.MARKET, quantity))

    async def cancel_order(self, order_id: OrderId) -> Order:
        """Take what is left of the order off the market, and free what it held.

        Raises:
            OrderNotFoundError, OrderNotOpenError: as they say.
        """
        market = (await self.get_order(order_id)).market
        async with self._work:
            await self._sessions.catch_up(market)
            order = await self._orders.get(order_id)
            await self._slicer.cancel(order, at=self._market_clock.now(market))
            self._orders.save(order)
            await self._note("order_canceled", order)
        return order

    async def replace_order(self, order_id: OrderId, changes: TermChanges) -> Order:
        """Let an order with other terms take the place of what is left of this one; the replacing order.

        A new quantity counts what was filled already. Refused as a whole: then the old order stands.

        Raises:
            OrderNotFoundError, OrderNotOpenError: as they say.
            OrderInSlicesError: it is worked in slices, or is one.
            InvalidError, RefusedError: all that speaks against the new terms, as `OrderChecks.check` says.
        """
        market = (await self.get_order(order_id)).market
        async with self._work:
            await self._sessions.catch_up(market)
            old = await self._orders.get(order_id)
            old.check_open()
            if old.plan is not None or old.parent_id is not None:
                raise OrderInSlicesError
            account = await self._accounts.account(old.ticket.portfolio_id)
            ticket = changes.applied_to(old)
            now = self._market_clock.now(market)
            found = await self._checks.check(Proposal(ticket, account, old.fill_profile, now, replacing=old.id))
            new = Order.place(
                OrderId(self._ids.new()),
                ticket,
                owner=old.owner,
                market=market,
                currency=old.currency,
                fill_profile=old.fill_profile,
                at=now,
                quantity=ticket.expected_quantity(found.measure),
                replaces=old.id,
                triggered_at=old.triggered_at if ticket.stop_price == old.ticket.stop_price else None,
            )
            await self._desk.replace(old, new, found.hold)
            await self._slicer.submit(new, now)
            self._orders.save(old)
            self._orders.save(new)
            await self._note("order_replaced", old)
        return new

    async def get_order(self, order_id: OrderId) -> Order:
        """One of the caller's orders. Raises `OrderNotFoundError`, also for somebody else's."""
        self._caller.require_user()
        order = await self._orders.get(order_id)
        if not self._caller.owns(order.owner):
            raise OrderNotFoundError
        return order

    async def find_order(self, portfolio_id: PortfolioId, client_order_id: str) -> Order:
        """The order that the caller gave this name.

        Raises:
            PortfolioNotFoundError: a portfolio that is not his.
            OrderNotFoundError: none of its orders has that name.
        """
        await self._own_account(portfolio_id)
        order_id = await self._orders.find_by_client_order_id(portfolio_id, client_order_id)
        if order_id is None:
            raise OrderNotFoundError
        return await self._orders.get(order_id)

    async def list_orders(self, query: OrderQuery, request: PageRequest) -> Page[Order]:
        """The caller's orders, newest first.

        Raises:
            PortfolioNotFoundError: a portfolio that is not his.
            InvalidCursorError: a cursor of another list.
        """
        owner = self._caller.require_user()
        if query.portfolio_id is not None:
            await self._own_account(query.portfolio_id)
        marks = request.after(_ORDERS, UUID)
        before = None if marks is None else OrderId(marks[0])  # type: ignore[arg-type]
        search = OrderSearch(
            owner,
            query.portfolio_id,
            query.status,
            query.symbol,
            query.side,
            query.after,
            query.until,
            query.client_order_id,
            before=before,
            limit=request.limit + 1,
            parent_id=query.parent_id,
        )
        return Page.cut(await self._orders.search(search), request.limit, _ORDERS, lambda order: (order.id,))

    async def _own_account(self, portfolio_id: PortfolioId) -> Account:
        self._caller.require_user()
        account = await self._accounts.account(portfolio_id)
        if not self._caller.owns(account.owner):
            raise PortfolioNotFoundError
        return account

    async def _note(self, action: str, order: Order) -> None:
        details = {"order_id": id_text(order.id), "portfolio_id": id_text(order.ticket.portfolio_id)}
        await self._audit.log_action(order.owner, action, details)
