"""`guilder user`, `api-key`, `audit`, `db`: the rooms' own commands, on the data directory."""

import typer

from guilder.audit.presentation.cli import audit_app
from guilder.bootstrap.commands.asking import beside_the_server
from guilder.bootstrap.commands.quiet_settings import settings_of_books
from guilder.bootstrap.db_cli import db_app
from guilder.user.presentation.cli import api_key_app, user_app

app = typer.Typer()
app.add_typer(user_app(beside_the_server), name="user")
app.add_typer(api_key_app(beside_the_server), name="api-key")
app.add_typer(audit_app(beside_the_server), name="audit")
app.add_typer(db_app(settings_of_books), name="db")
