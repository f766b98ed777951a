"""Copies of the books: whole, the same for every database, and brought back wholly or not at all."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from sqlalchemy import make_url

from guilder.bootstrap.backup.archive import BackupFileExistsError
from guilder.bootstrap.backup.backup import Progress, back_up
from guilder.bootstrap.backup.manifest import BackupDamagedError, BackupTooNewError, Manifest
from guilder.bootstrap.backup.restore import BooksNotProvenError, DatabaseNotEmptyError, restore
from guilder.bootstrap.data_directory import DataDirectory
from guilder.bootstrap.house import House
from guilder.bootstrap.migrations.connections import look
from guilder.bootstrap.migrations.histories import stored_revisions
from guilder.bootstrap.schema import Schema
from guilder.core.clock import Clock
from guilder.core.database import Database
from guilder.core.settings import Settings
from tests.bootstrap.command_line import CommandLine
from tests.bootstrap.traded_books import replayed, trade
from tests.houses import a_house, a_resident, settings_for


def ignore(_progress: Progress) -> None:
    """Nobody watches."""


async def copy_of(settings: Settings, file: Path) -> Manifest:
    """A copy of the books that these settings name."""
    async with House(settings, core=False) as guest:
        return await back_up(guest.container.get(Database), guest.container.get(Clock), file, ignore)


def rows_in(file: Path) -> dict[str, bytes]:
    """The lines of each table in a copy."""
    with ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.startswith("tables/")}


def altered(file: Path, to: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The same archive with other entries."""
    with ZipFile(file) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    with ZipFile(to, "w", ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return to


def with_manifest(change: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, bytes]], None]:
    """Say something else in the table of contents."""

    def changed(entries: dict[str, bytes]) -> None:
        told = json.loads(entries["manifest.json"])
        change(told)
        entries["manifest.json"] = json.dumps(told).encode()

    return changed


def files_of(folder: Path) -> dict[str, bytes]:
    """All that is in a folder."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def url_of(settings: Settings) -> str:
    return settings.database_url.get_secret_value()


@pytest.fixture(scope="module")
def traded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of books in which much happened."""
    folder = tmp_path_factory.mktemp("traded")
    asyncio.run(trade(replayed(folder)))
    return folder


@pytest.fixture(scope="module")
def copy(traded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of them."""
    file = tmp_path_factory.mktemp("copies") / "traded.backup"
    asyncio.run(copy_of(replayed(traded), file))
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """An empty database; on SQLite its file does not even exist yet."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    return replayed(tmp_path / "restored", url)


def assert_untouched(settings: Settings) -> None:
    """Not even a table was left behind."""
    assert look(make_url(url_of(settings)), stored_revisions) == {}


async def test_books_go_to_postgresql_and_back_and_stay_the_same_byte_for_byte(
    copy: Path, tmp_path: Path, postgres_url: str
) -> None:
    on_postgres, on_sqlite = replayed(tmp_path / "there", postgres_url), replayed(tmp_path / "back")

    _, moved = restore(url_of(on_postgres), copy, ignore)
    await copy_of(on_postgres, tmp_path / "there.backup")
    _, returned = restore(url_of(on_sqlite), tmp_path / "there.backup", ignore)
    await copy_of(on_sqlite, tmp_path / "back.backup")

    assert all(finding.ok for finding in [*moved, *returned])
    assert rows_in(tmp_path / "there.backup") == rows_in(copy)
    assert rows_in(tmp_path / "back.backup") == rows_in(copy)
    assert Schema(url_of(on_postgres)).check() == Schema(url_of(on_sqlite)).check() == []


async def test_people_trade_on_in_restored_books(copy: Path, empty: Settings) -> None:
    restore(url_of(empty), copy, ignore)

    async with a_house(empty) as house, a_resident(house, None) as ada:
        await ada.sign_in("ada@example.com")
        [portfolio] = await ada.get("/v1/portfolios")
        before = await ada.get(f"/v1/portfolios/{portfolio['id']}/positions")
        await ada.place(portfolio["id"], quantity="1")
        await ada.call("POST", "/v1/clock/advance", 200, {"sessions": 1})
        [position] = await ada.get(f"/v1/portfolios/{portfolio['id']}/positions")
        proof = await ada.get(f"/v1/portfolios/{portfolio['id']}/proof")

    assert (before[0]["quantity"], position["quantity"], proof["ok"]) == ("7.376543211", "8.376543211", True)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_copy_made_under_load_is_one_instant_of_the_books(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url") if kind == "postgresql" else None
    copies = []
    async with a_house(settings_for(tmp_path / "busy", url)) as house, a_resident(house) as ada:
        portfolio = await ada.portfolio(cash="1000000")
        at_work = asyncio.create_task(_trade_on(ada.place, portfolio))
        for number in range(3):
            copies.append(tmp_path / f"{number}.backup")
            await back_up(house.container.get(Database), house.container.get(Clock), copies[-1], ignore)
            await asyncio.sleep(0)
        at_work.cancel()
        await asyncio.wait([at_work])

    manifests = [restore(f"sqlite:///{file}.db", file, ignore)[0] for file in copies]

    counts = [manifest.rows for manifest in manifests]
    assert counts == sorted(counts)


async def _trade_on(place: Callable[..., Any], portfolio: str) -> None:
    while True:
        await asyncio.gather(*(place(portfolio) for _ in range(5)))


def test_only_its_owner_can_read_a_copy(copy: Path) -> None:
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


async def test_a_copy_overwrites_nothing_and_leaves_nothing_half_done(traded: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")

    with pytest.raises(BackupFileExistsError):
        await copy_of(replayed(traded), tmp_path / "mine")

    assert files_of(tmp_path) == {"mine": b"precious"}


async def test_progress_is_told_up_to_the_last_row(traded: Path, tmp_path: Path) -> None:
    told: list[Progress] = []
    async with House(replayed(traded), core=False) as guest:
        database, clock = guest.container.get(Database), guest.container.get(Clock)
        manifest = await back_up(database, clock, tmp_path / "copy", told.append)
    restored: list[Progress] = []
    restore(f"sqlite:///{tmp_path / 'books.db'}", tmp_path / "copy", restored.append)

    for seen in (told, restored):
        assert [far.rows for far in seen] == sorted(far.rows for far in seen)
        assert (seen[-1].rows, seen[-1].total) == (manifest.rows, manifest.rows)


async def test_nothing_is_restored_over_books(copy: Path, empty: Settings) -> None:
    restore(url_of(empty), copy, ignore)

    with pytest.raises(DatabaseNotEmptyError):
        restore(url_of(empty), copy, ignore)

    await copy_of(empty, copy.parent / f"{empty.data_dir.parent.name}.backup")
    assert rows_in(copy.parent / f"{empty.data_dir.parent.name}.backup") == rows_in(copy)


async def test_tables_without_rows_are_empty(copy: Path, empty: Settings) -> None:
    Schema(url_of(empty)).upgrade()

    _, findings = restore(url_of(empty), copy, ignore)

    assert all(finding.ok for finding in findings)


def cut_off(file: Path, to: Path) -> Path:
    to.write_bytes(file.read_bytes()[:-100])
    return to


def no_archive(_file: Path, to: Path) -> Path:
    to.write_text("hello")
    return to


def without_contents(file: Path, to: Path) -> Path:
    def drop(entries: dict[str, bytes]) -> None:
        del entries["manifest.json"]

    return altered(file, to, drop)


def without_a_row(file: Path, to: Path) -> Path:
    def drop(entries: dict[str, bytes]) -> None:
        lines = entries["tables/financial_postings.copy"].splitlines(keepends=True)
        entries["tables/financial_postings.copy"] = b"".join(lines[1:])

    return altered(file, to, drop)


def with_a_changed_row(file: Path, to: Path) -> Path:
    def change(entries: dict[str, bytes]) -> None:
        lines = entries["tables/user_users.copy"]
        entries["tables/user_users.copy"] = lines.replace(b"ada@", b"eve@")

    return altered(file, to, change)


def with_a_row_that_is_none(file: Path, to: Path) -> Path:
    def change(entries: dict[str, bytes]) -> None:
        entries["tables/core_writer.copy"] = b"core\tnone\t1\n"

    return altered(file, to, change)


def without_a_table(file: Path, to: Path) -> Path:
    return altered(file, to, with_manifest(lambda told: told["tables"].pop()))


def with_bytes_that_were_flipped(file: Path, to: Path) -> Path:
    content = bytearray(file.read_bytes())
    at = content.index(b"tables/financial_postings.copy") + 60
    content[at : at + 20] = bytes(20)
    to.write_bytes(content)
    return to


@pytest.mark.parametrize(
    "spoil",
    [
        cut_off,
        no_archive,
        without_contents,
        without_a_row,
        with_a_changed_row,
        with_a_row_that_is_none,
        without_a_table,
        with_bytes_that_were_flipped,
    ],
)
def test_a_damaged_copy_is_refused_and_changes_nothing(
    spoil: Callable[[Path, Path], Path], copy: Path, empty: Settings, tmp_path: Path
) -> None:
    spoilt = spoil(copy, tmp_path / "spoilt")

    with pytest.raises(BackupDamagedError):
        restore(url_of(empty), spoilt, ignore)

    assert_untouched(empty)


@pytest.mark.parametrize(
    "newer",
    [
        lambda told: told["revisions"].update(trading="9999"),
        lambda told: told["revisions"].update(lending="0001"),
        lambda told: told.update(format_version=2),
    ],
)
def test_a_copy_of_a_newer_guilder_is_refused(
    newer: Callable[[dict[str, Any]], None], copy: Path, empty: Settings, tmp_path: Path
) -> None:
    file = altered(copy, tmp_path / "newer", with_manifest(newer))

    with pytest.raises(BackupTooNewError):
        restore(url_of(empty), file, ignore)

    assert_untouched(empty)


async def test_a_copy_of_an_older_guilder_is_brought_up_to_date(copy: Path, empty: Settings, tmp_path: Path) -> None:
    def before_events_were_set_aside(told: dict[str, Any]) -> None:
        told["revisions"]["core"] = "0001"
        told["tables"] = [table for table in told["tables"] if table["plan"]["name"] != "core_set_aside"]

    older = altered(copy, tmp_path / "older", with_manifest(before_events_were_set_aside))

    _, findings = restore(url_of(empty), older, ignore)

    assert all(finding.ok for finding in findings)
    assert Schema(url_of(empty)).check() == []
    await copy_of(empty, tmp_path / "again.backup")
    assert rows_in(tmp_path / "again.backup") == rows_in(copy)


async def test_books_that_do_not_add_up_are_not_restored_unless_one_insists(
    traded: Path, empty: Settings, tmp_path: Path
) -> None:
    wrong = shutil.copytree(traded, tmp_path / "wrong")
    with closing(sqlite3.connect(wrong / "guilder.db")) as connection, connection:
        connection.execute("UPDATE financial_portfolios SET settled = settled + 100 WHERE reserved > 0")
    await copy_of(replayed(wrong), tmp_path / "wrong.backup")

    with pytest.raises(BooksNotProvenError, match=r"0\.01 USD"):
        restore(url_of(empty), tmp_path / "wrong.backup", ignore)
    assert_untouched(empty)
    _, findings = restore(url_of(empty), tmp_path / "wrong.backup", ignore, unproven=True)

    assert [finding.name for finding in findings if not finding.ok] == ["cash_matches_postings"]


def test_the_commands_copy_and_bring_back(traded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = str(tmp_path / "books.backup")
    made = CommandLine(traded, monkeypatch).tells("backup", file)
    guilder = CommandLine(tmp_path / "elsewhere", monkeypatch)

    brought = guilder.tells("restore", file)

    assert made["rows"] == brought["rows"] == sum(table["rows"] for table in made["tables"])
    assert made["tables"] == brought["tables"]
    assert brought["proof"]["ok"] is True
    assert "is not empty" in guilder.refused("restore", file)
    assert "is there already" in guilder.refused("backup", file)
    assert "No such file" in guilder.refused("restore", str(tmp_path / "nowhere"))
    assert "All books are right." in CommandLine(tmp_path / "third", monkeypatch).shows("restore", file)


def test_nothing_is_restored_below_a_server(copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with DataDirectory(tmp_path / "served").held():
        refusal = CommandLine(tmp_path / "served", monkeypatch).refused("restore", str(copy))

    assert "Another Guilder works on" in refusal
