"""How many durable market orders a second does one server take over HTTP, beside its database's own pace?

A server process (`guilder serve`, with relay, audit trail, idempotency and API keys, as it ships) and, on the same
machine, a load from another process: connections that each buy a share and sell it again, in one portfolio after the
other, every order under a key of its own. In interleaved rounds of one run, medians:

    orders      one order a request, many portfolios
    batch       the same orders, 100 a request, to /v1/orders/batch
    alone       one order a request, 32 connections, all in one portfolio
    plain       the first again, where every order is a transaction of its own (PlainCommit, the same SQL)
    database    the database without Guilder, committing the rows of an order in a transaction each: on PostgreSQL
                pgbench, as many clients, in seven round trips; on SQLite Python's own driver, one after the other

The rows of an order are counted in the database first. What Guilder writes beyond them (the relay's marks, the
messages that subscribers write) the database's own side is spared. Afterwards: how long the relay takes to tell
everybody, whether each acknowledged order is there, and the latencies at half the rate.

    python benchmarks/orders_http.py --database both --seconds 5 --json
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parent.parent))  # where tests/postgres.py is

from benchmarks.order_rate import pgbench
from benchmarks.order_rate.rows import Order, rows_of_an_order, standing
from benchmarks.order_rate.serving import Server, people_in, served, settings_for
from guilder.core.settings import Settings
from tests.postgres import Keeper, PostgresServer, knock

PEOPLE: Final = 4
PORTFOLIOS_EACH: Final = 32
COUNTED: Final = PEOPLE * PORTFOLIOS_EACH
ALONE: Final = 32
BATCH: Final = 100

LIMITS: Final = {
    "sqlite": {"orders / database": 0.6, "batch / orders": 1.5, "alone / orders": 0.5},
    "postgresql": {
        "orders / database": 0.4,
        "orders / plain": 2.0,
        "batch / orders": 1.5,
        "alone / orders": 0.5,
    },
}
"""At least so much; see also the two at most's below."""
MOST_SECONDS_TO_CLEAR: Final = 10
MOST_P99_TO_MEDIAN: Final = 5


@dataclass
class Result:
    """What one database came to."""

    database: str
    rows_an_order: dict[str, int]
    rates: dict[str, list[float]] = field(default_factory=dict)
    cpu_us: dict[str, list[int]] = field(default_factory=dict)
    """Microseconds of the processor that the server needed for an order, the relay's work included."""
    accepted: int = 0
    found: int = 0
    seconds_to_clear: list[float] = field(default_factory=list)
    half_load: dict[str, float] = field(default_factory=dict)

    def ratios(self) -> dict[str, float]:
        """The medians of the ratios within each round."""
        rates = self.rates
        pairs = [("orders", "database"), ("orders", "plain"), ("batch", "orders"), ("alone", "orders")]
        return {
            f"{one} / {other}": round(median(a / b for a, b in zip(rates[one], rates[other], strict=True)), 2)
            for one, other in pairs
            if rates.get(one) and rates.get(other)
        }

    def failures(self) -> list[str]:
        """Which limits it misses."""
        ratios = self.ratios()
        missed = [
            f"{name} is {ratios[name]}, not {least}"
            for name, least in LIMITS[self.database].items()
            if name in ratios and ratios[name] < least
        ]
        if self.found != self.accepted:
            missed.append(f"{self.accepted} orders were acknowledged, {self.found} are in the books")
        if max(self.seconds_to_clear) > MOST_SECONDS_TO_CLEAR:
            missed.append(f"the relay needed {max(self.seconds_to_clear):.1f} s to tell everybody")
        if self.half_load["p99"] > MOST_P99_TO_MEDIAN * self.half_load["median"]:
            missed.append(f"p99 {self.half_load['p99']} ms, median {self.half_load['median']} ms at half the rate")
        return missed


def main() -> int:
    """0 when every limit holds, 1 when not."""
    asked = _arguments()
    results = []
    if asked.database in {"sqlite", "both"}:
        with TemporaryDirectory() as folder:
            results.append(_on_sqlite(Path(folder), asked))
    if asked.database in {"postgresql", "both"}:
        with _postgres() as server, TemporaryDirectory() as folder:
            results.append(_on_postgres(server, Path(folder), asked))
    if asked.json:
        print(json.dumps([vars(result) | {"ratios": result.ratios()} for result in results]))
    else:
        for result in results:
            _print(result)
    return 1 if any(result.failures() for result in results) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--seconds", type=float, default=5, help="of each load")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--orders", type=int, default=20_000, help="at most so many in each load")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _on_sqlite(folder: Path, asked: argparse.Namespace) -> Result:
    def books(name: str) -> Settings:
        (folder / name).mkdir()
        return settings_for(folder / name, None)

    def alone(settings: Settings, order: Order) -> Callable[[], float]:
        told = {
            "file": settings.data_dir / "guilder.db",
            "order": {table.name: rows for table, rows in order.rows.items()},
            "portfolio": dict(order.portfolio),
            "seconds": asked.seconds,
        }

        def run() -> float:
            command = [sys.executable, str(Path(__file__).parent / "order_rate" / "sqlite_alone.py")]
            done = subprocess.run(command, input=pickle.dumps(told), stdout=subprocess.PIPE, check=True)
            return float(json.loads(done.stdout))

        return run

    return _measured("sqlite", books, alone, asked)


def _on_postgres(server: PostgresServer, folder: Path, asked: argparse.Namespace) -> Result:
    def books(name: str) -> Settings:
        (folder / name).mkdir()
        return settings_for(folder / name, server.url(server.create_database()))

    def alone(settings: Settings, order: Order) -> Callable[[], float]:
        url = settings.database_url.get_secret_value()
        name = url.rsplit("/", 1)[1]
        server.execute("CREATE SEQUENCE benchmark_notes START 1000000", name)
        ids = server.execute("SELECT id FROM financial_portfolios ORDER BY id", name).split()
        script = folder / "order.sql"
        script.write_text(pgbench.script_of(order, asked.connections, ids))
        program = Path(server.psql).with_name("pgbench")
        return lambda: pgbench.run(program, url, script, clients=asked.connections, seconds=asked.seconds)

    return _measured("postgresql", books, alone, asked)


def _measured(
    database: str,
    books: Callable[[str], Settings],
    alone: Callable[[Settings, Order], Callable[[], float]],
    asked: argparse.Namespace,
) -> Result:
    settings, plain, own = books("guilder"), books("plain"), books("alone")
    people, people_of_plain = (people_in(each, PEOPLE, PORTFOLIOS_EACH) for each in (settings, plain))
    people_in(own, PEOPLE, PORTFOLIOS_EACH)
    terms = {"connections": asked.connections, "seconds": asked.seconds, "orders": asked.orders}
    with served(settings) as server, served(plain, plain=True) as plain_server:
        order = _counted(settings, server, people, asked.connections)
        plain_server.load(people_of_plain, connections=asked.connections, seconds=60, orders=COUNTED, sides=["buy"])
        result = Result(database, {table.name: len(rows) for table, rows in order.rows.items()})
        before = standing(settings)["trading_orders"]
        database_alone = alone(own, order)
        one = [{**people[0], "portfolios": people[0]["portfolios"][:1]}]
        loads: dict[str, Callable[[], float]] = {
            "orders": lambda: _load(result, "orders", server, people, **terms),
            "database": database_alone,
            "plain": lambda: float(plain_server.load(people_of_plain, **terms)["rate"]),
            "batch": lambda: _load(result, "batch", server, people, **{**terms, "batch": BATCH}),
            "alone": lambda: _load(result, "alone", server, one, **{**terms, "connections": ALONE}),
        }
        for _ in range(asked.rounds):
            for name, load in loads.items():
                result.rates.setdefault(name, []).append(round(load(), 1))
                seconds = server.seconds_to_clear()
                if name == "orders":
                    result.seconds_to_clear.append(round(seconds, 1))
                plain_server.seconds_to_clear()
        half = median(result.rates["orders"]) / 2
        outcome = server.load(people, **terms, rate=half)
        result.accepted += outcome["accepted"]
        result.half_load = {"rate": round(half, 1), "median": outcome["median"], "p99": outcome["p99"]}
        server.seconds_to_clear()
    result.found = standing(settings)["trading_orders"] - before
    return result


def _counted(settings: Settings, server: Server, people: list[dict[str, Any]], connections: int) -> Order:
    """The rows of an order, from a first load of buys: one in each portfolio, so that all are in memory then."""
    before = standing(settings)
    first = server.load(people, connections=connections, seconds=60, orders=COUNTED, sides=["buy"])
    return rows_of_an_order(settings, before, first["accepted"])


def _load(result: Result, name: str, server: Server, people: list[dict[str, Any]], **terms: Any) -> float:
    outcome = server.load(people, **terms)
    refused = {status: number for status, number in outcome["statuses"].items() if not status.startswith("2")}
    if refused:
        raise RuntimeError(f"Some requests were refused: {refused}")
    result.accepted += outcome["accepted"]
    result.cpu_us.setdefault(name, []).append(outcome["cpu_us"])
    return float(outcome["rate"])


@contextmanager
def _postgres() -> Iterator[PostgresServer]:
    keeper = Keeper(durable=True)
    try:
        yield knock(keeper.folder)
    finally:
        keeper.close()


def _print(result: Result) -> None:
    rows = sum(result.rows_an_order.values()) + 1
    print(f"{result.database}, {os.cpu_count()} cores; an order writes {rows} rows:")
    print("    " + ", ".join(f"{name} {number}" for name, number in result.rows_an_order.items()))
    print("    and its portfolio's row anew; orders a second, each round:")
    for name, rates in result.rates.items():
        cost = f"    {median(result.cpu_us[name]):.0f} µs of the server an order" if name in result.cpu_us else ""
        print(f"    {name:<10}{median(rates):>8.0f}    {' '.join(f'{rate:.0f}' for rate in rates)}{cost}")
    for name, ratio in result.ratios().items():
        print(f"    {name:<20} {ratio:>6.2f}    at least {LIMITS[result.database].get(name, '-')}")
    print(f"    acknowledged {result.accepted}, in the books {result.found}")
    print(f"    everybody told after {result.seconds_to_clear} s")
    half = result.half_load
    print(f"    at {half['rate']:.0f} a second: median {half['median']} ms, p99 {half['p99']} ms")
    for failure in result.failures():
        print(f"    MISSED: {failure}")


if __name__ == "__main__":
    sys.exit(main())
