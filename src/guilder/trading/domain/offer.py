"""What the market offers an order at one instant: how many shares, at which price, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guilder.published.market_data import Bar, PricePath
from guilder.published.spread import around
from guilder.published.trading import Side
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity
from guilder.trading.domain.explanation import Explanation, Impact, QuoteUsed, Rule, SizeCap
from guilder.trading.domain.fill_profile import FillProfile, against
from guilder.trading.domain.matching import Match
from guilder.trading.domain.order import Order


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known around the instant of a match, beside the path: the market's seed, the cap and yesterday's bar.

    `cap` is None where any number of shares can be had; `yesterday` None where nothing rests on it.
    """

    seed: int
    cap: SizeCap | None = None
    yesterday: Bar | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """So many shares at a price per share."""

    quantity: Quantity
    price: Price
    explanation: Explanation

    def cut_to(self, quantity: Quantity, payable: Money) -> Offer:
        """The same for fewer shares, since more cannot be paid; the price stays that of all."""
        return replace(self, quantity=quantity, explanation=replace(self.explanation, payable=payable))


def offer_for(order: Order, match: Match, path: PricePath, profile: FillProfile, around_it: Surroundings) -> Offer:
    """What an order gets from a match with a rule; no shares where the cap is used up."""
    assert match.rule is not None
    assert match.start is not None
    wanted = order.leaves_quantity
    cap = around_it.cap
    quantity = wanted if cap is None else min(wanted, max(cap.shares - cap.taken, Quantity.zero()))
    impact = _impact(profile, match, quantity, around_it.yesterday)
    moved = match.start if impact is None else against(order.ticket.side, match.start, impact.per_share)
    price, is_held = _within_limit(order, moved)
    market, opens_at = path.price_at(match.at), path.session.opens_at
    bid, ask = around(market, path.tick)
    explanation = Explanation(
        rule=match.rule,
        profile=profile.name,
        seed=around_it.seed,
        session_on=path.session.on,
        opened_at=market if match.at == opens_at else path.price_at(opens_at),
        quote=QuoteUsed(match.at, market, bid, ask),
        triggered_at=match.triggered_at or order.triggered_at,
        level=_level(order, match.rule),
        start=match.start,
        impact=impact,
        is_held_at_limit=is_held,
        cap=cap,
        wanted=wanted,
        payable=None,
        fees=None,
    )
    return Offer(quantity, price, explanation)


def _impact(profile: FillProfile, match: Match, quantity: Quantity, yesterday: Bar | None) -> Impact | None:
    """None where the order takes what it waited for: then the market came to it, and not it to the market."""
    if profile.impact is None or yesterday is None or match.rule is Rule.LIMIT_REACHED or not quantity:
        return None
    assert match.start is not None
    return Impact(
        coefficient=profile.impact.coefficient,
        bar_at=yesterday.at,
        high=yesterday.high,
        low=yesterday.low,
        close=yesterday.close,
        volume=yesterday.volume,
        shares=quantity,
        per_share=profile.impact.per_share(match.start, quantity, yesterday),
    )


def _within_limit(order: Order, price: Price) -> tuple[Price, bool]:
    """The price, no worse than the limit; and whether it had to be held there."""
    limit = order.ticket.limit_price
    if limit is None:
        return price, False
    held = min(price, limit) if order.ticket.side is Side.BUY else max(price, limit)
    return held, held != price


def _level(order: Order, rule: Rule) -> Price | None:
    if rule in {Rule.LIMIT_AT_QUOTE, Rule.LIMIT_REACHED}:
        return order.ticket.limit_price
    return order.ticket.stop_price if rule in {Rule.STOP_AT_QUOTE, Rule.STOP_REACHED} else None
