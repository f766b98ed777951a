"""Markets as they travel in JSON."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, Field

from guilder.core.pages import Page
from guilder.core.wire import DecimalIn, InstantIn, InstantOut, RequestModel, decimal_text
from guilder.market_data.application.market_directory import LARGEST_SEED, MarketView, NewMarket
from guilder.market_data.domain.market import MarketState
from guilder.published.market_data import MarketMode


class OpenMarketRequest(RequestModel):
    """A market to open. `start` and `speed` are for replays."""

    mode: MarketMode
    id: Annotated[str, Field(max_length=100, examples=["class-of-2008"])] | None = None
    start: InstantIn | None = None
    seed: Annotated[int, Field(strict=True, ge=0, le=LARGEST_SEED)] = 0
    speed: DecimalIn | None = None

    def to_market(self) -> NewMarket:
        return NewMarket(self.mode, self.id, self.start, self.seed, self.speed)


class SpeedRequest(RequestModel):
    """How many seconds are to pass in a replay in one of ours."""

    speed: DecimalIn


class MarketResponse(BaseModel):
    """A market. `is_own`: the caller opened it, and may move it. `anchor`: the day that a sandbox began."""

    id: str
    mode: MarketMode
    state: MarketState
    now: InstantOut
    speed: str
    seed: int
    anchor: date | None
    is_own: bool

    @classmethod
    def from_view(cls, view: MarketView) -> Self:
        return cls(
            id=view.terms.id,
            mode=view.terms.mode,
            state=view.standing.state,
            now=view.now,
            speed=decimal_text(view.standing.speed),
            seed=view.terms.seed,
            anchor=view.anchor,
            is_own=view.is_own,
        )


class MarketPage(BaseModel):
    """Markets by id; `next` is the cursor of the following ones."""

    items: list[MarketResponse]
    next: str | None

    @classmethod
    def from_page(cls, page: Page[MarketView]) -> Self:
        return cls(items=[MarketResponse.from_view(view) for view in page.items], next=page.next)
