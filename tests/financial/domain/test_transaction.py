"""The ledger is double entry, in money and in shares."""

from __future__ import annotations

from decimal import Decimal

import pytest

from guilder.financial.domain.transaction import (
    LedgerAccount,
    Posting,
    Transaction,
    TransactionKind,
    UnbalancedTransactionError,
    cash_posting,
    imbalance,
    trade_postings,
)
from guilder.shared.ids import TransactionId
from tests.builders import AAPL, OPENS_AT, PORTFOLIO, new_id, shares, usd


def a_transaction(*postings: Posting) -> Transaction:
    return Transaction(TransactionId(new_id()), PORTFOLIO, TransactionKind.TRADE, OPENS_AT, postings)


def test_a_transaction_whose_postings_sum_to_zero_is_taken() -> None:
    transaction = a_transaction(
        cash_posting(LedgerAccount.CASH, usd("-100")),
        cash_posting(LedgerAccount.MARKET, usd("99.99")),
        cash_posting(LedgerAccount.FEES, usd("0.01")),
    )

    assert imbalance(transaction.postings) == {"USD": Decimal(0)}


def test_a_transaction_that_is_off_by_the_smallest_amount_is_refused() -> None:
    with pytest.raises(UnbalancedTransactionError, match=r"0\.01 USD"):
        a_transaction(
            cash_posting(LedgerAccount.CASH, usd("-100.00")), cash_posting(LedgerAccount.MARKET, usd("100.01"))
        )


def test_one_commodity_does_not_make_up_for_another() -> None:
    with pytest.raises(UnbalancedTransactionError):
        a_transaction(
            cash_posting(LedgerAccount.CASH, usd("-1")), Posting(LedgerAccount.SHARES, "stock:AAPL", Decimal(1))
        )


def test_commodities_are_written_as_currency_and_stock() -> None:
    assert [posting.commodity for posting in trade_postings(usd("-1"), None, AAPL, shares("1"))] == [
        "USD",
        "USD",
        "stock:AAPL",
        "stock:AAPL",
    ]


def test_the_accounts_of_the_ledger_keep_their_names() -> None:
    assert {account.value for account in LedgerAccount} == {
        "cash",
        "shares",
        "market",
        "fees",
        "external",
        "rounding",
    }
