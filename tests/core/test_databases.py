"""What every database promises, and what SQLite and PostgreSQL do when things go wrong."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Text,
    event,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.util import await_only
from structlog.testing import capture_logs

from guilder.core import sqlite_database
from guilder.core.database import Database, DatabaseUnavailableError, OutcomeUnknownError
from guilder.core.postgres_database import PostgresDatabase
from guilder.core.sqlite_database import SqliteDatabase
from guilder.core.writing import as_refusal
from guilder.shared.errors import ConflictError
from tests.databases import a_database

metadata = MetaData()
rooms = Table("rooms", metadata, Column("id", Integer, primary_key=True), Column("name", Text))
doors = Table(
    "doors",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("room", ForeignKey("rooms.id", deferrable=True, initially="DEFERRED")),
)


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    async with a_database(request.param, tmp_path, url, metadata) as made:
        yield made


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    async with a_database("sqlite", tmp_path, None, metadata) as made:
        assert isinstance(made, SqliteDatabase)
        yield made


@pytest.fixture
async def postgres(tmp_path: Path, postgres_url: str) -> AsyncIterator[PostgresDatabase]:
    async with a_database("postgresql", tmp_path, postgres_url, metadata) as made:
        assert isinstance(made, PostgresDatabase)
        yield made


def add_room(connection: Connection, id: int = 1, name: str = "hall") -> None:
    connection.execute(insert(rooms), {"id": id, "name": name})


async def names(database: Database) -> list[str]:
    return [row.name for row in await database.fetch_all(select(rooms).order_by(rooms.c.id))]


async def test_what_is_written_is_read(database: Database) -> None:
    await database.write(add_room)

    assert await names(database) == ["hall"]
    assert await database.read(lambda connection: connection.execute(select(func.count(rooms.c.id))).scalar()) == 1
    assert await database.fetch_one(select(rooms).where(rooms.c.id == 2)) is None


async def test_an_error_inside_a_transaction_undoes_it_and_leaves_the_next_alone(database: Database) -> None:
    def add_and_break(connection: Connection) -> None:
        add_room(connection)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.write(add_and_break)
    assert await names(database) == []

    await database.write(add_room)
    assert await names(database) == ["hall"]


async def test_a_broken_rule_is_an_integrity_error_and_undoes_all(database: Database) -> None:
    def add_twice(connection: Connection) -> None:
        add_room(connection)
        add_room(connection)

    with pytest.raises(IntegrityError):
        await database.write(add_twice)

    assert await names(database) == []


async def test_a_rule_that_is_checked_at_the_commit_is_known_to_have_undone_it(database: Database) -> None:
    def add_a_door_to_nowhere(connection: Connection) -> None:
        add_room(connection)
        connection.execute(insert(doors), {"id": 1, "room": 99})

    with pytest.raises(IntegrityError):
        await database.write(add_a_door_to_nowhere)
    assert await names(database) == []

    await database.write(add_room)
    assert await names(database) == ["hall"]


async def test_a_read_sees_one_state_though_others_write_meanwhile(database: Database) -> None:
    loop = asyncio.get_running_loop()

    def look_twice(connection: Connection) -> tuple[Any, Any]:
        count = select(func.count(rooms.c.id))
        before = connection.execute(count).scalar()
        _wait_inside(database, database.write(add_room), loop)
        return before, connection.execute(count).scalar()

    assert await database.read(look_twice) == (0, 0)
    assert await names(database) == ["hall"]


async def test_what_is_not_committed_is_seen_by_nobody_and_keeps_no_reader_waiting(database: Database) -> None:
    loop = asyncio.get_running_loop()
    is_writing, go_on = asyncio.Event(), asyncio.Event()

    def write(connection: Connection) -> None:
        add_room(connection)
        loop.call_soon_threadsafe(is_writing.set)
        _wait_inside(database, go_on.wait(), loop)

    writing = asyncio.create_task(database.write(write))
    await is_writing.wait()
    assert await names(database) == []
    assert await database.read(lambda connection: connection.execute(select(rooms)).all()) == []
    go_on.set()
    await writing

    assert await names(database) == ["hall"]


async def test_what_is_under_way_at_the_end_is_finished(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    url = request.getfixturevalue("postgres_url") if kind == "postgresql" else None
    loop = asyncio.get_running_loop()
    is_writing, go_on = asyncio.Event(), asyncio.Event()
    async with a_database(kind, tmp_path, url, metadata) as closing:

        def write(connection: Connection) -> None:
            add_room(connection)
            loop.call_soon_threadsafe(is_writing.set)
            _wait_inside(closing, go_on.wait(), loop)

        writing = asyncio.create_task(closing.write(write))
        await is_writing.wait()
        ending = asyncio.create_task(closing.aclose())
        for _ in range(10):
            await asyncio.sleep(0)
        assert not ending.done()
        go_on.set()
        await asyncio.gather(writing, ending)

    async with a_database(kind, tmp_path, url) as again:
        assert await names(again) == ["hall"]


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_a_mistake_in_a_statement_is_no_absence_of_the_database(database: Database) -> None:
    """One wrong statement must not make everybody believe that the database is away."""
    with pytest.raises(DBAPIError):
        await database.fetch_all(text("SELECT * FROM no_such_table"))
    with pytest.raises(DBAPIError):
        await database.write(lambda connection: connection.execute(text("SELECT no_such_column FROM rooms")))

    await database.write(add_room)
    assert await names(database) == ["hall"]


@pytest.mark.parametrize("name", ["\ud800", 2**70], ids=["half a character", "no text"])
async def test_a_value_that_the_database_cannot_take_is_no_absence_of_it(database: Database, name: Any) -> None:
    with pytest.raises((DBAPIError, ValueError, OverflowError)):
        await database.write(lambda connection: connection.execute(insert(rooms), {"id": 1, "name": name}))

    await database.write(add_room)
    assert await names(database) == ["hall"]


async def test_neither_errors_nor_the_log_tell_what_was_to_be_saved(database: Database) -> None:
    def add_twice(connection: Connection) -> None:
        for _ in range(2):
            add_room(connection, name="hash of a password")

    with capture_logs() as logged, pytest.raises(IntegrityError) as caught:
        await database.write(add_twice)

    assert "hash of a password" not in f"{caught.value} {logged}"


async def test_sqlite_keeps_what_it_committed_through_a_power_cut(sqlite: SqliteDatabase) -> None:
    """2 is FULL: each commit waits for the disk."""

    def settings(connection: Connection) -> list[Any]:
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]

    assert await sqlite.write(settings) == ["wal", 2]


async def test_sqlite_that_another_process_is_writing_to_is_waited_for_and_then_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_database, "BUSY_SECONDS", 0.005)
    async with a_database("sqlite", tmp_path, None, metadata) as database:
        other = sqlite3.connect(tmp_path / "books.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(DatabaseUnavailableError, match="locked"):
            await database.write(add_room)
        assert await names(database) == []

        other.execute("ROLLBACK")
        other.close()
        await database.write(add_room)
        assert await names(database) == ["hall"]


async def test_sqlite_without_space_is_away_until_there_is_space_again(sqlite: SqliteDatabase) -> None:
    def allow(pages: int) -> Any:
        return sqlite.write(lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}").scalar())

    def fill(connection: Connection) -> None:
        for id in range(1, 100):
            add_room(connection, id, "x" * 3000)

    await allow(1)
    with pytest.raises(DatabaseUnavailableError, match="full"):
        await sqlite.write(fill)
    assert await names(sqlite) == []

    await allow(10_000)
    await sqlite.write(fill)
    assert len(await names(sqlite)) == 99
    assert await sqlite.read(lambda connection: connection.exec_driver_sql("PRAGMA integrity_check").scalar()) == "ok"


async def test_sqlite_does_not_stay_in_a_transaction_that_it_could_not_end(sqlite: SqliteDatabase) -> None:
    def break_once(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement == "ROLLBACK":
            event.remove(Engine, "before_cursor_execute", break_once)
            raise OperationalError(statement, {}, sqlite3.OperationalError("disk I/O error"))

    def add_and_break(connection: Connection) -> None:
        add_room(connection)
        raise RuntimeError

    event.listen(Engine, "before_cursor_execute", break_once)
    with pytest.raises(DatabaseUnavailableError):
        await sqlite.write(add_and_break)

    await sqlite.write(lambda connection: add_room(connection, 2, "kitchen"))
    assert await names(sqlite) == ["kitchen"]


async def test_sqlite_leaves_no_file_open_and_no_log_to_be_replayed(tmp_path: Path) -> None:
    async with a_database("sqlite", tmp_path, None, metadata) as database:
        await database.write(add_room)
        await asyncio.gather(*(names(database) for _ in range(10)))

    assert os.listdir(tmp_path) == ["books.sqlite"]  # noqa: PTH208 - one look, and nothing else waits for it
    assert [file for file in _open_files() if file.startswith(str(tmp_path))] == []


async def test_sqlite_that_is_closed_is_away(tmp_path: Path) -> None:
    async with a_database("sqlite", tmp_path, None, metadata) as database:
        await database.aclose()

        with pytest.raises(DatabaseUnavailableError):
            await names(database)
        with pytest.raises(DatabaseUnavailableError):
            await database.write(add_room)


async def test_postgres_that_was_restarted_is_there_again_at_once(postgres: PostgresDatabase) -> None:
    """All connections that wait in the pool are dead by then."""
    await asyncio.gather(*(names(postgres) for _ in range(20)))
    await _end_all_connections_but_one(postgres)

    await asyncio.gather(*(names(postgres) for _ in range(20)))
    await postgres.write(add_room)
    await postgres.read(lambda connection: connection.execute(select(rooms)).all())

    assert await names(postgres) == ["hall"]


async def test_postgres_that_goes_away_inside_a_transaction_has_undone_it(postgres: PostgresDatabase) -> None:
    def add_and_go_away(connection: Connection) -> None:
        add_room(connection)
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(DatabaseUnavailableError) as caught:
        await postgres.write(add_and_go_away)
    assert not isinstance(caught.value, OutcomeUnknownError)
    assert await names(postgres) == []

    await postgres.write(add_room)
    assert await names(postgres) == ["hall"]


async def test_postgres_that_goes_away_at_the_commit_leaves_its_outcome_unknown(postgres: PostgresDatabase) -> None:
    await postgres.write(_goes_away_at_the_commit)

    with pytest.raises(OutcomeUnknownError):
        await postgres.write(add_room)

    assert await names(postgres) == []


def _goes_away_at_the_commit(connection: Connection) -> None:
    connection.exec_driver_sql(
        "CREATE FUNCTION go_away() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); RETURN NULL; END $$"
    )
    connection.exec_driver_sql(
        "CREATE CONSTRAINT TRIGGER at_the_commit AFTER INSERT ON rooms DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION go_away()"
    )


async def test_postgres_that_is_not_there_is_away(postgres_url: str) -> None:
    nowhere = PostgresDatabase(
        postgres_url.replace(postgres_url.split("@")[1].split("/", maxsplit=1)[0], "127.0.0.1:1")
    )

    for asking in (nowhere.fetch_one(select(1)), nowhere.write(add_room), nowhere.read(lambda _connection: None)):
        with pytest.raises(DatabaseUnavailableError):
            await asking
    await nowhere.aclose()


async def test_postgres_answers_many_more_readers_than_it_has_connections(postgres: PostgresDatabase) -> None:
    await postgres.write(add_room)

    found = await asyncio.gather(*(names(postgres) for _ in range(200)))

    assert found == [["hall"]] * 200


async def test_readers_that_take_long_keep_no_writer_of_postgres_waiting(
    postgres: PostgresDatabase, postgres_url: str
) -> None:
    holder = PostgresDatabase(postgres_url)
    await holder.fetch_one(text("SELECT pg_advisory_lock(3)"))
    readers = [asyncio.create_task(postgres.fetch_one(text("SELECT pg_advisory_lock_shared(3)"))) for _ in range(20)]
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    while (row := await holder.fetch_one(waiting)) is None or not row[0]:
        await asyncio.sleep(0)

    async with asyncio.timeout(10):
        await postgres.write(add_room)

    assert await names(holder) == ["hall"]
    await holder.aclose()
    await asyncio.gather(*readers)


@pytest.mark.parametrize("state", ["40P01", "40001"], ids=["deadlock", "out of order"])
async def test_a_transaction_that_postgres_gave_up_for_another_is_a_conflict(
    postgres: PostgresDatabase, state: str
) -> None:
    statement = f"DO $$ BEGIN RAISE EXCEPTION 'given up' USING errcode = '{state}'; END $$"

    with pytest.raises(DBAPIError) as caught:
        await postgres.write(lambda connection: connection.exec_driver_sql(statement))

    assert isinstance(as_refusal(caught.value), ConflictError)


@pytest.mark.parametrize(
    "state", ["53100", "53300", "57P03", "58030"], ids=["disk full", "too many clients", "starting up", "disk broken"]
)
async def test_postgres_that_cannot_work_now_is_away(postgres: PostgresDatabase, state: str) -> None:
    statement = f"DO $$ BEGIN RAISE EXCEPTION 'not now' USING errcode = '{state}'; END $$"

    with pytest.raises(DatabaseUnavailableError):
        await postgres.write(lambda connection: connection.exec_driver_sql(statement))

    await postgres.write(add_room)
    assert await names(postgres) == ["hall"]


def test_an_address_that_is_not_of_postgres_is_refused() -> None:
    with pytest.raises(ValueError, match="mysql://"):
        PostgresDatabase("mysql://localhost/books")


async def _end_all_connections_but_one(postgres: PostgresDatabase) -> None:
    await postgres.fetch_one(
        text(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    )


def _open_files() -> list[str]:
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found.append(str(entry.readlink()))
        except OSError:
            continue
    return found


def _wait_inside(database: Database, what: Coroutine[Any, Any, Any], loop: asyncio.AbstractEventLoop) -> None:
    """Wait for something of the event loop within a transaction: SQLite's runs in a thread of its own."""
    if database.dialect_name == "sqlite":
        asyncio.run_coroutine_threadsafe(what, loop).result(10)
    else:
        await_only(what)
