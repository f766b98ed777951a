"""What a portfolio is worth, and what is not known of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from guilder.financial.domain.portfolio import Portfolio
from guilder.financial.domain.valuation import PortfolioMetrics
from guilder.published.trading import Side
from guilder.shared.currency import EUR
from guilder.shared.money import CurrencyMismatchError, Price
from guilder.shared.symbol import StockSymbol
from tests.builders import AAPL, CLOSES_AT, IBM, a_portfolio, a_trade, book, buy, price, usd


def two_positions() -> Portfolio:
    """10 AAPL for 1,000, 5 IBM for 500, and 8,500 in cash."""
    portfolio = a_portfolio("10000")
    buy(portfolio, "10", "100")
    book(portfolio, a_trade(Side.BUY, "5", "100", symbol=IBM))
    return portfolio


def metrics(portfolio: Portfolio, prices: dict[StockSymbol, Price]) -> PortfolioMetrics:
    valuation = portfolio.calculate_total_value(prices)
    return PortfolioMetrics.of(valuation, realized_pnl=portfolio.realized_pnl, as_of=CLOSES_AT)


def test_total_value_is_cash_and_positions() -> None:
    valuation = two_positions().calculate_total_value({AAPL: price("110"), IBM: price("90")})

    assert valuation.cash == usd("8500")
    assert valuation.market_value == usd("1550")
    assert valuation.total_value == usd("10050")
    assert valuation.cost_basis == usd("1500")
    assert valuation.unrealized_pnl == usd("50")
    assert valuation.unpriced == ()


def test_a_position_without_a_price_is_named_and_neither_gains_nor_loses() -> None:
    valuation = two_positions().calculate_total_value({AAPL: price("110")})

    assert valuation.unpriced == (IBM,)
    assert valuation.total_value == usd("9600")
    assert valuation.unrealized_pnl == usd("100")


def test_reserved_cash_is_still_cash() -> None:
    portfolio = a_portfolio("100")

    assert portfolio.calculate_total_value({}).total_value == usd("100")


def test_metrics_count_gain_in_percent_of_what_the_priced_positions_cost() -> None:
    whole = metrics(two_positions(), {AAPL: price("110"), IBM: price("90")})
    partly = metrics(two_positions(), {AAPL: price("110")})

    assert (whole.total_pnl, whole.pnl_percentage, whole.complete) == (usd("50"), Decimal("3.3333"), True)
    assert (partly.total_pnl, partly.pnl_percentage, partly.complete) == (usd("100"), Decimal("10.0000"), False)
    assert partly.total_cost == usd("1500")


def test_a_gain_on_nothing_has_no_percentage() -> None:
    assert metrics(a_portfolio("100"), {}).pnl_percentage is None


def test_a_gain_on_free_shares_has_no_percentage() -> None:
    portfolio = a_portfolio("100")
    buy(portfolio, "1", "0.0001")

    free = metrics(portfolio, {AAPL: price("5")})

    assert free.total_pnl == usd("5")
    assert free.pnl_percentage is None


def test_nothing_but_unpriced_positions_have_no_percentage() -> None:
    assert metrics(two_positions(), {}).pnl_percentage is None


def test_prices_of_stocks_that_are_not_held_do_not_matter() -> None:
    assert a_portfolio("100").calculate_total_value({AAPL: price("5")}).total_value == usd("100")


def test_a_price_in_another_currency_is_refused() -> None:
    with pytest.raises(CurrencyMismatchError):
        two_positions().calculate_total_value({AAPL: price("110", EUR)})


def test_metrics_say_when_they_held() -> None:
    assert metrics(a_portfolio(), {}).as_of == CLOSES_AT
