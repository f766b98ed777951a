"""The audit trail, and the log of events, on the command line."""

import asyncio
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Annotated, Protocol, TextIO, TypeVar

import typer

from guilder.audit.application.audit_service import Anchor, AuditService
from guilder.audit.application.event_log_service import EventLogService
from guilder.audit.presentation.event_schemas import event_document
from guilder.audit.presentation.export import export_file, write_documents
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
                audit = await services.aget(AuditService)
                documents = (entry_document(entry) async for entry in audit.all_entries())
                return await write_documents(documents, file, "entries", as_json=as_json)

        with export_file(output) as file:
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


def events_app(open_scope: OpenScope) -> typer.Typer:
    """`guilder events …`."""
    app = typer.Typer(name="events", help="What happened in the house, in order.", no_args_is_help=True)

    @app.callback()
    def group() -> None:
        """What happened in the house, in order."""

    @app.command()
    def export(
        output: Annotated[Path | None, typer.Option(help="The file to write; without it, standard output.")] = None,
        as_json: AsJson = False,
    ) -> None:
        """Write all events in the order of their commits, oldest first: one JSON object a line, keys sorted."""

        async def run(file: TextIO) -> int:
            async with open_scope() as services:
                log = await services.aget(EventLogService)
                documents = (event_document(event) async for event in log.all_events())
                return await write_documents(documents, file, "events", as_json=as_json)

        with export_file(output) as file:
            count = asyncio.run(run(file))
        print(f"{count} events", file=sys.stderr)

    return app


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
