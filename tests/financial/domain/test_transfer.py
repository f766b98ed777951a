"""Money from one portfolio into another of the same owner."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from guilder.financial.domain.portfolio import InvalidTransferError, Portfolio
from guilder.financial.domain.transaction import LedgerAccount, Transaction, TransactionKind
from guilder.published.financial import InsufficientBuyingPowerError, TransferReceived, TransferSent
from guilder.shared.currency import EUR, USD
from guilder.shared.ids import MAIN_MARKET, MarketId, OrderId, PortfolioId, TransactionId, UserId
from guilder.shared.money import AmountTooLargeError, CurrencyMismatchError, InvalidAmountError, Money
from tests.builders import (
    BEFORE_THE_OPEN,
    OWNER,
    PORTFOLIO,
    a_portfolio,
    cash_hold,
    deposit,
    new_id,
    usd,
)

RECEIVER = PortfolioId(UUID(int=0xBEEF))


def a_receiver(**terms: Any) -> Portfolio:
    terms = {"owner": OWNER, "base_currency": USD, "market": MAIN_MARKET, **terms}
    receiver = Portfolio.open(RECEIVER, name="Spending", at=BEFORE_THE_OPEN, **terms)
    receiver.release_events()
    return receiver


def transfer(portfolio: Portfolio, to: Portfolio, amount: Money) -> Transaction:
    sent, received = TransactionId(new_id()), TransactionId(new_id())
    return portfolio.transfer(amount, to, id=sent, received_as=received, at=BEFORE_THE_OPEN)


def nothing_happened_to(*portfolios: Portfolio) -> bool:
    return not any(one.release_events() or one.release_changes().transactions for one in portfolios)


def test_what_one_pays_the_other_has() -> None:
    portfolio, receiver = a_portfolio("100"), a_receiver()

    transfer(portfolio, receiver, usd("30.25"))

    assert (portfolio.settled, receiver.settled) == (usd("69.75"), usd("30.25"))


def test_both_journals_tell_of_it() -> None:
    portfolio, receiver = a_portfolio("100"), a_receiver()

    returned = transfer(portfolio, receiver, usd("30"))

    [sent] = portfolio.release_changes().transactions
    [received] = receiver.release_changes().transactions
    assert returned is sent
    assert (sent.portfolio_id, received.portfolio_id) == (PORTFOLIO, RECEIVER)
    assert sent.kind is received.kind is TransactionKind.TRANSFER
    for transaction, cash in ((sent, usd("-30")), (received, usd("30"))):
        posted = {posting.account: posting.amount for posting in transaction.postings}
        assert posted == {LedgerAccount.CASH: cash.amount, LedgerAccount.EXTERNAL: -cash.amount}


def test_both_tell_the_others() -> None:
    portfolio, receiver = a_portfolio("100"), a_receiver()

    transfer(portfolio, receiver, usd("30"))

    [sent] = portfolio.release_events()
    [received] = receiver.release_events()
    assert isinstance(sent, TransferSent)
    assert (sent.portfolio_id, sent.receiver, sent.amount) == (PORTFOLIO, RECEIVER, usd("30"))
    assert isinstance(received, TransferReceived)
    assert (received.portfolio_id, received.sender, received.amount) == (RECEIVER, PORTFOLIO, usd("30"))


def test_what_open_orders_hold_cannot_be_transferred() -> None:
    portfolio, receiver = a_portfolio("100"), a_receiver()
    portfolio.reserve(OrderId(new_id()), cash_hold("1", "60"))

    with pytest.raises(InsufficientBuyingPowerError):
        transfer(portfolio, receiver, usd("40.01"))
    transfer(portfolio, receiver, usd("40"))

    assert portfolio.available == usd("0")


@pytest.mark.parametrize(
    ("amount", "refusal"),
    [
        (usd("0"), InvalidAmountError),
        (usd("-1"), InvalidAmountError),
        (usd("0.001"), InvalidAmountError),
        (Money.parse("1", EUR), CurrencyMismatchError),
        (usd("100.01"), InsufficientBuyingPowerError),
    ],
    ids=str,
)
def test_what_cannot_be_withdrawn_cannot_be_transferred(amount: Money, refusal: type[Exception]) -> None:
    portfolio, receiver = a_portfolio("100"), a_receiver()

    with pytest.raises(refusal):
        transfer(portfolio, receiver, amount)

    assert (portfolio.settled, receiver.settled) == (usd("100"), usd("0"))
    assert nothing_happened_to(portfolio, receiver)


@pytest.mark.parametrize(
    "terms",
    [{"owner": UserId(UUID(int=0xE7E))}, {"market": MarketId("lehman")}, {"base_currency": EUR}],
    ids=["owner", "market", "currency"],
)
def test_the_other_must_be_of_the_same_owner_market_and_currency(terms: dict[str, Any]) -> None:
    portfolio, receiver = a_portfolio("100"), a_receiver(**terms)

    with pytest.raises(InvalidTransferError):
        transfer(portfolio, receiver, usd("1"))

    assert nothing_happened_to(portfolio, receiver)


def test_a_portfolio_cannot_pay_itself() -> None:
    portfolio = a_portfolio("100")

    with pytest.raises(InvalidTransferError):
        transfer(portfolio, portfolio, usd("1"))


def test_more_than_the_other_can_carry_is_refused_by_both() -> None:
    portfolio, receiver = a_portfolio("100"), a_receiver()
    deposit(receiver, usd("900000000000000"))
    receiver.release_events()
    receiver.release_changes()

    with pytest.raises(AmountTooLargeError):
        transfer(portfolio, receiver, usd("1"))

    assert (portfolio.settled, receiver.settled) == (usd("100"), usd("900000000000000"))
    assert nothing_happened_to(portfolio, receiver)
