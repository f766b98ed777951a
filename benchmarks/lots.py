"""How fast are trades booked, first in, first out, and does it stay so as the log of trades grows?

A made-up log of 10,000, 100,000 and 1,000,000 trades of 5 symbols, as many buys as sells, is booked by
`Portfolio.book`, which books every execution of an order: guards, lots, realized gain, a balanced transaction. Nothing
is stored. What a trade costs must not grow with the log, though more lots are open the longer it is.

beancount books the log of 100,000 in the same run, in a process of its own; only its booking is timed
(`lot_log/beancount_side.py` says how). The open lots and the gain of each sale must be the same in both. In interleaved
rounds, medians; all times are of the processor, so that a busy machine disturbs less. beancount (the `benchmark` extra)
is optional: left out where it is not installed.

    python benchmarks/lots.py --rounds 3 --json
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any, Final

SIZES: Final = (10_000, 100_000, 1_000_000)
COMPARED: Final = 100_000
MOST_GROWTH: Final = 1.3
"""Of the cost of a trade, from the shortest log to the longest."""
LEAST_RATE: Final = 20_000
"""Trades a second, in the longest log."""
LEAST_TIMES_BEANCOUNT: Final = 5.0
_ROOT: Final = Path(__file__).parents[1]


def main() -> int:
    """0 when every limit holds, 1 when not."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    calls = {f"guilder {size}": ("guilder_side", size) for size in SIZES}
    if importlib.util.find_spec("beancount") is not None:
        calls[f"beancount {COMPARED}"] = ("beancount_side", COMPARED)
    else:
        print("left out: beancount, which is not installed", file=sys.stderr)

    told: dict[str, list[dict[str, Any]]] = {name: [] for name in calls}
    for _ in range(chosen.rounds):
        for name, (module, trades) in calls.items():
            told[name].append(ask(module, trades))
            print(f"{name}: {told[name][-1]['seconds']:.2f} s", file=sys.stderr)
    microseconds = {
        name: median(run["seconds"] for run in runs) / calls[name][1] * 1_000_000 for name, runs in told.items()
    }
    lots = {name: sum(map(len, runs[0]["lots"].values())) for name, runs in told.items()}
    ratios = _ratios(told)
    missed = [*shortfalls(microseconds, ratios), *_differences(told)]
    if chosen.json:
        print(json.dumps({"microseconds": microseconds, "open_lots": lots, "ratios": ratios, "missed": missed}))
    else:
        _print(microseconds, lots, ratios, missed)
    return 1 if missed else 0


def ask(module: str, trades: int) -> dict[str, Any]:
    """Run a module of `lot_log` in a process of its own; what it printed."""
    command = [sys.executable, "-m", f"benchmarks.lot_log.{module}", str(trades)]
    done = subprocess.run(command, cwd=_ROOT, check=True, stdout=subprocess.PIPE)
    return dict(json.loads(done.stdout))


def shortfalls(microseconds: dict[str, float], ratios: dict[str, float]) -> list[str]:
    """Which limits are missed."""
    rate = 1_000_000 / microseconds[f"guilder {SIZES[-1]}"]
    missed = [] if rate >= LEAST_RATE else [f"{rate:,.0f} trades a second (at least {LEAST_RATE:,})"]
    if ratios["growth"] > MOST_GROWTH:
        missed.append(f"a trade of the longest log costs {ratios['growth']:.2f} times (at most {MOST_GROWTH})")
    times = ratios.get("times beancount")
    if times is not None and times < LEAST_TIMES_BEANCOUNT:
        missed.append(f"{times:.2f} times the rate of beancount (at least {LEAST_TIMES_BEANCOUNT})")
    return missed


def _ratios(told: dict[str, list[dict[str, Any]]]) -> dict[str, float]:
    """The medians of the ratios within each round."""

    def ratio(one: str, other: str) -> float:
        pairs = zip(told[one], told[other], strict=True)
        return median(mine["seconds"] / theirs["seconds"] for mine, theirs in pairs)

    growth = ratio(f"guilder {SIZES[-1]}", f"guilder {SIZES[0]}") * SIZES[0] / SIZES[-1]
    beancount = f"beancount {COMPARED}"
    return {"growth": growth} | (
        {"times beancount": ratio(beancount, f"guilder {COMPARED}")} if beancount in told else {}
    )


def _differences(told: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Where both came to other lots or gains."""
    if f"beancount {COMPARED}" not in told:
        return []
    mine, theirs = told[f"guilder {COMPARED}"][0], told[f"beancount {COMPARED}"][0]
    return [f"beancount has other {what}" for what in ("lots", "gains") if mine[what] != theirs[what]]


def _print(microseconds: dict[str, float], lots: dict[str, int], ratios: dict[str, float], missed: list[str]) -> None:
    print(f"{'':20}{'us a trade':>12}{'trades/s':>12}{'open lots':>12}")
    for name, cost in microseconds.items():
        print(f"{name:20}{cost:>12.1f}{1_000_000 / cost:>12,.0f}{lots[name]:>12,}")
    print(f"a trade of the longest log costs {ratios['growth']:.2f} times one of the shortest (at most {MOST_GROWTH})")
    if "times beancount" in ratios:
        print(f"{ratios['times beancount']:.1f} times the rate of beancount (at least {LEAST_TIMES_BEANCOUNT:.0f})")
    print("\n".join(f"MISSED {it}" for it in missed) or "all reached")


if __name__ == "__main__":
    sys.exit(main())
