"""The trading room in memory: real orders, a real portfolio, a market whose every bar can be seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from guilder.financial.domain.portfolio import Portfolio
from guilder.published.financial import Account, Hold, PortfolioNotFoundError, Trade
from guilder.published.market_data import Bar, MarketMode, PricePath, Session, Timeframe
from guilder.shared.ids import MAIN_MARKET, LotId, MarketId, OrderId, PortfolioId, TransactionId
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol
from guilder.testing import InMemoryUnitOfWork, SequentialIds
from guilder.trading.application.errors import OrderNotFoundError, SymbolNotTradableError
from guilder.trading.application.market_session_service import MarketSessionService
from guilder.trading.application.order_desk import OrderDesk, hold_of
from guilder.trading.application.order_slicer import OrderSlicer
from guilder.trading.application.ports import OrderSearch
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_book import OrderBook, RestingOrder
from guilder.trading.domain.order_ticket import OrderTicket
from guilder.trading.domain.slicing.volume_profile import VolumeProfile
from guilder.trading.domain.term_changes import TermChanges
from guilder.trading.domain.trading_control import Controls, TradingControl
from guilder.trading.domain.volume_taken import VolumeTaken
from guilder.trading.infrastructure.simulated_venue import SimulatedVenue
from tests.builders import A_DAY, BEFORE_THE_OPEN, OPENS_AT, new_id, order_for


class FakeAccounts:
    """`Accounts` over portfolios in memory."""

    def __init__(self, *portfolios: Portfolio) -> None:
        self._portfolios = {portfolio.id: portfolio for portfolio in portfolios}

    def get(self, portfolio_id: PortfolioId) -> Portfolio:
        if portfolio_id not in self._portfolios:
            raise PortfolioNotFoundError
        return self._portfolios[portfolio_id]

    async def account(self, portfolio_id: PortfolioId) -> Account:
        it = self.get(portfolio_id)
        return Account(it.id, it.owner, it.market, it.base_currency, it.fill_profile, it.pricing_strategy)

    async def check(self, portfolio_id: PortfolioId, hold: Hold, replacing: OrderId | None = None) -> None:
        self.get(portfolio_id).check(hold, replacing=replacing)

    async def orders_holding(self, portfolio_id: PortfolioId) -> int:
        return len(self.get(portfolio_id).reservations)

    async def reserve(self, portfolio_id: PortfolioId, order_id: OrderId, hold: Hold) -> None:
        self.get(portfolio_id).reserve(order_id, hold)

    async def replace(self, portfolio_id: PortfolioId, old: OrderId, new: OrderId, hold: Hold) -> None:
        self.get(portfolio_id).replace_reservation(old, new, hold)

    async def resize(self, portfolio_id: PortfolioId, order_id: OrderId, shares: Quantity) -> Quantity:
        return self.get(portfolio_id).resize_reservation(order_id, shares)

    async def release(self, portfolio_id: PortfolioId, order_id: OrderId) -> None:
        self.get(portfolio_id).release(order_id)

    async def payable(self, portfolio_id: PortfolioId, order_id: OrderId) -> Money:
        return self.get(portfolio_id).payable(order_id)

    async def book(self, trade: Trade) -> Money:
        portfolio = self.get(trade.portfolio_id)
        transaction = portfolio.book(trade, id=TransactionId(new_id()), lot_id=LotId(new_id()))
        return transaction.realized_pnl or Money.zero(portfolio.base_currency)


class FakeOrders:
    """`OrderRepository` in memory; `saved` are all orders, oldest first."""

    def __init__(self) -> None:
        self._orders: dict[OrderId, Order] = {}
        self._quiet_until: dict[MarketId, datetime] = {}

    @property
    def saved(self) -> list[Order]:
        return list(self._orders.values())

    async def get(self, order_id: OrderId) -> Order:
        if order_id not in self._orders:
            raise OrderNotFoundError
        return self._orders[order_id]

    async def find_by_client_order_id(self, portfolio_id: PortfolioId, client_order_id: str) -> OrderId | None:
        for order in self._orders.values():
            if (order.ticket.portfolio_id, order.ticket.client_order_id) == (portfolio_id, client_order_id):
                return order.id
        return None

    async def book_of(self, market: MarketId) -> OrderBook:
        resting = [it for it in self._orders.values() if it.is_open and it.market == market and it.plan is None]
        return OrderBook(map(RestingOrder.of, resting))

    def changed_here(self, market: MarketId) -> Sequence[Order]:
        return []

    async def next_slice(self, market: MarketId) -> tuple[datetime, OrderId] | None:
        planned = [(it.plan.next_due_at, it.id) for it in self._orders.values() if it.is_open and it.plan is not None]
        return min(((due_at, order_id) for due_at, order_id in planned if due_at is not None), default=None)

    def quiet_until(self, market: MarketId) -> datetime | None:
        return self._quiet_until.get(market)

    def note_quiet(self, market: MarketId, until: datetime) -> None:
        self._quiet_until[market] = until

    async def resting_ids(self, portfolio_id: PortfolioId | None) -> Sequence[OrderId]:
        mine = (order for order in self._orders.values() if portfolio_id in (None, order.ticket.portfolio_id))
        return [order.id for order in mine if order.is_open]

    async def search(self, wanted: OrderSearch) -> Sequence[Order]:
        mine = [order for order in reversed(self._orders.values()) if order.owner == wanted.owner]
        return mine[: wanted.limit]

    def save(self, order: Order) -> None:
        self._orders[order.id] = order
        order.version += 1
        order.release_events()
        order.release_executions()


class FakeControls:
    """`ControlRepository` in memory."""

    def __init__(self, *controls: TradingControl) -> None:
        self._controls = {control.id: control for control in controls}

    async def get(self, scope: UUID) -> TradingControl:
        return self._controls.get(scope) or TradingControl(scope)

    async def in_force(self, scope: UUID) -> Controls:
        return (await self.get(scope)).controls

    def save(self, control: TradingControl) -> None:
        self._controls[control.id] = control
        control.version += 1
        control.release_events()


class FakeVolumes:
    """`VolumeRepository` in memory."""

    def __init__(self) -> None:
        self._taken: dict[str, VolumeTaken] = {}

    async def get(self, portfolio_id: PortfolioId, symbol: StockSymbol) -> VolumeTaken:
        id = VolumeTaken.id_for(portfolio_id, symbol)
        return self._taken.get(id) or VolumeTaken(id, datetime(1970, 1, 1, tzinfo=UTC), Quantity.zero())

    def save(self, taken: VolumeTaken) -> None:
        self._taken[taken.id] = taken
        taken.version += 1


class FakeSessionVolumes:
    """`SessionVolumes` of yesterday, whose parts, all equally long, had these volumes."""

    def __init__(self, *volumes: int) -> None:
        self.volumes = volumes

    async def last_profile(self, symbol: StockSymbol, market: MarketId) -> VolumeProfile:
        one = Decimal(1)
        return VolumeProfile([Bar(OPENS_AT - A_DAY, one, one, one, one, volume) for volume in self.volumes])


class BuildersIds:
    """`IdSource` that makes no id which a builder has made."""

    def new(self) -> UUID:
        return new_id()


class FakeMarkets:
    """`Markets` and `MarketClock` of one market; a session may lack the path of a symbol.

    A replay stands where it was worked up to; the time of a sandbox goes on by itself: set `instant`.
    """

    def __init__(
        self,
        sessions: Sequence[Session],
        paths: Iterable[PricePath],
        *,
        mode: MarketMode = MarketMode.REPLAY,
        at: datetime = BEFORE_THE_OPEN,
    ) -> None:
        self._sessions = sessions
        self._paths = {(path.symbol, path.session.on): path for path in paths}
        self._mode = mode
        self._worked_until = at
        self.instant = at

    def now(self, market: MarketId = MAIN_MARKET) -> datetime:
        return self._worked_until if self._mode is MarketMode.REPLAY else self.instant

    def mode(self, market: MarketId) -> MarketMode:
        return self._mode

    def worked_until(self, market: MarketId) -> datetime:
        return self._worked_until

    def session_at_or_after(self, market: MarketId, instant: datetime) -> Session | None:
        return next((session for session in self._sessions if instant < session.closes_at), None)

    def seed(self, market: MarketId) -> int:
        return 7

    def path(self, market: MarketId, symbol: StockSymbol, session: Session) -> PricePath | None:
        return self._paths.get((symbol, session.on))

    def last_bar(self, market: MarketId, symbol: StockSymbol, instant: datetime, timeframe: Timeframe) -> Bar | None:
        """Every span of a session trades as much as any other; before the first session one as the first."""
        mine = [path for (of, _), path in sorted(self._paths.items(), key=lambda item: item[0][1]) if of == symbol]
        if not mine:
            return None
        begun = [path for path in mine if path.session.opens_at < instant] or mine[:1]
        path = begun[-1]
        length = path.session.closes_at - path.session.opens_at
        span = length if timeframe is Timeframe.DAY else timedelta(minutes=timeframe.minutes)
        low, high = path.extremes(path.session.opens_at, path.session.closes_at)
        close = path.price_at(path.session.closes_at)
        opened = path.price_at(path.session.opens_at)
        at = instant - span
        volume = int(path.volume * (span / length))
        return Bar(at, opened.amount, high.amount, low.amount, close.amount, volume)

    def is_known(self, symbol: StockSymbol) -> bool:
        return any(known == symbol for known, _ in self._paths)

    async def move(self, market: MarketId, to: datetime) -> None:
        self._worked_until = to

    def last_price(self, symbol: StockSymbol) -> Price:
        """The price now, or else at the last close; before the first session its open."""
        mine = [path for (of, _), path in sorted(self._paths.items(), key=lambda item: item[0][1]) if of == symbol]
        begun = [path for path in mine if path.session.opens_at <= self.now()]
        return begun[-1].price_at(self.now()) if begun else mine[0].price_at(mine[0].session.opens_at)


class TradingFloor:
    """The simulated venue with everything around it, for one portfolio."""

    def __init__(
        self,
        portfolio: Portfolio,
        markets: FakeMarkets,
        *,
        fill_profile: str = "ideal",
        orders: FakeOrders | None = None,
    ) -> None:
        self.portfolio = portfolio
        self.markets = markets
        self.orders = orders or FakeOrders()
        self.accounts = FakeAccounts(portfolio)
        self.desk = OrderDesk(self.accounts, self.orders, SequentialIds())
        self.venue = SimulatedVenue(markets, self.orders, FakeVolumes(), self.desk)
        self.volumes = FakeSessionVolumes(1)
        self.slicer = OrderSlicer(self.orders, self.desk, self.venue, markets, self.volumes, BuildersIds())
        self._sessions = MarketSessionService(InMemoryUnitOfWork(), self.venue, self.slicer, markets, markets)
        self._fill_profile = fill_profile

    async def place(self, ticket: OrderTicket) -> Order:
        """Reserve, submit, save; a refusal leaves nothing behind."""
        last_price = self.markets.last_price(ticket.symbol)
        order = self._order_for(ticket, last_price)
        order.plan = await self.slicer.plan(ticket, MAIN_MARKET, self.markets.now())
        await self.reserve(order, last_price)
        try:
            await self.slicer.submit(order, self.markets.now())
        except SymbolNotTradableError:
            self.portfolio.release(order.id)
            raise
        self.orders.save(order)
        return order

    async def reserve(self, order: Order, last_price: Price | None = None) -> None:
        """Set aside what it needs; the price may only be missing where it has a limit."""
        await self.desk.reserve(order, _hold(order, last_price))

    async def cancel(self, order: Order) -> None:
        await self.slicer.cancel(order, at=self.markets.now())
        self.orders.save(order)

    async def replace(self, old: Order, changes: TermChanges) -> Order:
        old.check_open()
        last_price = self.markets.last_price(old.ticket.symbol)
        new = self._order_for(changes.applied_to(old), last_price)
        self._check_tradable(new)
        await self.desk.replace(old, new, _hold(new, last_price))
        await self.venue.submit(new, self.markets.now())
        self.orders.save(old)
        self.orders.save(new)
        return new

    def _order_for(self, ticket: OrderTicket, last_price: Price) -> Order:
        last = str(last_price.amount)
        return order_for(ticket, fill_profile=self._fill_profile, at=self.markets.now(), last_price=last)

    def _check_tradable(self, order: Order) -> None:
        """What `submit` refuses, it refuses before anything is replaced: there is no unit here to be abandoned."""
        now = self.markets.now()
        session = self.markets.session_at_or_after(MAIN_MARKET, now)
        if session is None or not session.is_open_at(now):
            return
        if self.markets.path(MAIN_MARKET, order.ticket.symbol, session) is None:
            raise SymbolNotTradableError

    async def go_to(self, instant: datetime) -> None:
        """Let it be that instant, and everything due until then be worked."""
        if self.markets.mode(MAIN_MARKET) is MarketMode.REPLAY:
            await self._sessions.advance(MAIN_MARKET, instant)
        else:
            self.markets.instant = instant
            await self._sessions.catch_up(MAIN_MARKET)


def _hold(order: Order, last_price: Price | None) -> Hold:
    return hold_of(order.ticket, order.leaves_quantity, order.fill_profile, last_price)
