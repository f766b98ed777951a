"""Refusals of the trading room."""

from __future__ import annotations

from guilder.shared.errors import GuilderError, InvalidError, NotFoundError, RefusedError


class OrderNotFoundError(NotFoundError):
    """There is no such order, or it belongs to somebody else."""

    code = "order_not_found"


class UnknownSymbolError(InvalidError):
    """No market of this house trades such a symbol."""

    code = "unknown_symbol"
    field = "symbol"


class SymbolNotTradableError(RefusedError):
    """The symbol has no price in the session that is open."""

    code = "symbol_not_tradable"


class NoSessionError(RefusedError):
    """The market has no session any more in which the order could be worked."""

    code = "no_session"


class DuplicateClientOrderIdError(RefusedError):
    """An order of this portfolio has that client_order_id already."""

    code = "duplicate_client_order_id"


class OrderInSlicesError(RefusedError):
    """An order that is worked in slices keeps its terms, and so do its slices; cancel it and place another one."""

    code = "order_in_slices"


class BrokenPricingStrategyError(GuilderError):
    """A package brings a pricing strategy that cannot be used."""

    code = "broken_pricing_strategy"
