"""What an order's own prices make of a price."""

from __future__ import annotations

from guilder.published.trading import Side
from guilder.shared.money import Price
from guilder.trading.domain.order_ticket import OrderTicket
from guilder.trading.domain.pricing.price_estimate import PriceEstimate, PricingStep


def within_terms(estimate: PriceEstimate) -> PriceEstimate:
    """The estimate, kept to the ticket's stop and limit.

    A stop order is filled once the price has come to its stop: at a price that is no better. An order with a limit is
    filled at the limit or better.
    """
    ticket = estimate.ticket
    if ticket.stop_price is not None and _is_better(ticket, estimate.unit_price, ticket.stop_price):
        estimate = estimate.then(_step("the stop: the price has to come to it", estimate, ticket.stop_price))
    if ticket.limit_price is not None and not ticket.allows(estimate.unit_price):
        estimate = estimate.then(_step("the limit: the order waits for it", estimate, ticket.limit_price))
    return estimate


def _is_better(ticket: OrderTicket, price: Price, than: Price) -> bool:
    """Better for the owner: lower for a buy, higher for a sell."""
    return price < than if ticket.side is Side.BUY else price > than


def _step(rule: str, estimate: PriceEstimate, price: Price) -> PricingStep:
    return PricingStep(rule, {"price": estimate.unit_price.amount}, price)
