"""beancount: `booking.book` is timed, over directives that were made ready before; no parsing, no plugins.

Each symbol has an account of its own, booked first in, first out. A purchase names its cost; a sale leaves it to the
booking, which finds the lots and works out the gain. Each trade has a day of its own, so that no two lots are one.
"""

from __future__ import annotations

import argparse
import time
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from beancount.core import data
from beancount.core.amount import Amount
from beancount.core.number import MISSING
from beancount.core.position import Cost, CostSpec
from beancount.parser import booking
from beancount.parser.options import OPTIONS_DEFAULTS

from benchmarks.lot_log.log import SYMBOLS, report, trades

FIRST_DAY: Final = date(1900, 1, 1)
CASH, GAINS = "Assets:Cash", "Income:Gains"
_CENT: Final = Decimal("0.01")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("trades", type=int)
    log = trades(options.parse_args().trades)
    entries = [*_opened(), *(_directive(number, *logged) for number, logged in enumerate(log))]
    started = time.process_time()
    booked, errors = booking.book(entries, OPTIONS_DEFAULTS)
    seconds = time.process_time() - started
    assert not errors, errors[:3]
    report(seconds=seconds, lots=_lots(booked), gains=_gains(booked))


def _opened() -> list[data.Open]:
    meta = data.new_metadata("made up", 0)
    return [
        data.Open(meta, FIRST_DAY, CASH, ["USD"], None),
        data.Open(meta, FIRST_DAY, GAINS, ["USD"], None),
        *(data.Open(meta, FIRST_DAY, _account(symbol), [symbol], data.Booking.FIFO) for symbol in SYMBOLS),
    ]


def _account(symbol: str) -> str:
    return f"Assets:Broker:{symbol}"


def _directive(number: int, symbol: str, shares: int, cents: int) -> data.Transaction:
    meta = data.new_metadata("made up", number)
    price = Decimal(cents) * _CENT
    is_buy = shares > 0
    cost = CostSpec(price if is_buy else MISSING, None, "USD" if is_buy else MISSING, None, None, None)
    postings = [
        data.Posting(_account(symbol), Amount(Decimal(shares), symbol), cost, None, None, meta),
        data.Posting(CASH, Amount(-shares * price, "USD"), None, None, None, meta),
    ]
    if not is_buy:
        postings.append(data.Posting(GAINS, MISSING, None, None, None, meta))
    nothing: frozenset[str] = frozenset()
    return data.Transaction(meta, FIRST_DAY + timedelta(days=number), "*", None, "", nothing, nothing, postings)


def _lots(booked: list[Any]) -> dict[str, list[list[int]]]:
    """What is left of each purchase, added up outside of the clock."""
    left: dict[str, dict[Cost, Decimal]] = {symbol: {} for symbol in SYMBOLS}
    for transaction in data.filter_txns(booked):
        for posting in transaction.postings:
            if posting.cost is not None:
                lots = left[posting.units.currency]
                lots[posting.cost] = lots.get(posting.cost, Decimal(0)) + posting.units.number
    return {
        symbol: [[int(shares), int(cost.number / _CENT)] for cost, shares in lots.items() if shares]
        for symbol, lots in left.items()
        if any(lots.values())
    }


def _gains(booked: list[Any]) -> list[int]:
    """Income is negative in beancount's books. A sale without gain or loss has no posting for it."""
    return [
        -sum(int(posting.units.number / _CENT) for posting in transaction.postings if posting.account == GAINS)
        for transaction in data.filter_txns(booked)
        if transaction.postings[0].units.number < 0
    ]


if __name__ == "__main__":
    main()
