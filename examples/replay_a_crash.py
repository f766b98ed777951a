"""October 2008, once with and once without stop orders.

Two portfolios buy the same shares at the open of the first of October. One holds them, the other guards each by a
stop order ten percent below what it paid. Then the market is replayed to the end of the month, session by session.

How to start the house for it stands in docs/how-to/replay-the-past.md. Then:

    .venv/bin/python examples/replay_a_crash.py --key admin-key.json
"""

from __future__ import annotations

import argparse
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from connection import connect

SYMBOLS = ("AAPL", "GOOG", "IBM", "MSFT")
CASH = Decimal("100000")
END = "2008-10-31"


def main() -> None:
    parser = argparse.ArgumentParser(description="October 2008, with and without stop orders.")
    parser.add_argument(
        "--key", type=Path, help="the API key of an admin, as `guilder api-key create --json` prints it"
    )
    with connect(parser.parse_args().key) as guilder:
        holding, guarded = open_portfolio(guilder, "Holding"), open_portfolio(guilder, "Guarded")
        for portfolio in (holding, guarded):
            buy_in_equal_parts(guilder, portfolio)
        day = next_session(guilder)  # the market orders fill at its open
        guard(guilder, guarded)

        print("close of      holding     guarded")
        while True:
            print(f"{day}  {value(guilder, holding):>10}  {value(guilder, guarded):>10}")
            if day >= END:
                break
            day = next_session(guilder)

        print("\nWhat the stops got:")
        for order in guilder.get("/v1/orders", params={"portfolio_id": guarded, "status": "closed"}).json()["items"]:
            if order["order_type"] == "stop":
                for execution in order["executions"]:
                    print(f"{order['symbol']:<5} {execution['at'][:10]}  {execution['reason']}")


def open_portfolio(guilder: httpx.Client, name: str) -> str:
    portfolio = guilder.post("/v1/portfolios", json={"name": name, "base_currency": "USD"}).json()
    money = {"amount": str(CASH), "currency": "USD"}
    guilder.post(f"/v1/portfolios/{portfolio['id']}/deposits", json=money)
    portfolio_id: str = portfolio["id"]
    return portfolio_id


def buy_in_equal_parts(guilder: httpx.Client, portfolio_id: str) -> None:
    # A market order sets 1.05 times the last price aside: a tenth of the cash stays free.
    part = CASH * Decimal("0.9") / len(SYMBOLS)
    for symbol in SYMBOLS:
        price = Decimal(guilder.get(f"/v1/quotes/{symbol}").json()["price"])
        place(guilder, portfolio_id, symbol, "buy", order_type="market", quantity=str(part // price))


def guard(guilder: httpx.Client, portfolio_id: str) -> None:
    for position in guilder.get(f"/v1/portfolios/{portfolio_id}/positions").json():
        floor = (Decimal(position["average_price"]) * Decimal("0.9")).quantize(Decimal("0.01"))
        terms = {"order_type": "stop", "stop_price": str(floor), "time_in_force": "gtc"}
        place(guilder, portfolio_id, position["symbol"], "sell", quantity=position["quantity"], **terms)


def place(guilder: httpx.Client, portfolio_id: str, symbol: str, side: str, **terms: str) -> None:
    guilder.post("/v1/orders", json={"portfolio_id": portfolio_id, "symbol": symbol, "side": side, **terms})


def next_session(guilder: httpx.Client) -> str:
    """Let the market go on to the close of the next session; its date."""
    clock: dict[str, Any] = guilder.post("/v1/clock/advance", json={"sessions": 1}).json()
    return str(clock["now"])[:10]


def value(guilder: httpx.Client, portfolio_id: str) -> str:
    return str(guilder.get(f"/v1/portfolios/{portfolio_id}/metrics").json()["total_value"])


if __name__ == "__main__":
    main()
