"""Opening a portfolio, and money in and out of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from guilder.financial.domain.portfolio import InvalidPortfolioNameError, Portfolio
from guilder.financial.domain.transaction import LedgerAccount, TransactionKind, imbalance
from guilder.published.financial import InsufficientBuyingPowerError, MoneyDeposited, MoneyWithdrawn, PortfolioOpened
from guilder.shared.currency import EUR, USD, Currency
from guilder.shared.ids import MAIN_MARKET, OrderId
from guilder.shared.money import AmountTooLargeError, CurrencyMismatchError, InvalidAmountError, Money
from tests.builders import (
    BEFORE_THE_OPEN,
    OWNER,
    PORTFOLIO,
    a_portfolio,
    buy,
    cash_hold,
    deposit,
    new_id,
    sell,
    shares,
    usd,
    withdraw,
)


def opened(name: str = "Savings") -> Portfolio:
    return Portfolio.open(PORTFOLIO, owner=OWNER, name=name, base_currency=USD, market=MAIN_MARKET, at=BEFORE_THE_OPEN)


def test_a_new_portfolio_is_empty() -> None:
    portfolio = opened()

    assert portfolio.settled == portfolio.reserved == portfolio.available == portfolio.realized_pnl == usd("0")
    assert portfolio.positions == []
    assert portfolio.reservations == []


def test_opening_is_told() -> None:
    assert opened().release_events() == [
        PortfolioOpened(
            portfolio_id=PORTFOLIO, owner=OWNER, market=MAIN_MARKET, base_currency="USD", at=BEFORE_THE_OPEN
        )
    ]


@pytest.mark.parametrize("name", ["x", "x" * 100, "Ada's £", "   Savings   ", "貯金"])
def test_a_portfolio_has_a_printable_name_without_blanks_around_it(name: str) -> None:
    assert opened(name).name == name.strip()


@pytest.mark.parametrize("name", ["", "   ", "\n", "x" * 101, "a\nb", "a\0b", "\u202ex"])
def test_any_other_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidPortfolioNameError):
        opened(name)


def test_a_deposit_is_cash_that_came_from_outside() -> None:
    portfolio = a_portfolio("0")

    transaction = deposit(portfolio, usd("100.50"))

    assert portfolio.settled == portfolio.available == usd("100.50")
    assert transaction.kind is TransactionKind.DEPOSIT
    assert [(it.account, it.commodity, it.amount) for it in transaction.postings] == [
        (LedgerAccount.CASH, "USD", Decimal("100.50")),
        (LedgerAccount.EXTERNAL, "USD", Decimal("-100.50")),
    ]


def test_a_withdrawal_is_cash_that_goes_outside() -> None:
    portfolio = a_portfolio("100")

    transaction = withdraw(portfolio, usd("100"))

    assert portfolio.settled == usd("0")
    assert transaction.kind is TransactionKind.WITHDRAWAL
    assert imbalance(transaction.postings) == {"USD": Decimal(0)}
    assert [(it.account, it.amount) for it in transaction.postings] == [
        (LedgerAccount.CASH, Decimal(-100)),
        (LedgerAccount.EXTERNAL, Decimal(100)),
    ]


def test_money_in_and_out_is_told() -> None:
    portfolio = a_portfolio("0")

    into, out = deposit(portfolio, usd("5")), withdraw(portfolio, usd("2"))

    assert portfolio.release_events() == [
        MoneyDeposited(portfolio_id=PORTFOLIO, transaction_id=into.id, amount=usd("5"), at=BEFORE_THE_OPEN),
        MoneyWithdrawn(portfolio_id=PORTFOLIO, transaction_id=out.id, amount=usd("2"), at=BEFORE_THE_OPEN),
    ]


def test_no_more_is_paid_out_than_is_there() -> None:
    portfolio = a_portfolio("100")

    with pytest.raises(InsufficientBuyingPowerError):
        withdraw(portfolio, usd("100.01"))

    assert portfolio.settled == usd("100")
    assert not portfolio.is_changed


def test_what_open_orders_hold_cannot_be_withdrawn() -> None:
    portfolio = a_portfolio("100")
    portfolio.reserve(OrderId(new_id()), cash_hold("1", "60"))

    with pytest.raises(InsufficientBuyingPowerError):
        withdraw(portfolio, usd("40.01"))
    withdraw(portfolio, usd("40"))

    assert (portfolio.settled, portfolio.available) == (usd("60"), usd("0"))


@pytest.mark.parametrize("amount", ["0", "-0", "-5", "0.001", "1.005"])
def test_an_amount_in_or_out_is_above_zero_and_in_whole_cents(amount: str) -> None:
    portfolio = a_portfolio("100")

    with pytest.raises(InvalidAmountError):
        deposit(portfolio, usd(amount))
    with pytest.raises(InvalidAmountError):
        withdraw(portfolio, usd(amount))

    assert portfolio.settled == usd("100")


def test_a_portfolio_in_yen_takes_whole_yen() -> None:
    yen = Currency("JPY")
    portfolio = a_portfolio("0", currency=yen)

    deposit(portfolio, Money(Decimal(500), yen))
    with pytest.raises(InvalidAmountError):
        deposit(portfolio, Money(Decimal("0.5"), yen))

    assert portfolio.settled == Money(Decimal(500), yen)


def test_money_of_another_currency_is_refused() -> None:
    portfolio = a_portfolio("100")

    with pytest.raises(CurrencyMismatchError):
        deposit(portfolio, Money(Decimal(1), EUR))
    with pytest.raises(CurrencyMismatchError):
        withdraw(portfolio, Money(Decimal(1), EUR))


@pytest.mark.parametrize("amount", ["900000000000000", "900000000000001"])
def test_a_deposit_that_the_books_cannot_carry_is_refused_and_changes_nothing(amount: str) -> None:
    portfolio = a_portfolio("0.01")

    with pytest.raises(AmountTooLargeError):
        deposit(portfolio, usd(amount))

    assert portfolio.settled == usd("0.01")
    assert not portfolio.is_changed
    assert portfolio.release_changes().transactions == []


def test_a_sale_that_the_books_cannot_carry_is_refused_and_changes_nothing() -> None:
    portfolio = a_portfolio("900000000000000")
    buy(portfolio, "1", "10")
    deposit(portfolio, usd("10"))
    portfolio.release_events()
    portfolio.release_changes()

    with pytest.raises(AmountTooLargeError):
        sell(portfolio, "1", "20")

    assert portfolio.settled == usd("900000000000000")
    assert portfolio.positions[0].quantity == shares("1")
    assert not portfolio.is_changed
