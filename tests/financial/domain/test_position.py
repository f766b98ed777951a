"""Positions: the open lots of one stock."""

from __future__ import annotations

from decimal import Decimal

from guilder.financial.domain.lot import Holding
from guilder.financial.domain.position import Position
from guilder.shared.currency import USD
from tests.builders import AAPL, a_lot, a_portfolio, buy, lots_of, price, sell, shares, usd


def a_position(*bought: tuple[str, str]) -> Position:
    return Position.of(AAPL, Holding(USD, lots_of(*bought)))


def test_a_position_holds_the_shares_and_the_cost_of_its_lots() -> None:
    position = a_position(("100", "95"), ("200", "105"))

    assert position.quantity == shares("300")
    assert position.cost_basis == usd("30500")


def test_its_average_price_is_the_cost_of_a_share_to_nine_decimals() -> None:
    """GOLDEN A1: 9,100 for 410 shares are 22.195122 a share."""
    assert a_position(("160", "25"), ("240", "20"), ("10", "30")).average_price == Decimal("22.195121951")


def test_free_shares_have_an_average_price_of_zero() -> None:
    assert a_position(("1", "0.0001")).average_price == 0


def test_unrealized_gain_is_what_selling_everything_would_bring_over_its_cost() -> None:
    """GOLDEN A6, FIFO: 150 of 100 at 95, 200 at 105 and 100 at 107 are sold at 110."""
    portfolio = a_portfolio("41200")
    for quantity, at_price in (("100", "95"), ("200", "105"), ("100", "107")):
        buy(portfolio, quantity, at_price)
    sale = sell(portfolio, "150", "110")
    (position,) = portfolio.positions

    assert sale.realized_pnl == portfolio.realized_pnl == usd("1750")
    assert position.calculate_unrealized_pnl(price("110")) == usd("1050")
    assert position.average_price == Decimal("105.80")


def test_a_loss_is_negative() -> None:
    assert a_position(("10", "100")).calculate_unrealized_pnl(price("90")) == usd("-100")


def test_fifo_cost_after_a_sale_between_purchases() -> None:
    """GOLDEN A8: 109 for 3,149.20, 15 sold, 52 for 1,684.92, 32 for 959.30: the rest cost 5,360.04.

    No price in whole billionths makes 3,149.20 out of 109 shares without rounding; booking it to the cent does.
    """
    portfolio = a_portfolio("10000")
    buy(portfolio, "109", "28.891743119")
    sell(portfolio, "15", "30")
    buy(portfolio, "52", "32.402307692")
    buy(portfolio, "32", "29.978125")
    (position,) = portfolio.positions

    assert [lot.cost_basis for lot in position.lots] == [usd("2715.82"), usd("1684.92"), usd("959.30")]
    assert position.cost_basis == usd("5360.04")


def test_market_value_is_rounded_to_the_cent_once_for_all_lots() -> None:
    position = a_position(("0.5", "1"), ("0.5", "1"))

    assert position.market_value(price("1.01")) == usd("1.01")


def test_lots_are_named_oldest_first() -> None:
    lots = [a_lot("1", "10"), a_lot("2", "20")]

    assert Position.of(AAPL, Holding(USD, lots)).lots == tuple(lots)
