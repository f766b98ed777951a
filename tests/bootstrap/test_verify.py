"""The proof of the books: it holds for good ones, and names the row in which somebody meddled."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from guilder.bootstrap.house import House
from guilder.bootstrap.proof_document import CheckResponse, ProofResponse
from guilder.bootstrap.verify import verify
from guilder.core.settings import Settings
from tests.bootstrap.command_line import CommandLine
from tests.bootstrap.traded_books import replayed, trade
from tests.houses import a_house, a_resident, an_admin, settings_for

OF_BOOKS = [
    "postings_sum_to_zero",
    "positions_match_postings",
    "cash_matches_postings",
    "gains_match_trades",
    "costs_match_trades",
    "reserved_cash_matches_reservations",
    "orders_match_executions",
    "positions_match_fills",
    "fees_match_executions",
    "fills_match_trades",
    "reservations_match_open_orders",
]
NAMES = [*OF_BOOKS, "audit_chain_is_whole"]


async def checks_of(settings: Settings) -> dict[str, CheckResponse]:
    async with House(settings, core=False) as guest:
        proof = ProofResponse.from_findings(await verify(guest))
    return {check.name: check for check in proof.checks}


@pytest.fixture(scope="module")
async def traded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("traded")
    await trade(replayed(folder))
    return folder


@pytest.fixture
def books(traded: Path, tmp_path: Path) -> Path:
    """A copy of those books, to meddle with."""
    return shutil.copytree(traded, tmp_path / "books")


def meddle(books: Path, table: str, change: str, where: str) -> None:
    """Change one row behind the house's back."""
    alter(books, f"UPDATE {table} SET {change} WHERE {where}")  # noqa: S608


def alter(books: Path, statement: str) -> None:
    with closing(sqlite3.connect(books / "guilder.db")) as connection, connection:
        assert connection.execute(statement).rowcount == 1


def id_in(books: Path, column: str, table: str, where: str) -> str:
    """The one id that stands there, as people write it."""
    with closing(sqlite3.connect(books / "guilder.db")) as connection:
        [(found,)] = connection.execute(f"SELECT {column} FROM {table} WHERE {where}")  # noqa: S608
    return str(UUID(bytes=found))


async def assert_found(books: Path, check: str, *named: str) -> None:
    """Of all checks this one fails, and names what is wrong."""
    found = (await checks_of(replayed(books)))[check]
    assert not found.ok
    for name in named:
        assert name in found.detail


async def test_good_books_pass_every_check(traded: Path) -> None:
    checks = await checks_of(replayed(traded))

    assert list(checks) == NAMES
    assert [check for check in checks.values() if not check.ok] == []
    assert checks["postings_sum_to_zero"].detail == "26 postings of 7 transactions"
    assert checks["fills_match_trades"].detail == "4 executions"


async def test_each_equation_is_told_with_its_figures(traded: Path) -> None:
    checks = await checks_of(replayed(traded))

    figures = {name: [figure.model_dump() for figure in check.figures] for name, check in checks.items()}
    [aapl, *_] = figures["positions_match_fills"]
    assert aapl == {"of": "stock:AAPL", "left": "7.376543211", "right": "7.376543211", "difference": "0"}
    assert figures["reserved_cash_matches_reservations"] == [
        {"of": "USD", "left": "5.05", "right": "5.05", "difference": "0"}
    ]
    assert figures["reservations_match_open_orders"] == [
        {"of": "open orders", "left": "2", "right": "2", "difference": "0"},
        {"of": "shares to buy", "left": "5", "right": "5", "difference": "0"},
        {"of": "shares to sell", "left": "2", "right": "2", "difference": "0"},
    ]
    assert all(figure["difference"] == "0" for told in figures.values() for figure in told)


async def test_good_books_pass_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    await trade(replayed(tmp_path, postgres_url))

    checks = await checks_of(replayed(tmp_path, postgres_url))

    assert [check for check in checks.values() if not check.ok] == []
    assert checks["fills_match_trades"].detail == "4 executions"


async def test_empty_books_are_right(tmp_path: Path) -> None:
    assert all(check.ok for check in (await checks_of(settings_for(tmp_path))).values())


async def test_a_house_that_is_open_can_be_verified_by_a_guest(books: Path) -> None:
    async with a_house(replayed(books)):
        assert all(check.ok for check in (await checks_of(replayed(books))).values())


@pytest.mark.parametrize("account", ["cash", "market", "shares", "external"])
async def test_a_posting_that_was_changed_unbalances_its_transaction(books: Path, account: str) -> None:
    one = f"rowid = (SELECT min(rowid) FROM financial_postings WHERE account = '{account}')"  # noqa: S608
    transaction = id_in(books, "transaction_id", "financial_postings", one)
    meddle(books, "financial_postings", "units = units + 1", one)

    await assert_found(books, "postings_sum_to_zero", transaction)


async def test_a_posting_that_was_taken_away_is_missed(books: Path) -> None:
    transaction = id_in(books, "id", "financial_transactions", "kind = 'withdrawal'")
    alter(
        books,
        "DELETE FROM financial_postings WHERE line = 0 AND transaction_id = "
        "(SELECT id FROM financial_transactions WHERE kind = 'withdrawal')",
    )

    await assert_found(books, "postings_sum_to_zero", transaction)
    await assert_found(books, "cash_matches_postings", "12.34 USD")


async def test_a_transaction_whose_postings_belong_to_another_portfolio_is_named(books: Path) -> None:
    transaction = id_in(books, "id", "financial_transactions", "kind = 'withdrawal'")
    meddle(books, "financial_transactions", "portfolio_id = zeroblob(16)", "kind = 'withdrawal'")

    await assert_found(books, "postings_sum_to_zero", f"posting 0 of transaction {transaction}")


async def test_a_lot_that_was_changed_is_not_what_was_posted(books: Path) -> None:
    portfolio = id_in(books, "portfolio_id", "financial_lots", "quantity > 0")
    meddle(books, "financial_lots", "quantity = quantity + 1", "quantity > 0")

    await assert_found(books, "positions_match_postings", portfolio, "0.000000001 AAPL")
    await assert_found(books, "positions_match_fills", portfolio, "0.000000001 AAPL")


async def test_a_lot_that_comes_back_from_the_dead_is_not_what_was_posted(books: Path) -> None:
    meddle(books, "financial_lots", "quantity = 1000000000", "symbol = 'IBM'")

    await assert_found(books, "positions_match_postings", "1 IBM")


async def test_cash_that_was_changed_is_not_what_was_posted(books: Path) -> None:
    portfolio = id_in(books, "id", "financial_portfolios", "reserved > 0")
    meddle(books, "financial_portfolios", "settled = settled + 100", "reserved > 0")

    await assert_found(books, "cash_matches_postings", portfolio, "0.01 USD")


async def test_a_gain_that_was_changed_is_not_that_of_the_trades(books: Path) -> None:
    portfolio = id_in(books, "id", "financial_portfolios", "reserved > 0")
    meddle(books, "financial_portfolios", "realized_pnl = realized_pnl + 1", "reserved > 0")

    await assert_found(books, "gains_match_trades", portfolio, "0.0001 USD")


async def test_a_lot_that_was_made_cheaper_is_not_what_was_paid(books: Path) -> None:
    portfolio = id_in(books, "portfolio_id", "financial_lots", "quantity > 0")
    meddle(books, "financial_lots", "cost_basis = cost_basis - 100", "quantity > 0")

    await assert_found(books, "costs_match_trades", portfolio, "-0.01 USD")


@pytest.mark.parametrize(
    "change", ["shares = shares + 1", "shares = 0", "symbol = 'GOOG'", "portfolio_id = zeroblob(16)", "cash = NULL"]
)
async def test_a_reservation_that_was_changed_is_not_what_its_order_needs(books: Path, change: str) -> None:
    order = id_in(books, "order_id", "financial_reservations", "symbol = 'MSFT'")
    meddle(books, "financial_reservations", change, "symbol = 'MSFT'")

    await assert_found(books, "reservations_match_open_orders", order)


async def test_reserved_cash_that_was_changed_is_not_what_the_orders_hold(books: Path) -> None:
    portfolio = id_in(books, "portfolio_id", "financial_reservations", "symbol = 'MSFT'")
    meddle(books, "financial_reservations", "cash = cash + 100", "symbol = 'MSFT'")

    await assert_found(books, "reserved_cash_matches_reservations", portfolio, "-0.01 USD")


async def test_an_order_that_was_closed_by_hand_leaves_a_reservation(books: Path) -> None:
    order = id_in(books, "id", "trading_orders", "symbol = 'MSFT'")
    meddle(books, "trading_orders", "status = 'canceled', is_open = 0", "symbol = 'MSFT'")

    await assert_found(books, "reservations_match_open_orders", f"order {order}, which is not open")


FIRST_EXECUTION = "id = (SELECT min(id) FROM trading_executions)"
LAST_EXECUTION = "id = (SELECT max(id) FROM trading_executions)"


@pytest.mark.parametrize(
    "change",
    [
        "quantity = quantity - 1",
        "price = '1.00'",
        "price = 'free'",
        "price = '-1'",
        "at = at + 1",
        "order_id = zeroblob(16)",
        "fee = fee + 1",
    ],
)
async def test_an_execution_that_was_changed_was_booked_otherwise(books: Path, change: str) -> None:
    execution = id_in(books, "id", "trading_executions", FIRST_EXECUTION)
    meddle(books, "trading_executions", change, FIRST_EXECUTION)

    await assert_found(books, "fills_match_trades", f"execution {execution}")


async def test_a_fee_that_was_changed_is_not_what_was_booked(books: Path) -> None:
    portfolio = id_in(books, "portfolio_id", "financial_postings", "account = 'fees' AND units > 0 LIMIT 1")
    meddle(books, "trading_executions", "fee = fee + 100", FIRST_EXECUTION)

    await assert_found(books, "fees_match_executions", portfolio, "-0.01 USD")


async def test_a_fee_that_was_posted_otherwise_is_not_what_fell_due(books: Path) -> None:
    one = "rowid = (SELECT min(rowid) FROM financial_postings WHERE account = 'fees' AND units > 0)"
    portfolio = id_in(books, "portfolio_id", "financial_postings", one)
    meddle(books, "financial_postings", "units = units + 100", one)

    await assert_found(books, "fees_match_executions", portfolio, "0.01 USD")


async def test_an_execution_that_was_taken_away_was_booked_all_the_same(books: Path) -> None:
    execution = id_in(books, "id", "trading_executions", LAST_EXECUTION)
    alter(books, f"DELETE FROM trading_executions WHERE {LAST_EXECUTION}")  # noqa: S608

    await assert_found(books, "fills_match_trades", f"execution {execution}", "never took place")


async def test_an_execution_that_was_booked_twice_or_not_at_all_is_named(books: Path) -> None:
    first = id_in(books, "id", "trading_executions", FIRST_EXECUTION)
    last = id_in(books, "id", "trading_executions", LAST_EXECUTION)
    meddle(
        books,
        "financial_transactions",
        "execution_id = (SELECT min(id) FROM trading_executions)",
        "execution_id = (SELECT max(id) FROM trading_executions)",
    )

    await assert_found(books, "fills_match_trades", f"execution {first} was booked twice", f"execution {last} of order")


@pytest.mark.parametrize("change", ["filled_quantity = filled_quantity - 1", "status = 'canceled'", "is_open = 1"])
async def test_an_order_whose_figures_were_changed_is_named(books: Path, change: str) -> None:
    bought = "symbol = 'IBM' AND side = 'buy'"
    order = id_in(books, "id", "trading_orders", bought)
    meddle(books, "trading_orders", change, bought)

    await assert_found(books, "orders_match_executions", order)


async def test_an_order_that_is_not_filled_by_its_slices_is_named(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, market_mode="replay", replay_start=datetime(2010, 1, 5, 14, 30, tzinfo=UTC))
    async with a_house(settings) as house, an_admin(house) as ada:
        portfolio = await ada.portfolio(cash="20000")
        slicing: dict[str, Any] = {"algorithm": "twap", "horizon": 1800, "interval": "PT10M"}
        order = await ada.place(portfolio, quantity="43", **slicing)
        await ada.call("POST", "/v1/clock/advance", 200, {"to": "2010-01-05T14:45:00Z"})
    assert [check for check in (await checks_of(settings)).values() if not check.ok] == []

    meddle(tmp_path, "trading_orders", "filled_quantity = filled_quantity - 1", "algorithm IS NOT NULL")

    found = (await checks_of(settings))["orders_match_executions"]
    assert found.detail.startswith(f"order {order['id']} says that ")


async def test_a_note_that_was_changed_breaks_its_chain(books: Path) -> None:
    meddle(books, "core_audit_notes", "actor = 'system'", "chain = 'core' AND number = 2")

    await assert_found(books, "audit_chain_is_whole", "chain core: entry 2")


async def test_sums_beyond_64_bits_are_exact(books: Path) -> None:
    """Three postings of one account that only Python could add up."""
    deposited = "line = 0 AND transaction_id = (SELECT min(id) FROM financial_transactions)"
    withdrawn = "line = 0 AND transaction_id = (SELECT id FROM financial_transactions WHERE kind = 'withdrawal')"
    for one in (deposited, withdrawn):
        meddle(books, "financial_postings", f"units = {2**63 - 1}", one)

    checks = await checks_of(replayed(books))

    cash = 2 * (2**63 - 1) - 999_876_600  # what is posted now, but for the trades, less what it was
    assert not checks["cash_matches_postings"].ok
    assert f"-{Decimal(cash).scaleb(-4)} USD" in checks["cash_matches_postings"].detail


async def test_an_execution_with_an_id_that_is_none_was_never_booked(books: Path) -> None:
    meddle(books, "trading_executions", "id = x'00'", FIRST_EXECUTION)

    await assert_found(books, "fills_match_trades", "execution b'\\x00' of order")


async def test_a_row_that_nobody_can_read_is_told(books: Path) -> None:
    meddle(books, "trading_executions", "price = x'00'", FIRST_EXECUTION)

    checks = await checks_of(replayed(books))

    assert not checks["books_can_be_read"].ok
    assert checks["audit_chain_is_whole"].ok


async def test_of_many_faults_the_first_few_are_told(books: Path) -> None:
    with closing(sqlite3.connect(books / "guilder.db")) as connection, connection:
        connection.execute("UPDATE financial_postings SET units = units + 1 WHERE line = 0")

    checks = await checks_of(replayed(books))

    assert checks["postings_sum_to_zero"].detail.count("; ") == 5
    assert checks["postings_sum_to_zero"].detail.endswith("; and more")


def test_the_command_exits_with_zero_only_for_good_books(books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guilder = CommandLine(books, monkeypatch)
    good = guilder.run("verify", "--json")
    meddle(books, "financial_lots", "quantity = quantity + 1", "quantity > 0")
    bad, shown = guilder.run("verify", "--json"), guilder.run("verify")

    assert (good.code, bad.code, shown.code) == (0, 1, 1)
    assert json.loads(good.out)["ok"] is True
    told = json.loads(bad.out)
    assert told["ok"] is False
    wrong = ["positions_match_postings", "positions_match_fills"]
    assert [check["name"] for check in told["checks"] if not check["ok"]] == wrong
    assert all(check.keys() >= {"name", "ok", "detail"} for check in told["checks"])
    assert "THE BOOKS ARE WRONG." in shown.out
    figures = [line.split()[-4:] for line in shown.out.splitlines()]
    assert figures.count(["stock:AAPL", "7.376543212", "7.376543211", "0.000000001"]) == 2


def test_the_command_proves_one_portfolio(books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guilder = CommandLine(books, monkeypatch)
    traded = id_in(books, "id", "financial_portfolios", "reserved > 0")
    empty = id_in(books, "id", "financial_portfolios", "settled = 0")
    meddle(books, "financial_lots", "quantity = quantity + 1", "quantity > 0")

    assert guilder.run("verify", "--portfolio", traded, "--json").code == 1
    assert guilder.tells("verify", "--portfolio", empty)["ok"] is True


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_owners_see_the_proof_of_their_own_portfolio(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url") if kind == "postgresql" else None
    async with a_house(settings_for(tmp_path, url)) as house, a_resident(house) as ada:
        portfolio, other = await ada.portfolio(cash="1000"), await ada.portfolio(cash="77")
        await ada.place(portfolio)

        proof = await ada.get(f"/v1/portfolios/{portfolio}/proof")

        assert proof["ok"] is True
        assert [check["name"] for check in proof["checks"]] == OF_BOOKS
        [_, positions, *_, fills, holds] = proof["checks"]
        assert positions["figures"] == [{"of": "stock:AAPL", "left": "1", "right": "1", "difference": "0"}]
        assert (fills["detail"], holds["detail"]) == ("1 execution", "0 open orders")
        [cash] = (await ada.get(f"/v1/portfolios/{other}/proof"))["checks"][2]["figures"]
        assert cash == {"of": "USD", "left": "77", "right": "77", "difference": "0"}
        async with a_resident(house, "bob@example.com") as bob:
            await bob.refused("GET", f"/v1/portfolios/{portfolio}/proof", 404, "portfolio_not_found")
        async with a_resident(house, None) as nobody:
            await nobody.refused("GET", f"/v1/portfolios/{portfolio}/proof", 401, "not_signed_in")
