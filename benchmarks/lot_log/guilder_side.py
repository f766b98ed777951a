"""Guilder: `Portfolio.book`, and what a save takes from the portfolio after each trade, are timed; nothing is stored.

That is the code that books an execution of an order: guards, lots, realized gain, the balanced transaction of the
journal, the event. Trades are made ready a hundred at a time, outside of the clock, as an order hands them over.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Final
from uuid import UUID

from benchmarks.lot_log.log import SYMBOLS, LoggedTrade, report, trades
from guilder.financial.domain.portfolio import Portfolio
from guilder.financial.domain.transaction import Transaction
from guilder.published.financial import Trade
from guilder.published.trading import Side
from guilder.shared.currency import USD
from guilder.shared.ids import MAIN_MARKET, ExecutionId, LotId, OrderId, PortfolioId, TransactionId, UserId
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol

OPENED_AT: Final = datetime(2000, 1, 3, 14, 30, tzinfo=UTC)
CASH: Final = Money(Decimal("100000000000.00"), USD)
_AT_ONCE: Final = 100
_BY_NAME: Final = {name: StockSymbol(name) for name in SYMBOLS}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("trades", type=int)
    log = enumerate(trades(options.parse_args().trades), start=2)
    portfolio = _portfolio()
    seconds, gains = 0.0, list[int]()
    while ready := list(_ready(islice(log, _AT_ONCE), portfolio.id)):
        booked = []
        started = time.process_time()
        for trade, transaction_id, lot_id in ready:
            booked.append(portfolio.book(trade, id=transaction_id, lot_id=lot_id))
            portfolio.release_changes()
            portfolio.release_events()
        seconds += time.process_time() - started
        gains += [_gain(transaction) for (trade, *_), transaction in zip(ready, booked, strict=True) if _sells(trade)]
    lots = {
        position.symbol.value: [[int(lot.quantity.value), int(lot.price.amount.scaleb(2))] for lot in position.lots]
        for position in portfolio.positions
    }
    report(seconds=seconds, lots=lots, gains=gains)


def _sells(trade: Trade) -> bool:
    return trade.side is Side.SELL


def _gain(transaction: Transaction) -> int:
    """In cents."""
    assert transaction.realized_pnl is not None
    return int(transaction.realized_pnl.amount.scaleb(2))


def _portfolio() -> Portfolio:
    """Rich enough for every buy of the log."""
    portfolio = Portfolio.open(
        PortfolioId(UUID(int=1)),
        owner=UserId(UUID(int=1)),
        name="The log",
        base_currency=USD,
        market=MAIN_MARKET,
        at=OPENED_AT,
    )
    portfolio.deposit(CASH, id=TransactionId(UUID(int=1)), at=OPENED_AT)
    return portfolio


def _ready(
    logged: Iterator[tuple[int, LoggedTrade]], portfolio_id: PortfolioId
) -> Iterator[tuple[Trade, TransactionId, LotId]]:
    for number, (symbol, shares, cents) in logged:
        id = UUID(int=number)
        trade = Trade(
            ExecutionId(id),
            OrderId(id),
            portfolio_id,
            _BY_NAME[symbol],
            Side.BUY if shares > 0 else Side.SELL,
            Quantity(Decimal(abs(shares))),
            Price(Decimal(cents).scaleb(-2), USD),
            OPENED_AT + timedelta(seconds=number),
        )
        yield trade, TransactionId(id), LotId(id)


if __name__ == "__main__":
    main()
