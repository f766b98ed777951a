"""`make crash-test`: kill the server again and again, and see whether anything acknowledged is lost or doubled."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.crash.killing import Toll, kill_again_and_again
from tests.postgres import Keeper, knock

Database = Literal["sqlite", "postgresql", "both"]

TOLD = {
    "kills": "kills under load",
    "kills_while_starting": "and of a server that was starting",
    "under_way_when_killed": "orders under way when it died",
    "orders": "orders acknowledged, each there once",
    "filled": "of them filled",
    "attempts": "requests that it took",
    "replayed": "keys asked again, answered byte for byte",
    "mails": "mails",
    "mails_told_again": "of them told again after a kill",
}


def crash_test(
    kills: Annotated[int, typer.Option(min=1, max=1000, help="How often the server is killed, for each database.")] = 3,
    database: Annotated[Database, typer.Option(help="On which database.")] = "both",
    rate: Annotated[int, typer.Option(min=1, max=2000, help="Orders a second, of all clients together.")] = 200,
    seed: Annotated[int | None, typer.Option(help="Decides the moments of the kills; random unless told.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Kill the server at random moments under load; after each restart everything is looked at."""
    chosen = secrets.randbelow(1_000_000) if seed is None else seed
    kinds = ["sqlite", "postgresql"] if database == "both" else [database]
    progress = Progress(
        TextColumn("{task.description:<12}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[orders]} orders"),
        TimeElapsedColumn(),
        console=Console(file=sys.stderr),
    )
    tell = _keep_quiet if as_json else typer.echo
    tell(f"seed {chosen}, {rate} orders a second asked for")
    with progress:
        tolls = [_run(kind, kills, rate, chosen, progress, tell) for kind in kinds]
    if as_json:
        told = [{**asdict(toll), "rate": round(toll.rate, 1)} for toll in tolls]
        typer.echo(json.dumps({"ok": True, "seed": chosen, "asked_rate": rate, "runs": told}, indent=2))


def _run(kind: str, kills: int, rate: int, seed: int, progress: Progress, tell: Callable[[str], None]) -> Toll:
    bar = progress.add_task(kind, total=kills, orders=0)

    def on_kill(toll: Toll) -> None:
        progress.update(bar, completed=toll.kills, orders=toll.orders)
        tell(f"kill {toll.kills:>4}: all holds; {toll.orders} orders, {toll.filled} filled, {toll.mails} mails so far")

    tell(f"\n{kind}")
    with TemporaryDirectory(prefix="guilder-crash-") as folder, _address(kind) as url:
        toll = asyncio.run(kill_again_and_again(Path(folder), url, kills=kills, rate=rate, seed=seed, on_kill=on_kill))
    tell(_shown(toll))
    return toll


def _keep_quiet(_line: str) -> None:
    """Only the document at the end is wanted."""


@contextmanager
def _address(kind: str) -> Iterator[str | None]:
    if kind == "sqlite":
        yield None
        return
    with ExitStack() as stack:
        keeper = Keeper()
        stack.callback(keeper.close)
        server = knock(keeper.folder)
        yield server.url(server.create_database())


def _shown(toll: Toll) -> str:
    counts = asdict(toll)
    lines = [f"{counts[name]:>8}  {words}" for name, words in TOLD.items()]
    return "\n".join(["", *lines, f"{toll.rate:>8.0f}  orders a second while it was up"])


if __name__ == "__main__":
    typer.run(crash_test)
