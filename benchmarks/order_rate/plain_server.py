"""The same server, but each order is a transaction of its own: what group commit is measured against."""

from __future__ import annotations

import sys

from guilder.bootstrap import serving
from guilder.bootstrap.container import setup_container
from guilder.core.container import Container
from guilder.core.database import Database
from guilder.core.load_settings import load_settings
from guilder.core.logging import configure_logging
from guilder.core.plain_commit import PlainCommit
from guilder.core.postgres_database import PostgresDatabase
from guilder.core.settings import Settings
from guilder.core.unit_of_work import CoreUnitOfWork

WRITERS = 16


def with_plain_commits(settings: Settings) -> Container:
    """The container of this house, where the core commits as every other room does."""
    container = setup_container(settings)
    container.register_singleton(CoreUnitOfWork, PlainCommit, replace=True)
    url = settings.database_url.get_secret_value()
    if url.startswith("postgresql"):
        container.register_value(Database, PostgresDatabase(url, writers=WRITERS), replace=True)
    return container


if __name__ == "__main__":
    chosen = load_settings()
    configure_logging(chosen.log_level, chosen.log_format)
    serving.setup_container = with_plain_commits
    sys.exit(serving.serve(chosen))
