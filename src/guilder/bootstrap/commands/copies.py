"""`guilder backup`, `restore`: copies of the whole books in one file."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import progress as bars
from rich.console import Console

from guilder.bootstrap.backup.backup import OnProgress, Progress, back_up
from guilder.bootstrap.backup.manifest import Manifest
from guilder.bootstrap.backup.restore import restore as bring_back
from guilder.bootstrap.commands.options import AsJson
from guilder.bootstrap.commands.quiet_settings import settings_of_books
from guilder.bootstrap.commands.showing import a_table, show
from guilder.bootstrap.data_directory import DataDirectory
from guilder.bootstrap.house import House
from guilder.bootstrap.proof_document import ProofResponse
from guilder.core.clock import Clock
from guilder.core.database import Database

app = typer.Typer()

File = Annotated[Path, typer.Argument(metavar="FILE", help="The copy, such as guilder-2026-11-26.backup.")]


@app.command()
def backup(file: File, as_json: AsJson = False) -> None:
    """Copy the whole books into a new file, as they are at one instant; a server may go on meanwhile."""
    with _watched("Copying") as watch:
        manifest = asyncio.run(_back_up(file, watch))
    copied = f"{manifest.rows} rows are in {file}, which holds password hashes: keep it as private as the books."
    show(_document(file, manifest), _table(manifest), copied, as_json=as_json)


@app.command()
def restore(
    file: File,
    unproven: Annotated[bool, typer.Option("--unproven", help="Bring back even books that do not add up.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a copy back into an empty database, and prove the books: all of it, or nothing. No server may run."""
    settings = settings_of_books()
    with DataDirectory(settings.data_dir).held(), _watched("Restoring") as watch:
        url = settings.database_url.get_secret_value()
        manifest, findings = bring_back(url, file, watch, unproven=unproven)
    proof = ProofResponse.from_findings(findings)
    verdict = "All books are right." if proof.ok else "THE BOOKS ARE WRONG: look at them by `guilder verify`."
    document = {**_document(file, manifest), "proof": proof.model_dump()}
    show(document, _table(manifest), f"{manifest.rows} rows are back. {verdict}", as_json=as_json)


async def _back_up(file: Path, watch: OnProgress) -> Manifest:
    async with House(settings_of_books(), core=False) as guest:
        return await back_up(guest.container.get(Database), guest.container.get(Clock), file, watch)


@contextmanager
def _watched(what: str) -> Iterator[OnProgress]:
    """A progress bar on standard error."""
    console = Console(stderr=True)
    columns = ("{task.description}", bars.BarColumn(), bars.MofNCompleteColumn(), bars.TimeElapsedColumn())
    with bars.Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=None)

        def watch(far: Progress) -> None:
            progress.update(task, description=f"{what} {far.table}", completed=far.rows, total=far.total)

        yield watch


def _document(file: Path, manifest: Manifest) -> dict[str, Any]:
    return {
        "file": str(file),
        "bytes": file.stat().st_size,
        "made_at": manifest.made_at,
        "guilder": manifest.guilder,
        "revisions": dict(manifest.revisions),
        "rows": manifest.rows,
        "tables": [{"name": copy.plan.name, "rows": copy.rows, "sha256": copy.sha256} for copy in manifest.tables],
    }


def _table(manifest: Manifest) -> Any:
    return a_table({"name": "table", "rows": ">rows"}, [{"name": c.plan.name, "rows": c.rows} for c in manifest.tables])
