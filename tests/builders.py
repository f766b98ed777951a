"""Values of the trade, as tests need them: what does not matter is chosen here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from guilder.financial.domain.lot import Lot
from guilder.financial.domain.portfolio import Portfolio
from guilder.financial.domain.transaction import Transaction
from guilder.published.financial import Hold, Trade
from guilder.published.market_data import PricePath, Session
from guilder.published.trading import Side
from guilder.shared.currency import USD, Currency
from guilder.shared.ids import MAIN_MARKET, ExecutionId, LotId, OrderId, PortfolioId, TransactionId, UserId
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol
from guilder.testing.ids import SequentialIds
from guilder.trading.domain.execution import Execution
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_ticket import OrderTicket, OrderType, TimeInForce

OWNER: Final = UserId(UUID(int=0xADA))
PORTFOLIO: Final = PortfolioId(UUID(int=0xF0110))
AAPL: Final = StockSymbol("AAPL")
IBM: Final = StockSymbol("IBM")

FIRST_DAY: Final = date(2010, 1, 4)
OPENS_AT: Final = datetime(2010, 1, 4, 14, 30, tzinfo=UTC)
CLOSES_AT: Final = datetime(2010, 1, 4, 21, 0, tzinfo=UTC)
BEFORE_THE_OPEN: Final = OPENS_AT - timedelta(hours=1)
A_DAY: Final = timedelta(days=1)
AN_HOUR: Final = timedelta(hours=1)

_ids = SequentialIds()


def new_id() -> UUID:
    """An id that nothing else has."""
    return _ids.new()


def usd(text: str) -> Money:
    """An exact amount of dollars, finer than a cent where it says so."""
    return Money(Decimal(text), USD)


def price(text: str, currency: Currency = USD) -> Price:
    return Price.parse(text, currency)


def shares(text: str) -> Quantity:
    return Quantity.parse(text)


def symbol(text: str = "AAPL") -> StockSymbol:
    return StockSymbol(text)


# The market


def a_session(day: int = 0) -> Session:
    """A session from 14:30Z to 21:00Z; `day` counts from the first one."""
    later = A_DAY * day
    return Session(on=FIRST_DAY + later, opens_at=OPENS_AT + later, closes_at=CLOSES_AT + later)


def around_the_clock(day: int = 0) -> Session:
    """A session from midnight to midnight, as in the sandbox; `day` counts from the first one."""
    midnight = OPENS_AT.replace(hour=0, minute=0) + A_DAY * day
    return Session(on=midnight.date(), opens_at=midnight, closes_at=midnight + A_DAY)


def a_path(
    open: str,
    high: str,
    low: str,
    close: str,
    *,
    volume: int = 1_000_000,
    session: Session | None = None,
    symbol: StockSymbol = AAPL,
) -> PricePath:
    """The way of one bar: its extremes come a third and two thirds of the session later, first the one nearer to the
    open.
    """
    session = session or a_session()
    third = (session.closes_at - session.opens_at) / 3
    bar = [Decimal(text) for text in (open, high, low, close)]
    tick = max(Decimal("0.0001"), min(Decimal("0.01"), *(Decimal(1).scaleb(_exponent(it)) for it in bar)))
    at_open, at_high, at_low, at_close = (int(it / tick) for it in bar)
    extremes = (at_low, at_high) if at_open - at_low <= at_high - at_open else (at_high, at_low)
    return PricePath(
        symbol=symbol,
        session=session,
        points=(
            (session.opens_at, at_open),
            (session.opens_at + third, extremes[0]),
            (session.opens_at + 2 * third, extremes[1]),
            (session.closes_at, at_close),
        ),
        tick=Price(tick, USD),
        volume=volume,
        source_on=session.on,
    )


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    return min(exponent, 0)


# Orders


def a_ticket(
    quantity: str = "10",
    *,
    side: Side = Side.BUY,
    limit: str | None = None,
    stop: str | None = None,
    order_type: OrderType | None = None,
    time_in_force: TimeInForce = TimeInForce.DAY,
    symbol: StockSymbol = AAPL,
    portfolio_id: PortfolioId = PORTFOLIO,
    client_order_id: str | None = None,
    notional: str | None = None,
) -> OrderTicket:
    """A ticket; its prices say what type it is, when nobody else does. `notional` takes the place of the quantity."""
    by_prices = {
        (False, False): OrderType.MARKET,
        (True, False): OrderType.LIMIT,
        (False, True): OrderType.STOP,
        (True, True): OrderType.STOP_LIMIT,
    }
    return OrderTicket(
        portfolio_id=portfolio_id,
        symbol=symbol,
        side=side,
        order_type=order_type or by_prices[limit is not None, stop is not None],
        quantity=shares(quantity if notional is None else "0"),
        limit_price=None if limit is None else price(limit),
        stop_price=None if stop is None else price(stop),
        time_in_force=time_in_force,
        client_order_id=client_order_id,
        notional=None if notional is None else usd(notional),
    )


def an_order(
    quantity: str = "10",
    *,
    side: Side = Side.BUY,
    limit: str | None = None,
    stop: str | None = None,
    time_in_force: TimeInForce = TimeInForce.DAY,
    symbol: StockSymbol = AAPL,
    fill_profile: str = "ideal",
    at: datetime = BEFORE_THE_OPEN,
) -> Order:
    """An order that was accepted an hour before the first open."""
    ticket = a_ticket(quantity, side=side, limit=limit, stop=stop, time_in_force=time_in_force, symbol=symbol)
    return order_for(ticket, fill_profile=fill_profile, at=at)


def order_for(
    ticket: OrderTicket, *, fill_profile: str = "ideal", at: datetime = BEFORE_THE_OPEN, last_price: str = "100"
) -> Order:
    """The order that a ticket becomes."""
    return Order.place(
        OrderId(new_id()),
        ticket,
        owner=OWNER,
        market=MAIN_MARKET,
        currency=USD,
        fill_profile=fill_profile,
        at=at,
        quantity=ticket.expected_quantity(price(last_price)),
    )


def an_execution(quantity: str, at_price: str, *, at: datetime = OPENS_AT, reason: str = "a test") -> Execution:
    return Execution(ExecutionId(new_id()), shares(quantity), price(at_price), at, reason)


# Books


def a_portfolio(cash: str = "10000", *, currency: Currency = USD) -> Portfolio:
    """A portfolio with that much cash, of which nothing waits to be saved."""
    portfolio = Portfolio.open(
        PORTFOLIO, owner=OWNER, name="Savings", base_currency=currency, market=MAIN_MARKET, at=BEFORE_THE_OPEN
    )
    if Decimal(cash):
        deposit(portfolio, Money(Decimal(cash), currency))
    portfolio.release_events()
    portfolio.release_changes()
    return portfolio


def deposit(portfolio: Portfolio, amount: Money) -> Transaction:
    return portfolio.deposit(amount, id=TransactionId(new_id()), at=BEFORE_THE_OPEN)


def withdraw(portfolio: Portfolio, amount: Money) -> Transaction:
    return portfolio.withdraw(amount, id=TransactionId(new_id()), at=BEFORE_THE_OPEN)


def a_trade(
    side: Side,
    quantity: str,
    at_price: str,
    *,
    symbol: StockSymbol = AAPL,
    order_id: OrderId | None = None,
    at: datetime = OPENS_AT,
) -> Trade:
    return Trade(
        execution_id=ExecutionId(new_id()),
        order_id=order_id or OrderId(new_id()),
        portfolio_id=PORTFOLIO,
        symbol=symbol,
        side=side,
        quantity=shares(quantity),
        price=price(at_price),
        at=at,
    )


def book(portfolio: Portfolio, trade: Trade) -> Transaction:
    return portfolio.book(trade, id=TransactionId(new_id()), lot_id=LotId(new_id()))


def buy(portfolio: Portfolio, quantity: str, at_price: str, *, at: datetime = OPENS_AT) -> Transaction:
    """Book a purchase of AAPL that no order had reserved for."""
    return book(portfolio, a_trade(Side.BUY, quantity, at_price, at=at))


def sell(portfolio: Portfolio, quantity: str, at_price: str, *, at: datetime = OPENS_AT) -> Transaction:
    """Book a sale of AAPL that no order had reserved for."""
    return book(portfolio, a_trade(Side.SELL, quantity, at_price, at=at))


def cash_hold(quantity: str, cash: str, *, symbol: StockSymbol = AAPL) -> Hold:
    """What a buy sets aside."""
    return Hold(symbol, shares(quantity), usd(cash))


def share_hold(quantity: str, *, symbol: StockSymbol = AAPL) -> Hold:
    """What a sell sets aside."""
    return Hold(symbol, shares(quantity), None)


def a_lot(quantity: str, at_price: str, *, at: datetime = OPENS_AT) -> Lot:
    """A lot that cost its price times its shares, to the cent."""
    cost = (price(at_price) * shares(quantity)).rounded()
    return Lot(LotId(new_id()), AAPL, shares(quantity), price(at_price), cost, at)


def lots_of(*bought: tuple[str, str]) -> Sequence[Lot]:
    """Lots of (shares, price per share), a day apart, oldest first."""
    return [a_lot(quantity, at_price, at=OPENS_AT + A_DAY * day) for day, (quantity, at_price) in enumerate(bought)]
