"""Trades in the books: shares against cash, always balanced."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from guilder.financial.domain.transaction import LedgerAccount, Transaction, TransactionKind, imbalance
from guilder.published.financial import InsufficientBuyingPowerError, InsufficientQuantityError, TradeBooked
from guilder.published.trading import Side
from guilder.shared.currency import EUR
from guilder.shared.money import CurrencyMismatchError
from guilder.shared.quantity import InvalidQuantityError, Quantity
from tests.builders import (
    A_DAY,
    AAPL,
    IBM,
    OPENS_AT,
    PORTFOLIO,
    a_portfolio,
    a_trade,
    book,
    buy,
    price,
    sell,
    share_hold,
    shares,
    usd,
)


def lines(transaction: Transaction) -> list[tuple[str, str, Decimal]]:
    return [(posting.account.value, posting.commodity, posting.amount) for posting in transaction.postings]


def test_a_buy_posts_cash_out_and_shares_in() -> None:
    portfolio = a_portfolio("10000")

    transaction = buy(portfolio, "10", "100.50")

    assert transaction.kind is TransactionKind.TRADE
    assert lines(transaction) == [
        ("cash", "USD", Decimal("-1005.00")),
        ("market", "USD", Decimal("1005.00")),
        ("shares", "stock:AAPL", Decimal(10)),
        ("market", "stock:AAPL", Decimal(-10)),
    ]
    assert portfolio.settled == usd("8995")


def test_a_sale_posts_cash_in_and_shares_out() -> None:
    portfolio = a_portfolio("1000")
    buy(portfolio, "10", "100")

    transaction = sell(portfolio, "4", "110")

    assert lines(transaction) == [
        ("cash", "USD", Decimal("440.00")),
        ("market", "USD", Decimal("-440.00")),
        ("shares", "stock:AAPL", Decimal(-4)),
        ("market", "stock:AAPL", Decimal(4)),
    ]
    assert portfolio.settled == usd("440")


def test_the_postings_of_every_transaction_sum_to_zero_per_commodity() -> None:
    """GOLDEN F1."""
    portfolio = a_portfolio("1000")

    for transaction in (
        buy(portfolio, "3.3", "33.33"),
        sell(portfolio, "1.1", "44.44"),
        sell(portfolio, "2.2", "5.55"),
    ):
        assert set(imbalance(transaction.postings).values()) == {Decimal(0)}


def test_a_trade_names_its_order_its_execution_and_what_it_gained() -> None:
    portfolio = a_portfolio("1000")
    buy(portfolio, "10", "100")
    trade = a_trade(Side.SELL, "4", "110", at=OPENS_AT + A_DAY)

    transaction = book(portfolio, trade)

    assert (transaction.order_id, transaction.execution_id) == (trade.order_id, trade.execution_id)
    assert transaction.booked_at == OPENS_AT + A_DAY
    assert transaction.realized_pnl == usd("40")


def test_a_buy_gains_nothing() -> None:
    assert buy(a_portfolio(), "10", "100").realized_pnl == usd("0")


def test_a_trade_is_told() -> None:
    portfolio = a_portfolio("1000")
    trade = a_trade(Side.BUY, "10", "100")

    transaction = book(portfolio, trade)

    assert portfolio.release_events() == [
        TradeBooked(
            portfolio_id=PORTFOLIO,
            transaction_id=transaction.id,
            order_id=trade.order_id,
            realized_pnl=usd("0"),
            at=OPENS_AT,
        )
    ]


def test_cash_is_booked_in_cents_half_even_once_an_execution() -> None:
    portfolio = a_portfolio("1000")

    buy(portfolio, "0.5", "1.01")
    buy(portfolio, "0.5", "1.03")

    assert [lot.cost_basis for lot in portfolio.positions[0].lots] == [usd("0.50"), usd("0.52")]
    assert portfolio.settled == usd("998.98")


def test_each_buy_is_a_lot_of_its_own() -> None:
    portfolio = a_portfolio("1000")

    buy(portfolio, "1", "100")
    buy(portfolio, "2", "110", at=OPENS_AT + A_DAY)

    lots = portfolio.positions[0].lots
    assert [(str(lot.quantity), lot.price, lot.acquired_at) for lot in lots] == [
        ("1", price("100"), OPENS_AT),
        ("2", price("110"), OPENS_AT + A_DAY),
    ]


def test_the_shares_bought_first_are_sold_first() -> None:
    """GOLDEN A1: basis 5,000, gain 1,720."""
    portfolio = a_portfolio("9100")
    buy(portfolio, "160", "25")
    buy(portfolio, "240", "20")
    buy(portfolio, "10", "30")

    sale = sell(portfolio, "210", "32")

    assert sale.realized_pnl == usd("1720")
    assert [(str(lot.quantity), lot.cost_basis) for lot in portfolio.positions[0].lots] == [
        ("190", usd("3800")),
        ("10", usd("300")),
    ]


def test_gains_and_losses_add_up() -> None:
    portfolio = a_portfolio("1000")
    buy(portfolio, "10", "100")

    sell(portfolio, "4", "110")
    sell(portfolio, "4", "90")
    sell(portfolio, "2", "99.99")

    assert portfolio.realized_pnl == usd("-0.02")


def test_no_dust_is_left_when_the_last_share_is_sold() -> None:
    """GOLDEN A10: 10 for 0.01, sold as 3, 3 and 4."""
    portfolio = a_portfolio("0.01")
    buy(portfolio, "10", "0.001")

    for sold in ("3", "3", "4"):
        sell(portfolio, sold, "0.001")

    assert portfolio.positions == []
    assert portfolio.calculate_total_value({}).cost_basis == usd("0")
    assert portfolio.realized_pnl == portfolio.settled - usd("0.01")


def test_a_buy_that_costs_more_than_the_cash_is_refused_and_changes_nothing() -> None:
    portfolio = a_portfolio("1000")

    with pytest.raises(InsufficientBuyingPowerError):
        buy(portfolio, "10", "100.001")

    assert portfolio.settled == usd("1000")
    assert portfolio.positions == []
    assert not portfolio.is_changed


def test_a_buy_of_more_shares_than_the_books_can_carry_is_refused_and_costs_nothing() -> None:
    portfolio = a_portfolio("10000000000")
    buy(portfolio, "9000000000", "1")

    with pytest.raises(InvalidQuantityError):
        buy(portfolio, "1", "1")

    assert portfolio.settled == usd("1000000000")
    assert len(portfolio.release_changes().transactions) == 1


def test_a_buy_may_cost_all_the_cash_to_the_cent() -> None:
    portfolio = a_portfolio("1000")

    buy(portfolio, "10", "100")

    assert portfolio.settled == usd("0")


@pytest.mark.parametrize("quantity", ["10.000000001", "11", "1000"])
def test_shares_that_are_not_there_are_never_sold(quantity: str) -> None:
    portfolio = a_portfolio("1000")
    buy(portfolio, "10", "100")
    portfolio.release_events()

    with pytest.raises(InsufficientQuantityError):
        sell(portfolio, quantity, "110")

    assert portfolio.positions[0].quantity == shares("10")
    assert portfolio.settled == usd("0")
    assert not portfolio.is_changed


def test_there_is_no_selling_short() -> None:
    with pytest.raises(InsufficientQuantityError):
        sell(a_portfolio(), "1", "100")


def test_shares_that_another_order_offers_are_never_sold() -> None:
    portfolio = a_portfolio("1000")
    buy(portfolio, "10", "100")
    offer = a_trade(Side.SELL, "8", "110")
    from_another = a_trade(Side.SELL, "3", "110")

    portfolio.reserve(offer.order_id, share_hold("8"))
    with pytest.raises(InsufficientQuantityError, match="3 AAPL to sell, 2 there"):
        book(portfolio, from_another)
    book(portfolio, offer)

    assert portfolio.positions[0].quantity == shares("2")


def test_a_sale_that_costs_more_than_it_brings_needs_cash_for_it() -> None:
    poor, rich = a_portfolio("100"), a_portfolio("101")
    for portfolio in (poor, rich):
        buy(portfolio, "1", "100")
        portfolio.release_events()
    sale = replace(a_trade(Side.SELL, "1", "0.10"), fee=usd("1.00"))

    with pytest.raises(InsufficientBuyingPowerError, match=r"0\.90 USD needed, 0\.00 USD available"):
        book(poor, sale)
    book(rich, sale)

    assert (poor.settled, poor.positions[0].quantity, poor.is_changed) == (usd("0"), shares("1"), False)
    assert (rich.settled, rich.positions) == (usd("0.10"), [])


def test_a_trade_in_another_currency_is_refused() -> None:
    portfolio = a_portfolio("1000", currency=EUR)

    with pytest.raises(CurrencyMismatchError):
        buy(portfolio, "1", "100")
    with pytest.raises(CurrencyMismatchError):
        sell(portfolio, "1", "100")


def test_positions_are_listed_by_symbol() -> None:
    portfolio = a_portfolio("1000")
    book(portfolio, a_trade(Side.BUY, "1", "100", symbol=IBM))
    buy(portfolio, "1", "100")

    assert [position.symbol for position in portfolio.positions] == [AAPL, IBM]


def test_a_position_that_was_sold_is_gone() -> None:
    portfolio = a_portfolio("1000")
    buy(portfolio, "10", "100")

    sell(portfolio, "10", "100")

    assert portfolio.positions == []
    assert portfolio.shares_available(AAPL) == Quantity.zero()


def test_sold_lots_are_handed_over_for_saving_with_no_shares_and_no_cost_left() -> None:
    portfolio = a_portfolio("1000")
    buy(portfolio, "4", "100")
    buy(portfolio, "6", "100")
    portfolio.release_changes()

    sell(portfolio, "7", "100")
    changes = portfolio.release_changes()

    assert [(str(lot.quantity), lot.cost_basis) for lot in changes.lots.values()] == [
        ("0", usd("0")),
        ("3", usd("300")),
    ]
    assert [transaction.kind for transaction in changes.transactions] == [TransactionKind.TRADE]


def test_changes_are_handed_over_once() -> None:
    portfolio = a_portfolio("1000")
    buy(portfolio, "4", "100")

    portfolio.release_changes()
    again = portfolio.release_changes()

    assert (again.transactions, again.lots, again.reservations) == ([], {}, {})


def test_the_other_side_of_every_trade_is_the_market() -> None:
    transaction = buy(a_portfolio(), "1", "100")

    assert {posting.account for posting in transaction.postings} == {
        LedgerAccount.CASH,
        LedgerAccount.SHARES,
        LedgerAccount.MARKET,
    }
