"""What must hold after every restart, looked at from outside: over HTTP, in the mails, and by `guilder verify`."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any, Final

import httpx

from tests.crash.traders import Placed, Traders
from tests.crash.victim import Victim

RELAY_SECONDS: Final = 120
BOOKS_ARE_WRONG: Final = 1
"""What `guilder verify` ends with when they are."""
_SECONDS_BETWEEN_LOOKS: Final = 0.05
_FILL: Final = "; the order is complete"
_ORDER = re.compile(r"^Order +([0-9a-f-]{36})$", re.MULTILINE)


class BrokenPromiseError(AssertionError):
    """An order was lost, doubled or half booked, or an answer changed."""


class Inspector:
    """Knows what it has read already, so that each look costs what is new."""

    def __init__(self, victim: Victim, http: httpx.AsyncClient) -> None:
        self._victim = victim
        self._http = http
        self._read: set[str] = set()
        self.mails: Counter[str] = Counter()
        """How many mails told of the fill of each order."""
        self.replayed = 0

    async def inspect(self, traders: Traders) -> None:
        """Raises `BrokenPromiseError`. Nobody may be trading meanwhile."""
        await self._answers_are_the_first(traders.fresh)
        traders.fresh.clear()
        await self._every_order_is_there_once(traders)
        await self._events_have_arrived()
        await self._messages_and_mails_have_arrived(traders)
        await self._books_are_right()

    async def _answers_are_the_first(self, orders: list[Placed]) -> None:
        for order in orders:
            again = await order.ask(self._http)
            if again.content != order.answer or again.headers.get("Idempotent-Replayed") != "true":
                raise BrokenPromiseError(f"{order.key} was answered {order.answer!r}, and now {again.content!r}")
            self.replayed += 1

    async def _every_order_is_there_once(self, traders: Traders) -> None:
        found = Counter([order["id"] async for order in self._all("/v1/orders", status="all")])
        acknowledged = {order.order_id for order in traders.placed.values()}
        doubled = [order_id for order_id, times in found.items() if times > 1]
        if doubled or set(found) != acknowledged or len(acknowledged) != len(traders.placed):
            lost, strange = acknowledged - set(found), set(found) - acknowledged
            raise BrokenPromiseError(f"lost {sorted(lost)}, doubled {doubled}, nobody's {sorted(strange)}")

    async def _events_have_arrived(self) -> None:
        async with asyncio.timeout(RELAY_SECONDS):
            while (await self._http.get("/health/ready")).json()["checks"]["relay_backlog"]:
                await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)

    async def _messages_and_mails_have_arrived(self, traders: Traders) -> None:
        filled = {order.order_id for order in traders.placed.values() if order.is_filled}
        messages = [message async for message in self._all("/v1/notifications") if _FILL in message["message"]]
        if len(messages) != len(filled):
            raise BrokenPromiseError(f"{len(filled)} orders were filled, and {len(messages)} messages tell of it")
        for mail in self._victim.mails():
            if mail.name not in self._read:
                self._read.add(mail.name)
                self.mails.update(_ORDER.findall(mail.read_text()))
        if set(self.mails) != filled:
            unheard, strange = filled - set(self.mails), set(self.mails) - filled
            raise BrokenPromiseError(f"no mail for {sorted(unheard)}; mails for {sorted(strange)}")

    async def _books_are_right(self) -> None:
        proof = await self._victim.command("verify", may_end_with=BOOKS_ARE_WRONG)
        if not proof["ok"]:
            raise BrokenPromiseError(f"verify: {[check for check in proof['checks'] if not check['ok']]}")

    async def _all(self, path: str, **query: str) -> AsyncIterator[dict[str, Any]]:
        page: dict[str, Any] = {"next": None}
        while page.get("items") is None or page["next"] is not None:
            cursor = {"cursor": page["next"]} if page["next"] else {}
            answer = await self._http.get(path, params={**query, "limit": "500", **cursor})
            answer.raise_for_status()
            page = answer.json()
            for item in page["items"]:
                yield item
