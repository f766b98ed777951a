"""Opening markets beside `main`, finding them, and ending them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Final

from guilder.core.caller import Caller
from guilder.core.clock import Clock
from guilder.core.ids import IdSource
from guilder.core.pages import Page, PageRequest
from guilder.core.unit_of_work import CoreUnitOfWork
from guilder.market_data.application.market_access import require_hand_on
from guilder.market_data.application.market_helm import MarketHelm
from guilder.market_data.application.market_tapes import NoPriceProviderError
from guilder.market_data.application.ports import MarketBoard, MarketRepository, PriceHistory
from guilder.market_data.domain.market import REAL_TIME, Market, MarketState, MarketTerms, Standing
from guilder.market_data.domain.market_name import parse_market_id
from guilder.published.audit import AuditLogger
from guilder.published.market_data import MarketClock, MarketMode
from guilder.published.trading import MarketDriver
from guilder.shared.errors import FieldProblem, RefusedError, ValidationError
from guilder.shared.ids import MarketId, UserId

MOST_MARKETS: Final = 20
LARGEST_SEED: Final = 2**63 - 1
_MARKETS: Final = "markets"


class MarketTakenError(RefusedError):
    """There is, or was, a market of that name; take another one."""

    code = "market_taken"


class TooManyMarketsError(RefusedError):
    """You have 20 markets open; end one that you need no more."""

    code = "too_many_markets"


class HouseMarketError(RefusedError):
    """This market is the house's own, and is never ended."""

    code = "house_market"


@dataclass(frozen=True, slots=True)
class NewMarket:
    """A market to open. `id` None: a name is made for it. `start` None: the open of the first session of the data."""

    mode: MarketMode
    id: str | None = None
    start: datetime | None = None
    seed: int = 0
    speed: Decimal | None = None


@dataclass(frozen=True, slots=True)
class MarketView:
    """A market as somebody sees it; `is_own` when he opened it."""

    terms: MarketTerms
    standing: Standing
    now: datetime
    is_own: bool

    @property
    def anchor(self) -> date | None:
        """The day that a sandbox began; other markets have none."""
        return self.terms.anchor if self.terms.mode is MarketMode.SANDBOX else None


class MarketDirectory:
    """The markets of the house. Everybody who is signed in sees all of them and may trade in them."""

    def __init__(
        self,
        caller: Caller,
        board: MarketBoard,
        markets: MarketRepository,
        history: PriceHistory,
        market_clock: MarketClock,
        clock: Clock,
        ids: IdSource,
        helm: MarketHelm,
        driver: MarketDriver,
        audit: AuditLogger,
        work: CoreUnitOfWork,
    ) -> None:
        self._caller = caller
        self._board = board
        self._markets = markets
        self._history = history
        self._market_clock = market_clock
        self._clock = clock
        self._ids = ids
        self._helm = helm
        self._driver = driver
        self._audit = audit
        self._work = work

    async def open_market(self, wanted: NewMarket) -> MarketView:
        """Open a market of one's own; a replay begins paused.

        Raises:
            NotSignedInError: as it says.
            InvalidMarketIdError, InvalidSpeedError, ValidationError: there is no such market.
            NoPriceProviderError: a live one has no prices.
            MarketTakenError, TooManyMarketsError: as they say.
        """
        owner = self._caller.require_user()
        market = self._planned(wanted, owner)
        async with self._work:
            self._check_room(market)
            self._board.save(market)
            details = {"market": market.id, "mode": wanted.mode.value, "now": market.now.isoformat()}
            await self._audit.log_action(owner, "market_opened", details)
        return MarketView(market.terms, market.standing, market.now, is_own=True)

    async def get_market(self, market: MarketId) -> MarketView:
        """One of them. Raises `NotSignedInError`, `MarketNotFoundError`."""
        self._caller.require_user()
        return self._view(self._board.terms(market))

    async def list_markets(self, page: PageRequest, *, only_own: bool = False) -> Page[MarketView]:
        """All of them, or one's own, by id. Raises `NotSignedInError`, `InvalidCursorError`."""
        self._caller.require_user()
        marks = page.after(_MARKETS, str)
        seen = "" if marks is None else str(marks[0])
        wanted = (
            terms
            for terms in self._by_id()
            if terms.id > seen and (not only_own or terms.owner == self._caller.user_id)
        )
        found = [self._view(terms) for terms in islice(wanted, page.limit + 1)]
        return Page.cut(found, page.limit, _MARKETS, lambda view: (view.terms.id,))

    async def end_market(self, market: MarketId) -> MarketView:
        """Let a market's time stand still for ever. What was traded in it stays; its owner may open another.

        Raises:
            NotSignedInError, MarketNotFoundError, NotAllowedError: as they say.
            HouseMarketError, MarketEndedError: it is not ended, or not again.
        """
        terms = require_hand_on(market, self._caller, self._board)
        if terms.owner is None:
            raise HouseMarketError
        async with self._helm.of(market):
            if self._board.standing(market).state is not MarketState.ENDED:
                await self._driver.advance(market, self._market_clock.now(market))
            async with self._work:
                ending = await self._markets.get(market)
                ending.end()
                self._board.save(ending)
                await self._audit.log_action(terms.owner, "market_ended", {"market": market})
        return MarketView(terms, ending.standing, ending.now, self._caller.user_id == terms.owner)

    def _planned(self, wanted: NewMarket, owner: UserId) -> Market:
        if wanted.mode is MarketMode.LIVE:
            raise NoPriceProviderError
        id = parse_market_id(str(self._ids.new()) if wanted.id is None else wanted.id)
        problems = list(self._problems(wanted))
        if problems:
            raise ValidationError(*problems)
        today = self._clock.now()
        terms = MarketTerms(id, wanted.mode, wanted.seed, today.date(), owner)
        begins = today
        if wanted.mode is MarketMode.REPLAY:
            begins = self._history.calendar.begins_at if wanted.start is None else wanted.start
        return Market.opened(terms, at=begins, speed=REAL_TIME if wanted.speed is None else wanted.speed)

    def _problems(self, wanted: NewMarket) -> Iterable[FieldProblem]:
        calendar = self._history.calendar
        if not 0 <= wanted.seed <= LARGEST_SEED:
            yield FieldProblem("seed", "a whole number from 0 to 2^63 - 1")
        if wanted.mode is MarketMode.SANDBOX:
            for name, value in (("start", wanted.start), ("speed", wanted.speed)):
                if value is not None:
                    yield FieldProblem(name, "only a replay has one; a sandbox follows the clock on the wall")
        elif wanted.start is not None and not calendar.reaches(wanted.start):
            yield FieldProblem("start", calendar.reach)

    def _check_room(self, market: Market) -> None:
        taken = self._board.all_terms()
        if any(terms.id == market.id for terms in taken):
            raise MarketTakenError
        own = [terms for terms in taken if terms.owner == market.terms.owner]
        if sum(self._board.standing(terms.id).state is not MarketState.ENDED for terms in own) >= MOST_MARKETS:
            raise TooManyMarketsError

    def _by_id(self) -> list[MarketTerms]:
        return sorted(self._board.all_terms(), key=lambda terms: terms.id)

    def _view(self, terms: MarketTerms) -> MarketView:
        is_own = terms.owner is not None and terms.owner == self._caller.user_id
        return MarketView(terms, self._board.standing(terms.id), self._market_clock.now(terms.id), is_own)
