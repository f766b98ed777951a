"""All that speaks against an order is told at once, and nothing is set aside to find it out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from guilder.financial.domain.portfolio import Portfolio
from guilder.published.market_data import NoPriceError, Quote
from guilder.published.trading import Side
from guilder.shared.currency import EUR
from guilder.shared.errors import GuilderError, InvalidError, RefusedError, UnavailableError
from guilder.shared.ids import MAIN_MARKET, MarketId, OrderId
from guilder.shared.money import Price
from guilder.shared.symbol import StockSymbol
from guilder.trading.application.order_checks import Acceptable, OrderChecks, Proposal
from guilder.trading.domain.order_ticket import OrderTicket
from guilder.trading.domain.trading_control import HOUSE, Controls, Halt, TradingControl
from guilder.trading.domain.trading_limits import NO_LIMITS, TradingLimits
from tests.builders import (
    A_DAY,
    CLOSES_AT,
    IBM,
    OPENS_AT,
    OWNER,
    a_path,
    a_portfolio,
    a_session,
    a_ticket,
    buy,
    cash_hold,
    new_id,
    price,
    share_hold,
    shares,
    symbol,
    usd,
)
from tests.trading.fakes import FakeAccounts, FakeControls, FakeMarkets, FakeOrders, TradingFloor

HALT = Halt("prices look wrong", OPENS_AT, OWNER)


class LastPrices:
    """`MarketDataProvider`, as far as checks ask: the last price of what is traded."""

    def __init__(self, markets: FakeMarkets) -> None:
        self._markets = markets
        self.is_away = False

    async def get_current_price(self, symbol: StockSymbol, market: MarketId = MAIN_MARKET) -> Price:
        if self.is_away:
            raise UnavailableError
        if not self._markets.is_known(symbol):
            raise NoPriceError
        return self._markets.last_price(symbol)

    def __getattr__(self, name: str) -> Quote:
        raise AssertionError(f"checks do not ask for {name}")


@dataclass
class Desk:
    """One portfolio, and the checks in front of it. AAPL costs 100; IBM has no price in the session."""

    portfolio: Portfolio
    markets: FakeMarkets
    controls: FakeControls
    orders: FakeOrders
    prices: LastPrices

    async def refusal(self, ticket: OrderTicket, replacing: OrderId | None = None, **terms: object) -> GuilderError:
        with pytest.raises((InvalidError, RefusedError)) as refused:
            await self.check(ticket, replacing, **terms)
        return refused.value

    async def check(self, ticket: OrderTicket, replacing: OrderId | None = None, **terms: object) -> Acceptable:
        accounts = FakeAccounts(self.portfolio)
        floor = TradingFloor(self.portfolio, self.markets)
        checks = OrderChecks(self.orders, accounts, self.controls, floor.venue, floor.slicer, self.markets, self.prices)  # type: ignore[arg-type]  # a part of a provider
        account = replace(await accounts.account(self.portfolio.id), **terms)  # type: ignore[arg-type]  # whatever a test names
        return await checks.check(Proposal(ticket, account, "ideal", self.markets.now(), replacing))

    async def control(self, scope: UUID, limits: TradingLimits = NO_LIMITS, halt: Halt | None = None) -> None:
        self.controls.save(TradingControl(scope, Controls(limits, halt)))


def a_desk(cash: str = "10000") -> Desk:
    paths = [a_path("100", "101", "99", "100"), a_path("50", "51", "49", "50", session=a_session(1), symbol=IBM)]
    markets = FakeMarkets([a_session(0), a_session(1)], paths, at=OPENS_AT)
    return Desk(a_portfolio(cash), markets, FakeControls(), FakeOrders(), LastPrices(markets))


def codes(refusal: GuilderError) -> list[str]:
    return [reason.code for reason in refusal.reasons]


async def test_an_order_against_which_nothing_speaks_is_measured_by_its_limit_or_the_last_price() -> None:
    desk = a_desk()

    assert (await desk.check(a_ticket("10"))).measure == price("100")
    assert (await desk.check(a_ticket("10", limit="90"))).measure == price("90")


async def test_an_order_against_which_nothing_speaks_is_told_what_it_must_set_aside() -> None:
    desk = a_desk()

    found = await desk.check(a_ticket("10", limit="90"))

    assert found.hold == cash_hold("10", "900")


async def test_all_that_speaks_against_an_order_is_told_at_once_and_nothing_is_set_aside() -> None:
    desk = a_desk(cash="100")
    desk.portfolio.reserve(OrderId(new_id()), cash_hold("1", "90"))
    before = desk.portfolio.reservations
    await desk.control(HOUSE, halt=HALT)
    await desk.control(desk.portfolio.id, TradingLimits(shares("1"), usd("50"), 1))
    taken = a_ticket(client_order_id="mine")
    desk.orders.save(await TradingFloor(a_portfolio(), desk.markets).place(taken))

    refusal = await desk.refusal(a_ticket("10", symbol=IBM, limit="49.999", client_order_id="mine"))

    assert codes(refusal) == [
        "validation_failed",
        "duplicate_client_order_id",
        "trading_halted",
        "symbol_not_tradable",
        "order_too_large",
        "order_too_large",
        "too_many_open_orders",
        "insufficient_buying_power",
    ]
    assert refusal.code == "validation_failed"
    assert desk.portfolio.reservations == before


async def test_what_makes_no_sense_is_weightier_than_what_is_not_possible_now() -> None:
    desk = a_desk(cash="1")
    await desk.control(HOUSE, halt=HALT)

    refusal = await desk.refusal(a_ticket("10", symbol=symbol("NOSUCH"), limit="100"))

    assert codes(refusal) == ["unknown_symbol", "trading_halted", "insufficient_buying_power"]


async def test_a_price_finer_than_its_increment_is_refused_by_its_field() -> None:
    """GOLDEN E1.11."""
    refusal = await a_desk().refusal(a_ticket("1", limit="290.123"))

    assert codes(refusal) == ["validation_failed"]
    assert "limit_price: 290.123 is finer than the increment: 2 decimals" in refusal.detail


async def test_what_open_buys_hold_is_no_buying_power() -> None:
    """GOLDEN E1.9: of 10,000 an open buy holds 3,000; the next one of 8,000 is refused."""
    desk = a_desk("10000")
    desk.portfolio.reserve(OrderId(new_id()), cash_hold("30", "3000"))

    assert codes(await desk.refusal(a_ticket("80", limit="100"))) == ["insufficient_buying_power"]
    await desk.check(a_ticket("70", limit="100"))


async def test_shares_up_for_sale_cannot_be_sold_again_and_bring_no_buying_power() -> None:
    """GOLDEN E1.9: open sells do not replenish."""
    desk = a_desk("1000")
    buy(desk.portfolio, "10", "100")
    desk.portfolio.reserve(OrderId(new_id()), share_hold("6"))

    await desk.check(a_ticket("4", side=Side.SELL))
    assert codes(await desk.refusal(a_ticket("4.000000001", side=Side.SELL))) == ["insufficient_quantity"]
    assert codes(await desk.refusal(a_ticket("1", limit="1"))) == ["insufficient_buying_power"]


async def test_a_sell_without_a_price_is_still_measured_by_what_is_held() -> None:
    refusal = await a_desk().refusal(a_ticket("1", side=Side.SELL, symbol=symbol("NOSUCH")))

    assert codes(refusal) == ["unknown_symbol", "insufficient_quantity"]


async def test_while_the_market_is_open_a_symbol_needs_a_price_in_its_session() -> None:
    desk = a_desk()
    assert codes(await desk.refusal(a_ticket("1", symbol=IBM, limit="50"))) == ["symbol_not_tradable"]

    await desk.markets.move(MAIN_MARKET, CLOSES_AT)
    await desk.check(a_ticket("1", symbol=IBM, limit="50"))


async def test_when_there_is_no_session_any_more_no_order_is_taken() -> None:
    desk = a_desk()
    await desk.markets.move(MAIN_MARKET, CLOSES_AT + A_DAY)

    assert codes(await desk.refusal(a_ticket("1"))) == ["no_session"]


async def test_a_share_in_another_currency_than_the_portfolios_is_not_traded() -> None:
    for ticket in (a_ticket("1"), a_ticket("1", limit="100")):
        refusal = await a_desk().refusal(ticket, base_currency=EUR)
        assert codes(refusal) == ["currency_mismatch"]


@pytest.mark.parametrize("ticket", [a_ticket("100.000000001"), a_ticket("51", limit="100"), a_ticket("60", limit="90")])
async def test_an_order_beyond_a_limit_of_its_portfolio_is_refused(ticket: OrderTicket) -> None:
    desk = a_desk("1000000")
    await desk.control(desk.portfolio.id, TradingLimits(shares("100"), usd("5000")))

    assert set(codes(await desk.refusal(ticket))) == {"order_too_large"}


async def test_limits_are_those_of_one_portfolio() -> None:
    desk = a_desk()
    await desk.control(new_id(), TradingLimits(shares("1")), HALT)

    await desk.check(a_ticket("10"))


async def test_as_many_orders_may_be_open_as_the_limits_say() -> None:
    desk = a_desk()
    await desk.control(desk.portfolio.id, TradingLimits(max_open_orders=1))
    await desk.check(a_ticket("1"))

    open_order = OrderId(new_id())
    desk.portfolio.reserve(open_order, cash_hold("1", "100"))

    assert codes(await desk.refusal(a_ticket("1"))) == ["too_many_open_orders"]
    await desk.check(a_ticket("1"), replacing=open_order)


@pytest.mark.parametrize("is_house", [True, False])
async def test_a_halt_of_the_house_or_of_the_portfolio_refuses_every_order(is_house: bool) -> None:
    desk = a_desk()
    await desk.control(HOUSE if is_house else desk.portfolio.id, halt=HALT)

    refusal = await desk.refusal(a_ticket("1"))

    assert (codes(refusal), refusal.detail) == (["trading_halted"], "Trading is halted: prices look wrong")


async def test_an_order_for_an_amount_of_money_needs_that_amount_and_the_shares_it_is_at_the_last_price() -> None:
    desk = a_desk("1000")
    await desk.check(a_ticket(notional="1000"))
    assert codes(await desk.refusal(a_ticket(notional="1000.01"))) == ["insufficient_buying_power"]

    buy(desk.portfolio, "5", "100")
    await desk.check(a_ticket(notional="500", side=Side.SELL))
    assert codes(await desk.refusal(a_ticket(notional="500.01", side=Side.SELL))) == ["insufficient_quantity"]


async def test_an_amount_of_money_is_measured_by_the_limits_as_any_order_is() -> None:
    desk = a_desk()
    await desk.control(desk.portfolio.id, TradingLimits(shares("5"), usd("600")))

    await desk.check(a_ticket(notional="500"))
    assert codes(await desk.refusal(a_ticket(notional="601"))) == ["order_too_large", "order_too_large"]


async def test_an_amount_of_money_that_buys_nothing_is_named() -> None:
    path = a_path("900000000", "900000000", "900000000", "900000000")
    desk = a_desk()
    desk.markets = FakeMarkets([a_session(0)], [path], at=OPENS_AT)
    desk.prices = LastPrices(desk.markets)

    refusal = await desk.refusal(a_ticket(notional="0.01"))

    assert codes(refusal) == ["validation_failed"]
    assert "notional: 0.01 USD is not a billionth of a share" in refusal.detail


async def test_what_cannot_be_found_out_is_no_refusal_but_ends_it_all() -> None:
    desk = a_desk()
    desk.prices.is_away = True

    with pytest.raises(UnavailableError) as problem:
        await desk.check(a_ticket("1", client_order_id="mine"))

    assert problem.value.reasons == ()
