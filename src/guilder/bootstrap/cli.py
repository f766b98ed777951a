"""The command line: `guilder`."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from guilder.bootstrap.demo_cli import demo
from guilder.core.load_settings import load_settings
from guilder.core.logging import configure_logging
from guilder.core.settings import Settings
from guilder.shared.errors import GuilderError

app = typer.Typer(name="guilder", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

app.command()(demo)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port; 0 takes any that is free.")] = None,
) -> None:
    """Run the brokerage: API, market and mails, until Ctrl-C."""
    from guilder.bootstrap.serving import serve as run

    raise typer.Exit(run(_settings(host=host, port=port)))


def main() -> None:
    """The entry point: errors become one line on standard error and exit code 1."""
    try:
        app()
    except GuilderError as refusal:
        sys.stderr.write(f"guilder: {refusal.detail}\n")
        sys.exit(1)


def _settings(**overrides: Any) -> Settings:
    settings = load_settings(**overrides)
    configure_logging(settings.log_level, settings.log_format)
    return settings
