"""The inspector of the crash test is inspected: whatever is planted into the books behind its back, it names."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import Final, NamedTuple
from uuid import UUID, uuid4

import pytest

from tests.crash.inspection import BrokenPromiseError, Inspector
from tests.crash.killing import lines_to, trading
from tests.crash.traders import Placed, Traders
from tests.crash.victim import Victim

CLIENTS: Final = 16
"""An order each: with the seed of this test buys are among them, and orders that rest."""


class Plant(NamedTuple):
    """What is done to one order, `:id` with the key `:key`; `:again` is an id that was never given."""

    is_filled: bool
    statements: tuple[str, ...]
    told: str
    """What the inspector says of it."""
    is_asked_again: bool = False


PLANTS: Final = {
    "an order that was lost with all that it held": Plant(
        is_filled=False,
        statements=(
            "DELETE FROM trading_orders WHERE id = :id",
            "DELETE FROM financial_reservations WHERE order_id = :id",
            "DELETE FROM core_idempotency WHERE key = :key",
        ),
        told="lost ['{id}'], doubled [], nobody's []",
    ),
    "an order whose kept answer was lost": Plant(
        is_filled=False,
        statements=("DELETE FROM core_idempotency WHERE key = :key",),
        told="{key} was answered",
        is_asked_again=True,
    ),
    "an order that was placed twice": Plant(
        is_filled=True,
        statements=(
            "CREATE TEMP TABLE twice AS SELECT * FROM trading_orders WHERE id = :id",
            "UPDATE twice SET id = :again, client_order_id = NULL",
            "INSERT INTO trading_orders SELECT * FROM twice",
        ),
        told="lost [], doubled [], nobody's ['{again}']",
    ),
    "an order without its execution": Plant(
        is_filled=True,
        statements=("DELETE FROM trading_executions WHERE order_id = :id",),
        told="'name': 'orders_match_executions'",
    ),
    "an order that was never booked": Plant(
        is_filled=True,
        statements=(
            """DELETE FROM financial_postings WHERE transaction_id IN
               (SELECT id FROM financial_transactions WHERE order_id = :id)""",
            "DELETE FROM financial_transactions WHERE order_id = :id",
        ),
        told="'name': 'fills_match_trades'",
    ),
    "an order that was paid and brought no shares": Plant(
        is_filled=True,
        statements=(
            """UPDATE financial_lots SET quantity = 0, cost_basis = 0 WHERE acquired_at =
               (SELECT at FROM trading_executions WHERE order_id = :id)""",
        ),
        told="'name': 'positions_match_fills'",
    ),
    "an order that brought shares and was not paid": Plant(
        is_filled=True,
        statements=(
            """UPDATE financial_portfolios SET settled = settled + 10000 WHERE id =
               (SELECT portfolio_id FROM trading_orders WHERE id = :id)""",
        ),
        told="'name': 'cash_matches_postings'",
    ),
    "an order that still holds nothing": Plant(
        is_filled=False,
        statements=("DELETE FROM financial_reservations WHERE order_id = :id",),
        told="'name': 'reservations_match_open_orders'",
    ),
    "a fill of which no message told": Plant(
        is_filled=True,
        statements=("DELETE FROM notification_messages WHERE id = (SELECT max(id) FROM notification_messages)",),
        told="{filled} orders were filled, and {one_less} messages tell of it",
    ),
}


async def test_whatever_is_planted_into_the_books_is_named(tmp_path: Path, subtests: pytest.Subtests) -> None:
    victim = Victim(tmp_path)
    await victim.start()
    try:
        async with lines_to(victim, CLIENTS) as lines, trading(lines, 1, Random(7)) as traders:
            await traders.place_one_each()
            inspector = Inspector(victim, lines[0])
            await inspector.inspect(traders)

            for what, plant in PLANTS.items():
                with subtests.test(what):
                    order = an_order(traders, is_filled=plant.is_filled)
                    traders.fresh[:] = [order] if plant.is_asked_again else []
                    again = uuid4()
                    with (
                        planted(tmp_path / "guilder.db", plant, order, again),
                        pytest.raises(BrokenPromiseError) as broken,
                    ):
                        await inspector.inspect(traders)

                    assert what_is_told(plant, order, again, traders) in str(broken.value)

            traders.fresh.clear()
            await inspector.inspect(traders)
    finally:
        await victim.kill()


def an_order(traders: Traders, *, is_filled: bool) -> Placed:
    return next(order for order in traders.placed.values() if order.is_filled is is_filled)


@contextmanager
def planted(file: Path, plant: Plant, order: Placed, again: UUID) -> Iterator[None]:
    """The books with this in them, beside a server that runs; afterwards they are as they were."""
    values = {"id": UUID(order.order_id).bytes, "key": order.key, "again": again.bytes}
    with closing(sqlite3.connect(file)) as books, closing(sqlite3.connect(":memory:")) as before:
        books.backup(before)
        with books:
            changed = sum(max(0, books.execute(statement, values).rowcount) for statement in plant.statements)
        assert changed
        yield
        before.backup(books)


def what_is_told(plant: Plant, order: Placed, again: UUID, traders: Traders) -> str:
    filled = sum(order.is_filled for order in traders.placed.values())
    return plant.told.format(id=order.order_id, key=order.key, again=again, filled=filled, one_less=filled - 1)
