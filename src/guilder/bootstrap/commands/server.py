"""`guilder serve`."""

from typing import Annotated

import typer

from guilder.bootstrap.commands.quiet_settings import warn_of_unknown_variables
from guilder.bootstrap.serving import serve as run
from guilder.core.load_settings import load_settings
from guilder.core.logging import configure_logging

app = typer.Typer()


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port; 0 takes any that is free.")] = None,
) -> None:
    """Run the brokerage: API, market and mails, until Ctrl-C."""
    settings = load_settings(host=host, port=port)
    warn_of_unknown_variables()
    configure_logging(settings.log_level, settings.log_format)
    raise typer.Exit(run(settings))
