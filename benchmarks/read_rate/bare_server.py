"""The least that can tell of the same positions: a plain ASGI function under uvicorn, on the same event loop.

It has the rows in memory, as they stand in Guilder's tables, and a price for each symbol. For each request it adds up
the lots, values the positions, and encodes the answer: the very bytes that Guilder answers. It knows no users, no other
address, and writes no log.
"""

from __future__ import annotations

import json
import socket
import sys
from decimal import Decimal
from typing import Any, Final, NamedTuple

import uvicorn
import uvloop

_CENT: Final = Decimal("0.01")
_STEP: Final = Decimal("0.000000001")


class LotRow(NamedTuple):
    """A row of an open lot."""

    quantity: Decimal
    price: Decimal
    cost_basis: Decimal
    acquired_at: str


class PositionRows(NamedTuple):
    """What is held of a symbol, and what a share of it costs now."""

    symbol: str
    price: Decimal
    lots: list[LotRow]


def told(rows: list[PositionRows]) -> bytes:
    """The answer, worked out anew."""
    return json.dumps([_position(*row) for row in rows], separators=(",", ":")).encode()


def _position(symbol: str, price: Decimal, lots: list[LotRow]) -> dict[str, Any]:
    quantity = sum((lot.quantity for lot in lots), Decimal(0))
    cost_basis = sum((lot.cost_basis for lot in lots), Decimal(0))
    market_value = (price * quantity).quantize(_CENT)
    return {
        "symbol": symbol,
        "quantity": _plain(quantity),
        "average_price": _plain((cost_basis / quantity).quantize(_STEP)),
        "cost_basis": str(cost_basis),
        "market_price": _plain(price),
        "market_value": str(market_value),
        "unrealized_pnl": str(market_value - cost_basis),
        "lots": [
            {
                "quantity": _plain(lot.quantity),
                "price": _plain(lot.price),
                "cost_basis": str(lot.cost_basis),
                "acquired_at": lot.acquired_at,
            }
            for lot in lots
        ],
    }


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def rows_of(answer: list[dict[str, Any]]) -> list[PositionRows]:
    """The rows behind Guilder's answer."""
    return [
        PositionRows(
            position["symbol"],
            Decimal(position["market_price"]),
            [
                LotRow(Decimal(lot["quantity"]), Decimal(lot["price"]), Decimal(lot["cost_basis"]), lot["acquired_at"])
                for lot in position["lots"]
            ],
        )
        for position in answer
    ]


async def _serve(rows: list[PositionRows]) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = told(rows)
        headers = [(b"content-length", str(len(body)).encode()), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    door = socket.create_server(("127.0.0.1", 0), backlog=2048)
    config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, server_header=False)
    print(f"Guilder is ready at http://127.0.0.1:{door.getsockname()[1]}", flush=True)
    await uvicorn.Server(config).serve([door])


if __name__ == "__main__":
    uvloop.run(_serve(rows_of(json.load(sys.stdin))))
