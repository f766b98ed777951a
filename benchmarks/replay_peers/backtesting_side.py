"""backtesting.py: one run a symbol, since it knows one; from a strategy's `init` to its last `next` is timed."""

from __future__ import annotations

import time
import warnings

import pandas as pd
from backtesting import Backtest, Strategy

from benchmarks.replay_peers.made_up_prices import bars, days
from benchmarks.replay_peers.rule import CASH, FAST, SHARES, SLOW, report


def mean_of(closes: object, length: int) -> pd.Series:
    return pd.Series(closes).rolling(length).mean()


class Crossover(Strategy):
    """The means by pandas, as the engine's own examples have them."""

    seconds = 0.0
    placed = 0

    def init(self) -> None:
        self.started = time.perf_counter()
        self.fast = self.I(mean_of, self.data.Close, FAST)
        self.slow = self.I(mean_of, self.data.Close, SLOW)
        self.passed = 0.0

    def next(self) -> None:
        if self.fast[-1] > self.slow[-1] and not self.position:
            Crossover.placed += 1
            self.buy(size=SHARES)
        elif self.fast[-1] < self.slow[-1] and self.position:
            Crossover.placed += 1
            self.position.close()
        now = time.perf_counter()
        Crossover.seconds += now - self.started - self.passed
        self.passed = now - self.started


def main() -> None:
    warnings.simplefilter("ignore")
    for walked in bars().values():
        table = pd.DataFrame(
            {
                "Open": [one.open / 100 for one in walked],
                "High": [one.high / 100 for one in walked],
                "Low": [one.low / 100 for one in walked],
                "Close": [one.close / 100 for one in walked],
                "Volume": [one.volume for one in walked],
            },
            index=pd.DatetimeIndex(pd.to_datetime(days())),
        )
        Backtest(table, Crossover, cash=CASH, commission=0.0, finalize_trades=False).run()
    report(bars=sum(map(len, bars().values())), orders=Crossover.placed, seconds=Crossover.seconds)


if __name__ == "__main__":
    main()
