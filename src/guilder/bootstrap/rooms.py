"""The rooms of the house, and what they say to each other."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Final, Protocol

from fastapi import APIRouter

from guilder.audit import wiring as audit
from guilder.core.container import Container
from guilder.core.relay import Subscription
from guilder.core.serialization import EventRegistry
from guilder.financial import wiring as financial
from guilder.market_data import wiring as market_data
from guilder.notification import wiring as notification
from guilder.published import financial as financial_words
from guilder.published import trading as trading_words
from guilder.published import user as user_words
from guilder.shared.events import Event
from guilder.trading import wiring as trading
from guilder.user import wiring as user


class Room(Protocol):
    """What each context's `wiring.py` offers."""

    def register(self, container: Container) -> None: ...
    def routers(self) -> Sequence[APIRouter]: ...
    def subscriptions(self) -> Sequence[Subscription]: ...


ROOMS: Final[Sequence[Room]] = (user, financial, trading, market_data, notification, audit)

UNHEARD: Final = {
    "MoneyDeposited": "kept as history; statements will be drawn from it",
    "MoneyWithdrawn": "kept as history; statements will be drawn from it",
    "OrderCanceled": "kept as history; streams will carry it",
    "OrderExpired": "kept as history; streams will carry it",
    "OrderPlaced": "kept as history; streams will carry it",
    "OrderRejected": "kept as history; streams will carry it",
    "OrderReplaced": "kept as history; streams will carry it",
    "PortfolioOpened": "kept as history; statements will be drawn from it",
    "TradeBooked": "kept as history; statements will be drawn from it",
    "TransferReceived": "kept as history; statements will be drawn from it",
    "TransferSent": "kept as history; statements will be drawn from it",
    "UserActivated": "kept as history; nobody acts on it yet",
}
"""Events that nobody subscribes to, and why they are recorded all the same."""


def published_events() -> list[type[Event]]:
    """Every event that one room tells the others."""
    modules = (user_words, financial_words, trading_words)
    return [
        kind
        for module in modules
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Event) and kind is not Event and kind.__module__ == module.__name__
    ]


def event_registry() -> EventRegistry:
    """How saved events are read."""
    return EventRegistry(published_events())


def subscriptions() -> list[Subscription]:
    """Who hears of what."""
    return [subscription for room in ROOMS for subscription in room.subscriptions()]
