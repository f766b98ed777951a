"""The ledger: double entry, in money and in shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from guilder.shared.errors import GuilderError
from guilder.shared.ids import ExecutionId, OrderId, PortfolioId, TransactionId
from guilder.shared.money import Money
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol

_NOTHING: Final = Decimal(0)


class UnbalancedTransactionError(GuilderError):
    """The postings of a transaction do not sum to zero: a mistake in Guilder itself."""

    code = "unbalanced_transaction"


class LedgerAccount(StrEnum):
    """The accounts of a portfolio's ledger."""

    CASH = "cash"
    SHARES = "shares"
    MARKET = "market"
    """The other side of every trade."""
    FEES = "fees"
    EXTERNAL = "external"
    """What lies outside this portfolio: where deposits and transfers come from, where withdrawals and transfers go."""
    ROUNDING = "rounding"


class TransactionKind(StrEnum):
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    TRANSFER = "transfer"
    TRADE = "trade"


class Posting(NamedTuple):
    """One line: `amount` of a commodity (`USD`, `stock:AAPL`) into an account, or out of it when negative."""

    account: LedgerAccount
    commodity: str
    amount: Decimal


def cash_posting(account: LedgerAccount, money: Money) -> Posting:
    return Posting(account, money.currency.code, money.amount)


def trade_postings(value: Money, fee: Money | None, symbol: StockSymbol, shares: Quantity) -> tuple[Posting, ...]:
    """Money against shares: `value` and `shares` as they come in, negative when they go out. The fee goes out."""
    paid = value if fee is None else value - fee
    code, stock, quantity = value.currency.code, f"stock:{symbol.value}", shares.value
    return (
        Posting(LedgerAccount.CASH, code, paid.amount),
        Posting(LedgerAccount.MARKET, code, -value.amount),
        *((Posting(LedgerAccount.FEES, code, fee.amount),) if fee else ()),
        Posting(LedgerAccount.SHARES, stock, quantity),
        Posting(LedgerAccount.MARKET, stock, -quantity),
    )


@dataclass(frozen=True, slots=True)
class Transaction:
    """A movement of cash or shares. It never changes; a correction is another one, the other way round.

    Raises:
        UnbalancedTransactionError: the postings of some commodity do not sum to zero.
    """

    id: TransactionId
    portfolio_id: PortfolioId
    kind: TransactionKind
    booked_at: datetime
    postings: tuple[Posting, ...]
    order_id: OrderId | None = None
    execution_id: ExecutionId | None = None
    realized_pnl: Money | None = None

    def __post_init__(self) -> None:
        for commodity, amount in imbalance(self.postings).items():
            if amount:
                raise UnbalancedTransactionError(f"{self.kind} {self.id} is off by {amount} {commodity}")


def imbalance(postings: Sequence[Posting]) -> dict[str, Decimal]:
    """The sum of the postings of each commodity: all zero when the books are right."""
    sums: dict[str, Decimal] = {}
    for posting in postings:
        sums[posting.commodity] = sums.get(posting.commodity, _NOTHING) + posting.amount
    return sums
