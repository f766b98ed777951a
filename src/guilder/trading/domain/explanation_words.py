"""An execution told step by step, so that its price can be computed again by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final

from guilder.shared.quantity import format_decimal
from guilder.trading.domain.execution import Execution
from guilder.trading.domain.explanation import Explanation, Impact, Rule, SizeCap
from guilder.trading.domain.fee_schedule import Fees

_RULES: Final = {
    Rule.MARKET_AT_INSTANT: "A market order trades at the quote of the instant.",
    Rule.MARKET_AT_OPEN: "A market order that waited trades at the quote of the open.",
    Rule.LIMIT_AT_QUOTE: "The quote was as good as the limit of {level}, or better, when the order was first worked.",
    Rule.LIMIT_REACHED: "The quote came to the limit of {level}.",
    Rule.STOP_AT_QUOTE: "The price was at the stop of {level}, or beyond it, when the order was first worked.",
    Rule.STOP_REACHED: "The price came to the stop of {level}.",
}


def steps_of(execution: Execution) -> list[str]:
    """From the quote to what was paid, a sentence a step; the reason alone where no explanation was kept."""
    if execution.explanation is None:
        return [execution.reason]
    return list(_steps(execution, execution.explanation))


def _steps(execution: Execution, it: Explanation) -> Iterator[str]:
    quote = it.quote
    yield (
        f"At {_instant(quote.at)} the price was {_plain(quote.price.amount)}, bid {_plain(quote.bid.amount)}, "
        f"ask {_plain(quote.ask.amount)} (session {it.session_on}, opened at {_plain(it.opened_at.amount)}, "
        f"seed {it.seed})."
    )
    if it.triggered_at is not None and it.rule not in {Rule.STOP_AT_QUOTE, Rule.STOP_REACHED}:
        yield f"Its stop was reached at {_instant(it.triggered_at)}; since then it is an order like others."
    level = "" if it.level is None else _plain(it.level.amount)
    yield f"{_RULES[it.rule].format(level=level)} So it starts from {_plain(it.start.amount)}."
    if it.impact is not None:
        yield _impact(it.impact, it.start.amount)
        held = ", held at the limit" if it.is_held_at_limit else ", rounded against the order"
        yield f"With that the price is {_plain(execution.price.amount)}{held}."
    if it.cap is not None:
        yield _cap(it.cap)
    if it.payable is not None:
        yield f"The cash paid for no more than that: {it.payable} were there for it."
    yield f"So {execution.quantity} of {it.wanted} shares were filled, at {_plain(execution.price.amount)} each."
    yield f"{execution.quantity} x {_plain(execution.price.amount)} = {execution.value.rounded()}."
    if it.fees is not None:
        yield _fees(it.fees)


def _impact(it: Impact, start: Decimal) -> str:
    return (
        f"Its own size moves it by {_plain(it.coefficient)} x ({_plain(it.high)} - {_plain(it.low)}) / "
        f"{_plain(it.close)} x sqrt({it.shares} / {it.volume}) x {_plain(start)} = {_plain(it.per_share)} a share; "
        f"high, low, close and volume are those of the session of {it.bar_at.date()}."
    )


def _cap(it: SizeCap) -> str:
    return (
        f"There were {_plain(it.rate * 100)} % of the {it.bar_volume} shares to be had that traded in the "
        f"{it.timeframe} bar from {_instant(it.bar_at)}: {it.shares}, of which {it.taken} were taken before."
    )


def _fees(it: Fees) -> str:
    return (
        f"Fees: {it.commission} commission, {it.section_31} under section 31, {it.trading_activity} trading activity; "
        f"together {it.total}."
    )


def _instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _plain(number: Decimal) -> str:
    return format_decimal(number)
