"""What two rooms know of the same trades, laid side by side: they share no table, and must say the same."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain, islice
from typing import Final

from guilder.published.proof import (
    MOST_NAMED,
    Balance,
    Equation,
    Finding,
    HoldRow,
    RowId,
    TradeProof,
    TradeRow,
    counted,
    told_id,
)

_PAGE: Final = 5_000


def compare_positions(books: TradeProof, orders: TradeProof) -> Finding:
    """Each position holds what its fills come to."""
    held = books.positions()
    balance = Balance.of(held, orders.positions())
    return Finding(
        "positions_match_fills",
        "shares in lots = shares bought - shares sold",
        counted(len(held), "position"),
        balance.equations,
        [f"portfolio {whose} holds {more} more than its fills come to" for whose, more in balance.differences],
    )


def compare_fees(books: TradeProof, orders: TradeProof) -> Finding:
    """Fees were booked as they fell due."""
    booked = books.fees()
    balance = Balance.of(booked, orders.fees())
    return Finding(
        "fees_match_executions",
        "postings to fees = fees of executions",
        f"fees of {counted(len(booked), 'portfolio')}",
        balance.equations,
        [f"in portfolio {whose} {more} more fees were booked than fell due" for whose, more in balance.differences],
    )


def compare_trades(orders: TradeProof, books: TradeProof) -> Finding:
    """Each execution was booked once, as what it was; and nothing else was."""
    executed, booked = _Counted(orders.trades()), _Counted(books.trades())
    faults = list(islice(_different_trades(executed, booked), MOST_NAMED))
    equation = Equation("executions", Decimal(executed.count_all()), Decimal(booked.count_all()))
    looked_at = counted(executed.count_all(), "execution")
    return Finding("fills_match_trades", "executions = trades booked, row by row", looked_at, [equation], faults)


def compare_holds(orders: TradeProof, books: TradeProof) -> Finding:
    """Each open order holds what it needs; and nothing else is held."""
    needed = {row.order_id: row for row in orders.holds()}
    held = {row.order_id: row for row in books.holds()}
    faults = []
    for order_id in sorted({*needed, *held}):
        if order_id not in held:
            faults.append(f"open order {told_id(order_id)} has no reservation")
        elif order_id not in needed:
            faults.append(f"there is a reservation for order {told_id(order_id)}, which is not open")
        elif needed[order_id] != held[order_id]:
            faults.append(f"the reservation of order {told_id(order_id)} is not what the order needs")
    equations = [
        Equation("open orders", Decimal(len(needed)), Decimal(len(held))),
        Equation("shares to buy", *(_held(rows, is_buy=True) for rows in (needed, held))),
        Equation("shares to sell", *(_held(rows, is_buy=False) for rows in (needed, held))),
    ]
    return Finding(
        "reservations_match_open_orders",
        "needed by open orders = reserved",
        counted(len(needed), "open order"),
        equations,
        faults[:MOST_NAMED],
    )


class _Counted:
    """A stream of trades that counts what was taken from it."""

    def __init__(self, rows: Iterator[TradeRow]) -> None:
        self._rows = rows
        self._count = 0

    def page(self) -> list[TradeRow]:
        """The next ones; none at the end."""
        page = list(islice(self._rows, _PAGE))
        self._count += len(page)
        return page

    def each(self) -> Iterator[TradeRow]:
        """All that are left."""
        while page := self.page():
            yield from page

    def count_all(self) -> int:
        """How many there were from the first to the last."""
        while self.page():
            pass
        return self._count


def _different_trades(executed: _Counted, booked: _Counted) -> Iterator[str]:
    """What differs in two streams in the order of the executions' ids: whole pages are compared until two differ."""
    while True:
        ours, theirs = executed.page(), booked.page()
        if ours != theirs:
            yield from _different_rows(chain(ours, executed.each()), chain(theirs, booked.each()))
            return
        if not ours:
            return


def _different_rows(executed: Iterator[TradeRow], booked: Iterator[TradeRow]) -> Iterator[str]:
    fill, trade = next(executed, None), next(booked, None)
    while fill is not None or trade is not None:
        if trade is None or (fill is not None and fill.execution_id < trade.execution_id):
            assert fill is not None
            yield f"{_name(fill)} was not booked"
            fill = next(executed, None)
        elif fill is None or trade.execution_id < fill.execution_id:
            whose = f"was booked in portfolio {told_id(trade.portfolio_id)}, but never took place"
            yield f"execution {told_id(trade.execution_id)} {whose}"
            trade = next(booked, None)
        else:
            if trade != fill:
                yield f"{_name(fill)} was booked as something else"
            done, trade = trade.execution_id, next(booked, None)
            while trade is not None and trade.execution_id == done:
                yield f"execution {told_id(done)} was booked twice"
                trade = next(booked, None)
            fill = next(executed, None)


def _held(rows: dict[RowId, HoldRow], *, is_buy: bool) -> Decimal:
    return Decimal(sum(row.shares for row in rows.values() if row.is_buy is is_buy)).scaleb(-9)


def _name(fill: TradeRow) -> str:
    return f"execution {told_id(fill.execution_id)} of order {told_id(fill.order_id)}"
