"""Put money into one share, and look at what you own.

Start the house with `make run`, then in another terminal:

    .venv/bin/python examples/buy_and_hold.py AAPL 5000
"""

from __future__ import annotations

import argparse
from decimal import ROUND_DOWN, Decimal
from uuid import uuid4

from connection import connect


def main() -> None:
    parser = argparse.ArgumentParser(description="Put money into one share.")
    parser.add_argument("symbol", nargs="?", default="AAPL")
    parser.add_argument("dollars", nargs="?", type=Decimal, default=Decimal("5000"))
    chosen = parser.parse_args()

    with connect() as guilder:
        portfolio = guilder.post("/v1/portfolios", json={"name": "Buy and hold", "base_currency": "USD"}).json()
        path = f"/v1/portfolios/{portfolio['id']}"
        guilder.post(f"{path}/deposits", json={"amount": str(chosen.dollars), "currency": "USD"})

        # A limit one percent above the price buys at once, and never for more than there is.
        price = Decimal(guilder.get(f"/v1/quotes/{chosen.symbol}").json()["price"])
        limit = (price * Decimal("1.01")).quantize(Decimal("0.01"))
        shares = (chosen.dollars / limit).quantize(Decimal("0.001"), ROUND_DOWN)
        ticket = {
            "portfolio_id": portfolio["id"],
            "symbol": chosen.symbol,
            "side": "buy",
            "order_type": "limit",
            "limit_price": str(limit),
            "time_in_force": "gtc",
            "quantity": str(shares),
        }
        # Should the answer get lost, the same request with the same key buys nothing a second time.
        order = guilder.post("/v1/orders", json=ticket, headers={"Idempotency-Key": str(uuid4())}).json()

        print(f"Buy {order['quantity']} {order['symbol']} at {order['limit_price']} or better: {order['status']}")
        for execution in order["executions"]:
            print(f"  {execution['quantity']} at {execution['price']}. {execution['reason']}")
        for position in guilder.get(f"{path}/positions").json():
            print(f"Own {position['quantity']} {position['symbol']}, worth {position['market_value']} USD")
        print(f"Cash left: {guilder.get(path).json()['cash']} USD")


if __name__ == "__main__":
    main()
