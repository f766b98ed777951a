"""What every adapter of `WriterLock` promises, on both databases."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from structlog.testing import capture_logs

from guilder.core import postgres_writer_lock
from guilder.core.database import DatabaseUnavailableError
from guilder.core.postgres_database import PostgresDatabase
from guilder.core.postgres_writer_lock import PostgresWriterLock
from guilder.core.sqlite_writer_lock import SqliteWriterLock
from guilder.core.writer_lock import BooksInUseError, WriterLock

TAKES_IT_AND_WAITS = """
import asyncio, sys
from pathlib import Path
from guilder.core.postgres_writer_lock import PostgresWriterLock
from guilder.core.sqlite_writer_lock import SqliteWriterLock

async def take(where):
    lock = PostgresWriterLock(where) if where.startswith("postgresql:") else SqliteWriterLock(Path(where))
    await lock.take()
    print("taken", flush=True)
    await asyncio.Event().wait()

asyncio.run(take(sys.argv[1]))
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A file, or the address of a PostgreSQL database."""
    return str(request.getfixturevalue("postgres_url") if request.param == "postgresql" else tmp_path / "books.db")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has died here, so there is nothing to wait for."""
    monkeypatch.setattr(postgres_writer_lock, "PATIENCE_SECONDS", 0.1)


def a_lock(where: str) -> WriterLock:
    return PostgresWriterLock(where) if where.startswith("postgresql:") else SqliteWriterLock(Path(where))


@pytest.mark.usefixtures("impatient")
async def test_a_second_writer_of_the_same_books_is_refused(where: str) -> None:
    first, second = a_lock(where), a_lock(where)
    await first.take()

    with pytest.raises(BooksInUseError, match=r"Another Guilder writes the books in .+; stop it first"):
        await second.take()

    await first.keep()
    await first.release()


@pytest.mark.usefixtures("impatient")
async def test_the_refusal_tells_no_password(postgres_url: str) -> None:
    first, second = PostgresWriterLock(postgres_url), PostgresWriterLock(postgres_url)
    await first.take()

    with pytest.raises(BooksInUseError) as refusal:
        await second.take()

    password = make_url(postgres_url).password
    assert password
    assert password not in refusal.value.detail
    await first.release()


async def test_what_was_released_can_be_taken_by_another(where: str) -> None:
    for lock in (a_lock(where), a_lock(where)):
        await lock.take()
        await lock.release()


async def test_a_lock_that_was_never_taken_can_be_released(where: str) -> None:
    await a_lock(where).release()


async def test_the_lock_of_a_process_that_was_killed_is_free(where: str) -> None:
    taken_by_a_process_that_is_killed(where)

    heir = a_lock(where)
    await heir.take()
    await heir.release()


@pytest.fixture
def sqlite_and_link(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "link").symlink_to(tmp_path / "books.db")
    return tmp_path / "books.db", tmp_path / "link"


async def test_one_sqlite_file_by_two_names_has_one_writer(sqlite_and_link: tuple[Path, Path]) -> None:
    first, second = (SqliteWriterLock(path) for path in sqlite_and_link)
    await first.take()

    with pytest.raises(BooksInUseError):
        await second.take()

    await first.release()


@pytest.mark.usefixtures("impatient")
async def test_a_lock_that_postgres_lost_is_taken_again(postgres_url: str) -> None:
    first, second = PostgresWriterLock(postgres_url), PostgresWriterLock(postgres_url)
    await first.take()
    await end_the_connections_of_writers(postgres_url)

    await first.keep()

    with pytest.raises(BooksInUseError):
        await second.take()
    await first.release()


@pytest.mark.usefixtures("impatient")
async def test_a_lock_that_another_took_meanwhile_is_told_of_and_asked_for_again(postgres_url: str) -> None:
    """The connection may be one's own ghost; who really writes is decided by the epoch in each commit."""
    first, second = PostgresWriterLock(postgres_url), PostgresWriterLock(postgres_url)
    await first.take()
    await end_the_connections_of_writers(postgres_url)
    await second.take()

    with capture_logs() as logged:
        await first.keep()
    assert [line["event"] for line in logged] == ["writer_lock_is_held_elsewhere"]
    await second.release()

    await first.keep()
    with pytest.raises(BooksInUseError):
        await second.take()
    await first.release()


async def test_a_database_that_is_not_there_is_away_and_no_refusal(postgres_url: str) -> None:
    nowhere = postgres_url.replace(postgres_url.split("@")[1].split("/", maxsplit=1)[0], "127.0.0.1:1")

    with pytest.raises(DatabaseUnavailableError, match="The database does not answer: "):
        await PostgresWriterLock(nowhere).take()


async def test_other_books_on_the_same_server_have_a_writer_of_their_own(
    postgres_url: str, migrated_postgres_url: str
) -> None:
    one, other = PostgresWriterLock(postgres_url), PostgresWriterLock(migrated_postgres_url)

    await one.take()
    await other.take()

    await one.release()
    await other.release()


async def end_the_connections_of_writers(url: str) -> None:
    database = PostgresDatabase(url)
    ended = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
    row = await database.fetch_one(
        text(f"{ended} WHERE datname = current_database() AND application_name = 'guilder writer'")
    )
    assert row is not None
    assert row[0] == 1
    await database.aclose()


def taken_by_a_process_that_is_killed(where: str) -> None:
    command = [sys.executable, "-c", TAKES_IT_AND_WAITS, where]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "taken\n"
        other.kill()
