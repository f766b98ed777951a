"""backtrader: from the strategy's start, when all bars are loaded, to its stop is timed; its own indicators."""

from __future__ import annotations

import time
from datetime import datetime

import backtrader as bt

from benchmarks.replay_peers.made_up_prices import MadeUpBar, bars, days
from benchmarks.replay_peers.rule import CASH, FAST, SHARES, SLOW, report


class MadeUpFeed(bt.feed.DataBase):
    """Bars out of a list."""

    def __init__(self, walked: list[MadeUpBar]) -> None:
        super().__init__()
        self.rows = iter(zip(days(), walked, strict=True))

    def _load(self) -> bool:
        row = next(self.rows, None)
        if row is None:
            return False
        day, one = row
        self.lines.datetime[0] = bt.date2num(datetime.combine(day, datetime.min.time()))
        self.lines.open[0], self.lines.high[0], self.lines.low[0], self.lines.close[0] = (
            cents / 100 for cents in one[:4]
        )
        self.lines.volume[0] = one.volume
        self.lines.openinterest[0] = 0
        return True


class Crossover(bt.Strategy):
    """Both means of every symbol by the engine's own indicators."""

    def __init__(self) -> None:
        self.means = [
            (data, bt.ind.SMA(data.close, period=FAST), bt.ind.SMA(data.close, period=SLOW)) for data in self.datas
        ]
        self.holds: set[object] = set()
        self.filled = 0
        self.started = self.seconds = 0.0

    def start(self) -> None:
        self.started = time.perf_counter()

    def next(self) -> None:
        for data, fast, slow in self.means:
            if fast[0] > slow[0] and data not in self.holds:
                self.holds.add(data)
                self.buy(data=data, size=SHARES)
            elif fast[0] < slow[0] and data in self.holds:
                self.holds.remove(data)
                self.sell(data=data, size=SHARES)

    def notify_order(self, order: bt.Order) -> None:
        self.filled += order.status == order.Completed

    def stop(self) -> None:
        self.seconds = time.perf_counter() - self.started


def main() -> None:
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.broker.setcash(CASH)
    for name, walked in bars().items():
        cerebro.adddata(MadeUpFeed(walked), name=name)
    cerebro.addstrategy(Crossover)
    (strategy,) = cerebro.run()
    report(bars=sum(map(len, bars().values())), orders=strategy.filled, seconds=strategy.seconds)


if __name__ == "__main__":
    main()
