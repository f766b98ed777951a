"""How fast does a replay go through the whole domain, and what do engines take that have no books?

1. The daily SMA(20/50) crossover over 20 made-up symbols of 8,313 days (166,260 bars, about 3,650 orders), each engine
   in a process of its own, in interleaved rounds; figures are medians. Only the event loop of the backtest is timed: no
   import, no data being made or loaded, no statistics afterwards. Each engine says in its module where the clock starts
   and stops. Guilder commits durably to SQLite, and its last commit is within the time: in `guilder` the units of all
   sessions are not waited for one by one, in `guilder, session by session` each is durable before the next begins.
2. A session that touches 10 resting orders, with 100,000 others resting against 1,000.
3. A quote of the sandbox, and a day of its minute bars, each computed alone.

The peers (the `benchmark-replay` extra) are optional: who is not installed is left out. Of `guilder` at least
`LEAST_TIMES_NAUTILUS` times the rate of nautilus_trader is asked, in this run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any, Final

LEAST_TIMES_NAUTILUS: Final = 5.0
MOST_FOR_A_HUNDREDFOLD: Final = 2.0
MOST_MICROSECONDS: Final = {"quote": 50.0, "day_of_minutes": 20_000.0}

ENGINES: Final = {
    "guilder": ("guilder_side", "--commit", "run"),
    "guilder, session by session": ("guilder_side", "--commit", "session"),
    "nautilus_trader": ("nautilus_side",),
    "backtrader": ("backtrader_side",),
    "backtesting.py": ("backtesting_side",),
}
PEERS: Final = {"nautilus_side": "nautilus_trader", "backtrader_side": "backtrader", "backtesting_side": "backtesting"}
_ROOT: Final = Path(__file__).parents[1]


def ask(module: str, *arguments: str) -> Any:
    """Run a module of `replay_peers` in a process of its own; the JSON on its last line."""
    command = [sys.executable, "-m", f"benchmarks.replay_peers.{module}", *arguments]
    told = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True)
    return json.loads(told.stdout.strip().splitlines()[-1])


def is_there(module: str) -> bool:
    """Whether what that module needs is installed."""
    package = PEERS.get(module)
    if package is None:
        return True
    return subprocess.run([sys.executable, "-c", f"import {package}"], capture_output=True, check=False).returncode == 0


def replays(rounds: int) -> dict[str, dict[str, float]]:
    """By engine: bars, orders, and the median of the seconds."""
    engines = {name: call for name, call in ENGINES.items() if is_there(call[0])}
    for name in ENGINES.keys() - engines:
        print(f"left out: {name}, which is not installed", file=sys.stderr)
    told: dict[str, list[dict[str, float]]] = {name: [] for name in engines}
    for _ in range(rounds):
        for name, call in engines.items():
            told[name].append(ask(*call))
            print(f"{name}: {told[name][-1]}", file=sys.stderr)
    return {name: {**runs[0], "seconds": median(run["seconds"] for run in runs)} for name, runs in told.items()}


def shortfalls(found: dict[str, dict[str, float]], hundredfold: float | None, prices: dict[str, float]) -> list[str]:
    """What is not as it must be."""
    missed = []
    bars = {name: run["bars"] for name, run in found.items()}
    if len(set(bars.values())) > 1:
        missed.append(f"not everybody saw the same bars: {bars}")
    if "nautilus_trader" in found:
        times = found["nautilus_trader"]["seconds"] / found["guilder"]["seconds"]
        if times < LEAST_TIMES_NAUTILUS:
            missed.append(f"{times:.2f} times the rate of nautilus_trader (at least {LEAST_TIMES_NAUTILUS})")
    if hundredfold is not None and hundredfold > MOST_FOR_A_HUNDREDFOLD:
        missed.append(
            f"a hundredfold of resting orders costs {hundredfold:.2f} times (at most {MOST_FOR_A_HUNDREDFOLD})"
        )
    return missed + [
        f"{name}: {prices[name]:.0f} us (under {most:.0f})"
        for name, most in MOST_MICROSECONDS.items()
        if prices[name] >= most
    ]


def table(found: dict[str, dict[str, float]]) -> str:
    """Rates, and how they compare with nautilus_trader's where it is there, else with Guilder's."""
    basis = "nautilus_trader" if "nautilus_trader" in found else "guilder"
    lines = [f"{'':30}{'seconds':>9}{'bars/s':>11}{'orders/s':>10}{'orders':>8}  times {basis}"]
    for name, run in found.items():
        took = run["seconds"]
        rates = f"{took:9.2f}{run['bars'] / took:11,.0f}{run['orders'] / took:10,.0f}{run['orders']:8.0f}"
        lines.append(f"{name:30}{rates}  {found[basis]['seconds'] / took:.2f}")
    return "\n".join(lines)


def main() -> int:
    options = argparse.ArgumentParser(description="Time a replay through the whole domain, and its peers.")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--resting", type=int, default=100_000, help="how many orders rest; 0 leaves this part out")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()

    found = replays(chosen.rounds)
    prices = ask("sandbox_prices")
    resting = {
        count: ask("resting_orders", str(count))["seconds"]
        for count in (chosen.resting // 100, chosen.resting)
        if count
    }
    hundredfold = resting[chosen.resting] / resting[chosen.resting // 100] if resting else None
    missed = shortfalls(found, hundredfold, prices)
    if chosen.json:
        print(json.dumps({"replays": found, "resting_seconds": resting, "microseconds": prices, "missed": missed}))
    else:
        print(table(found))
        if hundredfold is not None:
            told = ", ".join(f"{seconds * 1000:.1f} ms with {count:,} resting" for count, seconds in resting.items())
            print(f"a session that touches 10 orders: {told}: {hundredfold:.2f} times (limit {MOST_FOR_A_HUNDREDFOLD})")
        print(f"a quote of the sandbox: {prices['quote']:.1f} us (limit 50)")
        print(f"a day of its minute bars: {prices['day_of_minutes'] / 1000:.1f} ms (limit 20)")
        print("\n".join(f"MISSED {it}" for it in missed) or "all reached")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
