"""What Alembic runs to move one history: on the connection, and in the transaction, of whoever called it."""

from __future__ import annotations

from alembic import context

from guilder.bootstrap.migrations.histories import History

history: History = context.config.attributes["history"]
context.configure(
    connection=context.config.attributes["connection"],
    version_table=history.version_table,
)
context.run_migrations()
