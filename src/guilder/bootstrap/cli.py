"""The command line: `guilder`. Each command's module is loaded when the command is called, so that help is quick."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Annotated, Any, Final, NamedTuple

import typer
from typer.core import TyperGroup
from typer.main import get_group

import guilder
from guilder.shared.errors import GuilderError

INTERRUPTED: Final = 130
_OTHERS: Final = 0o077
"""What nobody but the owner may do with a file: all of it."""


class Entry(NamedTuple):
    """One command or group of commands: which module under `commands` holds it, and one line of help."""

    module: str
    help: str


COMMANDS: Final = {
    "serve": Entry("server", "Run the brokerage: API, market and mails, until Ctrl-C."),
    "demo": Entry("demo", "Trade the real prices of 2008-2012 by a simple rule, and prove the books."),
    "quote": Entry("prices", "What a share costs now."),
    "bars": Entry("prices", "What a share cost, session by session."),
    "clock": Entry("prices", "What time it is in a market; and let a replay go on."),
    "portfolio": Entry("portfolio", "Portfolios: cash, positions, what they are worth."),
    "order": Entry("order", "Orders: place, look, cancel, replace."),
    "trading": Entry("trading", "The kill switch of the whole house."),
    "user": Entry("rooms", "Open and activate accounts."),
    "api-key": Entry("rooms", "Keys with which programs sign their requests."),
    "audit": Entry("rooms", "The trail of who did what: export it, prove it."),
    "events": Entry("events", "What happened in the house: export it; tell again what a subscriber could not take in."),
    "verify": Entry("proof", "Prove that the books are right."),
    "backup": Entry("copies", "Copy the whole books into one file, beside a running server."),
    "restore": Entry("copies", "Bring a copy of the books back into an empty database."),
    "config": Entry("config", "The settings, and where each was chosen."),
    "db": Entry("rooms", "The tables in the database."),
}


class LateGroup(TyperGroup):
    """Knows its commands by name and help, and loads one when it is called."""

    def resolve_command(self, ctx: Any, args: Any) -> Any:
        entry = COMMANDS.get(args[0]) if args else None
        if entry is not None:
            module = import_module(f"guilder.bootstrap.commands.{entry.module}")
            self.commands[args[0]] = get_group(module.app).commands[args[0]]
        return super().resolve_command(ctx, args)


app = typer.Typer(
    name="guilder", cls=LateGroup, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)


def _named_only() -> None:
    """Stands for a command until it is loaded."""


for _name, _entry in COMMANDS.items():
    app.command(_name, help=_entry.help)(_named_only)


def _tell_version(asked: bool) -> None:
    if asked:
        print(f"guilder {guilder.__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Say which Guilder this is.")
    ] = False,
) -> None:
    """A self-hosted brokerage: portfolios, orders, a public ledger and a market that replays real prices."""


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point. Refusals are one line on standard error and exit code 1, mistakes in the command 2."""
    try:
        with _files_for_their_owner():
            app(arguments, prog_name="guilder")
    except GuilderError as refusal:
        _end("; ".join(refusal.detail.splitlines()))
    except OSError as problem:
        _end(f"{problem.filename or 'The operating system'}: {problem.strerror or problem}")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


@contextmanager
def _files_for_their_owner() -> Iterator[None]:
    """Files that are made meanwhile are readable for their owner only, whoever may look into their folder."""
    before = os.umask(_OTHERS)
    try:
        yield
    finally:
        os.umask(before)


def _end(problem: str) -> None:
    sys.stderr.write(f"guilder: {problem}\n")
    sys.exit(1)
