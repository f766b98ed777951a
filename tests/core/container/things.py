"""Things to be wired, as an application would have them, and a diary of what was opened and closed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Protocol

from guilder.core.container import Container


class Settings:
    """Needs nothing."""


class Database:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings


class Session:
    def __init__(self, database: Database) -> None:
        self.database = database


class OrderRepository(Protocol):
    def find(self, order_id: int) -> str: ...


class SqlOrderRepository:
    def __init__(self, session: Session) -> None:
        self.session = session

    def find(self, order_id: int) -> str:
        return f"order {order_id}"


class FakeOrders:
    def find(self, order_id: int) -> str:
        return f"fake {order_id}"


class PlaceOrder:
    def __init__(self, orders: OrderRepository, session: Session, settings: Settings) -> None:
        self.orders = orders
        self.session = session
        self.settings = settings


class Diary:
    """Writes down what was opened and closed, and offers recipes that do so."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def session(self, database: Database) -> Iterator[Session]:
        self.lines.append("open session")
        try:
            yield Session(database)
        except BaseException as error:
            self.lines.append(f"session saw {type(error).__name__}")
            raise
        finally:
            self.lines.append("close session")

    async def async_session(self, database: Database) -> AsyncIterator[Session]:
        self.lines.append("open session")
        try:
            yield Session(database)
        except BaseException as error:
            self.lines.append(f"session saw {type(error).__name__}")
            raise
        finally:
            self.lines.append("close session")

    def orders(self, session: Session) -> Iterator[OrderRepository]:
        self.lines.append("open orders")
        yield SqlOrderRepository(session)
        self.lines.append("close orders")


def a_container() -> Container:
    """All of it, bound as an application would: two singletons, and the rest per scope."""
    container = Container()
    container.register_singleton(Settings, Settings)
    container.register_singleton(Database, Database)
    container.register_scoped(Session, Session)
    container.register_scoped(OrderRepository, SqlOrderRepository)
    container.register_scoped(PlaceOrder, PlaceOrder)
    return container
