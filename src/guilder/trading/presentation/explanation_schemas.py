"""Explanations as they travel in JSON."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from guilder.core.wire import InstantOut, decimal_text, money_text
from guilder.published.market_data import Bar, Timeframe
from guilder.shared.money import Price
from guilder.trading.application.order_explanation_service import ExplainedExecution, OrderExplanation
from guilder.trading.domain.explanation import Explanation, Impact, QuoteUsed, Rule, SizeCap
from guilder.trading.domain.fee_schedule import Fees
from guilder.trading.domain.order_status import OrderStatus


class QuoteUsedResponse(BaseModel):
    """What the market said at the instant; prices per share."""

    at: InstantOut
    price: str
    bid: str
    ask: str

    @classmethod
    def from_domain(cls, quote: QuoteUsed) -> "QuoteUsedResponse":
        return cls(at=quote.at, price=_price(quote.price), bid=_price(quote.bid), ask=_price(quote.ask))


class ImpactResponse(BaseModel):
    """coefficient * (high - low) / close * sqrt(shares / volume) * start = per_share"""

    coefficient: str
    bar_at: InstantOut
    high: str
    low: str
    close: str
    volume: int
    shares: str
    per_share: str

    @classmethod
    def from_domain(cls, impact: Impact) -> "ImpactResponse":
        return cls(
            coefficient=decimal_text(impact.coefficient),
            bar_at=impact.bar_at,
            high=decimal_text(impact.high),
            low=decimal_text(impact.low),
            close=decimal_text(impact.close),
            volume=impact.volume,
            shares=str(impact.shares),
            per_share=decimal_text(impact.per_share),
        )


class SizeCapResponse(BaseModel):
    """rate * bar_volume, in whole shares, less what was taken before: the most there was to be had."""

    rate: str
    timeframe: Timeframe
    bar_at: InstantOut
    bar_volume: int
    shares: str
    taken: str

    @classmethod
    def from_domain(cls, cap: SizeCap) -> "SizeCapResponse":
        return cls(
            rate=decimal_text(cap.rate),
            timeframe=cap.timeframe,
            bar_at=cap.bar_at,
            bar_volume=cap.bar_volume,
            shares=str(cap.shares),
            taken=str(cap.taken),
        )


class FeesResponse(BaseModel):
    commission: str
    section_31: str
    trading_activity: str
    total: str

    @classmethod
    def from_domain(cls, fees: Fees) -> "FeesResponse":
        return cls(
            commission=money_text(fees.commission),
            section_31=money_text(fees.section_31),
            trading_activity=money_text(fees.trading_activity),
            total=money_text(fees.total),
        )


class FiguresResponse(BaseModel):
    """Every figure that went into one execution."""

    rule: Rule
    profile: str
    seed: int
    session_on: date
    opened_at: str
    quote: QuoteUsedResponse
    triggered_at: InstantOut | None
    level: str | None
    start: str
    impact: ImpactResponse | None
    is_held_at_limit: bool
    cap: SizeCapResponse | None
    wanted: str
    payable: str | None
    fees: FeesResponse | None

    @classmethod
    def from_domain(cls, it: Explanation) -> "FiguresResponse":
        return cls(
            rule=it.rule,
            profile=it.profile,
            seed=it.seed,
            session_on=it.session_on,
            opened_at=_price(it.opened_at),
            quote=QuoteUsedResponse.from_domain(it.quote),
            triggered_at=it.triggered_at,
            level=None if it.level is None else _price(it.level),
            start=_price(it.start),
            impact=None if it.impact is None else ImpactResponse.from_domain(it.impact),
            is_held_at_limit=it.is_held_at_limit,
            cap=None if it.cap is None else SizeCapResponse.from_domain(it.cap),
            wanted=str(it.wanted),
            payable=None if it.payable is None else money_text(it.payable),
            fees=None if it.fees is None else FeesResponse.from_domain(it.fees),
        )


class SessionBarResponse(BaseModel):
    """The bar of the execution's session."""

    open: str
    high: str
    low: str
    close: str
    volume: int

    @classmethod
    def from_domain(cls, bar: Bar) -> "SessionBarResponse":
        return cls(
            open=decimal_text(bar.open),
            high=decimal_text(bar.high),
            low=decimal_text(bar.low),
            close=decimal_text(bar.close),
            volume=bar.volume,
        )


class ExplainedExecutionResponse(BaseModel):
    id: UUID
    at: InstantOut
    quantity: str
    price: str
    fee: str | None
    steps: list[str]
    """From the quote to what was paid, a sentence a step."""
    figures: FiguresResponse | None
    """Null for executions from before explanations were kept."""
    session_bar: SessionBarResponse | None
    """Null until the session is over."""

    @classmethod
    def from_domain(cls, it: ExplainedExecution) -> "ExplainedExecutionResponse":
        execution = it.execution
        return cls(
            id=execution.id,
            at=execution.at,
            quantity=str(execution.quantity),
            price=_price(execution.price),
            fee=None if execution.fee is None else money_text(execution.fee),
            steps=list(it.steps),
            figures=None if execution.explanation is None else FiguresResponse.from_domain(execution.explanation),
            session_bar=None if it.session_bar is None else SessionBarResponse.from_domain(it.session_bar),
        )


class SizingResponse(BaseModel):
    """notional / price = quantity, rounded down to a billionth; a sell is cut to what is there to be sold."""

    notional: str
    price: str
    at: InstantOut
    quantity: str
    step: str

    @classmethod
    def from_domain(cls, it: OrderExplanation) -> "SizingResponse | None":
        notional, sizing = it.order.ticket.notional, it.order.sizing
        if notional is None or sizing is None or it.sizing is None:
            return None
        return cls(
            notional=money_text(notional),
            price=_price(sizing.price),
            at=sizing.at,
            quantity=str(it.order.quantity),
            step=it.sizing,
        )


class OrderExplanationResponse(BaseModel):
    order_id: UUID
    symbol: str
    status: OrderStatus
    standing: str
    """What the order waits for, or what ended it."""
    sizing: SizingResponse | None
    """How an amount of money became a number of shares; null until it did, and for orders for a number of shares."""
    executions: list[ExplainedExecutionResponse]

    @classmethod
    def from_domain(cls, it: OrderExplanation) -> "OrderExplanationResponse":
        return cls(
            order_id=it.order.id,
            symbol=it.order.ticket.symbol.value,
            status=it.order.status,
            standing=it.standing,
            sizing=SizingResponse.from_domain(it),
            executions=[ExplainedExecutionResponse.from_domain(execution) for execution in it.executions],
        )


def _price(price: Price) -> str:
    return decimal_text(price.amount)
