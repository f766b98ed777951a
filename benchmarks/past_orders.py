"""Does an order cost more when a million others have been before it?

Two servers (`guilder serve` as it ships) stand side by side: one on empty books, one on books of 10,000 portfolios in
which 1,000,000 orders were placed and filled (`large_books`: the first portfolio's by the code that books every order,
the others' are its rows under ids of their own; each leaves one more order open). The same load of market orders as in
`orders_http.py`, each under a key of its own, goes to one and to the other in interleaved rounds. What an order costs
is the time of the processor that the server needed for it, the relay's work included, and on PostgreSQL that of its
processes as well. In full books it may be at most `MOST_TIMES` times as much as in empty ones: the median of the ratios
within each round. `guilder verify` has to accept the full books beforehand.

    python benchmarks/past_orders.py --database both --orders 1000000 --json
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parent.parent))  # where tests/postgres.py is

from benchmarks.large_books.filling import fill
from benchmarks.order_rate.serving import Server, people_in, served, settings_for
from guilder.bootstrap.house import House
from guilder.bootstrap.schema import Schema
from guilder.bootstrap.verify import verify
from guilder.core.database import Database
from guilder.core.settings import Settings
from tests.postgres import Keeper, PostgresServer, knock

MOST_TIMES: Final = 1.2
PORTFOLIOS: Final = 10_000
PEOPLE: Final = 4
PORTFOLIOS_EACH: Final = 32


@dataclass
class Result:
    """Microseconds of the processor for an order, and orders a second, round by round."""

    database: str
    cost_us: dict[str, list[float]] = field(default_factory=lambda: {"empty": [], "full": []})
    rates: dict[str, list[float]] = field(default_factory=lambda: {"empty": [], "full": []})

    @property
    def times(self) -> float:
        """How much more an order costs in full books."""
        pairs = zip(self.cost_us["full"], self.cost_us["empty"], strict=True)
        return median(full / empty for full, empty in pairs)


def main() -> int:
    """0 when the limit holds on every database, 1 when not."""
    asked = _arguments()
    results = []
    if asked.database in {"sqlite", "both"}:
        with TemporaryDirectory() as folder:
            results.append(_measured("sqlite", Path(folder), lambda: None, lambda _: None, lambda: 0.0, asked))
    if asked.database in {"postgresql", "both"}:
        with _postgres() as server, TemporaryDirectory() as folder:

            def a_database() -> str:
                return server.url(server.create_database())

            def look_after(url: str) -> None:
                """As a server of one's own does by itself after a while; that of the tests is told not to."""
                server.execute("VACUUM ANALYZE", url.rpartition("/")[2])
                server.execute("CHECKPOINT")

            seconds = partial(_seconds_of, server)
            results.append(_measured("postgresql", Path(folder), a_database, look_after, seconds, asked))
    if asked.json:
        print(json.dumps([vars(result) | {"times": result.times} for result in results]))
    else:
        for result in results:
            _print(result)
    return 1 if any(result.times > MOST_TIMES for result in results) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--orders", type=int, default=1_000_000, help="that have been before")
    parser.add_argument("--seconds", type=float, default=5, help="of each load")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _measured(
    database: str,
    folder: Path,
    a_database: Callable[[], str | None],
    look_after: Callable[[str], None],
    database_seconds: Callable[[], float],
    asked: argparse.Namespace,
) -> Result:
    """`database_seconds` is the processor's time that the database's own processes have used so far."""
    result = Result(database)
    with ExitStack() as servers:
        sides: dict[str, tuple[Server, list[dict[str, Any]]]] = {}
        for name in result.cost_us:
            (folder / name).mkdir()
            settings = settings_for(folder / name, a_database())
            Schema(settings.database_url.get_secret_value()).upgrade()
            if name == "full":
                asyncio.run(_fill(settings, asked.orders))
                look_after(settings.database_url.get_secret_value())
            people = people_in(settings, PEOPLE, PORTFOLIOS_EACH)
            sides[name] = (servers.enter_context(served(settings)), people)
        for server, people in sides.values():  # so that all portfolios are in memory
            server.load(people, connections=asked.connections, seconds=60, orders=2 * PEOPLE * PORTFOLIOS_EACH)
            server.seconds_to_clear()
        for _ in range(asked.rounds):
            for name, (server, people) in sides.items():
                before = database_seconds()
                outcome = server.load(people, connections=asked.connections, seconds=asked.seconds)
                refused = {status for status in outcome["statuses"] if not status.startswith("2")}
                if refused:
                    raise RuntimeError(f"Some requests were refused: {refused}")
                theirs = (database_seconds() - before) / outcome["accepted"] * 1e6
                result.cost_us[name].append(round(outcome["cpu_us"] + theirs))
                result.rates[name].append(round(outcome["rate"], 1))
                server.seconds_to_clear()
    return result


async def _fill(settings: Settings, orders: int) -> None:
    """Past orders, of which nobody waits to hear any more."""
    async with House(settings, core=False) as guest:
        database = guest.container.get(Database)
        await fill(database, orders, min(PORTFOLIOS, orders))
        wrong = [finding for finding in await verify(guest) if not finding.ok]
    assert not wrong, wrong


@contextmanager
def _postgres() -> Iterator[PostgresServer]:
    keeper = Keeper(durable=True)
    try:
        yield knock(keeper.folder)
    finally:
        keeper.close()


def _seconds_of(server: PostgresServer) -> float:
    """The time of the processor that all processes of PostgreSQL have used, those that have ended included."""
    postmaster = Path(server.folder, "cluster", "data", "postmaster.pid").read_text().split(maxsplit=1)[0]
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, rest = stat.parent.name, stat.read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if pid == postmaster:
            ticks += sum(int(rest[place]) for place in (11, 12, 13, 14))
        elif rest[1] == postmaster:
            ticks += int(rest[11]) + int(rest[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _print(result: Result) -> None:
    print(f"{result.database}: an order costs {result.times:.2f} times as much in full books (at most {MOST_TIMES})")
    for name, costs in result.cost_us.items():
        rates = " ".join(f"{rate:.0f}" for rate in result.rates[name])
        print(f"    {name:6}{median(costs):>8,.0f} us an order    orders a second: {rates}")
    if result.times > MOST_TIMES:
        print(f"    MISSED: {result.times:.2f} times")


if __name__ == "__main__":
    sys.exit(main())
