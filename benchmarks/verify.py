"""How long does it take to prove books of a million postings, to copy them, and to bring the copy back?

One portfolio's books are traded by the code that books every order (`Portfolio.book`, the repositories); those of a
thousand repeat its history, row by row under ids of their own, each note in the audit chain. An order has one
execution, a transaction with four postings or more, an audit note and three events.
They begin in SQLite, are copied into one file, and restored from it into PostgreSQL; each database is then proven as
`guilder verify` does it. Seconds of the wall, and of this process; a proof must stay under `LIMIT` seconds.

    python benchmarks/verify.py --postings 1000000 --json
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeVar

sys.path.insert(0, str(Path(__file__).parent.parent))  # where tests/postgres.py is

from benchmarks.large_books.filling import fill
from guilder.bootstrap.backup.backup import back_up
from guilder.bootstrap.backup.restore import restore
from guilder.bootstrap.house import House
from guilder.bootstrap.schema import Schema
from guilder.bootstrap.verify import verify
from guilder.core.clock import Clock
from guilder.core.database import Database
from guilder.core.settings import SecretUrl, Settings
from tests.postgres import Keeper, knock

LIMIT: Final = 10.0
"""Seconds for a million postings."""
PORTFOLIOS: Final = 1_000
POSTINGS_AN_ORDER: Final = 4

T = TypeVar("T")


@dataclass(frozen=True)
class Figure:
    """How long something took."""

    what: str
    rows: int
    wall_seconds: float
    process_seconds: float


def main() -> int:
    asked = _arguments()
    orders = asked.postings // POSTINGS_AN_ORDER
    figures: list[Figure] = []
    with TemporaryDirectory() as folder:
        books = Settings(data_dir=Path(folder), database_url=SecretUrl(f"sqlite:///{folder}/books.db"))
        copy = Path(folder, "books.backup")
        Schema(books.database_url.get_secret_value()).upgrade()
        figures.append(_timed("fill sqlite", lambda: asyncio.run(_fill(books, orders))))
        figures.append(_timed("backup sqlite", lambda: asyncio.run(_back_up(books, copy))))
        figures.append(_timed("verify sqlite", lambda: asyncio.run(_verify(books))))
        keeper = Keeper()
        try:
            server = knock(keeper.folder)
            there = server.url(server.create_database())
            moved = Settings(data_dir=Path(folder), database_url=SecretUrl(there))
            figures.append(_timed("restore postgresql", lambda: _restore(there, copy)))
            server.execute("VACUUM ANALYZE", there.rpartition("/")[2])  # as autovacuum does, which tests turn off
            figures.append(_timed("verify postgresql", lambda: asyncio.run(_verify(moved))))
            figures.append(_timed("backup postgresql", lambda: asyncio.run(_back_up(moved, Path(folder, "again")))))
        finally:
            keeper.close()
    is_quick = all(
        figure.wall_seconds <= LIMIT * max(1, figure.rows / 1_000_000)
        for figure in figures
        if figure.what.startswith("verify")
    )
    _tell(figures, is_quick=is_quick, as_json=asked.json)
    return 0 if is_quick else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postings", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _timed(what: str, work: Callable[[], int]) -> Figure:
    wall, process = time.perf_counter(), time.process_time()
    rows = work()
    figure = Figure(what, rows, time.perf_counter() - wall, time.process_time() - process)
    print(f"{what}: {figure.wall_seconds:.1f} s", file=sys.stderr)
    return figure


async def _fill(settings: Settings, orders: int) -> int:
    async with House(settings, core=False) as guest:
        await fill(guest.container.get(Database), orders, min(PORTFOLIOS, orders))
    return orders


async def _back_up(settings: Settings, file: Path) -> int:
    async with House(settings, core=False) as guest:
        database, clock = guest.container.get(Database), guest.container.get(Clock)
        return (await back_up(database, clock, file, lambda _far: None)).rows


async def _verify(settings: Settings) -> int:
    """Prove the books; how many postings there are."""
    async with House(settings, core=False) as guest:
        findings = await verify(guest)
    wrong = [finding for finding in findings if not finding.ok]
    assert not wrong, wrong
    return int(findings[0].looked_at.split()[0])


def _restore(url: str, file: Path) -> int:
    manifest, findings = restore(url, file, lambda _far: None)
    assert all(finding.ok for finding in findings)
    return manifest.rows


def _tell(figures: list[Figure], *, is_quick: bool, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"ok": is_quick, "limit_seconds": LIMIT, "figures": [asdict(each) for each in figures]}))
        return
    print(f"{'':20}{'rows':>12}{'wall s':>10}{'process s':>12}")
    for each in figures:
        print(f"{each.what:20}{each.rows:>12,}{each.wall_seconds:>10.1f}{each.process_seconds:>12.1f}")
    print(f"A proof of a million postings in {LIMIT:.0f} s: {'yes' if is_quick else 'NO'}")


if __name__ == "__main__":
    sys.exit(main())
