"""Dependency injection: objects are built from what their constructors ask for.

    container = Container()
    container.register_singleton(Database, connect)
    container.register_scoped(OrderRepository, SqlOrderRepository)
    container.register_scoped(TradingService, TradingService)
    container.validate()

    with container.scope() as scope:
        trading = scope.get(TradingService)

Nothing here knows the rest of Guilder, or anything beyond the standard library; `fastapi` is the bridge.
"""

from guilder.core.container.container import Container
from guilder.core.container.keys import ContainerError, Named
from guilder.core.container.overrides import Override
from guilder.core.container.scope import Scope

__all__ = ["Container", "ContainerError", "Named", "Override", "Scope"]
