"""Pausing replays, letting them run, and how fast."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from guilder.core.caller import Caller
from guilder.core.unit_of_work import CoreUnitOfWork
from guilder.market_data.application.clock_reader import ClockReader, ClockReading
from guilder.market_data.application.market_access import require_hand_on
from guilder.market_data.application.market_helm import MarketHelm
from guilder.market_data.application.ports import MarketBoard, MarketRepository
from guilder.market_data.application.replay_pace import ReplayPace
from guilder.market_data.domain.market import Market
from guilder.published.audit import AuditLogger
from guilder.shared.ids import MarketId


class ReplayService:
    """Whether a replay's time goes on by itself. For its owner and for admins.

    All methods raise `NotSignedInError`, `MarketNotFoundError`, `NotAllowedError`, `NotAReplayError` and
    `MarketEndedError`.
    """

    def __init__(
        self,
        caller: Caller,
        board: MarketBoard,
        markets: MarketRepository,
        reader: ClockReader,
        helm: MarketHelm,
        pace: ReplayPace,
        audit: AuditLogger,
        work: CoreUnitOfWork,
    ) -> None:
        self._caller = caller
        self._board = board
        self._markets = markets
        self._reader = reader
        self._helm = helm
        self._pace = pace
        self._audit = audit
        self._work = work

    async def pause(self, market: MarketId) -> ClockReading:
        """Let its time stand still: when this returns, it does."""
        reading = await self._change(market, "market_paused", Market.pause)
        self._pace.stop(market)
        return reading

    async def resume(self, market: MarketId) -> ClockReading:
        """Let its time go on by itself, at its speed."""
        reading = await self._change(market, "market_resumed", Market.resume)
        self._pace.start(market)
        return reading

    async def set_speed(self, market: MarketId, speed: Decimal) -> ClockReading:
        """From now on so many seconds to one of ours. Raises `InvalidSpeedError` as well."""
        reading = await self._change(market, "market_speed_set", lambda changed: changed.set_speed(speed))
        self._pace.start(market)
        return reading

    async def _change(self, market: MarketId, action: str, change: Callable[[Market], None]) -> ClockReading:
        require_hand_on(market, self._caller, self._board)
        async with self._helm.of(market), self._work:
            changed = await self._markets.get(market)
            change(changed)
            self._board.save(changed)
            details = {"market": market, "speed": format(changed.speed, "f")}
            await self._audit.log_action(changed.terms.owner, action, details)
            return self._reader.at(market, changed.now, changed.standing)
