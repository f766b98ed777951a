"""Transactions as rows and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

from guilder.financial.domain.transaction import LedgerAccount, Posting, Transaction, TransactionKind
from guilder.shared.currency import Currency
from guilder.shared.ids import ExecutionId, OrderId, PortfolioId, TransactionId
from guilder.shared.money import Money

CASH_DECIMALS: Final = 4
SHARE_DECIMALS: Final = 9


def decimals_of(commodity: str) -> int:
    """How many decimals the integer `units` of a commodity's postings stand for."""
    return SHARE_DECIMALS if commodity.startswith("stock:") else CASH_DECIMALS


def transaction_row(transaction: Transaction) -> dict[str, Any]:
    pnl = transaction.realized_pnl
    return {
        "id": transaction.id,
        "portfolio_id": transaction.portfolio_id,
        "kind": transaction.kind.value,
        "booked_at": transaction.booked_at,
        "order_id": transaction.order_id,
        "execution_id": transaction.execution_id,
        "realized_pnl": None if pnl is None else pnl.amount,
    }


def posting_rows(transaction: Transaction) -> Iterator[dict[str, Any]]:
    for line, (account, commodity, amount) in enumerate(transaction.postings):
        yield {
            "transaction_id": transaction.id,
            "line": line,
            "portfolio_id": transaction.portfolio_id,
            "account": str(account),
            "commodity": commodity,
            "units": int(amount.scaleb(decimals_of(commodity))),
        }


def transaction_of(row: Any, lines: Iterable[Any], currency: Currency) -> Transaction:
    return Transaction(
        TransactionId(row.id),
        PortfolioId(row.portfolio_id),
        TransactionKind(row.kind),
        row.booked_at,
        tuple(_posting(line) for line in lines),
        order_id=None if row.order_id is None else OrderId(row.order_id),
        execution_id=None if row.execution_id is None else ExecutionId(row.execution_id),
        realized_pnl=None if row.realized_pnl is None else Money(row.realized_pnl, currency).rounded(),
    )


def _posting(line: Any) -> Posting:
    amount = Decimal(line.units).scaleb(-decimals_of(line.commodity))
    if not line.commodity.startswith("stock:"):
        amount = Money(amount, Currency.of(line.commodity)).rounded().amount
    return Posting(LedgerAccount(line.account), line.commodity, amount)
