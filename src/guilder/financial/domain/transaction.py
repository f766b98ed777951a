"""The ledger: double entry, in money and in shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any, Final, NamedTuple

from guilder.published.financial import Trade
from guilder.shared.errors import GuilderError
from guilder.shared.ids import ExecutionId, OrderId, PortfolioId, TransactionId
from guilder.shared.money import Money
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol


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


# Every execution makes four postings: of their three fields at once, which costs half of what `Posting` does, and in
# accounts whose names are looked up here, since the members of an enumeration are slow to find.
_posting: Final = partial(tuple.__new__, Posting)
_CASH, _SHARES, _MARKET, _FEES = LedgerAccount.CASH, LedgerAccount.SHARES, LedgerAccount.MARKET, LedgerAccount.FEES
_TRADE: Final = TransactionKind.TRADE


def cash_posting(account: LedgerAccount, money: Money) -> Posting:
    return Posting(account, money.currency.code, money.amount)


def trade_postings(value: Money, fee: Money | None, symbol: StockSymbol, shares: Quantity) -> tuple[Posting, ...]:
    """Money against shares: `value` and `shares` as they come in, negative when they go out. The fee goes out."""
    paid = value if fee is None else value - fee
    code, stock, quantity = value.currency.code, f"stock:{symbol.value}", shares.value
    return (
        _posting((_CASH, code, paid.amount)),
        _posting((_MARKET, code, -value.amount)),
        *((_posting((_FEES, code, fee.amount)),) if fee else ()),
        _posting((_SHARES, stock, quantity)),
        _posting((_MARKET, stock, -quantity)),
    )


@dataclass(frozen=True, slots=True, init=False)
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
    order_id: OrderId | None
    execution_id: ExecutionId | None
    realized_pnl: Money | None

    def __init__(
        self,
        id: TransactionId,
        portfolio_id: PortfolioId,
        kind: TransactionKind,
        booked_at: datetime,
        postings: tuple[Posting, ...],
        order_id: OrderId | None = None,
        execution_id: ExecutionId | None = None,
        realized_pnl: Money | None = None,
    ) -> None:
        sums = imbalance(postings)
        if any(sums.values()):
            off = ", ".join(f"{amount} {commodity}" for commodity, amount in sums.items() if amount)
            raise UnbalancedTransactionError(f"{kind} {id} is off by {off}")
        _set_id(self, id)
        _set_portfolio_id(self, portfolio_id)
        _set_kind(self, kind)
        _set_booked_at(self, booked_at)
        _set_postings(self, postings)
        _set_order_id(self, order_id)
        _set_execution_id(self, execution_id)
        _set_realized_pnl(self, realized_pnl)

    @classmethod
    def of_cash(
        cls, id: TransactionId, portfolio_id: PortfolioId, kind: TransactionKind, at: datetime, amount: Money
    ) -> Transaction:
        """Cash from outside this portfolio; to the outside when negative."""
        postings = (cash_posting(LedgerAccount.CASH, amount), cash_posting(LedgerAccount.EXTERNAL, -amount))
        return cls(id, portfolio_id, kind, at, postings)

    @classmethod
    def of_trade(
        cls,
        id: TransactionId,
        portfolio_id: PortfolioId,
        trade: Trade,
        value: Money,
        shares: Quantity,
        realized_pnl: Money,
    ) -> Transaction:
        """Shares against cash: `value` at the price and `shares` as they come in, negative when they go out."""
        return cls(
            id,
            portfolio_id,
            _TRADE,
            trade.at,
            trade_postings(value, trade.fee, trade.symbol, shares),
            trade.order_id,
            trade.execution_id,
            realized_pnl,
        )


# As in `money`: set without the detour of frozen dataclasses, since every execution makes one.
_fields: Final[dict[str, Any]] = dict(vars(Transaction))
_set_id: Final = _fields["id"].__set__
_set_portfolio_id: Final = _fields["portfolio_id"].__set__
_set_kind: Final = _fields["kind"].__set__
_set_booked_at: Final = _fields["booked_at"].__set__
_set_postings: Final = _fields["postings"].__set__
_set_order_id: Final = _fields["order_id"].__set__
_set_execution_id: Final = _fields["execution_id"].__set__
_set_realized_pnl: Final = _fields["realized_pnl"].__set__


def imbalance(postings: Sequence[Posting]) -> dict[str, Decimal]:
    """The sum of the postings of each commodity: all zero when the books are right."""
    sums: dict[str, Decimal] = {}
    for _, commodity, amount in postings:
        sums[commodity] = sums[commodity] + amount if commodity in sums else amount
    return sums
