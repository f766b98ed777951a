"""`guilder demo`."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from guilder.core.logging import configure_logging
from guilder.shared.errors import RefusedError


class FolderNotEmptyError(RefusedError):
    """The demonstration keeps its books only in an empty folder."""

    code = "folder_not_empty"


def demo(
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same figures.")] = 7,
    keep: Annotated[
        Path | None, typer.Option(help="An empty folder that keeps the books; else they are deleted.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of tables.")] = False,
) -> None:
    """Trade the real prices of 2008-2012 by a simple rule, and prove the books: under a minute."""
    from guilder.bootstrap.demo import Demo, DemoResult
    from guilder.bootstrap.demo_report import as_document, print_tables

    configure_logging("warning")
    folder = _folder(keep)
    since = time.monotonic()
    try:
        with _progress() as progress:
            task = progress.add_task("Trading 2008-2012", total=1.0)
            result: DemoResult = asyncio.run(
                Demo(folder, seed, lambda done: progress.update(task, completed=done)).run()
            )
            progress.update(task, completed=1.0)
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    run = {"seconds": round(time.monotonic() - since, 1), "books": None if keep is None else str(folder)}
    if as_json:
        sys.stdout.write(json.dumps(as_document(result, run), indent=2) + "\n")
    else:
        print_tables(result, Console())
    if not result.is_proven():
        raise typer.Exit(1)


def _folder(keep: Path | None) -> Path:
    if keep is None:
        return Path(tempfile.mkdtemp(prefix="guilder-demo-"))
    keep.mkdir(parents=True, exist_ok=True)
    if any(keep.iterdir()):
        raise FolderNotEmptyError(f"{keep} is not empty; name a new folder after --keep")
    return keep.absolute()


def _progress() -> Progress:
    """On standard error, so that standard output holds nothing but the result."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))
