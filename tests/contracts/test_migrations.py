"""What every history of migrations must keep, on SQLite and on PostgreSQL."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url, text

import guilder
from guilder.bootstrap.migrations.connections import change, look
from guilder.bootstrap.migrations.histories import HISTORIES, History
from guilder.bootstrap.schema import (
    BASE,
    Drift,
    Schema,
    SchemaChangeFailedError,
    SchemaTooNewError,
    Step,
    UnknownRevisionError,
)
from guilder.core.database import DatabaseUnavailableError

ROOT = Path(__file__).parents[2]
HOUSE = Path(guilder.__file__).parent
ROOMS = [history.context for history in HISTORIES]
HISTORIES_BY_NAME = [pytest.param(history, id=history.context) for history in HISTORIES]

Description = list[tuple[str, ...]]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database; on SQLite its file does not even exist yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'the books' / 'guilder 100%.db'}"
    address: str = request.getfixturevalue("postgres_url")
    return address


def description(url: str) -> Description:
    """Every table, column, index and key as the database itself writes them down, without the version tables."""
    return look(make_url(url), _describe)


def _describe(connection: Connection) -> Description:
    if connection.dialect.name == "sqlite":
        query = """
            SELECT type, name, sql FROM sqlite_master
            WHERE name NOT LIKE '%alembic_version%' AND name NOT LIKE 'sqlite_%'
        """
    else:
        query = """
            WITH ours AS (
                SELECT oid, relname FROM pg_class
                WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
                AND relname NOT LIKE '%_alembic_version'
            )
            SELECT 'table', relname, '' FROM ours
            UNION ALL SELECT 'column ' || attnum, relname || '.' || attname, format_type(atttypid, atttypmod) ||
                CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END || coalesce(pg_get_expr(adbin, adrelid), '')
                FROM ours JOIN pg_attribute ON attrelid = ours.oid AND attnum > 0 AND NOT attisdropped
                LEFT JOIN pg_attrdef ON adrelid = ours.oid AND adnum = attnum
            UNION ALL SELECT 'index', '', pg_get_indexdef(indexrelid) FROM ours JOIN pg_index ON indrelid = ours.oid
            UNION ALL SELECT 'key', conname, pg_get_constraintdef(pg_constraint.oid)
                FROM ours JOIN pg_constraint ON conrelid = ours.oid
        """
    return sorted(tuple(" ".join(str(part).split()) for part in row) for row in connection.execute(text(query)))


def run(url: str, *statements: str) -> None:
    """Do something to the database that no migration does."""

    def execute(connection: Connection) -> None:
        for statement in statements:
            connection.execute(text(statement))

    change(make_url(url), execute)


def python(script: str, *arguments: str, path: Path | None = None) -> subprocess.Popen[str]:
    """A process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(path or HOUSE.parent)}
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def said(process: subprocess.Popen[str], told: str | None = None) -> str:
    """What a process prints until it ends well."""
    output, errors = process.communicate(told)
    assert process.returncode == 0, errors
    return output.strip()


# The files


def test_every_room_with_tables_has_a_history() -> None:
    rooms = {path.parts[-3] for path in HOUSE.glob("*/infrastructure/tables.py")}

    assert set(ROOMS) == {"core", *rooms}


@pytest.mark.parametrize("history", HISTORIES_BY_NAME)
def test_a_history_is_a_straight_line_of_numbered_files(history: History) -> None:
    script = ScriptDirectory(HOUSE / "bootstrap" / "migrations", version_locations=[history.folder])

    line = [revision.revision for revision in script.walk_revisions()][::-1]

    assert line == list(history.revisions)
    assert line == [f"{number:04}" for number in range(1, len(line) + 1)]
    assert script.get_heads() == [history.head]


def test_a_migration_never_looks_at_the_tables_of_today() -> None:
    files = [path for history in HISTORIES for path in history.folder.glob("*.py")]

    imported = {
        module
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for module in _imported(node)
        if module.startswith("guilder")
    }

    assert imported == {"guilder.core.columns"}


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield node.module or ""


# Up and down


def test_an_empty_database_is_brought_up_to_date_room_by_room(url: str) -> None:
    schema = Schema(url)
    told: list[Step] = []

    behind = schema.pending()
    steps = schema.upgrade(told.append)

    assert behind == ROOMS
    assert steps == told == [Step(history.context, BASE, history.head) for history in HISTORIES]
    assert schema.pending() == []


def test_the_migrations_make_the_tables_that_the_code_expects(url: str) -> None:
    for history in HISTORIES:
        change(make_url(url), history.metadata().create_all)
    expected = description(url)
    for history in reversed(HISTORIES):
        change(make_url(url), history.metadata().drop_all)

    Schema(url).upgrade()

    assert description(url) == expected
    assert Schema(url).check() == []


def test_down_and_up_again_leaves_the_same_tables(url: str) -> None:
    schema = Schema(url)
    schema.upgrade()
    tables = description(url)

    for history in reversed(HISTORIES):
        for revision in [BASE, *history.revisions][-2::-1]:
            schema.downgrade(history.context, revision)
    between = description(url)
    schema.upgrade()

    assert between == []
    assert description(url) == tables
    assert schema.check() == []


def test_one_room_goes_back_alone(url: str) -> None:
    schema = Schema(url)
    schema.upgrade()

    step = schema.downgrade("trading", BASE)

    assert step == Step("trading", HISTORIES[ROOMS.index("trading")].head, BASE)
    assert schema.pending() == ["trading"]
    assert not [name for _, name, *_ in description(url) if name.startswith("trading_")]


def test_there_is_no_way_back_to_what_never_was(url: str) -> None:
    Schema(url).upgrade()
    Schema(url).downgrade("trading", BASE)

    for context, revision in [("trading", "0001"), ("user", "9999"), ("user", "head"), ("weather", BASE)]:
        with pytest.raises(UnknownRevisionError):
            Schema(url).downgrade(context, revision)


def test_nothing_is_to_do_the_second_time(url: str) -> None:
    Schema(url).upgrade()

    assert Schema(url).upgrade() == []


async def test_a_caller_who_runs_an_event_loop_may_upgrade(url: str) -> None:
    schema = Schema(url)

    schema.upgrade()

    assert schema.pending() == []


# Starts


LOOK_TWICE = """
import sys
from sqlalchemy import Engine, event
from guilder.bootstrap.schema import Schema

statements = []

@event.listens_for(Engine, "before_cursor_execute")
def note(_connection, _cursor, statement, *_):
    statements.append(statement)

steps = Schema(sys.argv[1]).upgrade()
print(len(steps), len(statements) <= 3, sorted({"alembic", "mako"} & set(sys.modules)))
"""


def test_a_start_that_finds_all_up_to_date_asks_little_and_loads_no_alembic(url: str) -> None:
    first = said(python(LOOK_TWICE, url))
    second = said(python(LOOK_TWICE, url))

    assert first == f"{len(HISTORIES)} False ['alembic', 'mako']"
    assert second == "0 True []"


START = """
import sys
from guilder.bootstrap.schema import Schema

print("ready", flush=True)
sys.stdin.readline()
steps = Schema(sys.argv[1]).upgrade()
print(len(steps), Schema(sys.argv[1]).check())
"""


def test_processes_that_start_at_once_do_not_collide(url: str) -> None:
    with ExitStack() as stack:
        starts = [stack.enter_context(python(START, url)) for _ in range(3)]
        for start in starts:
            assert start.stdout is not None
            assert start.stdout.readline() == "ready\n"
        for start in starts:
            assert start.stdin is not None
            start.stdin.write("go\n")
            start.stdin.flush()

        output = [said(start) for start in starts]

    assert sorted(output) == ["0 []"] * 2 + [f"{len(HISTORIES)} []"]


def test_a_database_of_a_newer_guilder_is_refused_and_left_alone(url: str) -> None:
    schema = Schema(url)
    schema.upgrade()
    schema.downgrade("core", BASE)
    run(url, "UPDATE trading_alembic_version SET version_num = '9999'")
    before = description(url)

    with pytest.raises(SchemaTooNewError, match="trading are at revision 9999") as refusal:
        schema.upgrade()

    assert refusal.value.code == "schema_too_new"
    assert description(url) == before


def test_nothing_is_said_of_a_database_of_a_newer_guilder(url: str) -> None:
    Schema(url).upgrade()
    run(url, "UPDATE trading_alembic_version SET version_num = '9999'")

    for question in (Schema.pending, Schema.check, lambda schema: schema.downgrade("trading", BASE)):
        with pytest.raises(SchemaTooNewError):
            question(Schema(url))


def test_an_upgrade_that_fails_changes_nothing_at_all(url: str) -> None:
    run(url, "CREATE TABLE notification_messages (id INTEGER)")
    before = description(url)

    with pytest.raises(SchemaChangeFailedError, match=r"notification from base to 0001 .*notification_messages"):
        Schema(url).upgrade()

    assert description(url) == before
    assert Schema(url).pending() == ROOMS


def test_looking_at_books_that_do_not_exist_makes_none(tmp_path: Path) -> None:
    schema = Schema(f"sqlite:///{tmp_path / 'books.db'}")

    assert schema.pending() == ROOMS
    assert [drift.context for drift in schema.check()] == ROOMS
    with pytest.raises(UnknownRevisionError):
        schema.downgrade("core", BASE)
    assert list(tmp_path.iterdir()) == []


def test_books_with_tables_are_in_wal_mode_already(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'books.db'}"

    Schema(url).upgrade()

    assert look(make_url(url), lambda connection: connection.scalar(text("PRAGMA journal_mode"))) == "wal"


def test_a_file_that_is_no_database_does_not_answer(tmp_path: Path) -> None:
    books = tmp_path / "books.db"
    books.write_text("Dear diary, today I bought a share. " * 100)

    with pytest.raises(DatabaseUnavailableError, match="not a database"):
        Schema(f"sqlite:///{books}").upgrade()


@pytest.mark.parametrize("part", ["host", "password", "database"])
def test_a_server_that_lets_nobody_in_does_not_answer(postgres_url: str, part: str) -> None:
    wrong = make_url(postgres_url).set(**{"port": 1} if part == "host" else {part: "wrong"})

    with pytest.raises(DatabaseUnavailableError):
        Schema(wrong.render_as_string(hide_password=False)).pending()


def test_only_two_kinds_of_databases_are_spoken_to() -> None:
    with pytest.raises(ValueError, match="neither sqlite"):
        Schema("mysql+nothing://somewhere/books").pending()


# Drifts


HARM = {
    "table notification_preferences is missing": ["DROP TABLE notification_preferences"],
    "table notification_flags is not ours": ["CREATE TABLE notification_flags (id INTEGER)"],
    "column user_users.name is missing": ["ALTER TABLE user_users DROP COLUMN name"],
    "column user_users.colour is not ours": ["ALTER TABLE user_users ADD COLUMN colour TEXT"],
    "the type of trading_orders.reason is INTEGER where TEXT is wanted": [
        "ALTER TABLE trading_orders DROP COLUMN reason",
        "ALTER TABLE trading_orders ADD COLUMN reason INTEGER",
    ],
    "null in trading_orders.side is taken": [
        "ALTER TABLE trading_orders DROP COLUMN side",
        "ALTER TABLE trading_orders ADD COLUMN side TEXT",
    ],
    "null in trading_orders.replaces is refused": [
        "ALTER TABLE trading_orders DROP COLUMN replaces",
        "ALTER TABLE trading_orders ADD COLUMN replaces {id} DEFAULT {some_id} NOT NULL",
    ],
    "the primary key of core_writer is epoch where share is wanted": [
        "DROP TABLE core_writer",
        "CREATE TABLE core_writer (share TEXT NOT NULL, epoch BIGINT NOT NULL PRIMARY KEY, batch BIGINT NOT NULL)",
    ],
    "key user_id of user_passwords is missing": [
        "DROP TABLE user_passwords",
        "CREATE TABLE user_passwords (user_id {id} PRIMARY KEY NOT NULL, hash TEXT NOT NULL, recorded_at {at})",
    ],
    "index ix_trading_orders_owner of trading_orders is missing": ["DROP INDEX ix_trading_orders_owner"],
    "index ix_trading_orders_mood of trading_orders is not ours": [
        "CREATE INDEX ix_trading_orders_mood ON trading_orders (symbol)"
    ],
    "index ix_trading_orders_open holds all rows, and the rows where is_open = 1 are wanted": [
        "DROP INDEX ix_trading_orders_open",
        "CREATE INDEX ix_trading_orders_open ON trading_orders (market, id)",
    ],
    "index ix_financial_lots_open holds the rows where quantity > 1, and the rows where quantity > 0 are wanted": [
        "DROP INDEX ix_financial_lots_open",
        "CREATE INDEX ix_financial_lots_open ON financial_lots (portfolio_id) WHERE quantity > 1",
    ],
    "index ux_user_users_email_key of user_users is another one": [
        "DROP INDEX ux_user_users_email_key",
        "CREATE INDEX ux_user_users_email_key ON user_users (email_key)",
    ],
    "index ix_financial_portfolios_owner of financial_portfolios is another one": [
        "DROP INDEX ix_financial_portfolios_owner",
        "CREATE INDEX ix_financial_portfolios_owner ON financial_portfolios (id, owner)",
    ],
}


def test_every_difference_is_found_and_named(url: str) -> None:
    Schema(url).upgrade()
    words = {"id": "UUID", "some_id": "'00000000-0000-0000-0000-000000000000'", "at": "BIGINT NOT NULL"}
    if url.startswith("sqlite"):
        words |= {"id": "BLOB", "some_id": "x'00'"}

    run(url, *(statement.format(**words) for statements in HARM.values() for statement in statements))

    assert sorted(drift.detail for drift in Schema(url).check()) == sorted(HARM)


def test_the_tables_of_strangers_are_their_own_business(url: str) -> None:
    Schema(url).upgrade()

    run(url, "CREATE TABLE weather (id INTEGER)", "CREATE TABLE alembic_version (version_num INTEGER)")

    assert Schema(url).check() == []


def test_a_room_that_is_behind_is_one_difference(url: str) -> None:
    Schema(url).upgrade()
    Schema(url).downgrade("market_data", BASE)

    assert Schema(url).check() == [Drift("market_data", "at revision base, not yet at 0002: run `guilder db upgrade`")]


# The wheel


UPGRADE = """
import sys
import guilder
from guilder.bootstrap.schema import Schema

print(guilder.__file__)
Schema(sys.argv[1]).upgrade()
print(Schema(sys.argv[1]).check())
"""


def test_the_wheel_brings_its_migrations_along(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)

    output = said(python(UPGRADE, f"sqlite:///{tmp_path / 'books.db'}", path=site))

    assert output.splitlines() == [str(site / "guilder" / "__init__.py"), "[]"]
