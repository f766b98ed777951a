"""`guilder db …`: the tables in the database, for whoever runs the house."""

import json
from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from guilder.bootstrap.schema import BASE, Schema, Step
from guilder.core.settings import Settings
from guilder.shared.errors import InvalidError

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document, and nothing else.")]
LoadSettings = Callable[[], Settings]


class NotConfirmedError(InvalidError):
    """Going back throws tables away with what they hold. Say that you mean it: `--yes`."""

    code = "not_confirmed"


def db_app(load_settings: LoadSettings) -> typer.Typer:
    """The commands, for the database that `load_settings()` names when one of them runs."""
    app = typer.Typer(name="db", help="The tables in the database.", no_args_is_help=True)

    def schema() -> Schema:
        return Schema(load_settings().database_url.get_secret_value())

    @app.command()
    def upgrade(as_json: AsJson = False) -> None:
        """Bring all tables up to date: wholly, or not at all. `serve` and every other command do so by themselves."""
        books = schema()
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("tables", total=len(books.pending()))
            steps = books.upgrade(on_step=lambda _step: progress.advance(task))
        _show({"upgraded": [_document(step) for step in steps]}, _table(steps), "All tables are up to date.", as_json)

    @app.command()
    def downgrade(
        context: Annotated[str, typer.Argument(help="Whose tables: core, user, financial, …")],
        revision: Annotated[str, typer.Argument(help=f"The older revision, such as 0001; {BASE}: no tables at all.")],
        yes: Annotated[bool, typer.Option("--yes", help="Yes, what the tables hold may be lost.")] = False,
        as_json: AsJson = False,
    ) -> None:
        """Take the tables of one context back to an older revision. The next start brings them up to date again."""
        if not yes:
            raise NotConfirmedError
        step = schema().downgrade(context, revision)
        _show({"downgraded": _document(step)}, _table([step]), "", as_json)

    @app.command()
    def check(as_json: AsJson = False) -> None:
        """Compare the tables with those that this Guilder expects; the exit code is 0 only if they are the same."""
        drifts = schema().check()
        table = Table("Context", "Difference")
        for drift in drifts:
            table.add_row(drift.context, drift.detail)
        document = {"ok": not drifts, "drifts": [drift._asdict() for drift in drifts]}
        _show(document, table, "All tables are as expected.", as_json)
        raise typer.Exit(1 if drifts else 0)

    return app


def _document(step: Step) -> dict[str, str]:
    return {"context": step.context, "from": step.before, "to": step.after}


def _table(steps: list[Step]) -> Table:
    table = Table("Context", "From", "To")
    for step in steps:
        table.add_row(*step)
    return table


def _show(document: dict[str, Any], table: Table, when_empty: str, as_json: bool) -> None:
    if as_json:
        print(json.dumps(document, ensure_ascii=False))
    elif table.row_count:
        Console(markup=False, highlight=False).print(table)
    else:
        print(when_empty)
