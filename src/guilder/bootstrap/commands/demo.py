"""`guilder demo`."""

import typer

from guilder.bootstrap.demo_cli import demo

app = typer.Typer()
app.command()(demo)
