"""nautilus_trader: `BacktestEngine.run` is timed, with logging off and all bars in memory."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from decimal import Decimal

from nautilus_trader.backtest.engine import BacktestEngine
from nautilus_trader.config import BacktestEngineConfig, LoggingConfig
from nautilus_trader.indicators import SimpleMovingAverage
from nautilus_trader.model.currencies import USD
from nautilus_trader.model.data import Bar, BarType
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, Symbol, Venue
from nautilus_trader.model.instruments import Equity
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.trading.strategy import Strategy

from benchmarks.replay_peers.made_up_prices import MadeUpBar, bars, days
from benchmarks.replay_peers.rule import CASH, FAST, SHARES, SLOW, report

VENUE = Venue("SIM")


class Crossover(Strategy):
    """Both means of every symbol by the engine's own indicators."""

    def __init__(self, bar_types: list[BarType]) -> None:
        super().__init__()
        self.bar_types = bar_types
        self.fast = {kind: SimpleMovingAverage(FAST) for kind in bar_types}
        self.slow = {kind: SimpleMovingAverage(SLOW) for kind in bar_types}
        self.holds: set[BarType] = set()
        self.seen = 0

    def on_start(self) -> None:
        for kind in self.bar_types:
            self.register_indicator_for_bars(kind, self.fast[kind])
            self.register_indicator_for_bars(kind, self.slow[kind])
            self.subscribe_bars(kind)

    def on_bar(self, bar: Bar) -> None:
        self.seen += 1
        kind = bar.bar_type
        if not self.slow[kind].initialized:
            return
        is_above = self.fast[kind].value > self.slow[kind].value
        if is_above and kind not in self.holds:
            self.holds.add(kind)
            self.trade(kind, OrderSide.BUY)
        elif self.fast[kind].value < self.slow[kind].value and kind in self.holds:
            self.holds.remove(kind)
            self.trade(kind, OrderSide.SELL)

    def trade(self, kind: BarType, side: OrderSide) -> None:
        order = self.order_factory.market(kind.instrument_id, side, Quantity.from_int(SHARES))
        self.submit_order(order)


def main() -> None:
    engine = BacktestEngine(BacktestEngineConfig(logging=LoggingConfig(bypass_logging=True)))
    engine.add_venue(VENUE, OmsType.NETTING, AccountType.CASH, [Money(CASH, USD)], base_currency=USD)
    kinds = []
    for name, walked in bars().items():
        share = Equity(
            instrument_id=InstrumentId(Symbol(name), VENUE),
            raw_symbol=Symbol(name),
            currency=USD,
            price_precision=2,
            price_increment=Price.from_str("0.01"),
            lot_size=Quantity.from_int(1),
            ts_event=0,
            ts_init=0,
            maker_fee=Decimal(0),
            taker_fee=Decimal(0),
        )
        kind = BarType.from_str(f"{share.id}-1-DAY-LAST-EXTERNAL")
        kinds.append(kind)
        engine.add_instrument(share)
        engine.add_data([as_bar(kind, at, one) for at, one in zip(days(), walked, strict=True)])
    strategy = Crossover(kinds)
    engine.add_strategy(strategy)

    started = time.perf_counter()
    engine.run()
    seconds = time.perf_counter() - started

    report(bars=strategy.seen, orders=len(engine.cache.orders_closed()), seconds=seconds)


def as_bar(kind: BarType, day: object, one: MadeUpBar) -> Bar:
    at = int(datetime.combine(day, datetime.min.time(), UTC).timestamp()) * 1_000_000_000
    at += 21 * 3_600 * 1_000_000_000
    opened, high, low, close = (Price.from_str(f"{cents // 100}.{cents % 100:02}") for cents in one[:4])
    return Bar(kind, opened, high, low, close, Quantity.from_int(one.volume), at, at)


if __name__ == "__main__":
    main()
