"""Buying more of a stock makes one position larger."""

from __future__ import annotations

from decimal import Decimal

from tests.builders import A_DAY, OPENS_AT, a_portfolio, buy, shares, usd


def test_two_buys_are_one_position_of_two_lots_at_their_average_price() -> None:
    portfolio = a_portfolio("3000")

    buy(portfolio, "10", "100")
    buy(portfolio, "10", "110", at=OPENS_AT + A_DAY)

    [position] = portfolio.positions
    assert (position.quantity, position.cost_basis) == (shares("20"), usd("2100.00"))
    assert position.average_price == Decimal("105")
    assert len(position.lots) == 2
