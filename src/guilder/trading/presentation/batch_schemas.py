"""Batches of orders as they travel in JSON."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field, SkipValidation
from pydantic import ValidationError as BadShapeError

from guilder.core.api_description import Problem
from guilder.core.http import problem_document, refusal_of
from guilder.core.wire import RequestModel
from guilder.shared.errors import GuilderError, InvalidError
from guilder.trading.application.order_batch_service import Placed
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_ticket import OrderTicket
from guilder.trading.presentation.schemas import OrderResponse, PlaceOrderRequest

LARGEST_BATCH: Final = 500
_PLACED: Final = 201


class PlaceOrdersRequest(RequestModel):
    orders: Annotated[list[SkipValidation[PlaceOrderRequest]], Field(min_length=1, max_length=LARGEST_BATCH)]

    def to_tickets(self) -> list[OrderTicket | GuilderError]:
        """A ticket each, or why it is none: what is nonsense stops here, and the others go on."""
        return [_ticket(told) for told in self.orders]


class PlacedOrderResponse(BaseModel):
    """`order` when `status` is 201; else `problem`, which would have been the answer to this order alone."""

    status: int
    order: OrderResponse | None = None
    problem: Problem | None = None

    @classmethod
    def of(cls, placed: Placed) -> "PlacedOrderResponse":
        if isinstance(placed, Order):
            return cls(status=_PLACED, order=OrderResponse.from_domain(placed))
        problem = Problem(**problem_document(placed))
        return cls(status=problem.status, problem=problem)


class PlacedOrdersResponse(BaseModel):
    items: list[PlacedOrderResponse]

    @classmethod
    def of(cls, placed: Sequence[Placed]) -> "PlacedOrdersResponse":
        return cls(items=[PlacedOrderResponse.of(each) for each in placed])


def _ticket(told: Any) -> OrderTicket | GuilderError:
    try:
        return PlaceOrderRequest.model_validate(told).to_ticket()
    except BadShapeError as problem:
        return refusal_of([{**error, "loc": ("body", *error["loc"])} for error in problem.errors()])
    except InvalidError as refusal:
        return refusal
