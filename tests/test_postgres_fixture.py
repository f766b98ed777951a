"""The tests' PostgreSQL is real, fresh for every test, and gone when the run is over."""

from __future__ import annotations

import asyncio
import os
import pwd
import select
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.postgres import PostgresServer

ROOT = Path(__file__).parents[1]


async def ask(url: str, question: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_it_is_a_real_postgresql(postgres_url: str) -> None:
    assert str(await ask(postgres_url, "SELECT version()")).startswith("PostgreSQL")


async def test_a_database_starts_empty(postgres_url: str) -> None:
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"

    assert await ask(postgres_url, tables) == 0


async def test_its_owner_may_create_tables(postgres_url: str) -> None:
    await ask(postgres_url, "CREATE TABLE books (pages bigint)")

    assert await ask(postgres_url, "SELECT count(*) FROM books") == 0


async def test_a_migrated_database_has_the_tables_of_every_room(migrated_postgres_url: str) -> None:
    tables = "SELECT array_agg(tablename) FROM pg_tables WHERE schemaname = 'public'"

    names = await ask(migrated_postgres_url, tables)

    assert {name.split("_")[0] for name in names} >= {"core", "user", "financial", "trading", "notification"}


async def test_a_template_is_filled_once_and_copied_often(postgres_server: PostgresServer) -> None:
    fillings: list[str] = []

    def fill(url: str) -> None:
        fillings.append(url)
        postgres_server.execute("CREATE TABLE shelf AS SELECT 7 AS books", "filled_once")

    for _ in range(2):
        name = postgres_server.create_database(postgres_server.template("filled_once", fill))
        assert await ask(postgres_server.url(name), "SELECT books FROM shelf") == 7
        postgres_server.drop_database(name)

    assert len(fillings) <= 1


async def test_a_database_goes_although_somebody_is_connected(postgres_server: PostgresServer) -> None:
    name = postgres_server.create_database()
    left_open = await asyncpg.connect(postgres_server.url(name))

    await asyncio.to_thread(postgres_server.drop_database, name)

    assert name not in postgres_server.execute("SELECT datname FROM pg_database").split()
    left_open.terminate()


def test_the_server_never_runs_as_root(postgres_server: PostgresServer) -> None:
    process_id = postgres_server.execute("SELECT pg_read_file('postmaster.pid')").split()[0]

    owner = pwd.getpwuid(Path("/proc", process_id).stat().st_uid).pw_name

    assert owner != "root"


@pytest.mark.parametrize(
    ("ending", "exit_code"),
    [
        ("pass", 0),
        ("import os, signal; os.kill(os.getpid(), signal.SIGINT)", 2),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
    ],
    ids=["good_end", "interrupt", "kill"],
)
def test_no_process_and_no_folder_is_left_after_a(ending: str, exit_code: int, tmp_path: Path) -> None:
    write_a_test_that_ends_by(ending, tmp_path)

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests"],
        cwd=tmp_path,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        check=False,
    )

    assert run.returncode == exit_code, run.stdout.decode()
    server, keeper, folder = (tmp_path / "particulars").read_text().split()
    wait_until_gone(int(keeper))
    assert not Path("/proc", server).exists()
    assert not Path(folder).exists()


def write_a_test_that_ends_by(ending: str, folder: Path) -> None:
    (folder / "tests").mkdir()
    for name in ("conftest.py", "postgres.py"):
        (folder / "tests" / name).symlink_to(ROOT / "tests" / name)
    (folder / "pytest.ini").write_text("[pytest]\npythonpath = .\naddopts = --import-mode=importlib\n")
    (folder / "tests" / "test_one.py").write_text(
        textwrap.dedent(f"""
            from pathlib import Path

            def test_one(postgres_server, postgres_url):
                server = postgres_server.execute("SELECT pg_read_file('postmaster.pid')").split()[0]
                keeper = Path("/proc", server, "stat").read_text().rpartition(")")[2].split()[1]
                Path("particulars").write_text(f"{{server}} {{keeper}} {{postgres_server.folder}}")
                {ending}
        """)
    )


def wait_until_gone(process_id: int) -> None:
    try:
        handle = os.pidfd_open(process_id)
    except ProcessLookupError:
        return
    try:
        gone, _, _ = select.select([handle], [], [], 60)
    finally:
        os.close(handle)
    assert gone
