"""Prices, portfolios and orders on the command line, in a house that runs nowhere else."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.bootstrap.command_line import CommandLine

REPLAY = {"GUILDER_MARKET_MODE": "replay", "GUILDER_REPLAY_START": "2010-01-04T12:00:00Z"}


@pytest.fixture(scope="module")
def savings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A replay that begins before the session of 2010-01-04, an admin, and a portfolio with 10,000 USD; made once."""
    folder = tmp_path_factory.mktemp("savings") / "books"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in REPLAY.items():
            patch.setenv(name, value)
        guilder = CommandLine(folder, patch)
        guilder.user("ada@example.com", "--role", "admin")
        guilder.tells("portfolio", "open", "Savings")
        guilder.tells("portfolio", "deposit", "10000.00", "Savings")
    return folder


@pytest.fixture
def guilder(savings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """A copy of those books. The market stands in them, whatever the settings say."""
    return CommandLine(shutil.copytree(savings, tmp_path / "books"), monkeypatch)


def test_an_order_goes_from_the_keyboard_into_the_books(guilder: CommandLine) -> None:
    placed = guilder.tells("order", "place", "buy", "10", "AAPL")
    assert (placed["status"], placed["order_type"], placed["time_in_force"]) == ("new", "market", "day")

    clock = guilder.tells("clock", "advance", "--sessions", "1")
    assert clock["now"] == "2010-01-04T21:00:00Z"

    filled = guilder.tells("order", "show", placed["id"])
    [bar] = guilder.tells("bars", "AAPL", "--start", "2010-01-04")["items"]
    assert (filled["status"], filled["average_price"]) == ("filled", bar["open"])
    explained = guilder.tells("order", "explain", placed["id"])
    assert explained["executions"][0]["figures"]["start"] == bar["open"]
    assert f"So 10 of 10 shares were filled, at {bar['open']} each." in guilder.shows("order", "explain", placed["id"])
    [position] = guilder.tells("portfolio", "positions")
    assert (position["symbol"], position["quantity"], len(position["lots"])) == ("AAPL", "10", 1)
    metrics = guilder.tells("portfolio", "metrics", "Savings")
    assert metrics["complete"] is True
    journal = guilder.tells("portfolio", "transactions")
    assert [item["kind"] for item in journal["items"]] == ["deposit", "trade"]
    assert guilder.tells("verify")["ok"] is True


def test_all_of_it_can_be_read_by_people(guilder: CommandLine) -> None:
    order = guilder.tells("order", "place", "buy", "10", "AAPL")
    guilder.tells("order", "place", "buy", "1", "AAPL")
    resting = guilder.tells("order", "place", "buy", "1", "IBM", "--limit-price", "1", "--time-in-force", "gtc")
    guilder.shows("clock", "advance", "--by", "1d")

    assert "2010-01-05T12:00:00Z" in guilder.shows("clock")
    assert "AAPL" in guilder.shows("quote", "AAPL")
    assert "2010-01-04" in guilder.shows("bars", "AAPL", "--start", "2010-01-04", "--adjustment", "all")
    assert "There are more: --cursor " in guilder.shows("bars", "AAPL", "--limit", "2")
    assert "Savings" in guilder.shows("portfolio", "list")
    assert "cash" in guilder.shows("portfolio", "show")
    assert "2 lots" in guilder.shows("portfolio", "positions")
    assert "total value" in guilder.shows("portfolio", "metrics")
    assert "stock:AAPL" in guilder.shows("portfolio", "transactions")
    assert "external" in guilder.shows("portfolio", "withdraw", "1.00")
    shown = guilder.shows("order", "list")
    assert "buy 10 AAPL market day" in shown
    assert "buy 1 IBM limit 1 gtc" in shown
    assert "open" in guilder.shows("order", "show", order["id"])
    assert "canceled" in guilder.shows("order", "cancel", resting["id"])
    assert "All books are right." in guilder.shows("verify")


def test_the_kind_of_an_order_is_said_by_its_prices(guilder: CommandLine) -> None:
    def kind(*prices: str) -> Any:
        return guilder.tells("order", "place", "buy", "1", "IBM", *prices)["order_type"]

    assert kind("--limit-price", "100") == "limit"
    assert kind("--stop-price", "200") == "stop"
    assert kind("--stop-price", "200", "--limit-price", "210") == "stop_limit"


def test_what_an_order_would_cost_is_told_before_it_is_placed(guilder: CommandLine) -> None:
    told = guilder.tells("order", "estimate", "buy", "10", "AAPL", "--strategy", "vwap")
    shown = guilder.shows("order", "estimate", "sell", "10", "AAPL", "--limit-price", "250")

    assert (told["strategy"], told["currency"], told["basis"]["is_open"]) == ("vwap", "USD", False)
    assert "the limit: the order waits for it" in shown
    assert "2500.00" in shown
    assert guilder.tells("order", "list")["items"] == []
    assert "there are: market, twap, vwap" in guilder.refused(
        "order", "estimate", "buy", "1", "AAPL", "--strategy", "x"
    )


def test_a_portfolio_is_opened_with_a_strategy_of_its_own(guilder: CommandLine) -> None:
    guilder.tells("portfolio", "open", "Averages", "--pricing-strategy", "twap")

    assert guilder.tells("order", "estimate", "buy", "1", "IBM", "--portfolio", "Averages")["strategy"] == "twap"


def test_an_order_is_placed_in_slices(guilder: CommandLine) -> None:
    terms = ("--algorithm", "twap", "--horizon", "PT30M", "--interval", "600")
    parent = guilder.tells("order", "place", "buy", "8", "AAPL", *terms)
    guilder.tells("clock", "advance", "--sessions", "1")

    slices = guilder.tells("order", "list", "--parent", parent["id"])["items"]
    assert [order["quantity"] for order in slices] == ["2"] * 4
    assert guilder.tells("order", "show", parent["id"])["status"] == "filled"
    assert "buy 8 AAPL market day, twap" in guilder.shows("order", "list")


def test_an_order_is_canceled_and_replaced(guilder: CommandLine) -> None:
    placed = guilder.tells("order", "place", "buy", "5", "IBM", "--limit-price", "100", "--client-order-id", "mine")

    new = guilder.tells("order", "replace", placed["id"], "--limit-price", "101")
    canceled = guilder.tells("order", "cancel", new["id"])

    assert (new["replaces"], new["limit_price"], canceled["status"]) == (placed["id"], "101", "canceled")
    assert [order["id"] for order in guilder.tells("order", "list", "--status", "closed")["items"]] == [
        new["id"],
        placed["id"],
    ]


def test_a_refusal_says_why_in_one_line(guilder: CommandLine) -> None:
    assert "10000.00 USD available" in guilder.refused("order", "place", "buy", "1000", "AAPL", "--json")
    assert "quantity" in guilder.refused("order", "place", "buy", "0", "AAPL")
    assert "start" in guilder.refused("bars", "AAPL", "--start", "yesterday")
    missing = "00000000-0000-0000-0000-000000000000"
    assert "Asked as ada@example.com" in guilder.refused("order", "show", missing)
    assert "Asked as ada@example.com" in guilder.refused("portfolio", "show", missing)


def test_of_several_portfolios_one_must_be_named(guilder: CommandLine) -> None:
    other = guilder.tells("portfolio", "open", "Games")["id"]

    assert "Savings" in guilder.refused("portfolio", "show")
    assert "Savings" in guilder.refused("portfolio", "show", "Nonsense")
    assert guilder.tells("portfolio", "show", "Games")["id"] == other
    assert guilder.tells("portfolio", "show", other)["name"] == "Games"
    assert guilder.tells("order", "list", "--portfolio", "Games") == {"items": [], "next": None}


def test_money_goes_from_one_portfolio_to_another_by_their_names(guilder: CommandLine) -> None:
    guilder.tells("portfolio", "open", "Rainy days")

    shown = guilder.shows("portfolio", "transfer", "250.00", "Rainy days", "Savings")

    assert "transfer" in shown
    assert {one["name"]: one["cash"] for one in guilder.tells("portfolio", "list")} == {
        "Rainy days": "250.00",
        "Savings": "9750.00",
    }
    assert "cannot pay itself" in guilder.refused("portfolio", "transfer", "1.00", "Savings", "Savings")


def test_a_list_may_be_longer_than_a_page_and_goes_on_where_it_ended(guilder: CommandLine) -> None:
    first = guilder.tells("bars", "AAPL", "--limit", "501", "--start", "2001-01-01")
    rest = guilder.tells("bars", "AAPL", "--limit", "1", "--start", "2001-01-01", "--cursor", first["next"])

    assert len(first["items"]) == 501
    assert rest["items"][0]["at"] > first["items"][-1]["at"]


def test_only_an_admin_moves_the_time_of_a_replay(guilder: CommandLine) -> None:
    guilder.user("bob@example.com")

    assert guilder.tells("clock", "advance", "--to", "2010-01-04T15:00:00Z")["is_open"] is True
    assert "admin" in guilder.refused("clock", "advance", "--by", "1h", "--as", "bob@example.com")


def test_an_order_can_be_for_an_amount_of_money(guilder: CommandLine) -> None:
    placed = guilder.tells("order", "place", "buy", "1000", "AAPL", "--notional")
    assert (placed["notional"], placed["quantity"]) == ("1000.00", None)
    assert "buy for 1000.00 AAPL market day" in guilder.shows("order", "list")

    smaller = guilder.tells("order", "replace", placed["id"], "--notional", "500")
    guilder.tells("clock", "advance", "--sessions", "1")

    filled = guilder.tells("order", "show", smaller["id"])
    assert filled["status"] == "filled"
    assert f"500.00 USD is {filled['quantity']} shares" in guilder.shows("order", "explain", smaller["id"])
    assert guilder.tells("verify")["ok"] is True


def test_orders_are_filtered_by_options(guilder: CommandLine) -> None:
    placed = guilder.tells("order", "place", "buy", "1", "AAPL", "--client-order-id", "mine")

    def found(*options: str) -> list[str]:
        return [order["id"] for order in guilder.tells("order", "list", *options)["items"]]

    assert found("--side", "buy", "--client-order-id", "mine") == [placed["id"]]
    assert found("--side", "sell") == found("--after", "2010-01-05") == found("--until", "2010-01-04") == []
    assert found("--after", "2010-01-04", "--until", "2010-01-05") == [placed["id"]]


def test_limits_are_shown_set_one_by_one_and_lifted(guilder: CommandLine) -> None:
    assert set(guilder.tells("portfolio", "limits").values()) == {None}

    guilder.tells("portfolio", "limits", "--max-order-quantity", "5", "--max-open-orders", "1")
    limits = guilder.tells("portfolio", "limits", "Savings", "--max-order-value", "1000")
    assert limits == {"max_order_quantity": "5", "max_order_value": "1000.00", "max_open_orders": 1}
    refusal = guilder.refused("order", "place", "buy", "6", "AAPL")
    assert "6 shares, where an order of this portfolio has 5 at most; It is worth" in refusal

    lifted = guilder.tells("portfolio", "limits", "--max-order-quantity", "none", "--max-open-orders", "none")
    assert (lifted["max_order_quantity"], lifted["max_open_orders"]) == (None, None)
    assert "max order value" in guilder.shows("portfolio", "limits")
    assert guilder.run("portfolio", "limits", "--max-open-orders", "few").code == 2


def test_a_portfolio_and_the_house_are_halted_and_resumed(guilder: CommandLine) -> None:
    guilder.tells("order", "place", "buy", "1", "IBM", "--limit-price", "1", "--time-in-force", "gtc")

    halted = guilder.tells("portfolio", "halt", "a break", "Savings", "--cancel-orders")
    assert (halted["is_halted"], halted["canceled_orders"]) == (True, 1)
    assert guilder.refused("order", "place", "buy", "1", "AAPL") == "Trading is halted: a break"
    assert guilder.tells("portfolio", "resume")["is_halted"] is False

    assert "prices look wrong" in guilder.shows("trading", "halt", "prices look wrong")
    assert guilder.tells("trading", "status")["reason"] == "prices look wrong"
    assert guilder.refused("order", "place", "buy", "1", "AAPL") == "Trading is halted: prices look wrong"
    assert "no" in guilder.shows("trading", "resume")
    guilder.tells("order", "place", "buy", "1", "AAPL")
