"""Limits and halts as they travel in JSON."""

from typing import Annotated

from pydantic import BaseModel, Field

from guilder.core.wire import AmountIn, InstantOut, QuantityIn, RequestModel, money_text
from guilder.trading.application.halt_service import Halting
from guilder.trading.domain.trading_control import LONGEST_REASON, Halt
from guilder.trading.domain.trading_limits import TradingLimits

MOST_OPEN_ORDERS = 1_000_000


class SetLimitsRequest(RequestModel):
    """What is null, or missing, is no limit."""

    max_order_quantity: QuantityIn | None = None
    max_order_value: AmountIn | None = None
    """In the portfolio's currency."""
    max_open_orders: Annotated[int, Field(strict=True, le=MOST_OPEN_ORDERS)] | None = None


class LimitsResponse(BaseModel):
    """Null is no limit."""

    max_order_quantity: str | None
    max_order_value: str | None
    max_open_orders: int | None

    @classmethod
    def from_domain(cls, limits: TradingLimits) -> "LimitsResponse":
        quantity, value = limits.max_order_quantity, limits.max_order_value
        return cls(
            max_order_quantity=None if quantity is None else str(quantity),
            max_order_value=None if value is None else money_text(value),
            max_open_orders=limits.max_open_orders,
        )


class HaltRequest(RequestModel):
    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_REASON, examples=["prices look wrong"])]
    cancel_orders: bool = False
    """Whether the orders that rest are canceled as well."""


class TradingResponse(BaseModel):
    """Whether orders are accepted. Reason and instant are those of the halt, by the clock of this world."""

    is_halted: bool
    reason: str | None
    halted_at: InstantOut | None

    @classmethod
    def from_domain(cls, halt: Halt | None) -> "TradingResponse":
        if halt is None:
            return cls(is_halted=False, reason=None, halted_at=None)
        return cls(is_halted=True, reason=halt.reason, halted_at=halt.at)


class HaltResponse(BaseModel):
    is_halted: bool
    reason: str
    halted_at: InstantOut
    canceled_orders: int
    """How many orders that rested were canceled by this request."""

    @classmethod
    def from_halting(cls, halting: Halting) -> "HaltResponse":
        halt = halting.halt
        return cls(is_halted=True, reason=halt.reason, halted_at=halt.at, canceled_orders=halting.canceled_orders)
