"""Asks for one address over and over, as a process of its own: connections that keep HTTP/1.1, as cheaply as can be.

It reads a plan (JSON: port, request, connections, seconds) from standard input; it prints how many whole answers came,
in how many seconds, and the statuses.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from typing import Any

import uvloop

HEAD_END = b"\r\n\r\n"


class Connection(asyncio.Protocol):
    """Sends the request again as soon as the answer is whole, until time is up."""

    def __init__(self, request: bytes, ends_at: float, statuses: Counter[str]) -> None:
        self._request = request
        self._ends_at = ends_at
        self._statuses = statuses
        self._loop = asyncio.get_running_loop()
        self._received = bytearray()
        self.done = self._loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head_end = self._received.find(HEAD_END)
        if head_end < 0:
            return
        head = bytes(self._received[:head_end]).lower()
        length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        if len(self._received) < head_end + len(HEAD_END) + length:
            return
        self._received.clear()
        self._statuses[head[9:12].decode()] += 1
        if self._loop.time() < self._ends_at:
            self._transport.write(self._request)
        else:
            self.done.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionResetError("The server closed the connection"))


async def _run(plan: dict[str, Any]) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    began_at = loop.time()
    statuses = Counter[str]()
    connections = [
        (
            await loop.create_connection(
                lambda: Connection(plan["request"].encode(), began_at + plan["seconds"], statuses),
                "127.0.0.1",
                plan["port"],
            )
        )[1]
        for _ in range(plan["connections"])
    ]
    await asyncio.gather(*(connection.done for connection in connections))
    return {"answers": statuses.total(), "seconds": loop.time() - began_at, "statuses": statuses}


if __name__ == "__main__":
    json.dump(uvloop.run(_run(json.load(sys.stdin))), sys.stdout)
