"""What the market asks now."""

from __future__ import annotations

from guilder.published.trading import Side
from guilder.trading.domain.order_ticket import OrderTicket
from guilder.trading.domain.pricing.price_basis import Detail, PriceBasis
from guilder.trading.domain.pricing.price_estimate import Figure, PriceEstimate, PricingStep


class MarketPricingStrategy:
    """A buyer pays the ask, a seller gets the bid."""

    name = "market"
    looks_at = Detail.QUOTE

    def calculate_price(self, ticket: OrderTicket, basis: PriceBasis) -> PriceEstimate:
        quote = basis.quote
        is_buy = ticket.side is Side.BUY
        rule = "the ask: what a buyer pays now" if is_buy else "the bid: what a seller gets now"
        figures: dict[str, Figure] = {"bid": quote.bid.amount, "ask": quote.ask.amount, "quoted_at": quote.at}
        step = PricingStep(rule, figures, quote.ask if is_buy else quote.bid)
        return PriceEstimate(self.name, ticket, basis, (step,))
