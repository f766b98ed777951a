"""The audit trail on the command line."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import Annotated, Protocol, TextIO, TypeVar

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from guilder.audit.application.audit_service import Anchor, AuditService
from guilder.audit.presentation.schemas import VerdictResponse, entry_document

T = TypeVar("T")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document, and nothing else.")]


class Services(Protocol):
    """Where a command gets its services from: a scope of the container, with the system as caller."""

    async def aget(self, interface: type[T]) -> T: ...


OpenScope = Callable[[], AbstractAsyncContextManager[Services]]


def audit_app(open_scope: OpenScope) -> typer.Typer:
    """`guilder audit …`."""
    app = typer.Typer(name="audit", help="The trail of who did what.", no_args_is_help=True)

    @app.command()
    def export(
        output: Annotated[Path | None, typer.Option(help="The file to write; without it, standard output.")] = None,
        as_json: AsJson = False,
    ) -> None:
        """Write all entries, oldest first: one JSON object a line, with all that an outsider needs to check it."""

        async def run(file: TextIO) -> int:
            async with open_scope() as services:
                return await _write_all(await services.aget(AuditService), file, as_json=as_json)

        with _file(output) as file:
            count = asyncio.run(run(file))
        print(f"{count} entries", file=sys.stderr)

    @app.command()
    def verify(
        anchor: Annotated[
            list[str] | None,
            typer.Option(metavar="CHAIN:NUMBER:HASH", help="An entry noted elsewhere before, which must still hold."),
        ] = None,
        as_json: AsJson = False,
    ) -> None:
        """Look whether anything was edited, deleted, moved or cut off; the exit code is 0 only if nothing was."""
        anchors = [_anchor(text) for text in anchor or []]

        async def run() -> VerdictResponse:
            async with open_scope() as services:
                audit = await services.aget(AuditService)
                return VerdictResponse.from_domain(await audit.verify_chains(anchors))

        verdict = asyncio.run(run())
        if as_json:
            print(verdict.model_dump_json())
        else:
            _show(verdict)
        raise typer.Exit(0 if verdict.ok else 1)

    return app


async def _write_all(audit: AuditService, file: TextIO, *, as_json: bool) -> int:
    """Write entries as they are read; how many there were."""
    count = 0
    columns = (SpinnerColumn(), TextColumn("{task.completed} entries"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("entries", total=None)
        if as_json:
            file.write('{"entries":[')
        async for entry in audit.all_entries():
            line = json.dumps(entry_document(entry), separators=(",", ":"), sort_keys=True, ensure_ascii=False)
            file.write(f"{',' if count else ''}{line}" if as_json else f"{line}\n")
            count += 1
            progress.update(task, advance=1)
        if as_json:
            file.write("]}\n")
    return count


@contextmanager
def _file(output: Path | None) -> Iterator[TextIO]:
    """Where to write. A file is whole or not there: it gets its name at the end."""
    if output is None:
        yield sys.stdout
        return
    unfinished = output.with_name(f".{output.name}.part")
    try:
        with unfinished.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        unfinished.replace(output)
    finally:
        unfinished.unlink(missing_ok=True)


def _anchor(text: str) -> Anchor:
    try:
        chain, number, digits = text.rsplit(":", 2)
        return Anchor(chain, int(number), bytes.fromhex(digits))
    except ValueError as problem:
        raise typer.BadParameter(f"{text[:100]!r} is not CHAIN:NUMBER:HASH") from problem


def _show(verdict: VerdictResponse) -> None:
    for chain in verdict.chains:
        print(f"{chain.chain}: {chain.problem or f'all {chain.entries} entries hold'}")
        if chain.problem is None and chain.entries:
            print(f"  note this elsewhere: {chain.chain}:{chain.entries}:{chain.head_hash}")
    print("The trail is whole." if verdict.ok else "The trail was tampered with.")
